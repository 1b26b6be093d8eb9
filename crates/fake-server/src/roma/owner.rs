//! Whose a job is. A user is a token, which is a secret, and jobs are kept in snapshots: so a job
//! knows its owner again without knowing the token.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::User;

/// A fingerprint of the user who began a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Owner(String);

impl Owner {
    /// The fingerprint of `user`: sixteen hexadecimal digits of its SHA-256.
    pub(crate) fn of(user: &User) -> Self {
        let digest = Sha256::digest(user.0.as_bytes());
        let mut text = String::with_capacity(16);
        for byte in &digest[..8] {
            // Writing into a string cannot fail.
            let _infallible = write!(text, "{byte:02x}");
        }
        Self(text)
    }

    /// Whether the job is this user's.
    pub(crate) fn is(&self, user: &User) -> bool {
        *self == Self::of(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_known_again_and_the_token_is_not_shown() {
        let user = User("a-secret-token".to_owned());
        let owner = Owner::of(&user);
        assert!(owner.is(&user) && !owner.is(&User("another".to_owned())));
        assert_eq!(owner.0.len(), 16);
        assert!(!format!("{owner:?}").contains("secret"));
    }
}
