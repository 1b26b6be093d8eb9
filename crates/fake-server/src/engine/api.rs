//! The APIs that have a state machine, by name.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An API with a stateful fake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Api {
    /// Digital assets: batch actions and summaries.
    Metastudio,
    /// Integration assets: deletion jobs.
    Roma,
    /// Media spaces: batch deletion with a recycle bin.
    Smh,
}

impl Api {
    /// All of them, in order of name.
    pub const ALL: [Self; 3] = [Self::Metastudio, Self::Roma, Self::Smh];

    /// Its name as contracts write it, e.g. `metastudio`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metastudio => "metastudio",
            Self::Roma => "roma",
            Self::Smh => "smh",
        }
    }

    /// The API of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.name() == name)
    }

    /// The revision that is served unless another one is chosen.
    pub fn default_revision(self) -> &'static str {
        match self {
            Self::Metastudio => "2025-12",
            Self::Roma => "2022-12",
            Self::Smh => "2026-01",
        }
    }
}

impl TryFrom<String> for Api {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::named(&name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("there is no API {name:?}, only {known}")
        })
    }
}

impl From<Api> for &'static str {
    fn from(api: Api) -> Self {
        api.name()
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
