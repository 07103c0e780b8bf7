//! Wires `auth` to its tables and keys.

use std::sync::Arc;

use auth::{registration, session};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoAccounts, DynamoCodes, DynamoKeys, DynamoOutbox, DynamoSessions};
use shared::adapters::{secrets, system};
use shared::config::{CodesConfig, SigningConfig, TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let accounts = aws.table(&mut vars, TableName::Accounts);
    let sessions = Arc::new(DynamoSessions::new(aws.table(&mut vars, TableName::Sessions), outbox.clone()));
    let keys = Arc::new(DynamoKeys::new(aws.table(&mut vars, TableName::Ops)));
    let (tokens, signing, codes) =
        (TokensConfig::read(&mut vars), SigningConfig::read(&mut vars), CodesConfig::read(&mut vars));
    vars.finish()?;

    let vault = Arc::new(secrets::SecretVault::new(&aws, signing.secret));
    let code_key = secrets::code_key(&aws, &codes.secret).await?;
    let codes = Arc::new(DynamoCodes::new(accounts.clone(), code_key));
    let accounts = Arc::new(DynamoAccounts::new(accounts, outbox));
    let authenticator = Authenticator::new(tokens.issuer.clone(), keys.clone(), sessions.clone(), ambient.clone());
    let tokens = session::Tokens::open(tokens.issuer, vault, keys, &ambient).await?;
    http::run(auth::router(
        registration::Deps { accounts: accounts.clone(), codes, ambient: ambient.clone() },
        session::Deps { accounts, sessions, tokens: Arc::new(tokens), authenticator: Arc::new(authenticator), ambient },
    ))
    .await
}
