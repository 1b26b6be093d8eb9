//! The shortest way to see a failure again: a script for a POSIX shell that sets up what the case
//! had set up, sends what it had sent up to the last request that was answered wrongly, and tidies
//! up. It needs `curl` and the tools of POSIX, and `openssl` where a request is signed.

mod captures;
mod lines;
mod tape;

use std::fmt::Write as _;

pub(crate) use tape::{SetUp, Tape};

use crate::mask::Mask;
use crate::report::{place, short_line};
use crate::run::{CaseFinding, CaseRecord, Verdict, verdict_of};
use crate::{Options, Target};
use lines::Lines;
use tape::Scene;

/// More findings than these are only counted in the head of a script.
const FINDINGS: usize = 10;

/// Longer texts are cut there.
const TEXT: usize = 400;

/// A shell function that cuts a value out of an answer, and one that encodes it for a URL.
const MEMBER: &str = include_str!("reproduction/member.sh");
const IN_URL: &str = include_str!("reproduction/in_url.sh");
/// A shell function that signs what it sends.
const SIGNED: &str = include_str!("reproduction/signed.sh");

/// The script that shows again what the case failed or warned of, with every secret masked; none
/// for another verdict, and none when no finding of that weight belongs to a request.
pub(crate) fn script(
    case: &CaseRecord,
    tape: &Tape,
    (target, options, mask): (&Target, &Options, &Mask),
) -> Option<String> {
    let found = findings(case, options.strict);
    let last = found.iter().map(|found| found.step).max()?;
    let end = tape
        .scenes
        .iter()
        .position(|scene| matches!(scene, Scene::Sent(sent) if sent.step == last))?;
    let lines = Lines::new(case, &tape.scenes[..=end], target);
    let mut played = String::new();
    lines.tear_down(&mut played);
    lines.scenes(&mut played);

    let mut script = String::from("#!/bin/sh\n");
    head(&mut script, case, &found, (target, options));
    script.push_str("set -eu\n\n");
    lines.variables(&mut script, &played);
    if lines.captures() {
        script.push_str(MEMBER);
    }
    if lines.encodes() {
        script.push_str(IN_URL);
    }
    if lines.signs() {
        script.push_str(SIGNED);
    }
    script.push_str(&played);
    mask.apply(&mut script);
    Some(script)
}

/// The findings that made the verdict.
fn findings(case: &CaseRecord, strict: bool) -> Vec<&CaseFinding> {
    if !matches!(case.verdict, Verdict::Fail | Verdict::Warning) {
        return Vec::new();
    }
    let of_weight = |found: &&CaseFinding| verdict_of(&found.finding, strict) == Some(case.verdict);
    case.findings.iter().filter(of_weight).collect()
}

