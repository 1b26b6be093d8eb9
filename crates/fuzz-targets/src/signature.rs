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

/// Each knows the access keys, with a secret key that nobody has.
static STRICT: LazyLock<[AcceptedCredentials; 2]> = LazyLock::new(|| {
    ["nobody has this one", "nor does anybody have this"].map(|secret_key| {
        let pairs = ACCESS_KEYS.map(|access_key| (access_key.to_owned(), secret_key.to_owned()));
        AcceptedCredentials::new(Api::ALL)
            .key_pairs(pairs)
            .clock_skew(Duration::MAX)
    })
});

/// Shows the request to all of them.
pub fn run(input: &[u8]) {
    let (request, now) = (http_text::request(input), ENGINE.now());
    for api in Api::ALL {
        let reading = ENGINE.validator(api).request(&request);
        let [reason, other] = STRICT.each_ref().map(|accepted| {
            let user = accepted.authenticate(api, &request, &reading, now);
            user.expect_err("nobody has the secret key").to_string()
        });
        assert!(!reason.is_empty());
        // A reason may quote what the client says, be it a secret key (the engine does not tell it
        // then); of the key itself it says nothing, so that any other key has the same.
        assert_eq!(reason, other);
    }
    ENGINE.reset();
    fake::ask(&ENGINE, &request);
}
