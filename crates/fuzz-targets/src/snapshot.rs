//! Snapshots of the fake, as a state file and the admin interface bring them: what is taken over
//! comes out again, and the fake goes on answering.

use std::sync::LazyLock;

use fake_server::Engine;
use serde_json::Value;

use crate::{fake, http_text, parts};

static ENGINE: LazyLock<Engine> = LazyLock::new(fake::engine);

/// Restores the snapshot, and sends the requests of the further parts.
pub fn run(input: &[u8]) {
    let mut parts = parts::of(input);
    let Some(Ok(snapshot)) = parts.next().map(serde_json::from_slice::<Value>) else {
        return;
    };
    ENGINE.reset();
    let before = ENGINE.snapshot();
    if let Err(error) = ENGINE.restore(&snapshot) {
        assert!(!error.to_string().is_empty());
        assert_eq!(ENGINE.snapshot(), before, "nothing is changed then");
        return;
    }
    let kept = ENGINE.snapshot();
    ENGINE.restore(&kept).expect("what it keeps, it takes back");
    assert_eq!(ENGINE.snapshot(), kept);
    for part in parts.take(16) {
        fake::ask(&ENGINE, &http_text::request(part));
    }
    let kept = ENGINE.snapshot();
    ENGINE.restore(&kept).expect("what it keeps, it takes back");
}
