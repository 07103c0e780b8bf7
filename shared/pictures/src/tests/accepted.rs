//! What is valid is accepted, in its size, the right way up, and without anything that it carried along.

use std::time::Instant;

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use zip::ZipArchive;

use super::hostile::{archive, bombs, held, with_canaries, with_trailers};
use super::process;
use super::samples::{HEIGHT, VALID, WIDTH, landscape, sample};
use super::*;

const RED: [u8; 3] = [220, 20, 20];
const GREEN: [u8; 3] = [20, 200, 20];
const BLUE: [u8; 3] = [20, 20, 220];
const YELLOW: [u8; 3] = [235, 235, 60];
const WHITE: [u8; 3] = [255; 3];

/// The colour in the middle of each quarter: above left and right, below left and right.
fn quarters(rendition: &Rendition) -> [[u8; 3]; 4] {
    let (pixels, width) = (pixels(rendition), rendition.width as usize);
    let (left, right) = (width / 4, width * 3 / 4);
    let (above, below) = (rendition.height as usize / 4, rendition.height as usize * 3 / 4);
    [(left, above), (right, above), (left, below), (right, below)].map(|(x, y)| {
        let at = (y * width + x) * 3;
        [pixels[at], pixels[at + 1], pixels[at + 2]]
    })
}

#[track_caller]
fn expect_colours(name: &str, photo: &Photo, expected: [[u8; 3]; 4]) {
    let found = quarters(&photo.renditions[0]);
    let far = found.as_flattened().iter().zip(expected.as_flattened()).any(|(a, b)| a.abs_diff(*b) > 48);
    assert!(!far, "{name}: {found:?} is not {expected:?}");
}

fn grey([red, green, blue]: [u8; 3]) -> [u8; 3] {
    [((u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1_000) as u8; 3]
}

#[test]
fn every_kind_of_picture_is_accepted_as_it_is() {
    for (name, file) in VALID {
        let photo = process(file).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}"));
        check(name, &photo);
        for rendition in &photo.renditions {
            assert_eq!((rendition.width, rendition.height), (WIDTH, HEIGHT), "{name} has grown");
        }
        let colours = [RED, GREEN, BLUE, YELLOW];
        match name {
            "one-bit.png" => {}
            name if name.starts_with("grey") => expect_colours(name, &photo, colours.map(grey)),
            name if name.contains("alpha") || name == "rgba.png" => {
                expect_colours(name, &photo, [RED, GREEN, BLUE, WHITE]);
            }
            name => expect_colours(name, &photo, colours),
        }
    }
}

#[test]
fn pictures_are_turned_the_way_they_are_held() {
    let ways = [
        [RED, GREEN, BLUE, YELLOW],
        [GREEN, RED, YELLOW, BLUE],
        [YELLOW, BLUE, GREEN, RED],
        [BLUE, YELLOW, RED, GREEN],
        [RED, BLUE, GREEN, YELLOW],
        [BLUE, RED, YELLOW, GREEN],
        [YELLOW, GREEN, BLUE, RED],
        [GREEN, YELLOW, RED, BLUE],
    ];
    for (orientation, colours) in (1..=8).zip(ways) {
        for (name, file) in held(orientation) {
            let photo = process(&file).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}"));
            let lies = orientation > 4;
            let size = if lies { (HEIGHT, WIDTH) } else { (WIDTH, HEIGHT) };
            assert_eq!((photo.renditions[0].width, photo.renditions[0].height), size, "{name}");
            expect_colours(&name, &photo, colours);
        }
    }
    for nonsense in [0, 9, u16::MAX] {
        for (name, file) in held(nonsense) {
            expect_colours(&name, &process(&file).unwrap(), ways[0]);
        }
    }
}

#[test]
fn copies_are_small_and_keep_their_shape() {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90)
        .encode(&landscape(3_000, 2_000), 3_000, 2_000, ExtendedColorType::Rgb8)
        .unwrap();
    let photo = process(&file).unwrap();
    check("landscape", &photo);
    let sizes: Vec<_> = photo.renditions.iter().map(|rendition| (rendition.width, rendition.height)).collect();
    assert_eq!(sizes, [(1_080, 720), (480, 320), (160, 107)]);
    let bytes: Vec<_> = photo.renditions.iter().map(|rendition| rendition.jpeg.len()).collect();
    assert!(bytes.is_sorted_by(|a, b| a > b) && bytes[0] < file.len() / 4, "{bytes:?} of {}", file.len());
    // What it looks like from afar: the corners of the gradient.
    let corners = [[60, 60, 132], [160, 60, 132], [60, 160, 132], [160, 160, 132]];
    for rendition in &photo.renditions {
        let far =
            quarters(rendition).as_flattened().iter().zip(corners.as_flattened()).any(|(a, b)| a.abs_diff(*b) > 12);
        assert!(!far, "{:?}", quarters(rendition));
    }
    let blur = blurhash::decode(&photo.blurhash, 4, 4, 1.0).unwrap();
    assert!(blur[0] < blur[12] && blur[1] < blur[4 * 12 + 1], "red grows to the right and green downwards: {blur:?}");
}

#[test]
fn nothing_that_is_carried_along_is_published() {
    assert!(
        ZipArchive::new(Cursor::new([sample("full.jpg"), &archive()[..]].concat())).is_ok(),
        "the generator makes archives"
    );
    let files = [with_trailers(), with_canaries()].concat();
    assert!(files.len() > 100, "{}", files.len());
    for (name, file) in files {
        assert!(file.windows(CANARY.len()).any(|piece| piece == CANARY), "{name} has no canary");
        let photo = process(&file).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}"));
        check(&name, &photo);
        assert!(!photo.blurhash.as_bytes().windows(6).any(|piece| CANARY.starts_with(piece)));
    }
}

#[test]
fn bombs_beside_a_picture_are_never_unpacked() {
    for (name, file) in bombs() {
        let started = Instant::now();
        check(&name, &process(&file).unwrap_or_else(|flaw| panic!("{name}: {flaw:?}")));
        assert!(started.elapsed().as_millis() < 200, "{name} took {:?}", started.elapsed());
    }
}
