//! Why a run file cannot be read, or several of them not be joined.

use std::path::PathBuf;

/// Why a run file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened or read.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A line is not what the format says.
    #[error("{path}:{line}: {problem}", path = .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number from 1.
        line: usize,
        /// What is wrong, and the way out.
        problem: String,
    },
}

/// Why files are not the parts of one run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// No file was given.
    #[error("there is nothing to merge: name the run.ndjson of each part")]
    Nothing,
    /// A file is of a run that was not partitioned.
    #[error(
        "{path}: a whole run and no part of one: only runs made with --partition are merged",
        path = .path.display()
    )]
    Whole {
        /// The file.
        path: PathBuf,
    },
    /// A file is of a part that cannot be.
    #[error("{path}: there is no part {partition}; was the file changed?", path = .path.display())]
    NoPart {
        /// The file.
        path: PathBuf,
        /// What it calls itself, e.g. `slice:4/3`.
        partition: String,
    },
    /// A part did not come to its end.
    #[error("{path}: {said}; run the part {partition} again", path = .path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// What [`crate::run::Run::cut_short`] says.
        said: String,
        /// The part, e.g. `slice:2/3`.
        partition: String,
    },
    /// A part holds cases that are not its own.
    #[error(
        "{path}: it holds {cases} cases, but its header says {expected}; was the file changed?",
        path = .path.display()
    )]
    TooMany {
        /// The file.
        path: PathBuf,
        /// Cases in it.
        cases: usize,
        /// Cases that its part has.
        expected: usize,
    },
    /// Two files are of different runs.
    #[error(
        "{path}: {what} is {second}, but {first} in {other}: run all parts with the same version \
         and the same flags, --partition aside",
        path = .path.display(),
        other = .other.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The file that it was compared with.
        other: PathBuf,
        /// What differs.
        what: &'static str,
        /// How it is in `other`.
        first: String,
        /// How it is in `path`.
        second: String,
    },
    /// A part stands in two files.
    #[error(
        "{second}: the part {partition} is in {first} already: name each part once",
        second = .second.display(),
        first = .first.display()
    )]
    Doubled {
        /// The part, e.g. `slice:2/3`.
        partition: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// Parts are not there.
    #[error(
        "{parts} {verb} missing, {there} of {of} parts are there: run {them} with --partition, \
         --seed {seed} and the flags of the others",
        verb = if .of - .there == 1 { "is" } else { "are" },
        them = if .of - .there == 1 { "it" } else { "them" }
    )]
    Missing {
        /// The first ones, e.g. `slice:2/3, slice:3/3`.
        parts: String,
        /// The seed of the others.
        seed: u64,
        /// How many parts are there.
        there: usize,
        /// How many there are to be.
        of: usize,
    },
    /// Two parts have a case in common.
    #[error(
        "{second}: the case {case} is in {first}, too; was a file changed?",
        second = .second.display(),
        first = .first.display()
    )]
    Shared {
        /// The case's id.
        case: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// The parts do not add up.
    #[error(
        "the parts have {held} cases together, but {selected} were selected; was a file changed?"
    )]
    Sum {
        /// Cases of all parts.
        held: usize,
        /// Cases that were selected.
        selected: usize,
    },
}
