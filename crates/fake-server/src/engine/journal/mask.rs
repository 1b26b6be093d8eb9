//! Taking secrets out of what is kept: by name, where a contract's security scheme says which
//! header or query parameter carries one, and by value, where one of the accepted ones stands
//! anywhere else.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use aho_corasick::{AhoCorasick, MatchKind, packed};
use contract::{Contract, ParameterLocation};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a secret's place.
const MASK: &str = "***";

/// Shorter values would mask half of every text, and protect nothing.
const SHORTEST: usize = 4;

/// So many bytes at the end of a value are looked for first.
const END: usize = 8;

/// What most clients leave as it is in a query.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Headers that carry secrets whatever a contract says.
const ALWAYS: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-security-token",
];

/// Knows what is a secret in the requests of one engine.
#[derive(Default)]
pub(crate) struct Mask {
    headers: Vec<String>,
    query: Vec<String>,
    /// Finds every known value in one pass, the longest where several begin; none when no value is
    /// known.
    values: Option<AhoCorasick>,
    /// Finds the ends of them, where the processor can do that for all at once. Hardly ever is one
    /// there, and their beginnings, such as `assetproof`, are words that stand in every request.
    ends: Option<packed::Searcher>,
    longest: usize,
}

/// Values are secrets, so only their number is shown.
impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask")
            .field("headers", &self.headers)
            .field("query", &self.query)
            .field(
                "values",
                &self.values.as_ref().map(AhoCorasick::patterns_len),
            )
            .finish_non_exhaustive()
    }
}

impl Mask {
    /// A mask for what the security schemes of these contracts name, and for these values.
    pub(crate) fn new<'c>(
        contracts: impl IntoIterator<Item = &'c Contract>,
        values: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut mask = Self {
            headers: ALWAYS.iter().map(|&name| name.to_owned()).collect(),
            ..Self::default()
        };
        let schemes = contracts.into_iter().flat_map(|c| c.schemes.values());
        // The date of a signature proves nothing without the key: it may be read.
        for scheme in schemes.filter(|s| s.credential.is_some() || s.signature.is_some()) {
            match scheme.location {
                ParameterLocation::Header => {
                    add(&mut mask.headers, scheme.name.to_ascii_lowercase());
                }
                ParameterLocation::Query => {
                    add(&mut mask.query, scheme.name.clone());
                }
                ParameterLocation::Path => {}
            }
        }
        let mut forms = BTreeSet::new();
        for value in values.into_iter().filter(|v| v.len() >= SHORTEST) {
            let encoded = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
            forms.insert(encoded.to_lowercase());
            forms.insert(encoded);
            forms.insert(utf8_percent_encode(&value, IN_QUERY).to_string());
            forms.insert(value);
        }
        mask.longest = forms.iter().map(String::len).max().unwrap_or_default();
        if !forms.is_empty() {
            // That so many values make too large an automaton is out of the question.
            let ends = forms.iter().map(|form| {
                let form = form.as_bytes();
                &form[form.len().saturating_sub(END)..]
            });
            mask.ends = packed::Searcher::new(ends.collect::<BTreeSet<_>>());
            mask.values = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(forms)
                .ok();
        }
        mask
    }

    /// The length of the longest known value.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether a known value stands anywhere in these bytes.
    pub(crate) fn finds(&self, bytes: &[u8]) -> bool {
        let may_be = |ends: &packed::Searcher| ends.find(bytes).is_some();
        self.ends.as_ref().is_none_or(may_be)
            && self.values.as_ref().is_some_and(|v| v.is_match(bytes))
    }

    /// The bytes without any known value.
    pub(crate) fn bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        match &self.values {
            Some(values) if self.finds(bytes) => {
                let mut masked = Vec::with_capacity(bytes.len());
                values.replace_all_with_bytes(bytes, &mut masked, |_, _, out| {
                    out.extend_from_slice(MASK.as_bytes());
                    true
                });
                Cow::Owned(masked)
            }
            _ => Cow::Borrowed(bytes),
        }
    }

    /// The text without any known value.
    pub(crate) fn text(&self, text: &mut String) {
        if self.finds(text.as_bytes()) {
            *text = String::from_utf8_lossy(&self.bytes(text.as_bytes())).into_owned();
        }
    }

    /// The text without any known value; none where it holds none.
    pub(crate) fn without_values(&self, text: &str) -> Option<String> {
        let masked = |bytes: Cow<'_, [u8]>| String::from_utf8_lossy(&bytes).into_owned();
        let found = self.finds(text.as_bytes());
        found.then(|| masked(self.bytes(text.as_bytes())))
    }

    /// The value of the header of this name, masked if the name says that it is a secret.
    pub(crate) fn header<'v>(&self, name: &str, value: &'v [u8]) -> &'v [u8] {
        let secret = self.headers.iter().any(|h| h.eq_ignore_ascii_case(name));
        if secret && !value.is_empty() {
            MASK.as_bytes()
        } else {
            value
        }
    }

    /// Writes the target without the values of query parameters that carry secrets. A name can be
    /// spelt with percent signs, and is the same then.
    pub(crate) fn write_target(&self, target: &str, out: &mut Vec<u8>) {
        if !has_values(target) {
            out.extend_from_slice(target.as_bytes());
            return;
        }
        // Clients that err in the separator send a secret all the same.
        for part in target.split_inclusive(['?', '&', ';']) {
            let (pair, separator) = match part.strip_suffix(['?', '&', ';']) {
                Some(pair) => (pair, &part[pair.len()..]),
                None => (part, ""),
            };
            match pair.split_once('=') {
                Some((name, value)) if !value.is_empty() && self.is_secret_parameter(name) => {
                    out.extend_from_slice(name.as_bytes());
                    out.push(b'=');
                    out.extend_from_slice(MASK.as_bytes());
                }
                _ => out.extend_from_slice(pair.as_bytes()),
            }
            out.extend_from_slice(separator.as_bytes());
        }
    }

    fn is_secret_parameter(&self, name: &str) -> bool {
        let is_known = |name: &str| {
            let mut known = self.query.iter();
            known.any(|known| known.eq_ignore_ascii_case(name))
        };
        if !name.contains(['%', '+']) {
            return is_known(name);
        }
        let decoded = validator::decode_query(name);
        decoded.first().is_some_and(|pair| is_known(&pair.name))
    }
}

