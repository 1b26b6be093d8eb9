//! Targets that take signed requests (AK/SK): one that does it right, and such that do it wrong.

use std::time::SystemTime;

use bytes::Bytes;
use conformance::run::{CaseRecord, Run, Verdict};
use conformance::{Credentials, Options, Target};
use fake_server::FakeServer;
use fake_server::engine::{AcceptedCredentials, Api, Authenticator, Unauthenticated, User};
use rstest::rstest;
use validator::{Request, RequestReading};

use crate::shell::{self, Curl};
use crate::{plan_of, target, try_run};

const KEYS: [(&str, &str); 2] = [
    ("ASSETPROOF_ACCESS_KEY", "ASSETPROOFAK"),
    ("ASSETPROOF_SECRET_KEY", "assetproof-secret"),
];

/// The target with nothing but a key pair.
fn signing(uri: &str) -> Target {
    let lookup = |name: &str| {
        let known = KEYS.iter().find(|(key, _)| *key == name);
        known.map(|(_, value)| (*value).to_owned())
    };
    Target {
        credentials: Credentials::from_lookup(lookup),
        ..target(uri)
    }
}

/// What a server makes of signatures.
#[derive(Debug, Clone, Copy)]
enum Server {
    /// It verifies them.
    Right,
    /// It believes whoever names a known access key.
    BelievesTheKey,
    /// It believes the same of whoever sends a date besides.
    BelievesTheKeyWithADate,
    /// It does not look at the body.
    IgnoresTheBody,
    /// It takes tokens only.
    Refuses,
}

impl Authenticator for Server {
    fn authenticate(
        &self,
        api: Api,
        request: &Request,
        reading: &RequestReading,
        now: SystemTime,
    ) -> Result<User, Unauthenticated> {
        let pair = KEYS.map(|(_, value)| value.to_owned()).into();
        let taken = AcceptedCredentials::new([Api::Metastudio, Api::Roma])
            .tokens(["assetproof-token".to_owned()])
            .key_pairs([pair]);
        let user = || Ok(User("somebody".to_owned()));
        let names_the_key = request
            .header("Authorization")
            .is_some_and(|value| value.starts_with(b"SDK-HMAC-SHA256 Access=ASSETPROOFAK,"));
        let right = taken.authenticate(api, request, reading, now);
        match self {
            Self::BelievesTheKey if names_the_key => user(),
            Self::BelievesTheKeyWithADate
                if names_the_key && request.header("X-Sdk-Date").is_some() =>
            {
                user()
            }
            Self::IgnoresTheBody if right.is_err() => {
                let mut other = request.clone();
                other.body = Bytes::from([&request.body[..], b" "].concat());
                taken.authenticate(api, &other, reading, now)
            }
            Self::Refuses if request.header("X-Auth-Token").is_none() => {
                Err(Unauthenticated::Missing)
            }
            _ => right,
        }
    }
}

async fn run_against(server: Server, globs: &[&str]) -> (Run, FakeServer) {
    let fake = FakeServer::builder()
        .revision("roma", "2025-10")
        .authenticator(server)
        .start()
        .await
        .expect("a fake");
    let options = Options::default();
    let run = try_run(&plan_of("2025-10", globs), &signing(&fake.uri()), &options).await;
    (run.expect("a run"), fake)
}

/// The names of the cases with that verdict, without operation and kind.
fn with(run: &Run, verdict: Verdict) -> Vec<&str> {
    let found = run.cases.iter().filter(|case| case.verdict == verdict);
    found
        .map(|case| case.id.rsplit('/').next().unwrap_or_default())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_can_be_asked_by_a_key_pair_alone() {
    let globs = ["metastudio/**", "roma/**"];
    let (run, _fake) = run_against(Server::Right, &globs).await;
    let mut passed = 0;
    for case in &run.cases {
        match case.verdict {
            Verdict::Pass => passed += 1,
            Verdict::Skipped => {
                let reason = case.reason.as_deref().unwrap_or_default();
                let about_tokens = case.id.contains("/credentials/token");
                let needs_one = about_tokens || reason.contains("ASSETPROOF_TOKEN");
                assert!(needs_one && !reason.contains("_KEY"), "{case:#?}");
            }
            _ => panic!("{case:#?}"),
        }
    }
    assert!(passed > 300, "{passed}");
    let written = format!("{run:?}");
    assert!(!written.contains("assetproof-secret"));
    assert!(!written.contains("ASSETPROOFAK"));
    let hex = |c: char| c.is_ascii_hexdigit();
    let mut signatures = written.split("Signature=").skip(1);
    assert!(signatures.all(|rest| !rest.starts_with(hex)));
}

#[rstest]
#[case::right(Server::Right, &[])]
#[case::believes_the_key(
    Server::BelievesTheKey,
    &[
        "aksk-sdk-date-altered",
        "aksk-sdk-date-other-body",
        "aksk-sdk-date-other-secret",
        "aksk-sdk-date-shortened",
        "aksk-sdk-date-undated",
    ],
)]
#[case::believes_the_key_with_a_date(
    Server::BelievesTheKeyWithADate,
    &[
        "aksk-sdk-date-altered",
        "aksk-sdk-date-other-body",
        "aksk-sdk-date-other-secret",
        "aksk-sdk-date-shortened",
    ],
)]
#[case::ignores_the_body(Server::IgnoresTheBody, &["aksk-sdk-date-other-body"])]
#[case::refuses(Server::Refuses, &["aksk-sdk-date"])]
#[tokio::test(flavor = "multi_thread")]
async fn each_fault_fails_its_cases(#[case] server: Server, #[case] expected: &[&str]) {
    let globs = [
        "metastudio/batch-action/positive/credentials/aksk-sdk-date",
        "metastudio/batch-action/negative/credentials/aksk-*",
    ];
    let (run, _fake) = run_against(server, &globs).await;
    let mut failed = with(&run, Verdict::Fail);
    failed.sort_unstable();
    assert_eq!(failed, expected);
    assert_eq!(with(&run, Verdict::Error), [""; 0]);
}

