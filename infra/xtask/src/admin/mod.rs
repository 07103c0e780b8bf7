//! Roles from outside: given and taken by whoever may write to the tables, so that the first admin needs no default
//! password, and the last one can be deposed.

use std::fs::File;
use std::io::Read;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::build::hex;
use crate::calendar::rfc3339;
use crate::deployment::Deployment;
use crate::failure::{Explain, Failure};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    Admin,
    Moderator,
}

impl Role {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Moderator => "moderator",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    Now,
    /// The person had the role already; nothing was changed.
    Before,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    Now,
    /// The person did not have the role; nothing was changed.
    Never,
}

/// Gives the owner of an address a role and notes it in the audit, both or neither.
pub fn grant(deployment: &dyn Deployment, email: &str, role: Role) -> Result<Granted, Failure> {
    let user_id = owner_of(deployment, email)?;
    if holds(deployment, &user_id, role)? {
        return Ok(Granted::Before);
    }
    let at = rfc3339(now_millis()?);
    let account = json!({ "Update": {
        "TableName": deployment.output("AccountsTableName")?,
        "Key": account_key(&user_id),
        "UpdateExpression": "ADD #roles :roles",
        "ConditionExpression":
            "#state = :active AND (attribute_not_exists(sanction) OR sanction.#until <= :now)",
        "ExpressionAttributeNames": { "#roles": "roles", "#state": "state", "#until": "until" },
        "ExpressionAttributeValues": {
            ":roles": { "SS": [role.as_str()] }, ":active": { "S": "active" }, ":now": { "S": at },
        },
    } });
    let row = audit_row(deployment, &user_id, "role.granted", role, &at)?;
    deployment.dynamo("TransactWriteItems", &json!({ "TransactItems": [account, row] })).map_err(|failure| {
        if failure.to_string().contains("ConditionalCheckFailed") {
            return Failure::new("the account is suspended, or no longer active")
                .remedy("lift the sanction as an admin, or give the role to somebody else");
        }
        failure
    })?;
    Ok(Granted::Now)
}

/// Takes a role from the owner of an address and notes it in the audit, both or neither. Also from the last admin: whoever
/// has the tables can make another one.
pub fn revoke(deployment: &dyn Deployment, email: &str, role: Role) -> Result<Revoked, Failure> {
    let user_id = owner_of(deployment, email)?;
    if !holds(deployment, &user_id, role)? {
        return Ok(Revoked::Never);
    }
    let account = json!({ "Update": {
        "TableName": deployment.output("AccountsTableName")?,
        "Key": account_key(&user_id),
        "UpdateExpression": "DELETE #roles :roles",
        "ConditionExpression": "contains(#roles, :role)",
        "ExpressionAttributeNames": { "#roles": "roles" },
        "ExpressionAttributeValues": { ":roles": { "SS": [role.as_str()] }, ":role": { "S": role.as_str() } },
    } });
    let row = audit_row(deployment, &user_id, "role.removed", role, &rfc3339(now_millis()?))?;
    deployment.dynamo("TransactWriteItems", &json!({ "TransactItems": [account, row] })).map_err(|failure| {
        if failure.to_string().contains("ConditionalCheckFailed") {
            return Failure::new("the role was taken at the same moment").remedy("look into the audit for who took it");
        }
        failure
    })?;
    Ok(Revoked::Now)
}

/// The key under which an address is claimed, as `EmailAddress::digest` in `shared` makes it.
pub fn digest(email: &str) -> String {
    hex(&Sha256::digest(email.trim().to_lowercase().as_bytes()))
}

fn owner_of(deployment: &dyn Deployment, email: &str) -> Result<String, Failure> {
    let key = json!({ "pk": { "S": format!("EMAIL#{}", digest(email)) }, "sk": { "S": "CLAIM" } });
    let claim = read(deployment, &key)?;
    let user_id = claim["Item"]["user_id"]["S"].as_str().map(str::to_owned);
    user_id.ok_or_else(|| {
        Failure::new("nobody has an account with this address")
            .remedy("register and confirm it first, as everybody does; then run this again")
    })
}

fn holds(deployment: &dyn Deployment, user_id: &str, role: Role) -> Result<bool, Failure> {
    let account = read(deployment, &account_key(user_id))?;
    let roles = account["Item"]["roles"]["SS"].as_array().cloned().unwrap_or_default();
    Ok(roles.iter().any(|held| held == role.as_str()))
}

fn read(deployment: &dyn Deployment, key: &Value) -> Result<Value, Failure> {
    let name = deployment.output("AccountsTableName")?;
    deployment.dynamo("GetItem", &json!({ "TableName": name, "Key": key, "ConsistentRead": true }))
}

fn account_key(user_id: &str) -> Value {
    json!({ "pk": { "S": format!("USER#{user_id}") }, "sk": { "S": "ACCOUNT" } })
}

/// A row like those that `admin` writes, without an actor: the operator has no account.
fn audit_row(deployment: &dyn Deployment, user_id: &str, act: &str, role: Role, at: &str) -> Result<Value, Failure> {
    let id = uuid_v7(now_millis()?)?;
    let item = json!({
        "pk": { "S": format!("AUDIT#{}", at.get(..7).unwrap_or_default()) },
        "sk": { "S": id },
        "id": { "S": id },
        "at": { "S": at },
        "subject_id": { "S": user_id },
        "act": { "S": act },
        "role": { "S": role.as_str() },
    });
    Ok(json!({ "Put": {
        "TableName": deployment.output("OpsTableName")?,
        "Item": item,
        "ConditionExpression": "attribute_not_exists(pk)",
    } }))
}

fn uuid_v7(millis: u64) -> Result<String, Failure> {
    let mut bytes = [0; 16];
    let source = "/dev/urandom";
    File::open(source).and_then(|mut file| file.read_exact(&mut bytes)).explain(|| format!("cannot read {source}"))?;
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| text.get(range).unwrap_or_default());
    Ok(parts.join("-"))
}

#[expect(clippy::disallowed_methods, reason = "an operator acts now; nothing here is replayed")]
fn now_millis() -> Result<u64, Failure> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.explain(|| "the clock of this machine is wrong".to_owned())?.as_millis();
    u64::try_from(millis).explain(|| "the clock of this machine is wrong".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_say_their_version() {
        let (earlier, later) = (uuid_v7(1_000).unwrap(), uuid_v7(2_000).unwrap());
        assert!(earlier < later, "{earlier} {later}");
        assert_eq!((earlier.len(), &earlier[14..15]), (36, "7"));
        assert!("89ab".contains(&earlier[19..20]), "{earlier}");
    }
}
