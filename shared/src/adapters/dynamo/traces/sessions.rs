//! Sessions, those included that have ended.

use async_trait::async_trait;

use super::super::range::Range;
use super::super::table::Table;
use crate::domain::id::UserId;
use crate::error::Result;
use crate::ports::erasures::{Left, Traces};

#[derive(Clone, Debug)]
pub struct SessionTraces(Table);

impl SessionTraces {
    pub fn new(sessions: Table) -> Self {
        Self(sessions)
    }
}

#[async_trait]
impl Traces for SessionTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        super::clear(&self.0, Range::whole(format!("USER#{user_id}"))).await
    }
}
