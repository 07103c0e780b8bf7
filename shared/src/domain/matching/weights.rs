//! How much each component counts.

use super::ComponentName;
use crate::domain::fields::Refusal;

/// One weight per component, from 0 to [`Weights::MAX`], which together make 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights([f64; ComponentName::ALL.len()]);

/// More change nothing: a double has 53 digits.
const HALVINGS: usize = 60;

impl Weights {
    /// No single component may decide a score alone.
    pub const MAX: f64 = 0.5;

    /// Takes the default for a component that is not listed, and divides all by their sum.
    pub fn new(listed: &[(ComponentName, f64)]) -> Result<Self, Refusal> {
        let mut weights = Self::default().0;
        for &(name, weight) in listed {
            if !(0.0..=1.0).contains(&weight) {
                return Err("a weight must be 0 to 1".into());
            }
            weights[name.index()] = weight;
        }
        Self::normalised(weights)
    }

    pub const fn of(&self, name: ComponentName) -> f64 {
        self.0[name.index()]
    }

    /// These weights times `factors`, still making 1, none of them below or above these multiples of what it was, or above
    /// [`Self::MAX`]. What one gains the others lose in proportion, as far as their bounds let them. The factors must be
    /// within `bounds` too.
    #[must_use]
    pub(super) fn moved(&self, factors: &[f64; ComponentName::ALL.len()], bounds: (f64, f64)) -> Self {
        let (least, most) = bounds;
        let at = |scale: f64| {
            let mut weights = self.0;
            for (weight, factor) in weights.iter_mut().zip(factors) {
                *weight = (*weight * factor * scale).clamp(*weight * least, (*weight * most).min(Self::MAX));
            }
            weights
        };
        // The sum grows with the scale, from where all weights are at their least to where all are at their most.
        let (mut low, mut high) = (least / most, most / least);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if at(middle).iter().sum::<f64>() < 1.0 { low = middle } else { high = middle }
        }
        Self(at(high))
    }

    fn normalised(weights: [f64; ComponentName::ALL.len()]) -> Result<Self, Refusal> {
        let sum: f64 = weights.iter().sum();
        if sum <= 0.0 {
            return Err("at least one weight must be above 0".into());
        }
        let weights = weights.map(|weight| weight / sum);
        if weights.iter().any(|weight| *weight > Self::MAX) {
            return Err("no weight may be more than half of all weights together".into());
        }
        Ok(Self(weights))
    }
}

/// The weights in the order of the components, as they read in a key.
impl std::fmt::Display for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|weight| write!(f, "{weight:.4} "))
    }
}

impl Default for Weights {
    /// What two people say in their own words counts most after their skills. The others give it 18 % of theirs each, so
    /// that a score without it is made of the same parts as if there were no such component.
    fn default() -> Self {
        Self([0.246, 0.0984, 0.082, 0.1066, 0.123, 0.0574, 0.0656, 0.041, 0.18])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_makes_one_and_keeps_its_own_bound() {
        let weights = Weights::default();
        assert!((weights.0.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(weights.0.iter().all(|weight| (0.0..=Weights::MAX).contains(weight)));
    }

    #[test]
    fn weights_out_of_bounds_are_refused() {
        for weight in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(Weights::new(&[(ComponentName::Skills, weight)]).is_err(), "{weight}");
        }
        assert!(Weights::new(&ComponentName::ALL.map(|name| (name, 0.0))).is_err());
        assert!(Weights::new(&[(ComponentName::Skills, 1.0)]).is_err());
        assert!(Weights::new(&[(ComponentName::Skills, 0.7)]).is_ok());
    }

    proptest! {
        #[test]
        fn accepted_weights_are_bounded_and_make_one(listed in prop::array::uniform9(0.0..=1.0_f64)) {
            let listed: Vec<_> = ComponentName::ALL.into_iter().zip(listed).collect();
            if let Ok(weights) = Weights::new(&listed) {
                prop_assert!((weights.0.iter().sum::<f64>() - 1.0).abs() < 1e-9);
                prop_assert!(weights.0.iter().all(|weight| (0.0..=Weights::MAX).contains(weight)));
            }
        }
    }
}
