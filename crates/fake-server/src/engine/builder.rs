//! What an engine can be told before it is made, and the making.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use contract::Contract;
use validator::Validator;

use super::compiled;
use super::explain::OtherRevisions;
use super::journal::{DEFAULT_JOURNAL, Journal, Mask};
use super::next_failures::NextFailures;
use super::perturb::{Perturbation, PerturbedIds};
use super::route::Routes;
use super::{
    AcceptedCredentials, Api, Authenticator, Clock, DEFAULT_ACCESS_KEY, DEFAULT_ACCESS_TOKEN,
    DEFAULT_CLOCK_SKEW, DEFAULT_SECRET_KEY, DEFAULT_TOKEN, Engine, Fault, Faults, IdSource,
    SeededIds, Settings, SystemClock, Whole, World,
};
use crate::metastudio::Metastudio;
use crate::mutants::{Accepted, LaxCredentials, Met, Mutant};
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
    key_pairs: Vec<(String, String)>,
    clock_skew: Duration,
    authenticator: Option<Box<dyn Authenticator>>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    job_duration: Duration,
    async_from: usize,
    journal: usize,
    strict_client: bool,
    faults: Vec<Fault>,
    breaks_connections: bool,
    perturbed: Option<u64>,
    mutant: Option<Arc<Mutant>>,
}