/// Its document demands a token, so that a server that takes nothing else follows it (RO-E13).
#[tokio::test(flavor = "multi_thread")]
async fn roma_may_refuse_signatures() {
    let id = "roma/assets-delete/positive/credentials/aksk-sdk-date";
    let (run, _fake) = run_against(Server::Refuses, &[id]).await;
    assert_eq!(with(&run, Verdict::Pass), ["aksk-sdk-date"]);
    assert!(!run.cases[0].counted);
}

#[rstest]
#[case::none(&[], "ASSETPROOF_ACCESS_KEY with ASSETPROOF_SECRET_KEY")]
#[case::half(&KEYS[..1], "without its secret key")]
#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_pair_signed_cases_are_skipped(
    #[case] known: &[(&str, &str)],
    #[case] says: &str,
) {
    let fake = FakeServer::builder().start().await.expect("a fake");
    let mut target = target(&fake.uri());
    let token = target.credentials.token.clone();
    target.credentials = Credentials::from_lookup(|name| {
        let known = known.iter().find(|(key, _)| *key == name);
        known.map(|(_, value)| (*value).to_owned())
    });
    target.credentials.token = token;
    let ids = [
        "metastudio/batch-action/positive/credentials/aksk-sdk-date",
        "metastudio/batch-action/negative/credentials/aksk-sdk-date-other-body",
    ];
    let run = try_run(&plan_of("2022-12", &ids), &target, &Options::default()).await;
    for case in run.expect("a run").cases {
        assert_eq!(case.verdict, Verdict::Skipped, "{case:#?}");
        let reason = case.reason.unwrap_or_default();
        assert!(reason.contains(says), "{reason}");
    }
}

/// The script of a failure signs what it sends anew, as wrongly as the runner did.
#[rstest]
#[case::other_body("negative/credentials/aksk-sdk-date-other-body", "signed body curl")]
#[case::undated("negative/credentials/aksk-sdk-date-undated", "signed undated curl")]
#[tokio::test(flavor = "multi_thread")]
async fn a_script_shows_a_wrong_signature_again(
    #[values(Curl::Real, Curl::StandIn)] curl: Curl,
    #[case] id: &str,
    #[case] holds: &str,
) {
    let openssl = std::process::Command::new("openssl")
        .arg("version")
        .output();
    if !curl.is_there() || openssl.is_err() {
        eprintln!("there is no curl or no openssl on this machine");
        return;
    }
    let id = format!("metastudio/batch-action/{id}");
    let (mut run, fake) = run_against(Server::BelievesTheKey, &[&id]).await;
    let CaseRecord { reproduction, .. } = run.cases.remove(0);
    let script = reproduction.expect("it failed");
    assert!(script.contains(holds), "{script}");
    let before = fake.received().await.len();
    let output = tokio::task::spawn_blocking(move || shell::run(&script, &KEYS, curl));
    let output = output.await.expect("it runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(printed.contains("HTTP/1.1 200"), "{printed}\n{said}");

    // What a server that verifies makes of it.
    let received = fake.received().await;
    let sent = received[before..].iter();
    let mut signed = sent.filter(|request| request.header("Authorization").is_some());
    let request = signed.next().expect("it is sent");
    assert!(signed.next().is_none());
    let reading = fake.engine().validator(Api::Metastudio).request(request);
    let verified = |server: Server| {
        let now = SystemTime::now();
        server.authenticate(Api::Metastudio, request, &reading, now)
    };
    assert!(verified(Server::Right).is_err());
    let body_alone = verified(Server::IgnoresTheBody).is_ok();
    assert_eq!(body_alone, holds.contains("body"), "{request:?}");
}
