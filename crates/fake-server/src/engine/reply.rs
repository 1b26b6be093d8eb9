//! Responses from typed bodies.

use bytes::Bytes;
use serde::Serialize;
use validator::Response;

/// A response of that status with `body` as JSON.
pub(crate) fn json<T: Serialize + ?Sized>(status: u16, body: &T) -> Response {
    let body = serde_json::to_vec(body).expect("bodies are plain data with text for keys");
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
        body: Bytes::from(body),
    }
}

/// `text` cut to at most `most` characters, and never empty: what a documented length allows.
pub(crate) fn at_most(text: &str, most: usize) -> String {
    if text.is_empty() {
        return "-".to_owned();
    }
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_characters_and_nothing_is_empty() {
        assert_eq!(at_most("", 5), "-");
        assert_eq!(at_most("αβγδεζ", 5), "αβγδε");
    }
}
