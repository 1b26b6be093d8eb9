//! The abstract states of an item, and sets of them: all that is known of an item is in which
//! states it may be.

/// The most states that a life can have.
pub(super) const MOST: usize = 64;

/// One abstract state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeState {
    /// Its name.
    pub name: String,
    /// What the observation may show of it; none for not listing the item at all.
    pub shown: Vec<Option<String>>,
    /// The requirement by which an item in it is listed, where one says so, with its level.
    pub listed: Option<super::Promise>,
    /// The states that it may turn into by itself, over any number of steps, this one included.
    pub drifts: StateSet,
}

/// A set of states, by their indexes in `Life::states`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StateSet(u64);

impl StateSet {
    /// The first `count` states.
    pub fn first(count: usize) -> Self {
        if count >= MOST {
            Self(u64::MAX)
        } else {
            Self((1 << count) - 1)
        }
    }

    /// Whether the state is in it.
    pub fn contains(self, state: usize) -> bool {
        state < MOST && self.0 & (1 << state) != 0
    }

    /// Adds a state; one that no life can have is left out.
    pub fn insert(&mut self, state: usize) {
        if state < MOST {
            self.0 |= 1 << state;
        }
    }

    /// What is in one of the two.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether everything in it is in the other one, too.
    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The states, in order.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..MOST).filter(move |&state| self.contains(state))
    }
}

impl FromIterator<usize> for StateSet {
    fn from_iter<I: IntoIterator<Item = usize>>(states: I) -> Self {
        let mut set = Self::default();
        for state in states {
            set.insert(state);
        }
        set
    }
}
