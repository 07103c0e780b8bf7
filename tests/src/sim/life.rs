//! The life of a process: a function that is invoked, answers, or dies between any two of its steps.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

tokio::task_local! {
    static DEATH: Arc<Notify>;
}

/// Invokes a function. Nothing if it was killed or took too long: what it had under way is dropped where it was.
pub(super) async fn invoke<F: Future>(time_limit: Duration, work: F) -> Option<F::Output> {
    let death = Arc::new(Notify::new());
    let alive = DEATH.scope(death.clone(), work);
    tokio::select! {
        biased;
        answer = alive => Some(answer),
        () = death.notified() => None,
        () = sleep(time_limit) => None,
    }
}

/// Whether this runs in a function, and not in a client or in what AWS does by itself.
pub(super) fn is_a_process() -> bool {
    DEATH.try_with(|_| ()).is_ok()
}

/// The process is killed here.
pub(super) async fn die() {
    DEATH.with(|death| death.notify_one());
    std::future::pending::<()>().await;
}
