//! From method and path to the operation: path templates compiled to segments.

use std::borrow::Cow;
use std::sync::Arc;

use contract::Operation;
use percent_encoding::percent_decode_str;

use crate::judge::PathParameters;

/// A path template in segments.
#[derive(Debug)]
pub(crate) struct Route {
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter(Arc<str>),
}

impl Route {
    pub(crate) fn new(operation: &Operation) -> Self {
        Self {
            segments: operation
                .path
                .split('/')
                .skip(1)
                .map(|segment| {
                    match segment
                        .strip_prefix('{')
                        .and_then(|rest| rest.strip_suffix('}'))
                    {
                        Some(name) => Segment::Parameter(name.into()),
                        None => Segment::Literal(segment.to_owned()),
                    }
                })
                .collect(),
        }
    }

    /// The decoded path parameters, if the raw path fits the template segment by segment.
    pub(crate) fn parameters(&self, path: &str) -> Option<PathParameters> {
        // First whether it fits at all: of several routes only one does, and only that one pays
        // for its parameters.
        let mut rest = path;
        for segment in &self.segments {
            let part;
            (part, rest) = next(rest)?;
            match segment {
                Segment::Literal(literal) if literal == part || *literal == decode(part) => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(_) => {}
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let mut parameters = PathParameters::new();
        let mut rest = path;
        for segment in &self.segments {
            let part;
            (part, rest) = next(rest)?;
            if let Segment::Parameter(name) = segment {
                parameters.push((Arc::clone(name), decode(part).into_owned()));
            }
        }
        Some(parameters)
    }

    /// How alike a path and the template's literal segments are, in characters: a measure of which
    /// operation a path that fits none was meant for.
    pub(crate) fn likeness(&self, path: &str) -> usize {
        let common = |literal: &str, part: &str| {
            literal
                .chars()
                .zip(part.chars())
                .take_while(|(one, other)| one == other)
                .count()
        };
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(literal) => path
                    .split('/')
                    .map(|part| common(literal, part))
                    .max()
                    .unwrap_or(0),
                Segment::Parameter(_) => 0,
            })
            .sum()
    }
}

/// The first segment of a path that begins with a slash, and what follows it.
fn next(path: &str) -> Option<(&str, &str)> {
    let rest = path.strip_prefix('/')?;
    let end = rest
        .bytes()
        .position(|byte| byte == b'/')
        .unwrap_or(rest.len());
    Some(rest.split_at(end))
}

fn decode(part: &str) -> Cow<'_, str> {
    if part.bytes().any(|byte| byte == b'%') {
        percent_decode_str(part).decode_utf8_lossy()
    } else {
        Cow::Borrowed(part)
    }
}
