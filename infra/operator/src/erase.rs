//! Erasing somebody who cannot ask for it themselves, because they are banned or suspended and cannot sign in.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoAccounts, DynamoAudit, DynamoErasureRequests, DynamoErasures, DynamoOutbox, Table,
};
use shared::adapters::system::SystemClock;
use shared::domain::account::{Account, AccountState};
use shared::domain::audit::{Act, AuditEntry};
use shared::domain::email::EmailAddress;
use shared::domain::erasure::Erasure;
use shared::domain::id::UserId;
use shared::domain::outbox::{Effect, MailKind};
use shared::ports::accounts::Accounts as _;
use shared::ports::ambient::Ambient;
use shared::ports::erasures::Erasures as _;
use shared::ports::outbox::Promises as _;

use crate::failure::Failure;

/// Whom an operator erases, and in which tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The mail address of an account, or its id.
    pub who: String,
    pub accounts: String,
    pub profiles: String,
    pub outbox: String,
    /// Where the audit is.
    pub ops: String,
    /// Says who it is, and begins nothing.
    pub dry_run: bool,
}

/// Begins the erasure as if the owner had asked for it: the functions of the stack do the rest.
pub async fn erase(
    aws: &Aws,
    ambient: &Ambient,
    order: &Removal,
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let table = |name: &String| Table::new(aws, name.clone(), Arc::new(SystemClock));
    let (accounts, outbox) = (table(&order.accounts), DynamoOutbox::new(table(&order.outbox)));
    let account = find(&DynamoAccounts::new(accounts.clone(), outbox.clone()), &order.who).await?;
    tell(described(&account));
    match account.state {
        AccountState::Erasing => {
            let tables = (accounts, table(&order.profiles), outbox);
            return go_on(ambient, account.user_id, order, tables, tell).await;
        }
        AccountState::Pending => {
            return Err(
                Failure::new("the account was never confirmed").remedy("wait: it is gone by itself within a day")
            );
        }
        AccountState::Active => {}
    }
    if order.dry_run {
        tell("erasure: it would begin, and there is no way back".to_owned());
        return Ok(());
    }
    let (user_id, now) = (account.user_id, ambient.now());
    let (id, act) = (ambient.id(), Act::ErasureBegun {});
    let note =
        AuditEntry { id, at: now, actor_id: None, subject_id: Some(user_id), act, reason: None, request_id: None };
    let farewell = ambient.promise(Effect::mail(MailKind::AccountErased, user_id));
    let (erasure, job) = (Erasure::begun(user_id, farewell, now), ambient.promise(Effect::erase(user_id)));
    let requests = DynamoErasureRequests::new(accounts.clone(), table(&order.profiles), outbox);
    let audit = DynamoAudit::new(table(&order.ops), accounts);
    if !requests.begin_whoever(&erasure, &job, &note, &audit).await? {
        return Err(Failure::new("the account has changed at the same moment").remedy("give the same command again"));
    }
    tell("erasure: it has begun; everything is gone within minutes, and a mail says goodbye".to_owned());
    Ok(())
}

/// An erasure whose promise was lost, such as by a dead letter that was discarded, is promised again; one of which nobody
/// knows how far it has come begins anew. What goes on already minds no second promise.
async fn go_on(
    ambient: &Ambient,
    user_id: UserId,
    order: &Removal,
    tables: (Table, Table, DynamoOutbox),
    tell: &(dyn Fn(String) + Sync),
) -> Result<(), Failure> {
    let (accounts, profiles, outbox) = tables;
    let erasures = DynamoErasures::new(accounts.clone(), outbox.clone());
    let under_way = erasures.find(user_id).await?.filter(|erasure| erasure.step().is_some());
    tell(under_way.as_ref().map_or_else(
        || "erasure: it has begun, and nobody knows how far it has come".to_owned(),
        |Erasure { begun_at, done, .. }| format!("erasure: it began at {begun_at}, and {done} steps of it are done"),
    ));
    if order.dry_run {
        tell("erasure: it would be asked to go on".to_owned());
        return Ok(());
    }
    let job = ambient.promise(Effect::erase(user_id));
    if under_way.is_some() {
        outbox.promise(&job).await?;
    } else {
        let anew = Erasure::of_the_ledger(user_id, ambient.now());
        DynamoErasureRequests::new(accounts, profiles, outbox).repeat(&anew, &job).await?;
    }
    tell("erasure: it is asked to go on".to_owned());
    Ok(())
}

async fn find(accounts: &DynamoAccounts, who: &str) -> Result<Account, Failure> {
    let user_id = if let Ok(user_id) = who.parse() {
        Some(user_id)
    } else {
        let email = EmailAddress::parse(who).map_err(|_| {
            Failure::new(format!("{who} is neither an address nor the id of an account"))
                .remedy("name what the account is registered with, or the id that staff sees")
        })?;
        accounts.owner_of(&email).await?
    };
    let account = match user_id {
        Some(user_id) => accounts.find(user_id).await?,
        None => None,
    };
    account.ok_or_else(|| {
        Failure::new(format!("there is no account of {who}"))
            .remedy("see that the stack is the right one; who was erased before is known to none")
    })
}

fn described(account: &Account) -> String {
    let Account { user_id, email, roles, sanction, created_at, .. } = account;
    let sanction = sanction.as_ref().map_or_else(|| "under no sanction".to_owned(), ToString::to_string);
    let names: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let roles = if names.is_empty() { "no role".to_owned() } else { format!("role {}", names.join(" and ")) };
    format!("account: {user_id}, {}, registered {created_at}, {roles}, {sanction}", email.as_str())
}
