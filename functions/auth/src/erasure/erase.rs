//! `POST /v1/auth/erasure`

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use shared::domain::account::AccountState;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::erasure::Erasure;
use shared::domain::fields::{Fields, Refusal};
use shared::domain::id::{ChallengeId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::{CODE_PER_NETWORK, PASSWORD_PER_PERSON, Subject};
use shared::domain::outbox::{Effect, MailKind};
use shared::domain::password::{DECOY, Password};
use shared::edge::http::{Body, Caller, Network, Problem};
use shared::error::{Code, Error, Result};
use shared::telemetry;
use utoipa::ToSchema;

use super::{Deps, Proofs};
use crate::password::hashing;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasureBody {
    /// The password of the account; or else the two below.
    #[schema(value_type = Option<String>)]
    password: Option<Input<String>>,
    /// What `erasure/code` answered.
    #[schema(value_type = Option<ChallengeId>)]
    erasure_id: Option<Input<ChallengeId>>,
    /// The eight digits from the mail. They are good for ten minutes and five tries.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{8}$", example = "04291735")]
    code: Option<Input<String>>,
}

/// Erases your account and all that is known of you. It cannot be taken back.
///
/// The proof is your password, or a code from `erasure/code`. From the answer on nobody can sign in, and nobody is shown your
/// profile; your sessions and sockets end. Everything else is gone within minutes. Those you talked with keep what they said;
/// what you said loses its words and your name. Projects that you alone own go to the maintainer who has been there longest,
/// or are closed. You are told by mail. Registering anew makes you somebody else. Whoever has lost the answer and asks again
/// is told `session_ended`: then it has begun.
#[utoipa::path(post, path = "/v1/auth/erasure", operation_id = "erase_account", tag = "auth",
    security(("bearer" = [])), request_body = ErasureBody, responses(
        (status = 202, description = "The account is closed, and is being erased"),
        (status = "4XX", body = Problem,
            description = "`unauthenticated`, `session_ended`, `invalid_code`, `too_many_requests`, `invalid_field`"),
    ))]
pub(super) async fn erase(
    State(deps): State<Deps>,
    network: Network,
    caller: Caller,
    Body(body): Body<ErasureBody>,
) -> Result<StatusCode> {
    let proof = parse(&body)?;
    match &proof {
        Proof::Password(password) => by_password(&deps.proofs, caller.user_id, password.clone()).await?,
        Proof::Code(erasure_id, code) => by_code(&deps.proofs, caller.user_id, &network, *erasure_id, code).await?,
    }
    begin(&deps, caller.user_id).await?;
    // What fails here is done by the job, or lapses: the account is closed already.
    if let Err(error) = close(&deps, caller.user_id, &proof).await {
        telemetry::report(&error);
    }
    Ok(StatusCode::ACCEPTED)
}

enum Proof {
    Password(Password),
    Code(ChallengeId, ConfirmationCode),
}

fn parse(body: &ErasureBody) -> Result<Proof> {
    let mut fields = Fields::default();
    let proof = match (&body.password, &body.erasure_id, &body.code) {
        (None, None, None) => {
            fields.take("password", Err("password is missing, or else erasure_id and code from a mail".into()))
        }
        (Some(password), None, None) => fields.read("password", password, given).map(Proof::Password),
        (None, erasure_id, code) => {
            let erasure_id = fields.copy("erasure_id", erasure_id.as_ref().unwrap_or(&Input::missing()));
            let code = fields.read("code", code.as_ref().unwrap_or(&Input::missing()), ConfirmationCode::parse);
            erasure_id.zip(code).map(|(erasure_id, code)| Proof::Code(erasure_id, code))
        }
        (Some(password), erasure_id, code) => {
            let password = fields.read("password", password, given);
            let erasure_id = fields.copy_optional("erasure_id", erasure_id.as_ref());
            let code = fields.read_optional("code", code.as_ref(), ConfirmationCode::parse);
            fields.accept(password.zip(erasure_id).zip(code))?;
            return Err(Error::invalid("code", "code must be left out beside a password"));
        }
    };
    fields.accept(proof)
}

async fn by_password(proofs: &Proofs, user_id: UserId, password: Password) -> Result<()> {
    let person = Subject::person(user_id);
    proofs.limiter.take(&PASSWORD_PER_PERSON, &person).await?;
    let hash = proofs.accounts.password_hash(user_id).await?.unwrap_or_else(|| DECOY.to_owned());
    if !hashing::matches(password, hash).await? {
        return Err(Error::invalid("password", WRONG));
    }
    proofs.limiter.give_back(&PASSWORD_PER_PERSON, &person).await
}

/// What opens one account erases no other. Of several requests that bring a code at once all are good: those, too, that
/// come when the first one has spent it.
async fn by_code(
    proofs: &Proofs,
    user_id: UserId,
    Network(network): &Network,
    erasure_id: ChallengeId,
    code: &ConfirmationCode,
) -> Result<()> {
    proofs.limiter.take(&CODE_PER_NETWORK, network).await?;
    let reader = proofs.codes.check(erasure_id, CodePurpose::Erase, code).await?;
    if reader == Some(user_id) || is_under_way(proofs, user_id).await? {
        return Ok(());
    }
    Err(Code::InvalidCode.into())
}

/// Who has asked twice at once has asked once, if the second request was let in before the first one ended the session.
async fn begin(deps: &Deps, user_id: UserId) -> Result<()> {
    let ambient = &deps.keeper.ambient;
    let farewell = ambient.promise(Effect::mail(MailKind::AccountErased, user_id));
    let job = ambient.promise(Effect::erase(user_id));
    if deps.requests.begin(&Erasure::begun(user_id, farewell, ambient.now()), &job).await? {
        return Ok(());
    }
    if is_under_way(&deps.proofs, user_id).await? { Ok(()) } else { Err(Code::SessionEnded.into()) }
}

async fn is_under_way(proofs: &Proofs, user_id: UserId) -> Result<bool> {
    let account = proofs.accounts.find(user_id).await?;
    Ok(account.is_some_and(|account| account.state == AccountState::Erasing))
}

/// The code is spent after the erasure has begun, so that whoever brings a spent one is known to have asked already.
async fn close(deps: &Deps, user_id: UserId, proof: &Proof) -> Result<()> {
    if let Proof::Code(erasure_id, _) = proof {
        deps.proofs.codes.clear(*erasure_id, CodePurpose::Erase).await?;
    }
    deps.keeper.end_all(user_id, None).await
}

/// One that cannot be a password is as wrong as any other.
fn given(text: &str) -> Result<Password, Refusal> {
    Password::parse(text).map_err(|_| WRONG.into())
}

const WRONG: &str = "password is wrong";
