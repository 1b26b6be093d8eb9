//! `assetproof serve`: tells where it listens, refuses a busy port clearly, ends cleanly.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use rstest::rstest;

use crate::program::{Serving, assetproof, run};

/// One HTTP request without any client library, and the whole answer.
fn exchange(base: &str, request: &str) -> String {
    let address = base.strip_prefix("http://").expect("an http address");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

pub(crate) fn post(base: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    exchange(
        base,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        ),
    )
}

#[test]
fn an_asset_is_set_up_and_deleted_by_plain_http() {
    let serving = Serving::start(&[]);
    assert!(!serving.base.ends_with(":0"), "{}", serving.base);
    let state = r#"{"state": "asset exists", "params": {"project_id": "p1", "asset_id": "a1"}, "action": "setup"}"#;
    assert!(post(&serving.base, "/_states", "", state).starts_with("HTTP/1.1 200"));
    let body = r#"{"action": "DELETE", "asset_ids": ["a1"]}"#;
    let path = "/v1/p1/digital-assets/batch-action";
    let refused = post(&serving.base, path, "", body);
    assert!(
        refused.starts_with("HTTP/1.1 400") && refused.contains("MSS.00000001"),
        "{refused}"
    );
    let deleted = post(
        &serving.base,
        path,
        "X-Auth-Token: assetproof-token\r\n",
        body,
    );
    assert!(
        deleted.starts_with("HTTP/1.1 200") && deleted.contains("SUCCESS"),
        "{deleted}"
    );
}

#[test]
fn credentials_of_the_environment_replace_the_built_in_ones() {
    let mut command = assetproof(&["serve", "--quiet"]);
    let child = command
        .env("ASSETPROOF_TOKEN", "another-token")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut serving = Serving {
        child,
        base: String::new(),
    };
    let mut line = String::new();
    let stdout = serving.child.stdout.take().expect("it is piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a line");
    serving.base = line.trim_end().replace("listening on ", "");
    let path = "/v1/p1/digital-assets/summarys";
    let body = r#"{"asset_ids": []}"#;
    let answer = |token: &str| {
        post(
            &serving.base,
            path,
            &format!("X-Auth-Token: {token}\r\n"),
            body,
        )
    };
    assert!(answer("another-token").starts_with("HTTP/1.1 200"));
    assert!(answer("assetproof-token").starts_with("HTTP/1.1 400"));
}

#[rstest]
#[case("TERM")]
#[case("INT")]
fn a_signal_ends_it_cleanly(#[case] signal: &str) {
    let mut serving = Serving::start(&[]);
    assert_eq!(serving.signal(signal), Some(0));
    let address = serving.base.trim_start_matches("http://");
    assert!(
        TcpStream::connect(address).is_err(),
        "nobody listens any more"
    );
}

#[test]
fn half_a_request_does_not_keep_the_process() {
    let mut serving = Serving::start(&[]);
    let address = serving.base.trim_start_matches("http://");
    let mut half = TcpStream::connect(address).expect("it listens");
    half.write_all(b"POST /_states HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .expect("it reads");
    // An answer on another connection shows that the first one has been taken, too.
    assert!(post(&serving.base, "/_states", "", "{}").starts_with("HTTP/1.1 4"));
    assert_eq!(serving.signal("TERM"), Some(0));
    drop(half);
}

#[test]
fn a_busy_port_is_a_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let ended = run(&mut assetproof(&["serve", "--listen", &address]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.out.is_empty(), "{}", ended.out);
    assert!(
        ended.err.contains(&address) && ended.err.contains("another process has the port"),
        "{}",
        ended.err
    );
}

#[test]
fn an_unknown_revision_is_refused_with_those_that_there_are() {
    let ended = run(&mut assetproof(&["serve", "--revision", "roma=1999-01"]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("2022-12, 2025-10"), "{}", ended.err);
}

#[test]
fn faults_are_given_on_the_command_line_and_in_a_file() {
    let file = crate::program::folder("faults").join("faults.json");
    let fault = r#"[{"when": {"api": "smh"}, "effect": {"status": 503}}]"#;
    std::fs::write(&file, fault).expect("the file can be written");
    let serving = Serving::start(&[
        "--fault",
        r#"{"when": {"project_id": "p2"}, "effect": {"throttle": {"retry_after": 9}}}"#,
        "--fault",
        &format!("@{}", file.display()),
    ]);
    let path = "/v1/p2/digital-assets/summarys";
    let throttled = post(&serving.base, path, "", r#"{"asset_ids": []}"#);
    assert!(
        throttled.starts_with("HTTP/1.1 429")
            && throttled.to_ascii_lowercase().contains("retry-after: 9"),
        "{throttled}"
    );
    let failed = post(&serving.base, "/api/v1/batch/l/s?delete", "", "[]");
    assert!(failed.starts_with("HTTP/1.1 503"), "{failed}");
}

#[rstest]
#[case(r#"{"effect": {"explode": {}}}"#, "unknown variant `explode`")]
#[case("@no-such-file.json", "failed to read no-such-file.json")]
#[case(
    r#"{"when": {"operation": "x"}, "effect": {"reset": {}}}"#,
    "there is no \"x\", only batch-action"
)]
fn a_fault_that_cannot_be_is_refused(#[case] fault: &str, #[case] named: &str) {
    let ended = run(&mut assetproof(&["serve", "--fault", fault]));
    assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.contains(named), "{}", ended.err);
}

