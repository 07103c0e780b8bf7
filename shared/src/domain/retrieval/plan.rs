//! Which segments to keep in memory when there are more people than fit.

use std::cmp::Reverse;

use super::segment::Shard;
use crate::domain::matching::synergy;

/// A stored segment, and about how many people are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub shard: Shard,
    pub people: usize,
}

/// What to search for somebody of this shard: everything if it fits, otherwise one's own part of the world first, and in
/// it the fields that gain most from one's own. What does not fit any more is left out, and smaller ones behind it are not.
pub fn plan(listed: &[Listed], own: Shard, capacity: usize) -> Vec<Shard> {
    let mut ordered = listed.to_vec();
    ordered.sort_by_key(|Listed { shard, .. }| {
        let gain = synergy(own.field, shard.field);
        (shard.region != own.region, Reverse(gain), shard.field, shard.region)
    });
    let mut left = capacity;
    let fits = |one: &&Listed| {
        let fits = one.people <= left || left == capacity;
        if fits {
            left = left.saturating_sub(one.people);
        }
        fits
    };
    ordered.iter().filter(fits).map(|one| one.shard).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::Field;
    use crate::domain::retrieval::Region;

    #[test]
    fn near_and_synergetic_segments_come_first() {
        let listed = |field, region, people| Listed { shard: Shard { field, region }, people };
        let all = [
            listed(Field::Technology, Region::Asia, 10),
            listed(Field::Crafts, Region::Europe, 10),
            listed(Field::Design, Region::Europe, 60),
            listed(Field::Data, Region::Europe, 30),
            listed(Field::Design, Region::Asia, 50),
        ];
        let own = Shard { field: Field::Technology, region: Region::Europe };
        let [tech_asia, crafts, design, data, design_asia] = all.map(|one| one.shard);
        assert_eq!(plan(&all, own, 1_000), [design, data, crafts, design_asia, tech_asia]);
        assert_eq!(plan(&all, own, 100), [design, data, crafts]);
        assert_eq!(plan(&all, own, 75), [design, crafts], "what is too large is left out, what is behind it is not");
        assert_eq!(plan(&all, own, 5), [design], "one segment is searched in any case");
    }
}
