//! What a candidate is scored and filtered by, in some 120 bytes.

/// How many skills and how many interests of a person are looked at.
pub const LISTED: usize = 16;

/// The coordinates of whoever gives none.
pub const NOWHERE: [i16; 2] = [i16::MIN; 2];

/// Lists hold hashes, and zero where they end. A number that is zero says that there is none, but for experience.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traits {
    pub skills: [u16; LISTED],
    pub interests: [u16; LISTED],
    /// A bit for each language; rare languages share a few.
    pub languages: u64,
    pub demands: Demands,
    /// A component of the vector is this times the stored one. Zero if there is no vector.
    pub scale: f32,
    /// The city with its country.
    pub city: u32,
    /// Hours since 1970.
    pub joined: u32,
    pub country: u16,
    /// Latitude and longitude in tenths of a degree.
    pub coordinates: [i16; 2],
    /// Quarters of an hour ahead of UTC, in January and in July.
    pub offsets: [i8; 2],
    pub field: u8,
    pub goals: u8,
    pub experience: u8,
    pub hours: u8,
    /// Whether there is a text whose vector is still to come.
    pub awaits_vector: bool,
}

/// Whom a candidate wants to be shown to. A set that is empty means anybody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Demands {
    pub languages: u64,
    /// A bit for each country, several of which share one.
    pub countries: u64,
    pub fields: u16,
    pub goals: u8,
    /// The fewest and the most years.
    pub experience: [u8; 2],
    /// Zero if the distance does not matter.
    pub max_km: u16,
}

impl Demands {
    pub const NONE: Self =
        Self { languages: 0, countries: 0, fields: 0, goals: 0, experience: [0, u8::MAX], max_km: 0 };
}
