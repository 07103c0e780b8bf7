//! Why an upload is no photo that others may see.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The catalogue of stable reasons. Owners are told; clients switch on the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Refusal {
    /// The content is no JPEG, PNG or WebP, whatever the upload said about itself.
    #[serde(rename = "photo_type")]
    Type,
    /// More pixels than a photo may have, or a longer side.
    #[serde(rename = "photo_dimensions")]
    Dimensions,
    /// It moves: others would see one moment of it, and nobody chose which.
    #[serde(rename = "photo_animated")]
    Animated,
    /// It ends too early, or what it says about itself does not hold.
    #[serde(rename = "photo_damaged")]
    Damaged,
    /// Somebody on the staff has looked at it.
    #[serde(rename = "photo_moderated")]
    Moderated,
}

impl Refusal {
    pub const ALL: [Self; 5] = [Self::Type, Self::Dimensions, Self::Animated, Self::Damaged, Self::Moderated];

    /// The stable name, as it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Type => "photo_type",
            Self::Dimensions => "photo_dimensions",
            Self::Animated => "photo_animated",
            Self::Damaged => "photo_damaged",
            Self::Moderated => "photo_moderated",
        }
    }

    /// One sentence for the owner.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Type => "A photo must be a JPEG, PNG or WebP file of a common kind",
            Self::Dimensions => "A photo may have 50 million pixels, a WebP 40 million, and 12,000 on a side",
            Self::Animated => "A photo must not move: choose one picture of the animation",
            Self::Moderated => "The photo was looked at, and is not for others to see",
            Self::Damaged => "The file is damaged or incomplete: export or upload it anew",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_stored_under_its_code() {
        for refusal in Refusal::ALL {
            assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.code());
            assert!(!refusal.sentence().ends_with('.'));
        }
    }
}
