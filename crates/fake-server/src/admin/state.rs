//! What concerns the state of the tenants: resets, the state callback, scenarios, snapshots.

use bytes::Bytes;
use serde_json::{Value, json};
use validator::Request;

use super::Admin;
use super::reply::{Answer, Refused, object, ok, only_known, value};
use super::routes::Call;
use crate::engine::{STATES_PATH, ScenarioError};

impl Admin {
    /// State and recorded requests, of one tenant or of all; with all of them go the faults.
    pub(super) fn reset(&self, call: &Call<'_>) -> Answer {
        if let Some(tenant) = call.tenant()? {
            self.engine.reset_tenant(&tenant);
        } else {
            self.engine.reset();
            self.engine.faults().clear();
        }
        ok(json!({}))
    }

    /// The state callback, as the fake itself serves it, with its own errors.
    pub(super) fn states(&self, call: &Call<'_>) -> Answer {
        let [] = call.parameters([])?;
        Ok(self.engine.respond(&Request {
            method: "POST".to_owned(),
            target: STATES_PATH.to_owned(),
            headers: Vec::new(),
            body: Bytes::clone(&call.request.body),
        }))
    }

    pub(super) fn snapshot(&self, _: &Call<'_>) -> Answer {
        ok(self.engine.snapshot())
    }

    pub(super) fn restore(&self, call: &Call<'_>) -> Answer {
        let snapshot = value(&call.request.body)?;
        self.engine
            .restore(&snapshot)
            .map_err(|error| Refused::unusable(Some(&error.pointer), &error.problem))?;
        ok(json!({}))
    }

    pub(super) fn scenarios(&self, call: &Call<'_>) -> Answer {
        let scenarios = self.engine.scenarios(call.tenant()?.as_ref());
        let scenarios: Vec<Value> = scenarios
            .into_iter()
            .map(|scenario| {
                json!({
                    "id": scenario.name,
                    "name": scenario.name,
                    "state": scenario.state,
                    "possibleStates": scenario.possible,
                })
            })
            .collect();
        ok(json!({"scenarios": scenarios}))
    }

    /// State only: what was recorded stays.
    pub(super) fn reset_scenarios(&self, call: &Call<'_>) -> Answer {
        match call.tenant()? {
            Some(tenant) => self.engine.reset_state_of(&tenant),
            None => self.engine.reset_state(),
        }
        ok(json!({}))
    }

    pub(super) fn set_scenario(&self, call: &Call<'_>) -> Answer {
        let body = object(&call.request.body)?;
        only_known(&body, "", &["state"])?;
        let Some(Value::String(state)) = body.get("state") else {
            return Err(Refused::unusable(
                Some("/state"),
                "expected the name of a state, one of the scenario's possibleStates",
            ));
        };
        self.engine
            .set_scenario(&call.parameter, state)
            .map_err(|error| match error {
                ScenarioError::Unknown(_) => Refused::not_found(&error.to_string()),
                _ => Refused::unusable(Some("/state"), &error.to_string()),
            })?;
        ok(json!({}))
    }
}