#[test]
fn a_seed_perturbs_every_answer_and_does_the_same_again() {
    let answers = |seed: &str| -> Vec<String> {
        let serving = Serving::start(&["--perturb", seed]);
        let answers = (0..5).map(|_| {
            let headers = "X-Auth-Token: assetproof-token\r\n";
            let path = "/v1/p1/digital-assets/summarys";
            let answer = post(&serving.base, path, headers, r#"{"asset_ids": ["a"]}"#);
            let (_, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
            body.to_owned()
        });
        answers.collect()
    };
    let first = answers("1");
    assert_eq!(first, answers("1"));
    assert_ne!(first, answers("2"));
    assert_ne!(first[0], first[1]);
}

#[rstest]
#[case("ASSETPROOF_ACCESS_KEY", "ASSETPROOF_SECRET_KEY")]
#[case("ASSETPROOF_SECRET_KEY", "ASSETPROOF_ACCESS_KEY")]
fn half_a_key_pair_is_refused_with_the_name_of_the_other_half(
    #[case] given: &str,
    #[case] missing: &str,
) {
    let ended = run(assetproof(&["serve"]).env(given, "half-a-pair"));
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains(missing), "{}", ended.err);
    assert!(!ended.err.contains("half-a-pair"), "{}", ended.err);
}

#[test]
fn credentials_are_given_on_the_command_line_and_in_a_file() {
    let file = crate::program::folder("credentials").join("accepted");
    let text = "# who may call\n\naccess_token=from-a-file\n";
    std::fs::write(&file, text).expect("the file can be written");
    let at_file = format!("@{}", file.display());
    let serving = Serving::start(&["--credential", "token=mine", "--credential", &at_file]);
    let summary = |token: &str| {
        let headers = format!("X-Auth-Token: {token}\r\n");
        let path = "/v1/p1/digital-assets/summarys";
        post(&serving.base, path, &headers, r#"{"asset_ids": []}"#)
    };
    assert!(summary("mine").starts_with("HTTP/1.1 200"));
    assert!(summary("assetproof-token").starts_with("HTTP/1.1 400"));
    let batch = |token: &str| {
        let path = format!("/api/v1/batch/l/s?delete&access_token={token}");
        post(&serving.base, &path, "", "[]")
    };
    assert!(batch("from-a-file").starts_with("HTTP/1.1 200"));
    assert!(!batch("assetproof-access").starts_with("HTTP/1.1 200"));
}

#[rstest]
#[case("hunter2", "write token=VALUE")]
#[case("key_pair=hunter2", "ACCESS_KEY:SECRET_KEY")]
#[case("@no-such-file", "failed to read no-such-file")]
fn a_credential_that_cannot_be_read_is_refused(#[case] value: &str, #[case] says: &str) {
    let ended = run(&mut assetproof(&["serve", "--credential", value]));
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains(says), "{}", ended.err);
}
