//! From method and path to the operation: path templates compiled to segments.

use contract::Operation;
use percent_encoding::percent_decode_str;

/// A path template in segments.
#[derive(Debug)]
pub(crate) struct Route {
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Parameter(String),
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
                        Some(name) => Segment::Parameter(name.to_owned()),
                        None => Segment::Literal(segment.to_owned()),
                    }
                })
                .collect(),
        }
    }

    /// The decoded path parameters, if the raw path fits the template segment by segment.
    pub(crate) fn parameters(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut parts = path.strip_prefix('/')?.split('/');
        let mut parameters = Vec::new();
        for segment in &self.segments {
            let part = parts.next()?;
            match segment {
                Segment::Literal(literal) if literal == part || *literal == decode(part) => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(name) => parameters.push((name.clone(), decode(part))),
            }
        }
        parts.next().is_none().then_some(parameters)
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

fn decode(part: &str) -> String {
    if part.contains('%') {
        percent_decode_str(part).decode_utf8_lossy().into_owned()
    } else {
        part.to_owned()
    }
}
