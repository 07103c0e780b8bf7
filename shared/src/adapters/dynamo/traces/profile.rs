//! The profile with settings and embedding, and the lists of one's projects.

use async_trait::async_trait;

use super::super::range::Range;
use super::super::table::Table;
use crate::domain::id::UserId;
use crate::error::Result;
use crate::ports::erasures::{Left, Traces};

#[derive(Clone, Debug)]
pub struct ProfileTraces(Table);

impl ProfileTraces {
    pub fn new(profiles: Table) -> Self {
        Self(profiles)
    }
}

#[async_trait]
impl Traces for ProfileTraces {
    async fn erase(&self, user_id: UserId) -> Result<Left> {
        let lists = super::clear(&self.0, Range::whole(format!("MEMBER#{user_id}"))).await?;
        let profile = super::clear(&self.0, Range::whole(format!("USER#{user_id}"))).await?;
        Ok(if lists == Left::Nothing { profile } else { lists })
    }
}
