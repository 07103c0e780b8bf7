//! A sketch of the whole score of a candidate: sums of what was prepared for the one who asks.

use crate::filter::{Asker, Filter};
use crate::lanes::Lanes;
use crate::skills::SkillTables;
use crate::traits::{LISTED, Traits};

/// The steps in which similarities from -1 to 1 are looked up.
pub const SIMILARITIES: usize = 4_096;

/// Everything that a score needs to know of the asker, by what a candidate may be. A value that is no number means that
/// there is nothing to compare. Values of parts are multiplied with the weight of their component already.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Nobody is kept whom one of these does not take.
    pub filters: Vec<Filter>,
    pub asker: Asker,
    /// The id of who asks, who is never found.
    pub own_id: [u8; 16],
    pub skills: SkillTables,
    /// By the field.
    pub field: [f32; 16],
    /// By the goals.
    pub goals: Vec<f32>,
    /// By two bits about goals that matter to it, and the years.
    pub experience: [[f32; 64]; 4],
    /// Which goals give these two bits.
    pub guiding: [u8; 2],
    /// Minutes that two offsets have in common, in January and in July.
    pub minutes: [[u16; 256]; 2],
    /// By minutes.
    pub time: Vec<f32>,
    /// By the hours a week: how they compare, and zero if that cannot be said.
    pub hours: [f32; 128],
    /// How much of availability is time when hours are known, and how much is hours.
    pub shares: [f32; 2],
    /// A bit for each hash of the asker's interests.
    pub interests: Vec<u64>,
    pub interests_count: u32,
    /// By the length of the shorter list, and by how many are in both.
    pub interest_values: [[f32; LISTED + 1]; LISTED + 1],
    pub languages: u64,
    pub country: u16,
    pub city: u32,
    /// For another country, the same country, the same city.
    pub place: [f32; 3],
    /// The asker's vector; `to_cosine` is zero if there is none.
    pub vector: Box<[i16; crate::DIMENSIONS]>,
    pub to_cosine: f32,
    /// By similarity.
    pub semantic: Vec<f32>,
    pub weights: Weights,
}

/// What each component counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weights {
    pub field: f32,
    pub experience: f32,
    pub interests: f32,
    pub goals: f32,
    pub languages: f32,
    pub availability: f32,
    pub place: f32,
    pub semantic: f32,
}

/// The mean of what could be compared, so far.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f32,
    weights: f32,
}

impl Mean {
    #[inline(always)]
    fn add(&mut self, weighted: f32, weight: f32) {
        self.sum += weighted;
        self.weights += weight;
    }

    /// What the mean can still become by components of which the greatest values and the weights are known, greatest value
    /// first. What would lower it may be left out. Rounding is allowed for.
    #[inline(always)]
    fn at_best<const N: usize>(mut self, components: [(f32, f32); N]) -> f32 {
        for (value, weight) in components {
            if value * self.weights > self.sum {
                self.add(value * weight, weight);
            }
        }
        self.sum / self.weights + 1e-5
    }

    #[inline(always)]
    fn add_if_there(&mut self, weighted: f32, weight: f32) {
        if !weighted.is_nan() {
            self.add(weighted, weight);
        }
    }
}

impl Tables {
    #[inline(always)]
    pub(crate) fn takes(&self, traits: &Traits) -> bool {
        self.asker.suits(traits) && self.filters.iter().all(|filter| filter.takes(traits))
    }

