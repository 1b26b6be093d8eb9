//! The credentials of a target. They come from the environment only, and are printed nowhere.

use std::fmt;

use contract::SecurityScheme;

/// A text that never shows itself: `Debug` prints a mask, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the wire and for masking.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// One half of a key pair without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("half of a key pair is given, the {given} without its {missing}: a signature needs both")]
pub struct HalfAKeyPair {
    given: &'static str,
    missing: &'static str,
}

/// What a target's callers prove themselves with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credentials {
    /// A token for a header (`ASSETPROOF_TOKEN`).
    pub token: Option<Secret>,
    /// The public half of a key pair that signs (`ASSETPROOF_ACCESS_KEY`).
    pub access_key: Option<Secret>,
    /// The secret half (`ASSETPROOF_SECRET_KEY`).
    pub secret_key: Option<Secret>,
    /// A token for the URL (`ASSETPROOF_ACCESS_TOKEN`).
    pub access_token: Option<Secret>,
}

impl Credentials {
    /// Reads them from the process's environment; an empty variable counts as none.
    pub fn from_env() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads them by a function from variable names to values; an empty value counts as none.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name| {
            lookup(name)
                .filter(|value| !value.is_empty())
                .map(Secret::new)
        };
        Self {
            token: read("ASSETPROOF_TOKEN"),
            access_key: read("ASSETPROOF_ACCESS_KEY"),
            secret_key: read("ASSETPROOF_SECRET_KEY"),
            access_token: read("ASSETPROOF_ACCESS_TOKEN"),
        }
    }

    /// The key pair that signs; none when neither half is known.
    ///
    /// # Errors
    /// One half is known without the other.
    pub fn key_pair(&self) -> Result<Option<(&Secret, &Secret)>, HalfAKeyPair> {
        match (&self.access_key, &self.secret_key) {
            (Some(access_key), Some(secret_key)) => Ok(Some((access_key, secret_key))),
            (None, None) => Ok(None),
            (Some(_), None) => Err(HalfAKeyPair {
                given: "access key",
                missing: "secret key (ASSETPROOF_SECRET_KEY)",
            }),
            (None, Some(_)) => Err(HalfAKeyPair {
                given: "secret key",
                missing: "access key (ASSETPROOF_ACCESS_KEY)",
            }),
        }
    }

    /// Each one that is known, with the environment variable that a `curl` line names for it.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Secret)> {
        [
            ("ASSETPROOF_TOKEN", &self.token),
            ("ASSETPROOF_ACCESS_KEY", &self.access_key),
            ("ASSETPROOF_SECRET_KEY", &self.secret_key),
            ("ASSETPROOF_ACCESS_TOKEN", &self.access_token),
        ]
        .into_iter()
        .filter_map(|(name, secret)| secret.as_ref().map(|secret| (name, secret)))
    }

    /// The credential that fills this scheme as it stands; none when it is not known, and none for
    /// a scheme whose value is computed, because nothing here signs requests.
    pub(crate) fn fill(&self, scheme: &SecurityScheme) -> Option<&Secret> {
        if scheme.signature.is_some() {
            return None;
        }
        match scheme.credential.as_deref()? {
            "token" => self.token.as_ref(),
            "access_token" => self.access_token.as_ref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::from_lookup(|name| Some(format!("value of {name}")));
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("value of"), "{shown}");
        assert_eq!(credentials.named().count(), 4);
    }

    #[test]
    fn an_empty_variable_is_no_credential() {
        assert_eq!(
            Credentials::from_lookup(|_| Some(String::new())),
            Credentials::default()
        );
    }
}
