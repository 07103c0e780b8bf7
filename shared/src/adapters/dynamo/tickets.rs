//! Socket tickets: stored as hashes, redeemed by deleting them.

use async_trait::async_trait;

use super::item::{Key, decode, encode, expiring};
use super::table::Table;
use crate::domain::socket::{TICKET_LIFETIME, Ticket, TicketHolder};
use crate::error::Result;
use crate::ports::registry::Tickets;

#[derive(Clone, Debug)]
pub struct DynamoTickets(Table);

impl DynamoTickets {
    pub fn new(realtime: Table) -> Self {
        Self(realtime)
    }
}

#[async_trait]
impl Tickets for DynamoTickets {
    async fn issue(&self, ticket: &Ticket, holder: TicketHolder) -> Result<()> {
        let item = encode(&key(ticket), &holder)?;
        self.0.put(expiring(item, self.0.now() + TICKET_LIFETIME)).await
    }

    async fn redeem(&self, ticket: &Ticket) -> Result<Option<TicketHolder>> {
        self.0.take(&key(ticket)).await?.map(decode).transpose()
    }
}

fn key(ticket: &Ticket) -> Key {
    Key::new(format!("TICKET#{}", ticket.hash()), "TICKET")
}
