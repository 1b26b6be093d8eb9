//! Signed requests. What is right comes from the vendor's own SDK (the vectors are made by
//! `make.py` beside them); each wrong one differs from it in one thing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fake_server::engine::{
    AcceptedCredentials, Api, Authenticator, ManualClock, SignatureFault, Unauthenticated, User,
};
use fake_server::{Engine, EngineBuilder};
use rstest::rstest;
use serde::Deserialize;
use validator::{Request, RequestReading};

use crate::served::{Answer, Front, Served};

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
    let text = include_str!("../../../conformance/tests/fixtures/signatures/vectors.json");
    serde_json::from_str(text).expect("the vectors can be read")
}

impl Vector {
    fn request(&self) -> Request {
        let mut headers: Vec<(String, Vec<u8>)> = self
            .headers_base64
            .iter()
            .map(|(name, value)| (name.clone(), STANDARD.decode(value).expect("Base64")))
            .collect();
        let authorization = self.authorization.clone().into_bytes();
        headers.push(("Authorization".to_owned(), authorization));
        Request {
            method: self.method.clone(),
            target: self.target.clone(),
            headers,
            body: Bytes::copy_from_slice(self.body.as_bytes()),
        }
    }
}

fn named(name: &str) -> Request {
    let vectors = vectors().vectors;
    let found = vectors.iter().find(|vector| vector.name == name);
    found
        .unwrap_or_else(|| panic!("there is no vector {name:?}"))
        .request()
}

/// When the vectors were signed: 2026-01-02T03:04:05Z.
fn signed_at() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045)
}

fn verify(request: &Request, now: SystemTime) -> Result<User, Unauthenticated> {
    let Signed {
        access_key,
        secret_key,
        ..
    } = vectors();
    let reading = RequestReading {
        operation: None,
        path_parameters: Vec::new(),
        query: Vec::new(),
        body: None,
        findings: Vec::new(),
    };
    AcceptedCredentials::new([Api::Metastudio])
        .key_pairs([(access_key, secret_key)])
        .authenticate(Api::Metastudio, request, &reading, now)
}

#[test]
fn what_the_vendors_sdk_signs_is_accepted() {
    let all = vectors();
    assert!(all.vectors.len() > 10);
    for vector in &all.vectors {
        let verified = verify(&vector.request(), signed_at());
        assert_eq!(
            verified,
            Ok(User(all.access_key.clone())),
            "{}",
            vector.name
        );
    }
}

fn set(request: &mut Request, name: &str, value: &str) {
    let found = request
        .headers
        .iter_mut()
        .find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.expect("the header is there").1 = value.into();
}

fn replace(request: &mut Request, name: &str, from: &str, to: &str) {
    let value = request.header(name).expect("the header is there");
    let value = String::from_utf8(value.to_vec()).expect("UTF-8");
    assert!(value.contains(from), "{value}");
    set(request, name, &value.replace(from, to));
}

fn without(request: &mut Request, name: &str) {
    request
        .headers
        .retain(|(key, _)| !key.eq_ignore_ascii_case(name));
}

fn mismatch() -> SignatureFault {
    SignatureFault::Mismatch {
        signed: "content-type, host, x-sdk-date".to_owned(),
    }
}

#[rstest]
#[case::method(|r: &mut Request| r.method = "PUT".to_owned(), mismatch())]
#[case::path(|r: &mut Request| r.target = r.target.replace("p1", "p2"), mismatch())]
#[case::query(|r: &mut Request| r.target.push_str("?a=1"), mismatch())]
#[case::signed_header(|r: &mut Request| set(r, "Content-Type", "text/json"), mismatch())]
#[case::host(|r: &mut Request| set(r, "Host", "elsewhere.example"), mismatch())]
#[case::date(|r: &mut Request| set(r, "X-Sdk-Date", "20260102T030406Z"), mismatch())]
#[case::body(|r: &mut Request| r.body = Bytes::from_static(b"{}"), mismatch())]
#[case::signature(|r: &mut Request| replace(r, "Authorization", "Signature=", "Signature=0"), mismatch())]
#[case::foreign_key(
    |r: &mut Request| replace(r, "Authorization", "Access=", "Access=X"),
    SignatureFault::UnknownAccessKey
)]
#[case::algorithm(
    |r: &mut Request| replace(r, "Authorization", "SHA256", "SHA512"),
    SignatureFault::Algorithm
)]
#[case::no_signature(
    |r: &mut Request| replace(r, "Authorization", "Signature=", "Sign="),
    SignatureFault::Incomplete { part: "Signature" }
)]
#[case::host_is_not_signed(
    |r: &mut Request| replace(r, "Authorization", ";host", ""),
    SignatureFault::NotSigned { name: "host" }
)]
#[case::date_is_not_signed(
    |r: &mut Request| replace(r, "Authorization", ";x-sdk-date", ""),
    SignatureFault::NotSigned { name: "x-sdk-date" }
)]
#[case::signed_header_is_gone(
    |r: &mut Request| without(r, "Content-Type"),
    SignatureFault::SignedHeaderMissing { name: "content-type".to_owned() }
)]
#[case::no_date(|r: &mut Request| without(r, "X-Sdk-Date"), SignatureFault::NoDate)]
#[case::another_form_of_date(
    |r: &mut Request| set(r, "X-Sdk-Date", "2026-01-02T03:04:05Z"),
    SignatureFault::MalformedDate
)]
#[case::digest_of_another_body(
    |r: &mut Request| r.headers.push(("X-Sdk-Content-Sha256".to_owned(), b"00".to_vec())),
    SignatureFault::ContentDigest
)]
fn each_fault_is_told_by_name(
    #[case] spoil: impl FnOnce(&mut Request),
    #[case] fault: SignatureFault,
) {
    let mut request = named("a batch action");
    spoil(&mut request);
    let refused = verify(&request, signed_at()).expect_err("it is refused");
    assert_eq!(refused, Unauthenticated::Signature(fault));
    // The reason goes to a log, so that it must not hold what proves anything.
    let told = refused.to_string();
    assert!(
        !told.contains("vectors-secret-key") && !told.contains("6cd2e15c"),
        "{told}"
    );
}

