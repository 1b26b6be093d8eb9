//! Who is connected, what each connection is waiting for, and since when. Connections write it
//! down themselves; one sweep a few times a second looks for those that take too long, so that no
//! request pays for timers of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Limits;
use super::spelling::Spelling;
use crate::engine::Broken;

/// What a connection is about. The order is the one in which connections give way to a new one;
/// from [`Phase::Sending`] on they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Nothing of a request has come.
    Idle,
    /// Part of a head has come.
    Head,
    /// Part of a body has come, and the rest is waited for.
    Body,
    /// The response is on its way.
    Sending,
    /// The request is being answered.
    Busy,
}

/// What a connection is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// Answer what is under way, then close.
    Finish,
    /// Tell the client that its request comes too slowly, and close.
    TooSlow,
    /// Close now, if no request is being answered; else as [`Order::Finish`].
    Leave,
    /// Close now, whatever is under way.
    Cut,
}

/// All connections of a server.
#[derive(Debug)]
pub(super) struct Places {
    started: Instant,
    /// Milliseconds since the start, as of the last sweep: precise enough for waits of seconds,
    /// and free to read.
    now: Arc<AtomicU64>,
    links: Mutex<Links>,
}

#[derive(Debug, Default)]
struct Links {
    next: u64,
    /// In the order in which they came, so that of equals the oldest gives way.
    open: BTreeMap<u64, Arc<Link>>,
    /// Those that were next to give way when that was last looked for, the first of them last,
    /// with what they were about: of one that has moved on since, it does not hold any more.
    next_to_go: Vec<(u64, u64)>,
}

/// What a connection shares with the sweep, with the service of its requests and with its wire.
#[derive(Debug)]
pub(super) struct Link {
    now: Arc<AtomicU64>,
    /// The phase above [`PHASE`], and since when below.
    phase: AtomicU64,
    order: AtomicU8,
    ordered: Notify,
    unread: AtomicBool,
    is_broken: AtomicBool,
    broken: Mutex<Option<Broken>>,
    is_spelt: AtomicBool,
    spelling: Mutex<Spelling>,
}

const PHASE: u32 = 56;

/// How many connections are found at once that are next to give way.
const LOOKED_FOR_AT_ONCE: usize = 64;

/// A connection's place in the list, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    id: u64,
    pub(super) link: Arc<Link>,
}

impl Places {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            now: Arc::default(),
            links: Mutex::default(),
        }
    }

    /// Takes a place for a connection that has just come.
    pub(super) fn take(self: &Arc<Self>) -> Place {
        let link = Arc::new(Link {
            now: Arc::clone(&self.now),
            phase: AtomicU64::new(self.now.load(Relaxed)),
            order: AtomicU8::new(0),
            ordered: Notify::new(),
            unread: AtomicBool::new(false),
            is_broken: AtomicBool::new(false),
            broken: Mutex::new(None),
            is_spelt: AtomicBool::new(false),
            spelling: Mutex::default(),
        });
        let mut links = self.links();
        let id = links.next;
        links.next += 1;
        links.open.insert(id, Arc::clone(&link));
        Place {
            places: Arc::clone(self),
            id,
            link,
        }
    }

    pub(super) fn taken(&self) -> usize {
        self.links().open.len()
    }

    /// Closes the connection that has waited longest for a request; if there is none, the one
    /// that is slowest to send one. Returns false when all are being answered.
    pub(super) fn make_room(&self) -> bool {
        let mut links = self.links();
        if links.let_one_go() {
            return true;
        }
        links.find_next_to_go();
        links.let_one_go()
    }

    /// Looks for connections that take longer than they may.
    pub(super) fn sweep(&self, limits: &Limits) {
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.now.store(now & ((1 << PHASE) - 1), Relaxed);
        for link in self.links().open.values() {
            let waited = link.waited();
            let (limit, order) = match link.phase() {
                Phase::Idle => (limits.idle_timeout, Order::Leave),
                Phase::Head => (limits.header_timeout, Order::TooSlow),
                // Whoever reads the body is woken, and looks himself.
                Phase::Body => (limits.body_timeout, Order::TooSlow),
                Phase::Sending => (limits.send_timeout, Order::Cut),
                Phase::Busy => continue,
            };
            if waited >= limit {
                link.tell(order);
            }
        }
    }

    /// Tells all to finish: those that are idle close at once.
    pub(super) fn finish(&self) {
        for link in self.links().open.values() {
            link.tell(match link.phase() {
                Phase::Idle => Order::Leave,
                _ => Order::Finish,
            });
        }
    }

    fn links(&self) -> MutexGuard<'_, Links> {
        // Whoever panicked did so between two whole changes.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Links {
    fn let_one_go(&mut self) -> bool {
        while let Some((word, id)) = self.next_to_go.pop() {
            if let Some(link) = self.open.get(&id)
                && link.phase.load(Relaxed) == word
                && link.order.load(Relaxed) == 0
            {
                link.tell(Order::Leave);
                return true;
            }
        }
        false
    }

    /// Looks at all of them, for a number of them: a flood of new connections must not have all
    /// looked at for each.
    fn find_next_to_go(&mut self) {
        let mut all: Vec<(u64, u64)> = self
            .open
            .iter()
            .filter(|(_, link)| link.order.load(Relaxed) == 0 && link.phase() < Phase::Sending)
            .map(|(id, link)| (link.phase.load(Relaxed), *id))
            .collect();
        all.sort_unstable();
        all.truncate(LOOKED_FOR_AT_ONCE);
        all.reverse();
        self.next_to_go = all;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.links().open.remove(&self.id);
    }
}

