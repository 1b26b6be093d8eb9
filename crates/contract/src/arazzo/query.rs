//! JSONPath queries of criteria, all of RFC 9535. (`crate::JsonPath` is the part of it that
//! relations need.)

use serde_json::Value;

use super::expression::LONGEST;

/// Deeper queries are refused, because they are read and evaluated recursively.
const DEEPEST: usize = 16;

/// A query that is ready to be asked.
#[derive(Debug, Clone)]
pub struct Query(serde_json_path::JsonPath);

impl Query {
    /// Reads one, for instance `$.results[?@.ret_status == 'FAILED']`.
    ///
    /// # Errors
    /// In words, when it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it is longer than {LONGEST} bytes"));
        }
        if depth(text) > DEEPEST {
            return Err(format!("it is nested deeper than {DEEPEST} levels"));
        }
        serde_json_path::JsonPath::parse(text)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Whether it selects anything in the value.
    pub fn selects(&self, value: &Value) -> bool {
        self.0.query(value).first().is_some()
    }
}

/// How deep brackets and negations are nested outside of quotes.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut negations) = (0_usize, 0, 0);
    let (mut quote, mut escaped) = (None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, '!') => negations += 1,
            (None, c) if c.is_whitespace() => {}
            (None, _) => negations = 0,
        }
        deepest = deepest.max(depth + negations);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::Query;

    #[rstest]
    #[case("$.results[?@.status == 'FAILED']", true)]
    #[case("$.results[?@.status == \"DONE\"]", false)]
    #[case("$[?count(@[*]) > 1]", true)]
    #[case("$.results[?@.ids[?@ == 'b']]", true)]
    #[case("$..ids[-1:]", true)]
    #[case("$.results[?match(@.status, 'F.*')].ids[1]", true)]
    #[case("$.results[?!@.ids]", false)]
    #[case("$.nothing", false)]
    #[case("$.results[?@.status != '((((((((((((((((((((\\'((((']", true)]
    fn a_query_selects_or_does_not(#[case] query: &str, #[case] selects: bool) {
        let value = json!({"results": [
            {"status": "SUCCESS", "ids": []}, {"status": "FAILED", "ids": ["a", "b"]}
        ]});
        let query = Query::parse(query).expect("a query");
        assert_eq!(query.selects(&value), selects);
    }

    #[rstest]
    #[case("")]
    #[case("results")]
    #[case("$.results[?@.status = 'FAILED']")]
    #[case("$.results[")]
    #[case::deep(&format!("$[?{}@{}]", "(".repeat(600), ")".repeat(600)))]
    #[case::negations(&format!("$[?{}@.a]", "!".repeat(600)))]
    #[case::blanks_between(&format!("$[?{}@.a]", "! ".repeat(2000)))]
    #[case::long(&"$".repeat(5000))]
    fn what_is_none_is_refused(#[case] query: &str) {
        Query::parse(query).expect_err("no query");
    }

    fn in_parentheses(text: &str, levels: usize) -> String {
        format!("$[?{}{text}{}]", "(".repeat(levels), ")".repeat(levels))
    }

    #[rstest]
    #[case::sixteen(in_parentheses("@.a", 15))]
    #[case::in_quotes(in_parentheses("@.a == '\\'((((((((((((((((((((' && @.b", 15))]
    #[case::negations_of_several(format!("$[?{}!@.a]", "!@.a && ".repeat(20)))]
    #[case::longest(format!("$.{}", "a".repeat(4094)))]
    fn what_is_within_the_limits_is_read(#[case] query: String) {
        Query::parse(&query).expect("a query");
    }

    #[rstest]
    #[case::seventeen(in_parentheses("@.a", 16), "nested deeper than 16 levels")]
    #[case::after_quotes(format!("$[?@.a == 'x' && {}]", "(@.a".repeat(16)), "nested deeper")]
    #[case::after_an_escape(format!("$[?@.a == 'x\\'' && {}]", "(@.a".repeat(16)), "nested deeper")]
    #[case::negations(format!("$[?{}@.a]", "! ".repeat(20)), "nested deeper")]
    #[case::longest(format!("$.{}", "a".repeat(4095)), "longer than 4096 bytes")]
    fn what_is_beyond_them_is_not(#[case] query: String, #[case] says: &str) {
        let problem = Query::parse(&query).expect_err("no query");
        assert!(problem.contains(says), "{problem}");
    }
}
