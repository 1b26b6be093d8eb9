//! The engine: state machines behind one function from a raw request to a raw response.
//!
//! It knows no HTTP framework, keeps no global, asks neither the system's clock nor its
//! randomness, and can be shared between threads: each tenant has a lock of its own.
//!
//! The way of a request: its path names an API; the API's validator names the operation and says
//! what breaks the documentation; a failure that was asked for (`next request fails`) comes first,
//! then authentication, then malformed requests, and what is left goes to the API's machine. That
//! order is inferred.
//!
//! **Malformed** is a request with a finding of level MUST, the credentials' own headers aside:
//! those are the [`Authenticator`]'s. Where a document has two readings, either is accepted.
//!
//! Inferred, for what no document speaks of: an unknown path is 404, a wrong method 405 with
//! `Allow`, both with a JSON body that tells what is served.
//!
//! Every answered request goes into the [`Journal`], with what the validator found in it. All state
//! can be taken as a snapshot, restored and reset, between two requests.

mod accepted;
mod answer;
mod api;
mod authenticate;
mod builder;
mod canonical;
mod clock;
mod compiled;
mod draw;
mod explain;
mod faults;
mod ids;
mod journal;
mod near_miss;
mod next_failures;
mod notes;
mod params;
mod perturb;
mod problem;
pub(crate) mod reply;
mod route;
mod scenarios;
mod service;
mod set_ups;
mod settings;
mod signature;
mod snapshot;
mod states;
mod strict;
mod tenant;
mod tenants;
pub(crate) mod timestamp;
mod turns;
mod whole;
mod world;

use contract::{Level, Message};
use serde_json::json;
use validator::{Check, Finding, Location, Request, RequestReading, Response, Validator};

pub use accepted::AcceptedCredentials;
pub use answer::{Answer, Broken, Delivery};
pub use api::Api;
pub use authenticate::{
    Authenticator, DEFAULT_ACCESS_KEY, DEFAULT_ACCESS_TOKEN, DEFAULT_SECRET_KEY, DEFAULT_TOKEN,
    Unauthenticated, User,
};
pub use builder::{DEFAULT_ASYNC_FROM, DEFAULT_JOB_DURATION, EngineBuilder};
pub use clock::{Clock, ManualClock, SystemClock};
pub(crate) use draw::Draw;
pub(crate) use faults::Struck;
pub use faults::{
    Effect, Fault, FaultError, Faults, ItemFailure, JobFailure, Latency, Listed, Loss, Throttle,
    Truncation, When,
};
pub use ids::{IdSource, SeededIds};
use journal::has_values;
pub use journal::{ClientFinding, Counts, DEFAULT_JOURNAL, JOURNAL_BYTES, Journal, Recorded};
pub use near_miss::{Difference, NearMiss};
pub use notes::Refused;
pub(crate) use notes::{Notes, is_blame};
pub(crate) use params::Params;
pub(crate) use perturb::Choices;
pub(crate) use scenarios::{Found, NotPossible};
pub use scenarios::{Scenario, ScenarioError};
pub(crate) use service::{Call, Refusal, Scope, Service, path_parameter};
pub(crate) use set_ups::SetUps;
pub use settings::{LONGEST_DELAY, Settings};
pub(crate) use signature::{Authorization, signatures};
pub use signature::{DEFAULT_CLOCK_SKEW, SignatureFault};
pub use snapshot::SnapshotError;
pub(crate) use snapshot::{count, in_order};
pub(crate) use states::Action;
pub use states::{STATES_PATH, StateError};
pub use strict::FINDINGS_HEADER;
pub use tenant::Tenant;
pub(crate) use tenants::Tenants;
pub(crate) use whole::Whole;
pub(crate) use world::World;

use std::borrow::Cow;
use std::sync::Arc;

use crate::metastudio::Metastudio;
use crate::mutants::{Met, Mutant};
use crate::roma::Roma;
use crate::smh::Smh;

use explain::OtherRevisions;
use faults::tenant_of;
use next_failures::NextFailures;
use perturb::Perturbation;
use route::{Route, Routes};

/// The target of the events that say why a request is not authenticated.
pub const AUTHENTICATION: &str = "assetproof::authentication";

/// The state machines of all APIs with everything that they need. Share it in an `Arc`.
#[derive(Debug)]
pub struct Engine {
    /// In the order of [`Api::ALL`].
    validators: [Arc<Validator>; 3],
    routes: Routes,
    authenticator: Box<dyn Authenticator>,
    world: World,
    next_failures: NextFailures,
    faults: Faults,
    breaks_connections: bool,
    perturbation: Perturbation,
    other_revisions: OtherRevisions,
    metastudio: Metastudio,
    roma: Roma,
    smh: Smh,
    whole: Whole,
    settings: Settings,
    journal: Journal,
    strict_client: bool,
    mutant: Option<Arc<Mutant>>,
    met: Met,
}

