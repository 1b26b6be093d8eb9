//! YAML 1.2 and JSON into a tree that remembers places and the order of members.
//!
//! Only what JSON can say is let through, so that a contract means the same to every tool: no
//! tags, no merge keys, no keys that are not names, no key twice. What a tree means is not known
//! here.

use std::fmt;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};
use serde_json::{Map, Number, Value};

/// A line and a column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// One value with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) data: Data,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Sequence(Vec<Node>),
    Mapping(Vec<Member>),
}

/// One member of a mapping, in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) key: String,
    pub(crate) at: Position,
    pub(crate) value: Node,
}

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Syntax {
        at: Position,
        what: String,
    },
    DuplicateKey {
        at: Position,
        key: String,
        first: Position,
    },
}

/// Deeper trees are refused, because what walks them does so recursively.
const MAX_DEPTH: usize = 96;
/// How many nodes aliases may add, lest a few of them stand for billions.
const MAX_ALIASED_NODES: usize = 100_000;

impl Node {
    /// The member of that name, when this is a mapping that has it.
    pub(crate) fn member(&self, key: &str) -> Option<&Member> {
        match &self.data {
            Data::Mapping(members) => members.iter().find(|member| member.key == key),
            _ => None,
        }
    }

    /// The same as plain JSON.
    pub(crate) fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(*value),
            Data::Number(value) => Value::Number(value.clone()),
            Data::String(value) => Value::String(value.clone()),
            Data::Sequence(items) => Value::Array(items.iter().map(Self::to_value).collect()),
            Data::Mapping(members) => Value::Object(
                members
                    .iter()
                    .map(|member| (member.key.clone(), member.value.to_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// The place of what a JSON pointer leads to: a member's key, an element's start. Where the
    /// pointer leads nowhere, the deepest value on its way that exists.
    pub(crate) fn locate(&self, pointer: &str) -> Position {
        let (mut node, mut at) = (self, self.at);
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            match &node.data {
                Data::Mapping(_) => {
                    let Some(member) = node.member(&token) else {
                        break;
                    };
                    (node, at) = (&member.value, member.at);
                }
                Data::Sequence(items) => {
                    let Some(item) = token.parse::<usize>().ok().and_then(|i| items.get(i)) else {
                        break;
                    };
                    (node, at) = (item, item.at);
                }
                _ => break,
            }
        }
        at
    }

    /// How many nodes there are in it, this one included.
    fn count(&self) -> usize {
        1 + match &self.data {
            Data::Sequence(items) => items.iter().map(Self::count).sum(),
            Data::Mapping(members) => members.iter().map(|member| member.value.count()).sum(),
            _ => 0,
        }
    }

    /// How many levels there are in it, this one included.
    fn depth(&self) -> usize {
        1 + match &self.data {
            Data::Sequence(items) => items.iter().map(Self::depth).max().unwrap_or(0),
            Data::Mapping(members) => members
                .iter()
                .map(|member| member.value.depth())
                .max()
                .unwrap_or(0),
            _ => 0,
        }
    }
}

impl fmt::Display for Data {
    /// What kind of value it is, for errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Sequence(_) => "an array",
            Self::Mapping(_) => "an object",
        })
    }
}

/// Reads one YAML document; JSON is one, too.
///
/// # Errors
/// When it is no YAML, says something that JSON cannot, names a member twice, is nested deeper
/// than 96 levels, or when there is not exactly one document.
pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser::new(StrInput::new(text));
    let mut builder = Builder::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Fault::Syntax {
            at: position(error.marker()),
            what: error.info().to_owned(),
        })?;
        builder.event(event, span)?;
    }
    builder
        .root
        .ok_or_else(|| syntax(Position { line: 1, column: 1 }, "the file is empty"))
}

fn position(marker: &Marker) -> Position {
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    Position {
        line: number(marker.line()),
        column: number(marker.col() + 1),
    }
}

fn syntax(at: Position, what: impl Into<String>) -> Fault {
    Fault::Syntax {
        at,
        what: what.into(),
    }
}

/// Puts events together; the open collections are on the stack.
#[derive(Default)]
struct Builder {
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: Vec<(usize, Node)>,
    aliased: usize,
}

/// A collection that has begun.
struct Open {
    at: Position,
    anchor: usize,
    /// Which is being filled: elements, or members with the key that waits for its value.
    filling: Filling,
}

