//! `cargo xtask mutants`: the proof of the conformance suite itself.
//!
//! The whole suite is run against each mutant of the fake's catalogue (`matrix`), and against
//! servers that are correct (`correct`): every mutant has to be killed by a case of the requirement
//! that it breaks, and no correct server may be accused. `score` counts, `report` writes.

mod check;
mod correct;
mod html;
mod matrix;
mod report;
mod score;
mod suite;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use clap::Args;
use fake_server::mutants::{Catalogue, Mutant};

use crate::Result;

/// What is asked of the command.
#[derive(Debug, Args)]
pub(crate) struct MutantsArgs {
    /// Only this mutant; repeatable. What a user would read of it is written, too.
    #[arg(long, value_name = "ID")]
    mutant: Vec<String>,
    /// List the mutants with what they break, and run nothing.
    #[arg(long)]
    list: bool,
    /// Under how many seeds the correct servers are judged, each with everything shuffled and
    /// perturbed; 0 leaves them out, and so does `--mutant`.
    #[arg(long, value_name = "N", default_value_t = 200)]
    seeds: u64,
    /// How many servers are judged at once.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// Another catalogue than the one that is built in: a folder with metastudio.toml, roma.toml and
    /// smh.toml, or some of them.
    #[arg(long, value_name = "DIR")]
    catalogue: Option<PathBuf>,
    /// Where `mutants.json` and `mutants.html` are written; with `--mutant` into its folder `chosen`
    /// [default: target/mutants of the workspace].
    #[arg(long, value_name = "DIR")]
    report_dir: Option<PathBuf>,
}

/// Judges the suite; exit code 1 when a mutant survives or a correct server is accused, 2 when that
/// could not be found out.
pub(crate) fn run(args: &MutantsArgs) -> ExitCode {
    let judged = if args.list {
        list(args)
    } else if cfg!(debug_assertions) {
        match as_release() {
            Ok(code) => return code,
            Err(error) => Err(error),
        }
    } else {
        judge(args)
    };
    match judged {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(UNKNOWN)
        }
    }
}

/// The exit code where nothing could be found out.
const UNKNOWN: u8 = 2;

/// A debug build needs ten times as long: the command starts itself as a release build, in the same
/// folder, and ends as that does.
fn as_release() -> Result<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ended = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "xtask"])
        .arg("--manifest-path")
        .arg(crate::root().join("Cargo.toml"))
        .arg("--")
        .args(std::env::args_os().skip(1))
        .status()?;
    match ended.code() {
        // Those of the command itself, which has said why.
        Some(code @ 0..=2) => Ok(ExitCode::from(u8::try_from(code).unwrap_or(UNKNOWN))),
        _ => Err("the release build of this command failed".into()),
    }
}

fn list(args: &MutantsArgs) -> Result<bool> {
    let catalogue = args.catalogue()?;
    check::check(&catalogue, &suite::Suites::new()?)?;
    let mutants = chosen(&catalogue, &args.mutant)?;
    read_enough(write_list(&mutants, &mut io::stdout().lock()))?;
    Ok(true)
}

/// Who reads the first lines only has read enough: that is no error.
fn read_enough(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn print(text: std::fmt::Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    read_enough(out.write_fmt(text).and_then(|()| out.flush()))
}

fn write_list(mutants: &[Arc<Mutant>], out: &mut impl Write) -> io::Result<()> {
    for mutant in mutants {
        writeln!(out, "{:10} {:9} {}", mutant.api, mutant.breaks, mutant.id)?;
        writeln!(out, "{:20} {}", "", mutant.does)?;
    }
    out.flush()
}

fn judge(args: &MutantsArgs) -> Result<bool> {
    let catalogue = args.catalogue()?;
    let chosen = chosen(&catalogue, &args.mutant)?;
    // Before what takes minutes: a folder that cannot be written is told at once.
    let folder = args.folder();
    report::prepare(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let suites = suite::Suites::new()?;
    check::check(&catalogue, &suites)?;
    let whole = args.mutant.is_empty();
    let matrix = runtime.block_on(matrix::run(&suites, &chosen, args.jobs.into()))?;
    let seeds = if whole { args.seeds } else { 0 };
    let correct = runtime.block_on(correct::run(&suites, seeds, args.jobs.into()))?;
    let score = score::Score::new(&suites, &catalogue, &chosen, &matrix, correct, whole);
    report::write(&folder, &score)?;
    print(format_args!("{}", report::terminal(&score)))?;
    if !whole {
        for mutant in &chosen {
            runtime.block_on(matrix::show(mutant, &folder))?;
        }
    }
    let page = folder.join("mutants.html");
    print(format_args!("\nreport: {}\n", page.display()))?;
    Ok(score.is_perfect())
}

/// The mutants of those ids, or all.
fn chosen(catalogue: &Catalogue, ids: &[String]) -> Result<Vec<Arc<Mutant>>> {
    if ids.is_empty() {
        return Ok(catalogue.mutants.clone());
    }
    let mut asked = BTreeSet::new();
    ids.iter()
        .filter(|id| asked.insert(*id))
        .map(|id| {
            let found = catalogue.mutants.iter().find(|mutant| mutant.id == *id);
            found.cloned().ok_or_else(|| {
                format!("there is no mutant {id:?}; cargo xtask mutants --list names all").into()
            })
        })
        .collect()
}

impl MutantsArgs {
    /// Where the reports go. That of chosen mutants does not take the place of the whole one.
    fn folder(&self) -> PathBuf {
        let default = || crate::root().join("target/mutants");
        let folder = self.report_dir.clone().unwrap_or_else(default);
        if self.mutant.is_empty() {
            folder
        } else {
            folder.join("chosen")
        }
    }

    fn catalogue(&self) -> Result<Catalogue> {
        let Some(folder) = &self.catalogue else {
            return Ok(Catalogue::embedded()?);
        };
        let mut texts = BTreeMap::new();
        for file in Catalogue::files() {
            let path = folder.join(file);
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    texts.insert(file, text);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(format!("failed to read {}: {error}", path.display()).into());
                }
            }
        }
        if texts.is_empty() {
            let files: Vec<&str> = Catalogue::files().collect();
            let (folder, files) = (folder.display(), files.join(", "));
            return Err(format!("{folder} has none of the files of a catalogue: {files}").into());
        }
        let catalogue = Catalogue::read(|file| texts.remove(file))?;
        if catalogue.mutants.is_empty() {
            return Err(format!("there are no mutants in {}", folder.display()).into());
        }
        Ok(catalogue)
    }
}
