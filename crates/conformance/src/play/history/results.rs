//! Reading an answer: what became of each item of a batch, and what the observation shows.

use std::collections::HashMap;

use contract::{About, JsonPath, Observe, Results};
use serde_json::Value;

use super::belief::Seen;
use super::oracle::Became;

/// A result object with its JSON pointer in the body.
pub(super) type Located<'v> = (String, &'v Value);

/// What the results say of one entry of a batch.
pub(super) struct Read<'v> {
    pub(super) became: Became,
    /// The result that says it.
    pub(super) result: Option<Located<'v>>,
}

/// What became of each entry of a batch with these ids, by the result objects `found`. A result
/// that is missing, that contradicts another one or that says nothing known leaves the outcome
/// unknown; that it should be there is judged elsewhere.
pub(super) fn read<'v>(results: &Results, ids: &[&str], found: &[Located<'v>]) -> Vec<Read<'v>> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for id in ids {
        *times.entry(id).or_default() += 1;
    }
    let by_id = match &results.about {
        About::Ids(path) => told_of(path, found),
        About::Position { .. } => HashMap::new(),
    };
    // One result may be about each id of a long batch.
    let mut texts: HashMap<*const Value, String> = HashMap::new();
    let read = ids.iter().enumerate().map(|(place, id)| {
        let times = times[id];
        let result = match &results.about {
            About::Ids(_) => by_id.get(id).copied().flatten(),
            About::Position { name, split, .. } => {
                let result = found.get(place);
                result.filter(|(_, result)| is_named(result, name, id, split))
            }
        };
        // What it means to stand in a batch twice, nobody says.
        let label = result
            .filter(|_| times == 1)
            .and_then(|(_, result)| label(results, result));
        let became = match (label, result) {
            (Some(label), Some((_, result))) => {
                let text = texts.entry(std::ptr::from_ref(*result));
                let result = text.or_insert_with(|| result.to_string()).clone();
                Became::Answered { label, result }
            }
            _ => Became::Unknown { times },
        };
        Read {
            became,
            result: result.cloned(),
        }
    });
    read.collect()
}

/// The result about each id; none where several contradict each other.
fn told_of<'f, 'v>(
    path: &JsonPath,
    found: &'f [Located<'v>],
) -> HashMap<&'v str, Option<&'f Located<'v>>> {
    let mut told: HashMap<&str, Option<&Located<'_>>> = HashMap::new();
    for result in found {
        for id in path.select(result.1).into_iter().filter_map(Value::as_str) {
            told.entry(id)
                .and_modify(|before| {
                    if before.is_some_and(|before| !std::ptr::eq(before, result)) {
                        *before = None;
                    }
                })
                .or_insert(Some(result));
        }
    }
    told
}

/// Whether a result repeats the id, split where the API splits it.
pub(super) fn is_named(result: &Value, name: &JsonPath, id: &str, split: &str) -> bool {
    let parts = name.select(result);
    let parts = parts.first().and_then(|parts| parts.as_array());
    parts.is_some_and(|parts| {
        let parts = parts.iter().map(Value::as_str);
        parts.eq(id.split(split).map(Some))
    })
}

fn label(results: &Results, result: &Value) -> Option<usize> {
    results.labels.iter().position(|label| label.fits(result))
}

/// What the observation shows of each of the ids, with the place in the body that shows it. None
/// for an id of which the body tells two things at once; no list at all when it holds none.
pub(super) fn seen(
    observe: &Observe,
    ids: &[&str],
    body: &Value,
) -> Option<Vec<Option<(Seen, String)>>> {
    let list = observe.items.root();
    if !body.pointer(&list)?.is_array() {
        return None;
    }
    let mut shown: HashMap<&str, Option<(Seen, String)>> = HashMap::new();
    for (pointer, item) in observe.items.locate(body) {
        let Some(id) = observe.id.select(item).first().and_then(|id| id.as_str()) else {
            continue;
        };
        let state = observe.state.locate(item);
        let state = match state.first() {
            None => Some((Seen::Stateless, pointer)),
            Some((at, state)) => state
                .as_str()
                .map(|state| (Seen::State(state.to_owned()), format!("{pointer}{at}"))),
        };
        shown
            .entry(id)
            .and_modify(|before| {
                if before.as_ref().map(|(seen, _)| seen) != state.as_ref().map(|(seen, _)| seen) {
                    *before = None;
                }
            })
            .or_insert(state.clone());
    }
    let of_each = ids.iter().map(|id| match shown.get(id) {
        Some(shown) => shown.clone(),
        None => Some((Seen::Missing, list.clone())),
    });
    Some(of_each.collect())
}

