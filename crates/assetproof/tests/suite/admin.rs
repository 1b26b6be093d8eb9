//! `assetproof serve` with its admin interface, by plain HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use crate::program::{assetproof, run, signal};

/// A server whose standard output is read on.
struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Server {
    fn start(args: &[&str]) -> Self {
        let mut child = assetproof(&[&["serve"], args].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, out }
    }

    /// The address in the next line, which begins like this.
    fn address(&mut self, before: &str) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix(before);
        let address = address.unwrap_or_else(|| panic!("the line is {line:?}"));
        address.trim_end_matches("/__admin").to_owned()
    }

    /// What it still prints, and its exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("text");
        (rest, self.child.wait().expect("it ends").code())
    }
}

fn ask(address: &str, method: &str, target: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         X-Auth-Token: assetproof-token\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[test]
fn it_tells_what_came_in_and_ends_the_process() {
    let mut server = Server::start(&["--strict-client", "--journal", "2"]);
    let fake = server.address("listening on http://");
    let admin = server.address("admin on http://");
    assert_ne!(fake, admin);
    let target = "/v1/p/digital-assets/batch-action";
    let refused = ask(
        &fake,
        "POST",
        target,
        r#"{"action":"DETELTE","asset_ids":[]}"#,
    );
    assert!(refused.starts_with("HTTP/1.1 400"), "{refused}");
    assert!(
        refused
            .to_lowercase()
            .contains("x-assetproof-findings: ms-ba-05"),
        "{refused}"
    );
    let findings = ask(&admin, "GET", "/__admin/findings", "");
    assert!(
        findings.contains("MS-BA-05") && !findings.contains("assetproof-token"),
        "{findings}"
    );
    for _ in 0..3 {
        ask(&fake, "POST", target, "{}");
    }
    let kept = ask(&admin, "GET", "/__admin/requests", "");
    assert!(kept.contains(r#""total":2"#), "{kept}");
    let ended = ask(&admin, "POST", "/__admin/shutdown", "");
    assert!(ended.starts_with("HTTP/1.1 200"), "{ended}");
    assert_eq!(server.end(), (String::new(), Some(0)));
}

#[test]
fn a_signal_ends_it_too_and_without_an_interface_nothing_is_said_of_one() {
    for args in [&["--no-admin"][..], &[]] {
        let mut server = Server::start(args);
        server.address("listening on http://");
        if args.is_empty() {
            server.address("admin on http://127.0.0.1:");
        }
        signal(&server.child, "TERM");
        assert_eq!(server.end(), (String::new(), Some(0)));
    }
}

#[test]
fn an_address_and_none_are_two_things() {
    let ended = run(&mut assetproof(&[
        "serve",
        "--admin",
        "127.0.0.1:0",
        "--no-admin",
    ]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("--no-admin"), "{}", ended.err);
}
