//! The log of `assetproof serve`: a line for each request, in either form, and no secret in it.

use std::io::Read;
use std::process::Stdio;

use rstest::rstest;

use crate::program::{Serving, assetproof, run};
use crate::serve::post;

const PATH: &str = "/api/v1/batch/lib/space?delete&access_token=assetproof-access&user_id=u1";

/// What a server logs that answers one request for `path` and is then stopped.
fn logged(args: &[&str], path: &str, headers: &str) -> String {
    let mut command = assetproof(&[&["serve"], args].concat());
    let mut serving = Serving::of(command.stderr(Stdio::piped()));
    post(&serving.base, path, headers, "[]");
    assert_eq!(serving.signal("TERM"), Some(0));
    let mut log = String::new();
    let mut stderr = serving.child.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut log).expect("it is text");
    log
}

#[test]
fn a_request_is_a_line_with_its_tenant_and_without_its_credentials() {
    let log = logged(&[], PATH, "");
    let line = log.trim_end();
    assert_eq!(line.lines().count(), 1, "{log}");
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    assert_eq!(
        words.get(1..5),
        Some(
            [
                "info",
                "POST",
                "/api/v1/batch/lib/space?delete&access_token=***&user_id=u1",
                "200"
            ]
            .as_slice()
        ),
        "{log}"
    );
    assert_eq!(words.get(6), Some(&"ms"), "{log}");
    assert!(
        line.ends_with("LibraryId=lib SpaceId=space"),
        "the tenant: {log}"
    );
}

#[test]
fn as_json_it_is_an_object_a_line() {
    let log = logged(
        &["--log", "json"],
        "/v1/p%221/digital-assets/summarys",
        "X-Auth-Token: assetproof-token\r\n",
    );
    let line: serde_json::Value = serde_json::from_str(log.trim_end()).expect("one object");
    assert_eq!(line["level"], "info");
    assert_eq!(line["target"], "assetproof::request");
    assert_eq!(line["method"], "POST");
    assert_eq!(line["path"], "/v1/p%221/digital-assets/summarys");
    assert_eq!(line["status"], 400);
    assert_eq!(line["tenant"], "project_id=p%221");
    assert!(line["duration_us"].is_u64(), "{line}");
    assert!(!log.contains("assetproof-token"), "{log}");
}

#[rstest]
#[case(&["--quiet"])]
#[case(&["--log-level", "off"])]
#[case(&["--log-level", "warn"])]
fn it_can_be_silent(#[case] args: &[&str]) {
    assert_eq!(logged(args, PATH, ""), "");
}

#[test]
fn a_limit_that_was_reached_is_a_warning() {
    let limits = ["--log-level", "warn", "--max-body", "1"];
    let log = logged(&limits, PATH, "");
    assert!(
        log.contains(" warn  POST /api/v1/batch/lib/space?delete&access_token=***&user_id=u1 413 ")
            && log
                .trim_end()
                .ends_with("longer than 1 bytes: send less at once"),
        "{log}"
    );
    assert_eq!(log.lines().count(), 1, "{log}");
    let log = logged(&limits, PATH, &"x: y\r\n".repeat(101));
    assert!(log.contains(" warn ") && log.contains("431"), "{log}");
    assert_eq!(log.lines().count(), 1, "{log}");
}

/// Nobody is there who reads standard error, and the server serves.
#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let mut command = assetproof(&["serve"]);
    let mut serving = Serving::of(command.stderr(Stdio::piped()));
    drop(serving.child.stderr.take());
    for _ in 0..100 {
        let answer = post(&serving.base, PATH, "", "[]");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(serving.signal("TERM"), Some(0));
}

#[test]
fn an_unknown_level_in_the_environment_is_refused() {
    let ended = run(assetproof(&["serve"]).env("ASSETPROOF_LOG", "loud"));
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("loud"), "{}", ended.err);
}
