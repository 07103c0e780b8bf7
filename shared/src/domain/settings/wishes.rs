//! What a person wishes, every value checked.

use super::wire::{DigestInput, SettingsInput};
use super::{Cadence, Hour, NewsKind, Presence, QuietHours, Weekday};
use crate::domain::fields::Fields;
use crate::domain::profile::list;
use crate::error::Result;

/// The checked content of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    pub presence: Presence,
    pub digest: DigestWishes,
}

/// Which digests somebody wants, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestWishes {
    pub kinds: Vec<NewsKind>,
    pub cadence: Cadence,
    pub hour: Hour,
    pub weekday: Weekday,
    pub quiet: QuietHours,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { presence: Presence::Everyone, digest: DigestWishes::default() }
    }
}

impl Default for DigestWishes {
    fn default() -> Self {
        Self {
            kinds: NewsKind::ALL.to_vec(),
            cadence: Cadence::Daily,
            hour: Hour::EVENING,
            weekday: Weekday::Monday,
            quiet: QuietHours { from: Hour::NIGHT, until: Hour::MORNING },
        }
    }
}

impl Wishes {
    /// Checks every value; the error names all offending fields at once.
    pub fn parse(input: &SettingsInput) -> Result<Self> {
        let default = Self::default();
        let mut fields = Fields::default();
        let presence = fields.read_optional("presence", input.presence.as_ref(), Presence::parse);
        let digest = match &input.digest {
            Some(digest) => fields.object("digest", digest, DigestWishes::parse),
            None => Some(default.digest),
        };
        let (presence, digest) = fields.accept(presence.zip(digest))?;
        Ok(Self { presence: presence.unwrap_or(default.presence), digest })
    }
}

impl DigestWishes {
    pub fn wants(&self, kind: NewsKind) -> bool {
        self.kinds.contains(&kind)
    }

    fn parse(input: &DigestInput) -> Result<Self> {
        let mut fields = Fields::default();
        let wishes = Self::take(&mut fields, input);
        if let Some(Self { hour, quiet, .. }) = wishes.as_ref().filter(|wishes| wishes.needs_an_hour())
            && quiet.contain(hour.get())
        {
            fields.take::<()>("hour", Err("hour must lie outside the quiet hours".into()));
        }
        fields.accept(wishes)
    }

    fn take(fields: &mut Fields, input: &DigestInput) -> Option<Self> {
        let default = Self::default();
        let kinds = match &input.kinds {
            Some(kinds) => list::take(fields, "kinds", kinds, NewsKind::ALL.len(), NewsKind::parse, |kind| kind),
            None => Some(default.kinds),
        };
        let cadence = fields.read_optional("cadence", input.cadence.as_ref(), Cadence::parse);
        let weekday = fields.read_optional("weekday", input.weekday.as_ref(), Weekday::parse);
        let mut hour = |field: &'static str, input: &Option<_>| {
            fields.read_optional(field, input.as_ref(), |hour: &i64| Hour::parse(field, *hour))
        };
        let (at, from, until) =
            (hour("hour", &input.hour), hour("quiet_from", &input.quiet_from), hour("quiet_until", &input.quiet_until));
        Some(Self {
            kinds: kinds?,
            cadence: cadence?.unwrap_or(default.cadence),
            hour: at?.unwrap_or(default.hour),
            weekday: weekday?.unwrap_or(default.weekday),
            quiet: QuietHours {
                from: from?.unwrap_or(default.quiet.from),
                until: until?.unwrap_or(default.quiet.until),
            },
        })
    }

    const fn needs_an_hour(&self) -> bool {
        matches!(self.cadence, Cadence::Daily | Cadence::Weekly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn parse(body: Value) -> Result<Wishes> {
        Wishes::parse(&serde_json::from_value(body).unwrap())
    }

    #[test]
    fn what_is_left_out_is_the_default() {
        assert_eq!(parse(json!({})).unwrap(), Wishes::default());
        let wishes = parse(json!({"presence": "nobody", "digest": {"cadence": "weekly", "kinds": []}})).unwrap();
        assert_eq!((wishes.presence, wishes.digest.cadence), (Presence::Nobody, Cadence::Weekly));
        assert_eq!((wishes.digest.kinds, wishes.digest.hour.get()), (vec![], 18));
    }

    #[test]
    fn every_offending_field_is_named_with_its_path() {
        let digest =
            json!({"kinds": ["match", "gossip"], "cadence": "yearly", "hour": 24, "weekday": 1, "quiet_until": -1});
        let error = parse(json!({"presence": "friends", "digest": digest})).unwrap_err();
        let fields: Vec<_> = error.fields().iter().map(|field| field.field.to_string()).collect();
        let expected =
            ["presence", "digest.kinds[1]", "digest.cadence", "digest.weekday", "digest.hour", "digest.quiet_until"];
        assert_eq!(fields, expected);
    }

    #[test]
    fn an_hour_in_the_quiet_hours_is_refused_where_it_matters() {
        let at_night = |cadence: &str| parse(json!({"digest": {"cadence": cadence, "hour": 23}}));
        assert_eq!(at_night("daily").unwrap_err().fields()[0].field, "digest.hour");
        assert!(at_night("hourly").is_ok() && at_night("never").is_ok());
        assert!(parse(json!({"digest": {"hour": 23, "quiet_from": 3, "quiet_until": 3}})).is_ok());
    }
}
