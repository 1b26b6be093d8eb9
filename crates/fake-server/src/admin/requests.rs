//! The recorded requests: listed, found, counted, taken out, and what they say of the client.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::criteria::Criteria;
use super::reply::{Answer, Refused, ok};
use super::routes::Call;
use super::{Admin, json};
use crate::engine::{Recorded, timestamp};

impl Admin {
    /// Newest first, as WireMock lists them.
    pub(super) fn requests(&self, call: &Call<'_>) -> Answer {
        let [limit, since] = call.parameters(["limit", "since"])?;
        let limit = limit.map(whole_number).transpose()?.unwrap_or(usize::MAX);
        let since = since.map(time).transpose()?;
        let journal = self.engine.journal();
        let kept = journal.latest(limit, |entry| since.is_none_or(|since| entry.at >= since));
        let counts = journal.counts();
        ok(json!({
            "requests": kept.iter().map(json::event).collect::<Vec<_>>(),
            "meta": {
                "total": journal.len(),
                "answered": counts.answered,
                "dropped": counts.dropped,
                "stateCallbacks": counts.state_callbacks,
            },
            "requestJournalDisabled": journal.size() == 0,
        }))
    }

    pub(super) fn one_request(&self, call: &Call<'_>) -> Answer {
        let id = id_of(call)?;
        let recorded = self.engine.journal().get(id).ok_or_else(|| unknown(call))?;
        ok(json::event(&recorded))
    }

    pub(super) fn remove_request(&self, call: &Call<'_>) -> Answer {
        if self.engine.journal().remove(id_of(call)?) {
            ok(json!({}))
        } else {
            Err(unknown(call))
        }
    }

    pub(super) fn clear_requests(&self, _: &Call<'_>) -> Answer {
        self.engine.journal().clear();
        ok(json!({}))
    }

    pub(super) fn count_requests(&self, call: &Call<'_>) -> Answer {
        let found = self.find(call)?;
        ok(json!({"count": found.len(), "requestJournalDisabled": self.is_off()}))
    }

    pub(super) fn find_requests(&self, call: &Call<'_>) -> Answer {
        let found = self.find(call)?;
        self.list(&found)
    }

    pub(super) fn remove_requests(&self, call: &Call<'_>) -> Answer {
        let found = self.find(call)?;
        for recorded in &found {
            self.engine.journal().remove(recorded.id);
        }
        self.list(&found)
    }

    pub(super) fn unmatched(&self, _: &Call<'_>) -> Answer {
        self.list(&self.unmatched_requests())
    }

    pub(super) fn near_misses(&self, _: &Call<'_>) -> Answer {
        let misses: Vec<Value> = self
            .unmatched_requests()
            .iter()
            .flat_map(|recorded| {
                let misses = self.engine.near_misses(&recorded.method, &recorded.target);
                let misses = misses.into_iter();
                misses
                    .map(|miss| json::near_miss(recorded, &miss))
                    .collect::<Vec<_>>()
            })
            .collect();
        ok(json!({"nearMisses": misses}))
    }

    /// Everything that was found in the recorded requests, oldest first.
    pub(super) fn findings(&self, _: &Call<'_>) -> Answer {
        let journal = self.engine.journal();
        let findings: Vec<Value> = journal
            .findings()
            .into_iter()
            .map(|found| {
                json!({
                    "request": {
                        "id": found.request.to_string(),
                        "method": found.method,
                        "url": found.target,
                    },
                    "response": {"status": found.status},
                    "finding": found.finding,
                    "severity": found.finding.severity(),
                    "fitsRevision": found.fits_revision,
                    "text": found.to_string(),
                })
            })
            .collect();
        ok(json!({
            "findings": findings,
            "complaint": journal.complaint(),
            "meta": {
                "requests": journal.len(),
                "droppedWithFindings": journal.counts().dropped_with_findings,
            },
            "requestJournalDisabled": self.is_off(),
        }))
    }

    fn unmatched_requests(&self) -> Vec<Recorded> {
        let journal = self.engine.journal();
        journal.latest(usize::MAX, |entry| !entry.is_matched())
    }

    fn find(&self, call: &Call<'_>) -> Result<Vec<Recorded>, Refused> {
        let criteria = Criteria::read(&call.request.body)?;
        let journal = self.engine.journal();
        Ok(journal.latest(usize::MAX, |entry| criteria.take(entry)))
    }

    fn list(&self, found: &[Recorded]) -> Answer {
        ok(json!({
            "requests": found.iter().map(json::request).collect::<Vec<_>>(),
            "requestJournalDisabled": self.is_off(),
        }))
    }

    fn is_off(&self) -> bool {
        self.engine.journal().size() == 0
    }
}

/// An id that is no number is just an unknown one.
fn id_of(call: &Call<'_>) -> Result<u64, Refused> {
    call.parameter.parse().map_err(|_| unknown(call))
}

fn unknown(call: &Call<'_>) -> Refused {
    let id = validator::shorten(&call.parameter);
    Refused::not_found(&format!("no request with the id {id:?} is recorded"))
}

fn whole_number(text: &str) -> Result<usize, Refused> {
    text.parse().map_err(|_| {
        let text = validator::shorten(text);
        Refused::unusable(None, &format!("limit: expected a number, was {text:?}"))
    })
}

fn time(text: &str) -> Result<SystemTime, Refused> {
    timestamp::read(&validator::shorten(text))
        .map_err(|why| Refused::unusable(None, &format!("since: {why}")))
}
