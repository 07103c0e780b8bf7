//! The generator of hostile pictures: everything that was ever done to an image decoder, from a seed.

use super::files::{after_header, after_start, crc, exif, jpeg_segment, png_chunk, riff, webp_chunk, with_right_sums};
use super::samples::{VALID, sample};

/// What must never be found in anything that is published.
pub(super) const CANARY: &[u8] = b"CANARY-51.4934N-0.0098W";

/// Chance that can be repeated.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound.max(1)
    }
}

pub(super) type Named = (String, Vec<u8>);

/// A picture of each format that is to be held like this.
pub(super) fn held(orientation: u16) -> Vec<Named> {
    let exif = exif(orientation);
    let jpeg = jpeg_segment(0xe1, &[b"Exif\0\0", &exif[..]].concat());
    let webp = sample("lossy.webp");
    let canvas = [&[0x08, 0, 0, 0][..], &[47, 0, 0], &[31, 0, 0]].concat();
    let chunks = [webp_chunk(*b"VP8X", &canvas), webp[12..].to_vec(), webp_chunk(*b"EXIF", &exif)];
    vec![
        (format!("{orientation}.jpg"), after_start(sample("baseline.jpg"), &jpeg)),
        (format!("{orientation}.png"), after_header(sample("rgb.png"), &png_chunk(*b"eXIf", &exif))),
        (format!("{orientation}.webp"), riff(&chunks)),
    ]
}

// ------------------------------------------------------------------------------------------------------ floods, bombs

/// Files of a few bytes that claim to be enormous.
pub(super) fn floods() -> Vec<Named> {
    let mut floods = Vec::new();
    let mut add = |name: &str, file: Vec<u8>| floods.push((name.to_owned(), file));
    for (width, height) in [(65_535, 65_535), (12_001, 1), (1, 12_001), (10_000, 5_001)] {
        add(&format!("{width}x{height}.jpg"), jpeg_of_size(width, height));
    }
    for (width, height) in [(u32::MAX, u32::MAX), (0x7fff_ffff, 0x7fff_ffff), (100_000, 100_000), (12_001, 2)] {
        add(&format!("{width}x{height}.png"), png_of_size(width, height));
    }
    let frame = |width: u16, height: u16| {
        let mut frame = sample("lossy.webp")[20..].to_vec();
        frame[6..8].copy_from_slice(&width.to_le_bytes());
        frame[8..10].copy_from_slice(&height.to_le_bytes());
        webp_chunk(*b"VP8 ", &frame)
    };
    let canvas = |width: u32, height: u32| {
        let sides = [&width.to_le_bytes()[..3], &height.to_le_bytes()[..3]].concat();
        webp_chunk(*b"VP8X", &[&[0; 4], &sides[..]].concat())
    };
    add("frame.webp", riff(&[frame(0x3fff, 0x3fff)]));
    add("frame-in-canvas.webp", riff(&[canvas(9, 9), frame(0x3fff, 0x3fff)]));
    add("canvas.webp", riff(&[canvas(0xff_ffff, 0xff_ffff), frame(10, 10)]));
    add("lossless.webp", riff(&[webp_chunk(*b"VP8L", &[0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0])]));
    floods
}

/// Files that claim a size that is allowed, and have too few bytes for it.
pub(super) fn liars() -> Vec<Named> {
    vec![
        ("7000x7000.jpg".to_owned(), jpeg_of_size(7_000, 7_000)),
        ("7000x7000.png".to_owned(), png_of_size(7_000, 7_000)),
    ]
}

fn jpeg_of_size(width: u16, height: u16) -> Vec<u8> {
    let mut file = sample("baseline.jpg").to_vec();
    let frame = file.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut file = sample("rgb.png").to_vec();
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    with_right_sums(file)
}

/// Pictures beside which something is packed that would fill the memory: valid, because nobody needs to unpack it.
pub(super) fn bombs() -> Vec<Named> {
    let bomb = packed_zeros(256 << 20);
    let file =
        |kind: &[u8; 4], head: &[u8]| after_header(sample("rgb.png"), &png_chunk(*kind, &[head, &bomb].concat()));
    vec![
        ("zTXt.png".to_owned(), file(b"zTXt", b"Comment\0\0")),
        ("iTXt.png".to_owned(), file(b"iTXt", b"Comment\0\x01\0\0\0")),
        ("iCCP.png".to_owned(), file(b"iCCP", b"profile\0\0")),
    ]
}

/// How many bytes [`row_of`] has, unpacked: as many as zeros pack into without a rest.
pub(super) const ROW: usize = 1 + 258;

