//! The engine's whole state as one JSON value, and back.
//!
//! A snapshot is `{"format": 1, …}`: each API's stores by tenant, the failures that were asked for,
//! and how many ids of requests were given out. It holds no settings, no recorded requests and no
//! secrets: whose a job is stands there as a fingerprint. Equal states give equal snapshots, byte
//! for byte. Each store says itself how it is kept; here they are put together.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::next_failures::Asked;
use super::problem::{plain, pointer};
use super::{Engine, Tenant};
use crate::metastudio::Library;
use crate::roma::Instance;
use crate::smh::Space;

/// The format that is written, and the only one that is read.
const FORMAT: u64 = 1;

/// The largest count that is taken over: what JSON numbers hold exactly, and far from overflowing.
const MOST: u64 = (1 << 53) - 1;

/// Why a snapshot is not taken over. Nothing has been changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the snapshot cannot be restored: at {pointer:?}: {problem}")]
pub struct SnapshotError {
    /// The place in it, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong there, and what was expected.
    pub problem: String,
}

/// A snapshot, read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    #[expect(dead_code, reason = "looked at before anything else is read")]
    format: u64,
    #[serde(deserialize_with = "count")]
    requests: u64,
    next_failures: Asked,
    metastudio: BTreeMap<String, Library>,
    roma: BTreeMap<String, BTreeMap<String, Instance>>,
    smh: BTreeMap<String, BTreeMap<String, Space>>,
}

impl Engine {
    /// The whole state at one moment: no request is half done in it.
    pub fn snapshot(&self) -> Value {
        let _alone = self.whole.alone();
        let mut snapshot = json!({
            "format": FORMAT,
            "requests": self.world.requests(),
            "next_failures": self.next_failures.snapshot(),
            "metastudio": self.metastudio.libraries.snapshot(),
            "roma": self.roma.instances.snapshot(),
            "smh": self.smh.spaces.snapshot(),
        });
        snapshot.sort_all_objects();
        snapshot
    }

    /// Puts the state of a snapshot in the place of all that there is, between two requests.
    ///
    /// # Errors
    /// What is wrong with the snapshot, and where; then nothing is changed.
    pub fn restore(&self, snapshot: &Value) -> Result<(), SnapshotError> {
        let kept = read(snapshot)?;
        let _alone = self.whole.alone();
        self.world.count_requests_from(kept.requests);
        self.next_failures.replace(kept.next_failures);
        self.metastudio.libraries.replace(kept.metastudio);
        self.roma.instances.replace(in_pairs(kept.roma));
        self.smh.spaces.replace(in_pairs(kept.smh));
        Ok(())
    }

    /// Forgets everything, the recorded requests too: the engine answers as a new one does.
    /// Settings stay.
    pub fn reset(&self) {
        self.reset_state();
        self.journal().clear();
    }

    /// Forgets the state of all tenants, and keeps the recorded requests.
    pub fn reset_state(&self) {
        let _alone = self.whole.alone();
        self.world.count_requests_from(0);
        self.next_failures.forget(|_| true);
        self.metastudio.libraries.forget(|_| true);
        self.roma.instances.forget(|_| true);
        self.smh.spaces.forget(|_| true);
    }

    /// Forgets everything of one tenant, its recorded requests too.
    pub fn reset_tenant(&self, tenant: &Tenant) {
        self.reset_state_of(tenant);
        self.journal().forget(tenant);
    }

    /// Forgets the state of one tenant, and keeps the recorded requests.
    pub fn reset_state_of(&self, tenant: &Tenant) {
        use super::Scope::{Library, Project};
        let _alone = self.whole.alone();
        self.next_failures.forget(|scope| match scope {
            Project(name) => tenant.is_project(name),
            Library(name) => tenant.is_library(name),
        });
        self.metastudio
            .libraries
            .forget(|project| tenant.is_project(project));
        self.roma
            .instances
            .forget(|(project, instance)| tenant.has_instance(project, instance));
        self.smh
            .spaces
            .forget(|(library, space)| tenant.has_space(library, space));
    }
}

fn read(snapshot: &Value) -> Result<Kept, SnapshotError> {
    // A snapshot of another format has other members: to say that comes first.
    if let Some(format) = snapshot.get("format")
        && format != FORMAT
    {
        return Err(SnapshotError {
            pointer: "/format".to_owned(),
            problem: format!(
                "expected {FORMAT}, the only format that is known here, was {}",
                validator::shorten(&format.to_string())
            ),
        });
    }
    serde_path_to_error::deserialize(snapshot).map_err(|error| SnapshotError {
        pointer: pointer(error.path()),
        problem: plain(&error.inner().to_string()),
    })
}

fn in_pairs<S>(
    stores: BTreeMap<String, BTreeMap<String, S>>,
) -> impl Iterator<Item = ((String, String), S)> {
    stores.into_iter().flat_map(|(first, inner)| {
        inner
            .into_iter()
            .map(move |(second, store)| ((first.clone(), second), store))
    })
}

/// Reads a count that can go on counting.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let count = u64::deserialize(deserializer)?;
    if count > MOST {
        let problem = format!("{count} is no count, which is at most {MOST}");
        return Err(serde::de::Error::custom(problem));
    }
    Ok(count)
}

/// Writes a set in order.
pub(crate) fn in_order<S: Serializer>(
    set: &HashSet<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut sorted: Vec<&String> = set.iter().collect();
    sorted.sort();
    sorted.serialize(serializer)
}

/// The status of a failure that was asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "u16")]
pub(crate) struct Failure(pub(crate) u16);

impl TryFrom<u16> for Failure {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, String> {
        if (400..=599).contains(&status) {
            Ok(Self(status))
        } else {
            Err(format!("{status} is no status of a failure, 400 to 599"))
        }
    }
}
