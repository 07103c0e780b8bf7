//! Planes of samples, and how they become smaller.

use fast_image_resize::images::{CroppedImage, Image, ImageRef};
use fast_image_resize::{FilterType, IntoImageView, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::Flaw;
use crate::picture::{Layout, Picture};
use crate::size::Size;

/// How many rows become narrower at once.
const ROWS: usize = 64;

/// One component of a picture.
pub(crate) struct Plane {
    /// How many samples a row has, with those that are not shown.
    pub(crate) stride: usize,
    pub(crate) samples: Vec<u8>,
    /// Width and height of what is shown, in samples.
    content: (f64, f64),
}

impl Plane {
    pub(crate) fn new(stride: usize, rows: usize, content: (f64, f64)) -> Self {
        Self { stride, samples: vec![0; stride * rows], content }
    }

    /// A plane that is filled already.
    pub(crate) fn filled(stride: usize, samples: Vec<u8>, content: (f64, f64)) -> Self {
        Self { stride, samples, content }
    }
}

/// A picture that becomes narrower while its rows come, so that there are never many of them in their whole width.
pub(crate) struct Narrow {
    layout: Layout,
    size: Size,
    target: Size,
    /// Rows that have come since the last ones became narrower.
    waiting: Vec<u8>,
    done: Vec<u8>,
    reducer: Reducer,
}

impl Narrow {
    pub(crate) fn new(layout: Layout, size: Size, longest: u32) -> Self {
        let target = size.within(longest);
        let done = Vec::with_capacity(Size { width: target.width, ..size }.pixels() * 3);
        Self { layout, size, target, waiting: Vec::new(), done, reducer: Reducer::default() }
    }

    /// Takes a row of a decoder.
    pub(crate) fn push(&mut self, row: &[u8]) -> Result<(), Flaw> {
        if self.target == self.size {
            self.layout.append(row, &mut self.done);
            return Ok(());
        }
        self.layout.append(row, &mut self.waiting);
        if self.waiting.len() == ROWS * self.size.width as usize * 3 { self.work() } else { Ok(()) }
    }

    fn work(&mut self) -> Result<(), Flaw> {
        let height = (self.waiting.len() / 3) as u32 / self.size.width;
        if height > 0 {
            let (from, to) = (Size { height, ..self.size }, Size { height, ..self.target });
            self.done.extend_from_slice(&self.reducer.colours(&self.waiting, from, to)?);
            self.waiting.clear();
        }
        Ok(())
    }

    /// The picture, of which all rows must have come.
    pub(crate) fn finish(mut self) -> Result<Picture, Flaw> {
        self.work()?;
        let Self { size, target, .. } = self;
        let narrow = Size { width: target.width, ..size };
        if self.done.len() != narrow.pixels() * 3 {
            return Err(Flaw::Damaged);
        }
        let rgb = if narrow == target { self.done } else { self.reducer.colours(&self.done, narrow, target)? };
        Ok(Picture { size: target, rgb })
    }
}

/// Makes things smaller, with memory of its own.
#[derive(Default)]
pub(crate) struct Reducer(Resizer);

impl Reducer {
    /// The samples of a plane in another size. What was stored smaller than it is shown grows.
    pub(crate) fn plane(&mut self, plane: Plane, size: Size) -> Result<Vec<u8>, Flaw> {
        let (width, height) = plane.content;
        if plane.stride == size.width as usize && (width, height) == (f64::from(size.width), f64::from(size.height)) {
            let mut samples = plane.samples;
            samples.truncate(size.pixels());
            return Ok(samples);
        }
        let rows = plane.samples.len() / plane.stride;
        let count = |samples: usize| u32::try_from(samples).map_err(|_| Flaw::Damaged);
        let source = ImageRef::new(count(plane.stride)?, count(rows)?, &plane.samples, PixelType::U8);
        let source = source.map_err(|_| Flaw::Damaged)?;
        // A filter looks beyond the edges of what it is to show, where there is something; so it is shown nothing else.
        let (columns, lines) = (width.ceil() as u32, height.ceil() as u32);
        let shown = CroppedImage::new(&source, 0, 0, columns, lines).map_err(|_| Flaw::Damaged)?;
        let mut target = Image::new(size.width, size.height, PixelType::U8);
        self.resize(&shown, &mut target, plane.content)?;
        Ok(target.into_vec())
    }

    /// The picture with sides of at most `longest`; the same one if it is small enough.
    pub(crate) fn shrink(&mut self, picture: Picture, longest: u32) -> Result<Picture, Flaw> {
        let size = picture.size.within(longest);
        if size == picture.size {
            return Ok(picture);
        }
        let Picture { size: from, rgb } = picture;
        let rgb = self.colours(&rgb, from, size)?;
        Ok(Picture { size, rgb })
    }

    /// Colours of a picture, or of some of its rows, in another size.
    fn colours(&mut self, rgb: &[u8], from: Size, to: Size) -> Result<Vec<u8>, Flaw> {
        let source = ImageRef::new(from.width, from.height, rgb, PixelType::U8x3).map_err(|_| Flaw::Damaged)?;
        let mut target = Image::new(to.width, to.height, PixelType::U8x3);
        self.resize(&source, &mut target, (from.width.into(), from.height.into()))?;
        Ok(target.into_vec())
    }

    fn resize(&mut self, source: &impl IntoImageView, target: &mut Image<'_>, content: (f64, f64)) -> Result<(), Flaw> {
        let (width, height) = content;
        let grows = width < f64::from(target.width()) || height < f64::from(target.height());
        // Lanczos is the sharpest for what becomes smaller, and draws ghosts along the edges of what grows.
        let filter = if grows { FilterType::Bilinear } else { FilterType::Lanczos3 };
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter)).crop(0.0, 0.0, width, height);
        self.0.resize(source, target, &options).map_err(|_| Flaw::Damaged)
    }
}
