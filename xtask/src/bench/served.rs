//! `assetproof serve` in a process of its own, as long as a chore needs it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::Result;

/// What the server accepts out of the box.
pub(super) const TOKEN: &str = "assetproof-token";
pub(super) const ACCESS_TOKEN: &str = "assetproof-access";

/// A server that is ended when it is dropped.
pub(crate) struct Serving {
    child: Child,
    /// Its base URL.
    pub(crate) base: String,
}

impl Serving {
    /// Starts it at a free port.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        Self::start_with(program, &[])
    }

    /// Starts it at a free port with these flags.
    pub(crate) fn start_with(program: &Path, flags: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        let mut child = without_settings(&mut command)
            .args(["serve", "--quiet"])
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take();
        let mut serving = Self {
            child,
            base: String::new(),
        };
        let mut line = String::new();
        BufReader::new(stdout.ok_or("the server has no output")?).read_line(&mut line)?;
        let base = line.trim_end().strip_prefix("listening on ");
        base.ok_or("the server does not say where it listens")?
            .clone_into(&mut serving.base);
        Ok(serving)
    }

    /// Where its states are set up.
    pub(super) fn state_url(&self) -> String {
        format!("{}/_states", self.base)
    }

    /// Adds what a run needs to know of it.
    pub(super) fn as_target<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        without_settings(command)
            .args(["--target", &self.base])
            .args(["--state-url", &self.state_url()])
            .env("ASSETPROOF_TOKEN", TOKEN)
            .env("ASSETPROOF_ACCESS_TOKEN", ACCESS_TOKEN)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended by itself if it cannot be killed.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// Takes out what the caller has set for its own targets.
fn without_settings(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ASSETPROOF_") {
            command.env_remove(name);
        }
    }
    command
}
