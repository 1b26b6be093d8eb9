//! What the engine asks of each API's state machine. The engine routes, authenticates and judges;
//! a service answers.

use std::fmt;

use serde::de::DeserializeOwned;
use validator::{RequestReading, Response};

use super::{Choices, Struck, User, World};

/// A well-formed, authenticated request of one operation.
pub(crate) struct Call<'c> {
    /// The operation's name, e.g. `batch-action`.
    pub(crate) operation: &'c str,
    /// The request, decoded and parsed.
    pub(crate) reading: &'c RequestReading,
    /// Who makes it.
    pub(crate) user: User,
    /// Time and ids.
    pub(crate) world: &'c World,
    /// What faults do to items and jobs.
    pub(crate) struck: &'c Struck,
    /// What to do where the documents let the server choose.
    pub(crate) choices: &'c Choices,
}

impl Call<'_> {
    /// The body as a typed one; none when the model cannot hold it, which makes it malformed.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.reading.body.as_ref()?).ok()
    }

    /// The decoded path parameter of that name, as in [`path_parameter`].
    pub(crate) fn path(&self, name: &str) -> &str {
        path_parameter(self.reading, name).unwrap_or_default()
    }
}

/// The decoded path parameter of that name, if the request has one.
pub(crate) fn path_parameter<'r>(reading: &'r RequestReading, name: &str) -> Option<&'r str> {
    reading
        .path_parameters
        .iter()
        .find(|(key, _)| **key == *name)
        .map(|(_, value)| value.as_str())
}

/// Why a request gets no answer from the state machine.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    /// The state `next request fails`, or a fault, asked for this status.
    Told(u16),
    /// No credential is given, or one that is not accepted.
    Unauthenticated,
    /// The request breaks the documentation at MUST.
    Malformed,
}

/// The part of a tenant that `next request fails` goes by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// A project of metastudio or roma.
    Project(String),
    /// A library of smh.
    Library(String),
}

/// One API's state machine with its documented error bodies.
pub(crate) trait Service: Send + Sync + fmt::Debug {
    /// Whose the request is, when its path tells.
    fn scope(&self, reading: &RequestReading) -> Option<Scope>;

    /// The documented refusal, or the inferred one where the document has none.
    fn refuse(
        &self,
        refusal: Refusal,
        reading: &RequestReading,
        world: &World,
        choices: &Choices,
    ) -> Response;

    /// Carries the request out.
    fn perform(&self, call: &Call<'_>) -> Response;
}
