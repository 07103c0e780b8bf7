//! How long things are kept, and how a stage shortens or stretches it.

use std::time::Duration;

/// How long a value may be used. The named ones say what they are for, so that a change of one leaves the others alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tier {
    Short,
    Medium,
    Long,
    VeryLong,
    Embeddings,
    RankedLists,
    PairExplanations,
    UserProject,
    PopularProjects,
    Matrix,
}

impl Tier {
    pub const ALL: [Self; 10] = [
        Self::Short,
        Self::Medium,
        Self::Long,
        Self::VeryLong,
        Self::Embeddings,
        Self::RankedLists,
        Self::PairExplanations,
        Self::UserProject,
        Self::PopularProjects,
        Self::Matrix,
    ];

    /// Before the stage's profile and the jitter.
    pub const fn base(self) -> Duration {
        match self {
            Self::Short => Duration::from_mins(5),
            Self::Medium | Self::PopularProjects => Duration::from_mins(30),
            Self::RankedLists | Self::PairExplanations | Self::Matrix => Duration::from_hours(1),
            Self::Long => Duration::from_hours(2),
            Self::UserProject => Duration::from_hours(6),
            Self::VeryLong => Duration::from_hours(24),
            Self::Embeddings => Duration::from_hours(7 * 24),
        }
    }
}

/// The profile of a stage: all tiers by the same factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiers {
    percent: u32,
}

impl Tiers {
    /// A tier is at least one and at most ten thousand hundredths of what it is called.
    pub const PERCENT: std::ops::RangeInclusive<u32> = 1..=10_000;
    /// How many numbers a jitter is drawn from: those below this one.
    pub const DRAWS: u32 = 2_001;

    /// Nothing if the factor is out of bounds.
    pub fn scaled(percent: u32) -> Option<Self> {
        Self::PERCENT.contains(&percent).then_some(Self { percent })
    }

    pub fn of(self, tier: Tier) -> Duration {
        tier.base() * self.percent / 100
    }

    /// The tier and up to a tenth more or less, so that what was computed together does not end together. `drawn` is a
    /// number below [`Self::DRAWS`].
    pub fn jittered(self, tier: Tier, drawn: u32) -> Duration {
        self.of(tier) * (9_000 + drawn.min(Self::DRAWS - 1)) / 10_000
    }
}

impl Default for Tiers {
    fn default() -> Self {
        Self { percent: 100 }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tiers_are_what_the_design_says() {
        let minutes = |tier: Tier| tier.base().as_secs() / 60;
        let all = Tier::ALL.map(minutes);
        assert_eq!(all, [5, 30, 120, 24 * 60, 7 * 24 * 60, 60, 60, 6 * 60, 30, 60]);
    }

    #[test]
    fn the_jitter_reaches_both_ends() {
        let tiers = Tiers::default();
        assert_eq!(tiers.jittered(Tier::Short, 0), Duration::from_secs(270));
        assert_eq!(tiers.jittered(Tier::Short, 1_000), Duration::from_mins(5));
        assert_eq!(tiers.jittered(Tier::Short, Tiers::DRAWS - 1), Duration::from_secs(330));
    }

    proptest! {
        #[test]
        fn a_jittered_tier_is_within_a_tenth(percent in Tiers::PERCENT, drawn: u32, index in 0..Tier::ALL.len()) {
            let (tiers, tier) = (Tiers::scaled(percent).unwrap(), Tier::ALL[index]);
            let (exact, jittered) = (tiers.of(tier), tiers.jittered(tier, drawn));
            prop_assert!(jittered >= exact * 9 / 10 && jittered <= exact * 11 / 10);
            prop_assert!(jittered > Duration::ZERO);
        }

        #[test]
        fn a_profile_has_bounds(percent: u32) {
            prop_assert_eq!(Tiers::scaled(percent).is_some(), (1..=10_000).contains(&percent));
        }
    }
}
