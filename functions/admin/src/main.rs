//! Wires `admin` to its tables.

use std::sync::Arc;

use admin::{AuditDeps, Guard, cache, dead_letters, matrix, photos, reports, users};
use shared::adapters::aws::Aws;
use shared::adapters::dead_letters::SqsDeadLetters;
use shared::adapters::dynamo::{
    DynamoAccounts, DynamoAlbums, DynamoAudit, DynamoCacheKeeper, DynamoCacheStats, DynamoConversations, DynamoKeys,
    DynamoMatrix, DynamoModeration, DynamoOutbox, DynamoPhotoReviews, DynamoReports, DynamoSessions,
};
use shared::adapters::photos::S3Photos;
use shared::adapters::system;
use shared::config::{DeadLettersConfig, TableName, TokensConfig, Vars};
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
    let sessions = aws.table(&mut vars, TableName::Sessions);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let social = aws.table(&mut vars, TableName::Social);
    let chat = aws.table(&mut vars, TableName::Chat);
    let ops = aws.table(&mut vars, TableName::Ops);
    let queues = DeadLettersConfig::read(&mut vars);
    let bucket = vars.required("APP_BUCKETS_PHOTOS");
    let tokens = TokensConfig::read(&mut vars);
    vars.finish()?;

    let audit = DynamoAudit::new(ops.clone(), accounts.clone());
    let copies = Arc::new(S3Photos::new(&aws, bucket));
    let desk = photos::Desk {
        reviews: Arc::new(DynamoPhotoReviews::new(profiles.clone(), audit.clone())),
        albums: Arc::new(DynamoAlbums::new(profiles.clone())),
        links: copies.clone(),
        bin: copies,
    };
    let moderation = Arc::new(DynamoModeration::new(accounts.clone(), profiles, audit.clone(), outbox.clone()));
    let reports = Arc::new(DynamoReports::new(social, audit.clone()));
    let sessions = Arc::new(DynamoSessions::new(sessions, accounts.clone(), outbox.clone()));
    let accounts = Arc::new(DynamoAccounts::new(accounts, outbox.clone()));
    let conversations = Arc::new(DynamoConversations::new(chat));
    let editor = Arc::new(DynamoMatrix::new(ops.clone(), audit.clone()));
    let keeper = Arc::new(DynamoCacheKeeper::new(ops.clone(), audit.clone()));
    let stats = Arc::new(DynamoCacheStats::new(ops.clone()));
    let letters = Arc::new(SqsDeadLetters::new(&aws, queues, outbox));
    let audit = Arc::new(audit);
    let keys = Arc::new(DynamoKeys::new(ops));
    let authenticator = Authenticator::new(tokens.issuer, keys, sessions.clone(), ambient.clone());
    let guard = Arc::new(Guard::new(Arc::new(authenticator), accounts.clone(), ambient.clone()));
    let people = users::People::new(accounts, audit.clone());
    http::run(admin::router(
        users::Deps { guard: guard.clone(), people, moderation, sessions, ambient: ambient.clone() },
        reports::Deps { guard: guard.clone(), reports, conversations, audit: audit.clone(), ambient: ambient.clone() },
        photos::Deps { guard: guard.clone(), desk, audit: audit.clone(), ambient: ambient.clone() },
        matrix::Deps { guard: guard.clone(), matrix: editor.clone(), editor: editor.clone(), ambient: ambient.clone() },
        cache::Deps { guard: guard.clone(), stats, matrix: editor, keeper, ambient: ambient.clone() },
        dead_letters::Deps { guard: guard.clone(), letters, audit: audit.clone(), ambient: ambient.clone() },
        AuditDeps { guard, audit, ambient },
    ))
    .await
}