/// Whether a parameter of that target can have a value, which is all that is masked by name.
pub(crate) fn has_values(target: &str) -> bool {
    memchr::memchr(b'=', target.as_bytes()).is_some()
}

fn add(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask() -> Mask {
        let mut mask = Mask::new([], ["s3cret/x".to_owned(), "ab".to_owned()]);
        mask.query.push("access_token".to_owned());
        mask
    }

    fn target(target: &str) -> String {
        let mut out = Vec::new();
        mask().write_target(target, &mut out);
        String::from_utf8(out).expect("it was text")
    }

    #[test]
    fn a_secret_parameter_is_masked_however_its_name_is_spelt() {
        assert_eq!(
            target("/p?delete&access_token=foreign&user_id=u"),
            "/p?delete&access_token=***&user_id=u"
        );
        assert_eq!(target("/p?access%5Ftoken=x=y"), "/p?access%5Ftoken=***");
        assert_eq!(target("/p?ACCESS_token=x"), "/p?ACCESS_token=***");
        assert_eq!(target("/p?a?access_token=x"), "/p?a?access_token=***");
        assert_eq!(target("/p?a;access_token=x;b"), "/p?a;access_token=***;b");
        assert_eq!(target("/p/1&access_token=x"), "/p/1&access_token=***");
        assert_eq!(
            target("/p?Access_Token=one&access_token=two=="),
            "/p?Access_Token=***&access_token=***"
        );
        assert_eq!(target("/p?access_token=&a"), "/p?access_token=&a");
        assert_eq!(target("/p?access_token"), "/p?access_token");
        assert_eq!(target("/p?"), "/p?");
    }

    #[test]
    fn a_known_value_is_masked_wherever_it_stands() {
        let mask = mask();
        for text in ["it is s3cret/x, s3cret/x", "?t=s3cret%2Fx", "?t=s3cret%2fx"] {
            let mut masked = text.to_owned();
            mask.text(&mut masked);
            assert!(
                !masked.contains("s3cret") && masked.contains("***"),
                "{masked}"
            );
        }
        assert!(!mask.finds(b"about"), "short values mask nothing");
        assert_eq!(mask.header("Authorization", b"anything"), b"***");
        assert_eq!(mask.header("Accept", b"*/*"), b"*/*");
    }
}
