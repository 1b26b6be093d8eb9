//! Provider states: bringing a target into the state that a case begins with, and tidying up after
//! it, by Pact's callback (`POST state_url` with `state`, `params` and `action`). A target without
//! a state URL may be known to be in a state; which known state serves which case is decided in
//! `target::provisions`.

use contract::{Operation, ProviderState};
use reqwest::Url;
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::Instant;
use validator::shorten;

use crate::KnownState;
use crate::client::Client;
use crate::expression::{self, States};
use crate::tenant::{Tenant, snake_case};

/// The states that a case has set up so far.
#[derive(Debug)]
pub(crate) struct StateSetup<'t> {
    client: &'t Client,
    url: Option<&'t Url>,
    /// The known states that are this case's and that it has not asked for yet.
    known: Vec<&'t KnownState>,
    /// State names and parameters in order, for the teardown.
    done: Vec<(String, Map<String, Value>)>,
    /// Whether the last one of them failed.
    failed: bool,
    /// What the set-ups returned.
    pub(crate) returned: States,
}

/// Why a case does not find the state that it begins with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SetUpProblem {
    /// The target has no way to be brought into it.
    NoWay(String),
    /// It was asked to, and that went wrong.
    Failed(String),
}

impl<'t> StateSetup<'t> {
    /// Nothing set up yet; `url` is the target's state URL, `known` the states that serve the case
    /// where there is none.
    pub(crate) fn new(
        client: &'t Client,
        url: Option<&'t Url>,
        known: impl IntoIterator<Item = &'t KnownState>,
    ) -> Self {
        Self {
            client,
            url,
            known: known.into_iter().collect(),
            done: Vec::new(),
            failed: false,
            returned: States::new(),
        }
    }

    /// What was posted to be set up and is not torn down yet: names and parameters in order.
    pub(crate) fn posted(&self) -> &[(String, Map<String, Value>)] {
        &self.done
    }

    /// Whether it can be tried to bring the target into a state at all.
    pub(crate) fn has_way(&self) -> bool {
        self.url.is_some() || !self.known.is_empty()
    }

    /// Sets one state up, for the tenant of this operation, or takes a known one.
    ///
    /// # Errors
    /// In words: the target refused, answered no JSON object, or could not be reached; or it has no
    /// way to be brought into the state.
    pub(crate) async fn set_up(
        &mut self,
        state: &ProviderState,
        operation: &Operation,
        tenant: &Tenant,
        deadline: Instant,
    ) -> Result<(), SetUpProblem> {
        let name = &state.state;
        let failed = |problem| {
            SetUpProblem::Failed(format!("failed to set up the state {name:?}: {problem}"))
        };
        let mut params = Value::Object(state.params.clone());
        expression::fill_states(&mut params, &self.returned).map_err(failed)?;
        let Value::Object(mut params) = params else {
            return Err(failed("its parameters are no object".to_owned()));
        };
        let Some(url) = self.url else {
            return self.take_known(state, &params);
        };
        for parameter in operation.tenant_parameters() {
            if let Some(value) = tenant.get(&parameter.name) {
                // A state may be one of another tenant: of a library with a single one, say.
                let own = params.entry(snake_case(&parameter.name));
                own.or_insert_with(|| value.into());
            }
        }
        // Torn down even when the set-up fails: nobody knows how far it came.
        self.done.push((name.clone(), params.clone()));
        self.failed = true;
        let body = self
            .change(url, name, &params, "setup", deadline)
            .await
            .map_err(failed)?;
        if let Some(alias) = &state.alias {
            let returned = match serde_json::from_slice(&body) {
                Ok(Value::Object(members)) => members,
                _ if body.is_empty() => Map::new(),
                _ => return Err(failed("its answer is no JSON object".to_owned())),
            };
            self.returned.insert(alias.clone(), returned);
        }
        self.failed = false;
        Ok(())
    }

    fn take_known(
        &mut self,
        state: &ProviderState,
        params: &Map<String, Value>,
    ) -> Result<(), SetUpProblem> {
        let serving = self
            .known
            .iter()
            .position(|known| known.serves(&state.state, params));
        let Some(serving) = serving else {
            return Err(SetUpProblem::NoWay(no_way(&state.state)));
        };
        let known = self.known.remove(serving);
        if let Some(alias) = &state.alias {
            self.returned.insert(alias.clone(), known.returns().clone());
        }
        Ok(())
    }

    /// Tears all of it down, the last one first, until `deadline`; tries each one, whatever
    /// becomes of the others.
    ///
    /// # Errors
    /// What went wrong first, in words. A state that could not be set up is none of it: that has
    /// been told.
    pub(crate) async fn tear_down(&mut self, deadline: Instant) -> Result<(), String> {
        let mut result = Ok(());
        let Some(url) = self.url else {
            return result;
        };
        while let Some((state, params)) = self.done.pop() {
            let told = std::mem::take(&mut self.failed);
            let changed = self
                .change(url, &state, &params, "teardown", deadline)
                .await;
            if let (Err(problem), Ok(()), false) = (changed, &result, told) {
                result = Err(format!(
                    "failed to tear down the state {state:?}: {problem}"
                ));
            }
        }
        result
    }

    async fn change(
        &self,
        url: &Url,
        state: &str,
        params: &Map<String, Value>,
        action: &str,
        deadline: Instant,
    ) -> Result<bytes::Bytes, String> {
        let body = Change {
            action,
            params,
            state,
        };
        let response = self
            .client
            .post_json(url, &body, deadline)
            .await
            .map_err(|failure| failure.text)?;
        if (200..300).contains(&response.status) {
            return Ok(response.body);
        }
        let text = String::from_utf8_lossy(&response.body).into_owned();
        let said = if text.is_empty() {
            "no body".to_owned()
        } else {
            shorten(&text)
        };
        Err(format!("status {}: {said}", response.status))
    }
}

/// What is posted to bring a state about or to end it (Pact's provider-state callback).
#[derive(Serialize)]
struct Change<'c> {
    action: &'c str,
    params: &'c Map<String, Value>,
    state: &'c str,
}

/// Why a case that needs this state is skipped at a target that offers none.
pub(crate) fn no_way(state: &str) -> String {
    format!(
        "it begins with the state {state:?}, and the target has no URL to set that up (--state-url)"
    )
}

#[cfg(test)]
mod tests;
