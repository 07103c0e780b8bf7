//! The closed lists of the settings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::fields::Refusal;
use crate::domain::profile::choice::choices;

choices! {
    /// Who may see whether somebody is online, and when they were last seen.
    Presence "presence" {
        Everyone = "everyone",
        Connections = "connections",
        Nobody = "nobody",
    }
    /// What a digest may tell of.
    NewsKind "kinds" {
        Match = "match",
        Message = "message",
        Like = "like",
    }
    /// How often digests may come.
    Cadence "cadence" {
        Hourly = "hourly",
        Daily = "daily",
        Weekly = "weekly",
        Never = "never",
    }
    /// The day of weekly digests.
    Weekday "weekday" {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}
