//! Which smaller histories are tried, and in which order. How one is played, and whether it shows the
//! same, is no business of these.

use contract::Life;

use super::super::script::Script;

/// Who tries smaller histories.
pub(super) trait Tries {
    /// The smallest history so far that shows the same.
    fn best(&self) -> &Script;

    /// Whether there is no time, or no use in going on.
    fn is_over(&self) -> bool;

    /// Plays a smaller history, keeps it when it shows the same, and tells whether it does.
    fn holds(&mut self, script: Script) -> impl Future<Output = bool> + Send;
}

/// Tries the part that the finding itself points at: its item, up to its round.
pub(super) async fn focus(tries: &mut impl Tries, round: usize, item: Option<usize>) {
    let mut until = tries.best().clone();
    until.rounds.truncate(round + 1);
    tries.holds(until).await;
    let mut last = tries.best().clone();
    last.rounds = last.rounds.split_off(last.rounds.len().saturating_sub(1));
    tries.holds(last).await;
    if let Some(item) = item {
        let alone = tries.best().with_items(|other| other == item);
        tries.holds(alone).await;
    }
}

/// Leaves out whatever can be, until nothing more can.
pub(super) async fn reduce(tries: &mut impl Tries, life: &Life) {
    loop {
        let before = tries.best().clone();
        rounds(tries).await;
        items(tries).await;
        entries(tries).await;
        // Looks at the items that no finding comes from.
        if life.observe.is_some() {
            looks(tries).await;
        }
        settings(tries, life).await;
        if tries.is_over() || *tries.best() == before {
            break;
        }
    }
}

async fn rounds(tries: &mut impl Tries) {
    let count = |script: &Script| script.rounds.len();
    chunks(tries, count, |script, from, to| {
        let mut script = script.clone();
        script.rounds.drain(from..to);
        script
    })
    .await;
}

async fn items(tries: &mut impl Tries) {
    let count = |script: &Script| script.items.len();
    chunks(tries, count, |script, from, to| {
        script.with_items(|item| !(from..to).contains(&item))
    })
    .await;
}

/// Entries of batches, and whole batches that were sent beside others.
async fn entries(tries: &mut impl Tries) {
    let entries = |script: &Script| -> usize {
        let batches = script.rounds.iter().flat_map(|round| &round.batches);
        batches.map(|batch| batch.entries.len()).sum()
    };
    chunks(tries, entries, |script, from, to| {
        let mut script = script.clone();
        let mut places = 0..;
        for batch in script
            .rounds
            .iter_mut()
            .flat_map(|round| &mut round.batches)
        {
            batch.entries.retain(|_| {
                !places
                    .next()
                    .is_some_and(|place| (from..to).contains(&place))
            });
        }
        script.without_empty()
    })
    .await;
}

async fn looks(tries: &mut impl Tries) {
    for round in 0..tries.best().rounds.len() {
        let mut script = tries.best().clone();
        script.rounds[round].observed = false;
        tries.holds(script).await;
    }
}

/// Settings for which nothing has to be set up.
async fn settings(tries: &mut impl Tries, life: &Life) {
    for (index, setting) in life.settings.iter().enumerate() {
        let mut choices = setting.choices.iter();
        if let Some(plain) = choices.position(|choice| choice.provider_states.is_empty()) {
            let mut script = tries.best().clone();
            script.settings[index] = plain;
            tries.holds(script).await;
        }
    }
}

/// Leaves out one chunk after another, of half of all, of a quarter, and so on.
async fn chunks(
    tries: &mut impl Tries,
    count: impl Fn(&Script) -> usize,
    without: impl Fn(&Script, usize, usize) -> Script,
) {
    let mut size = count(tries.best()).div_ceil(2);
    while size > 0 && !tries.is_over() {
        let mut from = 0;
        while from < count(tries.best()) && !tries.is_over() {
            let to = (from + size).min(count(tries.best()));
            let script = without(tries.best(), from, to);
            if !tries.holds(script).await {
                from += size;
            }
        }
        size /= 2;
    }
}

#[cfg(test)]
mod tests;
