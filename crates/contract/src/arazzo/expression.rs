//! Runtime expressions (Arazzo 1.0.1, "Runtime Expressions"): what they read, not its value.

use std::fmt;

use crate::Message;
use crate::names::way_out;

/// A longer text is no expression, no condition and no query that somebody wrote.
pub(super) const LONGEST: usize = 4096;

/// Why a text is no expression, no template or no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}: {what} (character {at})")]
pub struct ExpressionError {
    /// The text.
    pub text: String,
    /// What is wrong, with the way out.
    pub what: String,
    /// The character where it is, counted from 1.
    pub at: usize,
}

/// What is wrong at a byte of a text.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) what: String,
}

impl Fault {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        Self {
            at,
            what: what.into(),
        }
    }

    /// The same of a text in which the faulty one begins at the byte `start`.
    pub(super) fn after(mut self, start: usize) -> Self {
        self.at += start;
        self
    }

    pub(super) fn of(self, text: &str) -> ExpressionError {
        let before = text.get(..self.at.min(text.len())).unwrap_or(text);
        ExpressionError {
            text: shown(text),
            what: self.what,
            at: before.chars().count() + 1,
        }
    }
}

/// The text as an error shows it.
fn shown(text: &str) -> String {
    const SHOWN: usize = 200;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// What an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// `$url`: the full URL of the request.
    Url,
    /// `$method`: the request's method.
    Method,
    /// `$statusCode`: the response's status.
    StatusCode,
    /// `$request.header.NAME`, `$response.header.NAME`: a header, whatever its case.
    Header(Message, String),
    /// `$request.query.NAME`: a query parameter.
    Query(String),
    /// `$request.path.NAME`: a path parameter.
    Path(String),
    /// `$request.body`, `$response.body`: the body.
    Body(Message),
    /// `$inputs.NAME`: what was put in; the name may be a row of names with dots between them.
    Input(String),
    /// `$outputs.NAME`: what the workflow puts out.
    Output(String),
    /// `$steps.STEP.outputs.NAME`: what an earlier step kept.
    Step {
        /// The step's id.
        step: String,
        /// The output's name, likewise with dots.
        output: String,
    },
}

/// One expression, e.g. `$response.body#/results/0/ret_status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    text: String,
    /// What it reads.
    pub source: Source,
    /// A JSON pointer (RFC 6901) into that; empty for the whole.
    pub pointer: String,
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Where an expression stands, which says where its JSON pointer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the whole text.
    Alone,
    /// Something of a condition follows.
    InCondition,
}

impl Expression {
    /// Reads a text that is one expression.
    ///
    /// # Errors
    /// When it is none, names what this project does not support, or something follows it.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Self::alone(text).map_err(|fault| fault.of(text))
    }

    pub(super) fn alone(text: &str) -> Result<Self, Fault> {
        let (expression, end) = Self::read(text, Place::Alone)?;
        if end == text.len() {
            return Ok(expression);
        }
        let rest = &text[end..];
        let what = match (&expression.source, rest.chars().next()) {
            (Source::Body(_), Some('.' | '[')) => {
                format!("members of a body are named by a JSON pointer: write {expression}#/…")
            }
            _ => format!("{rest:?} belongs to no expression: leave it out"),
        };
        Err(Fault::new(end, what))
    }

    /// Reads the expression with which `text` begins, and says where it ends.
    pub(super) fn read(text: &str, place: Place) -> Result<(Self, usize), Fault> {
        let mut reader = Reader { text, at: 0 };
        if text.len() > LONGEST {
            return Err(Fault::new(
                0,
                format!("this is longer than {LONGEST} bytes"),
            ));
        }
        if !reader.take("$") {
            return Err(Fault::new(0, "a runtime expression begins with $"));
        }
        let source = reader.source()?;
        let has_parts = matches!(
            source,
            Source::Body(_) | Source::Input(_) | Source::Output(_) | Source::Step { .. }
        );
        let pointer = if has_parts && reader.take("#") {
            reader.pointer(place)?
        } else {
            String::new()
        };
        let expression = Self {
            text: text[..reader.at].to_owned(),
            source,
            pointer,
        };
        Ok((expression, reader.at))
    }
}

