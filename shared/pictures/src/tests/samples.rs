//! Small valid pictures of every kind, made with Pillow: 48 × 32 pixels, red and green above blue and yellow.

use super::hostile::Dice;

pub(super) const WIDTH: u32 = 48;
pub(super) const HEIGHT: u32 = 32;

macro_rules! files {
    ($($name:literal)+) => { [$(($name, include_bytes!(concat!("files/", $name)))),+] };
}

/// What must be accepted.
pub(super) const VALID: [(&str, &[u8]); 17] = files! {
    "baseline.jpg" "full.jpg" "restarts.jpg" "progressive.jpg" "grey.jpg" "cmyk.jpg"
    "rgb.png" "rgba.png" "palette.png" "grey.png" "one-bit.png" "sixteen.png" "interlaced.png"
    "lossy.webp" "lossless.webp" "alpha.webp" "alpha-lossless.webp"
};

/// What moves.
pub(super) const ANIMATED: [(&str, &[u8]); 2] = files! { "animated.png" "animated.webp" };

pub(super) fn sample(name: &str) -> &'static [u8] {
    VALID.iter().chain(&ANIMATED).find(|(known, _)| *known == name).expect("a sample of this name").1
}

pub(super) fn of_kind(ending: &str) -> impl Iterator<Item = &'static (&'static str, &'static [u8])> {
    VALID.iter().filter(move |(name, _)| name.ends_with(ending))
}

/// A large picture that does not pack well: soft colours and some noise.
pub(super) fn landscape(width: u32, height: u32) -> Vec<u8> {
    let mut dice = Dice::new(7);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let noise = dice.below(8) as u32;
            rgb.extend([x * 200 / width + noise, y * 200 / height + noise, 128 + noise].map(|colour| colour as u8));
        }
    }
    rgb
}
