//! The suite as it is run here: a plan for each revision of roma, since a server serves only one
//! of them, and the servers that it is run against.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use conformance::run::{Run, RunWriter};
use conformance::{Credentials, Options, Plan, Selection, Target};
use contract::Contract;
use fake_server::engine::{
    DEFAULT_ACCESS_KEY, DEFAULT_ACCESS_TOKEN, DEFAULT_SECRET_KEY, DEFAULT_TOKEN,
};
use fake_server::{Engine, EngineBuilder, standalone};
use tokio::sync::oneshot;
use validator::Validator;

use crate::Result;

/// The API of which there are several revisions to serve.
const SEVERAL: &str = "roma";

/// How long one case may take: a job that never ends has to be given up.
const CASE_LIMIT: Duration = Duration::from_secs(4);

/// The plans, by the revision of roma.
pub(super) struct Suites {
    plans: BTreeMap<String, Plan>,
    compiled: Vec<Arc<Validator>>,
}

impl Suites {
    /// Compiles the contracts and makes the plans.
    pub(super) fn new() -> Result<Self> {
        let compiled = Contract::embedded()?
            .into_iter()
            .map(|contract| Ok(Arc::new(Validator::new(Arc::new(contract))?)))
            .collect::<Result<Vec<_>>>()?;
        let mut plans = BTreeMap::new();
        for revision in revisions(&compiled) {
            let contracts = compiled.iter().filter(|one| is_of(one, &revision));
            let selection = Selection::new(Vec::new(), &[], Vec::new())?;
            plans.insert(
                revision.clone(),
                Plan::new(contracts.cloned().collect(), &selection)?,
            );
        }
        Ok(Self { plans, compiled })
    }

    /// The revisions of roma, each of which has a plan.
    pub(super) fn revisions(&self) -> impl Iterator<Item = &str> {
        self.plans.keys().map(String::as_str)
    }

    /// All contracts that are judged by.
    pub(super) fn contracts(&self) -> impl Iterator<Item = &Contract> {
        self.compiled
            .iter()
            .map(|validator| &**validator.contract())
    }

    /// The plan for a server of that revision of roma.
    pub(super) fn plan(&self, roma: &str) -> Result<&Plan> {
        let plan = self.plans.get(roma);
        plan.ok_or_else(|| format!("roma has no revision {roma}").into())
    }

    /// What a fake of that revision of roma is made by, its contracts compiled already.
    pub(super) fn fake(&self, roma: &str) -> EngineBuilder {
        let served = self.compiled.iter().filter(|one| is_of(one, roma));
        served.fold(Engine::builder().journal(0), |builder, validator| {
            builder.validator(Arc::clone(validator))
        })
    }

    /// Runs every case against a target.
    pub(super) async fn run(&self, roma: &str, target: &Target, options: &Options) -> Result<Run> {
        let mut out = RunWriter::nowhere();
        let never = std::future::pending();
        let run = conformance::run(self.plan(roma)?, target, options, &mut out, |_| {}, never);
        Ok(run.await?)
    }
}

/// How a server is judged here: each case once.
pub(super) fn options(seed: u64) -> Options {
    Options {
        seed,
        retry: false,
        case_limit: CASE_LIMIT,
        ..Options::default()
    }
}

fn revisions(compiled: &[Arc<Validator>]) -> Vec<String> {
    let contracts = compiled.iter().map(|one| one.contract());
    contracts
        .filter(|contract| contract.api == SEVERAL)
        .map(|contract| contract.revision.clone())
        .collect()
}

fn is_of(validator: &Validator, roma: &str) -> bool {
    let contract = validator.contract();
    contract.api != SEVERAL || contract.revision == roma
}

/// A fake that is served until this is dropped.
pub(super) struct Served {
    /// Its base URL.
    pub(super) url: String,
    /// What answers.
    pub(super) engine: Arc<Engine>,
    _stop: oneshot::Sender<()>,
}

impl Served {
    /// Serves it at a free port of the loopback, on the current runtime.
    pub(super) fn start(engine: Engine) -> Result<Self> {
        let listener = standalone::listen(([127, 0, 0, 1], 0).into())?;
        let url = format!("http://{}", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let engine = Arc::new(engine);
        tokio::spawn(standalone::serve(
            listener,
            Arc::clone(&engine),
            async move {
                stopped.await.unwrap_or_default();
            },
        ));
        Ok(Self {
            url,
            engine,
            _stop: stop,
        })
    }

    /// The fake as a target.
    pub(super) fn target(&self) -> Result<Target> {
        let mut target = Target::new(&self.url)?;
        target.state_url = Some(Target::parse_url(&format!("{}/_states", self.url))?);
        target.credentials = Credentials::from_lookup(|name| credential(name).map(str::to_owned));
        Ok(target)
    }
}

/// What a fake accepts, by the environment variable that a run takes it from.
pub(super) const CREDENTIALS: [(&str, &str); 4] = [
    ("ASSETPROOF_TOKEN", DEFAULT_TOKEN),
    ("ASSETPROOF_ACCESS_TOKEN", DEFAULT_ACCESS_TOKEN),
    ("ASSETPROOF_ACCESS_KEY", DEFAULT_ACCESS_KEY),
    ("ASSETPROOF_SECRET_KEY", DEFAULT_SECRET_KEY),
];

fn credential(name: &str) -> Option<&'static str> {
    let known = CREDENTIALS.iter().find(|(known, _)| *known == name);
    known.map(|(_, value)| *value)
}
