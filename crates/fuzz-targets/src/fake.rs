//! The fake and its admin interface: requests, one after another, to a new engine.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use fake_server::Engine;
use fake_server::admin::{Admin, Shutdown};
use fake_server::engine::{Answer, ManualClock};
use serde_json::Value;
use validator::Request;

use crate::{http_text, parts};

/// More requests in one input tell nothing new.
const MOST: usize = 16;

/// 2026-01-02, 03:04:05 UTC.
const NOW: Duration = Duration::from_secs(1_767_323_045);

static ENGINE: LazyLock<(Arc<Engine>, Admin)> = LazyLock::new(|| {
    let engine = Arc::new(engine());
    let admin = Admin::new(Arc::clone(&engine), Shutdown::default());
    (engine, admin)
});

/// An engine whose clock stands still.
pub fn engine() -> Engine {
    let clock = ManualClock::new(SystemTime::UNIX_EPOCH + NOW);
    let builder = Engine::builder().clock(Arc::new(clock)).journal(MOST);
    builder
        .revision("roma", "2025-10")
        .build()
        .expect("the built-in contracts are sound")
}

/// Sends the requests, each to the interface that its path names.
pub fn run(input: &[u8]) {
    let (engine, admin) = &*ENGINE;
    engine.reset();
    engine.faults().clear();
    for part in parts::of(input).take(MOST) {
        let request = http_text::request(part);
        if request.path().starts_with("/__admin") {
            let response = admin.respond(&request);
            assert!((200..=599).contains(&response.status));
            if request.path() != "/__admin/openapi.yaml" {
                let body = serde_json::from_slice::<Value>(&response.body);
                assert!(body.is_ok(), "{body:?}");
            }
        } else {
            ask(engine, &request);
        }
    }
    let snapshot = engine.snapshot();
    engine
        .restore(&snapshot)
        .expect("what it keeps, it takes back");
    assert_eq!(engine.snapshot(), snapshot);
}

/// Sends one request to the engine, which answers whatever comes.
pub fn ask(engine: &Engine, request: &Request) -> Answer {
    let answer = engine.answer(request);
    assert!((200..=599).contains(&answer.response.status));
    let body = serde_json::from_slice::<Value>(&answer.response.body);
    assert!(body.is_ok(), "{body:?}");
    answer
}
