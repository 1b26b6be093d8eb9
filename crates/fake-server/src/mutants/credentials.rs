//! Defects of authenticating: a look at the credentials that is not careful enough.

use std::time::SystemTime;

use serde::Deserialize;
use validator::{Request, RequestReading};

use crate::engine::{Api, Authenticator, Unauthenticated, User};

/// How authentication is done wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Laxness {
    /// Nobody is asked.
    Nobody,
    /// Whatever is given is taken.
    Anything,
}

/// What decides right, and the defect of the API that has it.
#[derive(Debug)]
pub(crate) struct LaxCredentials {
    right: Box<dyn Authenticator>,
    api: Api,
    how: Laxness,
}

impl LaxCredentials {
    /// Decides as `right` does, but in requests of `api`.
    pub(crate) fn new(right: Box<dyn Authenticator>, api: Api, how: Laxness) -> Self {
        Self { right, api, how }
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
        let let_in = api == self.api
            && match self.how {
                Laxness::Nobody => decided.is_err(),
                Laxness::Anything => {
                    matches!(&decided, Err(reason) if *reason != Unauthenticated::Missing)
                }
            };
        if let_in {
            Ok(User("anybody".to_owned()))
        } else {
            decided
        }
    }
}
