//! Regular expressions of criteria.

use regex::Regex;

use super::expression::LONGEST;

/// A regular expression that is ready to be used.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads one.
    ///
    /// # Errors
    /// In words, when it is none, or needs what no automaton can do (look-around, references).
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        Regex::new(text).map(Self).map_err(|error| {
            // The crate draws the pattern over several lines first.
            let text = error.to_string();
            text.rsplit("error: ").next().unwrap_or(&text).to_owned()
        })
    }

    /// Whether there is a match anywhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_match_may_be_anywhere() {
        let pattern = Pattern::parse("^2[0-9]{2}$|x").expect("a pattern");
        for (text, matches) in [("200", true), ("2000", false), ("axb", true), ("", false)] {
            assert_eq!(pattern.is_match(text), matches, "{text}");
        }
    }

    #[test]
    fn a_pattern_has_a_length() {
        assert!(Pattern::parse(&"a".repeat(4096)).is_ok());
        let problem = Pattern::parse(&"a".repeat(4097)).expect_err("too long");
        assert!(problem.contains("longer than 4096 bytes"), "{problem}");
    }

    #[test]
    fn what_is_no_pattern_says_so_in_a_line() {
        for text in ["(", "(?=a)", "a{2,1}", &"(".repeat(5000)] {
            let problem = Pattern::parse(text).expect_err("no pattern");
            assert!(!problem.contains('\n') && !problem.is_empty(), "{problem}");
        }
    }
}
