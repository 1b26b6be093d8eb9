//! What an engine can be told before it is made, and the making.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use contract::Contract;
use validator::Validator;

use super::journal::{DEFAULT_JOURNAL, Journal, Mask};
use super::next_failures::NextFailures;
use super::route::Routes;
use super::{
    AcceptedTokens, Api, Authenticator, Clock, DEFAULT_ACCESS_TOKEN, DEFAULT_TOKEN, Engine,
    IdSource, SeededIds, Settings, SystemClock, Whole, World,
};
use crate::metastudio::Metastudio;
use crate::roma::{Revision, Roma};
use crate::smh::Smh;
use crate::{Error, Result};

/// How long a deletion job of roma runs when nobody asks for its progress.
pub const DEFAULT_JOB_DURATION: Duration = Duration::from_secs(30);

/// From how many items on smh deletes later rather than at once.
pub const DEFAULT_ASYNC_FROM: usize = 100;

/// Everything that an engine can be told; what is not told has the documented default.
#[derive(Debug)]
pub struct EngineBuilder {
    revisions: BTreeMap<String, String>,
    validators: BTreeMap<String, Arc<Validator>>,
    tokens: Vec<String>,
    access_tokens: Vec<String>,
    authenticator: Option<Box<dyn Authenticator>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    job_duration: Duration,
    async_from: usize,
    journal: usize,
    strict_client: bool,
}

impl Default for EngineBuilder {
    fn default() -> Self {
        Self {
            revisions: BTreeMap::new(),
            validators: BTreeMap::new(),
            tokens: Vec::new(),
            access_tokens: Vec::new(),
            authenticator: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SeededIds::default()),
            job_duration: DEFAULT_JOB_DURATION,
            async_from: DEFAULT_ASYNC_FROM,
            journal: DEFAULT_JOURNAL,
            strict_client: false,
        }
    }
}

impl EngineBuilder {
    /// Serves this revision of `api` (`roma`, `2025-10`).
    #[must_use]
    pub fn revision(mut self, api: impl Into<String>, revision: impl Into<String>) -> Self {
        self.revisions.insert(api.into(), revision.into());
        self
    }

    /// Uses a validator that is already compiled, and serves its revision.
    #[must_use]
    pub fn validator(mut self, validator: Arc<Validator>) -> Self {
        let contract = validator.contract();
        self.revisions
            .insert(contract.api.clone(), contract.revision.clone());
        self.validators.insert(contract.api.clone(), validator);
        self
    }

    /// Accepts this `X-Auth-Token`; the first one told replaces the default `assetproof-token`.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.tokens.push(token.into());
        self
    }

    /// Accepts this `access_token`; the first one told replaces the default `assetproof-access`.
    #[must_use]
    pub fn access_token(mut self, token: impl Into<String>) -> Self {
        self.access_tokens.push(token.into());
        self
    }

    /// Lets this decide who makes a request, in place of sets of accepted tokens.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator + 'static) -> Self {
        self.authenticator = Some(Box::new(authenticator));
        self
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Takes ids from this source.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn IdSource>) -> Self {
        self.ids = ids;
        self
    }

    /// Lets all ids follow from this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.ids(Arc::new(SeededIds::new(seed)))
    }

    /// Ends a deletion job of roma after this time, if queries have not ended it before.
    #[must_use]
    pub fn job_duration(mut self, duration: Duration) -> Self {
        self.job_duration = duration;
        self
    }

    /// Lets smh delete later rather than at once from this many items on.
    #[must_use]
    pub fn async_from(mut self, items: usize) -> Self {
        self.async_from = items;
        self
    }

    /// Keeps the latest `size` requests in the [`Journal`], 1000 unless told otherwise; 0 keeps none.
    #[must_use]
    pub fn journal(mut self, size: usize) -> Self {
        self.journal = size;
        self
    }

    /// Lets the refusal of a request that breaks the documentation explain itself, in place of the
    /// documented terse one.
    #[must_use]
    pub fn strict_client(mut self, strict: bool) -> Self {
        self.strict_client = strict;
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// An API or a revision that has no state machine, or a contract that cannot be loaded or
    /// compiled.
    pub fn build(self) -> Result<Engine> {
        if let Some(api) = self.revisions.keys().find(|api| Api::named(api).is_none()) {
            return Err(Error::UnknownApi {
                api: api.clone(),
                known: Api::ALL.map(Api::name).join(", "),
            });
        }
        let roma = Revision::named(self.revision_of(Api::Roma))?;
        for api in [Api::Metastudio, Api::Smh] {
            let revision = self.revision_of(api);
            if revision != api.default_revision() {
                return Err(Error::UnknownRevision {
                    api: api.name().to_owned(),
                    revision: revision.to_owned(),
                    known: api.default_revision().to_owned(),
                });
            }
        }
        let [first, second, third] = self.compiled();
        let validators = [first?, second?, third?];
        let mut routes = Routes::default();
        for (api, validator) in Api::ALL.into_iter().zip(&validators) {
            routes.add(api, validator.contract());
        }
        let tokens = or_default(self.tokens, DEFAULT_TOKEN);
        let access_tokens = or_default(self.access_tokens, DEFAULT_ACCESS_TOKEN);
        let mask = Mask::new(
            validators.iter().map(|validator| &**validator.contract()),
            tokens.iter().chain(&access_tokens).cloned(),
        );
        let journal = Journal::new(self.journal, mask, validators.each_ref().map(|v| names(v)));
        let authenticator = self
            .authenticator
            .unwrap_or_else(|| Box::new(AcceptedTokens::new(tokens, access_tokens)));
        Ok(Engine {
            validators,
            routes,
            authenticator,
            world: World::new(self.clock, self.ids),
            next_failures: NextFailures::default(),
            metastudio: Metastudio::default(),
            roma: Roma::new(roma, self.job_duration),
            smh: Smh::new(self.async_from),
            whole: Whole::default(),
            settings: Settings::default(),
            journal,
            strict_client: self.strict_client,
        })
    }

    fn revision_of(&self, api: Api) -> &str {
        self.revisions
            .get(api.name())
            .map_or(api.default_revision(), String::as_str)
    }

    /// The validators of all APIs, in the order of [`Api::ALL`]. Each is made on a thread of its
    /// own: that is most of what a start takes.
    fn compiled(&self) -> [Result<Arc<Validator>>; 3] {
        thread::scope(|scope| {
            Api::ALL
                .map(|api| scope.spawn(move || self.validator_of(api)))
                .map(|made| made.join().unwrap_or_else(|panic| resume_unwind(panic)))
        })
    }

    fn validator_of(&self, api: Api) -> Result<Arc<Validator>> {
        if let Some(validator) = self.validators.get(api.name()) {
            return Ok(Arc::clone(validator));
        }
        let revision = self.revision_of(api);
        let name = format!("{api}/{revision}");
        let contract =
            Contract::embedded_one(api.name(), revision).map_err(|source| Error::Contract {
                name: name.clone(),
                source: Box::new(source),
            })?;
        Validator::new(Arc::new(contract))
            .map(Arc::new)
            .map_err(|source| Error::Validator {
                name,
                source: Box::new(source),
            })
    }
}

/// The names of a contract's operations, in its order.
fn names(validator: &Validator) -> Vec<Arc<str>> {
    let operations = validator.contract().operations.iter();
    operations
        .map(|operation| operation.id.as_str().into())
        .collect()
}

fn or_default(told: Vec<String>, default: &str) -> Vec<String> {
    if told.is_empty() {
        vec![default.to_owned()]
    } else {
        told
    }
}
