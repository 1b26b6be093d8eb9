//! One parsed file with its names, and cursors that walk it and know where they stand.

use serde::de::DeserializeOwned;

use crate::schemas::{SCHEME, push_token};
use crate::yaml::{self, Data, Fault, Node, Position};
use crate::{Error, Place, Result, SchemaRef};

/// One file of a contract, parsed.
#[derive(Debug)]
pub(crate) struct Document {
    /// Path relative to the root of the contracts.
    pub(crate) path: String,
    /// The file as errors name it.
    pub(crate) shown: String,
    pub(crate) root: Node,
}

impl Document {
    /// Parses the content of the file at `path`, which errors call `shown`.
    pub(crate) fn parse(path: String, shown: String, bytes: &[u8]) -> Result<Self> {
        let root = parse(&shown, bytes)?;
        Ok(Self { path, shown, root })
    }

    pub(crate) fn uri(&self) -> String {
        format!("{SCHEME}{}", self.path)
    }

    pub(crate) fn cursor(&self) -> Cursor<'_> {
        Cursor {
            document: self,
            node: &self.root,
            at: self.root.at,
            pointer: String::new(),
            element: false,
        }
    }
}

/// Parses a file of YAML or JSON, which errors call `shown`.
pub(crate) fn parse(shown: &str, bytes: &[u8]) -> Result<Node> {
    let place = |at| place(shown, at);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        Error::Syntax {
            place: Place {
                file: shown.to_owned(),
                line: u32::try_from(line).ok(),
                column: None,
            },
            what: "this is no UTF-8: save the file in that encoding".to_owned(),
        }
    })?;
    yaml::parse(text).map_err(|fault| match fault {
        Fault::Syntax { at, what } => Error::Syntax {
            place: place(at),
            what,
        },
        Fault::DuplicateKey { at, key, first } => Error::DuplicateKey {
            place: place(at),
            key,
            first: first.line,
        },
    })
}

/// The place of `at` in the file that errors call `shown`.
pub(crate) fn place(shown: &str, at: Position) -> Place {
    Place {
        file: shown.to_owned(),
        line: Some(at.line),
        column: Some(at.column),
    }
}

/// A value in a document, with the way to it. Its place is that of its key, if it has one.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    pub(crate) document: &'a Document,
    pub(crate) node: &'a Node,
    at: Position,
    pub(crate) pointer: String,
    /// Whether it is an element of an array, which has no name of its own.
    element: bool,
}

impl<'a> Cursor<'a> {
    pub(crate) fn place(&self) -> Place {
        place(&self.document.shown, self.at)
    }

    /// Something is wrong with the value here.
    pub(crate) fn fault(&self, what: impl Into<String>) -> Error {
        Error::Shape {
            place: self.place(),
            what: what.into(),
        }
    }

    /// What errors call the value: its key, or the key of the array whose element it is.
    fn name(&self) -> String {
        let mut tokens = self.pointer.rsplit('/');
        let index = if self.element { tokens.next() } else { None };
        let name = match tokens.next() {
            None | Some("") => "the document".to_owned(),
            Some(token) => format!("{:?}", token.replace("~1", "/").replace("~0", "~")),
        };
        match index.and_then(|index| index.parse::<usize>().ok()) {
            Some(index) => format!("entry {} of {name}", index + 1),
            None => name,
        }
    }

    pub(crate) fn schema_ref(&self) -> SchemaRef {
        SchemaRef {
            document: self.document.uri(),
            pointer: self.pointer.clone(),
        }
    }

    fn element(&self, index: usize, node: &'a Node) -> Self {
        Self {
            element: true,
            ..self.child(&index.to_string(), node, node.at)
        }
    }

    fn child(&self, token: &str, node: &'a Node, at: Position) -> Self {
        let mut pointer = String::with_capacity(self.pointer.len() + token.len() + 1);
        pointer.push_str(&self.pointer);
        push_token(&mut pointer, token);
        Self {
            document: self.document,
            node,
            at,
            pointer,
            element: false,
        }
    }

