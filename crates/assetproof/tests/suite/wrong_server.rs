//! Servers with one deliberate fault, judged by the program: the exit code, the requirement or
//! erratum that is named, and that the run ends in time.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use rstest::rstest;
use serde_json::{Value, json};

use crate::program::{Ended, assetproof, folder, run};

/// How a server spoils its answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// None at all.
    Nothing,
    /// SUCCESS is spelt as in the documentation's example.
    Sucess,
    /// The first requested id stands in no result.
    DropsAnId,
    /// 200 without a body.
    EmptyBody,
    /// The connection is closed without an answer.
    Closes,
    /// The numbers of a batch deletion are strings.
    StringStatuses,
    /// Never answers.
    Silent,
    /// Leads from one address to itself.
    RedirectLoop,
    /// A body of 100 MB.
    HugeBody,
    /// A header of 1 MB.
    HugeHeader,
    /// Markup in every text.
    Script,
}

/// A server of batch actions and batch deletions, written apart from the fake. The state callback
/// answers that the state is there.
pub(crate) fn start(fault: Fault) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(&stream, fault));
        }
    });
    base
}

fn serve(stream: &TcpStream, fault: Fault) {
    let mut reader = BufReader::new(stream);
    while let Some((path, body)) = request(&mut reader) {
        let mut to = stream;
        let sent = if path == "/_states" {
            answer(
                &mut to,
                "200 OK",
                "",
                &json!({"asset_id": "known-asset"}).to_string(),
            )
        } else {
            spoilt(&mut to, fault, &path, &body)
        };
        if sent.is_err() {
            return;
        }
    }
}

fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, Value)> {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, serde_json::from_slice(&body).unwrap_or_default()))
}

