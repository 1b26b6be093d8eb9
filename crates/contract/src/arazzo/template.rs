//! Values with runtime expressions in them: a string that is one expression stands for its value
//! with its type, and `{$…}` within a string for its text.

use serde_json::Value;

use super::expression::{Fault, LONGEST};
use super::{Expression, ExpressionError};
use crate::Result;
use crate::document::Cursor;
use crate::yaml::Data;

/// A JSON value before it is filled in.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// A value without any expression.
    Constant(Value),
    /// One expression, which gives the value with its type.
    Expression(Expression),
    /// A text with expressions in it.
    Text(Text),
    /// An array.
    Array(Vec<Template>),
    /// An object.
    Object(Vec<(String, Template)>),
}

/// A text before it is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    parts: Vec<Part>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It stands for itself.
    Plain(String),
    /// It stands for the value, written into the text.
    Expression(Expression),
}

/// What a text is written in, which says how a value is written into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Nothing in particular: a string as it is, everything else as JSON.
    Plain,
    /// A regular expression, which takes the value literally.
    Regex,
    /// A JSONPath query: within quotes what would end them is escaped, elsewhere the value is a
    /// literal of the query.
    JsonPath,
}

impl Template {
    /// Reads a string.
    ///
    /// # Errors
    /// When it begins with `$` and is no expression, or a `{$` in it begins none.
    pub fn string(text: &str) -> Result<Self, ExpressionError> {
        Self::of_string(text).map_err(|fault| fault.of(text))
    }

    fn of_string(text: &str) -> Result<Self, Fault> {
        if text.starts_with('$') {
            return Expression::alone(text).map(Self::Expression);
        }
        let text = Text::read(text)?;
        Ok(match text.plain() {
            Some(plain) => Self::Constant(plain.into()),
            None => Self::Text(text),
        })
    }

    /// Reads the value at `cursor`; `check` has a word on each expression with its place.
    pub(crate) fn read(
        cursor: &Cursor<'_>,
        check: &impl Fn(&Cursor<'_>, &Expression) -> Result<()>,
    ) -> Result<Self> {
        Ok(match &cursor.node.data {
            Data::String(text) => {
                let template =
                    Self::string(text).map_err(|error| cursor.fault(error.to_string()))?;
                match &template {
                    Self::Expression(expression) => check(cursor, expression)?,
                    Self::Text(text) => {
                        for expression in text.expressions() {
                            check(cursor, expression)?;
                        }
                    }
                    Self::Constant(_) | Self::Array(_) | Self::Object(_) => {}
                }
                template
            }
            Data::Sequence(_) => {
                let items = cursor.items()?;
                let items = items.iter().map(|item| Self::read(item, check));
                Self::Array(items.collect::<Result<_>>()?)
            }
            Data::Mapping(_) => {
                let members = cursor.members_or_none();
                let members =
                    members.map(|(key, member)| Ok((key.to_owned(), Self::read(&member, check)?)));
                Self::Object(members.collect::<Result<_>>()?)
            }
            Data::Null | Data::Bool(_) | Data::Number(_) => Self::Constant(cursor.node.to_value()),
        })
    }

    /// The value, with each expression replaced by what `value` gives for it.
    ///
    /// # Errors
    /// The first one of `value`.
    pub fn fill<E>(
        &self,
        value: &mut impl FnMut(&Expression) -> Result<Value, E>,
    ) -> Result<Value, E> {
        Ok(match self {
            Self::Constant(constant) => constant.clone(),
            Self::Expression(expression) => value(expression)?,
            Self::Text(text) => text.fill(Quoting::Plain, value)?.into(),
            Self::Array(items) => {
                let items = items.iter().map(|item| item.fill(value));
                Value::Array(items.collect::<Result<_, E>>()?)
            }
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, member)| Ok((key.clone(), member.fill(value)?)));
                Value::Object(members.collect::<Result<_, E>>()?)
            }
        })
    }
}

impl Text {
    /// Reads a text, in which each `{$` begins an expression that ends at the next `}`.
    ///
    /// # Errors
    /// When one of them is no expression.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        Self::read(text).map_err(|fault| fault.of(text))
    }

    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let mut parts = Vec::new();
        let mut at = 0;
        while let Some(begin) = text[at..].find("{$").map(|found| at + found) {
            let inner = begin + 1;
            let Some(length) = text[inner..].find('}') else {
                return Err(Fault::new(begin, "this expression does not end: write }"));
            };
            if length > LONGEST {
                return Err(Fault::new(begin, "this expression is too long"));
            }
            let expression = Expression::alone(&text[inner..inner + length])
                .map_err(|fault| fault.after(inner))?;
            let plain = &text[at..begin];
            if !plain.is_empty() {
                parts.push(Part::Plain(plain.to_owned()));
            }
            parts.push(Part::Expression(expression));
            at = inner + length + 1;
        }
        let rest = &text[at..];
        if !rest.is_empty() {
            parts.push(Part::Plain(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The text, when there is no expression in it.
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The expressions in it.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Plain(_) => None,
            Part::Expression(expression) => Some(expression),
        })
    }

    /// The text, with each expression replaced by what `value` gives for it.
    ///
    /// # Errors
    /// The first one of `value`.
    pub fn fill<E>(
        &self,
        quoting: Quoting,
        value: &mut impl FnMut(&Expression) -> Result<Value, E>,
    ) -> Result<String, E> {
        let mut filled = String::new();
        let mut quote = None;
        for part in &self.parts {
            match part {
                Part::Plain(text) => {
                    quote = quote_after(text, quote);
                    filled.push_str(text);
                }
                Part::Expression(expression) => {
                    let value = value(expression)?;
                    let quote = quote.filter(|_| quoting == Quoting::JsonPath);
                    write(&mut filled, &value, quoting, quote);
                }
            }
        }
        Ok(filled)
    }
}

/// Which quote of a JSONPath query is open at the end of `text`, when `open` is at its start.
fn quote_after(text: &str, open: Option<char>) -> Option<char> {
    let mut open = open;
    let mut escaped = false;
    for c in text.chars() {
        match open {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(quote) if c == quote => open = None,
            None if matches!(c, '\'' | '"') => open = Some(c),
            _ => {}
        }
    }
    open
}

fn write(into: &mut String, value: &Value, quoting: Quoting, quote: Option<char>) {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (quoting, quote) {
        (Quoting::Plain, _) => into.push_str(&text),
        (Quoting::Regex, _) => into.push_str(&regex::escape(&text)),
        // RFC 9535, 2.3.1.1: a JSON string is a literal in double quotes.
        (Quoting::JsonPath, None) => into.push_str(&value.to_string()),
        (Quoting::JsonPath, Some(quote)) => {
            let json = Value::from(text).to_string();
            // The inside of the JSON string; in single quotes the two quotes change places.
            let inside = &json[1..json.len() - 1];
            if quote == '"' {
                into.push_str(inside);
            } else {
                into.push_str(&inside.replace("\\\"", "\"").replace('\'', "\\'"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
