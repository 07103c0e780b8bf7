//! The one way to edit the matrix by hand.

use shared::domain::audit::Act;
use shared::domain::matching::{Edit, Statements};
use shared::error::{Code, Result};
use shared::ports::matrix::Edited;

use super::Deps;
use crate::guard::Staff;

/// How often an edit is tried when somebody else edits at the same moment.
pub(super) const ROUNDS: usize = 5;

/// One edit with what the audit says of it, or nothing if it is as wanted already.
pub(super) type Decision = Option<(Edit, Act)>;

/// Reads what is stated, lets `decide` say what there is to do about it, and does that. Answers with what is stated then.
pub(super) async fn edit(
    deps: &Deps,
    admin: Staff,
    decide: impl Fn(&Statements) -> Result<Decision>,
) -> Result<Statements> {
    for _ in 0..ROUNDS {
        let mut statements = deps.matrix.statements().await?;
        let Some((edit, act)) = decide(&statements)? else { return Ok(statements) };
        let entry = admin.notes_of_all(act, &deps.ambient);
        let edits = [edit];
        match deps.editor.edit(&statements, &edits, &entry).await? {
            Edited::Done => {
                statements.edited(&edits, admin.user_id, entry.at);
                return Ok(statements);
            }
            Edited::Outrun => {}
            Edited::Refused => return Err(Code::Forbidden.into()),
        }
    }
    Err(Code::VersionConflict.into())
}
