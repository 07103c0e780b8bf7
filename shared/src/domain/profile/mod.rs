//! Profiles: what a person says about themselves, checked value by value, and how complete it is.
//!
//! [`ProfileInput`] is what a client may send, [`ProfileDetails`] what it becomes once every value was checked, and
//! [`Profile`] adds what the server alone decides: whose it is, its version and its times.

pub(in crate::domain) mod choice;
mod coordinates;
mod country;
mod details;
mod filters;
mod language;
pub(in crate::domain) mod list;
pub(in crate::domain) mod number;
mod place;
pub(in crate::domain) mod stored;
mod term;
pub(in crate::domain) mod text;
mod time_zone;
mod wire;

pub use choice::{Field, Goal};
pub use coordinates::Coordinates;
pub use details::ProfileDetails;
pub(in crate::domain) use details::unless_blank;
pub use filters::{FilterName, Filters, suit_each_other};
pub use language::Language;
pub(in crate::domain) use number::within;
pub use number::{ExperienceYears, HoursPerWeek};
pub use place::{Country, Place};
pub use term::{Interest, Skill};
pub use text::{Bio, Headline, Name};
pub use time_zone::TimeZone;
pub use wire::{FiltersInput, PlaceInput, ProfileInput};

use super::embedding::{ProfileText, TextHash};
use super::id::UserId;
use super::time::Timestamp;

/// One person's profile. The version grows by one with every edit and is part of every cache key about the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub user_id: UserId,
    pub version: u64,
    pub details: ProfileDetails,
    /// The hash of the text that is to be embedded; nothing if there is none, or if the profile was stored before texts
    /// were embedded.
    pub text_hash: Option<TextHash>,
    /// Until when nobody else is shown the profile, while its owner is suspended or banned. An end that has come is
    /// not read from the store.
    pub hidden_until: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Profile {
    /// The first profile of a person.
    pub fn new(user_id: UserId, details: ProfileDetails, now: Timestamp) -> Self {
        let text_hash = ProfileText::of(&details).map(|text| text.hash());
        Self { user_id, version: 1, details, text_hash, hidden_until: None, created_at: now, updated_at: now }
    }

    /// The same profile with everything the person said replaced.
    #[must_use]
    pub fn edited(self, details: ProfileDetails, now: Timestamp) -> Self {
        let text_hash = ProfileText::of(&details).map(|text| text.hash());
        Self { version: self.version.saturating_add(1), details, text_hash, updated_at: now, ..self }
    }

    /// Whether there is a text to embed, and another one than the one that was `known`.
    pub fn says_something_new(&self, known: Option<&TextHash>) -> bool {
        self.text_hash.is_some() && self.text_hash.as_ref() != known
    }

    /// The profile, unless it is withheld from others.
    pub fn unless_hidden(self) -> Option<Self> {
        Some(self).filter(Self::is_shown)
    }

    /// Whether others may come upon the profile at all, whatever they are to each other.
    pub fn is_shown(&self) -> bool {
        self.hidden_until.is_none()
    }

    /// How much of the profile is filled in, in percent; see [`ProfileDetails::completeness`].
    pub fn completeness(&self) -> u8 {
        self.details.completeness()
    }
}
