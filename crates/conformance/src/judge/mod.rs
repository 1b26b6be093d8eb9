//! From what came back to findings and a verdict.

mod exchange;
mod status;
mod verdict;

pub(crate) use exchange::{Judgement, assertions, exchange, never_came, no_response, shown};
pub(crate) use status::is_put_off;
pub(crate) use verdict::verdict;
