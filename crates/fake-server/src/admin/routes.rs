//! The table of what is served, and the way of a request through it.

use percent_encoding::percent_decode_str;
use validator::{QueryPair, Request, Response};

use super::Admin;
use super::reply::{Answer, Refused};
use crate::engine::Tenant;

/// One operation.
struct Route {
    method: &'static str,
    /// Its path template, with at most one `{parameter}`.
    path: &'static str,
    answer: fn(&Admin, &Call<'_>) -> Answer,
}

/// A request that has found its route.
pub(super) struct Call<'c> {
    /// The decoded path parameter; empty where the path has none.
    pub(super) parameter: String,
    pub(super) query: Vec<QueryPair>,
    pub(super) request: &'c Request,
}

const fn route(
    method: &'static str,
    path: &'static str,
    answer: fn(&Admin, &Call<'_>) -> Answer,
) -> Route {
    Route {
        method,
        path,
        answer,
    }
}

static ROUTES: [Route; 29] = [
    route("GET", "/__admin", Admin::index),
    route("GET", "/__admin/health", Admin::health),
    route("GET", "/__admin/version", Admin::version),
    route("GET", "/__admin/openapi.yaml", Admin::openapi),
    route("POST", "/__admin/shutdown", Admin::shutdown),
    route("GET", "/__admin/settings", Admin::settings),
    route("POST", "/__admin/settings", Admin::set_settings),
    route("POST", "/__admin/reset", Admin::reset),
    route("POST", "/__admin/states", Admin::states),
    route("GET", "/__admin/snapshot", Admin::snapshot),
    route("PUT", "/__admin/snapshot", Admin::restore),
    route("GET", "/__admin/scenarios", Admin::scenarios),
    route("POST", "/__admin/scenarios/reset", Admin::reset_scenarios),
    route(
        "PUT",
        "/__admin/scenarios/{name}/state",
        Admin::set_scenario,
    ),
    route("GET", "/__admin/requests", Admin::requests),
    route("DELETE", "/__admin/requests", Admin::clear_requests),
    route("POST", "/__admin/requests/count", Admin::count_requests),
    route("POST", "/__admin/requests/find", Admin::find_requests),
    route("POST", "/__admin/requests/remove", Admin::remove_requests),
    route("POST", "/__admin/requests/reset", Admin::clear_requests),
    route("GET", "/__admin/requests/unmatched", Admin::unmatched),
    route(
        "GET",
        "/__admin/requests/unmatched/near-misses",
        Admin::near_misses,
    ),
    route("GET", "/__admin/requests/{id}", Admin::one_request),
    route("DELETE", "/__admin/requests/{id}", Admin::remove_request),
    route("GET", "/__admin/findings", Admin::findings),
    route("GET", "/__admin/faults", Admin::faults),
    route("POST", "/__admin/faults", Admin::add_faults),
    route("DELETE", "/__admin/faults", Admin::clear_faults),
    route("DELETE", "/__admin/faults/{id}", Admin::remove_fault),
];

/// Method and path template of everything that is served.
pub fn served() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROUTES.iter().map(|route| (route.method, route.path))
}

impl Admin {
    /// Answers a request. Never fails and never panics, whatever the bytes.
    pub fn respond(&self, request: &Request) -> Response {
        let matches = || {
            ROUTES
                .iter()
                .filter_map(|route| Some((route, parameter(route.path, request.path())?)))
        };
        // A word of its own weighs more than a parameter: `/requests/unmatched` is no id.
        let words = matches().any(|(route, _)| !route.path.contains('{'));
        let mut fitting = matches().filter(|(route, _)| !(words && route.path.contains('{')));
        let Some((route, parameter)) = fitting.find(|(route, _)| route.method == request.method)
        else {
            return nothing(request, matches().map(|(route, _)| route), words);
        };
        let call = Call {
            parameter,
            query: validator::decode_query(request.query().unwrap_or_default()),
            request,
        };
        (route.answer)(self, &call).unwrap_or_else(Refused::into_response)
    }
}

/// 404, or 405 where other methods are served.
fn nothing<'r>(
    request: &Request,
    at_this_path: impl Iterator<Item = &'r Route>,
    words: bool,
) -> Response {
    let methods: Vec<&str> = at_this_path
        .filter(|route| !(words && route.path.contains('{')))
        .map(|route| route.method)
        .collect();
    if methods.is_empty() {
        let detail = format!(
            "nothing is served at {}; GET /__admin/openapi.yaml tells what is",
            validator::shorten(request.path())
        );
        return Refused::not_found(&detail).into_response();
    }
    let allow = methods.join(", ");
    let detail = format!("this path is served for {allow} only");
    let mut response = Refused::new(405, "Method not allowed", &detail).into_response();
    let allow = ("Allow".to_owned(), allow.into_bytes());
    response.headers.push(allow);
    response
}

/// The decoded parameter of a path that fits the template; empty when the template has none.
fn parameter(template: &str, path: &str) -> Option<String> {
    let Some((before, rest)) = template.split_once('{') else {
        return (template == path).then(String::new);
    };
    let (_, after) = rest.split_once('}')?;
    let value = path.strip_prefix(before)?.strip_suffix(after)?;
    if value.is_empty() || value.contains('/') {
        return None;
    }
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

impl Call<'_> {
    /// The values of the query's parameters; an unknown one is refused, and one given twice.
    pub(super) fn parameters<const N: usize>(
        &self,
        known: [&str; N],
    ) -> Result<[Option<&str>; N], Refused> {
        let mut values = [None; N];
        for pair in &self.query {
            let Some(index) = known.iter().position(|name| *name == pair.name) else {
                let name = validator::shorten(&pair.name);
                let listed = if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                };
                let detail = format!("unknown query parameter {name:?}; known are: {listed}");
                return Err(Refused::unusable(None, &detail));
            };
            let value = pair.value.as_deref().unwrap_or_default();
            if values[index].replace(value).is_some() {
                let detail = format!("the query parameter {} is given twice: give one", pair.name);
                return Err(Refused::unusable(None, &detail));
            }
        }
        Ok(values)
    }

    /// The tenant that the query names, if it names one.
    pub(super) fn tenant(&self) -> Result<Option<Tenant>, Refused> {
        let pairs = self.query.iter();
        let pairs = pairs.map(|pair| (&*pair.name, pair.value.as_deref().unwrap_or_default()));
        Tenant::from_params(pairs).map_err(|why| Refused::unusable(None, &why))
    }
}
