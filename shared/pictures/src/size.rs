//! How large a picture is, known before anything is allocated for it.

use crate::Flaw;

/// More than the sensors of cameras that people carry.
pub(crate) const MAX_PIXELS: u64 = 50_000_000;
const MAX_SIDE: u32 = 12_000;

/// Width and height of a picture that may be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Size {
    pub(crate) fn admit(width: u32, height: u32) -> Result<Self, Flaw> {
        if width == 0 || height == 0 {
            return Err(Flaw::Damaged);
        }
        let pixels = u64::from(width) * u64::from(height);
        if width > MAX_SIDE || height > MAX_SIDE || pixels > MAX_PIXELS {
            return Err(Flaw::Dimensions);
        }
        Ok(Self { width, height })
    }

    pub(crate) fn pixels(self) -> usize {
        // At most fifty million.
        self.width as usize * self.height as usize
    }

    /// The same shape with sides of at most `longest`, and at least one pixel; never larger.
    pub(crate) fn within(self, longest: u32) -> Self {
        let side = self.width.max(self.height);
        if side <= longest {
            return self;
        }
        let scale = |length: u32| {
            let scaled = (u64::from(length) * u64::from(longest) + u64::from(side) / 2) / u64::from(side);
            u32::try_from(scaled).unwrap_or(longest).max(1)
        };
        Self { width: scale(self.width), height: scale(self.height) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sizes_of_cameras_are_admitted() {
        assert!(Size::admit(12_000, 4_166).is_ok());
        assert_eq!(Size::admit(12_000, 4_167), Err(Flaw::Dimensions));
        assert_eq!(Size::admit(12_001, 1), Err(Flaw::Dimensions));
        assert_eq!(Size::admit(u32::MAX, u32::MAX), Err(Flaw::Dimensions));
        assert_eq!(Size::admit(0, 5), Err(Flaw::Damaged));
    }

    #[test]
    fn shapes_are_kept_and_nothing_grows() {
        let within = |width, height, longest| {
            let Size { width, height } = Size { width, height }.within(longest);
            (width, height)
        };
        assert_eq!(within(4_000, 3_000, 1_080), (1_080, 810));
        assert_eq!(within(3_000, 4_000, 160), (120, 160));
        assert_eq!(within(100, 80, 160), (100, 80));
        assert_eq!(within(12_000, 1, 160), (160, 1));
    }
}
