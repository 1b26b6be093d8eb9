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

mod accepted;
mod answer;
mod api;
mod authenticate;
mod builder;
mod canonical;
mod clock;
mod explain;
mod ids;
mod next_failures;
mod params;
pub(crate) mod reply;
mod route;
mod service;
mod set_ups;
mod signature;
mod states;
mod tenants;
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
pub use ids::{IdSource, SeededIds};
pub(crate) use params::Params;
pub(crate) use service::{Call, Refusal, Scope, Service, path_parameter};
pub(crate) use set_ups::SetUps;
pub use signature::{DEFAULT_CLOCK_SKEW, SignatureFault};
pub(crate) use states::Action;
pub use states::{STATES_PATH, StateError};
pub(crate) use tenants::Tenants;
pub(crate) use world::World;

use std::sync::Arc;

use crate::metastudio::Metastudio;
use crate::roma::Roma;
use crate::smh::Smh;

use explain::OtherRevisions;
use next_failures::NextFailures;
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
    other_revisions: OtherRevisions,
    metastudio: Metastudio,
    roma: Roma,
    smh: Smh,
}

impl Engine {
    /// What an engine can be told before it is made.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Answers a request, and says how the answer goes out. Never fails and never panics, whatever
    /// the bytes: what cannot be understood gets an error response.
    pub fn answer(&self, request: &Request) -> Answer {
        self.respond(request).into()
    }

    /// The response of [`Engine::answer`] alone.
    pub fn respond(&self, request: &Request) -> Response {
        if request.path() == STATES_PATH {
            return if request.method == "POST" {
                self.states_callback(request)
            } else {
                method_not_allowed(&["POST".to_owned()])
            };
        }
        match self.routes.find(request.path()) {
            None => self.not_found(request),
            Some(route) if !route.methods.contains(&request.method) => {
                method_not_allowed(&route.methods)
            }
            Some(route) => self.respond_at(route, request),
        }
    }

    /// The validator of the revision of `api` that is served.
    pub fn validator(&self, api: Api) -> &Arc<Validator> {
        match api {
            Api::Metastudio => &self.validators[0],
            Api::Roma => &self.validators[1],
            Api::Smh => &self.validators[2],
        }
    }

    fn respond_at(&self, route: &Route, request: &Request) -> Response {
        let service = self.service(route.api);
        let validator = self.validator(route.api);
        let reading = validator.request(request);
        let refuse = |refusal| service.refuse(refusal, &reading, &self.world);

        if let Some(scope) = service.scope(&reading)
            && let Some(status) = self.next_failures.take(&scope)
        {
            return refuse(Refusal::Told(status));
        }
        let user = self
            .authenticator
            .authenticate(route.api, request, &reading, self.world.now());
        let user = match user {
            Ok(user) => user,
            Err(reason) => {
                // Only here is the reason told: a response never does.
                tracing::info!(target: AUTHENTICATION, api = %route.api, %reason, "refused");
                return refuse(Refusal::Unauthenticated);
            }
        };
        let operation = reading
            .operation
            .and_then(|index| validator.contract().operations.get(index));
        match operation {
            Some(operation) if breach(&reading).is_none() => service.perform(&Call {
                operation: &operation.id,
                reading: &reading,
                user,
                world: &self.world,
            }),
            _ => refuse(Refusal::Malformed),
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
