//! Provider states: bringing a target into the state that a case begins with, and tidying up after
//! it, by Pact's callback (`POST state_url` with `state`, `params` and `action`).

use contract::{Operation, ProviderState};
use reqwest::Url;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use validator::shorten;

use crate::client::Client;
use crate::expression::{self, States};
use crate::tenant::{Tenant, snake_case};

/// The states that a case has set up so far.
#[derive(Debug)]
pub(crate) struct StateSetup<'t> {
    client: &'t Client,
    url: Option<&'t Url>,
    /// State names and parameters in order, for the teardown.
    done: Vec<(String, Map<String, Value>)>,
    /// What the set-ups returned.
    pub(crate) returned: States,
}

impl<'t> StateSetup<'t> {
    /// Nothing set up yet; `url` is the target's state URL.
    pub(crate) fn new(client: &'t Client, url: Option<&'t Url>) -> Self {
        Self {
            client,
            url,
            done: Vec::new(),
            returned: States::new(),
        }
    }

    /// Sets one state up, for the tenant of this operation.
    ///
    /// # Errors
    /// In words: the target refused, answered no JSON object, or could not be reached.
    pub(crate) async fn set_up(
        &mut self,
        state: &ProviderState,
        operation: &Operation,
        tenant: &Tenant,
        deadline: Instant,
    ) -> Result<(), String> {
        let failed = |problem| format!("failed to set up the state {:?}: {problem}", state.state);
        let mut params = Value::Object(state.params.clone());
        expression::fill_states(&mut params, &self.returned).map_err(failed)?;
        let Value::Object(mut params) = params else {
            return Err(failed("its parameters are no object".to_owned()));
        };
        for parameter in operation.tenant_parameters() {
            if let Some(value) = tenant.get(&parameter.name) {
                params.insert(snake_case(&parameter.name), value.into());
            }
        }
        // Torn down even when the set-up fails: nobody knows how far it came.
        self.done.push((state.state.clone(), params.clone()));
        let body = self
            .change(&state.state, &params, "setup", deadline)
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
        Ok(())
    }

    /// Tears all of it down, the last one first, until `deadline`; tries each one, whatever
    /// becomes of the others.
    ///
    /// # Errors
    /// What went wrong first, in words.
    pub(crate) async fn tear_down(&mut self, deadline: Instant) -> Result<(), String> {
        let mut result = Ok(());
        while let Some((state, params)) = self.done.pop() {
            let changed = self.change(&state, &params, "teardown", deadline).await;
            if let (Err(problem), Ok(())) = (changed, &result) {
                result = Err(format!(
                    "failed to tear down the state {state:?}: {problem}"
                ));
            }
        }
        result
    }

    async fn change(
        &self,
        state: &str,
        params: &Map<String, Value>,
        action: &str,
        deadline: Instant,
    ) -> Result<bytes::Bytes, String> {
        let url = self.url.ok_or("the target has no state URL")?;
        let body = json!({ "state": state, "params": params, "action": action });
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
