//! The canonical form of a request in the algorithm `SDK-HMAC-SHA256`: what a signature is over.
//!
//! - observed (the vendor's SDK): the path is decoded as a whole and each of its segments encoded
//!   again, so that an encoded slash parts segments; a slash closes it; query pairs are sorted by
//!   name and value before they are encoded, and one without a value has an empty one.
//! - inferred: a plus sign in a query is itself, and a signed header that comes twice counts with
//!   its values joined by a comma.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use validator::Request;

/// What is encoded: all but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The canonical request. `signed` are the names of the signed headers in lower case and sorted,
/// `payload` is the hex digest of the body or what stands for it. None when the request lacks a
/// signed header, whose name is then the error.
pub(super) fn canonical_request<'s>(
    request: &Request,
    signed: &[&'s str],
    payload: &str,
) -> Result<Vec<u8>, &'s str> {
    let mut text = Vec::with_capacity(512);
    let mut line = |parts: &[&[u8]]| {
        for part in parts {
            text.extend_from_slice(part);
        }
        text.push(b'\n');
    };
    line(&[request.method.to_uppercase().as_bytes()]);
    line(&[path(request.path()).as_bytes()]);
    line(&[query(request.query().unwrap_or_default()).as_bytes()]);
    for name in signed {
        let value = value_of(request, name).ok_or(*name)?;
        line(&[name.as_bytes(), b":", &value]);
    }
    line(&[]);
    line(&[signed.join(";").as_bytes()]);
    text.extend_from_slice(payload.as_bytes());
    Ok(text)
}

fn path(raw: &str) -> String {
    let decoded = percent_decode_str(raw).decode_utf8_lossy();
    let segments: Vec<String> = decoded.split('/').map(encode).collect();
    let mut path = segments.join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

fn query(raw: &str) -> String {
    let decode = |text| percent_decode_str(text).decode_utf8_lossy();
    let mut pairs: Vec<_> = raw
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn value_of(request: &Request, name: &str) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = request
        .headers
        .iter()
        .filter(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim_ascii())
        .collect();
    (!values.is_empty()).then(|| values.join(&b','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_and_encoded_again() {
        for (raw, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("/v1/a%20b/c", "/v1/a%20b/c/"),
            ("/v1/a%2fb/", "/v1/a/b/"),
            ("/v1/a(b)~%7e", "/v1/a%28b%29~~/"),
            ("/v1/\u{e9}", "/v1/%C3%A9/"),
        ] {
            assert_eq!(path(raw), canonical, "{raw}");
        }
    }

    #[test]
    fn a_query_is_sorted_before_it_is_encoded() {
        for (raw, canonical) in [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=10&a", "a=&a=10&a=2"),
            ("%7Ea=1&a=%7e", "a=~&~a=1"),
            ("k=a+b%20c", "k=a%2Bb%20c"),
            ("k=v=w", "k=v%3Dw"),
        ] {
            assert_eq!(query(raw), canonical, "{raw}");
        }
    }
}
