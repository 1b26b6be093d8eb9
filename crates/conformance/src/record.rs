//! Writing down what happened: the records of the result file, with every secret masked. This is
//! the border; behind it nothing has to be masked any more.

use std::time::Duration;

use contract::Contract;
use serde_json::{Map, Value};
use validator::{Location, Request, Response, shorten};

use crate::client::{Client, TransportFailure};
use crate::curl::{self, Variable};
use crate::mask::{Mask, lossy};
use crate::reproduction::Tape;
use crate::run::{
    BodyRecord, CaseRecord, ContractRecord, ErratumRecord, Header, OperationRecord, RequestRecord,
    ResponseRecord, StateRecord, StepRecord, TargetRecord, Tool, Verdict,
};
use crate::{Options, Plan, Target, snapshot};

/// How much of a body is stored, in bytes: 64 KiB.
const STORED: usize = 65_536;

/// The record of an exchange, or of an attempt at one.
pub(crate) fn step(
    operation: &str,
    request: &Request,
    outcome: Result<&Response, &TransportFailure>,
    duration: Duration,
    (client, mask): (&Client, &Mask),
) -> StepRecord {
    let mut step = StepRecord {
        operation: operation.to_owned(),
        request: RequestRecord {
            method: request.method.clone(),
            url: mask.url_by_name(&client.full_url(&request.target)),
            headers: headers(&request.headers, mask),
            body: body(&request.body, mask),
        },
        response: outcome.ok().map(|response| ResponseRecord {
            status: response.status,
            headers: headers(&response.headers, mask),
            body: body(&response.body, mask),
        }),
        failure: outcome.err().map(|failure| failure.text.clone()),
        curl: None,
        duration_us: micros(duration),
    };
    mask.apply_to_all(texts(&mut step));
    step
}

/// Every text of an exchange that whoever sent it chose, but for the method and the operation.
fn texts(step: &mut StepRecord) -> impl Iterator<Item = &mut String> {
    let StepRecord {
        request,
        response,
        failure,
        ..
    } = step;
    let (came, body) = match response {
        Some(response) => (&mut response.headers[..], Some(&mut response.body.text)),
        None => (&mut [][..], None),
    };
    let headers = request.headers.iter_mut().chain(came);
    let headers = headers.flat_map(|(name, value)| [name, value]);
    let sent = [&mut request.url, &mut request.body.text];
    sent.into_iter().chain(headers).chain(body).chain(failure)
}

