//! What is decoded small looks like the whole picture, made smaller: other decoders are the measure.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

use super::hostile::Dice;
use super::samples::{landscape, of_kind};
use super::*;
use crate::jpeg;
use crate::picture::Picture;
use crate::planes::Reducer;
use crate::size::Size;

/// All pixels of a JPEG, by a decoder that makes every one of them, and then fewer.
fn whole(file: &[u8], longest: u32) -> Picture {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    let rgb = decoder.decode().unwrap();
    let (width, height) = decoder.dimensions().unwrap();
    let size = Size { width: width as u32, height: height as u32 };
    Reducer::default().shrink(Picture { size, rgb }, longest).unwrap()
}

/// How far two pictures are from each other, in the mean of all samples.
#[track_caller]
fn distance(one: &Picture, other: &Picture) -> f64 {
    assert_eq!((one.size, one.rgb.len()), (other.size, other.rgb.len()));
    let sum: u64 = one.rgb.iter().zip(&other.rgb).map(|(one, other)| u64::from(one.abs_diff(*other))).sum();
    sum as f64 / one.rgb.len() as f64
}

#[test]
fn jpegs_of_every_kind_are_decoded_at_every_scale() {
    for (name, file) in of_kind(".jpg") {
        for longest in [48, 32, 28, 24, 20, 16, 12, 8, 4] {
            let ours = jpeg::decode(file, longest).unwrap().picture;
            let far = distance(&ours, &whole(file, longest));
            // Few pixels have many edges, and colours that are stored small grow in another way.
            let allowed = if longest == 48 { 0.2 } else { 5.0 };
            assert!(far < allowed, "{name} at {longest}: {far}");
        }
    }
}

#[test]
fn large_pictures_lose_nothing_on_the_way() {
    let (width, height) = (2_000, 1_600);
    let rgb = landscape(width, height);
    let mut file = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95);
    encoder.encode(&rgb, width, height, image::ExtendedColorType::Rgb8).unwrap();
    let ours = jpeg::decode(&file, 500).unwrap().picture;
    let far = distance(&ours, &whole(&file, 500));
    assert!(far < 0.6, "{far}");
}

#[test]
fn rows_that_become_smaller_as_they_come_stay_where_they_are() {
    // No pixel is like its neighbours, so that a row or a column in the wrong place is seen.
    let (width, height, mut dice) = (1_000, 790, Dice::new(11));
    let rgb: Vec<u8> = (0..width * height * 3).map(|_| dice.below(256) as u8).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&rgb).unwrap();
    let in_strips = crate::png::decode(&file, 500).unwrap().picture;
    let at_once = Reducer::default().shrink(Picture { size: Size { width, height }, rgb }, 500).unwrap();
    let far = distance(&in_strips, &at_once);
    assert!(far < 0.3, "{far}");
}
