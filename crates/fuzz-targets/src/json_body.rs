//! A body through the validator's reader of JSON: it takes what `serde_json` takes, but for the byte
//! order mark, which it notices and passes over.

use serde_json::Value;
use validator::{JsonFault, parse_json};

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Compares the two, and holds the reader to what its faults say.
pub fn run(input: &[u8]) {
    let (value, faults) = parse_json(input);
    let (marked, body) = match input.strip_prefix(MARK) {
        Some(rest) => (true, rest),
        None => (false, input),
    };
    assert_eq!(value, serde_json::from_slice::<Value>(body).ok());
    let fatal = |fault: &JsonFault| {
        !matches!(
            fault,
            JsonFault::ByteOrderMark | JsonFault::DuplicateMember { .. }
        )
    };
    assert_eq!(
        faults.iter().filter(|fault| fatal(fault)).count(),
        usize::from(value.is_none())
    );
    assert_eq!(
        faults.last().is_some_and(fatal),
        value.is_none(),
        "the fatal one is last"
    );
    assert_eq!(faults.contains(&JsonFault::ByteOrderMark), marked);
    for fault in &faults {
        assert!(!fault.to_string().is_empty());
        match fault {
            JsonFault::NotUtf8 { offset } => {
                assert!(body.get(*offset).is_some_and(|byte| *byte >= 0x80));
                assert!(std::str::from_utf8(&body[..*offset]).is_ok());
            }
            JsonFault::DuplicateMember { pointer } => assert!(pointer.starts_with('/')),
            _ => {}
        }
    }
    if let Some(value) = value {
        let (again, faults) = parse_json(value.to_string().as_bytes());
        assert!(again.is_some() && faults.is_empty(), "{faults:?}");
    }
}