impl Default for EngineBuilder {
    fn default() -> Self {
        Self {
            revisions: BTreeMap::new(),
            validators: BTreeMap::new(),
            tokens: Vec::new(),
            access_tokens: Vec::new(),
            key_pairs: Vec::new(),
            clock_skew: DEFAULT_CLOCK_SKEW,
            authenticator: None,
            clock: Arc::new(SystemClock),
            ids: Arc::new(SeededIds::default()),
            job_duration: DEFAULT_JOB_DURATION,
            async_from: DEFAULT_ASYNC_FROM,
            journal: DEFAULT_JOURNAL,
            strict_client: false,
            faults: Vec::new(),
            breaks_connections: false,
            perturbed: None,
            mutant: None,
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

    /// Accepts what is signed with this access key and its secret key; the first pair told replaces
    /// the default one, `ASSETPROOFAK` with `assetproof-secret`.
    #[must_use]
    pub fn key_pair(
        mut self,
        access_key: impl Into<String>,
        secret_key: impl Into<String>,
    ) -> Self {
        self.key_pairs.push((access_key.into(), secret_key.into()));
        self
    }

    /// Lets a signature's date be this far from the clock; 15 minutes unless told otherwise.
    #[must_use]
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.clock_skew = skew;
        self
    }

    /// Lets this decide who makes a request, in place of sets of accepted credentials.
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

    /// Misbehaves in this way; may be told several times. [`Engine::faults`] changes them later.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Takes everything that the documents leave free differently for each request, as follows
    /// from this seed: order, grouping, undocumented members, spelling, ids, at once or later.
    #[must_use]
    pub fn perturb(mut self, seed: u64) -> Self {
        self.perturbed = Some(seed);
        self
    }

    /// Has this defect of the catalogue, in its API.
    #[must_use]
    pub fn mutant(mut self, mutant: Arc<Mutant>) -> Self {
        self.mutant = Some(mutant);
        self
    }

    /// Lets faults that break connections be added later to a fake that is served in process:
    /// wiremock breaks none, so a relay in front of it has to be there from the start. A fault of
    /// that kind given to [`EngineBuilder::fault`] brings it along.
    #[must_use]
    pub fn break_connections(mut self) -> Self {
        self.breaks_connections = true;
        self
    }

    /// Makes the engine.
    ///
    /// # Errors
    /// An API or a revision that has no state machine, a contract that cannot be loaded or
    /// compiled, or a fault with a member that cannot be used.
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
        let operations = Api::ALL.into_iter().zip(&validators);
        let operations = operations.flat_map(|(api, validator)| {
            let operations = validator.contract().operations.iter();
            operations.map(move |operation| (api, operation.id.clone()))
        });
        let faults = Faults::new(operations.collect());
        for fault in self.faults {
            faults.add(fault)?;
        }
        let mut routes = Routes::default();
        for (api, validator) in Api::ALL.into_iter().zip(&validators) {
            routes.add(api, validator.contract());
        }
        let tokens = or_default(self.tokens, DEFAULT_TOKEN.to_owned());
        let access_tokens = or_default(self.access_tokens, DEFAULT_ACCESS_TOKEN.to_owned());
        let pair = (DEFAULT_ACCESS_KEY.to_owned(), DEFAULT_SECRET_KEY.to_owned());
        let key_pairs = or_default(self.key_pairs, pair);
        let secret_keys = key_pairs.iter().map(|(_, secret_key)| secret_key);
        let mask = Mask::new(
            validators.iter().map(|validator| &**validator.contract()),
            tokens
                .iter()
                .chain(&access_tokens)
                .chain(secret_keys)
                .cloned(),
        );
        let journal = Journal::new(self.journal, mask, validators.each_ref().map(|v| names(v)));
        let careless = self
            .mutant
            .as_ref()
            .and_then(|mutant| Some((mutant.api, mutant.carelessness()?)))
            .map(|careless| {
                let accepted = Accepted {
                    tokens: tokens.clone(),
                    access_tokens: access_tokens.clone(),
                    key_pairs: key_pairs.clone(),
                };
                (accepted, careless)
            });
        let authenticator = self.authenticator.unwrap_or_else(|| {
            let signing = Api::ALL.into_iter().zip(&validators);
            let signing = signing.filter(|(_, validator)| takes_signatures(validator.contract()));
            Box::new(
                AcceptedCredentials::new(signing.map(|(api, _)| api))
                    .tokens(tokens)
                    .access_tokens(access_tokens)
                    .key_pairs(key_pairs)
                    .clock_skew(self.clock_skew),
            )
        });
        let authenticator = match careless {
            Some((accepted, (api, how))) => {
                Box::new(LaxCredentials::new(authenticator, accepted, api, how))
            }
            None => authenticator,
        };
        let ids: Arc<dyn IdSource> = match self.perturbed {
            Some(seed) => Arc::new(PerturbedIds::new(self.ids, seed)),
            None => self.ids,
        };
        Ok(Engine {
            validators,
            routes,
            authenticator,
            world: World::new(self.clock, ids),
            next_failures: NextFailures::default(),
            faults,
            breaks_connections: self.breaks_connections,
            perturbation: Perturbation::new(self.perturbed),
            other_revisions: OtherRevisions::default(),
            metastudio: Metastudio::default(),
            roma: Roma::new(roma, self.job_duration),
            smh: Smh::new(self.async_from),
            whole: Whole::default(),
            settings: Settings::default(),
            journal,
            strict_client: self.strict_client,
            mutant: self.mutant,
            met: Met::default(),
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
        let revision = self.revision_of(api);
        if let Some(mutant) = self
            .mutant
            .as_ref()
            .filter(|one| one.api == api && one.misreads())
        {
            return compiled::misread(api, revision, mutant.misread(revision)?);
        }
        if let Some(validator) = self.validators.get(api.name()) {
            return Ok(Arc::clone(validator));
        }
        compiled::embedded(api, revision)
    }
}

/// The names of a contract's operations, in its order.
fn names(validator: &Validator) -> Vec<Arc<str>> {
    let operations = validator.contract().operations.iter();
    operations
        .map(|operation| operation.id.as_str().into())
        .collect()
}

/// Whether a contract documents a signature as a way to authenticate.
fn takes_signatures(contract: &Contract) -> bool {
    let schemes = contract.operations.iter().flat_map(|one| &one.security);
    let mut schemes = schemes
        .flatten()
        .filter_map(|name| contract.schemes.get(name));
    schemes.any(|scheme| scheme.signature.is_some())
}

fn or_default<T>(told: Vec<T>, default: T) -> Vec<T> {
    if told.is_empty() { vec![default] } else { told }
}
