//! What two lists of skills gain from each other, by table look-ups.

use crate::lanes::Lanes;
use crate::traits::LISTED;

/// How many of the asker's skills are looked at.
pub const OWN: usize = 16;
/// How many gains of each side count, and how much, greatest first.
const WEIGHTS: [u32; 4] = [4, 3, 2, 1];

/// What one skill of a candidate is to each of the asker's, in percent; zero beyond the last of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SkillRow {
    /// What the candidate's skill gains from each of the asker's.
    pub theirs: [u8; OWN],
    /// What each of the asker's gains from the candidate's, given what the asker can do alone.
    pub own: [u8; OWN],
    /// All ones where the two are the same skill.
    pub same: [u8; OWN],
}

/// The skills of who asks, against all that the matrix knows.
#[derive(Clone, Debug)]
pub struct SkillTables {
    /// By the hash of a skill: zero for what nobody knows, one for what the asker has and the matrix does not know, and
    /// two more than the place in `rows` for what the matrix knows.
    pub places: Vec<u16>,
    pub rows: Vec<SkillRow>,
    /// How many skills of the asker the matrix knows.
    pub known: u32,
    /// What both have, in percent.
    pub same: u8,
    /// The greatest of all gains in `rows`, in percent.
    pub greatest: u8,
    pub weight: f32,
}

/// The four greatest, in descending order, and how many there are at all.
#[derive(Clone, Copy, Default)]
struct Greatest {
    values: [u8; WEIGHTS.len()],
    count: u32,
}

impl Greatest {
    #[inline(always)]
    fn insert(&mut self, value: u8) {
        let mut carried = value;
        for slot in &mut self.values {
            let greater = (*slot).max(carried);
            carried = carried.min(*slot);
            *slot = greater;
        }
    }

    /// The weighted mean, 0 to 1; nothing if there are none.
    #[inline(always)]
    fn mean(self) -> Option<f32> {
        let sum: u32 = self.values.iter().zip(WEIGHTS).map(|(value, weight)| u32::from(*value) * weight).sum();
        let weights = [0_u16, 4, 7, 9, 10][self.count.min(4) as usize];
        #[expect(clippy::cast_precision_loss, reason = "at most a thousand")]
        let sum = sum as f32;
        (weights > 0).then(|| sum / (f32::from(weights) * 100.0))
    }
}

impl SkillTables {
    /// The greatest value that anybody can have, and its weight.
    #[inline(always)]
    pub(crate) fn at_best(&self) -> (f32, f32) {
        (f32::from(self.greatest.max(self.same)) / 100.0, self.weight)
    }

    /// The mean of what both sides gain, 0 to 1; nothing if there is nothing to compare.
    #[inline(always)]
    pub(crate) fn value<L: Lanes>(&self, lanes: L, skills: &[u16; LISTED]) -> Option<f32> {
        let mut found = [0_u16; LISTED];
        let (mut known, mut shared) = (0_usize, 0_u32);
        for hash in skills {
            if *hash == 0 {
                break;
            }
            match self.places.get(usize::from(*hash)) {
                None | Some(0) => {}
                Some(1) => shared += 1,
                Some(place) => {
                    found[known % LISTED] = place - 2;
                    known += 1;
                }
            }
        }
        if (self.known == 0 || known == 0) && shared == 0 {
            return None;
        }
        let (mut own, mut has) = ([0_u8; OWN], [0_u8; OWN]);
        for place in &found[..known] {
            let row = self.row(*place);
            own = lanes.max(own, row.own);
            has = lanes.or(has, row.same);
        }
        let (mut ours, mut theirs) = (Greatest::default(), Greatest::default());
        if self.known > 0 && known > 0 {
            for gain in own {
                ours.insert(gain);
            }
            for place in &found[..known] {
                theirs.insert(self.gain(lanes, *place, has));
            }
            ours.count = self.known;
            #[expect(clippy::cast_possible_truncation, reason = "at most sixteen")]
            let count = known as u32;
            theirs.count = count;
        }
        for side in [&mut ours, &mut theirs] {
            for _ in 0..shared.min(4) {
                side.insert(self.same);
            }
            side.count += shared.min(4);
        }
        Some(f32::midpoint(ours.mean()?, theirs.mean()?))
    }

    #[inline(always)]
    fn row(&self, place: u16) -> &SkillRow {
        const NOTHING: SkillRow = SkillRow { theirs: [0; OWN], own: [0; OWN], same: [0; OWN] };
        self.rows.get(usize::from(place)).unwrap_or(&NOTHING)
    }

    /// What a candidate's skill gains from the asker's best; what the candidate can do alone counts no more than the same.
    #[inline(always)]
    fn gain<L: Lanes>(&self, lanes: L, place: u16, has: [u8; OWN]) -> u8 {
        let theirs = self.row(place).theirs;
        let capped = lanes.and(has, [self.same; OWN]);
        let uncapped = lanes.and(has.map(|has| !has), [u8::MAX; OWN]);
        let gains = lanes.min(theirs, lanes.or(capped, uncapped));
        gains.into_iter().fold(0, u8::max)
    }
}
