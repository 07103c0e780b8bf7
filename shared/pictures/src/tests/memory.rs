//! What files take of the memory. Each is processed by a process of its own, because memory that was taken once tells nothing
//! about the next one.

use std::fs;
use std::path::Path;
use std::process::Command;

use image_webp::{ColorType, WebPEncoder};
use png::{BitDepth, Compression, Encoder};

use super::files::{jpeg_segment, riff, webp_chunk, with_right_sums};
use super::samples::landscape;
use super::*;

/// What a photo of the size of the largest copy takes, encoders and all.
const BASE: u64 = 10 << 20;
const REFUSED: u64 = 64 << 20;
const PER_PIXEL: u64 = 5;

/// The path of the file for a process that was started for it.
const FILE: &str = "PICTURE_TO_PROCESS";

/// Large enough that bytes per pixel tell, and small enough for a test.
const SIDE: u32 = 3_000;

#[test]
#[ignore = "other tests start it, with a file"]
#[expect(clippy::disallowed_methods, reason = "this is how the file is told")]
fn in_a_process_of_its_own() {
    let file = fs::read(std::env::var(FILE).unwrap()).unwrap();
    let before = peak();
    let outcome = process(&file).map(drop);
    println!("took {} {outcome:?} .", peak() - before);
}

fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// How much memory a file takes, and what becomes of it.
fn takes(name: &str, file: &[u8]) -> (u64, String) {
    let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
    fs::write(&path, file).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["tests::memory::in_a_process_of_its_own", "--exact", "--ignored", "--nocapture"]);
    let output = child.env(FILE, Path::new(&path)).output().unwrap();
    fs::remove_file(&path).unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let (_, told) = output.split_once("took ").unwrap_or_else(|| panic!("{name}: {output}"));
    let mut words = told.split_whitespace();
    (words.next().unwrap().parse().unwrap(), words.next().unwrap().to_owned())
}

#[track_caller]
fn expect_refused(name: &str, file: &[u8]) {
    let (bytes, outcome) = takes(name, file);
    assert!(outcome.starts_with("Err"), "{name}: {outcome}");
    assert!(bytes <= REFUSED, "{name} took {bytes}");
}

#[track_caller]
fn expect_accepted(name: &str, file: &[u8], side: u32) {
    let (bytes, outcome) = takes(name, file);
    assert_eq!(outcome, "Ok(())", "{name}");
    let pixels = u64::from(side) * u64::from(side);
    assert!(bytes <= BASE + PER_PIXEL * pixels, "{name} took {bytes}, {} per pixel", (bytes - BASE) / pixels);
}

/// A progressive JPEG of three full components and of one colour, in as many scans as say everything.
fn progressive(side: u16) -> Vec<u8> {
    let blocks = usize::from(side.div_ceil(8)).pow(2);
    let sides = side.to_be_bytes();
    let frame = [&[8][..], &sides, &sides, &[3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]].concat();
    // One code of one bit each: the same average, and the end of 16,384 blocks.
    let code = |kind: u8, symbol: u8| jpeg_segment(0xc4, &[&[kind, 1][..], &[0; 15], &[symbol]].concat());
    let averages = jpeg_segment(0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 0, 0]);
    let mut file = [&[0xff, 0xd8][..], &jpeg_segment(0xdb, &[&[0][..], &[1; 64]].concat())].concat();
    file.extend([jpeg_segment(0xc2, &frame), code(0, 0), code(0x10, 0xe0), averages].concat());
    file.extend(vec![0; (blocks * 3).div_ceil(8)]);
    for component in 1..=3 {
        file.extend(jpeg_segment(0xda, &[1, component, 0, 1, 63, 0]));
        file.extend(vec![0; (blocks.div_ceil(1 << 14) * 15).div_ceil(8)]);
    }
    file.extend([0xff, 0xd9]);
    file
}

fn png(side: u32, rgb: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fastest);
    encoder.write_header().unwrap().write_image_data(rgb).unwrap();
    file
}

#[test]
fn a_picture_takes_five_bytes_per_pixel_at_most_and_a_damaged_one_little() {
    let rgb = landscape(SIDE, SIDE);
    let mut jpeg = Vec::new();
    let side = u16::try_from(SIDE).unwrap();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 80)
        .encode(&rgb, SIDE, SIDE, image::ExtendedColorType::Rgb8)
        .unwrap();
    expect_accepted("camera.jpg", &jpeg, SIDE);
    expect_refused("cut.jpg", &[&jpeg[..jpeg.len() - 100], b"\xff\xd9"].concat());
    let whole = progressive(side);
    expect_accepted("progressive.jpg", &whole, SIDE);
    // The size of which the most values are kept, without its last scan.
    let large = progressive(6_470);
    let last = large.windows(2).rposition(|two| two == [0xff, 0xda]).unwrap();
    expect_refused("unfinished.jpg", &[&large[..last], b"\xff\xd9"].concat());

    let picture = png(SIDE, &rgb);
    expect_accepted("picture.png", &picture, SIDE);
    // Its last chunk but one ends with the sum of all pixels.
    let mut wrong = picture;
    let sum = wrong.len() - 12 - 5;
    wrong[sum] ^= 1;
    expect_refused("sum.png", &with_right_sums(wrong));
}

#[test]
fn the_same_holds_for_webp() {
    let mut lossless = Vec::new();
    WebPEncoder::new(&mut lossless).encode(&landscape(SIDE, SIDE), SIDE, SIDE, ColorType::Rgb8).unwrap();
    expect_accepted("lossless.webp", &lossless, SIDE);
    // So large that its pixels alone would be too much.
    let side = 4_500;
    let rgb: Vec<u8> = (0..side * side * 3).map(|at| (at / side ^ at % 251) as u8).collect();
    let mut large = Vec::new();
    WebPEncoder::new(&mut large).encode(&rgb, side, side, ColorType::Rgb8).unwrap();
    expect_refused("cut-lossless.webp", &riff(&[webp_chunk(*b"VP8L", &large[20..large.len() - 100])]));

    let lossy = include_bytes!("files/large-alpha.webp");
    let side = 6_300;
    expect_accepted("alpha.webp", lossy, side);
    let frame = lossy.windows(4).position(|four| four == b"VP8 ").unwrap();
    let without = riff(&[lossy[frame..].to_vec()]);
    expect_accepted("lossy.webp", &without, side);
    for (name, head) in [("cut-alpha.webp", &lossy[12..frame]), ("cut-lossy.webp", &[])] {
        let cut = webp_chunk(*b"VP8 ", &lossy[frame + 8..lossy.len() - 1_000]);
        expect_refused(name, &riff(&[head.to_vec(), cut]));
    }
}
