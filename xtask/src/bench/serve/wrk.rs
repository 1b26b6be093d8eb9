//! The rate as wrk measures it: it costs far less of the machine than a loop in Rust.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use super::{BODY, Figures, PATH, TOKEN};
use crate::bench::Result;

/// How long a round takes.
const SECONDS: &str = "6s";

/// Whether it is installed.
pub(super) fn is_there() -> bool {
    let asked = Command::new("wrk")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok()
}

pub(super) fn run(address: SocketAddr, width: usize) -> Result<Figures> {
    let script = std::env::temp_dir().join(format!("assetproof-bench-{}.lua", std::process::id()));
    let text = format!(
        "wrk.method = 'POST'\nwrk.body = '{BODY}'\nwrk.headers['X-Auth-Token'] = '{TOKEN}'\n\
         wrk.headers['Content-Type'] = 'application/json'\n"
    );
    std::fs::write(&script, text)?;
    let ended = Command::new("wrk")
        .args(["-t1", "--latency", "-d", SECONDS])
        .arg(format!("-c{width}"))
        .arg("-s")
        .arg(&script)
        .arg(format!("http://{address}{PATH}"))
        .output();
    // A script that stays behind in the system's place for such is no reason to fail.
    let _left = std::fs::remove_file(&script);
    let ended = ended?;
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    if !ended.status.success() || said.contains("Non-2xx") || said.contains("Socket errors") {
        return Err(format!("wrk is not content: {said}").into());
    }
    let value = |name: &str| {
        said.lines()
            .find_map(|line| line.trim_start().strip_prefix(name))
            .map(str::trim)
            .ok_or(format!("wrk does not tell {name:?}: {said}"))
    };
    Ok(Figures {
        rate: value("Requests/sec:")?.parse()?,
        slowest: seconds(value("99%")?)?,
    })
}

/// `1.23ms` in seconds.
fn seconds(text: &str) -> Result<f64> {
    for (unit, factor) in [("us", 1e-6), ("ms", 1e-3), ("s", 1.0)] {
        if let Some(number) = text.strip_suffix(unit) {
            return Ok(number.parse::<f64>()? * factor);
        }
    }
    Err(format!("wrk tells no time: {text}").into())
}
