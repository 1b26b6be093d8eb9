//! A virtual environment of Python with the vendor's clients in it, kept in cargo's folder and made
//! anew when the pinned versions change.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// The clients, one a line, each with its version.
const REQUIREMENTS: &str = include_str!("requirements.txt");

/// An environment in which everything is installed.
#[derive(Debug)]
pub(super) struct Environment {
    python: PathBuf,
}

impl Environment {
    /// Makes it in the folder `interop` of `target`, unless it is there already.
    pub(super) fn prepare(python: &OsStr, target: &Path) -> Result<Self> {
        version(python)?;
        let folder = target.join("interop");
        let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let environment = Self {
            python: programs.join(format!("python{}", std::env::consts::EXE_SUFFIX)),
        };
        // Written last, so that half an environment is not taken for a whole one.
        let installed = folder.join("installed.txt");
        let known = std::fs::read_to_string(&installed).unwrap_or_default();
        if known == REQUIREMENTS && version(environment.python.as_os_str()).is_ok() {
            return Ok(environment);
        }
        println!("installing the vendor's clients into {}", folder.display());
        let mut make = Command::new(python);
        make.args(["-m", "venv", "--clear"]).arg(&folder);
        succeed(
            &mut make,
            "a virtual environment cannot be made: install Python's module venv (on Debian \
             the package python3-venv)",
        )?;
        let requirements = folder.join("requirements.txt");
        std::fs::write(&requirements, REQUIREMENTS)?;
        let mut install = Command::new(&environment.python);
        install
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg("--requirement")
            .arg(&requirements);
        succeed(
            &mut install,
            "the vendor's clients cannot be installed: they come from PyPI, which has to be \
             reached once",
        )?;
        std::fs::write(&installed, REQUIREMENTS)?;
        Ok(environment)
    }

    /// Runs a script and tells whether it succeeded; what it prints is shown.
    pub(super) fn run(&self, script: &str, arguments: &[&str]) -> Result<bool> {
        let mut command = Command::new(&self.python);
        // A proxy of the user's must not stand between a client and a server on this machine.
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
        Ok(command.arg(script).args(arguments).status()?.success())
    }
}

fn version(python: &OsStr) -> Result<()> {
    let asked = Command::new(python)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match asked {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "{} cannot be started: the vendor's clients are written in Python, so install \
             Python 3, or name it with --python",
            python.display()
        )
        .into()),
    }
}

fn succeed(command: &mut Command, otherwise: &str) -> Result<()> {
    if command.status()?.success() {
        Ok(())
    } else {
        Err(otherwise.into())
    }
}
