//! The forms in which a secret comes back: as it is, and as servers write it into JSON, HTML and
//! URLs. Whether a form stands in a text is asked elsewhere, without regard to the case of letters.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::request::VALUE;

/// The forms of a value; some may be the same.
pub(super) fn forms(plain: &str) -> Vec<String> {
    let json = in_json(plain);
    vec![
        plain.to_owned(),
        utf8_percent_encode(plain, VALUE).to_string(),
        utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string(),
        every_byte(plain),
        // JSON within JSON, and a solidus escaped, as some libraries have it.
        in_json(&json),
        json.replace('/', "\\/"),
        json,
        escaped(plain, |c| !c.is_ascii_alphanumeric()),
        escaped(plain, |c| !c.is_ascii() || "\"&'+<>\\`".contains(c)),
        escaped(plain, |_| true),
        in_html(plain, "&#39;"),
        in_html(plain, "&#x27;"),
        STANDARD_NO_PAD.encode(plain),
        URL_SAFE_NO_PAD.encode(plain),
    ]
}

/// Within a JSON string, as `serde_json` writes it.
fn in_json(plain: &str) -> String {
    let quoted = serde_json::Value::from(plain).to_string();
    let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inner.unwrap_or(&quoted).to_owned()
}

/// Within a JSON string, with those characters as `\u` escapes.
fn escaped(plain: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut text = String::new();
    for c in plain.chars() {
        if is_escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// With each byte percent-encoded, needed or not.
fn every_byte(plain: &str) -> String {
    plain.bytes().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "%{byte:02X}");
        text
    })
}

fn in_html(plain: &str, apostrophe: &str) -> String {
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', apostrophe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_in_each_form_that_servers_write() {
        let forms = forms("Aa/+\"<'&ö");
        for form in [
            "Aa/+\"<'&ö",
            "Aa%2F%2B%22%3C%27%26%C3%B6",
            "%41%61%2F%2B%22%3C%27%26%C3%B6",
            "Aa/+\\\"<'&ö",
            "Aa\\/+\\\"<'&ö",
            "Aa/+\\\\\\\"<'&ö",
            "Aa/\\u002b\\u0022\\u003c\\u0027\\u0026\\u00f6",
            "\\u0041\\u0061\\u002f\\u002b\\u0022\\u003c\\u0027\\u0026\\u00f6",
            "Aa/+&quot;&lt;&#39;&amp;ö",
            "QWEvKyI8JybDtg",
        ] {
            assert!(forms.iter().any(|known| known == form), "{form}: {forms:?}");
        }
    }
}
