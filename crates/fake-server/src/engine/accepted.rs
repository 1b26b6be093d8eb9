//! The authenticator that a fake has unless told otherwise: sets of accepted credentials.
//!
//! - documented: metastudio takes a token or a signature, roma 2022-12 a token only, smh an access
//!   token only. Which APIs take signatures is told by their contracts.
//! - documented as an erratum (RO-E13): roma 2025-10 takes either.
//! - inferred: of a token and a signature in one request, one that is right is enough.

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use subtle::ConstantTimeEq;
use validator::{Request, RequestReading};

use super::signature::{self, KeyPairs};
use super::{Api, Authenticator, DEFAULT_CLOCK_SKEW, Unauthenticated, User};

/// Sets of accepted credentials: `X-Auth-Token` and key pairs for metastudio and roma,
/// `access_token` for smh. An empty set accepts nobody.
#[derive(Clone)]
pub struct AcceptedCredentials {
    tokens: Vec<String>,
    access_tokens: Vec<String>,
    key_pairs: KeyPairs,
    signing: BTreeSet<Api>,
    clock_skew: Duration,
}

impl AcceptedCredentials {
    /// Accepts nobody yet. Signatures will be looked at in requests of these APIs.
    pub fn new(signing: impl IntoIterator<Item = Api>) -> Self {
        Self {
            tokens: Vec::new(),
            access_tokens: Vec::new(),
            key_pairs: KeyPairs::new(),
            signing: signing.into_iter().collect(),
            clock_skew: DEFAULT_CLOCK_SKEW,
        }
    }

    /// Accepts these tokens for the header `X-Auth-Token`.
    #[must_use]
    pub fn tokens(mut self, tokens: impl IntoIterator<Item = String>) -> Self {
        self.tokens.extend(tokens);
        self
    }

    /// Accepts these access tokens in the query.
    #[must_use]
    pub fn access_tokens(mut self, tokens: impl IntoIterator<Item = String>) -> Self {
        self.access_tokens.extend(tokens);
        self
    }

    /// Accepts what is signed with these pairs of access key and secret key.
    #[must_use]
    pub fn key_pairs(mut self, pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        self.key_pairs.extend(pairs);
        self
    }

    /// Lets a signature's date be this far from the clock.
    #[must_use]
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }
}

/// Credentials are secrets, so only their number is shown.
impl fmt::Debug for AcceptedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcceptedCredentials")
            .field("tokens", &self.tokens.len())
            .field("access_tokens", &self.access_tokens.len())
            .field("key_pairs", &self.key_pairs.len())
            .field("signing", &self.signing)
            .field("clock_skew", &self.clock_skew)
            .finish()
    }
}

impl Authenticator for AcceptedCredentials {
    fn authenticate(
        &self,
        api: Api,
        request: &Request,
        reading: &RequestReading,
        now: SystemTime,
    ) -> Result<User, Unauthenticated> {
        let by_token = match api {
            Api::Smh => given(&self.access_tokens, access_token(reading)),
            Api::Metastudio | Api::Roma => given(&self.tokens, token(request)),
        };
        let reason = match by_token {
            Ok(user) => return Ok(user),
            Err(reason) => reason,
        };
        if request.header("Authorization").is_none() {
            return Err(reason);
        }
        if !self.signing.contains(&api) {
            return Err(match reason {
                Unauthenticated::Missing => Unauthenticated::SigningNotTaken,
                reason => reason,
            });
        }
        signature::verify(request, &self.key_pairs, now, self.clock_skew)
            .map(User)
            .map_err(Unauthenticated::Signature)
    }
}

/// The user of a token, which is compared with each accepted one in constant time.
fn given(accepted: &[String], token: Option<&str>) -> Result<User, Unauthenticated> {
    let token = token.ok_or(Unauthenticated::Missing)?;
    let mut known = subtle::Choice::from(0);
    for one in accepted {
        known |= one.as_bytes().ct_eq(token.as_bytes());
    }
    if known.into() {
        Ok(User(token.to_owned()))
    } else {
        Err(Unauthenticated::Wrong)
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
