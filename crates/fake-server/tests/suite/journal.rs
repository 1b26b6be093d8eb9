//! The journal of recorded requests: what is kept, what is masked, what is bounded, and what it says
//! of the client.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use fake_server::engine::{Api, JOURNAL_BYTES, ManualClock, Refused, Tenant, Unauthenticated};
use fake_server::{Engine, EngineBuilder, FakeServer};
use rstest::rstest;
use serde_json::json;
use validator::Request;

use crate::served::{Front, Served, client};

const BATCH: &str = "/v1/p/digital-assets/batch-action";
const DELETE: &str = r#"{"action":"DELETE","asset_ids":["a"]}"#;

fn engine(builder: EngineBuilder) -> Engine {
    builder.build().expect("the built-in contracts are sound")
}

fn request(method: &str, target: &str, body: impl Into<Bytes>) -> Request {
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: vec![
            ("X-Auth-Token".to_owned(), b"assetproof-token".to_vec()),
            ("Content-Type".to_owned(), b"application/json".to_vec()),
        ],
        body: body.into(),
    }
}

#[rstest]
#[tokio::test]
async fn a_request_is_kept_with_what_was_found_in_it(
    #[values(Front::Wiremock, Front::Axum)] front: Front,
) {
    let clock = Arc::new(ManualClock::default());
    let fake = Served::start_with(front, Engine::builder().clock(clock.clone())).await;
    clock.advance(Duration::from_secs(1));
    let token = [("X-Auth-Token", "assetproof-token")];
    fake.set_up("asset exists", json!({"project_id": "p"}))
        .await;
    fake.send(
        "POST",
        BATCH,
        &token,
        r#"{"action":"DETELTE","asset_ids":[1]}"#,
    )
    .await;
    let journal = fake.engine.journal();
    let [entry] = &journal.entries()[..] else {
        panic!("one request, and the state callback is not recorded")
    };
    assert_eq!(
        entry.at,
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_601)
    );
    assert_eq!(
        (entry.method.as_str(), entry.target.as_str()),
        ("POST", BATCH)
    );
    assert_eq!((entry.status, entry.api), (400, Some(Api::Metastudio)));
    assert_eq!(entry.operation.as_deref(), Some("batch-action"));
    assert_eq!(entry.refused, Some(Refused::Malformed));
    assert_eq!(entry.path_parameters[0].1, "p");
    let found: Vec<&str> = entry
        .findings
        .iter()
        .filter_map(|finding| finding.requirement.as_deref())
        .collect();
    assert!(
        found.contains(&"MS-BA-05") && found.contains(&"MS-BA-06"),
        "{found:?}"
    );
    assert_eq!(journal.counts().state_callbacks, 1);
    assert_eq!(journal.counts().answered, 1);
}

