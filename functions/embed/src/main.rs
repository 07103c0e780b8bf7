//! Wires `embed` to its model and its tables.

use std::path::Path;
use std::sync::Arc;

use embed::{Deps, MiniLm};
use shared::adapters::aws::Aws;
use shared::adapters::dynamo::{DynamoEmbeddings, DynamoOutbox, DynamoProfiles, DynamoProjects};
use shared::config::{EmbeddingsConfig, TableName, Vars};
use shared::edge::queue;
use shared::telemetry;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let mut vars = Vars::from_process();
    telemetry::init(&vars);
    let aws = Aws::new(&vars);
    let profiles = aws.table(&mut vars, TableName::Profiles);
    let outbox = DynamoOutbox::new(aws.table(&mut vars, TableName::Outbox));
    let embeddings = EmbeddingsConfig::read(&mut vars);
    vars.finish()?;

    // Without its model the function does not start, and what it should have read waits in the queue.
    let model = MiniLm::load(Path::new(&embeddings.folder)).inspect_err(|cause| tracing::error!("{cause}"))?;
    let deps = Deps {
        profiles: Arc::new(DynamoProfiles::reader(profiles.clone())),
        projects: Arc::new(DynamoProjects::reader(profiles.clone())),
        embeddings: Arc::new(DynamoEmbeddings::new(profiles)),
        encoder: Arc::new(model),
        outbox: Arc::new(outbox),
    };
    queue::run_together(|entries| embed::embed(&deps, entries)).await
}
