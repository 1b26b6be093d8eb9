//! Whether a defect was met: a mutant that no request or answer was changed by was not put to the
//! test, and that it survives says nothing of the suite.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use serde_json::Value;
use validator::{Request, Response};

/// Whether anything came otherwise by the defect.
#[derive(Debug, Default)]
pub(crate) struct Met(AtomicBool);

impl Met {
    /// Takes in a request, as it came and as it was taken.
    pub(crate) fn request(&self, came: &Request, taken: &Request) {
        self.take(|| {
            came.target != taken.target
                || came.headers != taken.headers
                || differ(&came.body, &taken.body)
        });
    }

    /// Takes in an answer, as it was meant and as it was written.
    pub(crate) fn answer(&self, meant: &Response, written: &Response) {
        self.take(|| {
            meant.status != written.status
                || meant.headers != written.headers
                || differ(&meant.body, &written.body)
        });
    }

    fn take(&self, differs: impl FnOnce() -> bool) {
        if !self.get() && differs() {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether two bodies say something else; an edit that finds nothing writes the same JSON again.
fn differ(one: &Bytes, other: &Bytes) -> bool {
    let value = |body: &Bytes| serde_json::from_slice::<Value>(body).ok();
    one != other && (value(one).is_none() || value(one) != value(other))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("{\"a\":1}", "{\"a\":1}", false)]
    #[case::written_again("{ \"a\": 1 }", "{\"a\":1}", false)]
    #[case::another_value("{\"a\":1}", "{\"a\":2}", true)]
    #[case::no_json_any_more("{\"a\":1}", "{\"a\":1", true)]
    #[case::other_bytes("<a>", "<b>", true)]
    #[case::gone("{}", "", true)]
    fn what_says_the_same_is_not_met(
        #[case] one: &'static str,
        #[case] other: &'static str,
        #[case] met: bool,
    ) {
        let answer = |body: &'static str| Response {
            status: 200,
            headers: Vec::new(),
            body: Bytes::from_static(body.as_bytes()),
        };
        let seen = Met::default();
        seen.answer(&answer(one), &answer(other));
        assert_eq!(seen.get(), met);
        // Once met, it stays met.
        seen.answer(&answer(one), &answer(one));
        assert_eq!(seen.get(), met);
    }

    #[test]
    fn a_status_a_header_and_a_target_are_seen_too() {
        let answer = Response {
            status: 200,
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let headers = vec![("a".to_owned(), Vec::new())];
        let others = [
            Response {
                status: 201,
                ..answer.clone()
            },
            Response {
                headers: headers.clone(),
                ..answer.clone()
            },
        ];
        for other in others {
            let met = Met::default();
            met.answer(&answer, &other);
            assert!(met.get(), "{other:?}");
        }
        let request = Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let others = [
            Request {
                target: "/a".to_owned(),
                ..request.clone()
            },
            Request {
                headers,
                ..request.clone()
            },
            Request {
                body: Bytes::from_static(b"a"),
                ..request.clone()
            },
        ];
        for other in others {
            let met = Met::default();
            met.request(&request, &other);
            assert!(met.get(), "{other:?}");
        }
    }
}
