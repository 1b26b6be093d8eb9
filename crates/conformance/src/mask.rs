//! Masking at the border: whatever leaves the runner (records, events, reasons) passes through
//! here, so that no report ever has to know what is a secret.

use std::borrow::Cow;
use std::collections::BTreeSet;

use contract::{Contract, ParameterLocation};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Credentials;
use crate::forgery::shortened;
use crate::request::VALUE;

/// What stands in a secret's place.
const MASK: &str = "***";

/// Shorter values would mask half of every text, and protect nothing.
const SHORTEST: usize = 4;

/// What stands before a signature.
const SIGNATURE: &str = "Signature=";

/// Headers that carry secrets whatever a contract says.
const ALWAYS: [&str; 4] = [
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
];

/// Knows the secrets of one run by value and by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mask {
    /// Longest first, so that a secret within a secret leaves no rest.
    values: Vec<Value>,
    headers: BTreeSet<String>,
    query: BTreeSet<String>,
}

/// A secret in one of the forms in which it can stand in a text.
#[derive(Clone)]
struct Value(String);

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}

impl Mask {
    /// A mask for these credentials, and for whatever the security schemes of these contracts name.
    pub(crate) fn new<'c>(
        credentials: &Credentials,
        contracts: impl IntoIterator<Item = &'c Contract>,
    ) -> Self {
        let mut values = BTreeSet::new();
        for (_, secret) in credentials.named() {
            let plain = secret.reveal();
            if plain.chars().count() < SHORTEST {
                continue;
            }
            values.extend(forms(plain));
            // What forged credentials are made of shows all of the secret but one character.
            values.extend(shortened(plain).into_iter().flat_map(forms));
        }
        let mut values: Vec<Value> = values.into_iter().map(Value).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.0.len()));

        let mut mask = Self {
            values,
            headers: ALWAYS.iter().map(|&name| name.to_owned()).collect(),
            query: BTreeSet::new(),
        };
        for contract in contracts {
            for scheme in contract.schemes.values() {
                // The date of a signature proves nothing without the key: it may be read.
                if scheme.credential.is_none() && scheme.signature.is_none() {
                    continue;
                }
                match scheme.location {
                    ParameterLocation::Header => {
                        mask.headers.insert(scheme.name.to_ascii_lowercase());
                    }
                    ParameterLocation::Query => {
                        mask.query.insert(scheme.name.clone());
                    }
                    ParameterLocation::Path => {}
                }
            }
        }
        mask
    }

    /// The text without any known secret.
    pub(crate) fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for Value(value) in &self.values {
            if text.contains(value.as_str()) {
                text = Cow::Owned(text.replace(value.as_str(), MASK));
            }
        }
        if text.contains(SIGNATURE) {
            text = Cow::Owned(without_signatures(&text));
        }
        text
    }

    /// Masks in place.
    pub(crate) fn apply(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }

    /// The value of the header of this name, without secrets; bytes beyond UTF-8 are replaced.
    pub(crate) fn header(&self, name: &str, value: &[u8]) -> String {
        if self.is_secret_header(name) && !value.is_empty() {
            return MASK.to_owned();
        }
        self.text(&String::from_utf8_lossy(value)).into_owned()
    }

    /// Whether the header of this name carries a secret, whatever its value.
    pub(crate) fn is_secret_header(&self, name: &str) -> bool {
        self.headers.contains(&name.to_ascii_lowercase())
    }

    /// A URL or a request target without secrets: neither known ones nor the values of the query
    /// parameters that carry them.
    pub(crate) fn url(&self, url: &str) -> String {
        let masked = match url.split_once('?') {
            None => url.to_owned(),
            Some((path, query)) => {
                let pairs: Vec<Cow<'_, str>> = query
                    .split('&')
                    .map(|pair| match pair.split_once('=') {
                        Some((name, value)) if self.query.contains(name) && !value.is_empty() => {
                            Cow::Owned(format!("{name}={MASK}"))
                        }
                        _ => Cow::Borrowed(pair),
                    })
                    .collect();
                format!("{path}?{}", pairs.join("&"))
            }
        };
        self.text(&masked).into_owned()
    }
}

/// The text with a mask for each signature, whoever made it.
fn without_signatures(text: &str) -> String {
    let mut parts = text.split(SIGNATURE);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str(SIGNATURE);
        let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        if part.len() - rest.len() >= SHORTEST {
            masked.push_str(MASK);
            masked.push_str(rest);
        } else {
            masked.push_str(part);
        }
    }
    masked
}

/// The forms in which a value can stand in a text.
fn forms(plain: &str) -> [String; 5] {
    let encoded = utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string();
    let escaped = serde_json::Value::from(plain).to_string();
    [
        plain.to_owned(),
        utf8_percent_encode(plain, VALUE).to_string(),
        encoded.to_lowercase(),
        encoded,
        escaped.trim_matches('"').to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(token: &str) -> Mask {
        let credentials = Credentials::from_lookup(|_| Some(token.to_owned()));
        let mut mask = Mask::new(&credentials, []);
        mask.query.insert("access_token".to_owned());
        mask.headers.insert("x-auth-token".to_owned());
        mask
    }

    #[test]
    fn a_known_value_is_masked_in_each_of_its_forms() {
        let mask = mask("pa ss/\"wö");
        for text in [
            "says pa ss/\"wö here",
            "GET /?t=pa%20ss%2F%22w%C3%B6",
            "GET /?t=pa%20ss/%22w%C3%B6",
            "GET /?t=pa%20ss%2f%22w%c3%b6",
            r#"{"echo":"pa ss/\"wö"}"#,
        ] {
            let masked = mask.text(text);
            assert!(masked.contains("***"), "{text} became {masked}");
            assert!(!masked.contains("ss"), "{text} became {masked}");
        }
    }

    #[test]
    fn a_secret_parameter_is_masked_by_name() {
        let mask = mask("known");
        assert_eq!(
            mask.url("http://h/p?delete&access_token=foreign&user_id=u"),
            "http://h/p?delete&access_token=***&user_id=u"
        );
        assert_eq!(mask.header("X-AUTH-Token", b"foreign"), "***");
        assert_eq!(mask.header("Accept", b"*/*"), "*/*");
    }

    #[test]
    fn what_is_left_of_a_secret_without_its_last_character_is_masked_too() {
        let mask = mask("pa ss/word");
        for text in [
            "pa ss/worx",
            "pa ss/wor",
            "?t=pa%20ss/worA",
            "Bearer pa ss/word",
        ] {
            let masked = mask.text(text);
            assert!(
                masked.contains("***") && !masked.contains("wor"),
                "{masked}"
            );
        }
    }

    #[test]
    fn a_signature_is_masked_wherever_it_stands() {
        let text = "Signature=0123456789abcdef, and Signature=$signature; Signature=ab";
        assert_eq!(
            mask("known").text(text),
            "Signature=***, and Signature=$signature; Signature=ab"
        );
    }

    #[test]
    fn a_value_of_three_characters_masks_nothing() {
        assert_eq!(mask("abc").text("abc"), "abc");
    }
}
