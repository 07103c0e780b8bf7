//! The places where something is known of people.

use std::sync::Arc;

use shared::domain::erasure::Step;
use shared::ports::erasures::Traces;

#[derive(Clone)]
pub struct Places {
    pub sign_out: Arc<dyn Traces>,
    pub projects: Arc<dyn Traces>,
    pub talks: Arc<dyn Traces>,
    pub pairs: Arc<dyn Traces>,
    pub photos: Arc<dyn Traces>,
    pub profile: Arc<dyn Traces>,
    pub marks: Arc<dyn Traces>,
    pub sockets: Arc<dyn Traces>,
    pub sessions: Arc<dyn Traces>,
    pub account: Arc<dyn Traces>,
}

impl Places {
    /// Where a step takes something away; nothing for one that does not.
    pub(crate) fn of(&self, step: Step) -> Option<&dyn Traces> {
        let place = match step {
            Step::SignOut => &self.sign_out,
            Step::Projects => &self.projects,
            Step::Talks => &self.talks,
            Step::Pairs => &self.pairs,
            Step::Photos => &self.photos,
            Step::Profile => &self.profile,
            Step::Marks => &self.marks,
            Step::Ledger | Step::Settle => return None,
            Step::Sockets => &self.sockets,
            Step::Sessions => &self.sessions,
            Step::Account => &self.account,
        };
        Some(place.as_ref())
    }
}
