//! Tokens that are compared wrongly.

use validator::{Request, RequestReading};

use super::{Accepted, Laxness};
use crate::engine::Api;

/// Of how many characters who does not look at all of them looks at the first.
const FIRST: usize = 8;

/// The token of a request, where its API has it.
pub(super) fn given(api: Api, request: &Request, reading: &RequestReading) -> Option<String> {
    match api {
        Api::Smh => in_query(reading, "access_token"),
        Api::Metastudio | Api::Roma => request
            .header("X-Auth-Token")
            .map(|value| String::from_utf8_lossy(value).into_owned()),
    }
}

/// Whether a token that is not accepted is taken for one that is.
pub(super) fn is_taken(
    how: Laxness,
    api: Api,
    request: &Request,
    reading: &RequestReading,
    accepted: &Accepted,
) -> bool {
    let known = match api {
        Api::Smh => &accepted.access_tokens,
        Api::Metastudio | Api::Roma => &accepted.tokens,
    };
    if how == Laxness::TokenInQuery {
        return in_query(reading, "X-Auth-Token").is_some_and(|token| known.contains(&token));
    }
    let Some(token) = given(api, request, reading) else {
        return false;
    };
    let token = token.as_str();
    let any = |same: &dyn Fn(&str) -> bool| known.iter().any(|known| same(known));
    match how {
        Laxness::AnyToken => !token.is_empty(),
        Laxness::EmptyToken => token.is_empty(),
        Laxness::TokenStart => !token.is_empty() && any(&|known| known.starts_with(token)),
        Laxness::TokenBeyond => any(&|known| token.starts_with(known)),
        Laxness::TokenFirstEight => {
            let start = |text: &str| text.chars().take(FIRST).collect::<String>();
            any(&|known| start(known) == start(token))
        }
        Laxness::TokenUntilEnd => {
            any(&|known| known.bytes().zip(token.bytes()).all(|(a, b)| a == b))
        }
        Laxness::TokenAnyCase => any(&|known| known.eq_ignore_ascii_case(token)),
        Laxness::TokenWithin => known.join(",").contains(token),
        Laxness::TokenLength => any(&|known| known.len() == token.len()),
        _ => false,
    }
}

fn in_query(reading: &RequestReading, name: &str) -> Option<String> {
    let mut pairs = reading.query.iter();
    pairs
        .find(|pair| pair.name == name)
        .and_then(|pair| pair.value.as_deref())
        .map(str::to_owned)
}
