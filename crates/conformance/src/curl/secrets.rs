//! The secrets of a target, ready to be found in one request after the other. What stands in their
//! place in a line, and where, says `curl` itself.

use std::fmt;

use aho_corasick::AhoCorasick;
use percent_encoding::utf8_percent_encode;
use validator::Request;

use super::{Variable, named_secrets, secret};
use crate::Credentials;
use crate::request::VALUE;

/// The secrets of one target.
pub(crate) struct Secrets {
    /// What each variable is called, and the text for which it stands.
    named: Vec<(&'static str, String)>,
    /// Finds each text for which a variable stands, as it is and as it stands in a query; none when
    /// they are more than fits into memory.
    finder: Option<AhoCorasick>,
}

/// Without the secrets.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("named", &self.named.len())
            .finish_non_exhaustive()
    }
}

impl Secrets {
    /// Those of these credentials, with what forged ones are made of.
    pub(crate) fn of(credentials: &Credentials) -> Self {
        let named = named_secrets(credentials);
        let named: Vec<_> = named
            .map(|(name, text)| (name, text.into_owned()))
            .collect();
        let texts = named
            .iter()
            .flat_map(|(_, text)| [text.clone(), utf8_percent_encode(text, VALUE).to_string()]);
        let finder = AhoCorasick::new(texts).ok();
        Self { named, finder }
    }

    /// Those whose texts stand anywhere in this request, in their order: the others have no place
    /// in its line.
    pub(super) fn within(&self, url: &str, request: &Request) -> Vec<Variable<'_>> {
        let mut is_within = vec![self.finder.is_none(); self.named.len()];
        if let Some(finder) = &self.finder {
            let values = request.headers.iter().map(|(_, value)| value.as_slice());
            let texts = [url.as_bytes(), &request.body].into_iter().chain(values);
            for found in texts.flat_map(|text| finder.find_overlapping_iter(text)) {
                // Two texts belong to each variable.
                is_within[found.pattern().as_usize() / 2] = true;
            }
        }
        let within = self.named.iter().zip(is_within);
        within
            .filter(|(_, is_within)| *is_within)
            .map(|((name, text), _)| secret(name, text.into()))
            .collect()
    }
}
