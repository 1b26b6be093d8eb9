//! Headers: their order, the case of their names, the parameters of the media type, and some that
//! no document speaks of. Whether the case of a name reaches the client is up to the front.

use validator::Response;

use crate::engine::Draw;

/// Headers that gateways add.
const ADDITIONAL: [(&str, &str); 5] = [
    ("Server", "gateway"),
    ("Cache-Control", "no-store"),
    ("Vary", "Accept-Encoding, Origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Envoy-Upstream-Service-Time", "3"),
];

/// The ways to say that a body is JSON in UTF-8.
const JSON: [&str; 4] = [
    "application/json",
    "application/json; charset=utf-8",
    "application/json;charset=UTF-8",
    "Application/JSON; charset=\"utf-8\"",
];

pub(super) fn perturb(response: &mut Response, draw: &Draw) {
    let headers = &mut response.headers;
    // The documents show it for what succeeded only.
    if response.status >= 400 && draw.below(2) == 0 {
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case("X-Request-Id"));
    }
    for (name, value) in &mut *headers {
        if name.eq_ignore_ascii_case("Content-Type") && *value == b"application/json" {
            *value = JSON[draw.index(JSON.len())].as_bytes().to_vec();
        }
    }
    for (name, value) in ADDITIONAL {
        if draw.below(3) == 0 {
            headers.push((name.to_owned(), value.as_bytes().to_vec()));
        }
    }
    for (name, _) in &mut *headers {
        *name = match draw.below(3) {
            0 => name.to_ascii_lowercase(),
            1 => name.to_ascii_uppercase(),
            _ => std::mem::take(name),
        };
    }
    draw.shuffle(headers);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_stays() {
        let whole = |status| Response {
            status,
            headers: vec![
                ("Content-Type".to_owned(), b"application/json".to_vec()),
                ("X-Request-Id".to_owned(), b"r".to_vec()),
            ],
            body: bytes::Bytes::new(),
        };
        let mut first = Vec::new();
        for turn in 0..50 {
            let mut response = whole(200);
            perturb(&mut response, &Draw::new(1, "", turn));
            let headers = response.headers;
            let of = |wanted: &str| {
                let mut found = headers
                    .iter()
                    .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
                let value = &found.next().expect("it is there").1;
                assert!(found.next().is_none(), "it is there once");
                String::from_utf8_lossy(value).to_ascii_lowercase()
            };
            assert_eq!(of("X-Request-Id"), "r");
            assert!(of("content-type").starts_with("application/json"));
            first.push(headers[0].0.clone());
        }
        first.sort_unstable();
        first.dedup();
        assert!(first.len() > 5, "{first:?}");
        let without = (0..50).filter(|turn| {
            let mut refused = whole(400);
            perturb(&mut refused, &Draw::new(1, "", *turn));
            refused.header("X-Request-Id").is_none()
        });
        assert!((10..40).contains(&without.count()));
    }
}
