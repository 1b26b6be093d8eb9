//! Whatever comes in: the engine answers, with JSON, and keeps its promises.

use std::sync::LazyLock;

use bytes::Bytes;
use fake_server::Engine;
use proptest::collection::vec;
use proptest::prelude::*;
use validator::{Exchange, Request};

use crate::served::complaints;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    Engine::builder()
        .build()
        .expect("the built-in contracts are sound")
});

fn targets() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("/v1/p/digital-assets/batch-action".to_owned()),
        Just("/v1/p/digital-assets/summarys".to_owned()),
        Just("/v2/p/instances/i/assets/delete".to_owned()),
        Just("/v2/p/instances/i/assets/jobs/j".to_owned()),
        Just("/api/v1/batch/l/s?delete&access_token=assetproof-access".to_owned()),
        Just("/api/v1/task/l/s/1,2?access_token=assetproof-access".to_owned()),
        Just("/_states".to_owned()),
        "/v1/[^/?]{0,20}/digital-assets/batch-action".prop_map(|target| target),
        "/api/v1/task/l/s/[0-9,]{0,30}\\?access_token=assetproof-access".prop_map(|target| target),
        "\\PC{0,60}".prop_map(|target| target),
    ]
}

/// Bodies that come close to the documented ones, and bytes that do not.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "null",
        "true",
        "1",
        "-0.5e9",
        "\"action\"",
        "\"DELETE\"",
        "\"asset_ids\"",
        "\"apps\"",
        "\"tasks\"",
        "\"task_id\"",
        "\"path\"",
        "\"permanent\"",
        "\"a/b\"",
        "\"state\"",
        "\"params\"",
        "\"asset exists\"",
        "\"\"",
        "\u{feff}",
        "\"\\ud800\"",
    ]);
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(words, 0..30).prop_map(|words| words.concat().into_bytes()),
        Just("[".repeat(100_000).into_bytes()),
        Just(br#"{"action":"DELETE","asset_ids":["x","y","x"]}"#.to_vec()),
        Just(br#"[{"path":"a"},{"path":"/","permanent":true},{"path":""}]"#.to_vec()),
    ]
}

proptest! {
    #[test]
    fn the_engine_answers_whatever_comes(
        method in prop_oneof![Just("POST".to_owned()), Just("GET".to_owned()), "\\PC{0,9}".prop_map(|method| method)],
        target in targets(),
        token in any::<bool>(),
        header in ("[A-Za-z-]{0,20}", vec(any::<u8>(), 0..40)),
        body in bodies(),
    ) {
        let mut headers = vec![header];
        if token {
            headers.push(("X-Auth-Token".to_owned(), b"assetproof-token".to_vec()));
        }
        let request = Request { method, target, headers, body: Bytes::from(body) };
        let response = ENGINE.respond(&request);
        prop_assert!((200..=599).contains(&response.status));
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&response.body).is_ok());
        let complaints = complaints(&ENGINE, &Exchange { request, response });
        prop_assert!(complaints.is_empty(), "{complaints:#?}");
    }
}
