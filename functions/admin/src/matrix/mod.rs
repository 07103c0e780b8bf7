//! The skill matrix: what administrators state on top of the built-in one.

mod edit;
mod import;
mod list;
mod report;
mod sheet;
mod state;
mod view;
mod withdraw;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRef};
use shared::ports::ambient::Ambient;
use shared::ports::matrix::{Matrix, MatrixEditor};
use shared::routes;
use utoipa_axum::router::OpenApiRouter;

use crate::guard::Guard;

#[derive(Clone, FromRef)]
pub struct Deps {
    pub guard: Arc<Guard>,
    pub matrix: Arc<dyn Matrix>,
    pub editor: Arc<dyn MatrixEditor>,
    pub ambient: Ambient,
}

/// A sheet is larger than what any other operation reads.
const MAX_SHEET_BYTES: usize = 1024 * 1024;

pub fn routes() -> OpenApiRouter<Deps> {
    let sheets = OpenApiRouter::new().routes(routes!(import::import)).layer(DefaultBodyLimit::max(MAX_SHEET_BYTES));
    OpenApiRouter::new().routes(routes!(list::list, state::state, withdraw::withdraw)).merge(sheets)
}
