//! What is decoded small looks like the whole picture, made smaller: other decoders are the measure.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

use super::hostile::Dice;
use super::samples::{landscape, of_kind};
use super::*;
use crate::jpeg;
use crate::picture::Picture;
use crate::planes::{Plane, Reducer};
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

/// What fills up the last blocks is nobody's picture, and may be anything.
#[test]
fn a_picture_of_few_columns_shows_them_and_not_what_fills_them_up() {
    for (width, shown) in [(8, 2), (8, 3), (16, 9)] {
        let (height, mut dice) = (4_000, Dice::new(5));
        let content = |at: u32| (at % width < shown.into()).then_some((at / width / 16) as u8);
        let rgb: Vec<u8> =
            (0..width * height * 3).map(|at| content(at / 3).unwrap_or_else(|| dice.next() as u8)).collect();
        let mut file = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 95);
        encoder.encode(&rgb, width, height, image::ExtendedColorType::Rgb8).unwrap();
        let frame = file.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        file[frame + 7..frame + 9].copy_from_slice(&u16::to_be_bytes(shown));
        let far = distance(&jpeg::decode(&file, 1_080).unwrap().picture, &whole(&file, 1_080));
        assert!(far < 2.0, "{shown} columns: {far}");
    }
    // The planes of a WebP are as wide as its blocks, too.
    let samples: Vec<u8> = (0..16 * 1_200).map(|at| if at % 16 < 2 { 200 } else { 0 }).collect();
    let plane = Reducer::default().plane(Plane::filled(16, samples, (2.0, 1_200.0)), Size { width: 1, height: 108 });
    assert_eq!(plane.unwrap(), [200; 108]);
}
