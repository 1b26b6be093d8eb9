//! One target's process: where its inputs come from, how long it may take, and what came of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::build::Built;
use super::folder;
use super::log::{self, Figures};
use crate::Result;

/// Seconds that one input may take. The slowest kept one takes a hundredth of it.
const PATIENCE: u32 = 20;

/// Megabytes that a target may use.
const MEMORY: u32 = 2048;

/// More of an input is not shown.
const SHOWN: usize = 2000;

/// A target that is ready to run.
pub(super) struct Session {
    pub(super) target: String,
    program: PathBuf,
    /// Inputs that were found here and are in no repository.
    scratch: PathBuf,
    /// Inputs that made something fail.
    artifacts: PathBuf,
    log: PathBuf,
}

/// How long a target runs, and what its inputs are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Length {
    pub(super) seconds: u32,
    pub(super) seed: u32,
}

/// What a run came to.
pub(super) struct Ended {
    pub(super) figures: Figures,
    pub(super) crash: Option<Crash>,
}

/// What was found.
pub(super) struct Crash {
    /// The panic's own words, or libFuzzer's.
    pub(super) said: Vec<String>,
    /// The file with the input, and the input with every byte visible; none when the process died
    /// before it could write one.
    pub(super) input: Option<(PathBuf, String)>,
    /// The command that shows it again.
    pub(super) reproduce: String,
    /// All that the target said.
    pub(super) log: PathBuf,
}

impl Session {
    /// Makes the folders of a target.
    pub(super) fn new(built: &Built, target: &str) -> Result<Self> {
        let of = |what: &str| built.found.join(what).join(target);
        let session = Self {
            target: target.to_owned(),
            program: built.programs.join(target),
            scratch: of("corpus"),
            artifacts: of("artifacts"),
            log: built.found.join("logs").join(format!("{target}.log")),
        };
        for folder in [&session.scratch, &session.artifacts, &session.kept()] {
            fs::create_dir_all(folder)?;
        }
        fs::create_dir_all(built.found.join("logs"))?;
        Ok(session)
    }

    /// The inputs that lie in the repository.
    fn kept(&self) -> PathBuf {
        folder().join("corpus").join(&self.target)
    }

    /// Runs the target for that long, or until it finds something.
    pub(super) fn run(&self, length: Length) -> Result<Ended> {
        let mut command = self.command(&self.log)?;
        command
            .arg(format!("-max_total_time={}", length.seconds))
            .arg(format!("-seed={}", length.seed))
            .arg("-print_final_stats=1")
            .arg(&self.scratch)
            .arg(self.kept());
        let regressions = folder().join("regressions").join(&self.target);
        if regressions.is_dir() {
            command.arg(regressions);
        }
        let dictionary = folder().join(format!("dictionaries/{}.dict", self.target));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        let ended = command.status()?;
        let said = String::from_utf8_lossy(&fs::read(&self.log)?).into_owned();
        let crash = (!ended.success()).then(|| self.crash(&said));
        Ok(Ended {
            figures: log::figures(&said),
            crash,
        })
    }

    /// Adds to the kept inputs those found here that reach an edge which no kept one reaches, and
    /// says how many there are now.
    pub(super) fn keep(&self) -> Result<usize> {
        let log = self.log.with_extension("keep.log");
        let merged = self
            .command(&log)?
            .args(["-merge=1", "-use_counters=0"])
            .arg(self.kept())
            .arg(&self.scratch)
            .status()?;
        if !merged.success() {
            let log = log.display();
            return Err(
                format!("the inputs of {} cannot be merged: see {log}", self.target).into(),
            );
        }
        Ok(fs::read_dir(self.kept())?.count())
    }

    fn command(&self, log: &Path) -> Result<Command> {
        let log = File::create(log)?;
        let mut command = Command::new(&self.program);
        command
            .arg(format!("-timeout={PATIENCE}"))
            .arg(format!("-rss_limit_mb={MEMORY}"))
            .arg(format!("-artifact_prefix={}/", self.artifacts.display()))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    fn crash(&self, said: &str) -> Crash {
        let artifact = log::artifact(said).map(PathBuf::from);
        let program = self.program.display();
        let reproduce = match &artifact {
            Some(artifact) => format!("{program} {}", artifact.display()),
            None => format!("{program} {}", self.kept().display()),
        };
        Crash {
            said: log::complaint(said),
            input: artifact.map(|artifact| {
                let shown = shown(&fs::read(&artifact).unwrap_or_default());
                (artifact, shown)
            }),
            reproduce,
            log: self.log.clone(),
        }
    }
}

fn shown(input: &[u8]) -> String {
    let some = &input[..input.len().min(SHOWN)];
    let rest = if some.len() < input.len() { "…" } else { "" };
    format!("{}{rest}", some.escape_ascii())
}
