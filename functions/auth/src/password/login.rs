//! `POST /v1/auth/login`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use shared::domain::code::{CodePurpose, ConfirmationCode};
use shared::domain::fields::Fields;
use shared::domain::id::{ChallengeId, UserId};
use shared::domain::input::Input;
use shared::domain::limit::{CODE_PER_NETWORK, LOGIN_PER_NETWORK};
use shared::domain::password::Password;
use shared::edge::http::{Body, Network, Problem};
use shared::error::{Code, Result};
use shared::ports::accounts::Before;
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
    deps.limiter.take(&LOGIN_PER_NETWORK, &network.0).await?;
    let owner = match &proof {
        Some(proof) => by_code(&deps, &network, &credentials, proof).await?,
        None => by_password(&deps, &network, &credentials).await?,
    };
    let Owner { user_id, hash } = owner.ok_or(Code::InvalidCredentials)?;
    let hash = renewed(&deps, user_id, credentials.password, hash).await?;
    Ok(Json(deps.keeper.start(user_id, client, Some(&hash)).await?))
}

/// A challenge and the code that answers it.
type Proof = (ChallengeId, ConfirmationCode);

fn parse(body: &LoginBody) -> Result<(Credentials, Option<Proof>)> {
    let mut fields = Fields::default();
    let credentials = Credentials::read(&mut fields, &body.email, &body.password);
    let proof = match (&body.sign_in_id, &body.code) {
        (None, None) => Some(None),
        // One without the other is a mistake of the client that must not pass for a sign-in without a code.
        (sign_in_id, code) => {
            let sign_in_id = fields.copy("sign_in_id", sign_in_id.as_ref().unwrap_or(&Input::missing()));
            let code = fields.read("code", code.as_ref().unwrap_or(&Input::missing()), ConfirmationCode::parse);
            sign_in_id.zip(code).map(Some)
        }
    };
    fields.accept(credentials.zip(proof))
}

/// Whose credentials these are, if not too many have guessed at them.
async fn by_password(deps: &Deps, network: &Network, credentials: &Credentials) -> Result<Option<Owner>> {
    let attempt = Attempt::begin(&deps.limiter, &credentials.email, network).await?;
    let owner = credentials::verify(deps, credentials).await?;
    if owner.is_some() {
        attempt.succeeded().await?;
    }
    Ok(owner)
}

/// Whose credentials these are, if that is who reads the mailbox, too. The code comes first: without it nobody learns
/// whether the password is right. It is spent by the sign-in that succeeds.
async fn by_code(
    deps: &Deps,
    Network(network): &Network,
    credentials: &Credentials,
    (sign_in_id, code): &Proof,
) -> Result<Option<Owner>> {
    deps.limiter.take(&CODE_PER_NETWORK, network).await?;
    let reader = deps.codes.check(*sign_in_id, CodePurpose::SignIn, code).await?.ok_or(Code::InvalidCode)?;
    let owner = credentials::verify(deps, credentials).await?.filter(|owner| owner.user_id == reader);
    if owner.is_some() && !deps.codes.clear(*sign_in_id, CodePurpose::SignIn).await? {
        return Err(Code::InvalidCode.into());
    }
    Ok(owner)
}

/// The hash of the password at today's cost: an account whose hash is older gets a new one while its password is known.
async fn renewed(deps: &Deps, user_id: UserId, password: Password, hash: String) -> Result<String> {
    if !Password::is_outdated(&hash) {
        return Ok(hash);
    }
    let renewed = hashing::hash(password, deps.keeper.ambient.bytes()).await?;
    let replaced = deps.accounts.replace_password(user_id, Before::Hash(&hash), renewed.clone(), &[]).await?;
    Ok(if replaced { renewed } else { hash })
}
