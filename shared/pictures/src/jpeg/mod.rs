//! JPEG, from its bytes to planes that are about as large as the largest copy.
//!
//! The decoder is our own, because others make every pixel of a picture of which a tenth is shown, hold all values of
//! progressive ones, and are kind to damaged files. What comes after the end of the picture is not read.

mod blocks;
mod codes;
mod frame;
mod scan;

use image::metadata::Orientation;

use self::blocks::{Painter, Values};
use self::frame::Frame;
use self::scan::{Definitions, Header, Scan, Tables};
use crate::Flaw;
use crate::chunks::{self, Reader};
use crate::colours::Colours;
use crate::picture::{Decoded, Picture};
use crate::planes::{Plane, Reducer};
use crate::size::MAX_PIXELS;

/// Encoders refine a progressive picture in about ten scans, and scripts of their users in a hundred; each costs a pass over
/// the blocks of its components. All of them together may cost as much as 24 that pass over the largest picture.
const MAX_BLOCKS: usize = 24 * 3 * (MAX_PIXELS as usize / 64);
/// What a scan costs whose blocks are few, in blocks: it has tables.
const SCAN: usize = 1_000;

pub(super) fn decode(upload: &[u8], longest: u32) -> Result<Decoded, Flaw> {
    let mut reader = Reader::new(upload);
    reader.take(2)?;
    let (mut picture, mut definitions, mut about) = (None, Definitions::default(), About::default());
    loop {
        match marker(&mut reader)? {
            0xd9 => break,
            0xc0..=0xc2 if picture.is_some() => return Err(Flaw::Damaged),
            kind @ 0xc0..=0xc2 => {
                picture = Some(Unfinished::new(Frame::read(segment(&mut reader)?, kind == 0xc2, longest)?));
            }
            0xc4 => definitions.define_codes(segment(&mut reader)?)?,
            // Lossless, hierarchical and arithmetic pictures, which no camera and no browser makes.
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf => return Err(Flaw::Type),
            0xdb => definitions.define_steps(segment(&mut reader)?)?,
            0xdd => definitions.restart = Reader::new(segment(&mut reader)?).u16_be()?.into(),
            0xda => {
                let picture: &mut Unfinished = picture.as_mut().ok_or(Flaw::Damaged)?;
                let header = Header::read(segment(&mut reader)?, picture.frame.is_progressive)?;
                picture.read(&definitions, &header, scan(&mut reader)?)?;
            }
            // A second beginning, a restart outside of a scan, and a height that is told afterwards.
            0x00..=0x01 | 0xd0..=0xd8 | 0xdc => return Err(Flaw::Damaged),
            kind => about.read(kind, segment(&mut reader)?),
        }
    }
    let picture = picture.filter(|picture| picture.frame.is_complete()).ok_or(Flaw::Damaged)?;
    let orientation = about.orientation.unwrap_or(Orientation::NoTransforms);
    Ok(Decoded { picture: picture.finish(&about, longest)?, orientation })
}

/// What applications say about a picture, as far as it is needed to show it.
#[derive(Default)]
struct About {
    orientation: Option<Orientation>,
    is_jfif: bool,
    /// How Adobe's programs have turned colours into components.
    transform: Option<u8>,
}

impl About {
    fn read(&mut self, kind: u8, segment: &[u8]) {
        match (kind, segment) {
            (0xe0, [b'J', b'F', b'I', b'F', 0, ..]) => self.is_jfif = true,
            (0xe1, [b'E', b'x', b'i', b'f', 0, 0, exif @ ..]) => {
                self.orientation = self.orientation.or_else(|| chunks::orientation(exif));
            }
            (0xee, [b'A', b'd', b'o', b'b', b'e', _, _, _, _, _, _, transform, ..]) => {
                self.transform = Some(*transform);
            }
            _ => {}
        }
    }

    fn colours(&self, ids: &[u8]) -> Colours {
        match (ids, self.transform) {
            ([_], _) => Colours::Grey,
            ([_, _, _], Some(0)) => Colours::Rgb,
            ([b'R', b'G', b'B'], None) if !self.is_jfif => Colours::Rgb,
            ([_, _, _], _) => Colours::Full,
            (_, Some(2)) => Colours::FullInk,
            _ => Colours::Ink,
        }
    }
}

/// A picture of which some scans are read.
struct Unfinished {
    frame: Frame,
    parts: Vec<Option<Component>>,
    /// How many blocks its scans may still pass over.
    blocks: usize,
}

/// A component from its first scan on.
struct Component {
    steps: [f32; 64],
    painter: Painter,
    /// Of progressive pictures, whose blocks are painted at the end.
    values: Option<Values>,
}