    /// 0 to 1, near what the engine gives; nothing if it is certain to be less than `threshold`.
    ///
    /// What takes longest comes last, and only for those who could still be among the best: for most the rest of the
    /// components already says that they are not, even if the missing ones were perfect.
    #[inline(always)]
    pub(crate) fn score<L: Lanes>(
        &self,
        lanes: L,
        traits: &Traits,
        vector: &[i8; crate::DIMENSIONS],
        threshold: f32,
    ) -> Option<f32> {
        let mut mean = self.looked_up(traits);
        let skills = self.skills.at_best();
        if mean.at_best([(1.0, self.semantic_weight()), skills]) < threshold {
            return None;
        }
        if self.to_cosine > 0.0 && traits.scale > 0.0 {
            #[expect(clippy::cast_precision_loss, reason = "three digits matter")]
            let cosine = lanes.dot(&self.vector, vector) as f32 * (self.to_cosine * traits.scale);
            mean.add(self.semantic(cosine), self.weights.semantic);
        }
        if mean.at_best([skills]) < threshold {
            return None;
        }
        if let Some(value) = self.skills.value(lanes, &traits.skills) {
            mean.add(value * self.skills.weight, self.skills.weight);
        }
        Some(if mean.weights > 0.0 { (mean.sum / mean.weights).clamp(0.0, 1.0) } else { 0.0 })
    }

    /// Zero if the asker has no vector: nobody is compared by theirs then.
    #[inline(always)]
    fn semantic_weight(&self) -> f32 {
        if self.to_cosine > 0.0 { self.weights.semantic } else { 0.0 }
    }

    /// The components that need no more than a look at a table.
    #[inline(always)]
    fn looked_up(&self, traits: &Traits) -> Mean {
        let mut mean = Mean::default();
        mean.add(self.field[usize::from(traits.field % 16)], self.weights.field);
        mean.add(self.experience(traits), self.weights.experience);
        if let Some(value) = self.interests(&traits.interests) {
            mean.add(value, self.weights.interests);
        }
        mean.add_if_there(self.goals.get(usize::from(traits.goals)).copied().unwrap_or(f32::NAN), self.weights.goals);
        if self.languages != 0 && traits.languages != 0 {
            let found = if self.languages & traits.languages == 0 { 0.0 } else { self.weights.languages };
            mean.add(found, self.weights.languages);
        }
        mean.add(self.availability(traits), self.weights.availability);
        if self.country != 0 && traits.country != 0 {
            let near = usize::from(self.country == traits.country);
            let same = near & usize::from(self.city == traits.city);
            mean.add(self.place[near + same], self.weights.place);
        }
        mean
    }

    #[inline(always)]
    fn experience(&self, traits: &Traits) -> f32 {
        let bit = |mask: u8| usize::from(traits.goals & mask != 0);
        self.experience[bit(self.guiding[0]) + 2 * bit(self.guiding[1])][usize::from(traits.experience % 64)]
    }

    #[inline(always)]
    fn interests(&self, interests: &[u16; LISTED]) -> Option<f32> {
        if self.interests_count == 0 || interests[0] == 0 {
            return None;
        }
        // Lists end at different places: to look at all of them is quicker than to guess where.
        let (mut count, mut shared) = (0_u32, 0_u32);
        for hash in interests {
            let bits = self.interests.get(usize::from(hash / 64)).copied().unwrap_or(0);
            count += u32::from(*hash != 0);
            shared += u32::from(bits >> (hash % 64) & 1 == 1);
        }
        let shorter = self.interests_count.min(count) as usize;
        self.interest_values.get(shorter).and_then(|values| values.get(shared as usize)).copied()
    }

    #[inline(always)]
    fn availability(&self, traits: &Traits) -> f32 {
        let [january, july] = traits.offsets.map(|offset| usize::from(offset.cast_unsigned()));
        let minutes = u16::midpoint(self.minutes[0][january], self.minutes[1][july]);
        let time = self.time.get(usize::from(minutes)).copied().unwrap_or(0.0);
        let hours = self.hours[usize::from(traits.hours % 128)];
        if hours > 0.0 { self.shares[0] * time + self.shares[1] * hours } else { time }
    }

    #[inline(always)]
    fn semantic(&self, cosine: f32) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a power of two")]
        let place = f32::midpoint(cosine.clamp(-1.0, 1.0), 1.0) * (SIMILARITIES - 1) as f32;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what there is")]
        let place = (place + 0.5) as usize;
        self.semantic.get(place).copied().unwrap_or(0.0)
    }
}
