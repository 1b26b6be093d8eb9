//! What keeps a run from happening at all: the plan, the target, or the result file. What a
//! target does wrong is never one of these, it is a finding.

use std::io;
use std::path::PathBuf;

/// Why no plan can be made of the contracts and the selection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A documented example cannot be turned into a case.
    #[error("failed to make the case {case}: {problem}")]
    Case {
        /// The case's id.
        case: String,
        /// What is wrong in the contract.
        problem: String,
    },
    /// A `--case` pattern is no glob.
    #[error("failed to read the case pattern {pattern:?}: {source}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        source: globset::Error,
    },
    /// `--requirement` names one that is in no contract.
    #[error("there is no requirement {id:?} (did you mean {nearest}?): --requirements lists them")]
    NoRequirement {
        /// What was asked for.
        id: String,
        /// The id that looks most like it.
        nearest: String,
    },
    /// `--requirement` names one that no case covers.
    #[error(
        "{id} ({level}) is a requirement, but no case covers it, so that nothing would be judged: \
         {why}"
    )]
    NotCovered {
        /// The requirement.
        id: String,
        /// Its level.
        level: contract::Level,
        /// Why no case can, or how to see those that have cases.
        why: String,
    },
    /// A part of the selection selects nothing.
    #[error("no case has the {what} {pattern:?}: {way_out}")]
    NoMatch {
        /// `API`, `id` or `level`.
        what: &'static str,
        /// What was asked for.
        pattern: String,
        /// What there is instead, or how to see it.
        way_out: String,
    },
    /// Each part of the selection selects something, all of them together nothing.
    #[error("no case is left when all selections apply at once: use fewer of them, or --list")]
    NothingLeft,
}

/// Why a text names no part of a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartitionError {
    /// It is not of the form.
    #[error(
        "expected slice:M/N (every Nth case, from the Mth on) or hash:M/N (by the case's name), \
         for instance slice:1/3"
    )]
    Form,
    /// N is 0.
    #[error("there is at least one part, for instance slice:1/3")]
    NoParts,
    /// M is 0, or more than N.
    #[error("there is no part {part} of {of}: parts are counted from 1 to {of}")]
    Range {
        /// M.
        part: usize,
        /// N.
        of: usize,
    },
}

/// Why a file that the user wrote (targets, known failures) cannot be used. No value of the file is
/// repeated where it may be a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be read.
    #[error("failed to read {path}: {source}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something in it is not as it should be.
    #[error("{path}:{line}: {problem}", path = .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Line number from 1.
        line: usize,
        /// What is wrong, and the way out.
        problem: String,
    },
    /// It has no target of that name.
    #[error(
        "{path} has no target {name:?}: {way_out} (what is no name is a URL, and begins with \
         http:// or https://)", path = .path.display()
    )]
    NoTarget {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        name: String,
        /// What there is.
        way_out: String,
    },
}

/// Why a target cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The URL cannot be read.
    #[error("{url:?} is no URL: {problem} (expected for instance http://127.0.0.1:8080)")]
    Url {
        /// The URL as given, without its userinfo.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The URL has another scheme than HTTP's.
    #[error("{url:?} has the scheme {scheme:?}: a target is reached by http or https")]
    Scheme {
        /// The URL as given.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// The URL holds a user name or a password.
    #[error(
        "the URL of {host:?} holds credentials, which would end up in reports: leave them out of \
         it and set ASSETPROOF_TOKEN or ASSETPROOF_ACCESS_TOKEN in the environment"
    )]
    Userinfo {
        /// The URL's host.
        host: String,
    },
    /// The URL has a query or a fragment, to which no path can be appended.
    #[error("{url:?} has a query or a fragment: a base URL ends with its host or a path")]
    NotABase {
        /// The URL as given, without what follows its path.
        url: String,
    },
}

/// Why a run could not be made or not be brought to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Nobody listens at the target's address.
    #[error("failed to reach {url}: {reason}")]
    Unreachable {
        /// The base URL.
        url: String,
        /// What the system says.
        reason: String,
    },
    /// The HTTP client cannot be made.
    #[error("failed to set up the HTTP client: {reason}")]
    Client {
        /// What it says.
        reason: String,
    },
    /// What the target's file says has to do with no case of the plan.
    #[error("{0}")]
    File(#[from] FileError),
    /// The result file cannot be written.
    #[error("failed to write the result file: {0}")]
    Write(#[from] io::Error),
}
