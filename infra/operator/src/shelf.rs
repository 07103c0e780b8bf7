//! Which backups there are.

use std::collections::BTreeMap;

use shared::adapters::aws::Aws;
use shared::adapters::vault::S3Vault;
use shared::domain::backup::{BackupId, Piece, ROOT, piece};
use shared::ports::backups::VaultCare as _;

use crate::failure::Failure;
use crate::source::Source;

/// Tells of each backup what is in it, the oldest first. One that cannot be read is told of as well.
pub async fn list(aws: &Aws, bucket: &str, tell: &(dyn Fn(String) + Sync)) -> Result<(), Failure> {
    let backups = backups(aws, bucket).await?;
    if backups.is_empty() {
        tell(format!("there is no backup in {bucket}"));
    }
    for (backup, manifest) in backups {
        let Some(manifest) = manifest else {
            tell(format!("{backup}: not complete"));
            continue;
        };
        match Source::open(aws, bucket, &manifest).await {
            Ok(source) => {
                let items: u64 = source.manifest.tables.iter().map(|table| table.items).sum();
                let window = source.manifest.window;
                tell(format!("{backup}: {items} items, as they were between {} and {}", window.from, window.until));
            }
            Err(failure) => tell(format!("{backup}: {failure}")),
        }
    }
    Ok(())
}

/// Every backup, with the key of its manifest if it is complete.
pub(crate) async fn backups(aws: &Aws, bucket: &str) -> Result<BTreeMap<BackupId, Option<String>>, Failure> {
    let mut found: BTreeMap<BackupId, Option<String>> = BTreeMap::new();
    for object in S3Vault::new(aws, bucket.to_owned()).list(ROOT).await? {
        let Some((backup, piece)) = piece(&object.key) else { continue };
        let manifest = found.entry(backup).or_default();
        if piece == Piece::Manifest {
            *manifest = Some(object.key);
        }
    }
    Ok(found)
}
