//! A raw response as hyper's.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::Full;

use super::spelling::Spelling;

/// The response as hyper's, and how its header names are spelt. A header that HTTP does not allow
/// is left out.
pub(super) fn to_http(response: validator::Response) -> (http::Response<Full<Bytes>>, Spelling) {
    let mut spelling = Spelling::default();
    let mut http = http::Response::new(Full::new(response.body));
    *http.status_mut() =
        StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        if let (Ok(known), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_maybe_shared(Bytes::from(value)),
        ) {
            http.headers_mut().append(known, value);
            spelling.add(name);
        }
    }
    (http, spelling)
}