#[test]
fn no_secret_is_kept() {
    let engine = engine(
        Engine::builder()
            .token("top-secret/1")
            .access_token("other-secret"),
    );
    let mut signed = request("POST", BATCH, r#"{"note":"top-secret/1"}"#);
    signed.headers.push((
        "AUTHORIZATION".to_owned(),
        b"SDK-HMAC-SHA256 Signature=f00".to_vec(),
    ));
    signed
        .headers
        .push(("X-Note".to_owned(), b"is top-secret/1 here".to_vec()));
    engine.respond(&signed);
    for target in [
        "/api/v1/batch/l/s?delete&access_token=other-secret&user_id=u",
        "/api/v1/batch/l/s?delete&access%5Ftoken=foreign-secret",
        "/nowhere?t=top-secret%2F1",
        "/v1/other-secret/digital-assets/batch-action",
    ] {
        engine.respond(&request("POST", target, ""));
    }
    let entries = engine.journal().entries();
    assert_eq!(entries.len(), 5);
    let kept = format!("{entries:?}{engine:?}");
    for secret in ["top-secret", "other-secret", "foreign-secret", "f00"] {
        assert!(!kept.contains(secret), "{secret} is in {kept}");
    }
    assert_eq!(
        entries[1].target,
        "/api/v1/batch/l/s?delete&access_token=***&user_id=u"
    );
    assert_eq!(entries[0].header("x-note").next(), Some("is *** here"));
    assert_eq!(&entries[0].body[..], br#"{"note":"***"}"#);
}

#[test]
fn the_oldest_make_way_and_long_ones_are_cut() {
    let engine = engine(Engine::builder().journal(3));
    for number in 0..5 {
        engine.respond(&request("POST", BATCH, format!("{number}")));
    }
    let bodies: Vec<Bytes> = engine
        .journal()
        .entries()
        .into_iter()
        .map(|e| e.body)
        .collect();
    assert_eq!(bodies, ["2", "3", "4"]);
    assert_eq!(engine.journal().counts().dropped, 2);
    let ids: Vec<u64> = engine
        .journal()
        .latest(2, |_| true)
        .iter()
        .map(|e| e.id)
        .collect();
    assert_eq!(ids, [5, 4]);
    assert!(engine.journal().remove(4) && !engine.journal().remove(4));
    assert!(engine.journal().get(4).is_none() && engine.journal().get(5).is_some());

    let mut long = request(&"M".repeat(1000), &"/é".repeat(10_000), vec![b'x'; 100_000]);
    let many = (0..100_000).map(|n| (format!("X-{n}"), vec![b'y'; 30]));
    long.headers.extend(many);
    engine.respond(&long);
    let entry = &engine.journal().latest(1, |_| true)[0];
    assert_eq!((entry.body.len(), entry.body_length), (16 * 1024, 100_000));
    // Cut between two characters.
    assert_eq!((entry.target.len(), entry.target_length), (8191, 30_000));
    assert!(entry.method.len() <= 64);
    assert_eq!(entry.headers.len() + entry.headers_left_out, 100_002);
}

/// A secret at the place where a body is cut is seen whole.
#[test]
fn a_cut_leaves_no_part_of_a_secret() {
    let engine = engine(Engine::builder().token("very-secret"));
    for before in (16 * 1024 - 12)..(16 * 1024 + 2) {
        let body = "x".repeat(before) + "very-secret" + &"y".repeat(100);
        engine.respond(&request("POST", BATCH, body));
        let entry = engine.journal().latest(1, |_| true).remove(0);
        assert!(entry.body.len() <= 16 * 1024);
        assert!(
            !entry.body.ends_with(b"v") && !String::from_utf8_lossy(&entry.body).contains("ver")
        );
    }
}

#[test]
fn the_journal_is_bounded_in_bytes() {
    let engine = engine(Engine::builder().journal(1_000_000));
    let body = Bytes::from(vec![b'x'; 16 * 1024]);
    let fits = JOURNAL_BYTES / body.len();
    for _ in 0..fits + 100 {
        engine.respond(&request("PUT", "/nowhere", body.clone()));
    }
    let kept = engine.journal().entries().len();
    assert!(kept < fits && kept > fits / 2, "{kept} of {fits}");
}

#[test]
fn a_journal_that_is_off_keeps_nothing_and_claims_nothing() {
    let engine = engine(Engine::builder().journal(0));
    engine.respond(&request("POST", BATCH, DELETE));
    assert!(engine.journal().entries().is_empty());
    assert_eq!(engine.journal().counts().answered, 1);
    let complaint = engine.journal().complaint().expect("nothing is known");
    assert!(complaint.contains("the journal is off"), "{complaint}");
}

#[test]
fn one_tenants_requests_can_be_forgotten() {
    let engine = engine(Engine::builder());
    for target in [
        BATCH,
        "/v1/q/digital-assets/batch-action",
        "/v2/p/instances/i/assets/delete",
        "/v2/p/instances/j/assets/delete",
        "/api/v1/batch/p/s?delete",
    ] {
        engine.respond(&request("POST", target, ""));
    }
    let left = || -> Vec<u64> { engine.journal().entries().iter().map(|e| e.id).collect() };
    engine.reset_tenant(&Tenant::Instance {
        project_id: "p".to_owned(),
        instance_id: "j".to_owned(),
    });
    assert_eq!(left(), [1, 2, 3, 5]);
    engine.reset_tenant(&Tenant::Project("p".to_owned()));
    assert_eq!(left(), [2, 5]);
    engine.reset_tenant(&Tenant::Library("p".to_owned()));
    assert_eq!(left(), [2]);
}

#[tokio::test]
async fn a_clean_client_is_clean_and_another_is_told_what_it_did() {
    let fake = FakeServer::builder().start().await.expect("it starts");
    let url = format!("{}{BATCH}", fake.uri());
    let post = |body: &'static str| {
        let request = client()
            .post(&url)
            .header("X-Auth-Token", "assetproof-token");
        request
            .header("Content-Type", "application/json")
            .body(body)
            .send()
    };
    post(DELETE).await.expect("it answers");
    fake.assert_clean_client();
    assert!(fake.findings().is_empty());

    post(r#"{"action":"DETELTE","asset_ids":["a"]}"#)
        .await
        .expect("it answers");
    client()
        .get(format!("{}/v1/p/digital-asset/summarys", fake.uri()))
        .send()
        .await
        .expect("it answers");
    let complaint = fake
        .journal()
        .complaint()
        .expect("it broke the documentation");
    for part in [
        "in 2 of 3 recorded requests",
        "POST /v1/p/digital-assets/batch-action\n  request 2, answered 400 at ",
        "MUST MS-BA-05 at /action: expected ",
        "was \"DETELTE\"",
        "GET /v1/p/digital-asset/summarys\n  request 3, answered 404",
        "MUST MS-AS-01 at path: expected /v1/{project_id}/digital-assets/summarys",
    ] {
        assert!(complaint.contains(part), "{part:?} is not in:\n{complaint}");
    }
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| fake.assert_clean_client()));
    assert_eq!(
        *panic
            .expect_err("it panics")
            .downcast::<String>()
            .expect("a text"),
        complaint
    );
    assert_eq!(fake.findings()[0].request, 2);
}

