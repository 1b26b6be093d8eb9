//! Which values of a script have to be cut out of the answers, because the target makes them anew
//! each time: what a set-up returned and an id that a response gave, where a later request uses it.

use serde_json::{Map, Value};

use super::tape::{Scene, Sent, SetUp};
use crate::curl::{self, Place, Variable};
use crate::json_body;
use crate::request;
use crate::tenant::snake_case;

/// Names that the script itself uses.
const TAKEN: [&str; 5] = ["answer", "attempt", "member", "in_url", "signed"];

/// In a JSON text, a shorter number stands in too many places that have nothing to do with it.
const SHORTEST_NUMBER: usize = 3;

/// A value that the script takes from an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Capture {
    /// Index of the scene that is answered.
    pub(super) scene: usize,
    /// The member of the answer.
    pub(super) member: String,
    /// Which of the members of that name, from 1; none for the last one.
    pub(super) nth: Option<usize>,
    /// The shell variable that takes the value.
    pub(super) name: String,
    /// The value in the run.
    pub(super) value: String,
    /// The variable for the value in a URL and the value there, where it differs.
    pub(super) in_url: Option<(String, String)>,
}

impl Capture {
    /// As the variables that stand for the value.
    pub(super) fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        let encoded = self.in_url.as_ref();
        let encoded = encoded.map(|(name, value)| Variable::new(name, value, Place::Whole));
        let plain = Variable::new(&self.name, &self.value, Place::Whole);
        [plain].into_iter().chain(encoded)
    }
}

/// All captures that these scenes need, in their order.
pub(super) fn captures(scenes: &[Scene]) -> Vec<Capture> {
    let mut found: Vec<Capture> = Vec::new();
    for (index, scene) in scenes.iter().enumerate() {
        for (member, value) in members(scene) {
            let known = found.iter().any(|capture| capture.value == value.text)
                || scenes[..=index].iter().any(|scene| uses(scene, &value));
            let later = scenes[index + 1..].iter().any(|scene| uses(scene, &value));
            if known || !later {
                continue;
            }
            let Some(nth) = nth(&answer(scene), &member, &value.text) else {
                continue;
            };
            let name = name(&member, &found);
            let encoded = request::segment(&value.text);
            let in_url = (encoded != value.text).then(|| (format!("{name}_in_url"), encoded));
            found.push(Capture {
                scene: index,
                member,
                nth,
                name,
                value: value.text,
                in_url,
            });
        }
    }
    found
}

/// A scalar of an answer.
struct Scalar {
    text: String,
    is_number: bool,
}

/// The members of a scene's answer that a later request may use.
fn members(scene: &Scene) -> Vec<(String, Scalar)> {
    let mut members = Vec::new();
    match scene {
        // What a set-up returns is there to be used.
        Scene::SetUp(set_up) => {
            for (name, value) in &set_up.returned {
                members.extend(scalar(value).map(|value| (name.clone(), value)));
            }
        }
        Scene::Sent(sent) => {
            let body = sent.answer.as_deref().unwrap_or_default();
            if let Ok(body) = json_body::read(body) {
                ids(&body, &mut members);
            }
        }
    }
    members.retain(|(name, _)| is_simple(name));
    members
}