#[rstest]
#[case::behind(15 * 60, 0, true)]
#[case::too_far_behind(15 * 60 + 1, 0, false)]
#[case::ahead(0, 15 * 60, true)]
#[case::too_far_ahead(0, 15 * 60 + 1, false)]
fn a_date_may_be_fifteen_minutes_off(
    #[case] later: u64,
    #[case] earlier: u64,
    #[case] accepted: bool,
) {
    let now = signed_at() + Duration::from_secs(later) - Duration::from_secs(earlier);
    let verified = verify(&named("a batch action"), now);
    match verified {
        Ok(_) => assert!(accepted),
        Err(Unauthenticated::Signature(SignatureFault::Skewed { .. })) => assert!(!accepted),
        Err(other) => panic!("{other}"),
    }
}

/// A fake at the time and with the keys of the vectors.
fn builder() -> EngineBuilder {
    let Signed {
        access_key,
        secret_key,
        ..
    } = vectors();
    Engine::builder()
        .key_pair(access_key, secret_key)
        .clock(Arc::new(ManualClock::new(signed_at())))
}

async fn send(fake: &Served, request: &Request) -> Answer {
    let headers: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), std::str::from_utf8(value).expect("UTF-8")))
        .collect();
    let body = std::str::from_utf8(&request.body).expect("UTF-8");
    fake.send(&request.method, &request.target, &headers, body)
        .await
}

#[rstest]
#[tokio::test]
async fn a_signature_is_as_good_as_a_token_and_a_wrong_one_is_told_to_nobody(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let fake = Served::start_with(front, builder()).await;
    for name in ["a batch action", "a path beyond ASCII", "a body in UTF-8"] {
        assert_eq!(send(&fake, &named(name)).await.status, 200, "{name}");
    }
    let mut wrong = named("a batch action");
    set(&mut wrong, "X-Sdk-Date", "20260102T030406Z");
    let refused = send(&fake, &wrong).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.body,
        serde_json::json!({"error_code": "MSS.00000001", "error_msg": "Unauthorized"})
    );
}

#[rstest]
#[tokio::test]
async fn the_user_of_a_job_is_the_access_key(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start_with(front, builder().revision("roma", "2025-10")).await;
    let signed = named("the start of a deletion job");
    assert_eq!(send(&fake, &signed).await.status, 200);
    assert_eq!(
        send(&fake, &signed).await.body["error_code"],
        "ROMA.00000101"
    );
    let mut by_token = signed.clone();
    without(&mut by_token, "Authorization");
    let token = b"assetproof-token".to_vec();
    by_token.headers.push(("X-Auth-Token".to_owned(), token));
    assert_eq!(send(&fake, &by_token).await.status, 200, "another user");
}

#[rstest]
#[tokio::test]
async fn roma_2022_12_takes_a_token_only(#[values(Front::Wiremock, Front::Axum)] front: Front) {
    let fake = Served::start_with(front, builder()).await;
    let mut request = named("the start of a deletion job");
    request.body = Bytes::from_static(br#"{"apps":"app1"}"#);
    assert_eq!(
        send(&fake, &request).await.body["error_code"],
        "ROMA.00000104"
    );
}

#[rstest]
#[case::malformed_date("X-Sdk-Date", "2026-01-02T03:04:05Z")]
#[case::wrong_signature("Authorization", "SDK-HMAC-SHA256 Access=X")]
#[tokio::test]
async fn beside_a_right_token_a_signature_means_nothing(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
    #[case] header: &str,
    #[case] value: &str,
) {
    let fake = Served::start_with(front, builder()).await;
    let mut request = named("a batch action");
    set(&mut request, header, value);
    let token = b"assetproof-token".to_vec();
    request.headers.push(("X-Auth-Token".to_owned(), token));
    assert_eq!(send(&fake, &request).await.status, 200);
}

#[test]
fn the_engine_tells_its_owner_why() {
    let engine = builder().build().expect("the built-in contracts are sound");
    let right = named("a batch action");
    assert_eq!(engine.why_unauthenticated(&right), None);
    let mut wrong = right;
    without(&mut wrong, "Authorization");
    assert_eq!(
        engine.why_unauthenticated(&wrong),
        Some(Unauthenticated::Missing)
    );
    let old = named("the start of a deletion job");
    assert_eq!(
        engine.why_unauthenticated(&old),
        Some(Unauthenticated::SigningNotTaken)
    );
}
