//! Verifying requests that are signed by `SDK-HMAC-SHA256` (AK/SK).
//!
//! - observed (the vendor's SDK): the algorithm; an empty body counts as empty even where
//!   `X-Sdk-Content-Sha256` says that it is not signed.
//! - inferred: `host` and `x-sdk-date` have to be signed; an `X-Sdk-Content-Sha256` is either
//!   `UNSIGNED-PAYLOAD` or the body's digest; a date may be 15 minutes off.
//!
//! What is secret is compared in constant time.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use validator::Request;

use super::canonical::canonical_request;

/// How far a signature's date may be from the clock unless told otherwise.
pub const DEFAULT_CLOCK_SKEW: Duration = Duration::from_mins(15);

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// The headers without which a signature could be sent again elsewhere or at any time.
const ALWAYS_SIGNED: [&str; 2] = ["host", "x-sdk-date"];

/// What is wrong with a signed request. For logs: it holds no secret, and no response says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// `Authorization` names another algorithm.
    #[error("Authorization does not begin with {ALGORITHM}")]
    Algorithm,
    /// `Authorization` is not `Access=…, SignedHeaders=…, Signature=…`.
    #[error("Authorization lacks {part}=, or has it twice")]
    Incomplete {
        /// The part that is not there once.
        part: &'static str,
    },
    /// There is no `X-Sdk-Date`.
    #[error("X-Sdk-Date is missing")]
    NoDate,
    /// `X-Sdk-Date` is not of its form.
    #[error("X-Sdk-Date is not of the form YYYYMMDD'T'HHMMSS'Z'")]
    MalformedDate,
    /// A header that has to be signed is not.
    #[error("the header {name} has to be signed, and SignedHeaders does not name it")]
    NotSigned {
        /// The header.
        name: &'static str,
    },
    /// A header that is signed is not there.
    #[error("SignedHeaders names {name}, and the request has no such header")]
    SignedHeaderMissing {
        /// The header.
        name: String,
    },
    /// `X-Sdk-Content-Sha256` is about another body.
    #[error("X-Sdk-Content-Sha256 is neither {UNSIGNED_PAYLOAD} nor the digest of the body")]
    ContentDigest,
    /// Nobody has this access key.
    #[error("no key pair has this access key")]
    UnknownAccessKey,
    /// The signature is not the one that the secret key makes.
    #[error(
        "the signature is not the one that the secret key makes of this request: another key, or \
         what was signed (method, path, query, the headers {signed}, body) is not what came"
    )]
    Mismatch {
        /// The signed headers.
        signed: String,
    },
    /// The signature is right, and too old or of the future.
    #[error(
        "the signature is right, and its date is {seconds} seconds {side} the clock, of which {allowed} are allowed"
    )]
    Skewed {
        /// How far it is off.
        seconds: u64,
        /// `behind` or `ahead of`.
        side: &'static str,
        /// How far it may be off.
        allowed: u64,
    },
}

/// Access keys with their secret keys.
pub(super) type KeyPairs = BTreeMap<String, String>;

/// The access key whose owner signed `request`, as seen at `now`.
pub(super) fn verify(
    request: &Request,
    keys: &KeyPairs,
    now: SystemTime,
    skew: Duration,
) -> Result<String, SignatureFault> {
    let given = Authorization::read(text_of(request, "Authorization").unwrap_or_default())?;
    let date = text_of(request, "X-Sdk-Date").ok_or(SignatureFault::NoDate)?;
    let signed_at = instant(date).ok_or(SignatureFault::MalformedDate)?;

    let names = given.signed_headers.to_ascii_lowercase();
    let mut signed: Vec<&str> = names.split(';').collect();
    signed.sort_unstable();
    if let Some(name) = ALWAYS_SIGNED
        .into_iter()
        .find(|name| !signed.contains(name))
    {
        return Err(SignatureFault::NotSigned { name });
    }
    let secret = keys
        .get(given.access_key)
        .ok_or(SignatureFault::UnknownAccessKey)?;
    let mut right = subtle::Choice::from(0);
    for signature in signatures(request, &signed, secret, date)? {
        right |= signature.as_bytes().ct_eq(given.signature.as_bytes());
    }
    if !bool::from(right) {
        let signed = signed.join(", ");
        return Err(SignatureFault::Mismatch { signed });
    }
    fresh(signed_at, now, skew)?;
    Ok(given.access_key.to_owned())
}