/// What the case is, what was expected and what came, as comments.
fn head(
    script: &mut String,
    case: &CaseRecord,
    found: &[&CaseFinding],
    (target, options): (&Target, &Options),
) {
    let mut comment = |text: std::fmt::Arguments<'_>| {
        let line = short_line(&text.to_string(), TEXT);
        // Writing to a string cannot fail.
        let _ = writeln!(script, "{}", format!("# {line}").trim_end());
    };
    comment(format_args!("{} ({}/{})", case.id, case.api, case.revision));
    comment(format_args!("{}", case.title));
    comment(format_args!("Covers {}", case.covers.join(", ")));
    for found in found.iter().take(FINDINGS) {
        let finding = &found.finding;
        let requirement = finding.requirement.as_deref();
        comment(format_args!(""));
        comment(format_args!(
            "{} {} in request {}: {} at {}",
            finding.level,
            requirement.unwrap_or("no requirement"),
            found.step + 1,
            finding.check,
            place(finding.message, &finding.location),
        ));
        comment(format_args!("  expected  {}", finding.expected));
        comment(format_args!("  came      {}", finding.actual));
    }
    if let Some(more) = found.len().checked_sub(FINDINGS + 1) {
        comment(format_args!("and {} more findings", more + 1));
    }
    comment(format_args!(""));
    comment(format_args!(
        "Seen by assetproof {} at {}, seed {}. To judge the case again:",
        env!("CARGO_PKG_VERSION"),
        target.name,
        options.seed,
    ));
    comment(format_args!(
        "  assetproof conformance --case '{}' --seed {}",
        case.id, options.seed
    ));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;
    use contract::{Level, Message};
    use serde_json::{Map, Value, json};
    use validator::{Check, Finding, Location, Request};

    use super::*;
    use crate::run::fixture;
    use crate::{Credentials, request};

    fn target() -> Target {
        let mut target = Target::new("http://127.0.0.1:8080/it's").expect("a base URL");
        let states = Target::parse_url("http://127.0.0.1:8080/_states");
        target.state_url = Some(states.expect("a URL"));
        target.credentials = Credentials::from_lookup(|_| Some("open-sesame".to_owned()));
        target
    }

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().expect("an object").clone()
    }

    fn request(method: &str, target: &str, body: &str) -> Request {
        let mut headers = vec![("X-Auth-Token".to_owned(), b"open-sesame".to_vec())];
        if !body.is_empty() {
            let value = b"application/json".to_vec();
            headers.push(("Content-Type".to_owned(), value));
        }
        Request {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body: Bytes::copy_from_slice(body.as_bytes()),
        }
    }

    fn finding(step: usize, level: Level, actual: &str) -> CaseFinding {
        CaseFinding {
            step,
            finding: Finding {
                check: Check::StatusCodeConformance,
                requirement: Some("RO-AD-11".to_owned()),
                level,
                erratum: None,
                message: Message::Response,
                location: Location::Status,
                expected: "status 200".to_owned(),
                actual: actual.to_owned(),
            },
        }
    }

    /// A job that is started, asked about three times, and found wrong at the end.
    fn job() -> (CaseRecord, Tape) {
        let mut tape = Tape::default();
        tape.set_up(SetUp {
            state: "application exists".to_owned(),
            params: members(&json!({"project_id": "p1"})),
            returned: members(&json!({"app_id": "app-9"})),
        });
        tape.set_up(SetUp {
            state: "no deletion job running".to_owned(),
            params: members(&json!({"project_id": "p1"})),
            returned: Map::new(),
        });
        let started = Bytes::from_static(b"{\"job_id\":\"ab/cd+w==\"}");
        let delete = request("POST", "/v2/p1/delete", r#"{"apps":"app-9"}"#);
        tape.sent(0, delete, Some(started));
        for step in 1..4 {
            let query = request("GET", "/v2/p1/jobs/ab%2Fcd+w==", "");
            tape.sent(step, query, Some(Bytes::from_static(b"{}")));
        }
        tape.sent(4, request("GET", "/never/shown", ""), None);
        let mut case = fixture::case("roma/assets-delete/scenario/job", fixture::HOSTILE);
        case.verdict = Verdict::Fail;
        case.covers = vec!["RO-AD-11".to_owned()];
        case.steps = (0..5)
            .map(|_| fixture::step("asset-job", "", Some((200, "{}"))))
            .collect();
        case.findings = vec![
            finding(3, Level::Must, fixture::HOSTILE),
            finding(4, Level::Should, "a warning after it"),
        ];
        (case, tape)
    }

    fn script_of(case: &CaseRecord, tape: &Tape) -> Option<String> {
        let target = target();
        let mask = Mask::new(&target.credentials, []);
        script(case, tape, (&target, &Options::default(), &mask))
    }

    #[test]
    fn the_whole_script() {
        let (case, tape) = job();
        insta::assert_snapshot!(script_of(&case, &tape).expect("it failed"));
    }

    #[test]
    fn only_what_failed_or_warned_has_a_script() {
        let (mut case, tape) = job();
        for verdict in [Verdict::Pass, Verdict::Skipped, Verdict::Error] {
            case.verdict = verdict;
            assert_eq!(script_of(&case, &tape), None, "{verdict}");
        }
        case.verdict = Verdict::Warning;
        let script = script_of(&case, &tape).expect("it warned");
        assert!(
            script.contains("/never/shown"),
            "that request was warned of"
        );
    }

    #[test]
    fn a_huge_body_is_left_out_and_named() {
        let (case, mut tape) = job();
        if let Some(Scene::Sent(sent)) = tape.scenes.get_mut(2) {
            sent.request.body = Bytes::from(format!(r#"["app-9{}"]"#, "x".repeat(300_000)));
        }
        let script = script_of(&case, &tape).expect("it failed");
        assert!(script.len() < 10_000, "{}", script.len());
        assert!(script.contains("# It is left out here, because its body has 300009 bytes."));
        assert!(script.contains("\njob_id='ab/cd+w=='\n"), "{script}");
        let syntax = Command::new("sh").args(["-n", "-c", &script]).output();
        let said = syntax.expect("a POSIX shell").stderr;
        assert!(said.is_empty(), "{}", String::from_utf8_lossy(&said));
    }

    /// A case of one request, sent so many times, the last of which came to nothing.
    fn repeated(count: usize, body: &str) -> (CaseRecord, Tape) {
        let mut tape = Tape::default();
        let mut case = fixture::case("smh/task/positive/any", "any");
        case.verdict = Verdict::Fail;
        case.steps = (0..count)
            .map(|step| {
                tape.sent(step, request("POST", "/any", body), None);
                fixture::step("task", "", None)
            })
            .collect();
        case.findings = vec![finding(count - 1, Level::Must, "nothing")];
        (case, tape)
    }

    #[test]
    fn a_request_that_is_repeated_often_is_a_loop() {
        for (count, sends, loops) in [
            (1, 1, ""),
            (2, 2, ""),
            (3, 1, "1 2 3"),
            (40, 1, "1 2 3 4 5 6 7 8 9 10"),
        ] {
            let (case, tape) = repeated(count, "[]");
            let script = script_of(&case, &tape).expect("it failed");
            assert_eq!(script.matches("curl -sS -i").count(), sends, "{script}");
            assert_eq!(
                script.contains("for attempt in"),
                !loops.is_empty(),
                "{script}"
            );
            assert!(
                script.contains(&format!("in {loops}")) || loops.is_empty(),
                "{script}"
            );
            // Of a request that was not answered, nobody waits for longer than the run did.
            assert!(script.contains(" --max-time 10 "), "{script}");
        }
    }

    /// A case that sends the same request so many times, and then uses the id that this one of them
    /// was answered by.
    fn used(count: usize, answer: usize) -> String {
        let mut case = repeated(count, "[]").0;
        case.steps
            .push(fixture::step("task", "", Some((200, "{}"))));
        case.findings = vec![finding(count, Level::Must, "nothing")];
        let mut tape = Tape::default();
        for step in 0..count {
            let body = Bytes::from(format!(r#"{{"id":"x{step}"}}"#));
            tape.sent(step, request("POST", "/any", "[]"), Some(body));
        }
        tape.sent(count, request("GET", &format!("/x{answer}"), ""), None);
        script_of(&case, &tape).expect("it failed")
    }

    #[test]
    fn a_request_whose_answer_is_needed_is_not_one_of_many() {
        let script = used(3, 0);
        assert!(
            script.contains("# Request 1: ") && script.contains("# Requests 2 to 3: "),
            "{script}"
        );
        let script = used(3, 2);
        assert!(script.contains("# Requests 1 to 3: "), "{script}");
        assert!(
            script.contains("\n  printf '%s\\n' \"$answer\"\n"),
            "{script}"
        );
        let script = used(2, 1);
        assert!(script.contains("# Requests 1 to 2: "), "{script}");
        assert!(
            script.contains("\nprintf '%s\\n' \"$answer\"\n"),
            "{script}"
        );
    }

    #[test]
    fn a_script_has_the_functions_and_variables_that_it_needs() {
        let (case, tape) = repeated(1, "[]");
        let plain = script_of(&case, &tape).expect("it failed");
        let (case, tape) = job();
        let whole = script_of(&case, &tape).expect("it failed");
        for (part, in_plain) in [
            ("TARGET=${TARGET:-", true),
            (": \"${ASSETPROOF_TOKEN:?", true),
            ("STATE_URL=", false),
            ("member() {", false),
            ("in_url() {", false),
            ("tear_down", false),
        ] {
            assert_eq!(plain.contains(part), in_plain, "{part} in {plain}");
            assert!(whole.contains(part), "{part} in {whole}");
        }
        for part in ["signed() (", "ASSETPROOF_SECRET_KEY"] {
            assert!(!plain.contains(part) && !whole.contains(part), "{part}");
        }
    }

    #[test]
    fn a_script_that_signs_asks_for_the_key_pair() {
        let (mut case, mut tape) = (repeated(1, "[]").0, Tape::default());
        let target = target();
        let caller = crate::signing::Caller::new(&target, std::time::SystemTime::now());
        let names = ("Authorization", "X-Sdk-Date");
        let signing = crate::signing::Signing::new(&caller, names, None).expect("a key pair");
        let mut signed = request("POST", "/any", "[]");
        signed.headers.remove(0);
        let date = crate::signing::date(caller.now, None).into_bytes();
        signed.headers.push((names.1.to_owned(), date));
        signing.sign(&mut signed, false);
        tape.sent(0, signed, None);
        case.steps.truncate(1);
        let script = script_of(&case, &tape).expect("it failed");
        for part in [
            "signed() (",
            "signed right curl",
            ": \"${ASSETPROOF_ACCESS_KEY:?",
            ": \"${ASSETPROOF_SECRET_KEY:?",
        ] {
            assert!(script.contains(part), "{part} in {script}");
        }
        assert!(!script.contains("ASSETPROOF_TOKEN"), "{script}");
    }

    #[test]
    fn a_body_of_just_the_length_that_is_sent_is_not_left_out() {
        for (length, left_out) in [(256 * 1024, false), (256 * 1024 + 1, true)] {
            let (case, tape) = repeated(1, &"x".repeat(length));
            let script = script_of(&case, &tape).expect("it failed");
            assert_eq!(script.contains("# It is left out here"), left_out);
        }
    }

    #[test]
    fn of_many_findings_the_rest_is_counted() {
        for (count, more) in [
            (FINDINGS, None),
            (FINDINGS + 1, Some(1)),
            (FINDINGS + 3, Some(3)),
        ] {
            let (mut case, tape) = repeated(1, "[]");
            case.findings = (0..count)
                .map(|number| finding(0, Level::Must, &format!("number {number}")))
                .collect();
            let script = script_of(&case, &tape).expect("it failed");
            assert_eq!(script.contains("more findings"), more.is_some(), "{script}");
            let told = more.map(|more| format!("# and {more} more findings\n"));
            assert!(script.contains(&told.unwrap_or_default()), "{script}");
        }
    }

    #[test]
    fn what_is_forgotten_moves_the_rest_up() {
        let mut tape = Tape::default();
        tape.set_up(SetUp {
            state: "any".to_owned(),
            params: Map::new(),
            returned: Map::new(),
        });
        for step in 0..6 {
            tape.sent(step, request("GET", &format!("/{step}"), ""), None);
        }
        tape.forget(&[1, 3, 4]);
        let left = tape.scenes.iter().filter_map(|scene| match scene {
            Scene::Sent(sent) => Some((sent.step, sent.request.target.as_str())),
            Scene::SetUp(_) => None,
        });
        assert_eq!(left.collect::<Vec<_>>(), [(0, "/0"), (1, "/2"), (2, "/5")]);
        assert_eq!(tape.states().count(), 1);
    }

    /// What the script's functions print when they are called like this.
    fn printed(call: &str, answer: &str) -> Option<String> {
        let script = format!("set -eu\n{MEMBER}{IN_URL}\n{call}");
        let output = Command::new("sh")
            .args(["-c", &script])
            .env("answer", answer)
            .output()
            .expect("a POSIX shell");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        output.status.success().then(|| text.trim_end().to_owned())
    }

    #[test]
    fn a_member_is_cut_out_of_any_json() {
        let answer = "HTTP/1.1 200 OK\r\ndate: Sat, 01 Nov 2025\r\n\r\n{\"id\" :\r\n\t\"a b/c\" , \
            \"list\":[{\"id\": \"two\"},{\"n\":-1.5e3,\"id\":12}],\"not_id\":\"x\",\"to\":\"id\"}";
        for (call, expected) in [
            ("member id", Some("12")),
            ("member id 1", Some("a b/c")),
            ("member id 2", Some("two")),
            ("member n", Some("-1.5e3")),
            ("member missing", None),
            ("member id 9", None),
        ] {
            assert_eq!(printed(call, answer).as_deref(), expected, "{call}");
        }
    }

    /// Each signed vector of the vendor's SDK, sent by a `curl` that prints its last argument.
    #[test]
    fn a_script_signs_as_the_vendors_sdk_does() {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("there is no openssl on this machine, which scripts that sign need");
            return;
        }
        let text = include_str!("../tests/fixtures/signatures/vectors.json");
        let signed: Value = serde_json::from_str(text).expect("the vectors can be read");
        let plain = |name: &str| signed[name].as_str().expect("a text").to_owned();
        let mut checked = 0;
        for vector in signed["vectors"].as_array().expect("a list") {
            let headers = vector["headers_base64"].as_object().expect("an object");
            let headers = headers.iter().filter(|(name, _)| *name != "Host");
            let headers = headers.map(|(name, value)| {
                let value = value.as_str().expect("a text");
                (name.clone(), STANDARD.decode(value).expect("Base64"))
            });
            let request = Request {
                method: vector["method"].as_str().expect("a text").to_owned(),
                target: vector["target"].as_str().expect("a text").to_owned(),
                headers: headers.collect(),
                body: Bytes::from(vector["body"].as_str().expect("a text").to_owned()),
            };
            let found = crate::signing::Found {
                request,
                wrong: None,
            };
            let url = format!("http://assetproof.example{}", found.request.target);
            let line = crate::curl::signed(&url, &found, &[], "-sS");
            let script = format!(
                "set -eu\ncurl() {{ for last; do :; done; printf '%s' \"$last\"; }}\n{SIGNED}\n{line}"
            );
            let output = Command::new("sh")
                .args(["-c", &script])
                .env("ASSETPROOF_ACCESS_KEY", plain("access_key"))
                .env("ASSETPROOF_SECRET_KEY", plain("secret_key"))
                .output()
                .expect("a POSIX shell");
            let expected = vector["authorization"].as_str().expect("a text");
            assert_eq!(
                String::from_utf8_lossy(&output.stdout),
                format!("Authorization: {expected}"),
                "{}: {}",
                vector["name"],
                String::from_utf8_lossy(&output.stderr)
            );
            checked += 1;
        }
        assert!(checked > 10);
    }

    #[test]
    fn a_text_is_encoded_as_the_runner_encodes_it() {
        for text in [
            "plain-1.2_3~",
            "ab/cd+w==",
            "a b#c<d>e?f^g`h|i%j:@!$&()*;k]l}",
        ] {
            let encoded = printed("in_url \"$answer\"", text);
            assert_eq!(encoded, Some(request::segment(text)));
        }
    }
}
