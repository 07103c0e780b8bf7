//! Wires `auth` to its tables and keys.

use std::sync::Arc;

use auth::{password, registration, session};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoAccounts, DynamoCodes, DynamoKeys, DynamoLimits, DynamoOutbox, DynamoSessions};
use shared::adapters::{secrets, system};
use shared::config::{CodesConfig, SigningConfig, TableName, TokensConfig, Vars};
use shared::edge::http::{self, Authenticator, Limiter};
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let ambient = system::ambient();
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let accounts = aws.table(&mut vars, TableName::Accounts);
    let sessions = aws.table(&mut vars, TableName::Sessions);
    let ops = aws.table(&mut vars, TableName::Ops);
    let (tokens, signing, codes) =
        (TokensConfig::read(&mut vars), SigningConfig::read(&mut vars), CodesConfig::read(&mut vars));
    vars.finish()?;

    let vault = Arc::new(secrets::SecretVault::new(&aws, signing.secret));
    let code_key = secrets::code_key(&aws, &codes.secret).await?;
    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let sessions = Arc::new(DynamoSessions::new(sessions, accounts.clone(), outbox.clone()));
    let codes = Arc::new(DynamoCodes::new(accounts.clone(), code_key));
    let accounts = Arc::new(DynamoAccounts::new(accounts, outbox));
    let limiter = Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone())));
    let authenticator = Authenticator::new(tokens.issuer.clone(), keys.clone(), sessions.clone(), ambient.clone());
    let authenticator = Arc::new(authenticator);
    let tokens = session::Tokens::open(tokens.issuer, vault, keys, &ambient).await?;
    let keeper = Arc::new(session::Keeper::new(sessions, tokens, ambient.clone()));
    http::run(auth::router(
        registration::Deps { accounts: accounts.clone(), codes: codes.clone(), limiter: limiter.clone(), ambient },
        password::Deps { accounts, codes, limiter, keeper: keeper.clone(), authenticator: authenticator.clone() },
        session::Deps { keeper, authenticator },
    ))
    .await
}
