//! Starting the program and waiting for what it says; nothing here waits for a length of time.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// The program with an environment of its own.
pub(crate) fn assetproof(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assetproof"));
    command.args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ASSETPROOF_") {
            command.env_remove(name);
        }
    }
    command
}

/// What the program printed and how it ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}

pub(crate) fn run(command: &mut Command) -> Ended {
    command.output().expect("the program starts").into()
}

/// A folder for one test, emptied first.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the folder of an earlier run can be removed");
    }
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    folder
}

/// `assetproof serve` in a process of its own, stopped when it is dropped.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) base: String,
}

impl Serving {
    /// Starts it without a log.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::of(&mut assetproof(&[&["serve", "--quiet"], args].concat()))
    }

    /// Starts this command, which ends in serving.
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("it is piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("it says where it listens");
        let base = line
            .trim_end()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("the first line is {line:?}"))
            .to_owned();
        Self { child, base }
    }

    /// Sends a signal by name and returns the exit code.
    pub(crate) fn signal(&mut self, name: &str) -> Option<i32> {
        signal(&self.child, name);
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already where a test sent a signal.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("sh")
        .args([
            "-c",
            "kill -s \"$1\" \"$2\"",
            "sh",
            name,
            &child.id().to_string(),
        ])
        .status()
        .expect("a shell");
    assert!(sent.success(), "the signal {name} is sent");
}
