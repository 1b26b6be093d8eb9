//! Requests and responses as text, so that an input can be read and written by hand: much like
//! HTTP/1.1, but lines end with a line feed alone, and whatever is missing is empty.

use bytes::Bytes;
use validator::{Exchange, Request, Response};

/// Names and values in order.
type Headers = Vec<(String, Vec<u8>)>;

/// What a response begins with.
const RESPONSE: &[u8] = b"\nHTTP/1.1 ";

/// Reads a request: a line `METHOD TARGET`, headers, an empty line, the body.
pub fn request(text: &[u8]) -> Request {
    let (first, headers, body) = message(text);
    let first = String::from_utf8_lossy(first);
    let (method, target) = first.split_once(' ').unwrap_or((&first, ""));
    Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body,
    }
}

/// Reads a request and the response that follows it, which begins with a line `HTTP/1.1 STATUS`.
/// Without one it is an empty answer with status 200.
pub fn exchange(text: &[u8]) -> Exchange {
    let end = text.windows(RESPONSE.len()).position(|at| at == RESPONSE);
    let (before, after) = text.split_at(end.unwrap_or(text.len()));
    let (status, headers, body) = message(after.strip_prefix(RESPONSE).unwrap_or_default());
    let status = std::str::from_utf8(status).ok();
    Exchange {
        request: request(before),
        response: Response {
            status: status.and_then(|text| text.parse().ok()).unwrap_or(200),
            headers,
            body,
        },
    }
}

fn message(text: &[u8]) -> (&[u8], Headers, Bytes) {
    let mut rest = text;
    let first = line(&mut rest);
    let mut headers = Vec::new();
    while !rest.is_empty() {
        let header = line(&mut rest);
        if header.is_empty() {
            break;
        }
        let colon = header.iter().position(|byte| *byte == b':');
        let (name, value) = header.split_at(colon.unwrap_or(header.len()));
        let value = value.strip_prefix(b":").unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        headers.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
    }
    (first, headers, Bytes::copy_from_slice(rest))
}

fn line<'t>(rest: &mut &'t [u8]) -> &'t [u8] {
    let end = rest.iter().position(|byte| *byte == b'\n');
    let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after.get(1..).unwrap_or_default();
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exchange_is_read_as_it_looks() {
        let text = b"POST /a?b HTTP\nX: y\nZ:\xFF\n\n{\n\n}\nHTTP/1.1 404\nC: d\n\nno";
        let read = exchange(text);
        let header = |name: &str, value: &[u8]| (name.to_owned(), value.to_vec());
        assert_eq!(read.request.method, "POST");
        assert_eq!(read.request.target, "/a?b HTTP");
        assert_eq!(
            read.request.headers,
            [header("X", b"y"), header("Z", b"\xFF")]
        );
        assert_eq!(&read.request.body[..], b"{\n\n}");
        assert_eq!(read.response.status, 404);
        assert_eq!(read.response.headers, [header("C", b"d")]);
        assert_eq!(&read.response.body[..], b"no");
        assert_eq!(exchange(b"GET").response.status, 200);
    }
}