    /// The member of that name, when the value is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        self.node
            .member(key)
            .map(|member| self.child(key, &member.value, member.at))
    }

    /// The member of that name, which has to be there.
    pub(crate) fn required(&self, key: &str) -> Result<Self> {
        match &self.node.data {
            Data::Mapping(_) => self
                .get(key)
                .ok_or_else(|| self.fault(format!("{} needs {key:?}", self.name()))),
            other => Err(self.expected("an object", other)),
        }
    }

    /// The element or member that one plain token of a JSON pointer leads to.
    pub(crate) fn step(&self, token: &str) -> Option<Self> {
        match &self.node.data {
            Data::Mapping(_) => self.get(token),
            Data::Sequence(items) => {
                let index = token.parse().ok()?;
                Some(self.element(index, items.get(index)?))
            }
            _ => None,
        }
    }

    fn expected(&self, what: &str, found: &Data) -> Error {
        self.fault(format!("{} has to be {what}, this is {found}", self.name()))
    }

    pub(crate) fn text(&self) -> Result<&'a str> {
        match &self.node.data {
            Data::String(text) => Ok(text),
            other => Err(self.expected("a string (quote it)", other)),
        }
    }

    /// The text of that member, if it is there.
    pub(crate) fn optional_text(&self, key: &str) -> Result<Option<&'a str>> {
        self.get(key).map(|member| member.text()).transpose()
    }

    /// Whether that member is `true`; it need not be there.
    pub(crate) fn flag(&self, key: &str) -> Result<bool> {
        match self.get(key) {
            None => Ok(false),
            Some(member) => match &member.node.data {
                Data::Bool(value) => Ok(*value),
                other => Err(member.expected("true or false", other)),
            },
        }
    }

    /// The members in the order of the file; an error when this is no object.
    pub(crate) fn members(&self) -> Result<Vec<(&'a str, Self)>> {
        match &self.node.data {
            Data::Mapping(_) => Ok(self.members_or_none().collect()),
            other => Err(self.expected("an object", other)),
        }
    }

    /// The members in the order of the file; none when this is no object.
    pub(crate) fn members_or_none(&self) -> impl Iterator<Item = (&'a str, Self)> {
        let members = match &self.node.data {
            Data::Mapping(members) => members.as_slice(),
            _ => &[],
        };
        members.iter().map(|member| {
            (
                member.key.as_str(),
                self.child(&member.key, &member.value, member.at),
            )
        })
    }

    /// The members of the member `key`, which need not be there.
    pub(crate) fn members_of(&self, key: &str) -> Result<Vec<(&'a str, Self)>> {
        self.get(key)
            .map_or_else(|| Ok(Vec::new()), |member| member.members())
    }

    /// The elements; an error when this is no array.
    pub(crate) fn items(&self) -> Result<Vec<Self>> {
        match &self.node.data {
            Data::Sequence(items) => Ok(items
                .iter()
                .enumerate()
                .map(|(index, item)| self.element(index, item))
                .collect()),
            other => Err(self.expected("an array", other)),
        }
    }

    /// The elements of the member `key`, which need not be there.
    pub(crate) fn items_of(&self, key: &str) -> Result<Vec<Self>> {
        self.get(key)
            .map_or_else(|| Ok(Vec::new()), |member| member.items())
    }

    /// The value as a `T`.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(self.node.to_value())
            .map_err(|error| self.fault(format!("{}: {error}", self.name())))
    }

    /// The member `key` as a `T`, if it is there.
    pub(crate) fn read_member<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        self.get(key).map(|member| member.read()).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::Error;

    #[test]
    fn the_line_of_what_is_no_utf_8_is_found() {
        match parse("pets.yaml", b"a: 1\nb: 2\nc: \xff\n") {
            Err(Error::Syntax { place, .. }) => assert_eq!(place.line, Some(3)),
            other => panic!("{other:?}"),
        }
    }
}
