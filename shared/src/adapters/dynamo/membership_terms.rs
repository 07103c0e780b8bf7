//! What a change of one member does to the project's own item, and what it is held to: the count, the owners, the state.

use aws_sdk_dynamodb::types::AttributeValue;

use super::expression::Expression;
use super::item::{number, text};
use super::projects::owners;
use crate::domain::project::{Audience, Authority, Joining, MAX_MEMBERS, MAX_OWNERS, MemberRole, MembershipChange};

/// What a change does to the project's own item.
pub(super) struct Terms {
    pub(super) changes: Vec<&'static str>,
    pub(super) conditions: Vec<&'static str>,
    pub(super) expression: Expression,
}

impl Terms {
    pub(super) fn of(change: &MembershipChange) -> Self {
        let mut terms = Self { changes: Vec::new(), conditions: Vec::new(), expression: Expression::new("") };
        terms.count(change);
        terms.own(change);
        if let Authority::Leader(leader, MemberRole::Owner) = change.authority {
            terms.conditions.push("contains(owner_ids, :leader)");
            terms.value(":leader", text(leader.to_string()));
        }
        if terms.conditions.iter().any(|condition| condition.contains("#state")) {
            terms.expression = std::mem::take(&mut terms.expression).name("#state", "state");
        }
        terms
    }

    fn count(&mut self, change: &MembershipChange) {
        match (change.before, change.after) {
            (None, Some(_)) => {
                self.changes.push("ADD member_count :one");
                self.conditions.push("#state = :open AND member_count < :most");
                self.value(":one", number(1_u32));
                self.value(":open", text("open"));
                self.value(":most", number(MAX_MEMBERS));
                if change.authority == Authority::Oneself {
                    self.conditions.push("details.joining = :everybody AND details.visibility <> :private");
                    self.value(":everybody", text(Joining::Open.as_str()));
                    self.value(":private", text(Audience::Private.as_str()));
                }
            }
            (Some(_), None) => {
                self.changes.push("SET member_count = member_count - :one");
                self.conditions.push("member_count >= :one");
                self.value(":one", number(1_u32));
            }
            _ => {}
        }
    }

    fn own(&mut self, change: &MembershipChange) {
        if change.makes_owner() {
            self.changes.push("ADD owner_ids :owner");
            self.conditions.push("#state = :open AND size(owner_ids) < :owners");
            self.value(":open", text("open"));
            self.value(":owners", number(MAX_OWNERS as u64));
        } else if change.unmakes_owner() {
            self.changes.push("DELETE owner_ids :owner");
            self.conditions.push("(#state = :closed OR size(owner_ids) > :last)");
            self.value(":closed", text("closed"));
            self.value(":last", number(1_u32));
        } else {
            return;
        }
        self.value(":owner", owners(&[change.user_id]));
    }

    fn value(&mut self, name: &'static str, value: AttributeValue) {
        self.expression = std::mem::take(&mut self.expression).value(name, value);
    }
}
