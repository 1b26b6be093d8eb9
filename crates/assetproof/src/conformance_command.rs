//! `assetproof conformance`: from flags to a run for each target, its reports and the exit code.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use conformance::run::RunWriter;
use conformance::{Baseline, Credentials, Event, Options, Plan, Secret, Target};
use fake_server::engine::Api;
use fake_server::{Engine, standalone};
use tokio::net::TcpListener;
use tokio::sync::watch;
use validator::Validator;

use crate::cli::ConformanceArgs;
use crate::progress::Progress;
use crate::snapshots::Snapshots;
use crate::targets::FAKE;
use crate::trials::Trial;
use crate::{
    CONFORMANT, Error, INTERRUPTED, NOT_CONFORMANT, NOT_JUDGED, Result, announce, interrupt,
    listing, reports, targets, trials,
};

pub(crate) fn run(args: &ConformanceArgs) -> Result<u8> {
    let baseline = args.baseline.as_deref().map(Baseline::read).transpose()?;
    let trials = trials::from_flags(args, baseline.as_ref())?;
    if args.list || args.requirements {
        list(args, &trials);
        return Ok(CONFORMANT);
    }
    let baseline = baseline.map(Arc::new);
    // The runner has threads of its own and takes this one for one of them, unless the fake is
    // served here.
    let mut runtime = if trials.iter().all(|trial| trial.subject.is_some()) {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    runtime
        .enable_all()
        .build()
        .map_err(Error::Process)?
        .block_on(judge_all(args, trials, baseline.as_ref()))
}

/// Shows the plan of each target.
fn list(args: &ConformanceArgs, trials: &[Trial]) {
    for trial in trials {
        if trials.len() > 1 {
            announce::out(&format!("{}:\n", trial.name()));
        }
        announce::out(&if args.list {
            listing::cases(&trial.plan)
        } else {
            listing::requirements(&trial.plan)
        });
    }
}

async fn judge_all(
    args: &ConformanceArgs,
    trials: Vec<Trial>,
    baseline: Option<&Arc<Baseline>>,
) -> Result<u8> {
    let stop = stop_signal()?;
    // The fake is stopped by dropping this sender's receiver side at the end of the function.
    let (_keep, ended) = watch::channel(());
    let mut targets = Vec::new();
    for Trial { subject, plan } in trials {
        let target = match subject {
            Some(subject) => subject.complete()?,
            None => targets::override_by_flags(start_fake(&plan, ended.clone()).await?, args)?,
        };
        targets.push((target, plan));
    }
    let several = targets.len() > 1;
    let names = reports::names(targets.iter().map(|(target, _)| target));
    let mut codes = Vec::new();
    for (index, (target, plan)) in targets.iter().enumerate() {
        if *stop.borrow() {
            codes.push(INTERRUPTED);
            break;
        }
        let folder = reports::folder(&args.report_dir, target, index, several)?;
        let name = several.then_some(names[index].as_str());
        let snapshots = args
            .snapshots
            .as_deref()
            .map(|base| Snapshots::new(base, name, args.accept));
        let subject = (target, plan, baseline);
        match judge(args, subject, (&folder, snapshots), stop.clone()).await {
            Ok(code) => codes.push(code),
            // One target that cannot be judged does not keep the others from it.
            Err(error) if several => {
                announce::error(&error);
                codes.push(NOT_JUDGED);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(worst(&codes))
}

/// Interrupted outweighs all, then a failure, then what could not be judged.
fn worst(codes: &[u8]) -> u8 {
    [INTERRUPTED, NOT_CONFORMANT, NOT_JUDGED]
        .into_iter()
        .find(|code| codes.contains(code))
        .unwrap_or(CONFORMANT)
}

async fn judge(
    args: &ConformanceArgs,
    (target, plan, baseline): (&Target, &Plan, Option<&Arc<Baseline>>),
    (folder, snapshots): (&Path, Option<Snapshots>),
    mut stop: watch::Receiver<bool>,
) -> Result<u8> {
    let options = Options {
        seed: seed(args),
        strict: args.strict,
        jobs: args.jobs.into(),
        shuffle: args.shuffle,
        fail_fast: args.fail_fast,
        case_limit: target.timeout.saturating_mul(3),
        baseline: baseline.cloned(),
        ..Options::default()
    };
    announce::out(&format!(
        "judging {} by {}: {} {}{}, seed {}\n",
        target.name,
        plan.contracts
            .iter()
            .map(|validator| validator.contract().name())
            .collect::<Vec<_>>()
            .join(", "),
        plan.cases.len(),
        if plan.cases.len() == 1 {
            "case"
        } else {
            "cases"
        },
        args.partition
            .map(|part| format!(" ({part})"))
            .unwrap_or_default(),
        options.seed,
    ));
    reports::remove_stale(folder)?;
    let path = folder.join(reports::RUN_FILE);
    let mut out = RunWriter::create(&path).map_err(|source| Error::ReportDir {
        path: path.clone(),
        source,
    })?;
    let progress = Progress::new(plan.cases.len());
    let cancel = async move {
        // The sender lives as long as the process.
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    let on = |event: Event<'_>| {
        if let Some(snapshots) = &snapshots {
            snapshots.on(&event);
        }
        progress.on(&event);
    };
    let run = conformance::run(plan, target, &options, &mut out, on, cancel).await;
    progress.clear();
    if run.is_err() && path.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        // Nothing was run, so that there is nothing to report; an empty file would only puzzle.
        let _left = std::fs::remove_file(&path);
    }
    let run = run?;
    let compared = snapshots.map(|snapshots| snapshots.compare(plan));
    match compared.transpose() {
        Ok(compared) => reports::publish(&run, compared, folder),
        Err(error) => {
            // What the run found is told all the same.
            reports::publish(&run, None, folder)?;
            Err(error)
        }
    }
}

/// The seed asked for, or one that is drawn; parts that are made one by one need the same one.
pub(crate) fn seed(args: &ConformanceArgs) -> u64 {
    match (args.seed, args.partition) {
        (Some(seed), _) => seed,
        (None, Some(_)) => 0,
        (None, None) => RandomState::new().hash_one(0) >> 32,
    }
}

/// Starts the fake server on a free port and describes it as a target, with the credentials that
/// it accepts out of the box.
pub(crate) async fn start_fake(plan: &Plan, mut ended: watch::Receiver<()>) -> Result<Target> {
    let mut builder = Engine::builder();
    for validator in &plan.contracts {
        let api = &validator.contract().api;
        if Api::named(api).is_none() {
            return Err(Error::NotServed { api: api.clone() });
        }
        builder = builder.validator(Arc::<Validator>::clone(validator));
    }
    // Nobody can ask this one what it has recorded.
    let engine = Arc::new(builder.journal(0).build()?);
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let listening = async {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    let (listener, bound) = listening.await.map_err(|source| Error::Listen {
        address,
        source,
        way_out: "",
    })?;
    tokio::spawn(standalone::serve(listener, engine, async move {
        let _ = ended.changed().await;
    }));
    let base = format!("http://{bound}");
    let mut target = Target::new(&base)?;
    FAKE.clone_into(&mut target.name);
    target.state_url = Some(Target::parse_url(&format!(
        "{base}{}",
        fake_server::engine::STATES_PATH
    ))?);
    target.credentials = Credentials {
        token: Some(Secret::new(fake_server::engine::DEFAULT_TOKEN)),
        access_key: Some(Secret::new(fake_server::engine::DEFAULT_ACCESS_KEY)),
        secret_key: Some(Secret::new(fake_server::engine::DEFAULT_SECRET_KEY)),
        access_token: Some(Secret::new(fake_server::engine::DEFAULT_ACCESS_TOKEN)),
    };
    Ok(target)
}

/// Becomes true at Ctrl-C or SIGTERM, for all targets of the run.
fn stop_signal() -> Result<watch::Receiver<bool>> {
    let signal = interrupt::signal()?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        signal.await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    });
    Ok(stopped)
}
