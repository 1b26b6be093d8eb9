//! Signatures that are verified wrongly.

use serde_json::Value;
use validator::Request;

use super::{Accepted, Laxness};
use crate::engine::{Authorization, signatures};

/// Of how many digits who does not look at all of them looks at the first.
const FIRST: usize = 8;

/// Whether a signature that is not right is taken for one that is.
pub(super) fn is_taken(how: Laxness, request: &Request, accepted: &Accepted) -> bool {
    let text = |name| {
        let value = request.header(name)?;
        std::str::from_utf8(value.trim_ascii()).ok()
    };
    let date = text("X-Sdk-Date");
    match how {
        Laxness::SignatureUnread => return request.header("Authorization").is_some(),
        Laxness::DateAlone => return date.is_some(),
        _ => {}
    }
    let Ok(given) = Authorization::read(text("Authorization").unwrap_or_default()) else {
        return false;
    };
    if how == Laxness::SignatureUnverified {
        return true;
    }
    let mut pairs = accepted.key_pairs.iter();
    let Some((_, secret)) = pairs.find(|(access_key, _)| access_key == given.access_key) else {
        return false;
    };
    if how == Laxness::AccessKeyOnly {
        return true;
    }
    let Some(date) = date else {
        return false;
    };
    let names = given.signed_headers.to_ascii_lowercase();
    let mut names: Vec<&str> = names.split(';').collect();
    names.sort_unstable();
    let right = signatures(request, &names, secret, date).unwrap_or_default();
    right.iter().any(|right| {
        let given = given.signature;
        match how {
            Laxness::SignatureStart => right.get(..FIRST) == given.get(..FIRST),
            Laxness::SignatureButLast => {
                let most = right.len() - 1;
                right.get(..most) == given.get(..most)
            }
            Laxness::SignatureUntilEnd => right.bytes().zip(given.bytes()).all(|(a, b)| a == b),
            Laxness::DateAnyText => right == given,
            Laxness::DateExtended => right == given && humantime::parse_rfc3339(date).is_ok(),
            _ => false,
        }
    })
}

/// The request with its body written again as the server writes JSON.
pub(super) fn rewritten(request: &Request) -> Request {
    let mut rewritten = request.clone();
    if let Ok(body) = serde_json::from_slice::<Value>(&request.body) {
        rewritten.body = body.to_string().into();
    }
    rewritten
}
