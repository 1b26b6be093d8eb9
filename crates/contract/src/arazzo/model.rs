//! What an Arazzo document says, with everything that it only refers to put in place: reusable
//! objects, what a workflow states for all of its steps, operations and steps by index.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Condition, Expression, Query, Template, Text};
use crate::{Level, ParameterLocation, ProviderState};

/// One Arazzo document of a contract.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file as a person finds it.
    pub file: String,
    /// Its title.
    pub title: String,
    /// Its own version.
    pub version: String,
    /// Its workflows in order.
    pub workflows: Vec<Workflow>,
}

/// A row of calls that depend on each other: one case.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its id, which no other workflow of the contract has.
    pub id: String,
    /// One line for people.
    pub summary: String,
    /// More for people.
    pub description: Option<String>,
    /// JSON Schema of its inputs; null where it has none.
    pub inputs: Value,
    /// The inputs that nobody has to supply, by name: the defaults of `inputs`.
    pub defaults: Map<String, Value>,
    /// Index into `Contract::operations` of the operation that it is about (`x-operation`).
    pub operation: usize,
    /// What it covers (`x-requirements`, and the promises of its criteria), sorted.
    pub requirements: Vec<String>,
    /// The strongest level of the requirements in `x-requirements`.
    pub level: Level,
    /// States to set up first, in order (`x-provider-states`).
    pub provider_states: Vec<SetUp>,
    /// Names of further tenants beside the case's own (`x-tenants`).
    pub tenants: Vec<String>,
    /// Whether it counts, or only observes (`x-counted: false`).
    pub counted: bool,
    /// Its steps in order; there is at least one.
    pub steps: Vec<Step>,
    /// What it gives to whoever called it.
    pub outputs: Outputs,
}

/// Values by name.
pub type Outputs = Vec<(String, Expression)>;

/// A state to set up, with the tenant for which.
#[derive(Debug, Clone, PartialEq)]
pub struct SetUp {
    /// The state.
    pub state: ProviderState,
    /// One of the workflow's further tenants; none for the case's own.
    pub tenant: Option<String>,
}

/// One call of an operation.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id within the workflow.
    pub id: String,
    /// For people.
    pub description: Option<String>,
    /// Index into `Contract::operations`.
    pub operation: usize,
    /// What is expected of the answer as a whole (`x-expects`).
    pub expects: Expects,
    /// What the request proves its caller by.
    pub credentials: Credentials,
    /// Values of parameters, those that the workflow states for all steps included; without those
    /// of credentials.
    pub parameters: Vec<Parameter>,
    /// The parameters that are left out although the operation requires them (`x-without`).
    pub without: Vec<String>,
    /// The body, if one is sent.
    pub body: Option<RequestBody>,
    /// What has to hold for the step to be successful, in order.
    pub success_criteria: Vec<Criterion>,
    /// What to do then; the first one that applies is done.
    pub on_success: Vec<Action>,
    /// What to do otherwise; the first one that applies is done.
    pub on_failure: Vec<Action>,
    /// What of the exchange is kept for later steps.
    pub outputs: Outputs,
}

/// What is expected of the answer to a step, beyond what the contract says of every answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expects {
    /// Nothing.
    Anything,
    /// A 2xx status.
    Accepted,
    /// What `x-refusals` says: the request is malformed or unauthenticated on purpose.
    Refused,
}

/// What a request proves its caller by.
#[derive(Debug, Clone, PartialEq)]
pub enum Credentials {
    /// The target's own credentials, in whichever documented way they authenticate.
    Own,
    /// Nothing (`x-authenticate: false`).
    Nothing,
    /// These values of the security schemes' parameters, sent as they are.
    Given(Vec<Parameter>),
}

/// The value of a parameter of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its documented name.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Its value.
    pub value: Template,
}

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestBody {
    /// Its content type, when it is not the documented one.
    pub content_type: Option<String>,
    /// A text is sent as it is, everything else as JSON.
    pub payload: Template,
    /// What is put in its place afterwards, in order.
    pub replacements: Vec<Replacement>,
}

/// A value that is put into a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// JSON pointer (RFC 6901) to the place.
    pub target: String,
    /// The value.
    pub value: Template,
}

/// One thing that holds or does not.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// The condition as written.
    pub condition: String,
    /// How it is tested.
    pub test: Test,
    /// What breaks when it does not hold; none where it is only a precondition of what follows.
    pub promise: Option<Promise>,
    /// What is expected, in words (`x-says`).
    pub says: Option<String>,
}

impl Criterion {
    /// What is expected, in words or as the condition has it.
    pub fn expected(&self) -> &str {
        self.says.as_deref().unwrap_or(&self.condition)
    }
}

/// How a criterion is tested.
#[derive(Debug, Clone)]
pub enum Test {
    /// By a condition over runtime expressions.
    Simple(Condition),
    /// The context, as text, has a match of the regular expression.
    Regex {
        /// What is tested.
        context: Expression,
        /// The regular expression before it is filled in.
        pattern: Text,
    },
    /// The JSONPath query (RFC 9535) selects something in the context.
    JsonPath {
        /// What is tested.
        context: Expression,
        /// The query before it is filled in.
        query: Text,
        /// The query, where nothing is filled in.
        ready: Option<Query>,
    },
}

/// The requirement that a criterion asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Its id (`x-requirement`).
    pub requirement: String,
    /// How strongly it is promised here: `x-level`, or the requirement's own level.
    pub level: Level,
    /// The erratum that touches it (`x-erratum`).
    pub erratum: Option<String>,
}

/// What is done after a step.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// What it does.
    pub then: Then,
    /// It applies when all of them hold.
    pub criteria: Vec<Criterion>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The workflow ends.
    End,
    /// It goes on at the step with this index.
    Goto(usize),
    /// The step is repeated. Only after a failure.
    Retry {
        /// How long to wait first.
        after: Duration,
        /// How often at most.
        limit: u32,
    },
}
