//! What a cache counted during a request, written down before the environment may be frozen.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::ports::cache::Cache;

/// Adds to a function's router that the counters of its cache are written down at the end of a request, when it is time.
pub fn counted(router: Router, cache: Arc<Cache>) -> Router {
    router.layer(from_fn_with_state(cache, flush))
}

async fn flush(State(cache): State<Arc<Cache>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    cache.flush().await;
    response
}
