//! Reading a body as JSON (RFC 8259) while noticing what a lenient parser passes over: a byte
//! order mark, members that stand twice, nesting without end.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::duplicates;

/// What keeps a body from being plain JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFault {
    /// There is nothing in it.
    Empty,
    /// It is not UTF-8 from this byte on.
    NotUtf8 {
        /// Offset in bytes from the start of the body.
        offset: usize,
    },
    /// It is not JSON.
    Syntax {
        /// What the parser says, with line and column.
        problem: String,
    },
    /// It ends in the middle of a value.
    CutShort {
        /// What the parser says, with line and column.
        problem: String,
    },
    /// It nests deeper than 128 levels, which no documented body does.
    TooDeep,
    /// It begins with a byte order mark, which RFC 8259 section 8.1 forbids to send.
    ByteOrderMark,
    /// A member stands twice in one object; the last one counts.
    DuplicateMember {
        /// JSON pointer to the member.
        pointer: String,
    },
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty body"),
            Self::NotUtf8 { offset } => {
                write!(f, "bytes that are not UTF-8, from byte {offset} on")
            }
            Self::Syntax { problem } => write!(f, "not JSON: {problem}"),
            Self::CutShort { problem } => write!(f, "JSON that is cut short: {problem}"),
            Self::TooDeep => f.write_str("nesting deeper than 128 levels"),
            Self::ByteOrderMark => f.write_str("a byte order mark before the value"),
            Self::DuplicateMember { pointer } => write!(f, "the member {pointer} a second time"),
        }
    }
}

/// Parses a body. The value is there unless a fault is fatal; then that fault is the last one.
pub fn parse_json(body: &[u8]) -> (Option<Value>, Vec<JsonFault>) {
    let mut faults = Vec::new();
    let body = match body.strip_prefix(b"\xEF\xBB\xBF") {
        Some(rest) => {
            faults.push(JsonFault::ByteOrderMark);
            rest
        }
        None => body,
    };
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => {
            faults.push(JsonFault::NotUtf8 {
                offset: error.valid_up_to(),
            });
            return (None, faults);
        }
    };
    if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
        faults.push(JsonFault::Empty);
        return (None, faults);
    }
    let mut seen_twice = false;
    match read(text, Notice(&mut seen_twice)) {
        Ok(value) => {
            if seen_twice {
                // Paths are only kept on this second reading, so that clean bodies do not pay.
                faults.extend(duplicates::find(text));
            }
            (Some(value), faults)
        }
        Err(error) => {
            let problem = error.to_string();
            faults.push(if problem.starts_with("recursion limit") {
                JsonFault::TooDeep
            } else if error.is_eof() {
                JsonFault::CutShort { problem }
            } else {
                JsonFault::Syntax { problem }
            });
            (None, faults)
        }
    }
}

fn read<'de, S: DeserializeSeed<'de>>(text: &'de str, seed: S) -> serde_json::Result<S::Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Escapes a member name as a token of a JSON pointer (RFC 6901 section 3).
pub(crate) fn escape(token: &str) -> Cow<'_, str> {
    if token.contains(['~', '/']) {
        Cow::Owned(token.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(token)
    }
}

/// Reads a value and notices whether any member stands twice.
struct Notice<'n>(&'n mut bool);

impl<'de> DeserializeSeed<'de> for Notice<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Notice<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Notice(self.0))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let value = access.next_value_seed(Notice(self.0))?;
            *self.0 |= members.insert(key, value).is_some();
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn clean_bodies_are_read_as_serde_json_reads_them() {
        let body = br#" {"a":[1,-2,3.5,"x\u00e9",null,true,{"b":{}}],"c":18446744073709551615} "#;
        let (value, faults) = parse_json(body);
        assert_eq!(value, serde_json::from_slice(body).ok());
        assert!(faults.is_empty());
    }

    #[test]
    fn duplicates_are_found_at_every_depth_and_the_last_one_counts() {
        let (value, faults) = parse_json(br#"{"a":1,"x/y":[{"b":1,"b":2}],"a":3}"#);
        assert_eq!(value, Some(json!({"a": 3, "x/y": [{"b": 2}]})));
        assert_eq!(
            faults,
            ["/x~1y/0/b", "/a"].map(|pointer| JsonFault::DuplicateMember {
                pointer: pointer.to_owned()
            })
        );
    }

    #[test]
    fn a_byte_order_mark_is_noticed_and_passed_over() {
        let (value, faults) = parse_json(b"\xEF\xBB\xBF[]");
        assert_eq!(value, Some(json!([])));
        assert_eq!(faults, [JsonFault::ByteOrderMark]);
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        let fault = |body: &[u8]| parse_json(body).1.pop().expect("a fault");
        assert_eq!(fault(b" \n"), JsonFault::Empty);
        assert_eq!(fault(b"[\"\xFF\"]"), JsonFault::NotUtf8 { offset: 2 });
        assert!(matches!(fault(b"{\"a\": [1"), JsonFault::CutShort { .. }));
        assert!(matches!(fault(b"[1,]"), JsonFault::Syntax { .. }));
        assert!(matches!(fault(b"NaN"), JsonFault::Syntax { .. }));
        assert!(matches!(fault(b"{} {}"), JsonFault::Syntax { .. }));
        let deep = [vec![b'['; 1000], vec![b']'; 1000]].concat();
        assert_eq!(fault(&deep), JsonFault::TooDeep);
    }
}
