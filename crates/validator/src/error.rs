//! Why a contract cannot be compiled.

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a contract cannot be compiled into a validator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A `$ref` leads nowhere.
    #[error("{document}#{pointer}: \"$ref\" leads nowhere: {reference} (is it spelt right?)")]
    Reference {
        /// The document with the reference.
        document: String,
        /// The place in it.
        pointer: String,
        /// The reference.
        reference: String,
    },
    /// A schema is no valid JSON Schema 2020-12.
    #[error("{document}#{pointer}: not a valid JSON Schema: {problem}")]
    Schema {
        /// The document with the schema.
        document: String,
        /// The place in it.
        pointer: String,
        /// What is wrong.
        problem: String,
    },
    /// `x-should` or `x-may` stands where a miss would change what is MUST.
    #[error(
        "{document}#{pointer}: \"{keyword}\" inside \"{inside}\" would change what is MUST; \
         state it beside \"{inside}\" instead"
    )]
    Soft {
        /// The document with the schema.
        document: String,
        /// The place in it.
        pointer: String,
        /// `x-should` or `x-may`.
        keyword: String,
        /// The keyword around it.
        inside: String,
    },
}
