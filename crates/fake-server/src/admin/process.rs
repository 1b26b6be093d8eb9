//! What concerns the process: its health, its version, its settings, its document, its end.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use validator::Response;

use super::reply::{Answer, Refused, object, ok, only_known};
use super::routes::{Call, served};
use super::{Admin, OPENAPI};
use crate::engine::{Api, LONGEST_DELAY, timestamp};

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Admin {
    pub(super) fn health(&self, _: &Call<'_>) -> Answer {
        let now = self.engine.now();
        let uptime = now.duration_since(self.began).unwrap_or_default();
        ok(json!({
            "status": "healthy",
            "message": "the fake answers",
            "version": VERSION,
            "uptimeInSeconds": uptime.as_secs(),
            "timestamp": timestamp::text(now),
        }))
    }

    /// What there is, for those who have come without knowing.
    #[expect(clippy::unused_self, reason = "the table holds methods")]
    pub(super) fn index(&self, _: &Call<'_>) -> Answer {
        let operations: Vec<String> = served()
            .map(|(method, path)| format!("{method} {path}"))
            .collect();
        ok(json!({"documentation": "/__admin/openapi.yaml", "operations": operations}))
    }

    pub(super) fn version(&self, _: &Call<'_>) -> Answer {
        let contracts: serde_json::Map<String, Value> = Api::ALL
            .into_iter()
            .map(|api| {
                let revision = &self.engine.validator(api).contract().revision;
                (api.name().to_owned(), Value::from(revision.as_str()))
            })
            .collect();
        ok(json!({"version": VERSION, "contracts": contracts}))
    }

    #[expect(clippy::unused_self, reason = "the table holds methods")]
    pub(super) fn openapi(&self, _: &Call<'_>) -> Answer {
        let document = contract::embedded::file(OPENAPI).ok_or_else(Refused::internal)?;
        let kind = ("Content-Type".to_owned(), b"application/yaml".to_vec());
        Ok(Response {
            status: 200,
            headers: vec![kind],
            body: Bytes::from_static(document),
        })
    }

    pub(super) fn shutdown(&self, _: &Call<'_>) -> Answer {
        self.shutdown.ask();
        ok(json!({}))
    }

    pub(super) fn settings(&self, _: &Call<'_>) -> Answer {
        let delay = self.engine.settings().fixed_delay();
        let delay = (!delay.is_zero()).then(|| u64::try_from(delay.as_millis()).ok());
        ok(json!({"settings": {"fixedDelay": delay.flatten()}}))
    }

    /// As with WireMock, a setting that is left out is taken back.
    pub(super) fn set_settings(&self, call: &Call<'_>) -> Answer {
        let settings = object(&call.request.body)?;
        only_known(&settings, "", &["fixedDelay"])?;
        let delay = match settings.get("fixedDelay") {
            None | Some(Value::Null) => 0,
            Some(value) => value
                .as_u64()
                .filter(|delay| Duration::from_millis(*delay) <= LONGEST_DELAY)
                .ok_or_else(|| {
                    let most = LONGEST_DELAY.as_millis();
                    let detail = format!("expected milliseconds from 0 to {most}, or null");
                    Refused::unusable(Some("/fixedDelay"), &detail)
                })?,
        };
        let delay = Duration::from_millis(delay);
        self.engine.settings().set_fixed_delay(delay);
        self.settings(call)
    }
}
