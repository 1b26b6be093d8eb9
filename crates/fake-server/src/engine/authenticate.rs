//! Who makes a request. A seam: signatures (AK/SK) are another [`Authenticator`], not a change in
//! the state machines.

use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use validator::{Request, RequestReading};

use super::Api;

/// The token that a fake accepts unless told otherwise.
pub const DEFAULT_TOKEN: &str = "assetproof-token";
/// The access token (smh) that a fake accepts unless told otherwise.
pub const DEFAULT_ACCESS_TOKEN: &str = "assetproof-access";

/// The user on whose behalf a request is made. What "one job of a user" means goes by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct User(pub String);

/// Why a request is not authenticated. For logs: a response never says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// It carries no credential at all.
    #[error("no credential is given")]
    Missing,
    /// It carries one that is not accepted.
    #[error("the credential is not an accepted one")]
    Wrong,
    /// It is signed, and nothing here verifies signatures.
    #[error("the request is signed (AK/SK), which this authenticator does not verify")]
    Signed,
}

/// Decides who makes a request.
pub trait Authenticator: Send + Sync + fmt::Debug {
    /// The user who makes `request` of `api` at the time `now`; `reading` has its decoded query.
    ///
    /// # Errors
    /// The reason why it is to be refused.
    fn authenticate(
        &self,
        api: Api,
        request: &Request,
        reading: &RequestReading,
        now: SystemTime,
    ) -> Result<User, Unauthenticated>;
}

/// Sets of accepted tokens: `X-Auth-Token` for metastudio and roma, `access_token` for smh.
#[derive(Clone, Default)]
pub struct AcceptedTokens {
    tokens: BTreeSet<String>,
    access_tokens: BTreeSet<String>,
}

impl AcceptedTokens {
    /// The given sets; an empty one accepts nobody.
    pub fn new(
        tokens: impl IntoIterator<Item = String>,
        access_tokens: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            tokens: tokens.into_iter().collect(),
            access_tokens: access_tokens.into_iter().collect(),
        }
    }
}

/// Tokens are secrets, so only their number is shown.
impl fmt::Debug for AcceptedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptedTokens")
            .field("tokens", &self.tokens.len())
            .field("access_tokens", &self.access_tokens.len())
            .finish()
    }
}

impl Authenticator for AcceptedTokens {
    fn authenticate(
        &self,
        api: Api,
        request: &Request,
        reading: &RequestReading,
        _now: SystemTime,
    ) -> Result<User, Unauthenticated> {
        let (accepted, given) = match api {
            Api::Metastudio | Api::Roma => (&self.tokens, token(request)),
            Api::Smh => (&self.access_tokens, access_token(reading)),
        };
        match given {
            Some(given) if accepted.contains(given) => Ok(User(given.to_owned())),
            Some(_) => Err(Unauthenticated::Wrong),
            None if request.header("Authorization").is_some() => Err(Unauthenticated::Signed),
            None => Err(Unauthenticated::Missing),
        }
    }
}

/// The token of the header; one that is not text is a wrong one, not a missing one.
fn token(request: &Request) -> Option<&str> {
    request
        .header("X-Auth-Token")
        .map(|value| std::str::from_utf8(value).unwrap_or_default())
}

fn access_token(reading: &RequestReading) -> Option<&str> {
    reading
        .query
        .iter()
        .find(|pair| pair.name == "access_token")
        .and_then(|pair| pair.value.as_deref())
}
