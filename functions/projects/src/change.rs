//! Changes of who is in a project: look, decide, do it if nothing has changed since, or start again. How one joins, and how
//! requests are made and taken back, is in `join`.

use shared::domain::id::{ProjectId, UserId};
use shared::domain::outbox::{Effect, PushEffect};
use shared::domain::project::{Member, MemberRole, MembershipChange};
use shared::error::{Code, Result};
use shared::ports::projects::{Attention, Changed};
use shared::telemetry;

use crate::Deps;
use crate::sight::{Sight, look, own};

/// How often a change is decided again when the project changes at the same moment.
pub(crate) const ROUNDS: usize = 8;

/// What somebody wants to change.
#[derive(Clone, Copy)]
pub(crate) enum Wish {
    Leave,
    Accept(UserId),
    Appoint(UserId, MemberRole),
    Remove(UserId),
}

/// Fulfils a wish, or says why it cannot be. A wish that is fulfilled already is fine.
pub(crate) async fn fulfil(deps: &Deps, me: UserId, project_id: ProjectId, wish: Wish) -> Result<Sight> {
    for _ in 0..ROUNDS {
        // One can always leave, also what one no longer sees.
        let sight = match wish {
            Wish::Leave => own(deps, me, project_id).await?,
            _ => look(deps, me, project_id).await?,
        };
        let Some(change) = decide(deps, &sight, wish).await? else { return Ok(sight) };
        if carry_out(deps, &change).await? == Changed::Done {
            return Ok(sight);
        }
    }
    Err(Code::Unavailable.into())
}

/// Tries a change. Whoever comes or goes is told that they have a conversation more, or less.
pub(crate) async fn carry_out(deps: &Deps, change: &MembershipChange) -> Result<Changed> {
    let comes_or_goes = change.before.is_none() || change.after.is_none();
    let news = PushEffect::ConversationsChanged { user_ids: vec![change.user_id] };
    let promise = comes_or_goes.then(|| deps.ambient.promise(Effect::Push(news)));
    deps.shelf.members.change(change, promise.as_ref()).await
}

/// The change that a wish comes to; nothing if it has come true.
async fn decide(deps: &Deps, sight: &Sight, wish: Wish) -> Result<Option<MembershipChange>> {
    let (project, now) = (sight.project(), deps.ambient.now());
    match wish {
        Wish::Leave => sight.member.as_ref().map(|own| MembershipChange::leave(project, own, now)).transpose(),
        Wish::Accept(user_id) => {
            let leader = sight.leader()?;
            if deps.shelf.members.find(project.project_id, user_id).await?.is_some() {
                return Ok(None);
            }
            waiting(deps, leader, user_id).await?;
            MembershipChange::accept(project, user_id, leader, now).map(Some)
        }
        Wish::Appoint(user_id, role) => {
            let leader = sight.leader()?;
            leader.refuse_unless_owner()?;
            let member = member(deps, project.project_id, user_id).await?;
            if member.role == role {
                return Ok(None);
            }
            MembershipChange::appoint(project, &member, role, leader, now).map(Some)
        }
        Wish::Remove(user_id) => {
            let leader = sight.leader()?;
            let member = member(deps, project.project_id, user_id).await?;
            MembershipChange::remove(project, &member, leader, now).map(Some)
        }
    }
}

/// Refuses to let in who does not wait. A block, a ban or an erasure since the request ends the wait.
async fn waiting(deps: &Deps, leader: &Member, user_id: UserId) -> Result<()> {
    let request = deps.shelf.members.find_request(leader.project_id, user_id).await?.ok_or(Code::RequestNotFound)?;
    let met = deps.people.met_by(leader.user_id, &[request.user_id]).await?;
    if met.is_empty() { Err(Code::RequestNotFound.into()) } else { Ok(()) }
}

async fn member(deps: &Deps, project_id: ProjectId, user_id: UserId) -> Result<Member> {
    deps.shelf.members.find(project_id, user_id).await?.ok_or_else(|| Code::MemberNotFound.into())
}

/// Counts that somebody cares for a project. A failure costs the count and nothing else.
pub(crate) async fn note(deps: &Deps, attention: Attention) {
    if let Err(error) = deps.shelf.heat.note(attention).await {
        telemetry::report(&error);
    }
}
