//! Masking at the border: whatever leaves the runner (records, events, reasons) passes through
//! here, so that no report ever has to know what is a secret.

mod forms;
mod pattern;
mod trace;

use std::borrow::Cow;
use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use contract::{Contract, ParameterLocation};
use regex::{NoExpand, Regex};

use self::forms::forms;
use self::trace::Trace;
use crate::Credentials;
use crate::forgery::shortened;

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

/// What stands where a text was cut.
const CUT: char = '…';

/// Knows the secrets of one run by value and by name.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    /// Each secret in each of the forms in which it can stand in a text.
    forms: Vec<String>,
    /// Finds them, the longest first, so that a secret within a secret leaves no rest. The case of
    /// letters does not matter: what differs in nothing else gives the secret away.
    finder: Option<AhoCorasick>,
    /// Finds those of which only some characters are escaped.
    varied: Option<Regex>,
    /// Tells more quickly of most texts that there is nothing to be found.
    trace: Trace,
    headers: BTreeSet<String>,
    query: BTreeSet<String>,
}

/// Without the secrets.
impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mask")
            .field("forms", &self.forms.len())
            .field("headers", &self.headers)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}

impl Mask {
    /// A mask for these credentials, and for whatever the security schemes of these contracts name.
    pub(crate) fn new<'c>(
        credentials: &Credentials,
        contracts: impl IntoIterator<Item = &'c Contract>,
    ) -> Self {
        let secrets: Vec<&str> = credentials
            .named()
            .map(|(_, secret)| secret.reveal())
            .filter(|plain| plain.chars().count() >= SHORTEST)
            .collect();
        let mut values = BTreeSet::new();
        for plain in &secrets {
            values.extend(forms(plain));
            // What forged credentials are made of shows all of the secret but one character.
            values.extend(shortened(plain).into_iter().flat_map(forms));
        }
        let forms: Vec<String> = values.into_iter().collect();
        // More than fits into memory is no secret, but a mistake; nothing is found of it then.
        let finder = AhoCorasick::builder()
            // It is seldom asked, so it is to be ready soon rather than quick.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms)
            .ok()
            .filter(|_| !forms.is_empty());

        let varying: Vec<&str> = secrets
            .into_iter()
            .filter(|it| pattern::varies(it))
            .collect();
        let constants: Option<Vec<&str>> = varying.iter().map(|it| pattern::constant(it)).collect();
        let trace = constants.map_or_else(Trace::default, |constants| {
            let known = forms.iter().map(String::as_str).chain([SIGNATURE]);
            Trace::of(known.chain(constants))
        });
        let mut mask = Self {
            trace,
            varied: pattern::finder(&varying),
            forms,
            finder,
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
        if !self.trace.may_be_in(text) {
            return Cow::Borrowed(text);
        }
        let mut text = match &self.varied {
            None => Cow::Borrowed(text),
            Some(varied) => varied.replace_all(text, NoExpand(MASK)),
        };
        let found = self
            .finder
            .as_ref()
            .filter(|finder| finder.is_match(&*text));
        if let Some(finder) = found {
            let mut masked = String::with_capacity(text.len());
            finder.replace_all_with(&text, &mut masked, |_, _, masked| {
                masked.push_str(MASK);
                true
            });
            text = Cow::Owned(masked);
        }
        if text.contains(SIGNATURE) {
            text = Cow::Owned(without_signatures(&text));
        }
        text
    }

    /// Masks each of these texts in place. They are looked through together, which is quicker than
    /// one by one: mostly there is nothing in any.
    pub(crate) fn apply_to_all<'t>(&self, texts: impl Iterator<Item = &'t mut String>) {
        let texts: Vec<&mut String> = texts.collect();
        if self.trace.may_be_in_any(&texts) {
            for text in texts {
                self.apply(text);
            }
        }
    }

    /// Masks in place.
    pub(crate) fn apply(&self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }

    /// Masks a text that may have been shortened (`…`) before it came here: of a secret that was
    /// cut, what is left.
    pub(crate) fn apply_shortened(&self, text: &mut String) {
        self.apply(text);
        if !text.contains(CUT) {
            return;
        }
        let parts: Vec<&str> = text.split(CUT).collect();
        let last = parts.len() - 1;
        let parts = parts.iter().enumerate().map(|(index, part)| {
            let start = self.beginning_at_the_end_of(part);
            if index == last || start == part.len() {
                (*part).to_owned()
            } else {
                format!("{}{MASK}", &part[..start])
            }
        });
        *text = parts.collect::<Vec<_>>().join(&CUT.to_string());
    }

    /// Masks what is left of a secret at the end of a text that was cut there.
    pub(crate) fn cut(&self, text: &mut String) {
        let start = self.beginning_at_the_end_of(text);
        if start < text.len() {
            text.truncate(start);
            text.push_str(MASK);
        }
    }

    /// Where the beginning of a secret stands that is cut off by the end of the text; the text's
    /// length when none does.
    fn beginning_at_the_end_of(&self, text: &str) -> usize {
        let begins = |from: usize| {
            let end = text.as_bytes().get(from..).unwrap_or_default();
            self.forms.iter().any(|form| {
                let form = form.as_bytes().get(..end.len());
                form.is_some_and(|form| form.eq_ignore_ascii_case(end))
            })
        };
        let longest = self.longest().min(text.len());
        let mut starts = text.len() - longest..(text.len() + 1).saturating_sub(SHORTEST);
        let start = starts.find(|from| text.is_char_boundary(*from) && begins(*from));
        start.unwrap_or(text.len())
    }

    /// The length of the longest text that is masked, in bytes.
    pub(crate) fn longest(&self) -> usize {
        self.forms.iter().map(String::len).max().unwrap_or_default()
    }

    /// The value of the header of this name, without secrets; bytes beyond UTF-8 are replaced.
    pub(crate) fn header(&self, name: &str, value: &[u8]) -> String {
        let mut value = self.header_by_name(name, value);
        self.apply(&mut value);
        value
    }

    /// The value of the header of this name, without what is secret because of that name.
    pub(crate) fn header_by_name(&self, name: &str, value: &[u8]) -> String {
        if self.is_secret_header(name) && !value.is_empty() {
            return MASK.to_owned();
        }
        lossy(value).into_owned()
    }

    /// Whether the header of this name carries a secret, whatever its value.
    pub(crate) fn is_secret_header(&self, name: &str) -> bool {
        let mut secret = self.headers.iter();
        secret.any(|secret| secret.eq_ignore_ascii_case(name))
    }

    /// A URL or a request target without secrets: neither known ones nor the values of the query
    /// parameters that carry them.
    pub(crate) fn url(&self, url: &str) -> String {
        let mut url = self.url_by_name(url);
        self.apply(&mut url);
        url
    }

    /// A URL or a request target without the values of the query parameters that carry secrets.
    pub(crate) fn url_by_name(&self, url: &str) -> String {
        match url.split_once('?') {
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
        }
    }
}

