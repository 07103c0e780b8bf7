//! A walk over a lossless picture that keeps none of its pixels: does it say as much as it has pixels?
//!
//! Codes do not depend on colours, so that a damaged file is told before memory is taken for its picture. See
//! <https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification>.

use super::prefix::{Bits, Code};
use crate::Flaw;
use crate::size::Size;

/// Literals, and lengths of copies.
const GREENS: usize = 256 + 24;
const LENGTHS: usize = 256;
const DISTANCES: usize = 40;
/// Encoders make at most 2,600 sets of codes. The decoder takes 20,000 bytes for each.
const MAX_SETS: usize = 3_000;

/// How far away, in columns and rows, is what the first distances mean.
#[rustfmt::skip]
const NEAR: [(i8, i8); 120] = [
    (0, 1), (1, 0), (1, 1), (-1, 1), (0, 2), (2, 0), (1, 2), (-1, 2), (2, 1), (-2, 1), (2, 2), (-2, 2), (0, 3),
    (3, 0), (1, 3), (-1, 3), (3, 1), (-3, 1), (2, 3), (-2, 3), (3, 2), (-3, 2), (0, 4), (4, 0), (1, 4), (-1, 4),
    (4, 1), (-4, 1), (3, 3), (-3, 3), (2, 4), (-2, 4), (4, 2), (-4, 2), (0, 5), (3, 4), (-3, 4), (4, 3), (-4, 3),
    (5, 0), (1, 5), (-1, 5), (5, 1), (-5, 1), (2, 5), (-2, 5), (5, 2), (-5, 2), (4, 4), (-4, 4), (3, 5), (-3, 5),
    (5, 3), (-5, 3), (0, 6), (6, 0), (1, 6), (-1, 6), (6, 1), (-6, 1), (2, 6), (-2, 6), (6, 2), (-6, 2), (4, 5),
    (-4, 5), (5, 4), (-5, 4), (3, 6), (-3, 6), (6, 3), (-6, 3), (0, 7), (7, 0), (1, 7), (-1, 7), (5, 5), (-5, 5),
    (7, 1), (-7, 1), (4, 6), (-4, 6), (6, 4), (-6, 4), (2, 7), (-2, 7), (7, 2), (-7, 2), (3, 7), (-3, 7), (7, 3),
    (-7, 3), (5, 6), (-5, 6), (6, 5), (-6, 5), (8, 0), (4, 7), (-4, 7), (7, 4), (-7, 4), (8, 1), (8, 2), (6, 6),
    (-6, 6), (8, 3), (5, 7), (-5, 7), (7, 5), (-7, 5), (8, 4), (6, 7), (-6, 7), (7, 6), (-7, 6), (8, 5), (7, 7),
    (-7, 7), (8, 6), (8, 7),
];

/// Refuses what comes behind the header of a picture unless it says all of it.
pub(super) fn walk(stream: &[u8], size: Size) -> Result<(), Flaw> {
    let mut bits = Bits::new(stream);
    let (mut width, height) = (size.width as usize, size.height as usize);
    let mut seen = [false; 4];
    while bits.flag()? {
        let kind = bits.take(2)?;
        if std::mem::replace(&mut seen[kind], true) {
            return Err(Flaw::Damaged);
        }
        match kind {
            0 | 1 => {
                let part = 2 + bits.take(3)?;
                Pixels::read(&mut bits, width.div_ceil(1 << part), height.div_ceil(1 << part), false)?;
            }
            2 => {}
            _ => {
                let colours = 1 + bits.take(8)?;
                Pixels::read(&mut bits, colours, 1, false)?;
                // Few colours share a byte.
                let shared = match colours {
                    0..=2 => 8,
                    3..=4 => 4,
                    5..=16 => 2,
                    _ => 1,
                };
                width = width.div_ceil(shared);
            }
        }
    }
    let cache = read_cache(&mut bits)?;
    let mut sets = Sets { side: 0, columns: 0, of_parts: Vec::new(), codes: Vec::new() };
    let mut count = 1;
    if bits.flag()? {
        sets.side = 2 + bits.take(3)?;
        sets.columns = width.div_ceil(1 << sets.side);
        let parts = Pixels::read(&mut bits, sets.columns, height.div_ceil(1 << sets.side), true)?;
        sets.of_parts = parts.into_iter().map(|pixel| (pixel >> 8) as u16).collect();
        count = sets.of_parts.iter().max().map_or(1, |set| usize::from(*set) + 1);
    }
    if count > MAX_SETS {
        return Err(Flaw::Damaged);
    }
    for _ in 0..count {
        sets.codes.push(Set::read(&mut bits, cache)?);
    }
    Pixels { width, count: width * height, cache, kept: None }.walk(&mut bits, &sets)
}

