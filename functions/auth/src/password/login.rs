//! `POST /v1/auth/login`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::email::EmailAddress;
use shared::domain::fields::Fields;
use shared::domain::id::{ChallengeId, UserId};
use shared::domain::limit::CODE_PER_NETWORK;
use shared::domain::password::{DECOY, Password};
use shared::edge::http::{Body, Network, Problem};
use shared::error::{Code, Result};
use utoipa::ToSchema;

use super::attempt::Attempt;
use super::{Deps, hashing};
use crate::session::{FromHeaders, TokenPair};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginBody {
    #[schema(example = "ada@example.org")]
    email: String,
    password: String,
    /// What `login/code` answered; only after `code_required`.
    sign_in_id: Option<ChallengeId>,
    /// The six digits from the mail; only after `code_required`.
    #[schema(pattern = "^[0-9]{6}$", example = "042917")]
    code: Option<String>,
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
    let Credentials { email, password, proof } = parse(&body)?;
    let reader = prove(&deps, &network, proof).await?;
    let attempt = Attempt::begin(&deps.limiter, &email, &network, reader.is_some()).await?;

    let owner = deps.accounts.owner_of(&email).await?;
    let hash = deps.accounts.password_hash(owner.unwrap_or_else(|| deps.keeper.ambient.id())).await?;
    let matches = hashing::matches(password.clone(), hash.clone().unwrap_or_else(|| DECOY.to_owned())).await?;
    let (user_id, hash) = owner.zip(hash).filter(|_| matches).ok_or(Code::InvalidCredentials)?;
    if reader.is_some_and(|reader| reader != user_id) {
        return Err(Code::InvalidCredentials.into());
    }
    attempt.succeeded().await?;
    let hash = renewed(&deps, user_id, password, hash).await?;
    Ok(Json(deps.keeper.start(user_id, client, Some(&hash)).await?))
}

struct Credentials {
    email: EmailAddress,
    password: Password,
    proof: Option<(ChallengeId, ConfirmationCode)>,
}

fn parse(body: &LoginBody) -> Result<Credentials> {
    let mut fields = Fields::default();
    let email = fields.take("email", EmailAddress::parse(&body.email));
    let password = fields.take("password", Password::parse(&body.password));
    let code = body.code.as_deref().map(ConfirmationCode::parse).transpose();
    let code = fields.take("code", code).flatten();
    let (email, password) = fields.accept(email.zip(password))?;
    Ok(Credentials { email, password, proof: body.sign_in_id.zip(code) })
}

/// Who has proved to read the mailbox, if anybody tried to. A code is good for one sign-in, right or wrong.
async fn prove(
    deps: &Deps,
    Network(network): &Network,
    proof: Option<(ChallengeId, ConfirmationCode)>,
) -> Result<Option<UserId>> {
    let Some((sign_in_id, code)) = proof else { return Ok(None) };
    deps.limiter.take(&CODE_PER_NETWORK, network).await?;
    let reader = deps.codes.check(sign_in_id, CodePurpose::SignIn, &code).await?.ok_or(Code::InvalidCode)?;
    deps.codes.clear(sign_in_id, CodePurpose::SignIn).await?;
    Ok(Some(reader))
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
