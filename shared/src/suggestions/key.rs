//! The key of a ranking: everything that its order depends on.

use crate::domain::cache::{Family, Key, Parts, Tier};
use crate::domain::listing::{Ranking, Wanted};
use crate::domain::matching::{ENGINE_VERSION, Person};
use crate::models::Sight;

/// Other people's edits are not in it: they are looked for in what has changed since the ranking was made.
pub(super) struct RankingKey<'k> {
    pub(super) me: &'k Person,
    pub(super) wanted: &'k Wanted,
    pub(super) sight: &'k Sight,
}

impl Key for RankingKey<'_> {
    type Value = Ranking;

    const FAMILY: Family = Family::List;
    const TIER: Tier = Tier::RankedLists;
    const SCHEMA: u16 = 1;

    fn parts(&self, parts: &mut Parts) {
        let Self { me, wanted, sight } = self;
        let text = me.embedding().map_or("", |embedding| embedding.hash.as_str());
        parts.add(me.profile.user_id).add(me.profile.version).add(text);
        parts.add(ENGINE_VERSION).add(sight.model.matrix.version()).add(sight.weights()).add(wanted);
    }
}
