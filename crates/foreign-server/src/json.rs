//! Reads requests' JSON strictly by type, and freely where the documents are silent: an unknown
//! member is passed over, `null` is an optional member's absence, and of a member given twice the
//! last counts.

use serde_json::{Map, Value};

/// Why a request is malformed, in words for its sender. Never longer than the refusals of roma may
/// be (128 characters): it names members, and repeats no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

/// An object of a request, and what it is called in errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'a> {
    name: &'static str,
    members: &'a Map<String, Value>,
}

impl<'a> Object<'a> {
    /// The value as an object.
    pub(crate) fn of(name: &'static str, value: &'a Value) -> Result<Self, Malformed> {
        match value {
            Value::Object(members) => Ok(Self { name, members }),
            _ => Err(Malformed(format!("{name} has to be an object"))),
        }
    }

    /// A member that may be absent or `null`.
    pub(crate) fn optional(&self, member: &str) -> Option<&'a Value> {
        self.members.get(member).filter(|value| !value.is_null())
    }

    /// A member that has to be there.
    pub(crate) fn required(&self, member: &str) -> Result<&'a Value, Malformed> {
        self.optional(member)
            .ok_or_else(|| Malformed(format!("{} lacks the member {member}", self.name)))
    }

    /// A string that may be absent.
    pub(crate) fn optional_string(&self, member: &str) -> Result<Option<&'a str>, Malformed> {
        self.optional(member)
            .map(|value| self.string_of(member, value))
            .transpose()
    }

    /// A string that has to be there.
    pub(crate) fn string(&self, member: &str) -> Result<&'a str, Malformed> {
        self.string_of(member, self.required(member)?)
    }

    /// A boolean, `absent` when it is not there.
    pub(crate) fn boolean(&self, member: &str, absent: bool) -> Result<bool, Malformed> {
        match self.optional(member) {
            None => Ok(absent),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(self.wrong(member, "a boolean")),
        }
    }

    /// An array that has to be there.
    pub(crate) fn array(&self, member: &str) -> Result<&'a [Value], Malformed> {
        match self.required(member)? {
            Value::Array(values) => Ok(values),
            _ => Err(self.wrong(member, "an array")),
        }
    }

    /// An array of strings that has to be there.
    pub(crate) fn strings(&self, member: &str) -> Result<Vec<&'a str>, Malformed> {
        self.array(member)?
            .iter()
            .map(|value| value.as_str())
            .collect::<Option<_>>()
            .ok_or_else(|| self.wrong(member, "an array of strings"))
    }

    fn string_of(&self, member: &str, value: &'a Value) -> Result<&'a str, Malformed> {
        value.as_str().ok_or_else(|| self.wrong(member, "a string"))
    }

    fn wrong(&self, member: &str, expected: &str) -> Malformed {
        Malformed(format!("{member} of {} has to be {expected}", self.name))
    }
}
