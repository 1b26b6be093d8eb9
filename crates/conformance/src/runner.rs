//! The run: is anybody there, then every planned case, several at once, each written down when it
//! ends. What becomes of the events is the caller's business.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};

use crate::client::{Client, seconds};
use crate::mask::Mask;
use crate::replay::{self, Context, Outcome};
use crate::run::{CaseRecord, Counts, Footer, Line, Run, RunWriter};
use crate::{Plan, RunError, Target, record};

/// The longest wait for a connection before the first case.
const PROBE: Duration = Duration::from_secs(5);

/// How a run is made.
#[derive(Debug, Clone)]
pub struct Options {
    /// Reproduces tenants, and later whatever else is made up.
    pub seed: u64,
    /// Whether a missed SHOULD fails.
    pub strict: bool,
    /// How many cases run at once; 0 counts as 1.
    pub jobs: usize,
    /// How long one case may take with all its steps and repetitions; never less than twice the
    /// time that the target allows for one request.
    pub case_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            strict: false,
            jobs: 8,
            case_limit: Duration::from_secs(30),
        }
    }
}

/// What a caller can show while a run goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// A case begins.
    CaseStarted {
        /// Its id.
        id: &'e str,
    },
    /// A case has ended and is written.
    CaseEnded {
        /// Its record.
        record: &'e CaseRecord,
        /// The redacted response of its last step (status, headers, JSON); none when it did not
        /// get there.
        snapshot: Option<&'e str>,
    },
}

/// Runs the plan against a target and writes header, cases and footer to `out` as it goes. Ends
/// early when `cancel` is done: cases in flight are given up and tidied up after, and the footer
/// says so.
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
    let started = Instant::now();
    let mut cancel = pin!(cancel);
    let client = Client::new(target)?;
    probe(target).await?;
    let mask = Mask::new(&target.credentials, plan.contracts());
    let header = record::header(plan, target, options, &mask);
    out.write(&Line::Header(Box::new(header.clone())))?;

    let context = Arc::new(Context {
        client,
        target: target.clone(),
        mask,
        options: options.clone(),
    });
    let (stop, stopped) = watch::channel(false);
    let mut ended = start(plan, &context, options.jobs, &stopped);
    let mut cases: Vec<CaseRecord> = Vec::with_capacity(plan.cases.len());
    let mut counts = Counts::default();
    loop {
        let message = tokio::select! {
            message = ended.recv() => message,
            () = &mut cancel, if !*stop.borrow() => {
                stop.send_replace(true);
                continue;
            }
        };
        match message {
            None => break,
            Some(Message::Started(index)) => {
                events(Event::CaseStarted {
                    id: &plan.cases[index].case.id,
                });
            }
            Some(Message::Ended(outcome)) => {
                let Outcome {
                    record,
                    snapshot,
                    unreachable,
                } = *outcome;
                if let Some(reason) = unreachable.filter(|_| cases.is_empty()) {
                    stop.send_replace(true);
                    return Err(unreachable_target(target, reason));
                }
                counts.add(record.verdict);
                out.write(&Line::Case(Box::new(record.clone())))?;
                events(Event::CaseEnded {
                    record: &record,
                    snapshot: snapshot.as_deref(),
                });
                cases.push(record);
            }
        }
    }
    let footer = Footer {
        counts,
        interrupted: cases.len() < plan.cases.len(),
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

/// What the workers tell.
enum Message {
    Started(usize),
    Ended(Box<Outcome>),
}

/// Starts the workers; the channel closes when the last one has no more to do.
fn start(
    plan: &Plan,
    context: &Arc<Context>,
    jobs: usize,
    stopped: &watch::Receiver<bool>,
) -> mpsc::UnboundedReceiver<Message> {
    let (tell, ended) = mpsc::unbounded_channel();
    let next = Arc::new(AtomicUsize::new(0));
    for _ in 0..jobs.clamp(1, plan.cases.len().max(1)) {
        let (cases, context) = (plan.cases.clone(), Arc::clone(context));
        let (next, tell, mut stopped) = (Arc::clone(&next), tell.clone(), stopped.clone());
        tokio::spawn(async move {
            while !*stopped.borrow() {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(planned) = cases.get(index) else {
                    break;
                };
                let _ = tell.send(Message::Started(index));
                let cancelled = async {
                    // A closed channel means that the run itself is gone.
                    let _ = stopped.wait_for(|stopped| *stopped).await;
                };
                match replay::case(&context, planned, cancelled).await {
                    Some(outcome) => drop(tell.send(Message::Ended(Box::new(outcome)))),
                    None => break,
                }
            }
        });
    }
    ended
}

/// Asks whether anybody listens at the target's address.
async fn probe(target: &Target) -> Result<(), RunError> {
    let url = &target.base_url;
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(80);
    let limit = PROBE.min(target.timeout);
    match timeout(limit, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(unreachable_target(target, error.to_string())),
        Err(_) => {
            let reason = format!("no connection within {}", seconds(limit));
            Err(unreachable_target(target, reason))
        }
    }
}

fn unreachable_target(target: &Target, reason: String) -> RunError {
    RunError::Unreachable {
        url: target.base().to_owned(),
        reason,
    }
}
