//! One fault as data: which requests it strikes and what it does to them. The JSON form is the
//! same for the command line, the admin interface and a file (`schemas/formats/fault.schema.json`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::FaultError;
use super::read::{Given, effect, object, present};
use crate::engine::Api;

/// A deliberate misbehaviour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which requests it strikes; all of every API when nothing is said.
    #[serde(default, deserialize_with = "object")]
    pub when: When,
    /// What it does to them.
    #[serde(deserialize_with = "effect")]
    pub effect: Effect,
}

/// Which requests a fault strikes: those to which everything applies that is said here. They are
/// counted for each tenant (project; project and instance; library and space) on its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// The API.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub api: Option<Api>,
    /// The operation, e.g. `batch-action`.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The project of metastudio or roma.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// The instance of roma.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
    /// The library of smh.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub library_id: Option<String>,
    /// The space of smh.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub space_id: Option<String>,
    /// A request that names such an item: an asset's id, a path, an application's or a task's id,
    /// a job's. `*` stands for any characters, `?` for one.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Only the nth of a tenant's requests to which the above applies, from 1.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Only each so-manyth of them.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// At most so many times for a tenant.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Only with this probability, 0 to 1.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// What the probability is drawn from; the same seed strikes the same requests.
    pub seed: u64,
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The answer is this error, with the error body of the operation; nothing else happens.
    Status(u16),
    /// The answer comes late.
    Latency(#[serde(deserialize_with = "object")] Latency),
    /// The connection is reset.
    Reset(#[serde(deserialize_with = "object")] Loss),
    /// The connection is closed without an answer.
    Empty(#[serde(deserialize_with = "object")] Loss),
    /// The connection is closed amid the answer's body.
    Truncated(#[serde(deserialize_with = "object")] Truncation),
    /// Bytes that are no HTTP come in place of the answer.
    Garbage(#[serde(deserialize_with = "object")] Loss),
    /// The answer claims to be of this media type.
    ContentType(String),
    /// The chosen items (`when.item`; all when it is not said) fail, each in the API's own way.
    Items(#[serde(deserialize_with = "object")] ItemFailure),
    /// The answer is 429 with `Retry-After`; nothing else happens.
    Throttle(#[serde(deserialize_with = "object")] Throttle),
    /// What the request begins goes wrong later: roma's jobs, smh's tasks.
    Jobs(JobFailure),
}

/// Whether the request or its answer is lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Loss {
    /// The request is lost: nothing happens. Otherwise its answer is, after it took effect.
    pub before: bool,
}

/// As [`Loss`], after some of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truncation {
    /// So many bytes of the body are sent; a body that is no longer comes whole.
    pub after: usize,
    /// As in [`Loss`].
    #[serde(default)]
    pub before: bool,
}

/// How late an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LatencyForm", into = "LatencyForm")]
pub enum Latency {
    /// Always by as much.
    Fixed(Duration),
    /// As real services are: mostly near the median, sometimes much later.
    LogNormal {
        /// Half of the answers are later than this.
        median: Duration,
        /// The deviation of the logarithm; 0 is always the median.
        sigma: f64,
        /// What it is drawn from.
        seed: u64,
    },
}

/// The JSON form of [`Latency`], which is one of two by its members.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LatencyForm {
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    ms: Option<u64>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    median_ms: Option<u64>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    sigma: Option<f64>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

/// How an item fails. What an API's documents do not have is passed over there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ItemFailure {
    /// smh: the item's status, 403, 409 or 500 (when not said).
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// metastudio, roma: the error's code.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// metastudio, roma: the error in words.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
}

/// Too many requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Throttle {
    /// Seconds after which the client may try again.
    pub retry_after: u64,
}

impl Default for Throttle {
    fn default() -> Self {
        Self { retry_after: 1 }
    }
}

/// What becomes of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum JobFailure {
    /// It runs for ever. A batch of smh is taken up as a task that stays 202.
    NeverEnds,
    /// It fails at 60 %. A job of roma has deleted nothing then and tells reasons; a batch of smh
    /// is taken up as a task that ends with 207, of whose items the first 60 % went well.
    Fails,
}

/// The longest latency, an hour: a mistyped one must not look like a fake that hangs.
const LONGEST: Duration = Duration::from_hours(1);

impl Fault {
    /// A fault that strikes every request.
    pub fn new(effect: Effect) -> Self {
        Self {
            when: When::default(),
            effect,
        }
    }

    /// The same fault for these requests only.
    #[must_use]
    pub fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    /// Reads the JSON form: one fault, or an array of them.
    ///
    /// # Errors
    /// Text that is no fault, with its place; a member whose value cannot be used; an empty array;
    /// requests that there are none of.
    pub fn read(text: &str) -> Result<Vec<Self>, FaultError> {
        Given::read(text).map(|given| given.faults)
    }

    /// Whether it breaks connections, which a front has to be able to do.
    pub fn breaks_connections(&self) -> bool {
        matches!(
            self.effect,
            Effect::Reset(_) | Effect::Empty(_) | Effect::Truncated(_) | Effect::Garbage(_)
        )
    }

    /// What serde cannot see: values out of range, members that do not go together.
    pub(super) fn check(&self) -> Result<(), FaultError> {
        self.when.check()?;
        match &self.effect {
            Effect::Status(status) if !(400..=599).contains(status) => {
                invalid("effect.status", "a failure has a status from 400 to 599")
            }
            Effect::ContentType(value) if !is_header_value(value) => invalid(
                "effect.content_type",
                "it has at least one character, all of them visible ASCII or spaces within",
            ),
            Effect::Items(ItemFailure {
                status: Some(status),
                ..
            }) if ![403, 409, 500].contains(status) => {
                invalid("effect.items.status", "an item fails with 403, 409 or 500")
            }
            Effect::Latency(latency) => latency.check(),
            _ => Ok(()),
        }
    }
}

impl When {
    fn check(&self) -> Result<(), FaultError> {
        for (member, count) in [
            ("when.nth", self.nth),
            ("when.every", self.every),
            ("when.times", self.times),
        ] {
            if count == Some(0) {
                return invalid(member, "it counts from 1");
            }
        }
        if self.nth.is_some() && self.every.is_some() {
            return invalid("when.every", "nth is said too: give one of the two");
        }
        if self
            .probability
            .is_some_and(|share| !(0.0..=1.0).contains(&share))
        {
            return invalid("when.probability", "it is a number from 0 to 1");
        }
        self.possible_apis().map(drop)
    }

    /// The APIs of which a request can be one that is meant here, as far as the tenant tells.
    pub(super) fn possible_apis(&self) -> Result<Vec<Api>, FaultError> {
        let mut possible: Vec<Api> = Api::ALL
            .into_iter()
            .filter(|api| self.api.is_none_or(|wanted| wanted == *api))
            .collect();
        for (member, value, apis, why) in [
            (
                "when.project_id",
                &self.project_id,
                &[Api::Metastudio, Api::Roma][..],
                "only requests of metastudio and roma have one, and `when` is about others",
            ),
            (
                "when.instance_id",
                &self.instance_id,
                &[Api::Roma][..],
                "only requests of roma have one, and `when` is about others",
            ),
            (
                "when.library_id",
                &self.library_id,
                &[Api::Smh][..],
                "only requests of smh have one, and `when` is about others",
            ),
            (
                "when.space_id",
                &self.space_id,
                &[Api::Smh][..],
                "only requests of smh have one, and `when` is about others",
            ),
        ] {
            if value.is_some() {
                possible.retain(|api| apis.contains(api));
            }
            if possible.is_empty() {
                return invalid(member, why);
            }
        }
        Ok(possible)
    }
}

impl Latency {
    fn check(self) -> Result<(), FaultError> {
        let (longest, sigma) = match self {
            Self::Fixed(delay) => (delay, 0.0),
            Self::LogNormal { median, sigma, .. } => (median, sigma),
        };
        if longest > LONGEST {
            return invalid("effect.latency", "an answer is at most an hour late");
        }
        if !(0.0..=10.0).contains(&sigma) {
            return invalid("effect.latency.sigma", "it is a number from 0 to 10");
        }
        Ok(())
    }

    /// How late the `turn`th answer to a tenant comes.
    pub(super) fn draw(self, tenant: &str, turn: u64) -> Duration {
        match self {
            Self::Fixed(delay) => delay,
            Self::LogNormal {
                median,
                sigma,
                seed,
            } => {
                let factor = (sigma * crate::engine::Draw::new(seed, tenant, turn).normal()).exp();
                let seconds = median.as_secs_f64() * factor;
                Duration::try_from_secs_f64(seconds)
                    .unwrap_or(LONGEST)
                    .min(LONGEST)
            }
        }
    }
}

impl TryFrom<String> for JobFailure {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "never_ends" => Ok(Self::NeverEnds),
            "fails" => Ok(Self::Fails),
            _ => Err(format!("a job \"never_ends\" or \"fails\", not {name:?}")),
        }
    }
}

