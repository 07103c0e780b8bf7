//! Counters of limits, marks of who was here, and the names of those who stated something about skills.

use std::time::Duration;

use async_trait::async_trait;

use super::super::range::Range;
use super::super::table::Table;
use super::super::{activity, matrix};
use super::SOME;
use crate::domain::id::UserId;
use crate::domain::limit::{ALL, Subject};
use crate::error::Result;
use crate::ports::erasures::{Left, Traces};

/// Counters by address or network are named by a digest or a network, not by a person, and end with their window.
#[derive(Clone, Debug)]
pub struct MarkTraces(Table);

impl MarkTraces {
    pub fn new(ops: Table) -> Self {
        Self(ops)
    }
}

#[async_trait]
impl Traces for MarkTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        let mut left = if matrix::unsign(&self.0, user_id, SOME).await? { Left::More } else { Left::Nothing };
        for limit in ALL {
            let counters = format!("LIMIT#{}#{}", limit.name, Subject::person(user_id).as_str());
            if super::clear(&self.0, Range::whole(counters)).await? == Left::More {
                left = Left::More;
            }
        }
        let now = self.0.now();
        let hours = (0..=activity::HOURS).map(|hour| now - Duration::from_hours(hour));
        let marks = hours.map(|hour| activity::visit_key(user_id, hour)).chain([activity::wish_key(user_id)]);
        self.0.write_many(Vec::new(), marks.collect()).await?;
        Ok(left)
    }
}
