//! Mutants: fakes with one realistic defect each, by which the conformance suite is proven.
//!
//! The catalogue is data (`mutants/*.toml`, see its README): each mutant has a stable id, says in
//! a line what it does wrong, names the requirement that it breaks, and is made where such bugs are
//! made:
//!
//! - in reading the documentation: a file of the contract as the implementer misread it (`reads`);
//! - in parsing: a request as a careless parser takes it (`requests`);
//! - in authenticating (`credentials`);
//! - in a transition of a state machine: the machines ask `Choices::slips` where it happens;
//! - in serialising: an answer as a careless writer puts it (`answers`).
//!
//! Nothing here knows the checks that find them. A fake is a mutant only when
//! [`EngineBuilder::mutant`] was told so.
//!
//! [`EngineBuilder::mutant`]: crate::EngineBuilder::mutant

mod answers;
mod catalogue;
mod credentials;
mod edit;
mod headers;
mod met;
mod reads;
mod requests;
mod slip;

use serde::Deserialize;

pub use catalogue::{Catalogue, CatalogueError, Exempt};
pub(crate) use credentials::{Accepted, LaxCredentials};
pub(crate) use met::Met;
pub use reads::NoSuchPassage;
pub(crate) use slip::Slip;

use crate::engine::Api;

/// One defect with what is known of it.
#[derive(Debug)]
pub struct Mutant {
    /// Its stable id, e.g. `ba-results-dropped`.
    pub id: String,
    /// The API that has the defect.
    pub api: Api,
    /// The revisions in which it can be had.
    pub revisions: Vec<String>,
    /// The id of the requirement that it breaks.
    pub breaks: String,
    /// What it does wrong, in one line.
    pub does: String,
    /// Why nobody can tell it from a correct implementation, if so.
    pub equivalent: Option<String>,
    how: How,
}

/// Where the defect is made; at least one of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct How {
    reads: Vec<reads::Misreading>,
    requests: Vec<requests::RequestDefect>,
    credentials: Option<credentials::Carelessness>,
    slip: Option<Slip>,
    answers: Vec<answers::AnswerDefect>,
}

impl Mutant {
    /// The operations that its defects name; a defect that names none concerns all.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        let requests = self.how.requests.iter().filter_map(|one| one.operation());
        let answers = self.how.answers.iter().filter_map(|one| one.operation());
        requests.chain(answers)
    }

    /// Whether all its defects are in taking requests and writing answers, where it can be seen
    /// that they are met.
    pub(crate) fn shows_when_met(&self) -> bool {
        self.how.reads.is_empty() && self.how.credentials.is_none() && self.how.slip.is_none()
    }

    /// The slip of a state machine of that API, if that is the defect.
    pub(crate) fn slip(&self, api: Api) -> Option<Slip> {
        self.how.slip.filter(|_| self.api == api)
    }

    /// How it authenticates, if that is the defect.
    pub(crate) fn carelessness(&self) -> Option<credentials::Carelessness> {
        self.how.credentials.clone()
    }
}
