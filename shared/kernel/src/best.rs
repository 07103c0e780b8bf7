//! The best few of many, kept while they are found.

/// A candidate and what the sketch gave them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub score: f32,
    /// Among equals the smaller id comes first.
    pub id: [u8; 16],
}

impl Found {
    fn key(&self) -> (std::cmp::Reverse<u32>, [u8; 16]) {
        // Scores are never negative: their bits are in the order of their values.
        (std::cmp::Reverse(self.score.to_bits()), self.id)
    }
}

/// Which ones it keeps depends on what is offered, not on the order in which it is.
#[derive(Clone, Debug)]
pub struct Best {
    limit: usize,
    /// Some more than the limit, so that they are sorted out once in a while and not one by one.
    kept: Vec<Found>,
    threshold: f32,
}

impl Best {
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::with_capacity(Self::room(limit)), threshold: 0.0 }
    }

    /// Whatever scores less is not kept.
    #[inline(always)]
    pub(crate) fn threshold(&self) -> f32 {
        self.threshold
    }

    const fn room(limit: usize) -> usize {
        limit + limit / 2 + 16
    }

    #[inline(always)]
    pub(crate) fn offer(&mut self, score: f32, id: [u8; 16]) {
        if score >= self.threshold {
            self.keep(Found { score, id });
        }
    }

    #[inline(never)]
    fn keep(&mut self, found: Found) {
        if self.limit == 0 {
            return;
        }
        self.kept.push(found);
        if self.kept.len() >= Self::room(self.limit) {
            self.sort_out();
        }
    }

    fn sort_out(&mut self) {
        if self.kept.len() > self.limit {
            let (_, last, _) = self.kept.select_nth_unstable_by_key(self.limit - 1, Found::key);
            self.threshold = last.score;
            self.kept.truncate(self.limit);
        }
    }

    /// At most the limit, best first.
    pub fn into_sorted(mut self) -> Vec<Found> {
        self.sort_out();
        self.kept.sort_unstable_by_key(Found::key);
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_kept_in_whatever_order_they_come() {
        let found = |n: u32| Found {
            score: f32::from(u16::try_from(n * 7_919 % 50).unwrap()),
            id: u128::from(n).to_be_bytes(),
        };
        let all: Vec<Found> = (0..1_000).map(found).collect();
        let mut expected = all.clone();
        expected.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        for limit in [0, 1, 7, 300, 2_000] {
            let (mut forwards, mut backwards) = (Best::new(limit), Best::new(limit));
            for (one, other) in all.iter().zip(all.iter().rev()) {
                forwards.offer(one.score, one.id);
                backwards.offer(other.score, other.id);
            }
            let forwards = forwards.into_sorted();
            assert_eq!(forwards, expected[..limit.min(1_000)]);
            assert_eq!(forwards, backwards.into_sorted());
        }
    }
}
