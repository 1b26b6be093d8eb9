//! For a request that nobody serves: which operations it comes closest to, and what differs. As
//! WireMock's near misses, with operations in the place of stubs.

use contract::{Level, Message};
use percent_encoding::percent_decode_str;
use validator::{Check, Finding, Location, Request, shorten};

use super::route::{Route, Segment};
use super::{Api, Engine};

/// How many operations are told.
const TOLD: usize = 3;

/// Longer paths are compared by their beginning.
const SEGMENTS: usize = 32;

/// Longer segments are compared by their beginning, in characters.
const LETTERS: usize = 100;

/// How unlike a parameter is what stands in its place.
const PARAMETER: f64 = 0.01;

/// From this distance on, nothing connects a request with an operation.
const FAR: f64 = 0.6;

/// An operation that a request comes close to.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// The API.
    pub api: Api,
    /// The operation's method.
    pub method: String,
    /// Its path template.
    pub path: String,
    /// From 0, the same, to 1, nothing in common.
    pub distance: f64,
    /// What differs, the method first, then along the path.
    pub differences: Vec<Difference>,
}

/// One difference between a request and an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `method`, or `segment N` of the path, counted from 1.
    pub place: String,
    /// What the operation has there; none where it has nothing.
    pub expected: Option<String>,
    /// What the request has there; none where it has nothing.
    pub actual: Option<String>,
}

impl Engine {
    /// The operations that a request of this method and target comes closest to, the closest first.
    pub fn near_misses(&self, method: &str, target: &str) -> Vec<NearMiss> {
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let given: Vec<String> = path
            .split('/')
            .skip(1)
            .take(SEGMENTS)
            .map(|segment| {
                let decoded = percent_decode_str(segment).decode_utf8_lossy();
                decoded.chars().take(LETTERS).collect()
            })
            .collect();
        let mut misses: Vec<NearMiss> = self
            .routes
            .all()
            .flat_map(|route| {
                let (cost, along) = compare(route, &given);
                let longest = given.len().max(route.segments.len() - 1);
                route
                    .methods
                    .iter()
                    .map(|own| miss(route, own, method, cost, longest, &along))
                    .collect::<Vec<_>>()
            })
            .collect();
        misses.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        misses.truncate(TOLD);
        misses
    }

    /// What is to be said of a request that belongs to no API: it looks like an operation of one,
    /// or like none.
    pub(super) fn findings_of_unmatched(&self, request: &Request) -> Vec<Finding> {
        let nearest = self.near_misses(&request.method, &request.target);
        let nearest = nearest.first().filter(|miss| miss.distance < FAR);
        nearest.map_or_else(
            || {
                vec![Finding {
                    check: Check::RequestOperationConformance,
                    requirement: None,
                    level: Level::May,
                    erratum: None,
                    message: Message::Request,
                    location: Location::Path,
                    expected: "a path that is served".to_owned(),
                    actual: shorten(request.path()),
                }]
            },
            |miss| self.validator(miss.api).request(request).findings,
        )
    }
}

fn miss(
    route: &Route,
    own: &str,
    method: &str,
    cost: f64,
    longest: usize,
    along: &[Difference],
) -> NearMiss {
    let same = own == method;
    let differs = Difference {
        place: "method".to_owned(),
        expected: Some(own.to_owned()),
        actual: Some(shorten(method)),
    };
    let differences = (!same).then_some(differs).into_iter();
    // The method weighs as much as one segment.
    let weight = u32::try_from(longest + 1).unwrap_or(u32::MAX);
    NearMiss {
        api: route.api,
        method: own.to_owned(),
        path: route.path.clone(),
        distance: (cost + if same { 0.0 } else { 1.0 }) / f64::from(weight),
        differences: differences.chain(along.iter().cloned()).collect(),
    }
}

