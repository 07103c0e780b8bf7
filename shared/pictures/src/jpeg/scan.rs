//! Scans: the codes of a JPEG become values of its blocks.
//!
//! Decoders fill what is missing with grey and skip what is too much, because a viewer had rather see something. Here a
//! scan that was cut, zeroed or lengthened is a damaged file: it says less or more than its picture has blocks.

use super::blocks::{Block, BlockValues, PLACES};
use super::codes::{Bits, Table};
use crate::Flaw;
use crate::chunks::Reader;

/// The definitions that hold at some place of the file, as they stand there: a table is built when a scan uses it.
#[derive(Default)]
pub(super) struct Definitions<'a> {
    codes: [[Option<&'a [u8]>; 4]; 2],
    steps: [Option<[f32; 64]>; 4],
    pub(super) restart: usize,
}

impl<'a> Definitions<'a> {
    /// Takes a segment that defines codes.
    pub(super) fn define_codes(&mut self, segment: &'a [u8]) -> Result<(), Flaw> {
        let mut reader = Reader::new(segment);
        while !reader.is_empty() {
            let [kind] = reader.array()?;
            let rest = reader.rest();
            let symbols: usize = reader.take(16)?.iter().map(|count| usize::from(*count)).sum();
            reader.take(symbols)?;
            let table = self.codes.get_mut(usize::from(kind >> 4)).and_then(|of| of.get_mut(usize::from(kind & 15)));
            *table.ok_or(Flaw::Damaged)? = Some(&rest[..16 + symbols]);
        }
        Ok(())
    }

    /// Takes a segment that says how coarse values are.
    pub(super) fn define_steps(&mut self, segment: &[u8]) -> Result<(), Flaw> {
        let mut reader = Reader::new(segment);
        while !reader.is_empty() {
            let [kind] = reader.array()?;
            let mut steps = [0.0; 64];
            for place in PLACES {
                let step = if kind < 16 { reader.byte()?.into() } else { reader.u16_be()? };
                steps[usize::from(place)] = f32::from(step);
            }
            *self.steps.get_mut(usize::from(kind & 15)).ok_or(Flaw::Damaged)? = Some(steps);
        }
        Ok(())
    }

    pub(super) fn steps(&self, number: u8) -> Result<[f32; 64], Flaw> {
        self.steps.get(usize::from(number)).copied().flatten().ok_or(Flaw::Damaged)
    }

    fn table(&self, kind: usize, number: u8) -> Result<Table<'a>, Flaw> {
        let definition = self.codes[kind].get(usize::from(number)).copied().flatten();
        Table::build(definition.ok_or(Flaw::Damaged)?)
    }
}

/// What a scan says of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Everything,
    Average,
    AverageRefined,
    Details,
    DetailsRefined,
}

/// What the header of a scan says.
#[derive(Debug)]
pub(super) struct Header {
    /// The ids of components, and which tables are theirs.
    pub(super) components: Vec<(u8, u8)>,
    /// The first and the last value that it is about.
    pub(super) range: (usize, usize),
    pub(super) part: Part,
    /// How many bits of each value it leaves to other scans.
    pub(super) left: u8,
}

impl Header {
    pub(super) fn read(segment: &[u8], is_progressive: bool) -> Result<Self, Flaw> {
        let mut reader = Reader::new(segment);
        let mut components = Vec::new();
        for _ in 0..reader.byte()? {
            let [id, tables] = reader.array()?;
            components.push((id, tables));
        }
        let [first, last, bits] = reader.array()?;
        if !is_progressive {
            return Ok(Self { components, range: (0, 63), part: Part::Everything, left: 0 });
        }
        let is_alone = components.len() == 1;
        let part = match (first, last, bits >> 4) {
            (0, 0, 0) => Part::Average,
            (0, 0, _) => Part::AverageRefined,
            (1.., 1..=63, 0) if is_alone => Part::Details,
            (1.., 1..=63, _) if is_alone => Part::DetailsRefined,
            _ => return Err(Flaw::Damaged),
        };
        if first > last || bits & 15 > 13 {
            return Err(Flaw::Damaged);
        }
        Ok(Self { components, range: (first.into(), last.into()), part, left: bits & 15 })
    }
}

/// The tables of a component.
pub(super) struct Tables<'a> {
    average: Option<Table<'a>>,
    details: Option<Table<'a>>,
}

impl<'a> Tables<'a> {
    /// Builds those that a scan needs.
    pub(super) fn build(definitions: &Definitions<'a>, numbers: u8, part: Part) -> Result<Self, Flaw> {
        let average = matches!(part, Part::Everything | Part::Average).then(|| definitions.table(0, numbers >> 4));
        let details = matches!(part, Part::Everything | Part::Details | Part::DetailsRefined)
            .then(|| definitions.table(1, numbers & 15));
        Ok(Self { average: average.transpose()?, details: details.transpose()? })
    }
}

pub(super) struct Scan<'a> {
    pub(super) bits: Bits<'a>,
    part: Part,
    range: (usize, usize),
    left: u8,
    /// Blocks without details that are still to come.
    skipped: u32,
    /// The last average of each component.
    averages: [i32; 4],
    /// How many restart markers there were; they are counted from zero to seven, so that one that is lost is noticed.
    restarts: u8,
}

