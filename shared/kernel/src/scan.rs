//! The scan: every candidate of a segment is scored, and the best are kept.

use pulp::Arch;

use crate::best::Best;
use crate::sketch::{Tables, dot};
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
    Arch::new().dispatch(
        #[inline(always)]
        || scan_with(tables, rows, best),
    )
}

#[inline(always)]
fn scan_with(tables: &Tables, rows: Rows<'_>, best: &mut Best) -> usize {
    let mut looked_at = 0;
    for (at, ((id, traits), vector)) in rows.ids.iter().zip(rows.traits).zip(rows.vectors).enumerate() {
        let skipped = rows.skipped.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1);
        if skipped || *id == tables.own_id {
            continue;
        }
        looked_at += 1;
        if tables.takes(traits) {
            best.offer(tables.score(traits, vector), *id);
        }
    }
    looked_at
}

/// Only the products of a vector with each of many, for measurements.
pub fn dot_products(asker: &[i16; crate::DIMENSIONS], vectors: &[[i8; crate::DIMENSIONS]], products: &mut [i32]) {
    Arch::new().dispatch(
        #[inline(always)]
        || {
            for (product, vector) in products.iter_mut().zip(vectors) {
                *product = dot(asker, vector);
            }
        },
    );
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
