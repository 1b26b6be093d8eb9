//! Defects of authenticating: a look at the credentials that is not careful enough, or a wrong one.
//! What is wrong with comparing tokens is in `token`, what with verifying signatures in `signed`.

mod signed;
mod token;

use std::time::SystemTime;

use serde::Deserialize;
use validator::{Request, RequestReading};

use crate::engine::{Api, Authenticator, Unauthenticated, User};

/// How authentication is done wrongly, and of which requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Told")]
pub(crate) struct Carelessness {
    how: Laxness,
    path_ends: String,
}

/// As the catalogue has it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    /// Of every request: `by.credentials = "nobody"`.
    Everywhere(Laxness),
    /// Of requests whose path ends so.
    #[serde(rename_all = "kebab-case")]
    Here { how: Laxness, path_ends: String },
}

impl From<Told> for Carelessness {
    fn from(told: Told) -> Self {
        let (how, path_ends) = match told {
            Told::Everywhere(how) => (how, String::new()),
            Told::Here { how, path_ends } => (how, path_ends),
        };
        Self { how, path_ends }
    }
}

/// How authentication is done wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Laxness {
    /// Nobody is asked.
    Nobody,
    /// Whatever is given is taken.
    Anything,

    /// Any token that is not empty is taken.
    AnyToken,
    /// An empty token is that of a guest.
    EmptyToken,
    /// A token is right if an accepted one begins with it.
    TokenStart,
    /// A token is right if it begins with an accepted one.
    TokenBeyond,
    /// The first eight characters of a token are compared.
    TokenFirstEight,
    /// Tokens are compared letter by letter until one of them ends.
    TokenUntilEnd,
    /// The case of a token's letters does not matter.
    TokenAnyCase,
    /// A token is looked for within the text that lists the accepted ones.
    TokenWithin,
    /// A token of the right length is taken.
    TokenLength,
    /// A token in the query is taken, too.
    TokenInQuery,
    /// A token needs a date beside it, as a signature does.
    TokenNeedsDate,

    /// Only tokens are taken, signatures are not.
    NoSignatures,
    /// Who gives an `Authorization` was let through by somebody else.
    SignatureUnread,
    /// A signature that can be read is taken.
    SignatureUnverified,
    /// The access key has to be known.
    AccessKeyOnly,
    /// The first eight digits of a signature are compared.
    SignatureStart,
    /// The last digit of a signature is not compared.
    SignatureButLast,
    /// Signatures are compared digit by digit until one of them ends.
    SignatureUntilEnd,
    /// A date alone is taken for a signature.
    DateAlone,
    /// A date may be written in any way, as long as it is signed.
    DateAnyText,
    /// A date may be written as RFC 3339 has it, too.
    DateExtended,
    /// The body's digest is that of the body as the server writes it again.
    BodyRewritten,
}

/// What is accepted, for who compares it in a way of their own.
pub(crate) struct Accepted {
    pub(crate) tokens: Vec<String>,
    pub(crate) access_tokens: Vec<String>,
    pub(crate) key_pairs: Vec<(String, String)>,
}

/// Credentials are secrets, so nothing of them is shown.
impl std::fmt::Debug for Accepted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accepted").finish_non_exhaustive()
    }
}

/// What decides right, and the defect of the API that has it.
#[derive(Debug)]
pub(crate) struct LaxCredentials {
    right: Box<dyn Authenticator>,
    accepted: Accepted,
    api: Api,
    careless: Carelessness,
}

impl LaxCredentials {
    /// Decides as `right` does, but in requests of `api`.
    pub(crate) fn new(
        right: Box<dyn Authenticator>,
        accepted: Accepted,
        api: Api,
        careless: Carelessness,
    ) -> Self {
        Self {
            right,
            accepted,
            api,
            careless,
        }
    }
}

impl Authenticator for LaxCredentials {
    fn authenticate(
        &self,
        api: Api,
        request: &Request,
        reading: &RequestReading,
        now: SystemTime,
    ) -> Result<User, Unauthenticated> {
        let decided = self.right.authenticate(api, request, reading, now);
        if api != self.api || !request.path().ends_with(&self.careless.path_ends) {
            return decided;
        }
        let how = self.careless.how;
        match (how, &decided) {
            (Laxness::TokenNeedsDate, Ok(_)) if request.header("X-Sdk-Date").is_none() => {
                return Err(Unauthenticated::Missing);
            }
            (Laxness::NoSignatures, Ok(_)) if token::given(api, request, reading).is_none() => {
                return Err(Unauthenticated::Missing);
            }
            (Laxness::BodyRewritten, _) if request.header("Authorization").is_some() => {
                let rewritten = signed::rewritten(request);
                return self.right.authenticate(api, &rewritten, reading, now);
            }
            (_, Ok(_)) => return decided,
            _ => {}
        }
        let taken = match how {
            Laxness::Nobody => true,
            Laxness::Anything => decided != Err(Unauthenticated::Missing),
            _ => {
                token::is_taken(how, api, request, reading, &self.accepted)
                    || signed::is_taken(how, request, &self.accepted)
            }
        };
        if taken {
            return Ok(User("anybody".to_owned()));
        }
        decided
    }
}
