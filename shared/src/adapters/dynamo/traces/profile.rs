//! The profile with settings and embedding, and the lists of one's projects.

use async_trait::async_trait;

use super::super::albums;
use super::super::item::Key;
use super::super::members::{ASKED, PROJECT};
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
        let lists = Range::whole(format!("MEMBER#{user_id}"));
        let leads_to_a_project = |line: &Key| [PROJECT, ASKED].iter().any(|kind| line.sk.starts_with(kind));
        let lists = super::clear_but(&self.0, lists, leads_to_a_project).await?;
        let album = albums::key(user_id).sk;
        let profile = Range::whole(format!("USER#{user_id}"));
        let profile = super::clear_but(&self.0, profile, |row| row.sk == album).await?;
        Ok(if lists == Left::Nothing { profile } else { lists })
    }
}
