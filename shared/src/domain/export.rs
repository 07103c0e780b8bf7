//! A copy of all that is known of somebody, for themselves.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::id::{ExportId, UserId};
use super::time::Timestamp;

/// How long an archive is kept; the bucket deletes it after three days.
pub const LIFETIME: Duration = Duration::from_hours(48);
/// How long a link to it is good for.
pub const LINK_LIFETIME: Duration = Duration::from_mins(10);
/// An archive that is not ready by then has failed, and another one may be asked for.
pub const GIVE_UP: Duration = Duration::from_hours(2);
/// The least that all pieces of an archive but the last have; S3 takes no smaller ones.
pub const PIECE: usize = 5 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// It is being put together.
    Pending,
    Ready,
    /// It could not be put together; ask again.
    Failed,
}

/// The newest archive of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    pub user_id: UserId,
    pub export_id: ExportId,
    pub state: ExportState,
    pub requested_at: Timestamp,
    pub ready_at: Option<Timestamp>,
    /// How large the archive is.
    pub bytes: u64,
}

impl Export {
    pub const fn requested(user_id: UserId, export_id: ExportId, now: Timestamp) -> Self {
        Self { user_id, export_id, state: ExportState::Pending, requested_at: now, ready_at: None, bytes: 0 }
    }

    /// As it is at this time; nothing once it has expired.
    pub fn at(self, now: Timestamp) -> Option<Self> {
        let age = now.since(self.requested_at);
        match self.state {
            ExportState::Pending if age > GIVE_UP => Some(Self { state: ExportState::Failed, ..self }),
            ExportState::Ready if self.ready_at.is_some_and(|ready_at| now.since(ready_at) > LIFETIME) => None,
            _ => Some(self),
        }
    }

    /// Whether it is under way, so that asking again means this one.
    pub fn is_pending(&self) -> bool {
        self.state == ExportState::Pending
    }

    #[must_use]
    pub fn ready(&self, bytes: u64, now: Timestamp) -> Self {
        Self { state: ExportState::Ready, ready_at: Some(now), bytes, ..self.clone() }
    }

    #[must_use]
    pub fn failed(&self) -> Self {
        Self { state: ExportState::Failed, ..self.clone() }
    }

    /// Until when a link to it can be had.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.ready_at.map(|ready_at| ready_at + LIFETIME)
    }

    /// The name of the archive in its bucket.
    pub fn object(&self) -> String {
        format!("{}{}.zip", Self::folder(self.user_id), self.export_id)
    }

    /// Below which all archives of somebody lie.
    pub fn folder(user_id: UserId) -> String {
        format!("exports/{user_id}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_000_000);

    #[test]
    fn an_archive_that_takes_too_long_has_failed_and_one_that_is_old_is_gone() {
        let pending = Export::requested(UserId::from_parts(NOW, [1; 10]), ExportId::from_parts(NOW, [2; 10]), NOW);
        let second = Duration::from_secs(1);
        assert!(pending.clone().at(NOW + GIVE_UP).unwrap().is_pending());
        assert_eq!(pending.clone().at(NOW + GIVE_UP + second).unwrap().state, ExportState::Failed);
        let ready = pending.ready(7, NOW + second);
        assert_eq!(ready.expires_at(), Some(NOW + second + LIFETIME));
        assert_eq!(ready.clone().at(NOW + second + LIFETIME), Some(ready.clone()));
        assert_eq!(ready.at(NOW + second * 2 + LIFETIME), None);
    }
}