/// The ids anywhere in a response. Other members, such as a status, only happen to stand in a
/// request too.
fn ids(value: &Value, into: &mut Vec<(String, Scalar)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name.to_ascii_lowercase().ends_with("id") {
                    into.extend(scalar(member).map(|value| (name.clone(), value)));
                }
                ids(member, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ids(item, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A value that `member` of the script can cut out.
fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Number(number) => Some(Scalar {
            text: number.to_string(),
            is_number: true,
        }),
        Value::String(text) if is_cuttable(text) => Some(Scalar {
            text: text.clone(),
            is_number: false,
        }),
        _ => None,
    }
}

/// Whether a string stands in JSON as it is, and holds nothing at which `member` splits.
fn is_cuttable(text: &str) -> bool {
    text.len() > 1
        && text.is_ascii()
        && !text.contains(|c: char| c.is_control() || "\\\",{[".contains(c))
}

/// Whether a member's name can stand in the script as it is.
fn is_simple(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// Whether what is sent in this scene holds the value.
fn uses(scene: &Scene, value: &Scalar) -> bool {
    let holds =
        |bytes: &[u8], text: &str| curl::holds(bytes, &Variable::new("", text, Place::Whole));
    let in_json = !value.is_number || value.text.len() >= SHORTEST_NUMBER;
    match scene {
        Scene::SetUp(set_up) => in_json && holds(params(set_up).as_bytes(), &value.text),
        Scene::Sent(sent) => {
            let Sent { request, .. } = &**sent;
            let target = request.target.as_bytes();
            holds(target, &value.text)
                || holds(target, &request::segment(&value.text))
                || in_json && holds(&request.body, &value.text)
                || request
                    .headers
                    .iter()
                    .any(|(_, sent)| sent == value.text.as_bytes())
        }
    }
}

fn params(set_up: &SetUp) -> String {
    json(&set_up.params)
}

/// The answer as the script sees it.
fn answer(scene: &Scene) -> String {
    match scene {
        Scene::SetUp(set_up) => json(&set_up.returned),
        Scene::Sent(sent) => {
            String::from_utf8_lossy(sent.answer.as_deref().unwrap_or_default()).into_owned()
        }
    }
}

fn json(members: &Map<String, Value>) -> String {
    serde_json::to_string(members).unwrap_or_default()
}

/// Which of the members of that name has the value, as the script's `member` counts them: `None`
/// when it finds none such, `Some(None)` for the last one.
#[expect(
    clippy::option_option,
    reason = "whether it is found, and which one it is, are two questions"
)]
fn nth(answer: &str, member: &str, value: &str) -> Option<Option<usize>> {
    let values: Vec<&str> = answer
        .split([',', '{', '['])
        .filter_map(|part| cut(part, member))
        .collect();
    if values.last() == Some(&value) {
        return Some(None);
    }
    let at = values.iter().position(|found| *found == value)?;
    Some(Some(at + 1))
}

/// What the expressions of `member` in the script make of one part of the answer.
fn cut<'t>(part: &'t str, member: &str) -> Option<&'t str> {
    const BLANK: [char; 4] = [' ', '\n', '\r', '\t'];
    let rest = part.trim_start_matches(BLANK).strip_prefix('"')?;
    let rest = rest.strip_prefix(member)?.strip_prefix('"')?;
    let rest = rest.trim_start_matches(BLANK).strip_prefix(':')?;
    let rest = rest.trim_start_matches(BLANK);
    let value = if let Some(text) = rest.strip_prefix('"') {
        text.split_once('"')?.0
    } else {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "-.eE+".contains(c)));
        &rest[..end.unwrap_or(rest.len())]
    };
    (!value.is_empty()).then_some(value)
}

