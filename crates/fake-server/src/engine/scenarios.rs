//! The things of all tenants that have a state, under WireMock's name for such: scenarios.
//!
//! A scenario is one thing, and its name says which: the API, its tenant, and its own id, with `:`
//! between them and percent signs for whatever is no letter, digit or one of `-._~`:
//!
//! | name | states |
//! | --- | --- |
//! | `metastudio:PROJECT:ASSET` | the documented asset states |
//! | `roma:PROJECT:INSTANCE:JOB` | `RUNNING`, `HELD` (runs until it is let go), `SUCCEEDED`, `FAILED` |
//! | `smh:LIBRARY:SPACE:recycle-bin` | `on`, `off` |
//! | `smh:LIBRARY:SPACE:batch-deletes` | `by number`, `at once`, `later` |
//! | `smh:LIBRARY:SPACE:task-N` | `RUNNING` (at the next query), `ENDED` |
//!
//! There is one as soon as the thing is there. Setting a state passes over what a client may do, but
//! not over what can be: a job that has ended stays ended, and it ends as what it finds lets it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Engine, Tenant};

/// What stands as it is in a name.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One thing with a state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: String,
    /// The states that there are for it.
    pub possible: Vec<&'static str>,
}

/// Why a scenario is not brought into a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScenarioError {
    /// There is no such thing.
    #[error("there is no scenario {0:?}; GET /__admin/scenarios lists those that there are")]
    Unknown(String),
    /// There is no such state.
    #[error("{name} has no state {state:?}; it has {possible}")]
    UnknownState {
        /// The scenario.
        name: String,
        /// The state.
        state: String,
        /// Those that it has.
        possible: String,
    },
    /// It cannot be brought into the state.
    #[error("{name} cannot be brought into {state:?}: {why}")]
    NotPossible {
        /// The scenario.
        name: String,
        /// The state.
        state: String,
        /// What stands against it.
        why: String,
    },
}

/// Scenarios as the machines tell them.
#[derive(Debug, Default)]
pub(crate) struct Found(Vec<Scenario>);

/// Why a machine does not bring a thing into a state.
#[derive(Debug)]
pub(crate) enum NotPossible {
    /// There is no such thing.
    NoSuchThing,
    /// There is no such state, only these.
    NoSuchState(Vec<&'static str>),
    /// Something stands against it.
    Because(String),
}

impl Found {
    /// Adds the thing that these parts name.
    pub(crate) fn add(&mut self, parts: &[&str], state: &str, possible: &[&'static str]) {
        let parts: Vec<String> = parts
            .iter()
            .map(|part| utf8_percent_encode(part, PART).to_string())
            .collect();
        self.0.push(Scenario {
            name: parts.join(":"),
            state: state.to_owned(),
            possible: possible.to_vec(),
        });
    }
}

impl Engine {
    /// Every thing that has a state, of one tenant or of all, in order of name.
    pub fn scenarios(&self, tenant: Option<&Tenant>) -> Vec<Scenario> {
        let _shared = self.whole.shared();
        let mut found = Found::default();
        let now = self.world.now();
        self.metastudio.scenarios(tenant, now, &mut found);
        self.roma.scenarios(tenant, now, &mut found);
        self.smh.scenarios(tenant, &mut found);
        found.0.sort();
        found.0
    }

    /// Brings the thing of that name into a state.
    ///
    /// # Errors
    /// There is no such thing, it has no such state, or it cannot be brought into it.
    pub fn set_scenario(&self, name: &str, state: &str) -> Result<(), ScenarioError> {
        let _shared = self.whole.shared();
        let parts: Vec<String> = name
            .split(':')
            .map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned())
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let now = self.world.now();
        let done = match parts[..] {
            ["metastudio", project, asset] => {
                self.metastudio.set_scenario(project, asset, state, now)
            }
            ["roma", project, instance, job] => {
                self.roma.set_scenario((project, instance), job, state, now)
            }
            ["smh", library, space, thing] => self.smh.set_scenario((library, space), thing, state),
            _ => Err(NotPossible::NoSuchThing),
        };
        done.map_err(|why| match why {
            NotPossible::NoSuchThing => ScenarioError::Unknown(name.to_owned()),
            NotPossible::NoSuchState(possible) => ScenarioError::UnknownState {
                name: name.to_owned(),
                state: state.to_owned(),
                possible: possible.join(", "),
            },
            NotPossible::Because(why) => ScenarioError::NotPossible {
                name: name.to_owned(),
                state: state.to_owned(),
                why,
            },
        })
    }
}
