//! The `curl` line of a failing exchange: pasted into a shell, it sends the same request.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use crate::wrong_server::{Fault, judge};

/// Sends what `curl` was given over a socket, and returns the answer.
fn send(url: &str, headers: &[&str], body: &str) -> String {
    let (address, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .expect("an http URL with a path");
    let mut stream = TcpStream::connect(address).expect("the server still listens");
    let headers = headers.join("\r\n");
    write!(
        stream,
        "POST /{path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    stream
        .shutdown(std::net::Shutdown::Write)
        .expect("the request has ended");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

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
    let headers: Vec<&str> = parts
        .iter()
        .zip(&parts[1..])
        .filter(|(flag, _)| **flag == "-H")
        .map(|(_, header)| *header)
        .collect();
    let url = step["request"]["url"].as_str().expect("a URL");
    let answer = send(url, &headers, after("--data-binary"));
    assert!(
        answer.ends_with(step["response"]["body"]["text"].as_str().expect("a body")),
        "the same answer comes again: {answer}"
    );
}
