//! Who makes a request: a seam, so that another way to authenticate is another [`Authenticator`],
//! not a change in the state machines. The one that is used unless told otherwise is
//! [`super::AcceptedCredentials`].

use std::fmt;
use std::time::SystemTime;

use validator::{Request, RequestReading};

use super::{Api, SignatureFault};

/// The token that a fake accepts unless told otherwise.
pub const DEFAULT_TOKEN: &str = "assetproof-token";
/// The access token (smh) that a fake accepts unless told otherwise.
pub const DEFAULT_ACCESS_TOKEN: &str = "assetproof-access";
/// The access key of the key pair that a fake accepts unless told otherwise.
pub const DEFAULT_ACCESS_KEY: &str = "ASSETPROOFAK";
/// The secret key that belongs to [`DEFAULT_ACCESS_KEY`].
pub const DEFAULT_SECRET_KEY: &str = "assetproof-secret";

/// The user on whose behalf a request is made. What "one job of a user" means goes by it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct User(pub String);

/// Why a request is not authenticated. For logs: a response never says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// It carries no credential at all.
    #[error("no credential is given")]
    Missing,
    /// It carries one that is not accepted.
    #[error("the credential is not an accepted one")]
    Wrong,
    /// It is signed, and this API takes tokens only.
    #[error("the request is signed (AK/SK), and this revision of the API takes tokens only")]
    SigningNotTaken,
    /// It is signed, and not as it has to be.
    #[error("{0}")]
    Signature(#[from] SignatureFault),
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