/// Adds the `curl` line of each step to a case that somebody may look into: one that did not pass,
/// found anything, or is compared with what came before. Nobody sends again what was answered well,
/// and a run of hundreds of cases would make thousands of lines. `secrets` are the variables of
/// [`curl::secrets`].
pub(crate) fn curl_lines(
    case: &mut CaseRecord,
    tape: &Tape,
    (client, secrets, mask): (&Client, &[Variable<'_>], &Mask),
) {
    let is_plain = case.verdict == Verdict::Pass && case.findings.is_empty();
    if is_plain && !snapshot::is_kept(case.kind) {
        return;
    }
    for (index, request) in tape.requests() {
        if let Some(step) = case.steps.get_mut(index) {
            let mut line = curl::line(&client.full_url(&request.target), request, secrets);
            mask.apply(&mut line);
            step.curl = Some(line);
        }
    }
}

/// Masks what a case says of itself: its reason, and what its findings quote.
pub(crate) fn mask_case(case: &mut CaseRecord, mask: &Mask) {
    if let Some(reason) = &mut case.reason {
        mask.apply_shortened(reason);
    }
    for found in &mut case.findings {
        mask.apply_shortened(&mut found.finding.expected);
        mask.apply_shortened(&mut found.finding.actual);
        if let Location::Body(pointer) = &mut found.finding.location {
            mask.apply(pointer);
            *pointer = shorten(pointer);
        }
    }
}

/// The states that were set up, with every text in them masked.
pub(crate) fn states(tape: &Tape, mask: &Mask) -> Vec<StateRecord> {
    let masked = |members: &Map<String, Value>| {
        let mut value = Value::Object(members.clone());
        mask_value(&mut value, mask);
        match value {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    };
    tape.states()
        .map(|set_up| StateRecord {
            state: set_up.state.clone(),
            params: masked(&set_up.params),
            returned: masked(&set_up.returned),
        })
        .collect()
}

fn mask_value(value: &mut Value, mask: &Mask) {
    match value {
        Value::String(text) => mask.apply(text),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_value(item, mask)),
        Value::Object(members) => {
            members
                .values_mut()
                .for_each(|member| mask_value(member, mask));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The first line of the result file.
pub(crate) fn header(plan: &Plan, target: &Target, options: &Options, mask: &Mask) -> Header {
    Header {
        format: 1,
        tool: Tool {
            name: "assetproof".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        seed: options.seed,
        strict: options.strict,
        target: TargetRecord {
            name: mask.text(&target.name).into_owned(),
            base_url: mask.url(target.base()),
            state_url: target.state_url.is_some(),
        },
        contracts: plan.contracts().map(contract).collect(),
        selected: plan
            .part
            .as_ref()
            .map_or(plan.cases.len(), |part| part.selected),
        partition: plan.part.as_ref().map(|part| part.record.clone()),
    }
}

fn contract(contract: &Contract) -> ContractRecord {
    ContractRecord {
        api: contract.api.clone(),
        revision: contract.revision.clone(),
        title: contract.title.clone(),
        checksum: contract.checksum.clone(),
        operations: contract
            .operations
            .iter()
            .map(|operation| OperationRecord {
                id: operation.id.clone(),
                method: operation.method.clone(),
                path: operation.path.clone(),
            })
            .collect(),
        requirements: contract.requirements.values().cloned().collect(),
        errata: contract
            .errata
            .values()
            .map(|erratum| ErratumRecord {
                id: erratum.id.clone(),
                statement: erratum.statement.clone(),
                reading: erratum.reading.clone(),
            })
            .collect(),
    }
}

/// Headers without what is secret by name.
fn headers(headers: &[(String, Vec<u8>)], mask: &Mask) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.clone(), mask.header_by_name(name, value)))
        .collect()
}

/// The record of a body. Only one that is cut is masked yet.
fn body(bytes: &[u8], mask: &Mask) -> BodyRecord {
    // A secret across the border is still recognised.
    let margin = mask.longest();
    let whole = bytes.len() <= STORED + margin;
    let read = lossy(if whole {
        bytes
    } else {
        &bytes[..STORED + margin]
    });
    let mut text = if read.len() > STORED {
        mask.text(&read).into_owned()
    } else {
        read.into_owned()
    };
    if !whole {
        // Many masks make the text so much shorter that what is left of a secret at its end may come
        // to stand before the border; the last letter may be half of one.
        text.truncate(text.trim_end_matches(char::REPLACEMENT_CHARACTER).len());
        mask.cut(&mut text);
    }
    text.truncate(text.floor_char_boundary(STORED));
    BodyRecord {
        text,
        length: bytes.len(),
        truncated: bytes.len() > STORED,
    }
}

/// A duration in microseconds.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::Credentials;
    use crate::run::CaseKind;

    #[test]
    fn a_secret_across_the_border_of_a_long_body_is_masked() {
        let credentials = Credentials::from_lookup(|_| Some("open-sesame".to_owned()));
        let mask = Mask::new(&credentials, []);
        let mut bytes = vec![b'x'; STORED - 4];
        bytes.extend_from_slice(b"open-sesame");
        bytes.resize(STORED * 3, b'y');
        let stored = body(&bytes, &mask);
        assert!(
            !stored.text.contains("open"),
            "{}",
            &stored.text[STORED - 16..]
        );
        assert!(stored.truncated);
        assert_eq!(stored.length, STORED * 3);
        assert!(stored.text.len() <= STORED);
    }

    #[rstest]
    #[case("a-secret-of-twenty-five-x")]
    #[case::letters_of_two_bytes("\u{e4}-secr\u{f6}ts\u{fc}\u{e4}ty-five-x")]
    fn what_a_cut_leaves_of_a_secret_is_masked_where_many_masks_make_the_text_short(
        #[case] secret: &str,
        #[values(8, 10, 12)] left: usize,
    ) {
        let credentials = Credentials::from_lookup(|_| Some(secret.to_owned()));
        let mask = Mask::new(&credentials, []);
        // The twelfth is cut in its middle.
        let cut = STORED + mask.longest();
        let mut bytes = [secret, " "].concat().repeat(11).into_bytes();
        bytes.resize(cut - left, b'.');
        bytes.extend_from_slice(secret.as_bytes());
        let stored = body(&bytes, &mask);
        let end = &stored.text[stored.text.len() - 40..];
        assert!(stored.text.len() < STORED && end.ends_with(".***"), "{end}");
    }

    #[test]
    fn a_secret_that_comes_across_the_border_as_the_text_grows_is_masked() {
        let credentials = Credentials::from_lookup(|_| Some("open-sesame".to_owned()));
        let mask = Mask::new(&credentials, []);
        // Each of these bytes becomes three.
        let mut bytes = vec![0xff; (STORED - 4) / 3];
        bytes.extend_from_slice(b"open-sesame");
        let stored = body(&bytes, &mask);
        assert!(!stored.text.contains("open"), "{}", stored.text.len());
    }

    #[test]
    fn a_body_of_just_the_length_that_is_stored_is_whole() {
        let mask = Mask::new(&Credentials::from_lookup(|_| None), []);
        for (more, truncated) in [(0, false), (1, true)] {
            let stored = body(&vec![b'x'; STORED + more], &mask);
            assert_eq!((stored.text.len(), stored.truncated), (STORED, truncated));
        }
    }

    /// A case of one request with this body that ended so, with the lines that it gets.
    fn with_lines(body: String, verdict: Verdict) -> CaseRecord {
        let mut target = Target::new("http://127.0.0.1:1").expect("a base URL");
        target.credentials = Credentials::from_lookup(|_| Some("open-sesame".to_owned()));
        let mask = Mask::new(&target.credentials, []);
        let client = Client::new(&target).expect("a client");
        let request = Request {
            method: "POST".to_owned(),
            target: "/a".to_owned(),
            headers: Vec::new(),
            body: body.into(),
        };
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        let mut case = crate::run::fixture::case("smh/task/positive/any", "any");
        (case.kind, case.verdict) = (CaseKind::Positive, verdict);
        case.findings.clear();
        let shared = (&client, &mask);
        case.steps = vec![step("any", &request, Ok(&response), Duration::ZERO, shared)];
        let mut tape = Tape::default();
        tape.sent(0, request, None);
        let secrets = curl::secrets(&target.credentials);
        curl_lines(&mut case, &tape, (&client, &secrets, &mask));
        case
    }

    #[test]
    fn a_secret_in_a_body_is_masked_in_the_curl_line_too() {
        let long = "x".repeat(STORED + 100);
        for body in ["says OPEN-Sesame".to_owned(), format!("{long}OPEN-Sesame")] {
            let case = with_lines(body, Verdict::Fail);
            let curl = case.steps[0].curl.as_deref().expect("a line");
            assert!(curl.ends_with("***") || curl.ends_with("***'"));
            assert!(!case.steps[0].request.body.text.contains("Sesame"));
        }
    }

    #[test]
    fn what_did_not_pass_can_be_sent_again_by_a_line() {
        use Verdict::{Error, Fail, Pass, Skipped, Warning};
        for verdict in [Fail, Warning, Skipped, Error, Pass] {
            let case = with_lines("[]".to_owned(), verdict);
            let curl = case.steps[0].curl.as_deref().unwrap_or_default();
            let expected = match verdict {
                Pass => "",
                _ => {
                    "curl -sS -i -X POST 'http://127.0.0.1:1/a' -H 'Content-Type:' --data-binary '[]'"
                }
            };
            assert_eq!(curl, expected, "{verdict}");
        }
    }

    #[test]
    fn what_is_looked_into_though_it_passed_can_be_sent_again_too() {
        let (mut case, tape) = two_steps();
        let target = Target::new("http://127.0.0.1:1").expect("a base URL");
        let (client, mask) = (Client::new(&target).expect("a client"), Mask::default());
        let mut has_lines = |kind, findings| {
            (case.kind, case.findings) = (kind, findings);
            case.steps.iter_mut().for_each(|step| step.curl = None);
            curl_lines(&mut case, &tape, (&client, &[], &mask));
            case.steps.iter().all(|step| step.curl.is_some())
        };
        let found = crate::run::fixture::run();
        let found = found.cases.into_iter().flat_map(|case| case.findings);
        assert!(!has_lines(CaseKind::Positive, Vec::new()));
        assert!(has_lines(CaseKind::Documented, Vec::new()));
        assert!(has_lines(CaseKind::Positive, found.take(1).collect()));
    }

    /// A case that passed, of two steps with a third between them that was forgotten.
    fn two_steps() -> (CaseRecord, Tape) {
        let mut tape = Tape::default();
        for (step, target) in ["/one", "/gone", "/two"].into_iter().enumerate() {
            let request = Request {
                method: "GET".to_owned(),
                target: target.to_owned(),
                headers: Vec::new(),
                body: bytes::Bytes::new(),
            };
            tape.sent(step, request, None);
        }
        tape.forget(&[1]);
        let mut case = crate::run::fixture::case("smh/task/positive/any", "any");
        case.verdict = Verdict::Pass;
        case.steps = vec![crate::run::fixture::step("task", "", None); 2];
        (case, tape)
    }

    #[test]
    fn a_line_stands_at_its_own_step() {
        let (mut case, tape) = two_steps();
        case.verdict = Verdict::Fail;
        let target = Target::new("http://127.0.0.1:1").expect("a base URL");
        let (client, mask) = (Client::new(&target).expect("a client"), Mask::default());
        curl_lines(&mut case, &tape, (&client, &[], &mask));
        for (step, end) in case.steps.iter().zip(["/one'", "/two'"]) {
            let curl = step.curl.as_deref().expect("a line");
            assert!(curl.ends_with(end), "{curl}");
        }
    }

    #[test]
    fn what_comes_behind_the_end_does_not_count() {
        let mask = Mask::new(
            &Credentials::from_lookup(|_| Some("open-sesame".to_owned())),
            [],
        );
        // Replaced bytes are longer than they were.
        let stored = body(&vec![0xff; STORED], &mask);
        assert_eq!(stored.text, "\u{fffd}".repeat(STORED / 3));
        assert_eq!(micros(Duration::from_millis(7)), 7000);
        assert_eq!(micros(Duration::MAX), u64::MAX);
    }

    #[test]
    fn a_case_and_its_states_are_stored_with_their_texts_masked() {
        let mask = Mask::new(
            &Credentials::from_lookup(|_| Some("open-sesame".to_owned())),
            [],
        );
        let mut cases = crate::run::fixture::run().cases.into_iter();
        let mut case = cases
            .find(|case| !case.findings.is_empty())
            .expect("one has findings");
        case.reason = Some("says open-sesame".to_owned());
        let finding = &mut case.findings[0].finding;
        finding.expected = "not open-sesame".to_owned();
        finding.actual = "open-sesame".to_owned();
        finding.location = Location::Body("/open-sesame/0".to_owned());
        mask_case(&mut case, &mask);
        assert_eq!(case.reason.as_deref(), Some("says ***"));
        let finding = &case.findings[0].finding;
        assert_eq!(
            (finding.expected.as_str(), finding.actual.as_str()),
            ("not ***", "***")
        );
        assert_eq!(finding.location, Location::Body("/***/0".to_owned()));
        let members = |value: Value| value.as_object().expect("an object").clone();
        let mut tape = Tape::default();
        tape.set_up(crate::reproduction::SetUp {
            state: "asset exists".to_owned(),
            params: members(serde_json::json!({"a": "open-sesame"})),
            returned: members(serde_json::json!({"b": ["open-sesame"]})),
        });
        let states = states(&tape, &mask);
        let [state] = states.as_slice() else {
            panic!("{states:?}")
        };
        assert_eq!(state.state, "asset exists");
        assert_eq!(
            Value::Object(state.params.clone()),
            serde_json::json!({"a": "***"})
        );
        assert_eq!(
            Value::Object(state.returned.clone()),
            serde_json::json!({"b": ["***"]})
        );
    }

    /// A client with the mask of the secret `open-sesame`.
    fn masked() -> (Client, Mask) {
        let mut target = Target::new("http://127.0.0.1:1").expect("a base URL");
        target.credentials = Credentials::from_lookup(|_| Some("open-sesame".to_owned()));
        let mask = Mask::new(&target.credentials, []);
        (Client::new(&target).expect("a client"), mask)
    }

    #[test]
    fn every_text_of_an_exchange_is_stored_masked() {
        let (client, mask) = masked();
        let says = |at: &str| format!("{at} open-sesame");
        let header = |at: &str| vec![("X".to_owned(), says(at).into_bytes())];
        // Each place by itself: where one shows a secret, the others are looked at as well.
        for secret in 0..6 {
            let text = |place: usize, at: &str| {
                if secret == place {
                    says(at)
                } else {
                    at.to_owned()
                }
            };
            let request = Request {
                method: "POST".to_owned(),
                target: format!("/{}", text(0, "t")).replace(' ', "/"),
                headers: if secret == 1 { header("a") } else { Vec::new() },
                body: text(2, "b").into(),
            };
            let response = Response {
                status: 200,
                headers: match secret {
                    3 => header("c"),
                    5 => vec![("open-sesame".to_owned(), b"e".to_vec())],
                    _ => Vec::new(),
                },
                body: text(4, "d").into(),
            };
            let stored = step(
                "any",
                &request,
                Ok(&response),
                Duration::ZERO,
                (&client, &mask),
            );
            let stored = format!("{stored:?}");
            assert!(stored.contains("***"), "{stored}");
            assert!(!stored.contains("sesame"), "{stored}");
        }
        let request = Request {
            method: "GET".to_owned(),
            target: "/t".to_owned(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        let failure = TransportFailure {
            kind: crate::client::FailureKind::Closed,
            text: says("closed"),
        };
        let stored = step(
            "any",
            &request,
            Err(&failure),
            Duration::ZERO,
            (&client, &mask),
        );
        assert_eq!(stored.failure.as_deref(), Some("closed ***"));
    }

    #[test]
    fn states_are_stored_with_their_texts_masked() {
        let (_, mask) = masked();
        let mut value = serde_json::json!({"a": ["open-sesame", 1], "b": {"c": "open-sesame"}});
        mask_value(&mut value, &mask);
        let masked = serde_json::json!({"a": ["***", 1], "b": {"c": "***"}});
        assert_eq!(value, masked);
    }
}
