//! Signed requests: whatever stands in `Authorization` and the headers that go with it, nobody comes
//! in without the secret key.

use std::sync::LazyLock;
use std::time::Duration;

use fake_server::Engine;
use fake_server::engine::{AcceptedCredentials, Api, Authenticator};

use crate::{fake, http_text};

static ENGINE: LazyLock<Engine> = LazyLock::new(fake::engine);

/// The access keys of the fake and of the seeds, which the vendor's SDK signed.
const ACCESS_KEYS: [&str; 2] = ["ASSETPROOFAK", "VECTORSACCESSKEY0001"];

/// Knows the access keys, with a secret key that nobody has.
static STRICT: LazyLock<AcceptedCredentials> = LazyLock::new(|| {
    let pairs =
        ACCESS_KEYS.map(|access_key| (access_key.to_owned(), "nobody has this one".to_owned()));
    AcceptedCredentials::new(Api::ALL)
        .key_pairs(pairs)
        .clock_skew(Duration::MAX)
});

/// Shows the request to both.
pub fn run(input: &[u8]) {
    let request = http_text::request(input);
    for api in Api::ALL {
        let reading = ENGINE.validator(api).request(&request);
        let user = STRICT.authenticate(api, &request, &reading, ENGINE.now());
        let reason = user.expect_err("nobody has the secret key").to_string();
        assert!(!reason.is_empty() && !reason.contains("nobody has this one"));
    }
    ENGINE.reset();
    fake::ask(&ENGINE, &request);
}
