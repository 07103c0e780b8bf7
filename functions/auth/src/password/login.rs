//! `POST /v1/auth/login`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::{ChallengeId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::CODE_PER_NETWORK;
use shared::domain::password::Password;
use shared::edge::http::{Body, Network, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use super::attempt::Attempt;
use super::credentials::{self, Credentials, Owner};
use super::{Deps, hashing};
use crate::session::{FromHeaders, TokenPair};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginBody {
    #[schema(value_type = String, example = "ada@example.org")]
    email: Input<String>,
    #[schema(value_type = String)]
    password: Input<String>,
    /// What `login/code` answered; only after `code_required`.
    #[schema(value_type = Option<ChallengeId>)]
    sign_in_id: Option<Input<ChallengeId>>,
    /// The six digits from the mail; only after `code_required`.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$", example = "042917")]
    code: Option<Input<String>>,
}

/// Signs in with address and password, and starts a session.
///
/// An unknown address, one that was never confirmed and a wrong password get the same answer after the same work. After
/// many wrong passwords the answer is `code_required`: wait, or send the password together with a code from
/// `POST /v1/auth/login/code`. Who is suspended or banned is told so, why (`reason`) and until
/// when (`until`), after the right password only.
#[utoipa::path(post, path = "/v1/auth/login", tag = "auth", request_body = LoginBody, responses(
    (status = 200, body = TokenPair),
    (status = "4XX", body = Problem,
        description = "`invalid_credentials`, `invalid_code`, `code_required`, `account_suspended`, `too_many_requests`, `invalid_field`"),
))]
pub(super) async fn login(
    State(deps): State<Deps>,
    network: Network,
    FromHeaders(client): FromHeaders,
    Body(body): Body<LoginBody>,
) -> Result<Json<TokenPair>> {
    let (credentials, proof) = parse(&body)?;
    let reader = prove(&deps, &network, proof).await?;
    let attempt = Attempt::begin(&deps.limiter, &credentials.email, &network, reader.is_some()).await?;
    let owner = credentials::verify(&deps, &credentials).await?;
    let owner = owner.filter(|owner| reader.is_none_or(|reader| reader == owner.user_id));
    let Owner { user_id, hash } = owner.ok_or(Code::InvalidCredentials)?;
    attempt.succeeded().await?;
    let hash = renewed(&deps, user_id, credentials.password, hash).await?;
    Ok(Json(deps.keeper.start(user_id, client, Some(&hash)).await?))
}

/// A challenge and the code that answers it.
type Proof = (ChallengeId, ConfirmationCode);

fn parse(body: &LoginBody) -> Result<(Credentials, Option<Proof>)> {
    let mut fields = Fields::default();
    let email = fields.read("email", &body.email, EmailAddress::parse);
    let password = fields.read("password", &body.password, Password::parse);
    let sign_in_id = fields.copy_optional("sign_in_id", body.sign_in_id.as_ref());
    let code = fields.read_optional("code", body.code.as_ref(), ConfirmationCode::parse);
    let proof = sign_in_id.zip(code).map(|(sign_in_id, code)| sign_in_id.zip(code));
    let ((email, password), proof) = fields.accept(email.zip(password).zip(proof))?;
    Ok((Credentials { email, password }, proof))
}

/// Who has proved to read the mailbox, if anybody tried to. A code is good for one sign-in, right or wrong.
async fn prove(deps: &Deps, Network(network): &Network, proof: Option<Proof>) -> Result<Option<UserId>> {
    let Some((sign_in_id, code)) = proof else { return Ok(None) };
    deps.limiter.take(&CODE_PER_NETWORK, network).await?;
    let reader = deps.codes.check(sign_in_id, CodePurpose::SignIn, &code).await?.ok_or(Code::InvalidCode)?;
    let is_first_use = deps.codes.clear(sign_in_id, CodePurpose::SignIn).await?;
    if is_first_use { Ok(Some(reader)) } else { Err(Code::InvalidCode.into()) }
}

/// The hash of the password at today's cost: an account whose hash is older gets a new one while its password is known.
async fn renewed(deps: &Deps, user_id: UserId, password: Password, hash: String) -> Result<String> {
    if !Password::is_outdated(&hash) {
        return Ok(hash);
    }
    let renewed = hashing::hash(password, deps.keeper.ambient.bytes()).await?;
    let replaced = deps.accounts.replace_password(user_id, Some(&hash), renewed.clone(), &[]).await?;
    Ok(if replaced { renewed } else { hash })
}
