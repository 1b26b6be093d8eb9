//! Why a fake cannot be made or served.

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong outside of requests; requests themselves are always answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A built-in contract could not be read, or the chosen revision is not built in.
    #[error("failed to load the contract {name}")]
    Contract {
        /// `api/revision`.
        name: String,
        /// What is wrong.
        source: Box<contract::Error>,
    },
    /// A contract's schemas could not be compiled.
    #[error("failed to compile the contract {name}")]
    Validator {
        /// `api/revision`.
        name: String,
        /// What is wrong.
        source: Box<validator::Error>,
    },
    /// There is no state machine for this API.
    #[error("there is no stateful fake of {api:?}, only of {known}")]
    UnknownApi {
        /// The API's name.
        api: String,
        /// Those that there are.
        known: String,
    },
    /// The state machine does not know this revision of its API.
    #[error("the stateful fake of {api} has no revision {revision:?}, only {known}")]
    UnknownRevision {
        /// The API's name.
        api: String,
        /// The revision.
        revision: String,
        /// Those that there are.
        known: String,
    },
    /// A mutant misreads what does not stand in its contract.
    #[error(transparent)]
    Misread(#[from] crate::mutants::NoSuchPassage),
    /// A fault that was asked for cannot be taken.
    #[error(transparent)]
    Fault(#[from] crate::engine::FaultError),
    /// The server could not go on serving.
    #[error("failed to serve")]
    Serve(#[from] std::io::Error),
}