/// The least that has to be changed to make the given path one of the route, and what that is: the
/// edit distance of segments, in which a changed segment costs as much as its letters differ.
fn compare(route: &Route, given: &[String]) -> (f64, Vec<Difference>) {
    let own: Vec<&Segment> = route.segments.iter().skip(1).collect();
    let names: Vec<&str> = route.path.split('/').skip(1).collect();
    // costs[i][j]: from the first i given ones to the first j own ones.
    let mut costs = vec![vec![0.0_f64; own.len() + 1]; given.len() + 1];
    for i in 0..=given.len() {
        for j in 0..=own.len() {
            costs[i][j] = match (i, j) {
                (0, 0) => 0.0,
                (0, _) => costs[0][j - 1] + 1.0,
                (_, 0) => costs[i - 1][0] + 1.0,
                _ => (costs[i - 1][j - 1] + unlike(own[j - 1], &given[i - 1]))
                    .min(costs[i - 1][j] + 1.0)
                    .min(costs[i][j - 1] + 1.0),
            };
        }
    }
    let mut differences = Vec::new();
    let (mut i, mut j) = (given.len(), own.len());
    while i > 0 || j > 0 {
        let difference = |expected: Option<usize>, actual: Option<usize>| Difference {
            place: format!("segment {}", expected.or(actual).unwrap_or_default() + 1),
            expected: expected.and_then(|j| names.get(j)).map(|&n| n.to_owned()),
            actual: actual.and_then(|i| given.get(i)).cloned(),
        };
        let step = |from: f64, cost: f64| (from + cost - costs[i][j]).abs() < 1e-9;
        if i > 0 && j > 0 && step(costs[i - 1][j - 1], unlike(own[j - 1], &given[i - 1])) {
            if unlike(own[j - 1], &given[i - 1]) > PARAMETER {
                differences.push(difference(Some(j - 1), Some(i - 1)));
            }
            (i, j) = (i - 1, j - 1);
        } else if j > 0 && step(costs[i][j - 1], 1.0) {
            differences.push(difference(Some(j - 1), None));
            j -= 1;
        } else {
            differences.push(difference(None, Some(i - 1)));
            i -= 1;
        }
    }
    differences.reverse();
    (costs[given.len()][own.len()], differences)
}

/// How unlike a segment is what the route has there, from 0 to 1. A parameter is like anything,
/// yet less so than a word is like itself, so that words are matched first.
fn unlike(own: &Segment, given: &str) -> f64 {
    match own {
        Segment::Literal(literal) if literal == given => 0.0,
        Segment::Literal(literal) => {
            let letters = |text: &str| text.to_lowercase();
            let likeness = strsim::normalized_levenshtein(&letters(literal), &letters(given));
            // Upper for lower case is a difference, too.
            1.0 - likeness.min(0.95)
        }
        Segment::Parameter if given.is_empty() => 1.0,
        Segment::Parameter => PARAMETER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(method: &str, target: &str) -> (String, Vec<String>) {
        let engine = Engine::builder().build().expect("the contracts are sound");
        let misses = engine.near_misses(method, target);
        assert!(
            misses
                .iter()
                .all(|miss| (0.0..=1.0).contains(&miss.distance))
        );
        let first = misses.into_iter().next().expect("something is served");
        let differences = first.differences.into_iter().map(|difference| {
            let none = || "nothing".to_owned();
            format!(
                "{}: {} for {}",
                difference.place,
                difference.actual.unwrap_or_else(none),
                difference.expected.unwrap_or_else(none)
            )
        });
        (first.path, differences.collect())
    }

    #[test]
    fn what_differs_is_told_along_the_path() {
        let batch = "/v1/{project_id}/digital-assets/batch-action".to_owned();
        for (method, target, differences) in [
            (
                "GET",
                "/v1/p/digital-assets/batch-action?x",
                &["method: GET for POST"][..],
            ),
            (
                "POST",
                "/v1/p/digital-assets/batch-actions",
                &["segment 4: batch-actions for batch-action"],
            ),
            (
                "POST",
                "/v1/p/Digital-Assets/batch-action",
                &["segment 3: Digital-Assets for digital-assets"],
            ),
            (
                "POST",
                "/v1/digital-assets/batch-action",
                &["segment 2: nothing for {project_id}"],
            ),
            (
                "POST",
                "/v1/p/digital-assets/batch-action/",
                &["segment 5:  for nothing"],
            ),
            (
                "POST",
                "/api/v1/p/digital-assets/batch-action",
                &["segment 1: api for nothing"],
            ),
        ] {
            let (path, told) = nearest(method, target);
            assert_eq!(
                (path, told),
                (
                    batch.clone(),
                    differences.iter().map(|&d| d.to_owned()).collect()
                ),
                "{target}"
            );
        }
    }

    #[test]
    fn a_path_without_end_costs_little() {
        let engine = Engine::builder().build().expect("the contracts are sound");
        let misses = engine.near_misses("POST", &"/x".repeat(1_000_000));
        assert_eq!(misses.len(), TOLD);
        engine.near_misses("", "");
        engine.near_misses("POST", &"x".repeat(1_000_000));
    }
}
