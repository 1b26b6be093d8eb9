//! The JSON value of a body, for what is asked of it besides the contract, and the body of a value.
//! Whether it may be written as it is, the validator says.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

/// What stands before a text in some encodings, and does not belong to it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Most bodies that are sent are shorter, in bytes.
const USUAL: usize = 256;

/// Reads a body; a byte order mark before it, of which the validator tells (HT-02), is passed over.
///
/// # Errors
/// When the rest is not one JSON value.
pub(crate) fn read(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body))
}

/// The bytes of a body with this value, without white space. It has no keys but texts.
pub(crate) fn bytes(value: &impl Serialize) -> Bytes {
    let mut bytes = Vec::with_capacity(USUAL);
    // Then writing it to memory does not fail.
    let _written = serde_json::to_writer(&mut bytes, value);
    bytes.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_byte_order_mark_is_passed_over_and_nothing_else() {
        assert_eq!(
            read(b"\xef\xbb\xbf{\"a\":1}").expect("JSON"),
            json!({"a": 1})
        );
        read(b"\xef\xbb\xbf\xef\xbb\xbf{}").expect_err("one mark at most");
        read(b"").expect_err("nothing");
    }
}