impl Unfinished {
    fn new(frame: Frame) -> Self {
        let parts = frame.components.iter().map(|_| None).collect();
        Self { frame, parts, blocks: MAX_BLOCKS }
    }

    fn read(&mut self, definitions: &Definitions<'_>, header: &Header, data: &[u8]) -> Result<(), Flaw> {
        let mut places = Vec::new();
        let mut tables = Vec::new();
        for (id, numbers) in &header.components {
            let place = self.frame.components.iter().position(|one| one.id == *id).ok_or(Flaw::Damaged)?;
            let component = &mut self.frame.components[place];
            if !component.note(header.range, header.left) && !self.frame.is_progressive || places.contains(&place) {
                return Err(Flaw::Damaged);
            }
            if self.parts[place].is_none() {
                let steps = definitions.steps(component.coarseness)?;
                let values = self.frame.is_progressive.then(|| Values::new(component));
                // What is painted at the end takes no memory before.
                self.parts[place] = Some(Component { steps, painter: Painter::new(component), values });
            }
            tables.push(Tables::build(definitions, *numbers, header.part)?);
            places.push(place);
        }
        if places.is_empty() {
            return Err(Flaw::Damaged);
        }
        let mut scan = Scan::new(header, data);
        let units = self.frame.units(&places);
        self.blocks = self.blocks.checked_sub(SCAN + self.frame.blocks(&places)).ok_or(Flaw::Damaged)?;
        let mut left = definitions.restart;
        for row in 0..units.rows {
            for column in 0..units.columns {
                if definitions.restart > 0 {
                    if left == 0 {
                        scan.restart()?;
                        left = definitions.restart;
                    }
                    left -= 1;
                }
                for (of, (place, tables)) in places.iter().zip(&tables).enumerate() {
                    let component = &self.frame.components[*place];
                    let (across, down) = if units.is_mixed { (component.across, component.down) } else { (1, 1) };
                    let Some(part) = &mut self.parts[*place] else { continue };
                    for row in row * down..(row + 1) * down {
                        for column in column * across..(column + 1) * across {
                            part.read(&mut scan, tables, of, (column, row))?;
                        }
                    }
                }
            }
        }
        scan.bits.end()
    }

    /// The picture, of about the size of the largest copy.
    fn finish(self, about: &About, longest: u32) -> Result<Picture, Flaw> {
        let Self { frame, parts, .. } = self;
        let size = frame.size.within(longest);
        let mut reducer = Reducer::default();
        let mut samples = Vec::new();
        for part in parts {
            samples.push(reducer.plane(part.ok_or(Flaw::Damaged)?.paint(), size)?);
        }
        let ids: Vec<u8> = frame.components.iter().map(|component| component.id).collect();
        Ok(Picture { size, rgb: about.colours(&ids).rgb(&samples) })
    }
}

impl Component {
    fn read(
        &mut self,
        scan: &mut Scan<'_>,
        tables: &Tables<'_>,
        of: usize,
        (column, row): (usize, usize),
    ) -> Result<(), Flaw> {
        if let Some(values) = &mut self.values {
            return scan.part(tables, of, values.at(column, row));
        }
        let mut block = [0.0; 64];
        scan.whole(tables, of, &self.steps, &mut block)?;
        self.painter.paint(&block, column, row);
        Ok(())
    }

    fn paint(mut self) -> Plane {
        if let Some(values) = self.values {
            values.paint(&mut self.painter, &self.steps);
        }
        self.painter.plane
    }
}

/// The next marker; any number of fill bytes may stand before it.
fn marker(reader: &mut Reader<'_>) -> Result<u8, Flaw> {
    if reader.byte()? != 0xff {
        return Err(Flaw::Damaged);
    }
    loop {
        match reader.byte()? {
            0xff => {}
            kind => return Ok(kind),
        }
    }
}

fn segment<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Flaw> {
    let length = usize::from(reader.u16_be()?);
    reader.take(length.checked_sub(2).ok_or(Flaw::Damaged)?)
}

/// The data of a scan, up to the marker behind it. Fill bytes may stand before those inside of it, too.
fn scan<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Flaw> {
    let rest = reader.rest();
    let mut at = 0;
    loop {
        at += rest[at..].iter().position(|byte| *byte == 0xff).ok_or(Flaw::Damaged)?;
        let filled = rest[at..].iter().take_while(|byte| **byte == 0xff).count();
        match rest.get(at + filled) {
            Some(0x00) if filled > 1 => return Err(Flaw::Damaged),
            Some(0x00 | 0xd0..=0xd7) => at += filled + 1,
            Some(_) => return reader.take(at),
            None => return Err(Flaw::Damaged),
        }
    }
}
