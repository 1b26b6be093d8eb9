//! The one oracle: an exchange and a contract in, findings out.
//!
//! Whoever made the exchange (the runner, a proxy, a HAR file, a fake server's client), the
//! findings are the same, with the same ids. There is no HTTP and no state in here; what takes a
//! history of exchanges to see belongs to `conformance`.

mod authentication;
mod body;
mod brought;
mod compile;
mod duplicates;
mod error;
mod exchange;
mod exercised;
mod expectation;
mod finding;
mod json;
mod judge;
mod operation;
mod parameters;
mod query;
mod quick;
mod relations;
mod route;
mod sample;
mod schema_errors;
mod shown;
mod sites;
mod transform;

pub use error::{Error, Result};
pub use exchange::{Exchange, Request, Response};
pub use exercised::Bodies;
pub use finding::{Check, Finding, Location, Severity};
pub use json::{JsonFault, parse_json};
pub use judge::{Judged, PathParameters, RequestReading, Validator};
pub use query::{QueryPair, decode_query};
pub use shown::shorten;