/// What may follow the dollar sign.
const ROOTS: [&str; 8] = [
    "$inputs",
    "$method",
    "$outputs",
    "$request",
    "$response",
    "$statusCode",
    "$steps",
    "$url",
];

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn source(&mut self) -> Result<Source, Fault> {
        let start = self.at;
        let word = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
        match word {
            "url" => Ok(Source::Url),
            "method" => Ok(Source::Method),
            "statusCode" => Ok(Source::StatusCode),
            "request" => self.part(Message::Request),
            "response" => self.part(Message::Response),
            "inputs" => Ok(Source::Input(self.name("$inputs.NAME")?)),
            "outputs" => Ok(Source::Output(self.name("$outputs.NAME")?)),
            "steps" => {
                let written = "$steps.STEP.outputs.NAME";
                let step = self.dot(written).map(|()| self.word(is_id))?;
                if step.is_empty() || !self.take(".outputs") {
                    return Err(Fault::new(self.at, format!("write {written}")));
                }
                let output = self.name(written)?;
                Ok(Source::Step {
                    step: step.to_owned(),
                    output,
                })
            }
            "workflows" => Err(Fault::new(
                0,
                "not supported: $workflows; every workflow is a case of its own, so set up what it \
                 needs by x-provider-states or by a step",
            )),
            "sourceDescriptions" => Err(Fault::new(
                0,
                "$sourceDescriptions stands in \"operationId\" alone",
            )),
            "components" => Err(Fault::new(0, "$components stands in \"reference\" alone")),
            word => {
                let word = format!("${word}");
                Err(Fault::new(
                    start - 1,
                    format!("{word} is no runtime expression: {}", way_out(&word, ROOTS)),
                ))
            }
        }
    }

    fn part(&mut self, message: Message) -> Result<Source, Fault> {
        let (side, written) = match message {
            Message::Request => ("request", "header.NAME, query.NAME, path.NAME or body"),
            Message::Response => ("response", "header.NAME or body"),
        };
        let fault = |at| Fault::new(at, format!("${side} is followed by .{written}"));
        if !self.take(".") {
            return Err(fault(self.at));
        }
        let start = self.at;
        match (self.word(|c| c.is_ascii_alphanumeric()), message) {
            ("body", _) => Ok(Source::Body(message)),
            ("header", _) => Ok(Source::Header(message, self.name("header.NAME")?)),
            ("query", Message::Request) => Ok(Source::Query(self.name("query.NAME")?)),
            ("path", Message::Request) => Ok(Source::Path(self.name("path.NAME")?)),
            _ => Err(fault(start)),
        }
    }

    /// A dot, and the name or the names that follow it.
    fn name(&mut self, written: &str) -> Result<String, Fault> {
        self.dot(written)?;
        let start = self.at;
        let name = self.word(|c| is_id(c) || c == '.');
        if name.split('.').any(str::is_empty) {
            return Err(Fault::new(
                start,
                format!(
                    "a name is missing: write {written}; letters, digits, '-', '_' and '.' can \
                     stand in it"
                ),
            ));
        }
        Ok(name.to_owned())
    }

    fn dot(&mut self, written: &str) -> Result<(), Fault> {
        if self.take(".") {
            Ok(())
        } else {
            Err(Fault::new(self.at, format!("write {written}")))
        }
    }

    fn pointer(&mut self, place: Place) -> Result<String, Fault> {
        let start = self.at;
        let pointer = self.word(|c| place == Place::Alone || !ends_pointer(c));
        if !(pointer.is_empty() || pointer.starts_with('/')) {
            return Err(Fault::new(start, "a JSON pointer begins with /"));
        }
        if let Some((before, _)) = pointer
            .match_indices('~')
            .map(|(at, _)| pointer.split_at(at + 1))
            .find(|(_, rest)| !rest.starts_with(['0', '1']))
        {
            return Err(Fault::new(
                start + before.len() - 1,
                "in a JSON pointer ~ is written ~0, and / within a name ~1",
            ));
        }
        Ok(pointer.to_owned())
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = &self.text[self.at..];
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.text[self.at..].starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }
}

/// What can stand in the name of a step, a workflow or an input.
pub(super) fn is_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// What ends a JSON pointer within a condition.
fn ends_pointer(c: char) -> bool {
    c.is_whitespace() || "()[]<>=!&|,'\"".contains(c)
}

#[cfg(test)]
mod tests;
