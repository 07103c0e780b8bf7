//! What the components of pictures mean.

/// How colours were turned into components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colours {
    Grey,
    Rgb,
    /// Brightness and two differences of colours, which fill their bytes, as JPEG has them.
    Full,
    /// The same as WebP has them, like television: bytes of 16 to 235, and of 16 to 240.
    Television,
    /// Four inks; all programs store how much of an ink is missing.
    Ink,
    /// Four inks, three of which are brightness and differences.
    FullInk,
}

impl Colours {
    /// Red, green and blue of components that have the same size.
    pub(crate) fn rgb(self, samples: &[Vec<u8>]) -> Vec<u8> {
        match samples {
            [grey] => grey.iter().flat_map(|grey| [*grey; 3]).collect(),
            [first, second, third] => {
                let pixels = first.iter().zip(second).zip(third);
                pixels.flat_map(|((first, second), third)| self.three([*first, *second, *third])).collect()
            }
            [first, second, third, black] => {
                let pixels = first.iter().zip(second).zip(third).zip(black);
                pixels
                    .flat_map(|(((first, second), third), black)| {
                        let inks = self.three([*first, *second, *third]);
                        // Brightness and differences tell how much there is of an ink.
                        let inks = if self == Self::FullInk { inks.map(|ink| 255 - ink) } else { inks };
                        inks.map(|missing| multiply(missing, *black))
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn three(self, components: [u8; 3]) -> [u8; 3] {
        let [brightness, blue, red] = components.map(i32::from);
        let (blue, red) = (blue - 128, red - 128);
        // In parts of 65,536.
        match self {
            Self::Grey | Self::Rgb | Self::Ink => components,
            Self::Full | Self::FullInk => {
                let brightness = (brightness << 16) + (1 << 15);
                [
                    byte(brightness + 91_881 * red),
                    byte(brightness - 22_554 * blue - 46_802 * red),
                    byte(brightness + 116_130 * blue),
                ]
            }
            Self::Television => {
                let brightness = 76_309 * (brightness - 16) + (1 << 15);
                [
                    byte(brightness + 104_597 * red),
                    byte(brightness - 25_675 * blue - 53_279 * red),
                    byte(brightness + 132_201 * blue),
                ]
            }
        }
    }
}

fn byte(parts: i32) -> u8 {
    (parts >> 16).clamp(0, 255) as u8
}

fn multiply(colour: u8, black: u8) -> u8 {
    ((u32::from(colour) * u32::from(black) + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(colours: Colours, components: &[u8]) -> [u8; 3] {
        let planes: Vec<Vec<u8>> = components.iter().map(|component| vec![*component]).collect();
        colours.rgb(&planes).try_into().unwrap()
    }

    #[test]
    fn components_are_colours() {
        assert_eq!(rgb(Colours::Grey, &[7]), [7; 3]);
        assert_eq!(rgb(Colours::Rgb, &[1, 2, 3]), [1, 2, 3]);
        assert_eq!(rgb(Colours::Full, &[76, 85, 255]), [254, 0, 0], "red");
        assert_eq!(rgb(Colours::Full, &[29, 255, 107]), [0, 0, 254], "blue");
        assert_eq!(rgb(Colours::Full, &[150, 44, 21]), [0, 255, 1], "green");
        assert_eq!(rgb(Colours::Television, &[16, 128, 128]), [0; 3]);
        assert_eq!(rgb(Colours::Television, &[235, 128, 128]), [255; 3]);
        assert_eq!(rgb(Colours::Television, &[81, 90, 240]), [254, 0, 0], "red");
        assert_eq!(rgb(Colours::Ink, &[255, 0, 128, 255]), [255, 0, 128]);
        assert_eq!(rgb(Colours::Ink, &[255, 255, 128, 128]), [128, 128, 64]);
        assert_eq!(rgb(Colours::FullInk, &[76, 85, 255, 255]), [1, 255, 255]);
        assert_eq!(rgb(Colours::FullInk, &[76, 85, 255, 0]), [0; 3]);
    }
}
