//! Signing requests by `SDK-HMAC-SHA256` (AK/SK), as the vendor's SDK does, and all the ways in
//! which a signature can be wrong by one thing.
//!
//! What is signed is the whole request as it goes out: whoever alters it alters it before. No code
//! is shared with the fake server, which verifies; both are held to what the SDK itself signs.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use validator::Request;

use crate::case::SignedWrong;
use crate::credentials::{Credentials, Secret};
use crate::{Target, request};

/// The one algorithm that is known.
pub(crate) const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// The headers of the signature and of its date, as all known contracts have them.
const HEADERS: (&str, &str) = ("Authorization", "X-Sdk-Date");

/// The header that says what stands for the body in what is signed.
const CONTENT: &str = "X-Sdk-Content-Sha256";

/// How old the date of a signature is that is meant to be too old. How old it may be is documented
/// nowhere, so this is far beyond what any server has to take.
const LONG_AGO: Duration = Duration::from_hours(24);

/// What percent-encoding leaves in a canonical request: RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Who calls, where, and when.
#[derive(Debug, Clone)]
pub(crate) struct Caller<'c> {
    /// What it proves itself with.
    pub(crate) credentials: &'c Credentials,
    /// The value of the header `Host`.
    host: String,
    /// The path of the target's base URL, which comes before an operation's.
    prefix: String,
    /// The date of signatures.
    pub(crate) now: SystemTime,
}

impl<'c> Caller<'c> {
    /// Who calls this target at the time `now`.
    pub(crate) fn new(target: &'c Target, now: SystemTime) -> Self {
        let url = &target.base_url;
        let host = url.host_str().unwrap_or_default();
        Self {
            credentials: &target.credentials,
            // Without the port where it is the scheme's own, as the client writes it.
            host: url
                .port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
            prefix: url.path().trim_end_matches('/').to_owned(),
            now,
        }
    }

    /// Who calls nobody: for requests that are made only to be looked at.
    pub(crate) fn of_nobody(credentials: &'c Credentials) -> Self {
        Self {
            credentials,
            host: "target.invalid".to_owned(),
            prefix: String::new(),
            now: SystemTime::UNIX_EPOCH,
        }
    }
}

/// How a request is to be signed, once all of it is there.
#[derive(Debug, Clone)]
pub(crate) struct Signing<'c> {
    access_key: &'c Secret,
    secret_key: Cow<'c, Secret>,
    host: String,
    prefix: String,
    /// The header of the signature.
    header: String,
    /// The header of the date.
    date: String,
    wrong: Option<SignedWrong>,
}

impl<'c> Signing<'c> {
    /// Signs with the caller's key pair: the signature goes into the header `header`, its date
    /// stands in the header `date`. None when there is no key pair. `wrong` is what is to be wrong
    /// of it.
    pub(crate) fn new(
        caller: &Caller<'c>,
        (header, date): (&str, &str),
        wrong: Option<SignedWrong>,
    ) -> Option<Self> {
        let (access_key, secret_key) = caller.credentials.key_pair().ok()??;
        let secret_key = match wrong {
            Some(SignedWrong::Secret) => {
                Cow::Owned(Secret::new(format!("not-{}", secret_key.reveal())))
            }
            _ => Cow::Borrowed(secret_key),
        };
        Some(Self {
            access_key,
            secret_key,
            host: caller.host.clone(),
            prefix: caller.prefix.clone(),
            header: header.to_owned(),
            date: date.to_owned(),
            wrong,
        })
    }

    /// Signs the request as it is, and does to it what is to be wrong of it. One that has such a
    /// header already is left alone: that header is what it is about.
    pub(crate) fn sign(&self, request: &mut Request, titled: bool) {
        if request.header(&self.header).is_some() {
            return;
        }
        let value = self.value(request);
        let name = if titled {
            request::titled(&self.header)
        } else {
            self.header.clone()
        };
        request.headers.push((name, value.into_bytes()));
    }