/// A row of 258 grey pixels with this as its data.
pub(super) fn row_of(packed: &[u8]) -> Vec<u8> {
    let header = png_chunk(*b"IHDR", &[0, 0, 1, 2, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let data = png_chunk(*b"IDAT", packed);
    [&sample("rgb.png")[..8], &header, &data, &png_chunk(*b"IEND", b"")].concat()
}

/// Zeros as deflate packs them at its best, written by hand: one literal, and then copies of 258 bytes.
pub(super) fn packed_zeros(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // One last block with the fixed codes: a zero is 0x30 in eight bits, a length of 258 is 0xc5, the distance one is 0.
    bits.push(0b011, 3);
    bits.push_code(0x30, 8);
    let copies = (length - 1) / 258;
    for _ in 0..copies {
        bits.push_code(0xc5, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let sum = adler_of_zeros(copies * 258 + 1);
    [&[0x78, 0xda], &bits.bytes[..], &[bits.last], &sum.to_be_bytes()].concat()
}

fn adler_of_zeros(length: usize) -> u32 {
    u32::try_from(length % 65_521).unwrap() << 16 | 1
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    last: u8,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for index in 0..count {
            self.last |= ((value >> index & 1) as u8) << self.used;
            self.used += 1;
            if self.used == 8 {
                self.bytes.push(self.last);
                (self.last, self.used) = (0, 0);
            }
        }
    }

    /// Codes stand in the other direction.
    fn push_code(&mut self, code: u32, count: u32) {
        for index in (0..count).rev() {
            self.push(code >> index & 1, 1);
        }
    }
}

// ------------------------------------------------------------------------------------------------ what is carried along

/// A zip with one file, whose offsets count from the end of what stands before it.
pub(super) fn archive() -> Vec<u8> {
    let head = |sign: &[u8], rest: &[u8]| [sign, rest].concat();
    let (sum, length) = (crc(CANARY).to_le_bytes(), (CANARY.len() as u32).to_le_bytes());
    let facts = [&[0; 8][..], &sum, &length, &length, &[1, 0], &[0, 0]].concat();
    let local = [head(b"PK\x03\x04\x14\0", &facts), b"a".to_vec(), CANARY.to_vec()].concat();
    let entry = [head(b"PK\x01\x02\x14\0\x14\0", &facts), vec![0; 10], vec![0; 4], b"a".to_vec()].concat();
    let sizes = [(entry.len() as u32).to_le_bytes(), (local.len() as u32).to_le_bytes()].concat();
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &sizes, &[0, 0]].concat();
    [local, entry, end].concat()
}

/// Every sample with something behind its end.
pub(super) fn with_trailers() -> Vec<Named> {
    let page = [&b"<!DOCTYPE html><html><script>alert('"[..], CANARY, b"')</script></html>"].concat();
    let document =
        [&b"%PDF-1.4\n1 0 obj<</Type/Catalog/Note("[..], CANARY, b")>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"].concat();
    let trailers = [("zip", archive()), ("pdf", document), ("html", page), ("text", CANARY.to_vec())];
    let with = |(name, file): &(&str, &[u8])| {
        trailers
            .iter()
            .map(|(kind, trailer)| (format!("{name}+{kind}"), [file, &trailer[..]].concat()))
            .collect::<Vec<_>>()
    };
    VALID.iter().flat_map(with).collect()
}

/// Valid pictures with a canary in each place for words about a picture.
pub(super) fn with_canaries() -> Vec<Named> {
    let mut files = Vec::new();
    let xmp = [&b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>"[..], CANARY].concat();
    let colours = [&b"ICC_PROFILE\0\x01\x01"[..], CANARY].concat();
    let segments: [(&str, u8, &[u8]); 6] = [
        ("com", 0xfe, CANARY),
        ("xmp", 0xe1, &xmp),
        ("icc", 0xe2, &colours),
        ("iptc", 0xed, &[&b"Photoshop 3.0\08BIM\x04\x04\0\0\0\0\0\x17"[..], CANARY].concat()),
        ("app9", 0xe9, CANARY),
        ("app15", 0xef, CANARY),
    ];
    for (name, file) in super::samples::of_kind(".jpg") {
        files.extend(segments.iter().map(|(kind, marker, content)| {
            (format!("{name}+{kind}"), after_start(file, &jpeg_segment(*marker, content)))
        }));
    }
    let text = |head: &[u8]| [head, CANARY].concat();
    let chunks: [(&[u8; 4], Vec<u8>); 4] = [
        (b"tEXt", text(b"Comment\0")),
        (b"iTXt", text(b"XML:com.adobe.xmp\0\0\0\0\0")),
        (b"iCCP", text(b"profile\0\0")),
        (b"prVt", CANARY.to_vec()),
    ];
    for (name, file) in super::samples::of_kind(".png") {
        files.extend(chunks.iter().map(|(kind, content)| {
            (format!("{name}+{}", String::from_utf8_lossy(*kind)), after_header(file, &png_chunk(**kind, content)))
        }));
    }
    let webp = sample("alpha.webp");
    for kind in [b"XMP ", b"ICCP", b"EXIF", b"junk"] {
        files.push((
            format!("alpha.webp+{}", String::from_utf8_lossy(kind)),
            riff(&[webp[12..].to_vec(), webp_chunk(*kind, CANARY)]),
        ));
    }
    files.extend(held(1));
    files
}
