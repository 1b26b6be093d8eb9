//! What can be wrong with a contract: each error names the file, the place in it, what is wrong
//! and the way out.

use std::fmt;

use crate::jsonpath::JsonPathError;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A place in a file of a contract. Lines and columns count from 1; columns count characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The file as a person finds it: relative to the root of the contracts when it is embedded,
    /// else below the folder that was given.
    pub file: String,
    /// The line; none when the whole file is meant.
    pub line: Option<u32>,
    /// The column in the line.
    pub column: Option<u32>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
            if let Some(column) = self.column {
                write!(f, ":{column}")?;
            }
        }
        Ok(())
    }
}

/// Why a contract could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that has to be there cannot be read.
    #[error("{file}: cannot be read: {source}{way_out}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
        /// What can be done, starting with punctuation; empty when the system's words suffice.
        way_out: String,
    },
    /// A file is not YAML or JSON.
    #[error("{place}: not well-formed: {what}")]
    Syntax {
        /// Where reading stopped.
        place: Place,
        /// What is wrong, with the way out.
        what: String,
    },
    /// A mapping has the same key twice.
    #[error(
        "{place}: {key:?} stands here a second time (first in line {first}): remove or rename one of the two"
    )]
    DuplicateKey {
        /// The second one.
        place: Place,
        /// The key.
        key: String,
        /// Line of the first one.
        first: u32,
    },
    /// A member is missing, has the wrong type, or a value that means nothing here.
    #[error("{place}: {what}")]
    Shape {
        /// The member, or the object that lacks it.
        place: Place,
        /// What is wrong, with the way out.
        what: String,
    },
    /// An `x-` member that the vocabulary does not have at this place.
    #[error("{place}: {member:?} is no member of {owner}: {way_out}")]
    UnknownMember {
        /// The member.
        place: Place,
        /// Its name.
        member: String,
        /// What it stands on.
        owner: String,
        /// What was probably meant.
        way_out: String,
    },
    /// A reference (`$ref`, `externalValue`, a name) that leads nowhere.
    #[error("{place}: {member:?} leads to {what}: {reference} ({way_out})")]
    MissingReference {
        /// The reference.
        place: Place,
        /// The member that holds it.
        member: &'static str,
        /// What is not there: "no file", "nothing".
        what: &'static str,
        /// The reference as written.
        reference: String,
        /// What can be done.
        way_out: String,
    },
    /// An id of a requirement or an erratum that is declared nowhere.
    #[error("{place}: unknown {kind} {id}: {way_out}")]
    UnknownId {
        /// Where it is used.
        place: Place,
        /// `requirement` or `erratum`.
        kind: &'static str,
        /// The id.
        id: String,
        /// What can be done.
        way_out: String,
    },
    /// An id or an operation that is declared twice.
    #[error("{place}: {what} is declared a second time (first at {first}): {way_out}")]
    Duplicate {
        /// The second declaration.
        place: Place,
        /// What it declares.
        what: String,
        /// The first declaration.
        first: Place,
        /// What can be done.
        way_out: &'static str,
    },
    /// A JSONPath query that is not one, or uses more than the vocabulary allows.
    #[error("{place}: not a query: {source}")]
    JsonPath {
        /// The query.
        place: Place,
        /// What is wrong with it.
        source: JsonPathError,
    },
    /// A JSON Schema that is not valid 2020-12, or a file that breaks its format.
    #[error("{place}: {what}")]
    Schema {
        /// The keyword or member.
        place: Place,
        /// What is wrong, with the way out.
        what: String,
    },
    /// No embedded contract has this name.
    #[error("no contract {name} is built in: there are {known} (--contract DIR reads another one)")]
    NoSuchContract {
        /// `api/revision`.
        name: String,
        /// The ones that there are.
        known: String,
    },
}
