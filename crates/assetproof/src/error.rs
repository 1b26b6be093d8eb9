//! What keeps a command from doing its work. Each ends the program with exit code 2.

use std::path::PathBuf;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A contract is broken.
    #[error("{0}")]
    Contract(Box<contract::Error>),
    /// A contract's schemas do not compile.
    #[error("{0}")]
    Validator(#[from] validator::Error),
    /// The cases cannot be made, or the selection selects nothing.
    #[error("{0}")]
    Plan(#[from] conformance::PlanError),
    /// A target's URL cannot be used.
    #[error("{0}")]
    Target(#[from] conformance::TargetError),
    /// A target file or a baseline cannot be used.
    #[error("{0}")]
    File(#[from] conformance::FileError),
    /// A run could not be made.
    #[error("{0}")]
    Run(#[from] conformance::RunError),
    /// The files are not the parts of one run.
    #[error("{0}")]
    Merge(#[from] conformance::run::MergeError),
    /// The joined run would be written over one of its parts.
    #[error(
        "{path} is a part, and the merged run would be written over it: choose another folder \
         with --report-dir",
        path = .path.display()
    )]
    MergeOverPart {
        /// The part.
        path: PathBuf,
    },
    /// A report could not be written.
    #[error("{0}")]
    Report(#[from] conformance::report::ReportError),
    /// A snapshot could not be read or written.
    #[error("{0}")]
    Snapshot(#[from] conformance::snapshot::SnapshotError),
    /// The fake server could not be made.
    #[error("failed to start the fake server: {0}")]
    Fake(#[from] fake_server::Error),
    /// `--api` or `--revision` names an API that no contract has.
    #[error("no contract is of the API {api:?}: there are {known}")]
    UnknownApi {
        /// What was asked for.
        api: String,
        /// What there is.
        known: String,
    },
    /// `--revision` names a revision that no contract has.
    #[error("{api} has no revision {revision:?}: there are {known}")]
    UnknownRevision {
        /// The API.
        api: String,
        /// What was asked for.
        revision: String,
        /// What there is.
        known: String,
    },
    /// `--tenant` names something that separates no tenants.
    #[error("no path parameter {name:?} separates tenants: there are {known}")]
    UnknownTenant {
        /// What was given.
        name: String,
        /// What there is.
        known: String,
    },
    /// One state URL cannot serve several targets.
    #[error("--state-url goes with one --target: judge the {targets} targets one by one")]
    StateUrlForSeveral {
        /// How many targets there are.
        targets: usize,
    },
    /// A target is named, and there is no file that describes it.
    #[error(
        "there is no assetproof.toml here that describes the target {name:?}: write one, or name \
         it with --targets FILE (a target that is no name is a URL, and begins with http:// or \
         https://)"
    )]
    NoTargetFile {
        /// The name.
        name: String,
    },
    /// `--api` asks for an API that the target does not serve.
    #[error(
        "the target {target} does not serve the API {api:?}: the target file says that it serves \
         {served}"
    )]
    ApiNotServed {
        /// The target.
        target: String,
        /// What was asked for.
        api: String,
        /// What it serves.
        served: String,
    },
    /// The target serves none of the contracts that it was to be judged by.
    #[error("{target} does not serve {own}: mend its apis in the target file, or give --api")]
    NothingServed {
        /// The target.
        target: String,
        /// The APIs of the contracts.
        own: String,
    },
    /// The built-in fake server cannot serve a contract from outside.
    #[error("the built-in fake server does not serve the API {api:?}: name a server with --target")]
    NotServed {
        /// The API.
        api: String,
    },
    /// One half of a key pair is in the environment, without the other.
    #[error("{0}")]
    HalfAKeyPair(conformance::HalfAKeyPair),
    /// The address cannot be listened at.
    #[error("failed to listen at {address}: {source}{way_out}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system says.
        source: std::io::Error,
        /// What to do about it.
        way_out: &'static str,
    },
    /// The file of `--state` cannot be read.
    #[error("failed to read the state file {path}: {source}", path = .path.display())]
    StateUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file of `--state` cannot be written.
    #[error(
        "failed to write the state file {path}: {source} (name another one with --state)",
        path = .path.display()
    )]
    StateUnwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Another process keeps its state there.
    #[error(
        "the state file {path} is in use by another server (stop that one, or name another file)",
        path = .path.display()
    )]
    StateTaken {
        /// The file.
        path: PathBuf,
    },
    /// The file of `--state` holds no state.
    #[error(
        "the state file {path} is broken: {problem} (mend it, or move it away to start afresh)",
        path = .path.display()
    )]
    StateBroken {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// A file of a certificate cannot be read or written.
    #[error("failed to use the certificate file {path}: {source}", path = .path.display())]
    CertificateFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A certificate is none that can be served with.
    #[error("cannot serve https with {path}: {source}", path = .path.display())]
    Certificate {
        /// The certificate's file.
        path: PathBuf,
        /// What is wrong.
        source: fake_server::standalone::TlsError,
    },
    /// No certificate can be made.
    #[error("cannot serve https with a certificate of its own: {0} (mind --tls-name)")]
    MakeCertificate(#[source] fake_server::standalone::TlsError),
    /// A folder or a file of the reports cannot be made.
    #[error("failed to replace {path}: {source} (choose another folder with --report-dir)")]
    ReportDir {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The asynchronous runtime or the signal handlers cannot be set up.
    #[error("failed to set up the process: {0}")]
    Process(#[source] std::io::Error),
}

impl From<contract::Error> for Error {
    fn from(error: contract::Error) -> Self {
        Self::Contract(Box::new(error))
    }
}