/// A client that lets the journal overflow is not called clean for that.
#[test]
fn findings_that_made_way_are_not_forgotten() {
    let engine = engine(Engine::builder().journal(1));
    engine.respond(&request("POST", BATCH, "{}"));
    engine.respond(&request("POST", BATCH, DELETE));
    let complaint = engine.journal().complaint().expect("one made way");
    assert!(
        complaint.contains("in 1 that had to make way"),
        "{complaint}"
    );
    engine.reset();
    assert_eq!(engine.journal().complaint(), None);
}

#[test]
fn why_a_request_was_refused_is_known_to_the_journal_only() {
    let engine = engine(Engine::builder());
    let mut wrong = request("POST", BATCH, DELETE);
    wrong.headers[0].1 = b"a-wrong-token".to_vec();
    let refused = engine.respond(&wrong);
    wrong.headers.remove(0);
    assert_eq!(engine.respond(&wrong).body, refused.body);
    engine
        .set_up(
            "next request fails",
            &json!({"project_id": "p", "status": 500}),
        )
        .expect("a known state");
    engine.respond(&wrong);
    let refusals: Vec<Option<Refused>> = engine
        .journal()
        .entries()
        .iter()
        .map(|e| e.refused.clone())
        .collect();
    assert_eq!(
        refusals,
        [
            Some(Refused::Unauthenticated(Unauthenticated::Wrong)),
            Some(Refused::Unauthenticated(Unauthenticated::Missing)),
            Some(Refused::Told(500)),
        ]
    );
}

#[test]
fn a_secret_where_a_name_belongs_is_told_by_nobody() {
    let engine = engine(Engine::builder());
    let named = "SDK-HMAC-SHA256 Access=ASSETPROOFAK, \
                 SignedHeaders=assetproof-secret;host;x-sdk-date, Signature=ab";
    engine.respond(&Request {
        method: "POST".to_owned(),
        target: "/v1/p/digital-assets/batch-action".to_owned(),
        headers: vec![
            ("Authorization".to_owned(), named.as_bytes().to_vec()),
            ("X-Sdk-Date".to_owned(), b"20260101T000000Z".to_vec()),
        ],
        body: Bytes::from_static(b"{}"),
    });
    let recorded = engine.journal().entries();
    let refused = recorded[0].refused.as_ref().expect("it is refused");
    assert!(
        !refused.to_string().contains("assetproof-secret"),
        "{refused}"
    );
    let text = "GET /x?a=assetproof-secret";
    assert_eq!(
        engine.without_secrets(text).as_deref(),
        Some("GET /x?a=***")
    );
    assert_eq!(engine.without_secrets("GET /x"), None);
}
