//! Reading the parameters of a state, with errors that name what is wrong.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::problem::plain;
use super::states::{State, StateError};

/// The parameters of one state change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Params<'p> {
    state: State,
    given: &'p Map<String, Value>,
}

impl<'p> Params<'p> {
    /// Takes the parameters of `state` when it knows them all.
    pub(crate) fn new(state: State, given: &'p Map<String, Value>) -> Result<Self, StateError> {
        match given.keys().find(|name| !state.takes(name)) {
            None => Ok(Self { state, given }),
            Some(name) => Err(StateError::UnknownParam {
                state: state.name(),
                param: name.clone(),
                known: state.params().join(", "),
            }),
        }
    }

    /// All of them as given.
    pub(crate) fn all(&self) -> &'p Map<String, Value> {
        self.given
    }

    /// A string that has to be there and not be empty: tenants, paths.
    pub(crate) fn required(&self, name: &'static str) -> Result<&'p str, StateError> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) => Err(self.invalid(name, "it is empty")),
            None => Err(StateError::MissingParam {
                state: self.state.name(),
                param: name,
            }),
        }
    }

    /// A string that may be there.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&'p str>, StateError> {
        match self.given.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.invalid(name, &format!("{other} is no string"))),
        }
    }

    /// A value of a documented enum, or of another type that serde reads, that may be there.
    pub(crate) fn value<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, StateError> {
        match self.given.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|error| self.invalid(name, &plain(&error.to_string()))),
        }
    }

    /// Such a value that has to be there.
    pub(crate) fn required_value<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<T, StateError> {
        self.value(name)?.ok_or(StateError::MissingParam {
            state: self.state.name(),
            param: name,
        })
    }

    /// The error that says why the parameter of that name cannot be used.
    pub(crate) fn invalid(&self, name: &'static str, why: &str) -> StateError {
        StateError::InvalidParam {
            state: self.state.name(),
            param: name,
            why: why.to_owned(),
        }
    }
}