fn answer(to: &mut &TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    write!(
        to,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-Request-Id: r\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn spoilt(to: &mut &TcpStream, fault: Fault, path: &str, request: &Value) -> std::io::Result<()> {
    let closed = || std::io::Error::other("the connection is closed");
    match fault {
        Fault::EmptyBody => answer(to, "200 OK", "", ""),
        Fault::Closes => Err(closed()),
        Fault::Silent => {
            // Until the client gives up and closes.
            let _closed = to.read(&mut [0; 1]);
            Err(closed())
        }
        Fault::RedirectLoop => answer(to, "302 Found", &format!("Location: {path}\r\n"), ""),
        Fault::HugeBody => {
            write!(
                to,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n"
            )?;
            (0..100).try_for_each(|_| to.write_all(&vec![b' '; 1_000_000]))
        }
        Fault::HugeHeader => answer(
            to,
            "200 OK",
            &format!("X-Huge: {}\r\n", "h".repeat(1_000_000)),
            "{}",
        ),
        _ if path.starts_with("/api/") => {
            answer(to, "200 OK", "", &deleted(fault, request).to_string())
        }
        _ => answer(to, "200 OK", "", &acted(fault, request).to_string()),
    }
}

fn acted(fault: Fault, request: &Value) -> Value {
    let ids: Vec<Value> = request["asset_ids"].as_array().cloned().unwrap_or_default();
    let (known, unknown): (Vec<_>, Vec<_>) = ids.into_iter().partition(|id| id == "known-asset");
    let known = match fault {
        Fault::DropsAnId => Vec::new(),
        _ => known.into_iter().take(1).collect(),
    };
    let status = match fault {
        Fault::Sucess => "SUCESS",
        Fault::Script => "<script>alert(1)</script>",
        _ => "SUCCESS",
    };
    json!({"results": [
        {"ret_status": status, "asset_ids": known},
        {"ret_status": "FAILED", "asset_ids": unknown,
         "error_info": {"error_code": "MSS.00000009", "error_msg": "Insufficient permissions."}},
    ]})
}

fn deleted(fault: Fault, request: &Value) -> Value {
    let items = request.as_array().cloned().unwrap_or_default();
    let results: Vec<Value> = items
        .iter()
        .enumerate()
        .map(|(index, item)| {
            let path: Vec<&str> = item["path"]
                .as_str()
                .unwrap_or_default()
                .split('/')
                .collect();
            let status = if item["permanent"] == true { 204 } else { 200 };
            let mut result = match fault {
                Fault::StringStatuses => json!({"status": status.to_string(), "path": path}),
                _ => json!({"status": status, "path": path}),
            };
            if status == 200 {
                result["recycledItemId"] = json!(index);
            }
            result
        })
        .collect();
    json!({"result": results})
}

/// Judges a spoilt server by one case.
pub(crate) fn judge(fault: Fault, case: &str, more: &[&str]) -> (Ended, Value, PathBuf) {
    let base = start(fault);
    let name = format!(
        "wrong-{fault:?}-{}{}",
        case.replace('/', "-"),
        more.concat()
    );
    let folder = folder(&name);
    let state_url = format!("{base}/_states");
    let dir = folder.to_str().expect("UTF-8");
    let mut args = vec![
        "conformance",
        "--target",
        &base,
        "--state-url",
        &state_url,
        "--case",
        case,
        "--timeout",
        "2s",
        "--report-dir",
        dir,
    ];
    args.extend(more);
    let mut command = assetproof(&args);
    command
        .env("ASSETPROOF_TOKEN", "secret-token")
        .env("ASSETPROOF_ACCESS_TOKEN", "secret-access");
    let ended = run(&mut command);
    let text = std::fs::read_to_string(folder.join("run.ndjson")).expect("a run file");
    let case = text.lines().nth(1).expect("a case");
    (ended, serde_json::from_str(case).expect("JSON"), folder)
}

const ACTION: &str = "metastudio/batch-action/documented/200";
const DELETION: &str = "smh/batch-delete/documented/done-at-once";

fn cites(case: &Value, member: &str, id: &str) -> bool {
    case["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .any(|finding| finding[member] == id)
}

#[rstest]
#[case(Fault::Nothing, ACTION)]
#[case(Fault::Nothing, DELETION)]
fn a_server_without_fault_is_not_accused(#[case] fault: Fault, #[case] case: &str) {
    let (ended, case, _) = judge(fault, case, &[]);
    assert_eq!(
        (ended.code, case["verdict"].as_str()),
        (Some(0), Some("pass")),
        "{}",
        ended.out
    );
}

#[rstest]
#[case(Fault::Sucess, "MS-BA-10")]
#[case(Fault::EmptyBody, "HT-01")]
#[case(Fault::Closes, "MS-BA-01")]
#[case(Fault::Silent, "MS-BA-01")]
#[case(Fault::HugeBody, "MS-BA-01")]
#[case(Fault::HugeHeader, "MS-BA-01")]
fn a_broken_must_is_exit_1_and_names_the_requirement(#[case] fault: Fault, #[case] id: &str) {
    let (ended, case, folder) = judge(fault, ACTION, &[]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    assert!(cites(&case, "requirement", id), "{}", ended.out);
    assert!(
        ended.out.contains(id) && ended.out.contains("curl "),
        "{}",
        ended.out
    );
    assert!(!ended.out.contains("secret-token"), "{}", ended.out);
    for file in ["run.ndjson", "report.html", "junit.xml", "summary.md"] {
        let text = std::fs::read_to_string(folder.join(file)).expect("the report");
        assert!(text.contains(id), "{id} is missing in {file}");
        assert!(!text.contains("secret-token"), "a secret in {file}");
    }
}

#[test]
fn a_redirect_loop_is_an_undocumented_status_and_no_loop() {
    let (ended, case, _) = judge(Fault::RedirectLoop, ACTION, &["--strict"]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    assert!(cites(&case, "requirement", "MS-BA-18"), "{}", ended.out);
    assert_eq!(case["steps"].as_array().expect("steps").len(), 1);
}

#[test]
fn a_dropped_id_is_a_missed_should_and_fails_when_strict() {
    let (ended, case, _) = judge(Fault::DropsAnId, ACTION, &[]);
    assert_eq!(
        (ended.code, case["verdict"].as_str()),
        (Some(0), Some("warning")),
        "{}",
        ended.out
    );
    assert!(cites(&case, "requirement", "MS-BA-14"), "{}", ended.out);
    let (ended, _, _) = judge(Fault::DropsAnId, ACTION, &["--strict"]);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
}

#[test]
fn strings_for_numbers_follow_the_table_and_are_only_observed() {
    let (ended, case, _) = judge(Fault::StringStatuses, DELETION, &["--strict"]);
    assert_eq!(
        (ended.code, case["verdict"].as_str()),
        (Some(0), Some("pass")),
        "{}",
        ended.out
    );
    assert!(cites(&case, "erratum", "SM-E01"), "{}", ended.out);
    assert!(ended.out.contains("SM-E01"), "{}", ended.out);
}

#[test]
fn markup_in_a_response_stays_text_in_the_report() {
    let (ended, _, folder) = judge(Fault::Script, ACTION, &[]);
    assert_eq!(ended.code, Some(1));
    let html = std::fs::read_to_string(folder.join("report.html")).expect("the report");
    assert_eq!(
        html.matches("<script").count(),
        1,
        "only the report's own script, no markup of the response"
    );
    assert!(html.contains("&lt;script&gt;alert(1)"), "the text is shown");
}
