//! What a frame says: which components a picture has, and in how many blocks.

use crate::Flaw;
use crate::chunks::Reader;
use crate::size::Size;

/// Below so many pixels on a side all of them are made. A block that is made smaller mixes in what fills it up, and that
/// would be much of a picture that is few pixels wide.
const NARROW: f64 = 32.0;

/// A component, and what of it is kept: so many values of each block, in each direction, as make it large enough.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub(super) id: u8,
    pub(super) across: usize,
    pub(super) down: usize,
    /// Which table says how coarse its values are.
    pub(super) coarseness: u8,
    /// Sides of a block that is kept, from one to eight.
    pub(super) side: usize,
    /// Width and height in blocks, with those that only fill up the last units.
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Width and height of what is a picture, in pixels that are kept; their last ones may be shown in part.
    pub(super) content: (f64, f64),
    /// How many bits of each value are still to come.
    missing: [u8; 64],
}

impl Component {
    /// What a scan of it alone has, where nothing fills up.
    fn own_blocks(&self, frame: &Frame) -> (usize, usize) {
        let blocks = |length: u32, factor: usize, most: usize| (length as usize * factor).div_ceil(most * 8);
        (blocks(frame.size.width, self.across, frame.across), blocks(frame.size.height, self.down, frame.down))
    }

    /// Notes what a scan says of the values from `first` to `last`, and answers whether nothing was said of them before.
    pub(super) fn note(&mut self, (first, last): (usize, usize), left: u8) -> bool {
        let bits = &mut self.missing[first..=last];
        let is_first = bits.iter().all(|bits| *bits == u8::MAX);
        bits.fill(left);
        is_first
    }
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) size: Size,
    pub(super) is_progressive: bool,
    pub(super) components: Vec<Component>,
    /// The largest factors of any component.
    across: usize,
    down: usize,
}

/// The units of a scan: how many, and how many blocks of a component stand beside and above each other in one.
pub(super) struct Units {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) is_mixed: bool,
}

impl Frame {
    /// Reads a frame of a picture whose copies have sides of `longest`.
    pub(super) fn read(segment: &[u8], is_progressive: bool, longest: u32) -> Result<Self, Flaw> {
        let mut reader = Reader::new(segment);
        if reader.byte()? != 8 {
            return Err(Flaw::Type);
        }
        let (height, width) = (reader.u16_be()?, reader.u16_be()?);
        let size = Size::admit(width.into(), height.into())?;
        let mut factors = Vec::new();
        for _ in 0..reader.byte()? {
            let [id, both, coarseness] = reader.array()?;
            let (across, down) = (usize::from(both >> 4), usize::from(both & 15));
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
                return Err(Flaw::Damaged);
            }
            factors.push((id, across, down, coarseness));
        }
        if !matches!(factors.len(), 1 | 3 | 4) {
            return Err(Flaw::Type);
        }
        let most = |factor: fn(&(u8, usize, usize, u8)) -> usize| factors.iter().map(factor).max().unwrap_or(1);
        let (across, down) = (most(|one| one.1), most(|one| one.2));
        let mut frame = Self { size, is_progressive, components: Vec::new(), across, down };
        let units = frame.units(&[]);
        for (id, across, down, coarseness) in factors {
            let own = |length: u32, factor: usize, most: usize| f64::from(length) * factor as f64 / most as f64;
            let (width, height) = (own(size.width, across, frame.across), own(size.height, down, frame.down));
            let kept_side = if width.min(height) < NARROW { 8 } else { side(width.max(height), longest) };
            let kept = kept_side as f64 / 8.0;
            frame.components.push(Component {
                id,
                across,
                down,
                coarseness,
                side: kept_side,
                columns: units.columns * across,
                rows: units.rows * down,
                content: (width * kept, height * kept),
                missing: [u8::MAX; 64],
            });
        }
        Ok(frame)
    }

    /// Whether the scans have said everything. Scripts may leave all details of both colours out, but not those of one: then
    /// a scan is missing.
    pub(super) fn is_complete(&self) -> bool {
        let is_whole = |component: &Component| component.missing.iter().all(|bits| *bits == 0);
        let is_coarse = |component: &Component| {
            let (average, details) = (component.missing[0], &component.missing[1..]);
            average == 0 && details.iter().all(|bits| *bits == u8::MAX)
        };
        match &self.components[..] {
            [shades, colours @ ..] if colours.len() == 2 && colours.iter().all(is_coarse) => is_whole(shades),
            all => all.iter().all(is_whole),
        }
    }

    /// How many blocks a scan of these components passes over.
    pub(super) fn blocks(&self, places: &[usize]) -> usize {
        let Units { columns, rows, is_mixed } = self.units(places);
        let each = |place: &usize| self.components[*place].across * self.components[*place].down;
        columns * rows * if is_mixed { places.iter().map(each).sum() } else { 1 }
    }

    /// The units of a scan of these components.
    pub(super) fn units(&self, places: &[usize]) -> Units {
        if let [place] = places {
            let (columns, rows) = self.components[*place].own_blocks(self);
            return Units { columns, rows, is_mixed: false };
        }
        let blocks = |length: u32, most: usize| (length as usize).div_ceil(most * 8);
        Units {
            columns: blocks(self.size.width, self.across),
            rows: blocks(self.size.height, self.down),
            is_mixed: true,
        }
    }
}

/// The fewest values of each block that leave half as much again as the largest copy shows.
fn side(length: f64, longest: u32) -> usize {
    (1..8).find(|side| length * f64::from(*side) >= f64::from(longest) * 12.0).map_or(8, |side| side as usize)
}
