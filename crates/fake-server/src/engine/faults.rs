//! Faults: misbehaviour that was asked for. Here is which request they strike; what then becomes
//! of its answer is in [`Struck`], and the machines ask there what becomes of items and jobs. A
//! front carries out what the engine says of the delivery.
//!
//! - A refusal (`status`, `throttle`) comes before anything else: nothing happens, not even
//!   authentication, and nothing is changed.
//! - A broken connection (`reset`, `empty`, `truncated`, `garbage`) comes after the request took
//!   effect, so that its answer is lost; with `"before": true` the request is.
//! - The state `next request fails` goes before faults. The state callback is never struck.

mod error;
mod fault;
mod glob;
mod items;
mod read;
mod struck;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use validator::RequestReading;

use super::turns::Turns;
use super::{Api, Draw, path_parameter};

pub use error::FaultError;
pub use fault::{
    Effect, Fault, ItemFailure, JobFailure, Latency, Loss, Throttle, Truncation, When,
};
use read::Given;
pub(crate) use struck::Struck;

/// The most faults at a time.
const MOST: usize = 10_000;

/// The faults of an engine. They can be changed while it serves.
#[derive(Debug)]
pub struct Faults {
    /// API and name of each operation that is served.
    operations: Vec<(Api, String)>,
    // Requests pass the lock by while there is no fault, which is nearly always.
    present: AtomicUsize,
    rows: Mutex<Rows>,
}

#[derive(Debug, Default)]
struct Rows {
    made: u64,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: u64,
    fault: Fault,
    struck: u64,
    turns: Turns<Turn>,
}

/// What happened to one tenant.
#[derive(Debug, Default)]
struct Turn {
    seen: u64,
    struck: u64,
}

/// A fault that is in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listed {
    /// By which it can be removed.
    pub id: u64,
    /// The fault.
    pub fault: Fault,
    /// How many requests it has struck.
    pub struck: u64,
}

impl Faults {
    /// None yet, over those operations.
    pub(crate) fn new(operations: Vec<(Api, String)>) -> Self {
        Self {
            operations,
            present: AtomicUsize::new(0),
            rows: Mutex::default(),
        }
    }

    /// Adds a fault and gives the id by which it can be removed.
    ///
    /// # Errors
    /// A member whose value cannot be used, an operation that is not served, too many faults.
    pub fn add(&self, fault: Fault) -> Result<u64, FaultError> {
        fault.check()?;
        self.check_operation(&fault.when)?;
        self.add_all(vec![fault]).map(|ids| ids[0])
    }

    /// Adds the faults of a text in JSON, one or an array of them, or none when one is wrong; for
    /// the admin interface.
    ///
    /// # Errors
    /// As [`Fault::read`] and [`Faults::add`].
    pub fn add_json(&self, text: &str) -> Result<Vec<u64>, FaultError> {
        let given = Given::read(text)?;
        given.each(|fault| self.check_operation(&fault.when))?;
        self.add_all(given.faults)
    }

    fn add_all(&self, faults: Vec<Fault>) -> Result<Vec<u64>, FaultError> {
        self.change(|rows| {
            if rows.rows.len() + faults.len() > MOST {
                return Err(FaultError::TooMany(rows.rows.len()));
            }
            let ids = faults.into_iter().map(|fault| {
                rows.made += 1;
                rows.rows.push(Row {
                    id: rows.made,
                    fault,
                    struck: 0,
                    turns: Turns::default(),
                });
                rows.made
            });
            Ok(ids.collect())
        })
    }

    fn check_operation(&self, when: &When) -> Result<(), FaultError> {
        let Some(operation) = &when.operation else {
            return Ok(());
        };
        let possible = when.possible_apis()?;
        let known: Vec<&str> = self
            .operations
            .iter()
            .filter(|(api, _)| possible.contains(api))
            .map(|(_, name)| name.as_str())
            .collect();
        if known.contains(&operation.as_str()) {
            return Ok(());
        }
        Err(FaultError::UnknownOperation {
            operation: operation.clone(),
            known: known.join(", "),
        })
    }

    /// The faults in force, in the order in which they were added.
    pub fn list(&self) -> Vec<Listed> {
        self.change(|rows| {
            let listed = rows.rows.iter().map(|row| Listed {
                id: row.id,
                fault: row.fault.clone(),
                struck: row.struck,
            });
            listed.collect()
        })
    }

    /// Removes a fault; tells whether it was there.
    pub fn remove(&self, id: u64) -> bool {
        self.change(|rows| {
            let before = rows.rows.len();
            rows.rows.retain(|row| row.id != id);
            rows.rows.len() < before
        })
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.change(|rows| rows.rows.clear());
    }

    /// Counts a request, and gives what the faults do to it.
    pub(crate) fn strike(
        &self,
        api: Api,
        operation: Option<&str>,
        reading: &RequestReading,
    ) -> Struck {
        let mut struck = Struck::default();
        if self.present.load(Ordering::Acquire) == 0 {
            return struck;
        }
        let tenant = tenant_of(reading);
        self.change(|rows| {
            for row in &mut rows.rows {
                if applies(&row.fault.when, api, operation, reading)
                    && let Some(turn) = row.strikes(&tenant)
                {
                    let delay = match row.fault.effect {
                        Effect::Latency(latency) => latency.draw(&tenant, turn),
                        _ => Duration::ZERO,
                    };
                    struck.add(&row.fault.effect, row.fault.when.item.as_deref(), delay);
                }
            }
        });
        struck
    }

    fn change<T>(&self, work: impl FnOnce(&mut Rows) -> T) -> T {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut rows);
        self.present.store(rows.rows.len(), Ordering::Release);
        result
    }
}

impl Row {
    /// Counts a request to which the fault applies, and gives its number when it is struck.
    fn strikes(&mut self, tenant: &str) -> Option<u64> {
        let when = &self.fault.when;
        let turn = self.turns.of(tenant);
        turn.seen += 1;
        let due = when.nth.is_none_or(|nth| turn.seen == nth)
            && when
                .every
                .is_none_or(|every| turn.seen.is_multiple_of(every))
            && when.times.is_none_or(|times| turn.struck < times)
            && when
                .probability
                .is_none_or(|share| Draw::new(when.seed, tenant, turn.seen).share() < share);
        if !due {
            return None;
        }
        turn.struck += 1;
        self.struck += 1;
        Some(turn.seen)
    }
}

fn applies(when: &When, api: Api, operation: Option<&str>, reading: &RequestReading) -> bool {
    let named = |wanted: &Option<String>, parameter: &str| {
        wanted
            .as_deref()
            .is_none_or(|wanted| path_parameter(reading, parameter) == Some(wanted))
    };
    when.api.is_none_or(|wanted| wanted == api)
        && when
            .operation
            .as_deref()
            .is_none_or(|wanted| operation == Some(wanted))
        && named(&when.project_id, "project_id")
        && named(&when.instance_id, "instance_id")
        && named(&when.library_id, "LibraryId")
        && named(&when.space_id, "SpaceId")
        && when
            .item
            .as_deref()
            .is_none_or(|pattern| items::any(api, reading, |item| glob::matches(pattern, item)))
}

/// Whose request it is, as a text that differs between tenants.
pub(crate) fn tenant_of(reading: &RequestReading) -> String {
    let parameters = ["project_id", "instance_id", "LibraryId", "SpaceId"];
    parameters
        .map(|name| path_parameter(reading, name).unwrap_or_default())
        .join("\n")
}
