//! The journal: the latest requests that the engine answered, with what the validator found in
//! them. It is bounded in entries and in bytes; what is over a bound goes, oldest first.
//!
//! On the way of a request only a compact, masked copy is made ([`entry`]); what people read is
//! made when somebody asks ([`recorded`]).

mod client;
mod entry;
mod mask;
mod recorded;

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use validator::Request;

use super::notes::Notes;
use super::{Api, Tenant};
use entry::Entry;

pub use client::ClientFinding;
pub(crate) use mask::{Mask, has_values};
pub use recorded::Recorded;

/// How many requests are kept unless told otherwise.
pub const DEFAULT_JOURNAL: usize = 1000;

/// How many bytes the kept requests take together at most.
pub const JOURNAL_BYTES: usize = 16 * 1024 * 1024;

/// The latest requests of one engine.
#[derive(Debug)]
pub struct Journal {
    size: usize,
    mask: Mask,
    /// The names of each API's operations, in the order of [`Api::ALL`] and of its contract.
    operations: [Vec<Arc<str>>; 3],
    ring: Mutex<Ring>,
    state_callbacks: AtomicU64,
}

thread_local! {
    /// What made way last: its memory is used for the next entry.
    static SPARE: Cell<Option<Arc<Entry>>> = const { Cell::new(None) };
}

/// An entry with its id.
type Kept = (u64, Arc<Entry>);

#[derive(Debug, Default)]
struct Ring {
    entries: VecDeque<Kept>,
    bytes: usize,
    counts: Counts,
}

/// What became of all requests since the engine began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that were answered, those to `/_states` aside.
    pub answered: u64,
    /// Entries that made way for newer ones.
    pub dropped: u64,
    /// Those among them in which something was found that is more than an observation.
    pub dropped_with_findings: u64,
    /// Requests to `/_states`, which are counted and not recorded.
    pub state_callbacks: u64,
}

impl Journal {
    pub(crate) fn new(size: usize, mask: Mask, operations: [Vec<Arc<str>>; 3]) -> Self {
        Self {
            size,
            mask,
            operations,
            ring: Mutex::default(),
            state_callbacks: AtomicU64::new(0),
        }
    }

    /// What takes secrets out.
    pub(crate) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// How many requests are kept at most; 0 when none are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Keeps a request that was answered with `status`.
    pub(crate) fn keep(
        &self,
        request: &Request,
        notes: Notes,
        status: u16,
        now: impl FnOnce() -> SystemTime,
    ) {
        if notes.state_callback {
            self.state_callbacks.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if self.size == 0 {
            self.ring().counts.answered += 1;
            return;
        }
        let spare = SPARE.take();
        let entry = Entry::new(spare, request, notes, status, now(), &self.mask);
        let bytes = entry.bytes();
        let mut ring = self.ring();
        ring.counts.answered += 1;
        let id = ring.counts.answered;
        ring.bytes += bytes;
        ring.entries.push_back((id, entry));
        let (first, more) = ring.make_way(self.size);
        drop(ring);
        // What makes way is given back outside of the lock.
        SPARE.set(first.map(|(_, entry)| entry));
        drop(more);
    }

    /// How many requests there were, and what became of their entries.
    pub fn counts(&self) -> Counts {
        Counts {
            state_callbacks: self.state_callbacks.load(Ordering::Relaxed),
            ..self.ring().counts
        }
    }

    /// The kept requests, oldest first.
    pub fn entries(&self) -> Vec<Recorded> {
        let kept = self.kept();
        kept.iter().map(|entry| self.read(entry)).collect()
    }

    /// The latest `limit` of the kept requests that `wanted` takes, newest first.
    pub fn latest(&self, limit: usize, wanted: impl Fn(&Recorded) -> bool) -> Vec<Recorded> {
        let kept = self.kept();
        let entries = kept.iter().rev().map(|entry| self.read(entry));
        entries.filter(wanted).take(limit).collect()
    }

    /// The kept request of that id.
    pub fn get(&self, id: u64) -> Option<Recorded> {
        let ring = self.ring();
        let entry = ring.find(id).and_then(|index| ring.entries.get(index));
        let entry = entry.cloned();
        drop(ring);
        entry.map(|entry| self.read(&entry))
    }

    /// How many requests are kept.
    pub fn len(&self) -> usize {
        self.ring().entries.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes out the request of that id; tells whether it was there.
    pub fn remove(&self, id: u64) -> bool {
        let mut ring = self.ring();
        let Some((_, entry)) = ring.find(id).and_then(|index| ring.entries.remove(index)) else {
            return false;
        };
        ring.bytes -= entry.bytes();
        true
    }

    /// Takes out all requests; ids and the counts of requests go on.
    pub fn clear(&self) {
        let mut ring = self.ring();
        let gone = std::mem::take(&mut ring.entries);
        ring.bytes = 0;
        ring.counts.dropped = 0;
        ring.counts.dropped_with_findings = 0;
        drop(ring);
        drop(gone);
    }

    /// Takes out the requests of one tenant.
    pub(crate) fn forget(&self, tenant: &Tenant) {
        let mut ring = self.ring();
        ring.entries.retain(|(_, entry)| !entry.is_of(tenant));
        ring.bytes = ring.entries.iter().map(|(_, entry)| entry.bytes()).sum();
    }

    /// What is kept, to be read without the lock.
    fn kept(&self) -> Vec<Kept> {
        self.ring().entries.iter().cloned().collect()
    }

    fn read(&self, (id, entry): &Kept) -> Recorded {
        let operation = entry.notes.api.zip(entry.notes.operation);
        let name = operation.and_then(|(api, index)| self.operations_of(api).get(index));
        Recorded::read(*id, entry, name.map(Arc::clone), &self.mask)
    }

    fn operations_of(&self, api: Api) -> &[Arc<str>] {
        let index = Api::ALL.iter().position(|known| *known == api);
        index.map_or(&[], |index| &self.operations[index])
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    /// Takes out the oldest entries until the rest keeps within the bounds.
    fn make_way(&mut self, size: usize) -> (Option<Kept>, Vec<Kept>) {
        // Nearly always it is one, for which no list is made.
        let mut first = None;
        let mut more = Vec::new();
        while self.entries.len() > size || (self.bytes > JOURNAL_BYTES && self.entries.len() > 1) {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= oldest.1.bytes();
            self.counts.dropped += 1;
            self.counts.dropped_with_findings += u64::from(oldest.1.notes.is_blamed());
            match first {
                None => first = Some(oldest),
                Some(_) => more.push(oldest),
            }
        }
        (first, more)
    }

    /// Where the entry of that id stands; ids only rise.
    fn find(&self, id: u64) -> Option<usize> {
        self.entries.binary_search_by_key(&id, |(id, _)| *id).ok()
    }
}
