//! Looking at the items of a history by the operation that shows them.

use std::time::Duration;

use contract::{Arguments, Observe};
use tokio::time::{Instant, sleep_until};

use super::belief::Seen;
use super::results;
use super::wire::{Wire, accepted, anything, json, parsed, step};
use crate::play::Halt;

/// Where asking for what is gone is refused, no more items than this are asked for one by one.
const ALONE: usize = 20;

/// How long to wait before looking again when something is not as it should be: what was changed
/// may take a moment to show, and no document says otherwise. What is promised to be so at once has
/// a scenario of its own.
const SETTLES: Duration = Duration::from_millis(100);

/// What one look shows of an item.
struct Shown {
    /// Its number among the items.
    item: usize,
    /// Its place in the request, from 1.
    place: usize,
    seen: Seen,
    /// Where in the response it stands.
    there: String,
}

impl Wire<'_, '_> {
    /// Looks at all items.
    pub(super) async fn observe(&mut self, observe: &Observe) -> Result<(), Halt> {
        self.stage.enter(observe.operation);
        let all: Vec<usize> = (0..self.oracle.len()).collect();
        let (there, mut others): (Vec<_>, Vec<_>) =
            all.iter().partition(|item| self.oracle.is_there(**item));
        if self.look(observe, &all, others.is_empty()).await? {
            return Ok(());
        }
        // One of them that does not exist may be why all of them were refused (MS-AS-10).
        if !there.is_empty() {
            self.look(observe, &there, true).await?;
        }
        others.sort_by_key(|item| !self.oracle.is_pending(*item));
        for item in others.into_iter().take(ALONE) {
            if !self.look(observe, &[item], false).await? {
                // Some state that it may be in is not listed, so that this breaks no promise.
                self.oracle.observed(item, 1, &Seen::Missing);
            }
        }
        Ok(())
    }

    /// Looks at these items, and tells whether that was allowed. It has to be where they are `sure`
    /// to be there.
    async fn look(&mut self, observe: &Observe, items: &[usize], sure: bool) -> Result<bool, Halt> {
        loop {
            let before = self.stage.steps.len();
            let (allowed, shown) = self.glance(observe, items, sure).await?;
            let at = self.stage.steps.len() - 1;
            let strange = shown
                .iter()
                .any(|shown| self.oracle.would_find(shown.item, &shown.seen));
            let next = Instant::now() + SETTLES;
            if strange && self.patience > 0 && self.stage.has_time(next) {
                self.patience -= 1;
                // It keeps its place: how long a change may take to show is not to depend on what
                // else is played.
                sleep_until(next).await;
                // The next look takes the place of this one.
                self.stage.forget(before..self.stage.steps.len());
                self.played.sent(self.stage.steps.len());
                continue;
            }
            for Shown {
                item,
                place,
                seen,
                there,
            } in shown
            {
                self.seen(item, place, &seen, at, there);
            }
            return Ok(allowed);
        }
    }

    /// Asks for these items once; what is shown of each, and whether asking was allowed.
    async fn glance(
        &mut self,
        observe: &Observe,
        items: &[usize],
        sure: bool,
    ) -> Result<(bool, Vec<Shown>), Halt> {
        let of_each: Vec<Arguments> = items
            .iter()
            .map(|item| Arguments::from_iter([("id".to_owned(), self.oracle.id(*item).into())]))
            .collect();
        let body = observe.body.fill(&Arguments::new(), &of_each);
        let due = if sure {
            accepted(&observe.accepted)
        } else {
            anything(&observe.missing)
        };
        let step = step(observe.operation, due, json(&body));
        let request = self.request(&step, None)?;
        let exchange = self.stage.send(observe.operation, request).await;
        self.played.sent(self.stage.steps.len());
        let exchange = exchange?;
        let judgement = self.stage.judge(&step, &exchange).await;
        let (due, bodies) = self.stage.take_at(self.stage.steps.len() - 1, judgement)?;
        if !due {
            return Err(Halt::Found);
        }
        match exchange.response.status {
            200..=299 => {}
            // Nothing can be told from a server that fails.
            500.. => return Ok((true, Vec::new())),
            _ => return Ok((false, Vec::new())),
        }
        let body = parsed(&exchange, bodies);
        let ids: Vec<&str> = items.iter().map(|item| self.oracle.id(*item)).collect();
        let seen = results::seen(observe, &ids, &body).unwrap_or_default();
        let shown = items.iter().zip(seen).enumerate();
        let shown = shown.filter_map(|(place, (item, seen))| {
            let (seen, there) = seen?;
            Some(Shown {
                item: *item,
                place: place + 1,
                seen,
                there,
            })
        });
        Ok((true, shown.collect()))
    }

    fn seen(&mut self, item: usize, place: usize, seen: &Seen, at: usize, there: String) {
        if let Some(said) = self.oracle.observed(item, place, seen) {
            self.said(said, Some(item), at, there);
        }
    }
}
