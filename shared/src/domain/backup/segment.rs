//! How far a segment has been read. Each state names the parts before it, and is stored in the place of the one it follows,
//! so that of two readers of one segment only one gets on.

use serde::{Deserialize, Serialize};

use super::{Broken, FORMAT, Item, Part, SegmentJob};
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentState {
    pub format: u32,
    pub job: SegmentJob,
    /// Before the first read, and after the last one.
    pub began_at: Timestamp,
    pub ended_at: Timestamp,
    pub parts: Vec<Part>,
    /// The key after which reading goes on; nothing before the first part, and at the end.
    pub next: Option<Item>,
    pub done: bool,
}

impl SegmentState {
    pub fn begin(job: &SegmentJob, now: Timestamp) -> Self {
        Self {
            format: FORMAT,
            job: job.clone(),
            began_at: now,
            ended_at: now,
            parts: Vec::new(),
            next: None,
            done: false,
        }
    }

    /// What follows when another part was read, or nothing more was there to read.
    #[must_use]
    pub fn after(mut self, part: Option<Part>, next: Option<Item>, now: Timestamp) -> Self {
        self.parts.extend(part);
        self.done = next.is_none();
        self.next = next;
        self.ended_at = now;
        self
    }

    /// The number of the part that is read next.
    pub fn next_part(&self) -> u32 {
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, Broken> {
        serde_json::to_vec(self).map_err(|_| Broken::new("the state of a segment cannot be written as JSON"))
    }

    /// Reads the state of that job, and of no other.
    pub fn read(bytes: &[u8], job: &SegmentJob) -> Result<Self, Broken> {
        let state: Self =
            serde_json::from_slice(bytes).map_err(|_| Broken::new("the state of a segment cannot be read"))?;
        if state.format != FORMAT || state.job != *job {
            return Err(Broken::new("the state of a segment belongs to another plan"));
        }
        Ok(state)
    }
}
