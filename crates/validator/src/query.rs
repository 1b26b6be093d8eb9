//! Splitting a raw query into decoded names and values, with nothing lost that a URL library
//! would normalise away.

use percent_encoding::percent_decode_str;

/// One `name` or `name=value` of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryPair {
    /// Decoded name.
    pub name: String,
    /// Decoded value; none when there was no `=`.
    pub value: Option<String>,
}

/// Decodes a raw query (`a=1&delete&b=%20`). A plus sign stands for a blank, as in HTML forms.
pub fn decode_query(query: &str) -> Vec<QueryPair> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => QueryPair {
                name: decode(name),
                value: Some(decode(value)),
            },
            None => QueryPair {
                name: decode(pair),
                value: None,
            },
        })
        .collect()
}

fn decode(text: &str) -> String {
    if !text.contains(['%', '+']) {
        return text.to_owned();
    }
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valueless_name_is_told_from_an_empty_value() {
        let pairs = decode_query("delete&a=&b=x%20y+z&&%C3%A9=1=2");
        let plain: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.name.as_str(), pair.value.as_deref()))
            .collect();
        assert_eq!(
            plain,
            [
                ("delete", None),
                ("a", Some("")),
                ("b", Some("x y z")),
                ("é", Some("1=2"))
            ]
        );
    }
}
