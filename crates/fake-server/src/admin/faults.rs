//! What the fake is to do wrong: faults, listed, added and taken away while it serves.

use serde_json::json;

use super::Admin;
use super::reply::{Answer, Refused, ok};
use super::routes::Call;

impl Admin {
    /// Each fault with its id and how often it struck.
    pub(super) fn faults(&self, _: &Call<'_>) -> Answer {
        ok(json!({"faults": self.engine.faults().list()}))
    }

    /// Adds one fault or an array of them, all or none.
    pub(super) fn add_faults(&self, call: &Call<'_>) -> Answer {
        let text = std::str::from_utf8(&call.request.body)
            .map_err(|_| Refused::unusable(Some(""), "the body is not UTF-8"))?;
        let ids = self.engine.faults().add_json(text);
        let ids =
            ids.map_err(|error| Refused::unusable(Some(&error.pointer()), &error.to_string()))?;
        ok(json!({"ids": ids}))
    }

    pub(super) fn clear_faults(&self, _: &Call<'_>) -> Answer {
        self.engine.faults().clear();
        ok(json!({}))
    }

    pub(super) fn remove_fault(&self, call: &Call<'_>) -> Answer {
        let id = call.parameter.parse().ok();
        if id.is_some_and(|id| self.engine.faults().remove(id)) {
            ok(json!({}))
        } else {
            Err(Refused::not_found("there is no fault with this id"))
        }
    }
}
