//! The run: is anybody there, then every planned case, several at once, each written down soon after
//! it has ended. What becomes of the events is the caller's business.

mod lanes;
mod order;
mod probe;
mod schedule;
mod session;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use self::lanes::Lanes;
use self::probe::probe;
use self::schedule::Schedule;
use self::session::Session;
use crate::client::Client;
use crate::mask::Mask;
use crate::play::Context;
use crate::play::places::Places;
use crate::run::{CaseRecord, Footer, Line, Run, RunWriter};
use crate::target::Provisions;
use crate::{Baseline, Plan, RunError, Target, curl, record};

/// How a run is made.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the user's"
)]
pub struct Options {
    /// Reproduces tenants, and later whatever else is made up.
    pub seed: u64,
    /// Whether a missed SHOULD fails.
    pub strict: bool,
    /// How many cases run at once; 0 counts as 1. One that waits for a job or a task to end leaves
    /// its place to another, so that half as many more may have begun; beside a single one nothing
    /// does, nor with `fail_fast`.
    pub jobs: usize,
    /// Whether the cases are started in an order that is drawn from the seed, and not the long ones
    /// first and the others in the plan's order. The run amounts to the same; its file lists the cases in the order in which they
    /// ended, and every report sorts them.
    pub shuffle: bool,
    /// Whether no more cases are started once one has failed for good.
    pub fail_fast: bool,
    /// Whether a case that fails is run once more, alone, after all others, and in a new tenant
    /// where tenants are made; if it then passes, it is flaky ([`CaseRecord::retried`]). A case
    /// that errs is not, nor one whose failure is known, nor one that has used up what its target
    /// lists instead of setting it up. At most 32 cases are run again, those
    /// that stand first in the plan, and none is begun when they have taken longer than
    /// `case_limit` together: where that much fails, it is not for chance. The rest stays as it
    /// is.
    pub retry: bool,
    /// How long one case may take with all its steps and repetitions; never less than twice the
    /// time that the target allows for one request.
    pub case_limit: Duration,
    /// The failures that are known.
    pub baseline: Option<Arc<Baseline>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            strict: false,
            jobs: 16,
            shuffle: false,
            fail_fast: false,
            retry: true,
            case_limit: Duration::from_secs(30),
            baseline: None,
        }
    }
}

/// What a caller can show while a run goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A case is handed out: it begins as soon as it has a place.
    CaseStarted {
        /// Its id.
        id: &'e str,
    },
    /// A case has failed. `CaseEnded` follows, perhaps much later and with a better verdict,
    /// because it may be run again first.
    CaseFailed {
        /// Its record.
        record: &'e CaseRecord,
    },
    /// A case that failed begins its second run.
    CaseRetried {
        /// Its id.
        id: &'e str,
    },
    /// A case has ended; it is in the file a tenth of a second later.
    CaseEnded {
        /// Its record.
        record: &'e CaseRecord,
        /// The redacted response of its last step (status, headers, JSON); none when it did not
        /// get there, or is no documented case.
        snapshot: Option<&'e str>,
    },
}

/// Runs the plan against a target and writes header, cases and footer to `out` as it goes. Ends
/// early when `cancel` is done: cases in flight are given up and tidied up after, and the footer
/// says so. With `fail_fast` it ends after a failure, and the footer says that, too.
///
/// # Errors
/// [`RunError::Unreachable`] at once when nobody listens at the target's address, so that a wrong
/// port is not a list of failures; [`RunError::Write`] when the file cannot be written.
pub async fn run(
    plan: &Plan,
    target: &Target,
    options: &Options,
    out: &mut RunWriter,
    events: impl Fn(Event<'_>),
    cancel: impl Future<Output = ()>,
) -> Result<Run, RunError> {
    let lanes = lanes::useful(options.jobs);
    run_on(lanes, (plan, target, options), out, events, cancel).await
}

/// The same on so many threads; nothing but the time depends on them.
async fn run_on(
    lanes: usize,
    (plan, target, options): (&Plan, &Target, &Options),
    out: &mut RunWriter,
    events: impl Fn(Event<'_>),
    cancel: impl Future<Output = ()>,
) -> Result<Run, RunError> {
    let context = Context {
        client: Client::new(target)?,
        target: target.clone(),
        mask: Mask::new(&target.credentials, plan.contracts()),
        secrets: curl::secrets(&target.credentials).into(),
        options: options.clone(),
        provisions: Arc::new(Provisions::of(plan, target)?),
        places: Arc::new(Places::new(options.jobs)),
    };
    let header = record::header(plan, target, options, &context.mask);
    let lanes = Lanes::new(lanes, context)?;
    let order = order::order(plan, options.shuffle.then_some(options.seed));
    let started = Instant::now();
    probe(target).await?;
    out.write(&Line::Header(Box::new(header.clone())))?;

    let at_once = handed_out(options);
    let schedule = Schedule::new(order, at_once, options.fail_fast, options.retry);
    let mut session = Session::new(plan, lanes, schedule, out, events);
    session.go(cancel).await?;
    let done = session.done;
    let mut cases = done.cases;
    let left = plan.cases.len() - cases.len();
    let footer = Footer {
        counts: done.counts,
        interrupted: done.given_up,
        stopped: done
            .failed
            .filter(|_| options.fail_fast && left > 0)
            .map(|id| format!("{id} failed and --fail-fast was given")),
        duration_us: record::micros(started.elapsed()),
    };
    out.write(&Line::Footer(footer.clone()))?;
    cases.sort_by(|a, b| (&a.api, &a.revision, &a.id).cmp(&(&b.api, &b.revision, &b.id)));
    Ok(Run {
        header,
        cases,
        footer: Some(footer),
    })
}

/// How many cases may have been handed out and not ended. Beside those that are played, half as many
/// wait, so that one begins where another rests or has ended. After a failure that ends the run, or
/// beside a single one, nothing else is to begin.
fn handed_out(options: &Options) -> usize {
    match options.jobs {
        jobs if options.fail_fast => jobs.max(1),
        0 | 1 => 1,
        several => several.saturating_add(several.div_ceil(2)),
    }
}
