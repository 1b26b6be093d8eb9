//! What was set up, so that a teardown with the same parameters undoes just that.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Set-ups of one state in one tenant, oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct SetUps {
    made: Vec<SetUp>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUp {
    params: Map<String, Value>,
    made: String,
}

impl SetUps {
    /// Remembers that a set-up with `params` made the thing `id`.
    pub(crate) fn add(&mut self, params: &Map<String, Value>, id: &str) {
        self.made.push(SetUp {
            params: params.clone(),
            made: id.to_owned(),
        });
    }

    /// Forgets the latest set-up with equal parameters, and tells what it made.
    pub(crate) fn take(&mut self, params: &Map<String, Value>) -> Option<String> {
        let index = self
            .made
            .iter()
            .rposition(|set_up| set_up.params == *params)?;
        Some(self.made.remove(index).made)
    }
}