    fn value(&self, request: &mut Request) -> String {
        let other = || [&request.body[..], b" "].concat();
        match self.wrong {
            Some(SignedWrong::Digest) => {
                let digest = hex(&Sha256::digest(other()));
                let header = (CONTENT.to_owned(), digest.into_bytes());
                request.headers.push(header);
            }
            Some(SignedWrong::Payload) => {
                let header = (CONTENT.to_owned(), b"UNSIGNED-PAYLOAD".to_vec());
                request.headers.push(header);
            }
            _ => {}
        }
        let payload = match (self.wrong, request.header(CONTENT)) {
            (Some(SignedWrong::Body), _) => hex(&Sha256::digest(other())),
            // The SDK signs no other payload than an empty one where there is no body.
            (Some(SignedWrong::Digest), Some(told)) => text(told).into_owned(),
            (_, Some(told)) if !request.body.is_empty() => text(told).into_owned(),
            _ => hex(&Sha256::digest(&request.body)),
        };
        let (names, headers) = self.headers(request);
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path, query),
            None => (request.target.as_str(), ""),
        };
        let mut canonical = Vec::new();
        canonical.extend_from_slice(request.method.to_uppercase().as_bytes());
        canonical.push(b'\n');
        canonical.extend_from_slice(canonical_path(&format!("{}{path}", self.prefix)).as_bytes());
        canonical.push(b'\n');
        canonical.extend_from_slice(canonical_query(query).as_bytes());
        canonical.push(b'\n');
        canonical.extend_from_slice(&headers);
        canonical.extend_from_slice(format!("\n{names}\n{payload}").as_bytes());

        let date = request.header(&self.date).map(text).unwrap_or_default();
        let digest = hex(&Sha256::digest(&canonical));
        let signature = self.hmac(&format!("{ALGORITHM}\n{date}\n{digest}"));
        let signature = match self.wrong {
            Some(SignedWrong::Signature) => another_last_digit(&signature),
            Some(SignedWrong::Shortened) => signature[..signature.len() - 1].to_owned(),
            _ => signature,
        };
        if self.wrong == Some(SignedWrong::Undated) {
            without(request, &self.date);
        }
        format!(
            "{ALGORITHM} Access={}, SignedHeaders={names}, Signature={signature}",
            self.access_key.reveal()
        )
    }

    /// The names of the headers that are signed, joined, and the same headers with their values,
    /// each on a line.
    fn headers(&self, request: &Request) -> (String, Vec<u8>) {
        let mut signed: Vec<(String, &[u8])> = request
            .headers
            .iter()
            // The SDK leaves these out, because not every proxy lets them through.
            .filter(|(name, _)| !name.contains('_'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim_ascii()))
            .collect();
        signed.push(("host".to_owned(), self.host.as_bytes()));
        signed.retain(|(name, _)| match self.wrong {
            Some(SignedWrong::HostUnsigned) => name != "host",
            Some(SignedWrong::DateUnsigned) => !name.eq_ignore_ascii_case(&self.date),
            _ => true,
        });
        signed.sort();
        let mut lines = Vec::new();
        for (name, value) in &signed {
            lines.extend_from_slice(name.as_bytes());
            lines.push(b':');
            lines.extend_from_slice(value);
            lines.push(b'\n');
        }
        let names: Vec<&str> = signed.iter().map(|(name, _)| name.as_str()).collect();
        (names.join(";"), lines)
    }

    fn hmac(&self, text: &str) -> String {
        let key = self.secret_key.reveal().as_bytes();
        match Hmac::<Sha256>::new_from_slice(key) {
            Ok(mut mac) => {
                mac.update(text.as_bytes());
                hex(&mac.finalize().into_bytes())
            }
            // No length of a key is refused.
            Err(_) => String::new(),
        }
    }
}

/// A request that the target's key pair signed, as a script can sign it anew.
pub(crate) struct Found {
    /// The request without its signature, and without its date where that is of now.
    pub(crate) request: Request,
    /// What is wrong of the signature.
    pub(crate) wrong: Option<SignedWrong>,
}

