//! The `curl` line of a failing exchange: pasted into a shell, it sends the same request.

use std::process::Command;

use crate::wrong_server::{Fault, judge};

#[test]
fn the_curl_line_sends_the_same_request() {
    let (ended, case, _) = judge(Fault::Sucess, "metastudio/batch-action/documented/200", &[]);
    let step = &case["steps"][0];
    let line = step["curl"].as_str().expect("a line");
    assert!(
        ended.out.contains(line),
        "the line stands in the terminal report: {}",
        ended.out
    );
    // A shell function in curl's place shows what curl itself would be given.
    let shown = Command::new("sh")
        .arg("-c")
        .arg(format!(
            "curl() {{ for part; do printf '%s\\n' \"$part\"; done; }}\n{line}"
        ))
        .env("ASSETPROOF_TOKEN", "secret-token")
        .output()
        .expect("a shell");
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    let parts: Vec<&str> = shown.lines().collect();
    let after = |flag: &str| {
        let at = parts
            .iter()
            .position(|part| *part == flag)
            .unwrap_or_else(|| panic!("no {flag}: {parts:?}"));
        parts[at + 1]
    };
    assert!(
        parts.contains(&step["request"]["url"].as_str().expect("a URL")),
        "{parts:?}"
    );
    assert_eq!(after("-X"), "POST");
    assert_eq!(
        after("--data-binary"),
        step["request"]["body"]["text"].as_str().expect("a body")
    );
    assert!(
        parts
            .iter()
            .any(|part| part.eq_ignore_ascii_case("x-auth-token: secret-token")),
        "the token comes from the environment: {parts:?}"
    );
}