/// A name for the variable that no other one has.
fn name(member: &str, captures: &[Capture]) -> String {
    let mut stem = snake_case(member);
    if stem.starts_with(|c: char| c.is_ascii_digit()) || TAKEN.contains(&stem.as_str()) {
        stem.insert_str(0, "the_");
    }
    let mut name = stem.clone();
    let mut count = 1;
    while captures.iter().any(|capture| capture.name == name) {
        count += 1;
        name = format!("{stem}_{count}");
    }
    name
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rstest::rstest;
    use serde_json::json;
    use validator::Request;

    use super::*;

    fn set_up(params: &Value, returned: &Value) -> Scene {
        let members = |value: &Value| value.as_object().expect("an object").clone();
        Scene::SetUp(SetUp {
            state: "asset exists".to_owned(),
            params: members(params),
            returned: members(returned),
        })
    }

    fn sent(target: &str, body: &str, answer: &str) -> Scene {
        Scene::Sent(Box::new(Sent {
            step: 0,
            request: Request {
                method: "POST".to_owned(),
                target: target.to_owned(),
                headers: Vec::new(),
                body: Bytes::copy_from_slice(body.as_bytes()),
            },
            answer: Some(Bytes::copy_from_slice(answer.as_bytes())),
        }))
    }

    /// Scene, variable, member and its number of each capture.
    fn found(scenes: &[Scene]) -> Vec<(usize, String, String, Option<usize>)> {
        captures(scenes)
            .into_iter()
            .map(|capture| (capture.scene, capture.name, capture.member, capture.nth))
            .collect()
    }

    #[test]
    fn what_a_set_up_returned_and_a_request_uses_is_captured_once() {
        let scenes = [
            set_up(
                &json!({"project_id": "p1"}),
                &json!({"asset_id": "a1", "project_id": "p1"}),
            ),
            set_up(
                &json!({"project_id": "p1"}),
                &json!({"asset_id": "a2", "unused": "x9"}),
            ),
            sent("/v1/p1/action", r#"{"asset_ids":["a2", "a1"]}"#, "{}"),
        ];
        let expected = [
            (0, "asset_id".to_owned(), "asset_id".to_owned(), None),
            (1, "asset_id_2".to_owned(), "asset_id".to_owned(), None),
        ];
        assert_eq!(found(&scenes), expected);
    }

    #[test]
    fn an_id_of_a_response_is_captured_by_its_place_among_those_of_its_name() {
        let scenes = [
            sent(
                "/a",
                "",
                r#"{"list": [{"taskId": 7}, {"taskId": 9}], "status": 202}"#,
            ),
            sent("/task/l/7,9?n=202", "", ""),
        ];
        let expected = [
            (0, "task_id".to_owned(), "taskId".to_owned(), Some(1)),
            (0, "task_id_2".to_owned(), "taskId".to_owned(), None),
        ];
        assert_eq!(found(&scenes), expected);
    }

    #[test]
    fn an_id_that_the_url_encodes_has_a_second_variable() {
        let scenes = [
            sent("/a", "", r#"{"job_id":"ab/c+w=="}"#),
            sent("/jobs/ab%2Fc+w==", "", ""),
        ];
        let captures = captures(&scenes);
        let in_url = captures[0].in_url.as_ref().expect("it is encoded");
        assert_eq!(
            (in_url.0.as_str(), in_url.1.as_str()),
            ("job_id_in_url", "ab%2Fc+w==")
        );
    }

    #[test]
    fn what_the_sender_knew_before_is_no_capture() {
        let scenes = [
            sent(
                "/a",
                r#"{"id":"mine"}"#,
                r#"{"id":"mine","ret_status":"SUCCESS"}"#,
            ),
            sent("/b", r#"{"id":"mine","was":"SUCCESS"}"#, ""),
        ];
        assert_eq!(found(&scenes), []);
    }

    #[rstest]
    #[case::plain("ab", true)]
    #[case::of_one_character("a", false)]
    #[case::outside_of_ascii("a\u{f6}", false)]
    #[case::a_control_character("a\u{1}", false)]
    #[case::a_quote("a\"", false)]
    #[case::a_backslash("a\\", false)]
    #[case::a_comma("a,", false)]
    #[case::a_brace("a{", false)]
    #[case::a_bracket("a[", false)]
    fn only_what_the_script_can_cut_out_is_captured(#[case] text: &str, #[case] captured: bool) {
        assert_eq!(is_cuttable(text), captured);
        let value = json!(text);
        let scenes = [
            set_up(&json!({}), &json!({ "id": value })),
            sent("/a", &json!([value]).to_string(), ""),
        ];
        assert_eq!(found(&scenes).len(), usize::from(captured));
    }

    #[rstest]
    #[case("asset_id", true)]
    #[case("Asset-Id2", true)]
    #[case("", false)]
    #[case("asset id", false)]
    #[case("asset$id", false)]
    fn only_a_plain_name_can_stand_in_the_script(#[case] name: &str, #[case] simple: bool) {
        assert_eq!(is_simple(name), simple);
    }

    #[test]
    fn what_is_told_twice_is_captured_where_it_was_told_first() {
        let scenes = [
            sent("/a", "", r#"{"id":"x1"}"#),
            sent("/b", "", r#"{"id":"x1"}"#),
            sent("/c", r#"["x1"]"#, ""),
        ];
        let expected = [(0, "id".to_owned(), "id".to_owned(), None)];
        assert_eq!(found(&scenes), expected);
    }

    #[test]
    fn a_number_of_one_digit_is_recognised_in_a_url_and_not_in_a_body() {
        let number = |text: &str| Scalar {
            text: text.to_owned(),
            is_number: true,
        };
        let (in_url, in_body) = (sent("/t/7", "", ""), sent("/t", "[7]", ""));
        assert!(uses(&in_url, &number("7")));
        assert!(!uses(&in_body, &number("7")));
        let long = "7".repeat(SHORTEST_NUMBER);
        let in_body = sent("/t", &format!("[{long}]"), "");
        assert!(uses(&in_body, &number(&long)));
        let set_up = set_up(&json!({ "n": 7 }), &json!({}));
        assert!(!uses(&set_up, &number("7")));
    }

    #[test]
    fn a_variable_never_has_the_name_of_another_thing() {
        assert_eq!(name("2nd_id", &[]), "the_2nd_id");
        for taken in TAKEN {
            assert_eq!(name(taken, &[]), format!("the_{taken}"));
        }
        assert_eq!(name("jobId", &[]), "job_id");
    }

    #[test]
    fn a_part_of_a_longer_value_is_another_value() {
        let scenes = [
            sent("/a", "", r#"{"id":"ab"}"#),
            sent("/abc", r#"["xab", "ab-c"]"#, ""),
        ];
        assert_eq!(found(&scenes), []);
    }
}
