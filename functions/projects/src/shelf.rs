//! Where projects are kept.

use std::sync::Arc;

use shared::ports::projects::{Heat, Members, ProjectRegister, Projects};

/// Projects, what changes them, who is in them, and how much people care for them: one table.
#[derive(Clone)]
pub struct Shelf {
    pub projects: Arc<dyn Projects>,
    pub register: Arc<dyn ProjectRegister>,
    pub members: Arc<dyn Members>,
    pub heat: Arc<dyn Heat>,
}
