//! The state callback, as Pact's provider states do it: which states there are, what they take,
//! and the way of one change to the machine that makes it.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use validator::{Request, Response};

use super::params::Params;
use super::problem::plain;
use super::{Engine, Scope, reply};

/// Where the callback is served.
pub const STATES_PATH: &str = "/_states";

/// Parameters that only say whose the state is. A runner sends all the tenant's, whether the
/// state needs them or not.
const TENANT_PARAMS: [&str; 4] = ["project_id", "instance_id", "library_id", "space_id"];

/// Why a state cannot be set up or torn down.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The request's body is not a state change.
    #[error(
        "the body is not {{\"state\": …, \"params\": {{…}}, \"action\": \"setup\" or \"teardown\"}}: {0}"
    )]
    NotAStateChange(String),
    /// There is no state of that name.
    #[error("unknown state {state:?}; known states: {known}")]
    UnknownState {
        /// The name.
        state: String,
        /// Those that there are.
        known: String,
    },
    /// A parameter that the state cannot do without.
    #[error("state {state:?}: the parameter {param} is missing")]
    MissingParam {
        /// The state.
        state: &'static str,
        /// The parameter.
        param: &'static str,
    },
    /// A parameter that the state does not have.
    #[error("state {state:?} has no parameter {param}; it takes {known}")]
    UnknownParam {
        /// The state.
        state: &'static str,
        /// The parameter.
        param: String,
        /// Those that it takes.
        known: String,
    },
    /// A parameter whose value cannot be used.
    #[error("state {state:?}: the parameter {param} cannot be used: {why}")]
    InvalidParam {
        /// The state.
        state: &'static str,
        /// The parameter.
        param: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// Whether a state is brought about or undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Action {
    /// Brought about.
    #[serde(rename = "setup")]
    SetUp,
    /// Undone.
    #[serde(rename = "teardown")]
    TearDown,
}

/// The states that the fake knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    AssetExists,
    NoDeletionJobRunning,
    DeletionJobRunning,
    ApplicationExists,
    TaskExists,
    FileExists,
    DirectoryExists,
    RecycleBin,
    BatchDeletesRun,
    NextRequestFails,
}

impl State {
    const ALL: [Self; 10] = [
        Self::AssetExists,
        Self::NoDeletionJobRunning,
        Self::DeletionJobRunning,
        Self::ApplicationExists,
        Self::TaskExists,
        Self::FileExists,
        Self::DirectoryExists,
        Self::RecycleBin,
        Self::BatchDeletesRun,
        Self::NextRequestFails,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AssetExists => "asset exists",
            Self::NoDeletionJobRunning => "no deletion job running",
            Self::DeletionJobRunning => "deletion job running",
            Self::ApplicationExists => "application exists",
            Self::TaskExists => "task exists",
            Self::FileExists => "file exists",
            Self::DirectoryExists => "directory exists",
            Self::RecycleBin => "recycle bin",
            Self::BatchDeletesRun => "batch deletes run",
            Self::NextRequestFails => "next request fails",
        }
    }

    /// The parameters that mean something to it.
    pub(crate) fn params(self) -> &'static [&'static str] {
        match self {
            Self::AssetExists => &[
                "project_id",
                "asset_id",
                "asset_state",
                "asset_type",
                "asset_name",
            ],
            Self::NoDeletionJobRunning | Self::DeletionJobRunning => &["project_id", "instance_id"],
            Self::ApplicationExists => &["project_id", "instance_id", "app_id"],
            Self::TaskExists => &["project_id", "instance_id", "task_id"],
            Self::FileExists | Self::DirectoryExists => &["library_id", "space_id", "path"],
            Self::RecycleBin => &["library_id", "space_id", "enabled"],
            Self::BatchDeletesRun => &["library_id", "space_id", "mode"],
            Self::NextRequestFails => &["status", "project_id", "library_id"],
        }
    }

    pub(crate) fn takes(self, param: &str) -> bool {
        self.params().contains(&param) || TENANT_PARAMS.contains(&param)
    }

    fn named(name: &str) -> Result<Self, StateError> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| StateError::UnknownState {
                state: reply::at_most(name, 128),
                known: Self::ALL.map(State::name).join(", "),
            })
    }
}

