//! The backup that is read: believed only where it is, to the byte, what was written down.

use shared::adapters::aws::Aws;
use shared::adapters::vault::S3Vault;
use shared::domain::backup::{BackupId, Item, Manifest, Part, Piece, SavedTable, piece, plan_key, read_part};
use shared::ports::backups::Vault;

use crate::failure::Failure;

pub(crate) struct Source {
    vault: S3Vault,
    bucket: String,
    pub(crate) backup: BackupId,
    pub(crate) manifest: Manifest,
}

impl Source {
    pub(crate) async fn open(aws: &Aws, bucket: &str, key: &str) -> Result<Self, Failure> {
        let foreign = || {
            Failure::new(format!("{key} is not where the manifest of a backup lies"))
                .remedy("name a backup that `cargo xtask restore --list` shows, or backups/v1/<backup>/manifest.json")
        };
        let (backup, _) = piece(key).filter(|(_, piece)| *piece == Piece::Manifest).ok_or_else(foreign)?;
        let vault = S3Vault::new(aws, bucket.to_owned());
        let Some((_, manifest)) = vault.read(key).await? else {
            return Err(Failure::new(format!("there is no {key} in {bucket}")).remedy(
                "see which there are with `cargo xtask restore --list`; one without a manifest is not complete: wait for it, \
                 ask `backup-plan` for it again, or take another",
            ));
        };
        let plan_key = plan_key(&backup);
        let Some((_, plan)) = vault.read(&plan_key).await? else {
            return Err(Failure::missing(bucket, &plan_key));
        };
        let manifest =
            Manifest::read(&manifest, &backup, &plan).map_err(|broken| Failure::broken(bucket, key, &broken))?;
        Ok(Self { vault, bucket: bucket.to_owned(), backup, manifest })
    }

    /// Reads every part of a table, shows what is in them, and answers how many items that is.
    pub(crate) async fn verify(
        &self,
        saved: &SavedTable,
        mut look: impl FnMut(&Item) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        for (key, part) in saved.parts(&self.backup) {
            let bytes = self.bytes(&key).await?;
            let mut looked = Ok(());
            let checked = read_part(part, &bytes, |item| {
                saved.description.key.of(&item)?;
                if looked.is_ok() {
                    looked = look(&item);
                }
                Ok(())
            });
            checked.map_err(|broken| Failure::broken(&self.bucket, &key, &broken))?;
            looked?;
        }
        Ok(saved.items)
    }

    /// The items of a part, which was verified before and is verified again: it may have changed meanwhile.
    pub(crate) async fn items(&self, key: &str, part: &Part) -> Result<Vec<Item>, Failure> {
        let bytes = self.bytes(key).await?;
        let mut items = Vec::new();
        let read = read_part(part, &bytes, |item| {
            items.push(item);
            Ok(())
        });
        read.map_err(|broken| Failure::broken(&self.bucket, key, &broken))?;
        Ok(items)
    }

    async fn bytes(&self, key: &str) -> Result<Vec<u8>, Failure> {
        let object = self.vault.read(key).await?;
        object.map(|(_, bytes)| bytes).ok_or_else(|| Failure::missing(&self.bucket, key))
    }
}
