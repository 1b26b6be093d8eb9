//! JSON Patch (RFC 6902), the three operations that corrections use.

use contract::{Correction, PatchOp};
use serde_json::Value;

/// Applies one operation to `document`; `value` is the correction's value with its expressions
/// filled in.
///
/// # Errors
/// In words, when the place that it names is not there (RFC 6902, 4).
pub(crate) fn apply(
    document: &mut Value,
    correction: &Correction,
    value: Value,
) -> Result<(), String> {
    let path = correction.path.as_str();
    let missing = || format!("nothing stands at {path:?}");
    match correction.op {
        PatchOp::Replace => *document.pointer_mut(path).ok_or_else(missing)? = value,
        PatchOp::Add if path.is_empty() => *document = value,
        PatchOp::Add => {
            let (parent, token) = parent(document, path).ok_or_else(missing)?;
            match parent {
                Value::Object(members) => {
                    members.insert(token, value);
                }
                Value::Array(items) if token == "-" => items.push(value),
                Value::Array(items) => {
                    let index = index(&token).filter(|&index| index <= items.len());
                    items.insert(index.ok_or_else(missing)?, value);
                }
                _ => return Err(missing()),
            }
        }
        PatchOp::Remove => {
            let (parent, token) = parent(document, path).ok_or_else(missing)?;
            match parent {
                Value::Object(members) => {
                    members.remove(&token).ok_or_else(missing)?;
                }
                Value::Array(items) => {
                    let index = index(&token).filter(|&index| index < items.len());
                    items.remove(index.ok_or_else(missing)?);
                }
                _ => return Err(missing()),
            }
        }
    }
    Ok(())
}

/// The value that holds what `path` names, and the decoded last token of `path`.
fn parent<'d>(document: &'d mut Value, path: &str) -> Option<(&'d mut Value, String)> {
    let (parent, token) = path.rsplit_once('/')?;
    let token = token.replace("~1", "/").replace("~0", "~");
    document.pointer_mut(parent).map(|parent| (parent, token))
}

/// An array index as RFC 6901 writes it: digits without a leading zero.
fn index(token: &str) -> Option<usize> {
    if token.len() > 1 && token.starts_with('0') || !token.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    token.parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(PatchOp::Replace, "/a", json!({"a": 9, "b": [1, 2]}))]
    #[case(PatchOp::Add, "/c~1d", json!({"a": 0, "b": [1, 2], "c/d": 9}))]
    #[case(PatchOp::Add, "/b/1", json!({"a": 0, "b": [1, 9, 2]}))]
    #[case(PatchOp::Add, "/b/-", json!({"a": 0, "b": [1, 2, 9]}))]
    #[case(PatchOp::Remove, "/b/0", json!({"a": 0, "b": [2]}))]
    #[case(PatchOp::Remove, "/a", json!({"b": [1, 2]}))]
    fn a_correction_changes_its_place(
        #[case] op: PatchOp,
        #[case] path: &str,
        #[case] expected: Value,
    ) {
        let mut document = json!({"a": 0, "b": [1, 2]});
        let correction = Correction {
            erratum: None,
            op,
            path: path.to_owned(),
            value: Value::Null,
        };
        apply(&mut document, &correction, json!(9)).expect("the place is there");
        assert_eq!(document, expected);
    }

    #[test]
    fn a_value_that_is_added_at_the_root_is_the_document() {
        let mut document = json!({"a": 0});
        let correction = Correction {
            erratum: None,
            op: PatchOp::Add,
            path: String::new(),
            value: Value::Null,
        };
        apply(&mut document, &correction, json!(9)).expect("there is always a root");
        assert_eq!(document, json!(9));
    }

    #[rstest]
    #[case(PatchOp::Replace, "/x")]
    #[case(PatchOp::Remove, "/x")]
    #[case(PatchOp::Remove, "/b/2")]
    #[case(PatchOp::Add, "/b/01")]
    #[case(PatchOp::Add, "/x/y")]
    #[case(PatchOp::Remove, "")]
    fn a_place_that_is_not_there_is_an_error(#[case] op: PatchOp, #[case] path: &str) {
        let mut document = json!({"a": 0, "b": [1, 2]});
        let correction = Correction {
            erratum: None,
            op,
            path: path.to_owned(),
            value: Value::Null,
        };
        apply(&mut document, &correction, json!(9)).expect_err("nothing is there");
    }
}