enum Filling {
    Sequence(Vec<Node>),
    Mapping(Vec<Member>, Option<(String, Position)>),
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Fault> {
        let at = position(&span.start);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(syntax(
                at,
                "a second document starts here: make it a file of its own",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                let text_only = match tag {
                    None => style != ScalarStyle::Plain,
                    Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => true,
                    Some(tag) => return Err(tagged(at, &tag)),
                };
                if self.awaits_key() {
                    return self.key(&text, text_only, at);
                }
                let data = if text_only {
                    Data::String(text.into_owned())
                } else {
                    plain(&text)
                        .ok_or_else(|| syntax(at, format!("JSON has no number {text}: quote it")))?
                };
                self.finish(Node { at, data }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(at, anchor, tag.as_deref(), Filling::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => self.open(
                at,
                anchor,
                tag.as_deref(),
                Filling::Mapping(Vec::new(), None),
            ),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.stack.pop() else {
                    return Ok(());
                };
                let data = match open.filling {
                    Filling::Sequence(items) => Data::Sequence(items),
                    Filling::Mapping(members, _) => Data::Mapping(members),
                };
                self.finish(Node { at: open.at, data }, open.anchor)
            }
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Open {
                filling: Filling::Mapping(_, None),
                ..
            })
        )
    }

    fn open(
        &mut self,
        at: Position,
        anchor: usize,
        tag: Option<&saphyr_parser::Tag>,
        filling: Filling,
    ) -> Result<(), Fault> {
        if let Some(tag) = tag {
            return Err(tagged(at, tag));
        }
        if self.awaits_key() {
            return Err(syntax(at, "a key has to be a name, not a collection"));
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(syntax(at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.stack.push(Open {
            at,
            anchor,
            filling,
        });
        Ok(())
    }

    fn key(&mut self, text: &str, text_only: bool, at: Position) -> Result<(), Fault> {
        if !text_only {
            if text == "<<" {
                return Err(syntax(
                    at,
                    "YAML 1.2 has no merge key: write the members out",
                ));
            }
            // A status may be written `200:`; what else is no string would surprise somebody.
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if !digits && !matches!(plain(text), Some(Data::String(_))) {
                return Err(syntax(
                    at,
                    format!("a key has to be a string: write \"{text}\":"),
                ));
            }
        }
        let Some(Open {
            filling: Filling::Mapping(members, waiting),
            ..
        }) = self.stack.last_mut()
        else {
            return Ok(());
        };
        if let Some(first) = members.iter().find(|member| member.key == text) {
            return Err(Fault::DuplicateKey {
                at,
                key: text.to_owned(),
                first: first.at,
            });
        }
        *waiting = Some((text.to_owned(), at));
        Ok(())
    }

    fn alias(&mut self, anchor: usize, at: Position) -> Result<(), Fault> {
        if self.awaits_key() {
            return Err(syntax(at, "a key has to be a name, not an alias"));
        }
        let Some((_, node)) = self.anchors.iter().find(|(id, _)| *id == anchor) else {
            return Err(syntax(at, "this alias stands inside of what it names"));
        };
        self.aliased += node.count();
        if self.aliased > MAX_ALIASED_NODES {
            return Err(syntax(
                at,
                format!("aliases stand for more than {MAX_ALIASED_NODES} values: use $ref"),
            ));
        }
        if self.stack.len() + node.depth() > MAX_DEPTH {
            return Err(syntax(at, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let node = node.clone();
        self.finish(node, 0)
    }

    /// A value is complete: it goes into the collection that is open, or it is the root.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        match self.stack.last_mut().map(|open| &mut open.filling) {
            None => self.root = Some(node),
            Some(Filling::Sequence(items)) => items.push(node),
            Some(Filling::Mapping(members, waiting)) => match waiting.take() {
                Some((key, at)) => members.push(Member {
                    key,
                    at,
                    value: node,
                }),
                None => return Err(syntax(node.at, "a key has to be a name")),
            },
        }
        Ok(())
    }
}

fn tagged(at: Position, tag: &saphyr_parser::Tag) -> Fault {
    syntax(at, format!("JSON has no tags: leave out {tag}"))
}

/// What a plain scalar means in the core schema (YAML 1.2.2, 10.3.2); none for the numbers that
/// JSON does not have.
fn plain(text: &str) -> Option<Data> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Data::Null),
        "true" | "True" | "TRUE" => return Some(Data::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Data::Bool(false)),
        _ => {}
    }
    let first = text.as_bytes()[0];
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return Some(Data::String(text.to_owned()));
    }
    let unsigned = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(unsigned.as_str(), ".inf" | ".nan") {
        return None;
    }
    if let Some(number) = number(text) {
        return Some(Data::Number(number));
    }
    Some(Data::String(text.to_owned()))
}

fn number(text: &str) -> Option<Number> {
    let radix = |digits: &str, radix| {
        let all = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
        u64::from_str_radix(digits, radix)
            .ok()
            .filter(|_| all)
            .map(Number::from)
    };
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(number.into());
    }
    let decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    if digit && text.bytes().all(decimal) {
        return text.parse::<f64>().ok().and_then(Number::from_f64);
    }
    None
}

#[cfg(test)]
mod tests;