/// Finds out how a request was signed by this target's key pair; none when it was not.
pub(crate) fn found(request: &Request, target: &Target, now: SystemTime) -> Option<Found> {
    let given = text(request.header(HEADERS.0)?).into_owned();
    let own = target.credentials.access_key.as_ref()?.reveal();
    if !given.starts_with(&format!("{ALGORITHM} Access={own},")) {
        return None;
    }
    let mut bare = request.clone();
    without(&mut bare, HEADERS.0);
    let caller = Caller::new(target, now);
    let Some(signed_at) = bare.header(HEADERS.1).map(|value| text(value).into_owned()) else {
        return Some(Found {
            request: bare,
            wrong: Some(SignedWrong::Undated),
        });
    };
    let wrong = [
        None,
        Some(SignedWrong::Signature),
        Some(SignedWrong::Shortened),
        Some(SignedWrong::Secret),
        Some(SignedWrong::Body),
        Some(SignedWrong::HostUnsigned),
        Some(SignedWrong::DateUnsigned),
    ]
    .into_iter()
    .find(|wrong| {
        Signing::new(&caller, HEADERS, *wrong)
            .is_some_and(|signing| signing.value(&mut bare.clone()) == given)
    })?;
    let is_date = signed_at.len() == date(now, None).len() && !signed_at.contains(['-', ':']);
    // Dates of this form are in the order of time. One that is to be too old stays as it is.
    let long_ago = date(now.checked_sub(LONG_AGO / 2).unwrap_or(now), None);
    if is_date && signed_at > long_ago {
        without(&mut bare, HEADERS.1);
    }
    Some(Found {
        request: bare,
        wrong,
    })
}

fn without(request: &mut Request, header: &str) {
    let headers = &mut request.headers;
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
}

/// The date of a signature that is made now, or of one that is to be too old.
pub(crate) fn date(now: SystemTime, wrong: Option<SignedWrong>) -> String {
    let then = match wrong {
        Some(SignedWrong::Expired) => now.checked_sub(LONG_AGO).unwrap_or(now),
        _ => now,
    };
    // A clock that was never set begins with the epoch, before which there is no such date.
    let then = then.max(SystemTime::UNIX_EPOCH);
    // YYYYMMDD'T'HHMMSS'Z'
    let date = humantime::format_rfc3339_seconds(then).to_string();
    date.replace(['-', ':'], "")
}

/// The path as it is signed: decoded, encoded again, and closed by a slash.
pub(crate) fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical = String::new();
    for segment in decoded.split('/') {
        canonical.extend(utf8_percent_encode(segment, RESERVED));
        canonical.push('/');
    }
    if decoded.ends_with('/') {
        // The empty segment at its end is closed already.
        canonical.pop();
    }
    canonical
}

/// The query as it is signed: sorted by decoded names and values, each with an equals sign.
pub(crate) fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        pairs.push((
            percent_decode_str(name).decode_utf8_lossy(),
            percent_decode_str(value).decode_utf8_lossy(),
        ));
    }
    pairs.sort();
    let mut canonical = String::new();
    for (name, value) in &pairs {
        if !canonical.is_empty() {
            canonical.push('&');
        }
        canonical.extend(utf8_percent_encode(name, RESERVED));
        canonical.push('=');
        canonical.extend(utf8_percent_encode(value, RESERVED));
    }
    canonical
}

