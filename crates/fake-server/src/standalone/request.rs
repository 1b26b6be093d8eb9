//! hyper's request as a raw one. It is written into memory that an earlier request has left, since
//! a request has a dozen small texts, and to make and drop them all costs more than to copy them.

use std::cell::Cell;

use bytes::Bytes;
use http::request::Parts;
use validator::Request;

/// The memory of a request with more bytes in its line and header fields is given back to the
/// system: few have as many.
const MOST: usize = 4 * 1024;

thread_local! {
    static SPARE: Cell<Option<Request>> = const { Cell::new(None) };
}

/// The raw request of that head and body.
pub(super) fn raw(parts: &Parts, body: Bytes) -> Request {
    let mut request = SPARE.take().unwrap_or_else(|| Request {
        method: String::new(),
        target: String::new(),
        headers: Vec::new(),
        body: Bytes::new(),
    });
    request.body = body;
    parts.method.as_str().clone_into(&mut request.method);
    target(parts).clone_into(&mut request.target);
    request.headers.truncate(parts.headers.len());
    let mut given = parts.headers.iter();
    for ((old_name, old_value), (name, value)) in request.headers.iter_mut().zip(given.by_ref()) {
        name.as_str().clone_into(old_name);
        value.as_bytes().clone_into(old_value);
    }
    let more = given.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
    request.headers.extend(more);
    request
}

/// Leaves the memory of a request that nobody needs any more to the next one.
pub(super) fn give_back(mut request: Request) {
    let headers = request.headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    if request.method.len() + request.target.len() + headers <= MOST {
        request.body = Bytes::new();
        SPARE.set(Some(request));
    }
}

/// Path and query as sent; `*` and authorities have neither.
pub(super) fn target(parts: &Parts) -> &str {
    parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_earlier_request_is_in_a_later_one() {
        let requests = [
            (
                "/first?longer=1",
                &[("a", "1"), ("bb", "22"), ("a", "3")][..],
            ),
            ("/", &[("ccc", "")]),
            ("/second", &[("d", "4"), ("e", "5")]),
            ("/third", &[]),
        ];
        for (target, headers) in requests {
            let mut request = http::Request::builder().method("PUT").uri(target);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let (parts, ()) = request.body(()).expect("sound").into_parts();
            let raw = raw(&parts, Bytes::from_static(b"x"));
            assert_eq!((&*raw.method, &*raw.target), ("PUT", target));
            let mut seen: Vec<(&str, &[u8])> = (raw.headers.iter())
                .map(|(name, value)| (name.as_str(), value.as_slice()))
                .collect();
            let mut sent: Vec<(&str, &[u8])> = (headers.iter())
                .map(|(name, value)| (*name, value.as_bytes()))
                .collect();
            // Fields of one name stay in order; names do not.
            seen.sort_by_key(|(name, _)| *name);
            sent.sort_by_key(|(name, _)| *name);
            assert_eq!(seen, sent);
            give_back(raw);
        }
    }
}
