//! Blocks of a picture: their values as scans give them, and the pixels that are made of them.

use std::f32::consts::PI;

use super::frame::Component;
use crate::planes::Plane;

/// Where the values of a block stand, in the order in which scans give them.
#[rustfmt::skip]
pub(super) const PLACES: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
    62, 63,
];

/// Values of a block, in rows.
pub(super) type Block = [f32; 64];

/// Makes pixels of blocks. Of each, only its first values are looked at, so that it becomes smaller than eight by eight:
/// what they leave out is what a smaller picture cannot show.
pub(super) struct Painter {
    pub(super) plane: Plane,
    side: usize,
    /// Per pixel of a row, how much of each value is in it.
    waves: [[f32; 8]; 8],
}

impl Painter {
    pub(super) fn new(component: &Component) -> Self {
        let side = component.side;
        let mut waves = [[0.0; 8]; 8];
        for (pixel, shares) in waves.iter_mut().enumerate().take(side) {
            shares[0] = 0.125_f32.sqrt();
            for (value, share) in shares.iter_mut().enumerate().take(side).skip(1) {
                let angle = (2 * pixel + 1) as f32 * value as f32 * PI / (2 * side) as f32;
                *share = angle.cos() / 2.0;
            }
        }
        let (columns, rows) = (component.columns * side, component.rows * side);
        Self { plane: Plane::new(columns, rows, component.content), side, waves }
    }

    /// Paints the block that stands in this column and row.
    pub(super) fn paint(&mut self, block: &Block, column: usize, row: usize) {
        let at = (row * self.plane.stride + column) * self.side;
        if block[1..].iter().all(|value| *value == 0.0) {
            let grey = byte(block[0] / 8.0);
            for line in self.plane.samples[at..].chunks_mut(self.plane.stride).take(self.side) {
                line[..self.side].fill(grey);
            }
            return;
        }
        match self.side {
            1 => self.paint_sides::<1>(block, at),
            2 => self.paint_sides::<2>(block, at),
            3 => self.paint_sides::<3>(block, at),
            4 => self.paint_sides::<4>(block, at),
            5 => self.paint_sides::<5>(block, at),
            6 => self.paint_sides::<6>(block, at),
            7 => self.paint_sides::<7>(block, at),
            _ => self.paint_sides::<8>(block, at),
        }
    }

    fn paint_sides<const SIDE: usize>(&mut self, block: &Block, at: usize) {
        let rows: [[f32; SIDE]; SIDE] =
            std::array::from_fn(|row| std::array::from_fn(|column| block[row * 8 + column]));
        let across: [[f32; SIDE]; SIDE] =
            std::array::from_fn(|value| std::array::from_fn(|pixel| self.waves[pixel][value]));
        for (y, line) in self.plane.samples[at..].chunks_mut(self.plane.stride).take(SIDE).enumerate() {
            let mut values = [0.0; SIDE];
            for (row, share) in rows.iter().zip(&self.waves[y]) {
                add(&mut values, row, *share);
            }
            let mut pixels = [0.0; SIDE];
            for (wave, value) in across.iter().zip(&values) {
                add(&mut pixels, wave, *value);
            }
            line[..SIDE].copy_from_slice(&pixels.map(byte));
        }
    }
}

fn add<const SIDE: usize>(sum: &mut [f32; SIDE], row: &[f32; SIDE], share: f32) {
    for (sum, value) in sum.iter_mut().zip(row) {
        *sum += value * share;
    }
}

/// A sample, which is never far from the middle in a picture that somebody made.
fn byte(value: f32) -> u8 {
    // Behind this sum the lowest byte of a float is the nearest whole number.
    ((value + 128.0).clamp(0.0, 255.0) + 8_388_608.0).to_bits() as u8
}

/// The values of a component of a progressive picture, until all scans have told of them: of each block only what is
/// painted, and of the others whether they are zero, because that is what refinements depend on.
pub(super) struct Values {
    kept: Vec<i16>,
    known: Vec<u64>,
    columns: usize,
    side: usize,
    /// Where a value is kept, in the order of scans.
    slots: [Option<u8>; 64],
}

impl Values {
    pub(super) fn new(component: &Component) -> Self {
        let side = component.side;
        let slots = PLACES.map(|place| {
            let (row, column) = (usize::from(place) / 8, usize::from(place) % 8);
            if row < side && column < side { u8::try_from(row * side + column).ok() } else { None }
        });
        let blocks = component.columns * component.rows;
        Self { kept: vec![0; blocks * side * side], known: vec![0; blocks], columns: component.columns, side, slots }
    }

    pub(super) fn at(&mut self, column: usize, row: usize) -> BlockValues<'_> {
        let (block, values) = (row * self.columns + column, self.side * self.side);
        BlockValues {
            kept: &mut self.kept[block * values..(block + 1) * values],
            known: &mut self.known[block],
            slots: &self.slots,
        }
    }

    /// Paints all of them.
    pub(super) fn paint(&self, painter: &mut Painter, steps: &[f32; 64]) {
        let values = self.side * self.side;
        let mut block = [0.0; 64];
        for (index, kept) in self.kept.chunks_exact(values).enumerate() {
            for (row, kept) in kept.chunks_exact(self.side).enumerate() {
                for (column, value) in kept.iter().enumerate() {
                    block[row * 8 + column] = f32::from(*value) * steps[row * 8 + column];
                }
            }
            painter.paint(&block, index % self.columns, index / self.columns);
        }
    }
}

pub(super) struct BlockValues<'a> {
    kept: &'a mut [i16],
    known: &'a mut u64,
    slots: &'a [Option<u8>; 64],
}

impl BlockValues<'_> {
    /// The first value from this one on that is not zero; 64 if there is none.
    pub(super) fn next_known(&self, from: usize) -> usize {
        let rest = self.known.checked_shr(from as u32).unwrap_or(0);
        if rest == 0 { 64 } else { from + rest.trailing_zeros() as usize }
    }

    pub(super) fn set(&mut self, at: usize, value: i32) {
        *self.known |= u64::from(value != 0) << at;
        if let Some(slot) = self.slots[at] {
            // No picture has larger ones; what is cut off here looks wrong, and nothing else.
            self.kept[usize::from(slot)] = value as i16;
        }
    }

    /// Adds a bit to a value, away from zero, unless it has it.
    pub(super) fn refine(&mut self, at: usize, bit: i16) {
        let Some(slot) = self.slots[at] else { return };
        let value = &mut self.kept[usize::from(slot)];
        if *value & bit == 0 {
            *value = if *value < 0 { value.wrapping_sub(bit) } else { value.wrapping_add(bit) };
        }
    }

    /// Sets a bit of the average.
    pub(super) fn refine_average(&mut self, bit: i16) {
        if let Some(value) = self.kept.first_mut() {
            *value |= bit;
        }
    }
}
