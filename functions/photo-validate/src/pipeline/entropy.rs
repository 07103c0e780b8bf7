//! The codes of a JPEG, walked without computing a pixel: does a scan say as much as its picture has blocks?
//!
//! Decoders fill what is missing with grey and skip what is too much, because a viewer had rather see something. Here a
//! scan that was cut, zeroed or lengthened is a damaged file. Refinements of progressive pictures alone are not walked:
//! what they say depends on the values of all scans before them.

use shared::domain::photo::Refusal;

use super::chunks::Reader;
use super::huffman::{Bits, Table};

#[derive(Clone, Copy, Debug)]
struct Component {
    id: u8,
    across: usize,
    down: usize,
}

/// What a frame says about its blocks.
#[derive(Debug)]
pub(super) struct Blocks {
    width: usize,
    height: usize,
    components: Vec<Component>,
    is_progressive: bool,
    /// How many bits of each value of each component are still to come.
    missing: Vec<[u8; 64]>,
}

impl Blocks {
    /// Reads what follows width and height in a frame.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        (width, height): (u16, u16),
        is_progressive: bool,
    ) -> Result<Self, Refusal> {
        let count = reader.byte()?;
        let mut components = Vec::new();
        for _ in 0..count {
            let [id, factors, _] = reader.array()?;
            let (across, down) = (usize::from(factors >> 4), usize::from(factors & 15));
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) {
                return Err(Refusal::Damaged);
            }
            components.push(Component { id, across, down });
        }
        if !matches!(components.len(), 1 | 3 | 4) {
            return Err(Refusal::Type);
        }
        let missing = vec![[u8::MAX; 64]; components.len()];
        Ok(Self { width: width.into(), height: height.into(), components, is_progressive, missing })
    }

    /// Whether the scans have said everything.
    pub(super) fn are_complete(&self) -> bool {
        self.missing.as_flattened().iter().all(|bits| *bits == 0)
    }

    fn largest(&self, factor: impl Fn(&Component) -> usize) -> usize {
        self.components.iter().map(factor).max().unwrap_or(1)
    }

    /// How many units a scan has, and how many blocks of each of its components are in one.
    fn units(&self, components: &[Component]) -> (usize, Vec<usize>) {
        let (across, down) = (self.largest(|one| one.across), self.largest(|one| one.down));
        if let [one] = components {
            let columns = (self.width * one.across).div_ceil(across * 8);
            let rows = (self.height * one.down).div_ceil(down * 8);
            return (columns * rows, vec![1]);
        }
        let units = self.width.div_ceil(across * 8) * self.height.div_ceil(down * 8);
        (units, components.iter().map(|one| one.across * one.down).collect())
    }
}

/// The tables and the restart interval that hold at some place of the file.
#[derive(Default)]
pub(super) struct Codes<'a> {
    /// The definitions as they stand in the file: a table is built when a scan uses it.
    definitions: [[Option<&'a [u8]>; 4]; 2],
    pub(super) restart: usize,
}

/// What a scan says of a block.
#[derive(Clone, Copy)]
enum Part {
    Everything,
    Average,
    AverageRefined,
    Details { first: usize, last: usize },
}

impl<'a> Codes<'a> {
    /// Takes a segment that defines tables.
    pub(super) fn define(&mut self, segment: &'a [u8]) -> Result<(), Refusal> {
        let mut reader = Reader::new(segment);
        while !reader.is_empty() {
            let [kind] = reader.array()?;
            let rest = reader.rest();
            let symbols: usize = reader.take(16)?.iter().map(|count| usize::from(*count)).sum();
            reader.take(symbols)?;
            let definition = &rest[..16 + symbols];
            let table =
                self.definitions.get_mut(usize::from(kind >> 4)).and_then(|of| of.get_mut(usize::from(kind & 15)));
            *table.ok_or(Refusal::Damaged)? = Some(definition);
        }
        Ok(())
    }

    fn table(&self, kind: usize, number: u8) -> Result<Table<'a>, Refusal> {
        let definition = self.definitions[kind].get(usize::from(number)).copied().flatten();
        Table::build(definition.ok_or(Refusal::Damaged)?)
    }

    /// Walks a scan.
    pub(super) fn walk(&self, blocks: &mut Blocks, header: &[u8], data: &[u8]) -> Result<(), Refusal> {
        let mut reader = Reader::new(header);
        let (mut components, mut places, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..reader.byte()? {
            let [id, tables] = reader.array()?;
            let place = blocks.components.iter().position(|component| component.id == id).ok_or(Refusal::Damaged)?;
            components.push(blocks.components[place]);
            places.push(place);
            numbers.push((tables >> 4, tables & 15));
        }
        let [first, last, bits] = reader.array()?;
        if components.is_empty() || components.len() > blocks.components.len() || first > last || last > 63 {
            return Err(Refusal::Damaged);
        }
        let (first, last) = if blocks.is_progressive { (first, last) } else { (0, 63) };
        for place in places {
            let left = if blocks.is_progressive { bits & 15 } else { 0 };
            blocks.missing[place][usize::from(first)..=usize::from(last)].fill(left);
        }
        let part = match (blocks.is_progressive, first, bits >> 4) {
            (false, ..) => Part::Everything,
            (true, 0, 0) => Part::Average,
            (true, 0, _) => Part::AverageRefined,
            (true, _, 0) => Part::Details { first: first.into(), last: last.into() },
            _ => return Ok(()),
        };
        let (units, counts) = blocks.units(&components);
        let mut tables = Vec::new();
        for ((average, details), count) in numbers.into_iter().zip(counts) {
            let average =
                matches!(part, Part::Everything | Part::Average).then(|| self.table(0, average)).transpose()?;
            let details = matches!(part, Part::Everything | Part::Details { .. }).then(|| self.table(1, details));
            tables.push((average, details.transpose()?, count));
        }
        let mut scan = Scan { bits: Bits::new(data), skipped: 0 };
        for unit in 0..units {
            if self.restart > 0 && unit > 0 && unit % self.restart == 0 {
                scan.bits.restart()?;
                scan.skipped = 0;
            }
            for (average, details, count) in &tables {
                for _ in 0..*count {
                    scan.block(part, average.as_ref(), details.as_ref())?;
                }
            }
        }
        scan.bits.end()
    }
}

struct Scan<'a> {
    bits: Bits<'a>,
    /// Blocks without details that are still to come.
    skipped: u32,
}

impl Scan<'_> {
    fn block(&mut self, part: Part, average: Option<&Table<'_>>, details: Option<&Table<'_>>) -> Result<(), Refusal> {
        if let Part::AverageRefined = part {
            return self.bits.skip(1);
        }
        if let Some(table) = average {
            self.bits.symbol(table)?;
        }
        let Some(table) = details else { return Ok(()) };
        let (mut at, last) = match part {
            Part::Details { first, last } => (first, last),
            _ => (1, 63),
        };
        if self.skipped > 0 {
            self.skipped -= 1;
            return Ok(());
        }
        while at <= last {
            let symbol = self.bits.symbol(table)?;
            let (zeros, bits) = (usize::from(symbol >> 4), symbol & 15);
            match (bits, zeros) {
                (0, 15) => at += 16,
                (0, run) => {
                    if matches!(part, Part::Details { .. }) {
                        let run = u32::try_from(run).unwrap_or(0);
                        self.skipped = (1 << run) - 1 + self.bits.take(run)?;
                    }
                    return Ok(());
                }
                _ => at += zeros + 1,
            }
        }
        if at > last + 1 { Err(Refusal::Damaged) } else { Ok(()) }
    }
}
