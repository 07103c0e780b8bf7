//! The mark of a table that is restored into: of which backup, how much is in it, and which process fills it.
//!
//! Two that fill one table would be in each other's way, and the slower one would write old items after the faster one has
//! finished. So who is there first holds the table, until it ends or gives no sign of life. On the same machine it is known whether it
//! lives; of others it is believed for ten minutes.

use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, gethostname};
use shared::domain::time::Timestamp;

/// Longer than a part takes, or a table with indexes to be made.
const BELIEVED: Duration = Duration::from_mins(10);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Of the manifest.
    pub(crate) sha256: String,
    pub(crate) parts: usize,
    pub(crate) holder: Option<Holder>,
    seen_at: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holder {
    host: String,
    process: i32,
}

impl Holder {
    pub(crate) fn this() -> Self {
        let name = gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
        let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "-._".contains(*letter);
        Self { host: name.chars().filter(is_plain).take(64).collect(), process: Pid::this().as_raw() }
    }
}

impl Mark {
    pub(crate) fn new(sha256: &str, parts: usize, now: Timestamp) -> Self {
        Self { sha256: sha256.to_owned(), parts, holder: Some(Holder::this()), seen_at: now.unix_seconds() }
    }

    /// The value of a tag, which has at most 256 characters, and few kinds of them.
    pub(crate) fn to_tag(&self) -> String {
        let holder = self.holder.as_ref();
        let holder = holder.map(|holder| format!("/{}/{}/{}", holder.host, holder.process, self.seen_at));
        format!("{}/{}{}", self.sha256, self.parts, holder.unwrap_or_default())
    }

    pub(crate) fn read(tag: &str) -> Option<Self> {
        let mut words = tag.split('/');
        let (sha256, parts) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
        let mut holder = || Some((words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?.parse().ok()?));
        let holder: Option<(String, i32, u64)> = holder();
        let seen_at = holder.as_ref().map_or(0, |(_, _, seen_at)| *seen_at);
        Some(Self { sha256, parts, holder: holder.map(|(host, process, _)| Holder { host, process }), seen_at })
    }

    /// Who fills the table now, if that is somebody else.
    pub(crate) fn holder_but_me(&self, now: Timestamp) -> Option<String> {
        let (holder, me) = (self.holder.as_ref()?, Holder::this());
        let age = now.unix_seconds().saturating_sub(self.seen_at);
        let is_gone =
            holder.host == me.host && kill(Pid::from_raw(holder.process), None::<Signal>) == Err(Errno::ESRCH);
        if *holder == me || is_gone || age >= BELIEVED.as_secs() {
            return None;
        }
        Some(format!("process {} on {}, seen {age} seconds ago", holder.process, holder.host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

    fn held_by(host: &str, process: i32) -> Mark {
        Mark { holder: Some(Holder { host: host.to_owned(), process }), ..Mark::new(&"0f".repeat(32), 7, NOW) }
    }

    #[test]
    fn a_mark_is_read_back() {
        let long = held_by(&"h".repeat(64), i32::MAX);
        for mark in [long, Mark::new("aa", 0, NOW), Mark { holder: None, seen_at: 0, ..held_by("", 1) }] {
            assert!(mark.to_tag().len() <= 256, "{}", mark.to_tag());
            assert_eq!(Mark::read(&mark.to_tag()), Some(mark));
        }
        for foreign in ["", "mine", "aa/b"] {
            assert_eq!(Mark::read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn who_lives_holds_a_table_and_who_is_dead_does_not() {
        let here = Holder::this();
        let holder = |mark: &Mark, later| mark.holder_but_me(NOW + Duration::from_secs(later));
        assert_eq!(holder(&Mark::new("aa", 0, NOW), 5), None, "it is ours");
        let parent = held_by(&here.host, std::os::unix::process::parent_id().cast_signed());
        assert!(holder(&parent, 599).is_some_and(|who| who.contains("seen 599 seconds ago")));
        assert_eq!(holder(&parent, 600), None, "its number was given to another one");
        assert_eq!(holder(&held_by(&here.host, i32::MAX), 5), None, "there is no such process");
        assert!(holder(&held_by("elsewhere", i32::MAX), 5).is_some(), "there may be one elsewhere");
        assert_eq!(holder(&held_by("elsewhere", i32::MAX), 600), None);
    }
}