/// The bytes as text, those that are no UTF-8 replaced. Nearly all are, and then it is quicker than
/// the library's own.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

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
    fn what_a_cut_leaves_of_a_secret_is_masked() {
        let mask = mask("open-sesame-and-more");
        for (cut, masked) in [
            (
                "says \"open-sesame… (20 characters)",
                "says \"***… (20 characters)",
            ),
            ("says OPEN-s… and open… then", "says ***… and ***… then"),
            ("says ope… and so on", "says ope… and so on"),
            ("open-sesame… (20 characters)", "***… (20 characters)"),
            ("open…", "***…"),
            ("nothing… but open-s", "nothing… but open-s"),
            ("nothing… of it", "nothing… of it"),
            ("open-sesame is not cut", "open-sesame is not cut"),
        ] {
            let mut text = cut.to_owned();
            mask.apply_shortened(&mut text);
            assert_eq!(text, masked);
        }
    }

    #[rstest]
    #[case("tok+abc/def==")]
    // Nothing of it stands in each of its spellings.
    #[case("+/==&")]
    fn a_value_of_which_some_characters_are_escaped_is_masked(#[case] token: &str) {
        let mask = mask(token);
        for (some, escaped) in [("=", "\\u003d"), ("/", "\\/"), ("/", "%2F"), ("=", "%3D")] {
            let text = format!("says \"{}\" here", token.replace(some, escaped));
            assert_eq!(mask.text(&text), "says \"***\" here", "{text}");
            let mut texts = ["nothing".to_owned(), text];
            mask.apply_to_all(texts.iter_mut());
            assert_eq!(texts[1], "says \"***\" here");
        }
    }

    #[test]
    fn what_is_left_of_a_secret_at_a_cut_is_masked() {
        let mask = mask("open-sesame-and-more");
        for (left, masked) in [
            ("says open-sesame", "says ***"),
            ("OPEN", "***"),
            ("says ope", "says ope"),
            ("open-sesame and", "open-sesame and"),
            ("", ""),
        ] {
            let mut text = left.to_owned();
            mask.cut(&mut text);
            assert_eq!(text, masked);
        }
    }

    #[test]
    fn texts_that_are_looked_through_together_are_masked_each() {
        let mask = mask("open-sesame");
        let masked = |texts: [&str; 3]| {
            let mut texts = texts.map(str::to_owned);
            mask.apply_to_all(texts.iter_mut());
            texts
        };
        let nothing = ["open", "-sesame", "and Signature"];
        assert_eq!(masked(nothing), nothing);
        for (texts, expected) in [
            (["a", "OPEN-sesame", "b"], ["a", "***", "b"]),
            (["open-sesame", "", "open-sesame!"], ["***", "", "***!"]),
            (["", "a", "Signature=0123abcd"], ["", "a", "Signature=***"]),
        ] {
            assert_eq!(masked(texts), expected);
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