/// How many of the last colours can be named by a number, in bits.
fn read_cache(bits: &mut Bits<'_>) -> Result<u32, Flaw> {
    if !bits.flag()? {
        return Ok(0);
    }
    let size = bits.take(4)? as u32;
    if (1..=11).contains(&size) { Ok(size) } else { Err(Flaw::Damaged) }
}

/// The codes of greens (with lengths of copies and numbers of colours), reds, blues, alphas and distances.
struct Set([Code; 5]);

impl Set {
    fn read(bits: &mut Bits<'_>, cache: u32) -> Result<Self, Flaw> {
        let colours = if cache > 0 { 1 << cache } else { 0 };
        let mut code = |alphabet| Code::read(bits, alphabet);
        Ok(Self([code(GREENS + colours)?, code(LENGTHS)?, code(LENGTHS)?, code(LENGTHS)?, code(DISTANCES)?]))
    }
}

/// Which codes hold where.
struct Sets {
    /// The side of a part, as a power of two.
    side: usize,
    columns: usize,
    of_parts: Vec<u16>,
    codes: Vec<Set>,
}

impl Sets {
    #[inline]
    fn at(&self, column: usize, row: usize) -> Result<&Set, Flaw> {
        let part = (row >> self.side) * self.columns + (column >> self.side);
        let set = self.of_parts.get(part).copied().unwrap_or(0);
        self.codes.get(usize::from(set)).ok_or(Flaw::Damaged)
    }
}

struct Pixels {
    width: usize,
    count: usize,
    cache: u32,
    /// The pixels so far, where somebody needs them, and the last colours.
    kept: Option<(Vec<u32>, Vec<u32>)>,
}

impl Pixels {
    /// Reads a picture that says something about another one, and keeps its pixels if they are needed.
    fn read(bits: &mut Bits<'_>, width: usize, height: usize, is_kept: bool) -> Result<Vec<u32>, Flaw> {
        let cache = read_cache(bits)?;
        let codes = vec![Set::read(bits, cache)?];
        let sets = Sets { side: 0, columns: 0, of_parts: Vec::new(), codes };
        let kept = is_kept.then(|| (Vec::new(), vec![0; 1 << cache]));
        let mut pixels = Self { width, count: width * height, cache, kept };
        pixels.walk(bits, &sets)?;
        Ok(pixels.kept.map(|(pixels, _)| pixels).unwrap_or_default())
    }

    fn walk(&mut self, bits: &mut Bits<'_>, sets: &Sets) -> Result<(), Flaw> {
        let mut at = 0;
        while at < self.count {
            let Set([green, red, blue, alpha, distance]) = sets.at(at % self.width, at / self.width)?;
            let symbol = bits.symbol(green)?;
            if symbol < 256 {
                let (red, blue, alpha) = (bits.symbol(red)?, bits.symbol(blue)?, bits.symbol(alpha)?);
                if self.kept.is_some() {
                    self.keep((alpha << 24 | red << 16 | symbol << 8 | blue) as u32);
                }
                at += 1;
            } else if symbol < GREENS {
                let length = number(bits, symbol - 256)?;
                let symbol = bits.symbol(distance)?;
                let distance = self.distance(number(bits, symbol)?);
                if distance > at || length > self.count - at {
                    return Err(Flaw::Damaged);
                }
                self.copy(distance, length);
                at += length;
            } else {
                self.recall(symbol - GREENS);
                at += 1;
            }
        }
        Ok(())
    }

    fn keep(&mut self, pixel: u32) {
        if let Some((pixels, colours)) = &mut self.kept {
            pixels.push(pixel);
            if self.cache > 0 {
                colours[(0x1e35_a7bd_u32.wrapping_mul(pixel) >> (32 - self.cache)) as usize] = pixel;
            }
        }
    }

    fn copy(&mut self, distance: usize, length: usize) {
        for _ in 0..length {
            let Some((pixels, _)) = &self.kept else { return };
            self.keep(pixels[pixels.len() - distance]);
        }
    }

    fn recall(&mut self, number: usize) {
        if let Some((_, colours)) = &self.kept {
            self.keep(colours[number]);
        }
    }

    /// Short distances are along rows and columns.
    fn distance(&self, told: usize) -> usize {
        match NEAR.get(told - 1) {
            Some((columns, rows)) => {
                let distance = isize::from(*columns) + isize::from(*rows) * self.width.cast_signed();
                distance.max(1).unsigned_abs()
            }
            None => told - NEAR.len(),
        }
    }
}

/// A length or a distance: a symbol says how large it is about, and bits say the rest.
fn number(bits: &mut Bits<'_>, symbol: usize) -> Result<usize, Flaw> {
    if symbol < 4 {
        return Ok(symbol + 1);
    }
    let extra = (symbol - 2) / 2;
    Ok(((2 + symbol % 2) << extra) + bits.take(extra as u32)? + 1)
}
