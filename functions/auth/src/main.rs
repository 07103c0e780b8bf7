//! Wires `auth` to its tables and keys.

use std::sync::Arc;

use auth::{erasure, identities, mail, oauth, password, registration, session};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    DynamoAccounts, DynamoCodes, DynamoErasureRequests, DynamoFlows, DynamoIdentities, DynamoKeys, DynamoLimits,
    DynamoMailboxes, DynamoOutbox, DynamoSessions,
};
use shared::adapters::{oauth as providers, secrets, system};
use shared::config::{CodesConfig, OAuthConfig, SigningConfig, TableName, TokensConfig, Vars};
use shared::domain::oauth::RedirectUris;
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
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let ops = aws.table(&mut vars, TableName::Ops);
    let (tokens, signing, codes) =
        (TokensConfig::read(&mut vars), SigningConfig::read(&mut vars), CodesConfig::read(&mut vars));
    let elsewhere = OAuthConfig::read(&mut vars);
    vars.finish()?;

    let vault = Arc::new(secrets::SecretVault::new(&aws, signing.secret));
    let code_key = secrets::code_key(&aws, &codes.secret).await?;
    let keys = Arc::new(DynamoKeys::new(ops.clone()));
    let sessions = Arc::new(DynamoSessions::new(sessions, accounts.clone(), outbox.clone()));
    let flows = Arc::new(DynamoFlows::new(accounts.clone()));
    let linked = Arc::new(DynamoIdentities::new(accounts.clone(), outbox.clone()));
    let codes = Arc::new(DynamoCodes::new(accounts.clone(), code_key));
    let requests = Arc::new(DynamoErasureRequests::new(accounts.clone(), profiles, outbox.clone()));
    let mailboxes = Arc::new(DynamoMailboxes::new(accounts.clone()));
    let accounts = Arc::new(DynamoAccounts::new(accounts, outbox));
    let limiter = Limiter::new(Arc::new(DynamoLimits::new(ops, ambient.clone())));
    let authenticator = Authenticator::new(tokens.issuer.clone(), keys.clone(), sessions.clone(), ambient.clone());
    let authenticator = Arc::new(authenticator);
    let tokens = session::Tokens::open(tokens.issuer, vault, keys, &ambient).await?;
    let keeper = Arc::new(session::Keeper::new(sessions, accounts.clone(), tokens, ambient.clone()));
    let redirect_uris = RedirectUris::parse(&elsewhere.redirect_uris);
    let providers = Arc::new(oauth::Providers::new(redirect_uris, providers::configured(elsewhere, &aws, &ambient)));
    let owners = Arc::new(oauth::Owners::new(linked.clone(), accounts.clone(), ambient.clone()));
    http::run(auth::router(
        registration::Deps {
            accounts: accounts.clone(),
            codes: codes.clone(),
            limiter: limiter.clone(),
            ambient: ambient.clone(),
        },
        password::Deps {
            accounts: accounts.clone(),
            codes: codes.clone(),
            limiter: limiter.clone(),
            keeper: keeper.clone(),
            authenticator: authenticator.clone(),
        },
        oauth::Deps { flows, providers: providers.clone(), owners, limiter: limiter.clone(), keeper: keeper.clone() },
        identities::Deps {
            identities: linked,
            accounts: accounts.clone(),
            providers,
            ambient,
            authenticator: authenticator.clone(),
        },
        session::Deps { keeper: keeper.clone(), authenticator: authenticator.clone() },
        mail::Deps {
            accounts: accounts.clone(),
            mailboxes,
            limiter: limiter.clone(),
            authenticator: authenticator.clone(),
        },
        erasure::Deps { proofs: erasure::Proofs { accounts, codes, limiter }, requests, keeper, authenticator },
    ))
    .await
}