/// The parts of an `Authorization` header.
pub(crate) struct Authorization<'a> {
    pub(crate) access_key: &'a str,
    /// Their names as they stand there.
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Authorization<'a> {
    /// Takes the header's value apart.
    pub(crate) fn read(text: &'a str) -> Result<Self, SignatureFault> {
        let parts = text
            .trim_ascii()
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .ok_or(SignatureFault::Algorithm)?;
        let part = |name: &'static str| {
            let mut values = parts
                .split(',')
                .filter_map(|part| part.trim_ascii().strip_prefix(name)?.strip_prefix('='));
            match (values.next(), values.next()) {
                (Some(value), None) => Ok(value),
                _ => Err(SignatureFault::Incomplete { part: name }),
            }
        };
        Ok(Self {
            access_key: part("Access")?,
            signed_headers: part("SignedHeaders")?,
            signature: part("Signature")?,
        })
    }
}

/// What may stand for the body in what is signed.
fn payloads(request: &Request) -> Result<Vec<String>, SignatureFault> {
    let digest = hex(&Sha256::digest(&request.body));
    match request.header("X-Sdk-Content-Sha256") {
        None => Ok(vec![digest]),
        Some(told) if told.trim_ascii() == UNSIGNED_PAYLOAD.as_bytes() => {
            let mut either = vec![UNSIGNED_PAYLOAD.to_owned()];
            if request.body.is_empty() {
                either.push(digest);
            }
            Ok(either)
        }
        Some(told) if bool::from(told.trim_ascii().ct_eq(digest.as_bytes())) => Ok(vec![digest]),
        Some(_) => Err(SignatureFault::ContentDigest),
    }
}

/// The right signatures of a request, in hexadecimal digits: one for each thing that may stand for
/// the body. `signed` are the names of the signed headers in lower case and sorted.
pub(crate) fn signatures(
    request: &Request,
    signed: &[&str],
    secret: &str,
    date: &str,
) -> Result<Vec<String>, SignatureFault> {
    let payloads = payloads(request)?.into_iter();
    let made = payloads.map(|payload| {
        let canonical = canonical_request(request, signed, &payload).map_err(|name| {
            SignatureFault::SignedHeaderMissing {
                name: name.to_owned(),
            }
        })?;
        Ok(signature(secret, date, &canonical))
    });
    Ok(made
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// None for a secret that HMAC does not take, of which there is none.
fn signature(secret: &str, date: &str, canonical: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    let digest = hex(&Sha256::digest(canonical));
    mac.update(format!("{ALGORITHM}\n{date}\n{digest}").as_bytes());
    Some(hex(&mac.finalize().into_bytes()))
}

fn fresh(signed_at: SystemTime, now: SystemTime, skew: Duration) -> Result<(), SignatureFault> {
    let (off, side) = match now.duration_since(signed_at) {
        Ok(age) => (age, "behind"),
        Err(ahead) => (ahead.duration(), "ahead of"),
    };
    if off <= skew {
        return Ok(());
    }
    Err(SignatureFault::Skewed {
        seconds: off.as_secs(),
        side,
        allowed: skew.as_secs(),
    })
}

/// The point in time of `YYYYMMDD'T'HHMMSS'Z'`.
fn instant(date: &str) -> Option<SystemTime> {
    let (day, time) = date.strip_suffix('Z')?.split_once('T')?;
    let all_digits =
        |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(day, 8) || !all_digits(time, 6) {
        return None;
    }
    let ((year, month), day) = (day[..6].split_at(4), &day[6..]);
    let ((hour, minute), second) = (time[..4].split_at(2), &time[4..]);
    humantime::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")).ok()
}

fn text_of<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request
        .header(name)
        .and_then(|value| std::str::from_utf8(value.trim_ascii()).ok())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_one_form() {
        let seconds = |text| {
            let since = instant(text)?.duration_since(SystemTime::UNIX_EPOCH);
            since.ok().map(|since| since.as_secs())
        };
        assert_eq!(seconds("20260102T030405Z"), Some(1_767_323_045));
        for other in [
            "",
            "2026-01-02T03:04:05Z",
            "20260102T030405",
            "20260102T030405z",
            "20261302T030405Z",
            "20260102T250405Z",
            "+0260102T030405Z",
            "20260102T0304é",
        ] {
            assert_eq!(seconds(other), None, "{other}");
        }
    }

    #[test]
    fn the_parts_of_a_header_may_come_in_any_order_but_once() {
        let read = |text| Authorization::read(text).map(|read| read.signature.to_owned());
        assert_eq!(
            read("SDK-HMAC-SHA256 Signature=s,Access=a, SignedHeaders=h;d"),
            Ok("s".to_owned())
        );
        assert_eq!(
            read("SDK-HMAC-SHA256 Access=a, SignedHeaders=h, Signature=s, Signature=t"),
            Err(SignatureFault::Incomplete { part: "Signature" })
        );
        for other in ["", "SDK-HMAC-SHA256", "SDK-HMAC-SHA256Access=a", "Bearer x"] {
            assert_eq!(read(other), Err(SignatureFault::Algorithm), "{other}");
        }
    }
}
