//! How often something may be done before one has to wait.
//!
//! A limit counts in windows of fixed length. They begin at another moment for every subject, so that not everybody is
//! let in at the same second; around the border of two windows at most twice the limit fits.

use std::net::IpAddr;
use std::time::Duration;

use aws_lc_rs::digest;

use super::email::EmailAddress;
use super::id::UserId;
use super::time::Timestamp;

#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    /// Names the counter in the table, the log and the documents.
    pub name: &'static str,
    pub max: u32,
    pub window: Duration,
    /// Over how many items a counter is spread that everybody increases.
    pub shards: u8,
}

const fn limit(name: &'static str, max: u32, window: Duration) -> Limit {
    Limit { name, max, window, shards: 1 }
}

/// Registrations from one network: a school or a carrier is many people.
pub const REGISTER_PER_NETWORK: Limit = limit("register.network", 60, Duration::from_hours(1));
/// Mails that one network can cause without signing in, to whatever addresses: what is left for everybody must not be used
/// up by one.
pub const MAIL_PER_NETWORK: Limit = limit("mail.network", 100, Duration::from_hours(1));
/// Mails that one network can cause to be sent to one address without signing in. A stranger who uses them up leaves the
/// owner those of other networks.
pub const MAIL_PER_ADDRESS_AND_NETWORK: Limit = limit("mail.address-network", 6, Duration::from_hours(1));
/// Mails that strangers from everywhere can cause to be sent to one address.
pub const MAIL_PER_ADDRESS: Limit = limit("mail.address", 20, Duration::from_hours(1));
/// Mails that all strangers together can cause: beyond it somebody is using us to send.
pub const MAIL_IN_ALL: Limit = Limit { name: "mail.all", max: 20_000, window: Duration::from_hours(1), shards: 8 };
/// Sign-ins from one network, with a password or at a provider, successful ones included.
pub const LOGIN_PER_NETWORK: Limit = limit("login.network", 300, Duration::from_mins(15));
/// Sign-ins at a provider that are started from one network: each of them is remembered for ten minutes.
pub const OAUTH_PER_NETWORK: Limit = limit("oauth.network", 300, Duration::from_mins(15));
/// Wrong passwords for one address from one network: somebody who has forgotten, or guesses.
pub const LOGIN_PER_ADDRESS_AND_NETWORK: Limit = limit("login.address-network", 10, Duration::from_mins(15));
/// Wrong passwords for one address from everywhere. Beyond it a password alone no longer opens the account; the owner
/// comes in with a code by mail.
pub const LOGIN_PER_ADDRESS: Limit = limit("login.address", 50, Duration::from_hours(1));
/// Codes to sign in with, mailed to somebody whose password was given with the request. Strangers cannot use them up,
/// because they do not know it; whoever does know it is not told that there are no more.
pub const SIGN_IN_CODE_PER_PERSON: Limit = limit("sign-in-code.person", 6, Duration::from_hours(1));
/// Wrong passwords of somebody who is signed in already.
pub const PASSWORD_PER_PERSON: Limit = limit("password.person", 10, Duration::from_mins(15));
/// Codes to erase one's account with.
pub const ERASURE_CODE_PER_PERSON: Limit = limit("erasure-code.person", 6, Duration::from_hours(1));
/// Codes tried from one network, for whatever accounts.
pub const CODE_PER_NETWORK: Limit = limit("code.network", 100, Duration::from_mins(15));
/// How often somebody may have mails sent again that did not arrive: providers count what bounces.
pub const RESUME_MAIL_PER_PERSON: Limit = limit("resume-mail.person", 3, Duration::from_hours(24));
/// Reports that one person makes.
pub const REPORT_PER_PERSON: Limit = limit("report.person", 20, Duration::from_hours(24));
/// Messages that one person sends, through both doors together: more than anybody types.
pub const SEND_PER_PERSON: Limit = limit("send.person", 120, Duration::from_mins(1));
/// Frames of one person's sockets that read or tell something, all their devices together: everything but pings, and
/// messages, which have a limit of their own. What one of them tells may be posted two hundred times.
pub const FRAME_PER_PERSON: Limit = limit("frame.person", 300, Duration::from_mins(1));
/// Inboxes, pages of conversations and syncs of one person: each may read some megabytes.
pub const CHAT_READ_PER_PERSON: Limit = limit("chat-read.person", 3_000, Duration::from_hours(1));
/// Tickets that one person is given: a socket every half minute, for an hour.
pub const TICKET_PER_PERSON: Limit = limit("ticket.person", 120, Duration::from_hours(1));
/// Likes that one person gives.
pub const LIKE_PER_PERSON: Limit = limit("like.person", 200, Duration::from_hours(24));
/// Passes that one person gives: a long evening of looking through lists.
pub const PASS_PER_PERSON: Limit = limit("pass.person", 2_000, Duration::from_hours(24));
/// Likes and passes that one person takes back: beyond it somebody plays with others' lists.
pub const TAKE_BACK_PER_PERSON: Limit = limit("take-back.person", 100, Duration::from_hours(24));
/// Projects that one person founds.
pub const FOUND_PER_PERSON: Limit = limit("found.person", 10, Duration::from_hours(24));
/// Projects that one person joins or asks to join, the same one again included.
pub const JOIN_PER_PERSON: Limit = limit("join.person", 50, Duration::from_hours(24));
/// Pages of one's list, and lists made ahead: a new list reads hundreds of people.
pub const LIST_PER_PERSON: Limit = limit("list.person", 600, Duration::from_hours(1));
/// Lists of who fits a project, or which projects fit oneself: every page compares hundreds.
pub const FIT_PER_PERSON: Limit = limit("fit.person", 200, Duration::from_hours(1));
/// Writings of one's own profile and settings: an edit of the profile makes another list, and may have a text read by the
/// sentence model.
pub const EDIT_PER_PERSON: Limit = limit("edit.person", 60, Duration::from_hours(1));
/// Copies of all that is known of one: each reads everything.
pub const EXPORT_PER_PERSON: Limit = limit("export.person", 2, Duration::from_hours(24));
/// Photos that one person begins to upload, refused and deleted ones included: each of them is decoded.
pub const PHOTO_PER_PERSON: Limit = limit("photo.person", 30, Duration::from_hours(24));
/// Blocks that one person sets and takes back, repeated ones included: more than a crowd of pests.
pub const BLOCK_PER_PERSON: Limit = limit("block.person", 1_000, Duration::from_hours(24));

