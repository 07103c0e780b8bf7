//! What goes into an archive, and its way into the bucket.

use shared::domain::export::{Export, PIECE};
use shared::domain::photo::{PhotoKey, SIZES};
use shared::error::{Error, Result};
use shared::ports::exports::Part;

use super::Exporter;
use super::archive::Archive;

/// Writes all parts of an archive, and answers how large it is.
pub(super) async fn store(exporter: &Exporter, export: &Export) -> Result<u64> {
    let attempt = exporter.shelf.open(export).await?;
    let mut pieces = Pieces { exporter, export, attempt, tags: Vec::new(), bytes: 0 };
    let mut archive = Archive::new();
    let mut photos = 0;
    for part in exporter.holdings.parts(export.user_id).await? {
        if let Part::Photo(key) = &part {
            photos += 1;
            photo(exporter, &mut archive, key, photos).await?;
            pieces.carry(&archive).await?;
        } else {
            table(&mut pieces, &mut archive, &part).await?;
        }
    }
    pieces.finish(archive).await
}

/// A part as a list in JSON, page after page.
async fn table(pieces: &mut Pieces<'_>, archive: &mut Archive, part: &Part) -> Result<()> {
    archive.begin(&name(part))?;
    let (mut after, mut is_first) = (0, true);
    archive.write(b"[")?;
    loop {
        let page = pieces.exporter.holdings.rows(pieces.export.user_id, part, after).await?;
        for row in &page.rows {
            archive.write(if is_first { b"\n" } else { b",\n" })?;
            archive.write(&serde_json::to_vec(row).map_err(Error::internal)?)?;
            is_first = false;
        }
        pieces.carry(archive).await?;
        match page.next {
            Some(next) => after = next,
            None => return archive.write(b"\n]\n"),
        }
    }
}

/// The largest copy; there is none of a photo that was refused or is being checked.
async fn photo(exporter: &Exporter, archive: &mut Archive, key: &PhotoKey, number: u32) -> Result<()> {
    let Some(bytes) = exporter.photos.copy(key, SIZES[0]).await? else { return Ok(()) };
    archive.begin(&format!("photos/{number}.jpg"))?;
    archive.write(&bytes)
}

fn name(part: &Part) -> String {
    match part {
        Part::Account => "account.json".to_owned(),
        Part::Sessions => "sessions.json".to_owned(),
        Part::Profile => "profile.json".to_owned(),
        Part::Projects => "projects.json".to_owned(),
        Part::People => "people.json".to_owned(),
        Part::Conversation(id) | Part::OwnWords(id) => format!("conversations/{id}.json"),
        Part::Photo(_) => "photo".to_owned(),
    }
}

/// The pieces of an archive on their way.
struct Pieces<'e> {
    exporter: &'e Exporter,
    export: &'e Export,
    attempt: String,
    tags: Vec<String>,
    bytes: u64,
}

impl Pieces<'_> {
    async fn carry(&mut self, archive: &Archive) -> Result<()> {
        match archive.take(PIECE) {
            Some(piece) => self.add(piece).await,
            None => Ok(()),
        }
    }

    async fn add(&mut self, piece: Vec<u8>) -> Result<()> {
        self.bytes += piece.len() as u64;
        let number = i32::try_from(self.tags.len() + 1).map_err(Error::internal)?;
        self.tags.push(self.exporter.shelf.add(self.export, &self.attempt, number, piece).await?);
        Ok(())
    }

    async fn finish(mut self, archive: Archive) -> Result<u64> {
        self.add(archive.finish()?).await?;
        self.exporter.shelf.close(self.export, &self.attempt, self.tags).await?;
        Ok(self.bytes)
    }
}
