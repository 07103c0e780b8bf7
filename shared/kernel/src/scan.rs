//! The scan: every candidate of a segment is scored, and the best are kept.

use crate::best::Best;
use crate::lanes::{self, Lanes, Work};
use crate::sketch::Tables;
use crate::traits::Traits;

/// The candidates of a segment, in arrays of one length.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'s> {
    pub ids: &'s [[u8; 16]],
    pub traits: &'s [Traits],
    pub vectors: &'s [[i8; crate::DIMENSIONS]],
    /// A bit for each candidate who is described better elsewhere; nothing if there are none.
    pub skipped: &'s [u64],
}

/// Offers everybody whom the filters take to `best`, and answers how many were looked at.
pub fn scan(tables: &Tables, rows: Rows<'_>, best: &mut Best) -> usize {
    lanes::run(Scan { tables, rows, best })
}

struct Scan<'w> {
    tables: &'w Tables,
    rows: Rows<'w>,
    best: &'w mut Best,
}

impl Work for Scan<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> usize {
        let Self { tables, rows, best } = self;
        let mut looked_at = 0;
        for (at, ((id, traits), vector)) in rows.ids.iter().zip(rows.traits).zip(rows.vectors).enumerate() {
            let skipped = rows.skipped.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1);
            if skipped || *id == tables.own_id {
                continue;
            }
            looked_at += 1;
            if tables.takes(traits)
                && let Some(score) = tables.score(lanes, traits, vector, best.threshold())
            {
                best.offer(score, *id);
            }
        }
        looked_at
    }
}

/// Only the products of a vector with each of many, for measurements.
pub fn dot_products(asker: &[i16; crate::DIMENSIONS], vectors: &[[i8; crate::DIMENSIONS]], products: &mut [i32]) {
    lanes::run(Products { asker, vectors, into: products });
}

struct Products<'w> {
    asker: &'w [i16; crate::DIMENSIONS],
    vectors: &'w [[i8; crate::DIMENSIONS]],
    into: &'w mut [i32],
}

impl Work for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        for (product, vector) in self.into.iter_mut().zip(self.vectors) {
            *product = lanes.dot(self.asker, vector);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_exact_at_the_extremes() {
        let mut products = [0; 3];
        let vectors = [
            [127; crate::DIMENSIONS],
            [-127; crate::DIMENSIONS],
            std::array::from_fn(|at| if at == 5 { 3 } else { 0 }),
        ];
        dot_products(&[1_672; crate::DIMENSIONS], &vectors, &mut products);
        assert_eq!(products, [1_672 * 127 * 384, -1_672 * 127 * 384, 1_672 * 3]);
    }
}
