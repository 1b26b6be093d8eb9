//! `assetproof conformance`: from flags to a run for each target, its reports and the exit code.

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use conformance::run::{RunWriter, Summary};
use conformance::{Credentials, Options, Plan, Secret, Selection, Target, report};
use fake_server::engine::Api;
use fake_server::{Engine, axum_front};
use tokio::net::TcpListener;
use tokio::sync::watch;
use validator::Validator;

use crate::cli::ConformanceArgs;
use crate::progress::Progress;
use crate::{
    CONFORMANT, Error, INTERRUPTED, NOT_CONFORMANT, NOT_JUDGED, Result, announce, contracts,
    interrupt, listing, reports, targets,
};

pub(crate) fn run(args: &ConformanceArgs) -> Result<u8> {
    let mut validators = contracts::load(&args.api, &args.revision, &args.contract)?;
    if args.target.is_empty() && args.api.is_empty() && args.contract.is_empty() {
        // The fake stands in for what it has a state machine for; the rest takes a --target.
        validators.retain(|validator| Api::named(&validator.contract().api).is_some());
    }
    targets::check_tenant(args, validators.iter().map(AsRef::as_ref))?;
    let selection = Selection::new(args.api.clone(), &args.case, args.requirement.clone())?;
    let plan = Plan::new(validators, &selection)?;
    if args.list {
        announce::out(&listing::cases(&plan));
        return Ok(CONFORMANT);
    }
    if args.requirements {
        announce::out(&listing::requirements(&plan));
        return Ok(CONFORMANT);
    }
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::Process)?
        .block_on(judge_all(args, &plan))
}

async fn judge_all(args: &ConformanceArgs, plan: &Plan) -> Result<u8> {
    let stop = stop_signal()?;
    // The fake is stopped by dropping this sender's receiver side at the end of the function.
    let (_keep, ended) = watch::channel(());
    let targets = if args.target.is_empty() {
        vec![targets::complete(start_fake(plan, ended).await?, args)]
    } else {
        targets::from_flags(args)?
    };
    let several = targets.len() > 1;
    let mut codes = Vec::new();
    for (index, target) in targets.iter().enumerate() {
        if *stop.borrow() {
            codes.push(INTERRUPTED);
            break;
        }
        let folder = reports::folder(&args.report_dir, target, index, several)?;
        match judge(args, plan, target, &folder, stop.clone()).await {
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
    plan: &Plan,
    target: &Target,
    folder: &Path,
    mut stop: watch::Receiver<bool>,
) -> Result<u8> {
    let options = Options {
        seed: args
            .seed
            .unwrap_or_else(|| RandomState::new().hash_one(0) >> 32),
        strict: args.strict,
        jobs: args.jobs.into(),
        case_limit: args.timeout.saturating_mul(3),
    };
    announce::out(&format!(
        "judging {} by {}: {} {}, seed {}\n",
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
    let run = conformance::run(
        plan,
        target,
        &options,
        &mut out,
        |event| progress.on(&event),
        cancel,
    )
    .await;
    progress.clear();
    if run.is_err() && path.metadata().is_ok_and(|metadata| metadata.len() == 0) {
        // Nothing was run, so that there is nothing to report; an empty file would only puzzle.
        let _left = std::fs::remove_file(&path);
    }
    let run = run?;
    let summary = Summary::of(&run);
    let written = report::write_all(&run, folder)?;
    announce::out(&report::terminal::render(&run, &summary));
    let html = written.iter().find(|path| {
        path.extension()
            .is_some_and(|extension| extension == "html")
    });
    if let Some(html) = html {
        announce::out(&format!("report: {}\n", html.display()));
    }
    Ok(summary.exit_code)
}

/// Starts the fake server on a free port and describes it as a target, with the credentials that
/// it accepts out of the box.
async fn start_fake(plan: &Plan, mut ended: watch::Receiver<()>) -> Result<Target> {
    let mut builder = Engine::builder();
    for validator in &plan.contracts {
        let api = &validator.contract().api;
        if Api::named(api).is_none() {
            return Err(Error::NotServed { api: api.clone() });
        }
        builder = builder.validator(Arc::<Validator>::clone(validator));
    }
    let engine = Arc::new(builder.build()?);
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
    tokio::spawn(axum_front::serve(listener, engine, async move {
        let _ = ended.changed().await;
    }));
    let base = format!("http://{bound}");
    let mut target = Target::new(&base)?;
    "the built-in fake server".clone_into(&mut target.name);
    target.state_url = Some(Target::parse_url(&format!(
        "{base}{}",
        fake_server::engine::STATES_PATH
    ))?);
    target.credentials = Credentials {
        token: Some(Secret::new(fake_server::engine::DEFAULT_TOKEN)),
        access_token: Some(Secret::new(fake_server::engine::DEFAULT_ACCESS_TOKEN)),
        ..Credentials::default()
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