/// A signature with another last digit.
fn another_last_digit(signature: &str) -> String {
    let mut other = signature.to_owned();
    let last = other.pop();
    other.push(if last == Some('0') { '1' } else { '0' });
    other
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes.trim_ascii())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Signed {
        access_key: String,
        secret_key: String,
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        method: String,
        target: String,
        headers_base64: BTreeMap<String, String>,
        body: String,
        authorization: String,
    }

    fn vectors() -> Signed {
        let text = include_str!("../tests/fixtures/signatures/vectors.json");
        serde_json::from_str(text).expect("the vectors can be read")
    }

    impl Vector {
        /// The request without what the client and the signature add.
        fn request(&self) -> Request {
            let headers = self.headers_base64.iter();
            let headers = headers.filter(|(name, _)| *name != "Host");
            Request {
                method: self.method.clone(),
                target: self.target.clone(),
                headers: headers
                    .map(|(name, value)| (name.clone(), STANDARD.decode(value).expect("Base64")))
                    .collect(),
                body: Bytes::copy_from_slice(self.body.as_bytes()),
            }
        }
    }

    fn target(signed: &Signed, base: &str) -> Target {
        let mut target = Target::new(base).expect("a base URL");
        target.credentials.access_key = Some(Secret::new(&signed.access_key));
        target.credentials.secret_key = Some(Secret::new(&signed.secret_key));
        target
    }

    fn sign(vector: &Vector, wrong: Option<SignedWrong>) -> (String, Request) {
        let target = target(&vectors(), "http://assetproof.example");
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        let signing = Signing::new(&caller, HEADERS, wrong).expect("a key pair");
        let mut request = vector.request();
        let value = signing.value(&mut request);
        (value, request)
    }

    #[test]
    fn a_request_is_signed_as_the_vendors_sdk_signs_it() {
        let signed = vectors();
        assert!(signed.vectors.len() > 10);
        for vector in &signed.vectors {
            let (value, request) = sign(vector, None);
            assert_eq!(value, vector.authorization, "{}", vector.name);
            assert_eq!(request, vector.request(), "{}", vector.name);
        }
    }

    #[test]
    fn the_path_of_the_base_url_is_signed_too() {
        let signed = vectors();
        let target = target(&signed, "http://assetproof.example/v1/");
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        let signing = Signing::new(&caller, HEADERS, None).expect("a key pair");
        let vector = &signed.vectors[0];
        let mut request = vector.request();
        request.target = request.target.replacen("/v1", "", 1);
        assert_eq!(signing.value(&mut request), vector.authorization);
    }

    #[rstest::rstest]
    #[case("http://h:8080", "h:8080")]
    #[case("http://h:80", "h")]
    #[case("https://h:443/x", "h")]
    #[case("http://[::1]:99", "[::1]:99")]
    fn the_host_is_signed_as_the_client_sends_it(#[case] base: &str, #[case] host: &str) {
        let target = Target::new(base).expect("a base URL");
        assert_eq!(Caller::new(&target, SystemTime::UNIX_EPOCH).host, host);
    }

    #[rstest::rstest]
    fn what_is_wrong_of_a_signature_is_one_thing(
        #[values(
            SignedWrong::Signature,
            SignedWrong::Shortened,
            SignedWrong::Secret,
            SignedWrong::Body,
            SignedWrong::HostUnsigned,
            SignedWrong::DateUnsigned,
            SignedWrong::Digest,
            SignedWrong::Payload,
            SignedWrong::Undated
        )]
        wrong: SignedWrong,
    ) {
        let vector = &vectors().vectors[0];
        let (value, request) = sign(vector, Some(wrong));
        let own = vector.request();
        assert!(value != vector.authorization || request != own, "{wrong:?}");
        assert_eq!(
            (&request.method, &request.target, &request.body),
            (&own.method, &own.target, &own.body)
        );
        assert!(!value.contains("not-vectors") && !value.contains("vectors-secret"));
    }

    #[rstest::rstest]
    fn how_a_request_was_signed_is_found_out(
        #[values(
            None,
            Some(SignedWrong::Signature),
            Some(SignedWrong::Shortened),
            Some(SignedWrong::Secret),
            Some(SignedWrong::Body),
            Some(SignedWrong::Undated),
            Some(SignedWrong::HostUnsigned),
            Some(SignedWrong::DateUnsigned)
        )]
        wrong: Option<SignedWrong>,
    ) {
        let target = target(&vectors(), "http://assetproof.example");
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        let (value, mut request) = sign(&vectors().vectors[0], wrong);
        request.headers.push((HEADERS.0.to_owned(), value.into()));
        let found = found(&request, &target, then).expect("it is signed");
        assert_eq!(found.wrong, wrong);
        let names: Vec<&str> = found
            .request
            .headers
            .iter()
            .map(|(name, _)| &**name)
            .collect();
        assert_eq!(names, ["Content-Type"]);
    }

    #[test]
    fn a_date_of_long_ago_stays_and_a_foreign_signature_is_not_found() {
        let target = target(&vectors(), "http://assetproof.example");
        let (value, mut request) = sign(&vectors().vectors[0], None);
        request
            .headers
            .push((HEADERS.0.to_owned(), value.clone().into()));
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045) + LONG_AGO;
        let old = found(&request, &target, later).expect("it is signed");
        assert!(old.request.header("X-Sdk-Date").is_some());
        request.headers.pop();
        let foreign = value.replace("Access=", "Access=X").into_bytes();
        request.headers.push((HEADERS.0.to_owned(), foreign));
        assert!(found(&request, &target, later).is_none());
    }

    #[test]
    fn a_signature_that_is_not_as_old_as_a_forged_one_is_dated_anew() {
        let target = target(&vectors(), "http://assetproof.example");
        let (value, mut request) = sign(&vectors().vectors[0], None);
        request.headers.push((HEADERS.0.to_owned(), value.into()));
        let signed_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        let half = LONG_AGO / 2;
        for (now, stays) in [
            (signed_at + half, true),
            (signed_at + half - Duration::from_secs(1), false),
        ] {
            let found = found(&request, &target, now).expect("it is signed");
            assert_eq!(found.request.header(HEADERS.1).is_some(), stays, "{now:?}");
        }
    }

    #[test]
    fn a_date_of_another_form_stays_as_it_is() {
        let target = target(&vectors(), "http://assetproof.example");
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        let signing = Signing::new(&caller, HEADERS, None).expect("a key pair");
        let mut request = vectors().vectors[0].request();
        without(&mut request, HEADERS.1);
        // Not as long as such a date is, and nothing else wrong of it.
        let date = b"20260102T0304".to_vec();
        request.headers.push((HEADERS.1.to_owned(), date));
        let value = signing.value(&mut request);
        request.headers.push((HEADERS.0.to_owned(), value.into()));
        let found = found(&request, &target, SystemTime::UNIX_EPOCH).expect("it is signed");
        assert!(found.request.header(HEADERS.1).is_some());
    }

    #[test]
    fn a_wrong_digest_is_signed_even_of_no_body() {
        let mut vector = vectors().vectors.remove(0);
        vector.body = String::new();
        let (value, mut request) = sign(&vector, Some(SignedWrong::Digest));
        let target = target(&vectors(), "http://assetproof.example");
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        let right = Signing::new(&caller, HEADERS, None).expect("a key pair");
        // The SDK signs that there is none, whatever the header says.
        assert_ne!(right.value(&mut request), value);
    }

    #[rstest::rstest]
    #[case("ab0", "ab1")]
    #[case("ab7", "ab0")]
    #[case("abf", "ab0")]
    fn another_last_digit_is_one_of_the_same_length(#[case] own: &str, #[case] other: &str) {
        assert_eq!(another_last_digit(own), other);
    }

    #[test]
    fn a_request_is_signed_once() {
        let target = target(&vectors(), "http://assetproof.example");
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        let signing = Signing::new(&caller, HEADERS, None).expect("a key pair");
        let mut request = vectors().vectors[0].request();
        let bare = request.headers.len();
        signing.sign(&mut request, false);
        assert_eq!(request.headers.len(), bare + 1);
        let signed = request.clone();
        signing.sign(&mut request, false);
        assert_eq!(request, signed);
        request.headers.truncate(bare);
        signing.sign(&mut request, true);
        let titled = request.headers.last().expect("it is there");
        assert_eq!(titled.0, request::titled(HEADERS.0));
        assert_eq!(Some(titled.1.as_slice()), signed.header(HEADERS.0));
    }

    #[test]
    fn a_wrong_digest_is_signed_and_so_are_the_headers_that_the_signature_is_to_have() {
        let vector = &vectors().vectors[0];
        let (value, request) = sign(vector, Some(SignedWrong::Digest));
        let digest = request.header(CONTENT).expect("it is told");
        let own = hex(&Sha256::digest(vector.body.as_bytes()));
        assert_ne!(text(digest), own);
        // The payload is signed as it is told, so that the digest alone is wrong.
        let target = target(&vectors(), "http://assetproof.example");
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        let right = Signing::new(&caller, HEADERS, None).expect("a key pair");
        let mut again = request.clone();
        again.body = [vector.body.as_bytes(), b" "].concat().into();
        assert_eq!(right.value(&mut again), value);
        for (wrong, names) in [
            (None, "content-type;host;x-sdk-date"),
            (Some(SignedWrong::HostUnsigned), "content-type;x-sdk-date"),
            (Some(SignedWrong::DateUnsigned), "content-type;host"),
        ] {
            let (value, _) = sign(vector, wrong);
            let told = format!("SignedHeaders={names}, ");
            assert!(value.contains(&told), "{value}");
        }
    }

    #[test]
    fn half_a_key_pair_signs_nothing() {
        let mut target = target(&vectors(), "http://assetproof.example");
        target.credentials.secret_key = None;
        let caller = Caller::new(&target, SystemTime::UNIX_EPOCH);
        assert!(Signing::new(&caller, HEADERS, None).is_none());
    }

    #[test]
    fn a_date_is_of_now_unless_it_is_to_be_too_old() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        assert_eq!(date(now, None), "20260102T030405Z");
        assert_eq!(date(now, Some(SignedWrong::Expired)), "20260101T030405Z");
        let never_set = date(SystemTime::UNIX_EPOCH, Some(SignedWrong::Expired));
        assert_eq!(never_set, "19700101T000000Z");
    }
}
