//! Runs a script by `sh`, with the machine's own `curl` or with one that this test stands in for,
//! so that a machine without `curl` tests the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Who sends the requests of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curl {
    /// The machine's own.
    Real,
    /// A shell function that hands its arguments to this process.
    StandIn,
}

impl Curl {
    /// Whether it is there.
    pub(crate) fn is_there(self) -> bool {
        self == Self::StandIn || Command::new("curl").arg("--version").output().is_ok()
    }
}

/// A `curl` that writes its arguments and its input to files, and gives back what this process
/// puts beside them.
const STAND_IN: &str = r#"
curl() {
  case " $* " in *' @- '*) cat > "$STAND_IN/input" ;; esac
  for part; do printf '%s\000' "$part"; done > "$STAND_IN/ask"
  read -r code < "$STAND_IN/code"
  cat "$STAND_IN/output"
  return "$code"
}
"#;

/// Runs the script to its end.
pub(crate) fn run(script: &str, environment: &[(&str, &str)], curl: Curl) -> Output {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("shell-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _gone = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("script.sh");
    let text = match curl {
        Curl::Real => script.to_owned(),
        Curl::StandIn => format!("{STAND_IN}{script}"),
    };
    std::fs::write(&path, text).expect("a file");
    let mut command = Command::new("sh");
    command.arg(&path).env("STAND_IN", &folder);
    for name in [
        "TARGET",
        "STATE_URL",
        "http_proxy",
        "https_proxy",
        "ALL_PROXY",
    ] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied());
    if curl == Curl::StandIn {
        for pipe in ["ask", "code"] {
            let made = Command::new("mkfifo").arg(folder.join(pipe)).status();
            assert!(made.expect("mkfifo").success());
        }
        // It ends with the process: a last read waits for a question that never comes.
        std::thread::spawn(move || {
            loop {
                stand_in(&folder);
            }
        });
    }
    command.output().expect("a POSIX shell")
}

/// Does what one call of `curl` asks for.
fn stand_in(folder: &Path) {
    let ask = std::fs::read(folder.join("ask")).expect("a pipe");
    let parts: Vec<String> = ask
        .split(|byte| *byte == 0)
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect();
    let sent = send(&parts, folder);
    let (code, output) = match sent {
        Ok(output) => (0, output),
        Err(code) => (code, String::new()),
    };
    std::fs::write(folder.join("output"), output).expect("a file");
    std::fs::write(folder.join("code"), format!("{code}\n")).expect("a pipe");
}

/// Sends what these arguments say. What `curl` would print, or its exit status.
fn send(parts: &[String], folder: &Path) -> Result<String, i32> {
    let mut flags = BTreeMap::new();
    let (mut url, mut head, mut body) = (String::new(), String::new(), None);
    let mut parts = parts.iter().filter(|part| !part.is_empty());
    while let Some(part) = parts.next() {
        let mut value = || parts.next().cloned().expect("the flag has a value");
        match part.as_str() {
            "-H" => {
                let header = value();
                if !header.ends_with(':') {
                    head.push_str(&header);
                    head.push_str("\r\n");
                }
            }
            "--data-binary" => {
                body = Some(match value().as_str() {
                    "@-" => std::fs::read(folder.join("input")).expect("the input"),
                    text => text.as_bytes().to_vec(),
                });
            }
            "-X" | "-o" | "-w" | "--max-time" => drop(flags.insert(part.as_str(), value())),
            "-sS" | "-i" | "-f" | "--globoff" | "--path-as-is" => {
                flags.insert(part.as_str(), String::new());
            }
            text if text.starts_with("http://") => text.clone_into(&mut url),
            other => panic!("the stand-in for curl does not know {other}"),
        }
    }
    let rest = url.strip_prefix("http://").expect("a plain URL");
    let (address, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(address).map_err(|_| 7)?;
    let body = body.unwrap_or_default();
    let _ = write!(
        head,
        "Host: {address}\r\nContent-Length: {}\r\n",
        body.len()
    );
    let method = &flags["-X"];
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\n{head}Connection: close\r\n\r\n"
    )
    .map_err(|_| 55)?;
    stream.write_all(&body).map_err(|_| 55)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(|_| 56)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(52)?;
    let status: u16 = head[9..12].parse().map_err(|_| 1)?;
    Ok(if flags.contains_key("-f") && status >= 400 {
        return Err(22);
    } else if flags.contains_key("-o") {
        String::new()
    } else if flags.contains_key("-i") {
        format!("{head}\n\n{body}\n")
    } else {
        body.to_owned()
    })
}
