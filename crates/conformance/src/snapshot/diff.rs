//! The difference between two texts, line by line, as people read it in a patch.

use similar::TextDiff;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// A unified diff without its head; empty when the texts are equal.
pub(super) fn unified(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = diff
        .unified_diff()
        .context_radius(CONTEXT)
        .missing_newline_hint(false)
        .to_string();
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_its_surroundings() {
        let old = "HTTP 200\n\n{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3,\n  \"d\": 4\n}\n";
        let new = old.replace("\"d\": 4", "\"d\": \"4\"");
        insta::assert_snapshot!(unified(old, &new), @r#"
        @@ -4,5 +4,5 @@
           "a": 1,
           "b": 2,
           "c": 3,
        -  "d": 4
        +  "d": "4"
         }
        "#);
    }

    #[test]
    fn nothing_becomes_all_and_equals_have_no_difference() {
        assert_eq!(unified("", "one\ntwo\n"), "@@ -0,0 +1,2 @@\n+one\n+two");
        assert_eq!(unified("one\n", "one\n"), "");
    }
}
