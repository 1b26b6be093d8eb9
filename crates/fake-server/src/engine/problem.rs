//! serde's errors as people read them who write JSON: the place as a pointer, and no names of Rust.

use serde_path_to_error::{Path, Segment};

/// The place as a JSON pointer (RFC 6901).
pub(crate) fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            // The name of an enum's variant is its key.
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

/// What serde says, with the types of JSON in place of Rust's.
pub(crate) fn plain(problem: &str) -> String {
    let problem = &problem
        .replacen("invalid type: sequence", "invalid type: array", 1)
        .replacen("invalid type: map", "invalid type: object", 1);
    let Some((before, expected)) = problem.rsplit_once("expected ") else {
        return problem.to_owned();
    };
    let (word, rest) = split(expected);
    let (word, rest) = match (word, split(rest.trim_start()).1) {
        ("u8" | "u16" | "u32" | "u64" | "usize", _) => ("a whole number", rest),
        ("f32" | "f64", _) => ("a number", rest),
        ("struct", rest) => ("an object", rest),
        _ if expected.starts_with("a map") => ("an object", &expected["a map".len()..]),
        _ if expected.starts_with("a sequence") => ("an array", &expected["a sequence".len()..]),
        _ => return problem.to_owned(),
    };
    format!("{before}expected {word}{rest}")
}

/// The first word, and what follows it.
fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find([' ', ',']).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_of_json() {
        for (problem, told) in [
            (
                "invalid type: string \"5\", expected u16 at line 1 column 5",
                "invalid type: string \"5\", expected a whole number at line 1 column 5",
            ),
            (
                "invalid value: integer `-1`, expected u64",
                "invalid value: integer `-1`, expected a whole number",
            ),
            (
                "invalid type: null, expected f64",
                "invalid type: null, expected a number",
            ),
            (
                "invalid type: null, expected struct When at line 2 column 1",
                "invalid type: null, expected an object at line 2 column 1",
            ),
            (
                "invalid type: map, expected a sequence",
                "invalid type: object, expected an array",
            ),
            ("expected value at line 1", "expected value at line 1"),
            (
                "unknown field `x`, expected `when` or `effect`",
                "unknown field `x`, expected `when` or `effect`",
            ),
        ] {
            assert_eq!(plain(problem), told);
        }
    }
}
