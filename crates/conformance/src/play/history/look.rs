//! Looking at the items of a history by the operation that shows them.

use contract::{Arguments, Observe};

use super::belief::Seen;
use super::results;
use super::wire::{Wire, accepted, anything, json, parsed, step};
use crate::play::Halt;

/// Where asking for what is gone is refused, no more items than this are asked for one by one.
const ALONE: usize = 20;

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
                let at = self.stage.steps.len() - 1;
                self.seen(item, 1, &Seen::Missing, at, String::new());
            }
        }
        Ok(())
    }

    /// Looks at these items, and tells whether that was allowed. It has to be where they are `sure`
    /// to be there.
    async fn look(&mut self, observe: &Observe, items: &[usize], sure: bool) -> Result<bool, Halt> {
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
        if !self.stage.take(judgement)? {
            return Err(Halt::Found);
        }
        match exchange.response.status {
            200..=299 => {}
            // Nothing can be told from a server that fails.
            500.. => return Ok(true),
            _ => return Ok(false),
        }
        let body = parsed(&exchange);
        let ids: Vec<&str> = items.iter().map(|item| self.oracle.id(*item)).collect();
        let seen = results::seen(observe, &ids, &body).unwrap_or_default();
        let at = self.stage.steps.len() - 1;
        for (place, (item, seen)) in items.iter().zip(seen).enumerate() {
            if let Some((seen, there)) = seen {
                self.seen(*item, place + 1, &seen, at, there);
            }
        }
        Ok(true)
    }

    fn seen(&mut self, item: usize, place: usize, seen: &Seen, at: usize, there: String) {
        if let Some(said) = self.oracle.observed(item, place, seen) {
            self.said(said, Some(item), at, there);
        }
    }
}
