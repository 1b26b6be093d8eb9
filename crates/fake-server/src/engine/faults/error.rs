//! Why a fault cannot be taken.

/// What is wrong with a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The text is not the JSON form of a fault.
    #[error("the fault cannot be read: {0}")]
    Json(String),
    /// A member has a value that cannot be used.
    #[error("the fault's {member} cannot be used: {why}")]
    Invalid {
        /// The member, with those around it.
        member: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No API that is served has such an operation, so that the fault would never strike.
    #[error("the fault's when.operation cannot be used: there is no {operation:?}, only {known}")]
    UnknownOperation {
        /// The operation.
        operation: String,
        /// Those that there are.
        known: String,
    },
    /// The number of faults is bounded.
    #[error("there are {0} faults already, and no more are taken: remove some")]
    TooMany(usize),
}
