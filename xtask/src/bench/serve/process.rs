//! A server in a process of its own, ended when it is dropped.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::bench::Result;

pub(super) struct Process {
    child: Child,
    pub(super) address: SocketAddr,
}

impl Process {
    /// Starts it, and waits until it says where it listens.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ASSETPROOF_") {
                command.env_remove(name);
            }
        }
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take();
        let mut process = Self {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let mut line = String::new();
        BufReader::new(stdout.ok_or("the server has no output")?).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://");
        process.address = address
            .ok_or("the server does not say where it listens")?
            .parse()?;
        Ok(process)
    }

    /// Its resident memory in KiB, where the system tells it as Linux does.
    pub(super) fn resident(&self) -> Option<usize> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself if it cannot be killed.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}
