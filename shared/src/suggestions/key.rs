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
    const SCHEMA: u16 = 2;

    fn parts(&self, parts: &mut Parts) {
        let Self { me, wanted, sight } = self;
        let text = me.embedding().map_or("", |embedding| embedding.hash.as_str());
        parts.add(me.profile.user_id).add(me.profile.version).add(text);
        parts.add(ENGINE_VERSION).add(sight.model.matrix.version()).add(sight.weights()).add(sight.returns).add(wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{Id, UserId};
    use crate::domain::matching::{Head, Model};
    use crate::domain::profile::{Profile, ProfileDetails};
    use crate::domain::time::Timestamp;

    #[test]
    fn whoever_lets_somebody_back_in_looks_under_another_key() {
        let said = serde_json::json!({"name": "Ada", "field": "crafts", "experience_years": 5, "time_zone": "UTC"});
        let details = ProfileDetails::parse(&serde_json::from_value(said).unwrap()).unwrap();
        let now = Timestamp::from_unix_seconds(1_000);
        let me = Person::new(Profile::new(UserId::from_parts(now, [1; 10]), details, now), None);
        let wanted = Wanted::default();
        let key = |returns| {
            let sight = Sight { head: Head::default(), model: Model::default().into(), leaning: None, returns };
            RankingKey { me: &me, wanted: &wanted, sight: &sight }.text(0)
        };
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }
}
