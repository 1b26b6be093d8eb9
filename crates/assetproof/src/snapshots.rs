//! `--snapshots`: keeping the responses to documented cases, and comparing them on the next run.

use std::cell::RefCell;
use std::path::Path;

use conformance::snapshot::{Comparison, SnapshotStore, Taken};
use conformance::{Event, Plan};

use crate::Result;

/// The responses of one target while its run goes on.
pub(crate) struct Snapshots {
    store: SnapshotStore,
    accept: bool,
    taken: RefCell<Vec<Taken>>,
}

impl Snapshots {
    /// The snapshots in `base`, or those of the one of several targets that `name` is for.
    pub(crate) fn new(base: &Path, name: Option<&str>, accept: bool) -> Self {
        let folder = name.map_or_else(|| base.to_owned(), |name| base.join(name));
        Self {
            store: SnapshotStore::new(folder),
            accept,
            taken: RefCell::default(),
        }
    }

    pub(crate) fn on(&self, event: &Event<'_>) {
        if let Event::CaseEnded {
            record, snapshot, ..
        } = event
        {
            self.taken.borrow_mut().extend(Taken::of(record, *snapshot));
        }
    }

    /// Compares what was taken with what is kept, or takes it over.
    pub(crate) fn compare(self, plan: &Plan) -> Result<Comparison> {
        let taken = self.taken.into_inner();
        Ok(self.store.compare(taken, plan, self.accept)?)
    }
}