/// The callback's body. Members that Pact adds (`consumer`) are passed over.
#[derive(Debug, Deserialize)]
struct StateChange {
    state: String,
    #[serde(default)]
    params: Option<Map<String, Value>>,
    #[serde(default)]
    action: Option<Action>,
}

impl Engine {
    /// Brings a state about, like `POST /_states` with the action `setup`.
    ///
    /// `state` is a name such as `asset exists`, `params` a JSON object. Gives what the state
    /// returns, a JSON object such as `{"asset_id": "…"}`, empty where it returns nothing.
    ///
    /// # Errors
    /// An unknown state, or a parameter that is missing, unknown or cannot be used.
    pub fn set_up(&self, state: &str, params: &Value) -> Result<Value, StateError> {
        self.change(state, params, Action::SetUp)
    }

    /// Undoes a state that was brought about with equal `params`; nothing happens when there is
    /// nothing left to undo.
    ///
    /// # Errors
    /// As [`Engine::set_up`].
    pub fn tear_down(&self, state: &str, params: &Value) -> Result<Value, StateError> {
        self.change(state, params, Action::TearDown)
    }

    fn change(&self, state: &str, params: &Value, action: Action) -> Result<Value, StateError> {
        let _shared = self.whole.shared();
        match params {
            Value::Object(params) => self.change_state(State::named(state)?, params, action),
            Value::Null => self.change_state(State::named(state)?, &Map::new(), action),
            _ => Err(StateError::NotAStateChange(
                "params is no object".to_owned(),
            )),
        }
    }

    /// Answers the callback's HTTP request: 200 with the returned values, or 400 with what is
    /// wrong.
    pub(crate) fn states_callback(&self, request: &Request) -> Response {
        let result = serde_json::from_slice::<StateChange>(&request.body)
            .map_err(|error| StateError::NotAStateChange(plain(&error.to_string())))
            .and_then(|change| {
                let state = State::named(&change.state)?;
                let action = change.action.unwrap_or(Action::SetUp);
                self.change_state(state, &change.params.unwrap_or_default(), action)
            });
        match result {
            Ok(values) => reply::json(200, &values),
            Err(error) => reply::json(
                400,
                &json!({"error": error.to_string(), "known_states": State::ALL.map(State::name)}),
            ),
        }
    }

    fn change_state(
        &self,
        state: State,
        params: &Map<String, Value>,
        action: Action,
    ) -> Result<Value, StateError> {
        let params = Params::new(state, params)?;
        match state {
            State::AssetExists => self.metastudio.asset_exists(&params, action, &self.world),
            State::NoDeletionJobRunning => self.roma.no_job_running(&params, action, &self.world),
            State::DeletionJobRunning => self.roma.job_running(&params, action, &self.world),
            State::ApplicationExists => self.roma.application_exists(&params, action, &self.world),
            State::TaskExists => self.roma.task_exists(&params, action, &self.world),
            State::FileExists => self.smh.file_exists(&params, action),
            State::DirectoryExists => self.smh.directory_exists(&params, action),
            State::RecycleBin => self.smh.recycle_bin(&params, action),
            State::BatchDeletesRun => self.smh.batch_deletes_run(&params, action),
            State::NextRequestFails => self.next_request_fails(&params, action),
        }
    }

    fn next_request_fails(&self, params: &Params<'_>, action: Action) -> Result<Value, StateError> {
        let scope = match (params.text("project_id")?, params.text("library_id")?) {
            (None, Some(library)) => Scope::Library(library.to_owned()),
            (Some(_), Some(_)) => {
                return Err(
                    params.invalid("library_id", "project_id is given too: give one of the two")
                );
            }
            (_, None) => Scope::Project(params.required("project_id")?.to_owned()),
        };
        let status: u16 = params.required_value("status")?;
        if !(400..=599).contains(&status) {
            return Err(params.invalid("status", "a failure has a status from 400 to 599"));
        }
        match action {
            Action::SetUp => self.next_failures.ask(scope, status),
            Action::TearDown => {
                self.next_failures.take(&scope);
            }
        }
        Ok(json!({}))
    }
}
