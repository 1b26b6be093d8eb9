//! The places of the cases that are played at once. Whoever has none waits: one that has rested
//! behind no more than one that has not begun yet.

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

/// The places of a run, whichever threads its cases are played on.
#[derive(Debug)]
pub(crate) struct Places {
    places: Semaphore,
    /// Held by the case that waits for its first place.
    first: Mutex<()>,
}

/// A place, until it is dropped.
pub(crate) type Place<'p> = SemaphorePermit<'p>;

impl Places {
    /// So many, but at least one, and no more than can be counted.
    pub(crate) fn new(count: usize) -> Self {
        Self {
            places: Semaphore::new(count.clamp(1, Semaphore::MAX_PERMITS)),
            first: Mutex::default(),
        }
    }

    /// Waits for the first place of a case. There is always one in the end: nobody takes the places
    /// away.
    pub(crate) async fn first(&self) -> Option<Place<'_>> {
        let _first = self.first.lock().await;
        self.places.acquire().await.ok()
    }

    /// Waits for a place of a case that has left its own.
    pub(crate) async fn again(&self) -> Option<Place<'_>> {
        self.places.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use rstest::rstest;

    use super::*;

    #[tokio::test]
    async fn one_that_has_rested_comes_before_all_but_one_that_have_not_begun() {
        let places = Places::new(1);
        let held = places.first().await.expect("a place");
        let came = RefCell::new(Vec::new());
        let begins = async |name| {
            let _place = places.first().await;
            came.borrow_mut().push(name);
        };
        let goes_on = async {
            let _place = places.again().await;
            came.borrow_mut().push("rested");
        };
        let let_go = async { drop(held) };
        tokio::join!(biased; begins("one"), begins("two"), begins("three"), goes_on, let_go);
        assert_eq!(came.into_inner(), ["one", "rested", "two", "three"]);
    }

    #[rstest]
    #[case(0, 1)]
    #[case(7, 7)]
    #[case(usize::MAX, Semaphore::MAX_PERMITS)]
    fn there_is_one_at_least_and_no_more_than_can_be_counted(
        #[case] wanted: usize,
        #[case] count: usize,
    ) {
        assert_eq!(Places::new(wanted).places.available_permits(), count);
    }
}
