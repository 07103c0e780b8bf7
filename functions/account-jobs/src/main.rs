//! Wires `account-jobs` to every place where something is known of people.

use std::sync::Arc;

use account_jobs::{Deps, Eraser, Exporter, Places, ProjectTraces, SignOut};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{
    AccountTraces, DynamoErasures, DynamoExports, DynamoHoldings, DynamoMembers, DynamoOutbox, DynamoProjectEstates,
    DynamoProjects, DynamoSessions, MarkTraces, PairTraces, PhotoTraces, ProfileTraces, SessionTraces, SocketTraces,
    TalkTraces,
};
use shared::adapters::exports::S3Exports;
use shared::adapters::ledger::S3Ledger;
use shared::adapters::photos::S3Photos;
use shared::adapters::system;
use shared::config::{TableName, Vars};
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
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
    let realtime = aws.table(&mut vars, TableName::Realtime);
    let ops = aws.table(&mut vars, TableName::Ops);
    let photos = vars.required("APP_BUCKETS_PHOTOS");
    let archives = vars.required("APP_BUCKETS_EXPORTS");
    let backups = vars.required("APP_BUCKETS_BACKUPS");
    vars.finish()?;

    let photos = Arc::new(S3Photos::new(&aws, photos));
    let shelf = Arc::new(S3Exports::new(&aws, archives));
    let exporter = Exporter {
        exports: Arc::new(DynamoExports::new(profiles.clone(), outbox.clone())),
        holdings: Arc::new(DynamoHoldings {
            accounts: accounts.clone(),
            sessions: sessions.clone(),
            profiles: profiles.clone(),
            social: social.clone(),
            chat: chat.clone(),
        }),
        photos: photos.clone(),
        shelf: shelf.clone(),
    };
    let register = Arc::new(DynamoProjects::new(profiles.clone(), chat.clone(), outbox.clone()));
    let projects = ProjectTraces {
        projects: register.clone(),
        register,
        members: Arc::new(DynamoMembers::new(profiles.clone(), chat.clone(), outbox.clone())),
        estates: Arc::new(DynamoProjectEstates::new(profiles.clone(), chat.clone())),
        ambient: ambient.clone(),
    };
    let ending = DynamoSessions::new(sessions.clone(), accounts.clone(), outbox.clone());
    let places = Places {
        sign_out: Arc::new(SignOut::new(Arc::new(ending), ambient.clone())),
        projects: Arc::new(projects),
        talks: Arc::new(TalkTraces::new(chat, outbox.clone(), ambient.clone())),
        pairs: Arc::new(PairTraces::new(social, realtime.clone(), outbox.clone(), ambient.clone())),
        photos: Arc::new(PhotoTraces::new(profiles.clone(), photos, shelf)),
        profile: Arc::new(ProfileTraces::new(profiles)),
        marks: Arc::new(MarkTraces::new(ops)),
        sockets: Arc::new(SocketTraces::new(realtime)),
        sessions: Arc::new(SessionTraces::new(sessions)),
        account: Arc::new(AccountTraces::new(accounts.clone())),
    };
    let promises = Arc::new(outbox.clone());
    let deps = Deps {
        eraser: Eraser {
            erasures: Arc::new(DynamoErasures::new(accounts, outbox)),
            ledger: Arc::new(S3Ledger::new(&aws, backups)),
            places,
        },
        exporter,
        outbox: promises.clone(),
        promises,
        ambient,
    };
    queue::run(|entry| account_jobs::work(&deps, entry)).await
}