/// The one table of limits, in the order of the documents.
pub const ALL: &[&Limit] = &[
    &REGISTER_PER_NETWORK,
    &MAIL_PER_NETWORK,
    &MAIL_PER_ADDRESS_AND_NETWORK,
    &MAIL_PER_ADDRESS,
    &MAIL_IN_ALL,
    &LOGIN_PER_NETWORK,
    &OAUTH_PER_NETWORK,
    &LOGIN_PER_ADDRESS_AND_NETWORK,
    &LOGIN_PER_ADDRESS,
    &SIGN_IN_CODE_PER_PERSON,
    &PASSWORD_PER_PERSON,
    &ERASURE_CODE_PER_PERSON,
    &CODE_PER_NETWORK,
    &RESUME_MAIL_PER_PERSON,
    &REPORT_PER_PERSON,
    &SEND_PER_PERSON,
    &FRAME_PER_PERSON,
    &CHAT_READ_PER_PERSON,
    &TICKET_PER_PERSON,
    &LIKE_PER_PERSON,
    &PASS_PER_PERSON,
    &TAKE_BACK_PER_PERSON,
    &FOUND_PER_PERSON,
    &JOIN_PER_PERSON,
    &LIST_PER_PERSON,
    &FIT_PER_PERSON,
    &EDIT_PER_PERSON,
    &EXPORT_PER_PERSON,
    &PHOTO_PER_PERSON,
    &BLOCK_PER_PERSON,
];

/// Who is counted. An address is counted by its digest, a network by what one subscriber is given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    pub fn everybody() -> Self {
        Self("ALL".to_owned())
    }

    pub fn person(user_id: UserId) -> Self {
        Self(format!("USER#{user_id}"))
    }

    pub fn address(email: &EmailAddress) -> Self {
        Self(format!("EMAIL#{}", email.digest()))
    }

    /// An IPv4 address, or the /64 that one IPv6 subscriber has: whoever owns one of its addresses owns all.
    pub fn network(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self(format!("NET#{ip}")),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                Self(format!("NET#{a:x}:{b:x}:{c:x}:{d:x}::"))
            }
        }
    }

    /// Both together: a neighbour's wrong passwords are not mine, nor are a stranger's at my address.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(format!("{}#{}", self.0, other.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One window of a limit for one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub number: u64,
    pub ends_at: Timestamp,
}

impl Limit {
    /// The window of `subject` that `now` falls into.
    pub fn window_of(&self, subject: &Subject, now: Timestamp) -> Window {
        let length = self.window.as_secs().max(1);
        let hash = digest::digest(&digest::SHA256, subject.0.as_bytes());
        let shift = hash.as_ref().iter().take(4).fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)) % length;
        let number = (now.unix_seconds() + shift) / length;
        Window { number, ends_at: Timestamp::from_unix_seconds((number + 1) * length - shift) }
    }

    /// What `count` attempts in a window leave over.
    pub fn allowance(&self, count: u32, window: Window, now: Timestamp) -> Allowance {
        Allowance {
            max: self.max,
            remaining: self.max.saturating_sub(count),
            is_exceeded: count > self.max,
            resets_in: window.ends_at.since(now),
        }
    }
}

/// Where a subject stands after an attempt was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub max: u32,
    pub remaining: u32,
    /// The attempt that was counted was one too many.
    pub is_exceeded: bool,
    pub resets_in: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn network(ip: &str) -> Subject {
        Subject::network(ip.parse().unwrap())
    }

    #[test]
    fn one_subscriber_is_one_network() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn the_attempt_after_the_last_allowed_one_is_refused() {
        let window = MAIL_PER_ADDRESS.window_of(&Subject::everybody(), Timestamp::from_unix_seconds(0));
        let at = |count| MAIL_PER_ADDRESS.allowance(count, window, Timestamp::from_unix_seconds(0));
        let max = MAIL_PER_ADDRESS.max;
        assert_eq!((at(1).remaining, at(max).remaining, at(max + 1).remaining), (max - 1, 0, 0));
        assert_eq!((at(max).is_exceeded, at(max + 1).is_exceeded), (false, true));
    }

    #[test]
    fn limits_have_names_of_their_own() {
        let mut names: Vec<_> = ALL.iter().map(|limit| limit.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    proptest! {
        #[test]
        fn windows_follow_each_other_without_a_gap(ip in any::<[u8; 4]>(), now in 1_000_000_000_u64..4_000_000_000) {
            let subject = Subject::network(ip.into());
            let now = Timestamp::from_unix_seconds(now);
            let window = LOGIN_PER_NETWORK.window_of(&subject, now);
            let left = window.ends_at.since(now);
            prop_assert!(left > Duration::ZERO && left <= LOGIN_PER_NETWORK.window);
            let next = LOGIN_PER_NETWORK.window_of(&subject, window.ends_at);
            prop_assert_eq!(next.number, window.number + 1);
        }
    }
}
