//! Signing in with an account that a person has elsewhere.
//!
//! A flow leads a browser to a provider and back to the client app; what the provider then says about the person is an
//! [`Identity`]. An identity that is known signs its owner in. An unknown one needs a verified address: it joins the
//! account that has claimed the address, or makes a new one. A registration that was never confirmed has claimed
//! nothing, so it is neither joined nor inherited.

mod flow;
mod github;
mod id_token;
mod identity;
mod query;
mod unlinking;

pub use flow::{Flow, FlowSecret, LIFETIME, RedirectUris, State};
pub use github::{EmailEntry, primary_address};
pub use id_token::{Expectation, IdClaims, KeySet, key_id, verify};
pub use identity::{Identity, IdentityId, LinkedIdentity, Provider};
pub use query::{form, with_query};
pub use unlinking::{Unlinking, WayIn};
