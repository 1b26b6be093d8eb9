//! Why a fault cannot be taken.

/// What is wrong with a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The text is not the JSON form of a fault.
    #[error("the fault cannot be read{}: {problem}", at(.pointer))]
    Json {
        /// A JSON pointer to what is wrong.
        pointer: String,
        /// What is wrong, with line and column.
        problem: String,
    },
    /// An array of none.
    #[error("the array has no fault in it: give at least one")]
    Empty,
    /// One of an array cannot be taken.
    #[error("of the faults, that at /{index}: {error}")]
    InList {
        /// Which one it is, from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        error: Box<FaultError>,
    },
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

impl FaultError {
    /// A JSON pointer to what is wrong in the text that was read.
    pub fn pointer(&self) -> String {
        match self {
            Self::Json { pointer, .. } => pointer.clone(),
            Self::InList { index, error } => format!("/{index}{}", error.pointer()),
            Self::Invalid { member, .. } => format!("/{}", member.replace('.', "/")),
            Self::UnknownOperation { .. } => "/when/operation".to_owned(),
            Self::Empty | Self::TooMany(_) => String::new(),
        }
    }
}

fn at(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!(" at {pointer}")
    }
}