impl Engine {
    /// What an engine can be told before it is made.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Answers a request, and says how the answer goes out. Never fails and never panics, whatever
    /// the bytes: what cannot be understood gets an error response.
    pub fn answer(&self, request: &Request) -> Answer {
        let mut notes = Notes::default();
        let mut answer = self.carry_out(request, &mut notes);
        answer.delivery.delay += self.settings.fixed_delay();
        let status = answer.response.status;
        self.journal
            .keep(request, notes, status, || self.world.now());
        answer
    }

    /// The response of [`Engine::answer`] alone.
    pub fn respond(&self, request: &Request) -> Response {
        self.answer(request).response
    }

    /// The faults, to be changed while the engine serves.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Whether connections may have to be broken, so that a front that needs to prepare for it
    /// does: a fault does it, or [`EngineBuilder::break_connections`] was told.
    pub fn breaks_connections(&self) -> bool {
        self.breaks_connections
            || (self.faults.list().iter()).any(|listed| listed.fault.breaks_connections())
    }

    /// The latest requests that were answered, with what the validator found in them.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The text without the credentials that are accepted; none where it holds none.
    pub fn without_secrets(&self, text: &str) -> Option<String> {
        self.journal.mask().without_values(text)
    }

    /// A request's target without credentials: neither the accepted ones, wherever they stand, nor
    /// the values of parameters that carry one.
    pub fn without_credentials<'t>(&self, target: &'t str) -> Cow<'t, str> {
        let mask = self.journal.mask();
        if !has_values(target) && !mask.finds(target.as_bytes()) {
            return Cow::Borrowed(target);
        }
        let mut shown = Vec::with_capacity(target.len());
        mask.write_target(target, &mut shown);
        Cow::Owned(String::from_utf8_lossy(&mask.bytes(&shown)).into_owned())
    }

    /// What can be changed while it runs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The present time of the engine's clock.
    pub fn now(&self) -> std::time::SystemTime {
        self.world.now()
    }

    fn carry_out(&self, request: &Request, notes: &mut Notes) -> Answer {
        let _shared = self.whole.shared();
        if request.path() == STATES_PATH {
            notes.state_callback = true;
            return if request.method == "POST" {
                self.states_callback(request).into()
            } else {
                method_not_allowed(&["POST".to_owned()]).into()
            };
        }
        match self.routes.find(request.path()) {
            None => {
                notes.findings = self.findings_of_unmatched(request);
                self.not_found(request).into()
            }
            Some(route) if !route.methods.contains(&request.method) => {
                notes.api = Some(route.api);
                notes.findings = self.validator(route.api).request(request).findings;
                method_not_allowed(&route.methods).into()
            }
            Some(route) => self.answer_at(route, request, notes),
        }
    }

    /// Whose a request of this path is: the names and values of the parameters that separate
    /// tenants, as they stand in the path. Empty where nothing is served.
    pub fn tenant<'r>(&'r self, path: &'r str) -> Vec<(&'r str, &'r str)> {
        self.routes
            .find(path)
            .map(|route| route.tenant(path))
            .unwrap_or_default()
    }

    /// Whether any request or answer so far was changed by the defect of the mutant that this is.
    /// None where that cannot be seen: it is no mutant, or its defect is in what it read, in how it
    /// authenticates or in a step of a state machine.
    pub fn met_its_defect(&self) -> Option<bool> {
        let mutant = self.mutant.as_ref()?;
        mutant.shows_when_met().then(|| self.met.get())
    }

    /// The validator of the revision of `api` that is served.
    pub fn validator(&self, api: Api) -> &Arc<Validator> {
        match api {
            Api::Metastudio => &self.validators[0],
            Api::Roma => &self.validators[1],
            Api::Smh => &self.validators[2],
        }
    }

    fn answer_at(&self, route: &Route, request: &Request, notes: &mut Notes) -> Answer {
        let validator = self.validator(route.api);
        let operation_of = |reading: &RequestReading| {
            let index = reading.operation?;
            let operation = validator.contract().operations.get(index)?;
            Some(operation.id.as_str())
        };
        let taken = self.mutant.as_ref().map(|mutant| {
            let operation = operation_of(&validator.request(request));
            mutant.request(route.api, operation, request)
        });
        if let Some(taken) = &taken {
            self.met.request(request, taken);
        }
        let request = taken.as_deref().unwrap_or(request);
        let reading = validator.request(request);
        let operation = operation_of(&reading);
        let struck = self.faults.strike(route.api, operation, &reading);
        let slip = self
            .mutant
            .as_ref()
            .and_then(|mutant| mutant.slip(route.api));
        let choices = self.perturbation.choices(|| tenant_of(&reading));
        let choices = choices.with_slip(slip);
        let asked = Asked {
            api: route.api,
            request,
            reading: &reading,
            operation,
        };
        let mut response = self.respond_to(&asked, &struck, &choices, notes);
        notes.fault = struck.name();
        notes.take(route.api, reading);
        if let Some(mutant) = &self.mutant {
            let meant = response.clone();
            mutant.answer(route.api, operation, &mut response);
            self.met.answer(&meant, &response);
        }
        let mut answer = Answer::from(response);
        perturb::perturb(&mut answer, &choices);
        struck.finish(answer)
    }

    fn respond_to(
        &self,
        asked: &Asked<'_>,
        struck: &Struck,
        choices: &Choices,
        notes: &mut Notes,
    ) -> Response {
        let Asked { api, reading, .. } = *asked;
        let service = self.service(api);
        let refuse = |refusal| service.refuse(refusal, reading, &self.world, choices);

        if let Some(scope) = service.scope(reading)
            && let Some(status) = self.next_failures.take(&scope)
        {
            notes.refused = Some(Refused::Told(status));
            return refuse(Refusal::Told(status));
        }
        if let Some(refusal) = struck.refusal() {
            return refuse(refusal);
        }
        let user = self
            .authenticator
            .authenticate(api, asked.request, reading, self.world.now());
        let user = match user {
            Ok(user) => user,
            Err(mut reason) => {
                if self.without_secrets(&reason.to_string()).is_some() {
                    // A client put what is secret where a name belongs.
                    reason = Unauthenticated::Wrong;
                }
                // Only here is the reason told, and in the journal: a response never does.
                tracing::info!(target: AUTHENTICATION, %api, %reason, "refused");
                notes.refused = Some(Refused::Unauthenticated(reason));
                return self.explain(refuse(Refusal::Unauthenticated), api, reading, notes);
            }
        };
        match asked.operation {
            Some(operation) if breach(reading).is_none() => service.perform(&Call {
                operation,
                reading,
                user,
                world: &self.world,
                struck,
                choices,
            }),
            _ => {
                notes.refused = Some(Refused::Malformed);
                notes.fits_revision = self.fits_other_revision(asked.request);
                self.explain(refuse(Refusal::Malformed), api, reading, notes)
            }
        }
    }

    fn service(&self, api: Api) -> &dyn Service {
        match api {
            Api::Metastudio => &self.metastudio,
            Api::Roma => &self.roma,
            Api::Smh => &self.smh,
        }
    }

    fn not_found(&self, request: &Request) -> Response {
        let mut known = self.routes.known();
        known.push(format!("POST {STATES_PATH}"));
        let path = reply::at_most(request.path(), 200);
        reply::json(
            404,
            &json!({"error": format!("nothing is served at {path}"), "known_operations": known}),
        )
    }
}