impl Link {
    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) >> PHASE {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Body,
            3 => Phase::Sending,
            _ => Phase::Busy,
        }
    }

    /// Writes down what the connection is about from now on.
    pub(super) fn enter(&self, phase: Phase) {
        let word = ((phase as u64) << PHASE) | self.now.load(Relaxed);
        self.phase.store(word, Relaxed);
    }

    /// How long it has been about the same thing, as precisely as the sweep tells the time.
    pub(super) fn waited(&self) -> Duration {
        let since = self.phase.load(Relaxed) & ((1 << PHASE) - 1);
        Duration::from_millis(self.now.load(Relaxed).saturating_sub(since))
    }

    fn tell(&self, order: Order) {
        self.order.store(order as u8 + 1, Relaxed);
        self.ordered.notify_one();
    }

    /// Waits for the next order.
    pub(super) async fn ordered(&self) -> Order {
        loop {
            self.ordered.notified().await;
            return match self.order.load(Relaxed) {
                1 => Order::Finish,
                2 => Order::TooSlow,
                3 => Order::Leave,
                4 => Order::Cut,
                // It was given twice, and taken back after the first time.
                _ => continue,
            };
        }
    }

    /// Whether there is an order that has not been taken back.
    pub(super) fn has_order(&self) -> bool {
        self.order.load(Relaxed) != 0
    }

    /// Takes an order back that has become pointless.
    pub(super) fn forget_order(&self, order: Order) {
        // Another one that has come since stays.
        let _other = (self.order).compare_exchange(order as u8 + 1, 0, Relaxed, Relaxed);
    }

    /// Notes that the client may still be sending what nobody reads.
    pub(super) fn leave_unread(&self) {
        self.unread.store(true, Relaxed);
    }

    /// Whether the client may still be sending what nobody reads.
    pub(super) fn is_unread(&self) -> bool {
        self.unread.load(Relaxed) || self.phase() == Phase::Head
    }

    /// Breaks the connection in that way instead of sending the next response whole.
    pub(super) fn break_by(&self, broken: Broken) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = Some(broken);
        self.is_broken.store(true, Relaxed);
    }

    /// Has the header names of the next response go out in this case.
    pub(super) fn spell(&self, spelling: Spelling) {
        if !spelling.is_empty() {
            *self.spelling.lock().unwrap_or_else(PoisonError::into_inner) = spelling;
            self.is_spelt.store(true, Relaxed);
        }
    }

    /// The case of the header names of the response that begins, once.
    pub(super) fn take_spelling(&self) -> Option<Spelling> {
        if !self.is_spelt.load(Relaxed) {
            return None;
        }
        self.is_spelt.store(false, Relaxed);
        let mut spelling = self.spelling.lock().unwrap_or_else(PoisonError::into_inner);
        Some(std::mem::take(&mut *spelling))
    }

    /// How the connection is to break, if it is.
    pub(super) fn broken(&self) -> Option<Broken> {
        if !self.is_broken.load(Relaxed) {
            return None;
        }
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(place: &Place) -> u8 {
        place.link.order.load(Relaxed)
    }

    #[test]
    fn who_has_been_idle_longest_gives_way_and_who_is_answered_does_not() {
        let places = Arc::new(Places::new());
        let (busy, head, idle) = (places.take(), places.take(), places.take());
        busy.link.enter(Phase::Busy);
        head.link.enter(Phase::Head);
        assert!(places.make_room());
        assert_eq!((order(&idle), order(&head)), (3, 0));
        assert!(places.make_room());
        assert_eq!(order(&head), 3);
        assert!(!places.make_room());
        assert_eq!(order(&busy), 0);
        drop(idle);
        assert_eq!(places.taken(), 2);
    }

    #[test]
    fn an_order_that_was_taken_back_is_not_heard() {
        let places = Arc::new(Places::new());
        let place = places.take();
        place.link.tell(Order::TooSlow);
        place.link.forget_order(Order::TooSlow);
        let waits = async {
            tokio::select! {
                biased;
                order = place.link.ordered() => Some(order),
                () = std::future::ready(()) => None,
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().expect("a runtime");
        assert_eq!(runtime.block_on(waits), None);
        place.link.tell(Order::Leave);
        place.link.forget_order(Order::TooSlow);
        assert_eq!(runtime.block_on(place.link.ordered()), Order::Leave);
    }

    #[test]
    fn an_order_that_came_before_it_was_waited_for_is_heard() {
        let places = Arc::new(Places::new());
        let place = places.take();
        places.finish();
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().expect("a runtime");
        assert_eq!(runtime.block_on(place.link.ordered()), Order::Leave);
    }
}