impl From<JobFailure> for &'static str {
    fn from(failure: JobFailure) -> Self {
        match failure {
            JobFailure::NeverEnds => "never_ends",
            JobFailure::Fails => "fails",
        }
    }
}

impl TryFrom<LatencyForm> for Latency {
    type Error = String;

    fn try_from(form: LatencyForm) -> Result<Self, String> {
        match form {
            LatencyForm {
                ms: Some(ms),
                median_ms: None,
                sigma: None,
                seed: None,
            } => Ok(Self::Fixed(Duration::from_millis(ms))),
            LatencyForm {
                ms: None,
                median_ms: Some(median),
                sigma: Some(sigma),
                seed,
            } => Ok(Self::LogNormal {
                median: Duration::from_millis(median),
                sigma,
                seed: seed.unwrap_or(0),
            }),
            _ => {
                Err("a latency is `ms` alone, or `median_ms` with `sigma` (and `seed`)".to_owned())
            }
        }
    }
}

impl From<Latency> for LatencyForm {
    fn from(latency: Latency) -> Self {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).ok();
        match latency {
            Latency::Fixed(delay) => Self {
                ms: ms(delay),
                ..Self::default()
            },
            Latency::LogNormal {
                median,
                sigma,
                seed,
            } => Self {
                ms: None,
                median_ms: ms(median),
                sigma: Some(sigma),
                seed: Some(seed),
            },
        }
    }
}

fn is_header_value(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

fn invalid<T>(member: &'static str, why: &'static str) -> Result<T, FaultError> {
    Err(FaultError::Invalid { member, why })
}
