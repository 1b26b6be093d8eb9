//! What was done to a target for one case, in order and as it went over the wire. Nothing in it is
//! masked: it lives as long as the case is played, and only what is made of it leaves the runner.

use bytes::Bytes;
use serde_json::{Map, Value};
use validator::Request;

/// The scenes of a case in order.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    pub(super) scenes: Vec<Scene>,
}

/// One thing that was done.
#[derive(Debug)]
pub(super) enum Scene {
    /// A state was set up.
    SetUp(SetUp),
    /// A request was sent.
    Sent(Box<Sent>),
}

/// A state that was set up.
#[derive(Debug)]
pub(crate) struct SetUp {
    /// Its name.
    pub(crate) state: String,
    /// Its parameters, those of the tenant included.
    pub(crate) params: Map<String, Value>,
    /// What the set-up returned and the case may use.
    pub(crate) returned: Map<String, Value>,
}

/// A request that was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// Index of its record among the case's steps.
    pub(super) step: usize,
    /// The request.
    pub(super) request: Request,
    /// The body of the response; none when nothing came.
    pub(super) answer: Option<Bytes>,
}

impl Tape {
    /// Keeps a state that was set up.
    pub(crate) fn set_up(&mut self, set_up: SetUp) {
        self.scenes.push(Scene::SetUp(set_up));
    }

    /// Keeps a request and the body that answered it; `step` is the index of its record.
    pub(crate) fn sent(&mut self, step: usize, request: Request, answer: Option<Bytes>) {
        self.scenes.push(Scene::Sent(Box::new(Sent {
            step,
            request,
            answer,
        })));
    }

    /// Takes the requests with these steps out; `gone` is sorted. The steps behind them move up.
    pub(crate) fn forget(&mut self, gone: &[usize]) {
        self.scenes.retain_mut(|scene| match scene {
            Scene::SetUp(_) => true,
            Scene::Sent(sent) => match gone.binary_search(&sent.step) {
                Ok(_) => false,
                Err(before) => {
                    sent.step -= before;
                    true
                }
            },
        });
    }

    /// The requests with the indexes of their records, in the order in which they were sent.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (usize, &Request)> {
        self.scenes.iter().filter_map(|scene| match scene {
            Scene::SetUp(_) => None,
            Scene::Sent(sent) => Some((sent.step, &sent.request)),
        })
    }

    /// The states in the order in which they were set up.
    pub(crate) fn states(&self) -> impl Iterator<Item = &SetUp> {
        self.scenes.iter().filter_map(|scene| match scene {
            Scene::SetUp(set_up) => Some(set_up),
            Scene::Sent(_) => None,
        })
    }
}
