//! Socket tickets: stored as hashes, redeemed by deleting them.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::types::ReturnValue;

use super::item::{Key, decode, encode, expiring, number};
use super::table::Table;
use crate::adapters::aws::failure;
use crate::domain::connection::{TICKET_LIFETIME, Ticket, TicketHolder};
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
        let answer = self
            .0
            .client
            .delete_item()
            .table_name(&self.0.name)
            .set_key(Some(key(ticket).attributes()))
            .condition_expression("attribute_exists(pk) AND expires_at > :now")
            .expression_attribute_values(":now", number(self.0.now().unix_seconds()))
            .return_values(ReturnValue::AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => answer.attributes.map(decode).transpose(),
            Err(error)
                if error.as_service_error().is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(failure(error)),
        }
    }
}

fn key(ticket: &Ticket) -> Key {
    Key::new(format!("TICKET#{}", ticket.hash()), "TICKET")
}
