//! What can be wrong with a value that is about to become a documented one.

/// A documented limit that a value breaks.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A string is shorter or longer than documented.
    #[error("a string of {length} characters, expected {min} to {max}")]
    Length {
        /// Its length in Unicode code points, as JSON Schema counts it.
        length: usize,
        /// The documented minimum.
        min: usize,
        /// The documented maximum.
        max: usize,
    },
    /// An array has more elements than documented.
    #[error("an array of {count} elements, expected at most {max}")]
    Count {
        /// How many it has.
        count: usize,
        /// The documented maximum.
        max: usize,
    },
    /// A number has a fractional part where an integer is documented.
    #[error("the number {0}, expected an integer")]
    Fractional(serde_json::Number),
    /// A share of the whole lies outside 0 to 1.
    #[error("the number {0}, expected 0 to 1")]
    Progress(serde_json::Number),
    /// A body of smh's `batch-delete` is neither done (SM-BD-05) nor taken up for later (SM-BD-09).
    #[error("an object without `result` and `taskId`, expected one of them")]
    NeitherResultNorTask,
}

/// A result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;
