//! Simple conditions (Arazzo 1.0.1, "Criterion Object"): literals, operators, runtime expressions.
//! They are read here; what they amount to is known when there is an answer.

use std::str::FromStr;

use serde_json::{Number, Value};

use super::expression::{Fault, LONGEST, Place};
use super::{Expression, ExpressionError, Text};
use crate::names::way_out;

/// Deeper conditions are refused, because they are read and evaluated recursively.
const DEEPEST: usize = 32;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// One of them holds (`||`).
    Any(Vec<Condition>),
    /// All of them hold (`&&`).
    All(Vec<Condition>),
    /// It does not hold (`!`).
    Not(Box<Condition>),
    /// The two values compare like this.
    Compare(Operand, Comparison, Operand),
    /// The value is true: neither false, null, 0 nor empty.
    True(Operand),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A value of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// `true`, `false`, `null` or a number.
    Literal(Value),
    /// A text in single quotes.
    Text(Text),
    /// What an expression reads, and the way from there.
    Expression(Expression, Vec<Access>),
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// `.name`
    Member(String),
    /// `[0]`
    Item(usize),
}

impl Condition {
    /// Reads a condition, e.g. `$statusCode == 200 && $response.body#/job_id != null`.
    ///
    /// `!` stands before what has no comparison of its own, or before parentheses. A JSON pointer
    /// ends at a blank, a bracket, an operator, a quote or a comma.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut reader = Reader {
            text,
            at: 0,
            depth: 0,
        };
        reader.whole().map_err(|fault| fault.of(text))
    }

    /// Calls `each` for every operand, in order.
    pub fn operands<'c>(&'c self, each: &mut dyn FnMut(&'c Operand)) {
        match self {
            Self::Any(parts) | Self::All(parts) => {
                for part in parts {
                    part.operands(each);
                }
            }
            Self::Not(inner) => inner.operands(each),
            Self::Compare(left, _, right) => {
                each(left);
                each(right);
            }
            Self::True(operand) => each(operand),
        }
    }

    /// Calls `each` for every expression, in order.
    pub fn expressions<'c>(&'c self, each: &mut dyn FnMut(&'c Expression)) {
        self.operands(&mut |operand| match operand {
            Operand::Literal(_) => {}
            Operand::Text(text) => text.expressions().for_each(&mut *each),
            Operand::Expression(expression, _) => each(expression),
        });
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

type Read<T> = std::result::Result<T, Fault>;

impl<'t> Reader<'t> {
    fn whole(&mut self) -> Read<Condition> {
        if self.text.len() > LONGEST {
            return Err(self.fault(format!("this is longer than {LONGEST} bytes")));
        }
        let condition = self.any()?;
        if self.at == self.text.len() {
            return Ok(condition);
        }
        Err(self.fault(match self.rest().chars().next() {
            Some(')') => "this closes nothing: take it out",
            Some('=') => "write == to compare",
            Some('&') => "write && for and",
            Some('|') => "write || for or",
            Some('<' | '>' | '!') => "two values can be compared, not three: use &&",
            _ => "expected an operator: one of < <= > >= == != && ||",
        }))
    }

    fn any(&mut self) -> Read<Condition> {
        let mut parts = vec![self.all()?];
        while self.take("||") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Condition::Any))
    }

    fn all(&mut self) -> Read<Condition> {
        let mut parts = vec![self.not()?];
        while self.take("&&") {
            parts.push(self.not()?);
        }
        Ok(one_or(parts, Condition::All))
    }

    fn not(&mut self) -> Read<Condition> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.fault(format!("this is nested deeper than {DEEPEST} levels")));
        }
        self.blank();
        let condition = if self.take("!") {
            let inner = self.not()?;
            if matches!(inner, Condition::Compare(..))
                && !self.text[..self.at].trim_end().ends_with(')')
            {
                return Err(self.fault("put the comparison that ! turns round into parentheses"));
            }
            Condition::Not(Box::new(inner))
        } else if self.take("(") {
            let inner = self.any()?;
            if !self.take(")") {
                return Err(self.fault("expected ) or an operator"));
            }
            if self.comparison().is_some() {
                return Err(self.fault("values are compared, not conditions: use && or ||"));
            }
            inner
        } else {
            self.compared()?
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn compared(&mut self) -> Read<Condition> {
        let left = self.operand()?;
        let Some(comparison) = self.comparison() else {
            return Ok(Condition::True(left));
        };
        let right = self.operand()?;
        Ok(Condition::Compare(left, comparison, right))
    }

    /// The operator of a comparison, when one comes next.
    fn comparison(&mut self) -> Option<Comparison> {
        [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ]
        .into_iter()
        .find(|(written, _)| self.take(written))
        .map(|(_, comparison)| comparison)
    }

    fn operand(&mut self) -> Read<Operand> {
        self.blank();
        match self.rest().chars().next() {
            Some('$') => {
                let (expression, length) = Expression::read(self.rest(), Place::InCondition)
                    .map_err(|fault| fault.after(self.at))?;
                self.at += length;
                let way = self.way()?;
                Ok(Operand::Expression(expression, way))
            }
            Some('\'') => self.quoted(),
            Some('"') => Err(self.fault("a text stands in single quotes")),
            Some('-' | '0'..='9') => {
                let start = self.at;
                let word = self.word(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
                Number::from_str(word)
                    .map(|number| Operand::Literal(number.into()))
                    .map_err(|_| Fault::new(start, format!("{word} is no number")))
            }
            Some(c) if c.is_alphabetic() => {
                let start = self.at;
                match self.word(|c| c.is_alphanumeric() || c == '_') {
                    "true" => Ok(Operand::Literal(true.into())),
                    "false" => Ok(Operand::Literal(false.into())),
                    "null" => Ok(Operand::Literal(Value::Null)),
                    word => Err(Fault::new(
                        start,
                        format!(
                            "{word} is no value ({}): a text stands in single quotes, an \
                             expression begins with $",
                            way_out(word, ["true", "false", "null"])
                        ),
                    )),
                }
            }
            Some('!') => Err(self.fault("! stands before a condition, not within a comparison")),
            Some('(') => Err(self.fault("values are compared, not conditions: use && or ||")),
            _ => Err(self.fault(
                "expected a value: an expression, a number, true, false, null or a text in single \
                 quotes",
            )),
        }
    }

    /// The way from what an expression reads to the value that is meant.
    fn way(&mut self) -> Read<Vec<Access>> {
        let mut way = Vec::new();
        loop {
            // No blank may stand before them, as in the examples of the specification.
            if self.rest().starts_with('[') {
                self.at += 1;
                let start = self.at;
                let digits = self.word(|c| c.is_ascii_digit());
                let index = digits.parse().map_err(|_| {
                    Fault::new(
                        start,
                        "in brackets stands the number of an item, from 0; a member is named by a \
                         JSON pointer or after a dot",
                    )
                })?;
                if !self.rest().starts_with(']') {
                    return Err(self.fault("expected ]"));
                }
                self.at += 1;
                way.push(Access::Item(index));
            } else if self.rest().starts_with('.') {
                self.at += 1;
                let name = self.word(super::expression::is_id);
                if name.is_empty() {
                    return Err(self.fault("expected the name of a member"));
                }
                way.push(Access::Member(name.to_owned()));
            } else {
                return Ok(way);
            }
        }
    }

    fn quoted(&mut self) -> Read<Operand> {
        let start = self.at;
        self.at += 1;
        let mut plain = String::new();
        loop {
            plain.push_str(self.word(|c| c != '\''));
            if self.rest().is_empty() {
                return Err(Fault::new(start, "this text does not end: close it by '"));
            }
            self.at += 1;
            if !self.rest().starts_with('\'') {
                break;
            }
            self.at += 1;
            plain.push('\'');
        }
        Text::read(&plain)
            .map(Operand::Text)
            .map_err(|fault| Fault::new(start, fault.what))
    }

    fn take(&mut self, wanted: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(wanted);
        // `!` alone is not the beginning of `!=`.
        let found = found && !(wanted == "!" && self.rest().starts_with("!="));
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn blank(&mut self) {
        self.word(char::is_whitespace);
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn fault(&self, what: impl Into<String>) -> Fault {
        Fault::new(self.at, what)
    }
}

fn one_or(mut parts: Vec<Condition>, many: impl Fn(Vec<Condition>) -> Condition) -> Condition {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            parts.push(last);
            many(parts)
        }
        (None, _) => many(parts),
    }
}

#[cfg(test)]
mod tests;
