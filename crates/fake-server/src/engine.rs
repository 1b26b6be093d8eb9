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

mod answer;
mod api;
mod authenticate;
mod builder;
mod clock;
mod ids;
mod journal;
mod near_miss;
mod next_failures;
mod notes;
mod params;
pub(crate) mod reply;
mod route;
mod service;
mod set_ups;
mod settings;
mod snapshot;
mod states;
mod strict;
mod tenant;
mod tenants;
pub(crate) mod timestamp;
mod whole;
mod world;

use contract::{Level, Message};
use serde_json::json;
use validator::{Check, Finding, Location, Request, RequestReading, Response, Validator};

pub use answer::{Answer, Broken, Delivery};
pub use api::Api;
pub use authenticate::{
    AcceptedTokens, Authenticator, DEFAULT_ACCESS_TOKEN, DEFAULT_TOKEN, Unauthenticated, User,
};
pub use builder::{DEFAULT_ASYNC_FROM, DEFAULT_JOB_DURATION, EngineBuilder};
pub use clock::{Clock, ManualClock, SystemClock};
pub use ids::{IdSource, SeededIds};
pub use journal::{ClientFinding, Counts, DEFAULT_JOURNAL, JOURNAL_BYTES, Journal, Recorded};
pub use near_miss::{Difference, NearMiss};
pub use notes::Refused;
pub(crate) use notes::{Notes, is_blame};
pub(crate) use params::Params;
pub(crate) use service::{Call, Refusal, Scope, Service, path_parameter};
pub(crate) use set_ups::SetUps;
pub use settings::{LONGEST_DELAY, Settings};
pub use snapshot::SnapshotError;
pub(crate) use snapshot::{count, in_order};
pub(crate) use states::Action;
pub use states::{STATES_PATH, StateError};
pub use strict::FINDINGS_HEADER;
pub use tenant::Tenant;
pub(crate) use tenants::Tenants;
pub(crate) use whole::Whole;
pub(crate) use world::World;

use std::sync::Arc;

use crate::metastudio::Metastudio;
use crate::roma::Roma;
use crate::smh::Smh;

use next_failures::NextFailures;
use route::{Route, Routes};

/// The state machines of all APIs with everything that they need. Share it in an `Arc`.
#[derive(Debug)]
pub struct Engine {
    /// In the order of [`Api::ALL`].
    validators: [Arc<Validator>; 3],
    routes: Routes,
    authenticator: Box<dyn Authenticator>,
    world: World,
    next_failures: NextFailures,
    metastudio: Metastudio,
    roma: Roma,
    smh: Smh,
    whole: Whole,
    settings: Settings,
    journal: Journal,
    strict_client: bool,
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
        let mut answer = Answer::from(self.carry_out(request, &mut notes));
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

    /// The latest requests that were answered, with what the validator found in them.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What can be changed while it runs.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The present time of the engine's clock.
    pub fn now(&self) -> std::time::SystemTime {
        self.world.now()
    }

    fn carry_out(&self, request: &Request, notes: &mut Notes) -> Response {
        let _shared = self.whole.shared();
        if request.path() == STATES_PATH {
            notes.state_callback = true;
            return if request.method == "POST" {
                self.states_callback(request)
            } else {
                method_not_allowed(&["POST".to_owned()])
            };
        }
        match self.routes.find(request.path()) {
            None => {
                notes.findings = self.findings_of_unmatched(request);
                self.not_found(request)
            }
            Some(route) if !route.methods.contains(&request.method) => {
                notes.api = Some(route.api);
                notes.findings = self.validator(route.api).request(request).findings;
                method_not_allowed(&route.methods)
            }
            Some(route) => self.respond_at(route, request, notes),
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

    /// The validator of the revision of `api` that is served.
    pub fn validator(&self, api: Api) -> &Arc<Validator> {
        match api {
            Api::Metastudio => &self.validators[0],
            Api::Roma => &self.validators[1],
            Api::Smh => &self.validators[2],
        }
    }

    fn respond_at(&self, route: &Route, request: &Request, notes: &mut Notes) -> Response {
        let reading = self.validator(route.api).request(request);
        let response = self.respond_to(route.api, request, &reading, notes);
        notes.take(route.api, reading);
        response
    }

    fn respond_to(
        &self,
        api: Api,
        request: &Request,
        reading: &RequestReading,
        notes: &mut Notes,
    ) -> Response {
        let service = self.service(api);
        let validator = self.validator(api);
        let refuse = |refusal| service.refuse(refusal, reading, &self.world);

        if let Some(scope) = service.scope(reading)
            && let Some(status) = self.next_failures.take(&scope)
        {
            notes.refused = Some(Refused::Told(status));
            return refuse(Refusal::Told(status));
        }
        let user = self
            .authenticator
            .authenticate(api, request, reading, self.world.now());
        let user = match user {
            Ok(user) => user,
            Err(reason) => {
                notes.refused = Some(Refused::Unauthenticated(reason));
                return self.explain(refuse(Refusal::Unauthenticated), api, reading, notes);
            }
        };
        let operation = reading
            .operation
            .and_then(|index| validator.contract().operations.get(index));
        match operation {
            Some(operation) if breach(reading).is_none() => service.perform(&Call {
                operation: &operation.id,
                reading,
                user,
                world: &self.world,
            }),
            _ => {
                notes.refused = Some(Refused::Malformed);
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
