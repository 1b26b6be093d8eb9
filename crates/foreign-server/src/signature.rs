//! Requests that are signed with a key pair (AK/SK, `SDK-HMAC-SHA256`), verified.
//!
//! Of what no document says, this server asks nothing: a date may be of any time, no header has to
//! be among the signed ones, and what `X-Sdk-Content-Sha256` says of the body is believed.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::http::Call;

/// Whether the owner of this pair of access key and secret key signed the request.
pub(crate) fn is_signed(call: &Call, (access_key, secret_key): &(String, String)) -> bool {
    verify(call, access_key, secret_key).is_some()
}

fn verify(call: &Call, access_key: &str, secret_key: &str) -> Option<()> {
    let only = |name: &str| {
        let mut values = call.headers(name);
        let value = values.next().filter(|_| values.next().is_none())?;
        std::str::from_utf8(value).ok()
    };
    let (algorithm, parts) = only("authorization")?.split_once(' ')?;
    let [access, signed, signature] = parts.split(", ").collect::<Vec<_>>().try_into().ok()?;
    let is_ours = algorithm == "SDK-HMAC-SHA256"
        && access
            .strip_prefix("Access=")
            .is_some_and(|key| key == access_key);
    let signed = signed.strip_prefix("SignedHeaders=").filter(|_| is_ours)?;
    let date = only("x-sdk-date").filter(|date| is_date(date))?;

    let mut canonical = format!("{}\n{}\n{}\n", call.method, path(&call.path), query(call));
    for name in signed.split(';') {
        let value = only(name)?.trim();
        writeln!(canonical, "{name}:{value}").ok()?;
    }
    let body = call.bytes()?;
    let digest = match only("x-sdk-content-sha256") {
        Some(told) if !body.is_empty() => told.to_owned(),
        _ => hex(&Sha256::digest(body)),
    };
    write!(canonical, "\n{signed}\n{digest}").ok()?;
    let canonical = hex(&Sha256::digest(canonical.as_bytes()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret_key.as_bytes()).ok()?;
    mac.update(format!("{algorithm}\n{date}\n{canonical}").as_bytes());
    let given = unhex(signature.strip_prefix("Signature=")?)?;
    mac.verify_slice(&given).ok()
}

/// MS-BA-03: `YYYYMMDD'T'HHMMSS'Z'`.
fn is_date(date: &str) -> bool {
    date.len() == 16
        && date.bytes().enumerate().all(|(place, byte)| match place {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        })
}

/// Each segment decoded and encoded again, and closed by a slash.
fn path(raw: &str) -> String {
    let mut path = encoded(&decoded(raw), "/");
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

fn query(call: &Call) -> String {
    let mut pairs: Vec<(&str, &str)> = call
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()))
        .collect();
    pairs.sort_unstable();
    let encoded = pairs.iter().map(|(name, value)| {
        let (name, value) = (name.as_bytes(), value.as_bytes());
        format!("{}={}", encoded(name, ""), encoded(value, ""))
    });
    encoded.collect::<Vec<_>>().join("&")
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = pair.filter(|_| byte == b'%').and_then(unhex) {
            bytes.extend(byte);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    bytes
}

/// All but letters, digits, `-_.~` and what is `kept` percent-encoded.
fn encoded(bytes: &[u8], kept: &str) -> String {
    let mut text = String::new();
    for &byte in bytes {
        let stays = byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if stays || kept.as_bytes().contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(digit).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(
        digits
            .chunks(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}
