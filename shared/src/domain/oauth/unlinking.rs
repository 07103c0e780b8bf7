//! Taking identities from an account without locking its owner out.

use super::identity::{IdentityId, LinkedIdentity, Provider};
use crate::error::{Code, Result};

/// What opens an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayIn {
    Password,
    Identity(IdentityId),
}

/// What is about to be taken from somebody, and the way in that has to stay for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinking {
    pub ids: Vec<IdentityId>,
    pub remaining: WayIn,
}

impl Unlinking {
    /// Everything that opens the account through `provider`. What is `linked` at a provider that is not `open` now is no
    /// way in that could stay.
    pub fn plan(
        linked: &[LinkedIdentity],
        has_password: bool,
        provider: Provider,
        open: impl Fn(Provider) -> bool,
    ) -> Result<Self> {
        let (leaving, staying): (Vec<_>, Vec<_>) =
            linked.iter().map(|linked| linked.id.clone()).partition(|id| id.provider() == provider);
        if leaving.is_empty() {
            return Err(Code::IdentityNotFound.into());
        }
        let elsewhere = || staying.into_iter().find(|id| open(id.provider())).map(WayIn::Identity);
        let remaining = has_password.then_some(WayIn::Password).or_else(elsewhere);
        Ok(Self { ids: leaving, remaining: remaining.ok_or(Code::LastSignInMethod)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn id(provider: Provider, subject: &str) -> IdentityId {
        IdentityId::new(provider, subject).unwrap()
    }

    fn linked(ids: &[IdentityId]) -> Vec<LinkedIdentity> {
        let at = |id: &IdentityId| LinkedIdentity { id: id.clone(), linked_at: Timestamp::from_unix_seconds(1) };
        ids.iter().map(at).collect()
    }

    #[test]
    fn everything_of_the_provider_goes_and_the_password_or_another_provider_stays() {
        let (google, second) = (id(Provider::Google, "1"), id(Provider::Google, "2"));
        let github = id(Provider::GitHub, "1");
        let all = linked(&[github.clone(), google.clone(), second.clone()]);
        let plan = |has_password| Unlinking::plan(&all, has_password, Provider::Google, |_| true).unwrap();
        assert_eq!(plan(true), Unlinking { ids: vec![google, second], remaining: WayIn::Password });
        assert_eq!(plan(false).remaining, WayIn::Identity(github));
    }

    #[test]
    fn the_last_way_in_stays() {
        let google = id(Provider::Google, "1");
        let refused = |ids: &[IdentityId], open: fn(Provider) -> bool| {
            Unlinking::plan(&linked(ids), false, Provider::Google, open).unwrap_err().code()
        };
        assert_eq!(refused(&[google.clone(), id(Provider::Google, "2")], |_| true), Code::LastSignInMethod);
        assert_eq!(
            refused(&[google, id(Provider::GitHub, "1")], |open| open == Provider::Google),
            Code::LastSignInMethod
        );
        assert_eq!(refused(&[id(Provider::GitHub, "1")], |_| true), Code::IdentityNotFound);
        assert_eq!(refused(&[], |_| true), Code::IdentityNotFound);
    }
}