fn method_not_allowed(methods: &[String]) -> Response {
    let allow = methods.join(", ");
    let body = json!({"error": format!("this path is served for {allow} only")});
    let mut response = reply::json(405, &body);
    response
        .headers
        .push(("Allow".to_owned(), allow.into_bytes()));
    response
}

/// A request at the path of an API.
#[derive(Clone, Copy)]
struct Asked<'r> {
    api: Api,
    request: &'r Request,
    reading: &'r RequestReading,
    /// The operation's name, if the request is one of an operation.
    operation: Option<&'r str>,
}

/// What makes a request malformed, if it is.
pub(crate) fn breach(reading: &RequestReading) -> Option<&Finding> {
    reading
        .findings
        .iter()
        .find(|finding| breaks_the_documentation(finding))
}

/// A credential that was accepted is not judged again, and neither is one that was not needed:
/// what a malformed `X-Sdk-Date` beside a valid token means is undocumented.
fn breaks_the_documentation(finding: &Finding) -> bool {
    let about_credentials = match &finding.location {
        Location::Authentication => true,
        Location::Header(name) => ["X-Auth-Token", "Authorization", "X-Sdk-Date"]
            .iter()
            .any(|header| header.eq_ignore_ascii_case(name)),
        _ => finding.check == Check::RequestAuthentication,
    };
    finding.message == Message::Request && finding.level == Level::Must && !about_credentials
}