impl<'a> Scan<'a> {
    pub(super) fn new(header: &Header, data: &'a [u8]) -> Self {
        let (part, range, left) = (header.part, header.range, header.left);
        Self { bits: Bits::new(data), part, range, left, skipped: 0, averages: [0; 4], restarts: 0 }
    }

    /// Goes on behind a restart marker.
    pub(super) fn restart(&mut self) -> Result<(), Flaw> {
        (self.skipped, self.averages) = (0, [0; 4]);
        self.bits.restart(0xd0 + self.restarts)?;
        self.restarts = (self.restarts + 1) % 8;
        Ok(())
    }

    fn average(&mut self, tables: &Tables<'_>, of: usize) -> Result<i32, Flaw> {
        let table = tables.average.as_ref().ok_or(Flaw::Damaged)?;
        let (symbol, change) = self.bits.symbol(table)?;
        if symbol > 15 {
            return Err(Flaw::Damaged);
        }
        self.averages[of] = self.averages[of].wrapping_add(change);
        Ok(self.averages[of])
    }

    /// Reads all of a block into zeros, each value as many times as it is coarse.
    pub(super) fn whole(
        &mut self,
        tables: &Tables<'_>,
        of: usize,
        steps: &[f32; 64],
        block: &mut Block,
    ) -> Result<(), Flaw> {
        block[0] = self.average(tables, of)? as f32 * steps[0];
        let table = tables.details.as_ref().ok_or(Flaw::Damaged)?;
        let mut at = 1;
        while at < 64 {
            let (symbol, value) = self.bits.symbol(table)?;
            match symbol {
                0xf0 => at += 16,
                _ if symbol % 16 == 0 => return Ok(()),
                _ => {
                    at += usize::from(symbol >> 4);
                    let place = usize::from(*PLACES.get(at).ok_or(Flaw::Damaged)?);
                    block[place & 63] = value as f32 * steps[place & 63];
                    at += 1;
                }
            }
        }
        if at > 64 { Err(Flaw::Damaged) } else { Ok(()) }
    }

    /// Reads what a scan of a progressive picture says of a block.
    pub(super) fn part(&mut self, tables: &Tables<'_>, of: usize, mut values: BlockValues<'_>) -> Result<(), Flaw> {
        match (self.part, &tables.details) {
            (Part::Details, Some(table)) => self.details(table, values),
            (Part::DetailsRefined, Some(table)) => self.refinements(table, values),
            (Part::AverageRefined, _) => {
                if self.bits.take(1)? == 1 {
                    values.refine_average(1 << self.left);
                }
                Ok(())
            }
            _ => {
                let average = self.average(tables, of)?;
                values.set(0, average << self.left);
                Ok(())
            }
        }
    }

    fn details(&mut self, table: &Table<'_>, mut values: BlockValues<'_>) -> Result<(), Flaw> {
        if self.skipped > 0 {
            self.skipped -= 1;
            return Ok(());
        }
        let (mut at, last) = self.range;
        while at <= last {
            let (symbol, value) = self.bits.symbol(table)?;
            match (symbol & 15, symbol >> 4) {
                (0, 15) => at += 16,
                (0, run) => {
                    self.skipped = self.run(run)? - 1;
                    return Ok(());
                }
                (_, zeros) => {
                    at += usize::from(zeros);
                    if at > last {
                        return Err(Flaw::Damaged);
                    }
                    values.set(at, value << self.left);
                    at += 1;
                }
            }
        }
        if at > last + 1 { Err(Flaw::Damaged) } else { Ok(()) }
    }

    /// How many blocks, this one included, have nothing more.
    fn run(&mut self, bits: u8) -> Result<u32, Flaw> {
        Ok((1 << bits) + self.bits.take(bits.into())?)
    }

    fn refinements(&mut self, table: &Table<'_>, mut values: BlockValues<'_>) -> Result<(), Flaw> {
        let (mut at, last) = self.range;
        while self.skipped == 0 && at <= last {
            let (symbol, value) = self.bits.symbol(table)?;
            let zeros = match (symbol & 15, symbol >> 4) {
                (0, 15) => 15,
                (0, run) => {
                    self.skipped = self.run(run)?;
                    break;
                }
                (1, zeros) => zeros,
                _ => return Err(Flaw::Damaged),
            };
            at = self.refine_up_to(zeros, at, &mut values)?;
            if at > last {
                // Only zeros that nothing follows may reach beyond the end, and those have a shorter code.
                return Err(Flaw::Damaged);
            }
            values.set(at, value << self.left);
            at += 1;
        }
        if self.skipped > 0 {
            self.skipped -= 1;
            self.refine_up_to(u8::MAX, at, &mut values)?;
        }
        Ok(())
    }

    /// Reads a bit for each value that is not zero, passes over so many that are, and answers where the next zero is.
    fn refine_up_to(&mut self, zeros: u8, from: usize, values: &mut BlockValues<'_>) -> Result<usize, Flaw> {
        let (mut at, mut zeros, last) = (from, usize::from(zeros), self.range.1);
        loop {
            let next = values.next_known(at).min(last + 1);
            if zeros < next - at {
                return Ok(at + zeros);
            }
            zeros -= next - at;
            if next > last {
                return Ok(64);
            }
            if self.bits.take(1)? == 1 {
                values.refine(next, 1 << self.left);
            }
            at = next + 1;
        }
    }
}
