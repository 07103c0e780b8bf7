//! What a client may send as settings, before anything was checked.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Cadence, NewsKind, Presence, Weekday};
use crate::domain::input::Input;

/// One's own settings as a whole: what is left out goes back to its default.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsInput {
    /// Who may see whether one is online and when one was last seen.
    #[schema(value_type = Option<Presence>, default = "everyone")]
    pub presence: Option<Input<String>>,
    /// Mails about what one has missed.
    #[schema(value_type = Option<DigestInput>)]
    pub digest: Option<Input<DigestInput>>,
}

/// Mails about what one has missed. All hours are those of the time zone of one's profile.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestInput {
    /// What they tell of; everything when left out.
    #[schema(value_type = Option<Vec<NewsKind>>, max_items = 3)]
    pub kinds: Option<Input<Vec<String>>>,
    /// How often they may come.
    #[schema(value_type = Option<Cadence>, default = "daily")]
    pub cadence: Option<Input<String>>,
    /// When daily and weekly ones come, 0 to 23, outside the quiet hours.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 23, default = 18)]
    pub hour: Option<Input<i64>>,
    /// On which day weekly ones come.
    #[schema(value_type = Option<Weekday>, default = "monday")]
    pub weekday: Option<Input<String>>,
    /// From this hour until `quiet_until` none come, 0 to 23; the same hour twice is no quiet hours.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 23, default = 22)]
    pub quiet_from: Option<Input<i64>>,
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 23, default = 8)]
    pub quiet_until: Option<Input<i64>>,
}
