//! One field: all its people, cut by region, written as segments.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use shared::domain::id::UserId;
use shared::domain::matching::Person;
use shared::domain::profile::Field;
use shared::domain::retrieval::{Region, Row, Rows, Segment, Shard};
use shared::error::Result;
use shared::ports::candidates::StoredSegment;

use crate::Deps;

/// What fits into the memory and the time of a run. Of more people the newest are in the index.
const MOST: usize = 250_000;
/// People who are read at once, and how many such reads run at the same time: 400 strong reads in all.
const PEOPLE: usize = 100;
const AT_ONCE: usize = 4;

/// Builds all segments of a field, and answers how many people are in them.
pub(crate) async fn build(deps: &Deps, field: Field, stored: &[StoredSegment]) -> Result<usize> {
    // Before the first read: whatever is written meanwhile is newer than the segment, and read by searches.
    let built_at = deps.ambient.now();
    let lines = deps.directory.newest(field, MOST).await?;
    if lines.len() == MOST {
        tracing::warn!(index.field = field.as_str(), index.most = MOST, "a field has more people than are indexed");
    }
    let ids: Vec<UserId> = lines.iter().map(|line| line.user_id).collect();
    let mut regions: BTreeMap<Region, Vec<Row>> = BTreeMap::new();
    let mut reads =
        stream::iter(ids.chunks(PEOPLE)).map(|ids| deps.profiles.find_people(ids)).buffer_unordered(AT_ONCE);
    while let Some(people) = reads.try_next().await? {
        for person in people.iter().filter(|person| belongs(person, field)) {
            regions.entry(Shard::from(person).region).or_default().push(Row::of(person));
        }
    }
    let people = regions.values().map(Vec::len).sum();
    let mut segments: Vec<Segment> = regions
        .into_iter()
        .map(|(region, rows)| Segment { shard: Shard { field, region }, built_at, rows: Rows::of(rows) })
        .collect();
    segments.sort_by_key(|segment| stored.iter().any(|one| one.shard == segment.shard));
    write(deps, &segments, stored).await?;
    Ok(people)
}

/// Whoever is suspended or banned stays, because they may be back at any minute. Who hides, or moved to another field
/// since the directory was read, does not.
fn belongs(person: &Person, field: Field) -> bool {
    person.profile.details.visible && person.profile.details.field == field
}

/// Writes segments in their order, and then removes those in which nobody is left.
async fn write(deps: &Deps, segments: &[Segment], stored: &[StoredSegment]) -> Result<()> {
    for segment in segments {
        let seen = stored.iter().find(|one| one.shard == segment.shard).map(|one| &one.etag);
        if !deps.segments.write(segment.shard, segment.to_bytes(), seen).await? {
            tracing::info!(index.segment = segment.shard.path(), "another run was faster");
            return Ok(());
        }
    }
    for one in stored.iter().filter(|one| segments.iter().all(|segment| segment.shard != one.shard)) {
        deps.segments.remove(one.shard, &one.etag).await?;
    }
    Ok(())
}