#[cfg(test)]
mod tests {
    use contract::{Contract, Life};
    use serde_json::json;

    use super::*;

    fn life(api: &str, revision: &str) -> Life {
        let contract = Contract::embedded_one(api, revision).expect("a sound contract");
        contract.life.expect("it has a life")
    }

    /// The labels by name, `?` for an outcome that is unknown.
    fn labels(life: &Life, ids: &[&str], body: &Value) -> Vec<String> {
        let found = life.results.items.locate(body);
        let read = read(&life.results, ids, &found);
        let names = read.iter().map(|read| match &read.became {
            Became::Answered { label, .. } => life.results.labels[*label].name.clone(),
            Became::Unknown { times } => "?".repeat(*times),
            Became::Refused => "refused".to_owned(),
        });
        names.collect()
    }

    #[test]
    fn results_are_about_ids_however_they_are_grouped() {
        let life = life("metastudio", "2025-12");
        let ids = ["a", "b", "c", "d", "e", "e"];
        let body = json!({"results": [
            {"ret_status": "FAILED", "asset_ids": ["c", "x"]},
            {"ret_status": "SUCCESS", "asset_ids": ["b", "a", "a", "e"]},
            {"ret_status": "SUCESS", "asset_ids": ["d"]},
        ]});
        let expected = ["SUCCESS", "SUCCESS", "FAILED", "?", "??", "??"];
        assert_eq!(labels(&life, &ids, &body), expected);
        let twice = json!({"results": [
            {"ret_status": "FAILED", "asset_ids": ["a"]},
            {"ret_status": "SUCCESS", "asset_ids": ["a"]},
        ]});
        assert_eq!(labels(&life, &["a", "b"], &twice), ["?", "?"]);
    }

    #[test]
    fn results_are_at_the_place_of_their_path_with_a_number_or_a_string() {
        let life = life("smh", "2026-01");
        let ids = ["a/1", "b", "c", "d", "e", "f"];
        let body = json!({"result": [
            {"status": 200, "path": ["a", "1"], "recycledItemId": 7},
            {"status": "204", "path": ["b"]},
            {"status": 204, "path": ["d"]},
            {"status": 200, "path": ["d"]},
            {"status": "404", "path": ["e"]},
        ]});
        let expected = ["recycled", "deleted", "?", "unclear", "missing", "?"];
        assert_eq!(labels(&life, &ids, &body), expected);
    }

    #[test]
    fn a_body_without_a_list_shows_nothing_at_all() {
        let life = life("metastudio", "2025-12");
        let observe = life.observe.expect("it observes");
        assert_eq!(seen(&observe, &["a"], &json!({"assets": []})), None);
        let body = json!({"asset_list": [
            {"asset_id": "b"},
            {"asset_id": "c", "asset_state": "ACTIVED"},
            {"asset_id": "d", "asset_state": "ACTIVED"},
            {"asset_id": "d", "asset_state": "DELETED"},
            {"asset_id": "e", "asset_state": 1},
        ]});
        let shown = seen(&observe, &["a", "b", "c", "d", "e"], &body);
        let expected = [
            Some((Seen::Missing, "/asset_list".to_owned())),
            Some((Seen::Stateless, "/asset_list/0".to_owned())),
            Some((
                Seen::State("ACTIVED".to_owned()),
                "/asset_list/1/asset_state".to_owned(),
            )),
            None,
            None,
        ];
        assert_eq!(shown.as_deref(), Some(&expected[..]));
    }
}
