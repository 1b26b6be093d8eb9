//! A case: one id, what it is there for, and what is to be done, as templates that are filled in
//! when it is played.

use std::collections::BTreeMap;

use contract::{Correction, Expectation, Instead, Level, Link, ProviderState, Refusal};
use serde_json::Value;

use super::{HistoryPlay, WorkflowPlay};
use crate::run::CaseKind;

/// One thing to try on a target.
#[derive(Debug, Clone)]
pub struct Case {
    /// A stable path of words, e.g. `metastudio/batch-action/documented/200`.
    pub id: String,
    /// API name.
    pub api: String,
    /// Revision.
    pub revision: String,
    /// Name of the operation that it is about.
    pub operation: String,
    /// Its kind.
    pub kind: CaseKind,
    /// One line for people.
    pub title: String,
    /// False when it only observes.
    pub counted: bool,
    /// The strongest promise that it can find broken of those that it is there for.
    pub level: Level,
    /// The requirement that it is about: if that one was not put to the test, the case is skipped
    /// and never passed. None where any of `covers` will do.
    pub own: Option<String>,
    /// Ids of the requirements that it is there for, sorted.
    pub covers: Vec<String>,
    /// What is done.
    pub play: Play,
}

/// What a case does.
#[derive(Debug, Clone)]
pub enum Play {
    /// Requests in order, each with what is expected of its response; the last one is the one
    /// that the case is about.
    Steps(Vec<Step>),
    /// A workflow of an Arazzo document.
    Workflow(Box<WorkflowPlay>),
    /// Random batches over random histories, compared with what the documents promise.
    History(Box<HistoryPlay>),
}

impl Case {
    /// Its id with its contract's name, e.g. `smh/2026-01/smh/batch-delete/documented/task`: two
    /// revisions of one API have cases of the same id.
    pub fn name(&self) -> String {
        format!("{}/{}/{}", self.api, self.revision, self.id)
    }

    /// The steps, where the case is a plain row of them.
    pub fn steps(&self) -> &[Step] {
        match &self.play {
            Play::Steps(steps) => steps,
            Play::Workflow(_) | Play::History(_) => &[],
        }
    }
}

/// One request with what is expected of its response.
#[derive(Debug, Clone)]
pub struct Step {
    /// Index into `Contract::operations`.
    pub operation: usize,
    /// States to set up first, in order.
    pub provider_states: Vec<ProviderState>,
    /// The credentials that are sent.
    pub presented: Presented,
    /// Values of parameters; those that separate tenants are given only where the made-up value
    /// will not do. `$states.NAME.member` is filled in.
    pub parameters: BTreeMap<String, String>,
    /// How the request differs from what the operation documents, apart from its values.
    pub alterations: Vec<Alteration>,
    /// Fills further parameters by what the step before it sent and got.
    pub link: Option<Link>,
    /// The request's body.
    pub body: BodyTemplate,
    /// JSON Schema of the response body that ends the repetition of the request.
    pub until: Option<Value>,
    /// What the response has to be, beyond what the contract says of every response.
    pub expected: Expected,
}

/// What a request proves its caller by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presented {
    /// The target's credentials, by the first documented way for which they are known.
    Own,
    /// Nothing at all.
    Nothing,
    /// The target's credentials, by the way with this index in `Operation::security`.
    Alternative(usize),
    /// By the way with this index in `Operation::security`, each credential forged like this.
    Forged {
        /// Index into `Operation::security`.
        alternative: usize,
        /// How.
        forgery: Forgery,
    },
}

/// What is sent in place of a right credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgery {
    /// An empty value.
    Empty,
    /// The right value with its last character changed.
    Altered,
    /// The right value with each letter in the other case.
    OtherCase,
    /// The right value without its last character.
    Shortened,
    /// The right value with one character more.
    Lengthened,
    /// A well-formed value that belongs to nobody.
    Foreign,
    /// Of this alternative's schemes only the one with this index, as if foreign; the rest of them
    /// is left out.
    Only(usize),
    /// The right value after the word `Bearer`, as other APIs have it.
    Prefixed,
    /// The right value in the query instead of a header, or the other way round.
    Misplaced,
    /// A signature that is made by the target's key pair but for this.
    Signed(SignedWrong),
}

/// How a signed request differs from one that is signed as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedWrong {
    /// The signature has another last digit.
    Signature,
    /// The signature lacks its last digit.
    Shortened,
    /// It is made with another secret key.
    Secret,
    /// It is over another body than the one that is sent.
    Body,
    /// The date that it is over is not sent.
    Undated,
    /// Its date is long ago.
    Expired,
    /// It is not over the header `Host`.
    HostUnsigned,
    /// It is not over the header of the date.
    DateUnsigned,
    /// The digest of the body that is sent and signed is that of another one.
    Digest,
    /// It says that it is not over the body: another form of a right one.
    Payload,
}

/// How a request differs from the documented form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alteration {
    /// Another HTTP method.
    Method(String),
    /// Another content type than the documented one; none for no such header at all.
    ContentType(Option<String>),
    /// The parameter of this name is left out; of a path parameter, its segment is empty.
    Without(String),
    /// The header of this name has this value, whatever else would fill it.
    Header {
        /// Its name.
        name: String,
        /// Its bytes.
        value: Vec<u8>,
    },
    /// The flag of this name has this value.
    Valued {
        /// Its name.
        name: String,
        /// What stands after its equals sign.
        value: String,
    },
    /// The names of headers go out in title case (`X-App-Userid`) instead of lower case.
    TitledHeaders,
    /// The parts of the query stand in reverse order.
    ReversedQuery,
    /// This stands in the query besides, encoded already.
    Query(String),
    /// A slash stands at the end of the path.
    TrailingSlash,
    /// Each character of the path parameter of this name is percent-encoded, needed or not.
    Encoded(String),
    /// The parameter of this name, which separates tenants, has such a value for the whole case.
    Tenant {
        /// Its name.
        name: String,
        /// What the value has to be like.
        like: TenantValue,
    },
}

/// What the value of a tenant parameter has to be like; the rest of it is made up for each case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantValue {
    /// So many characters.
    OfLength(usize),
    /// This text at its start.
    Starting(String),
}

/// A body before it is filled in.
#[derive(Debug, Clone)]
pub enum BodyTemplate {
    /// The operation takes none.
    Absent,
    /// These bytes, whatever they are.
    Bytes(Vec<u8>),
    /// This JSON value, with `$states.NAME.member` filled in after the corrections.
    Json {
        /// The value.
        value: Value,
        /// What is done to it first.
        corrections: Vec<Correction>,
    },
    /// The text of another template, damaged.
    Damaged {
        /// The sound body.
        of: Box<BodyTemplate>,
        /// What is done to its text.
        damage: Damage,
    },
    /// The value of another template, written in another way that JSON allows.
    Spelled {
        /// The body as it is commonly written.
        of: Box<BodyTemplate>,
        /// The other way.
        spelling: Spelling,
    },
}

/// Ways to write the same JSON value (RFC 8259).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Blanks, tabs and line ends stand around each token.
    Spaced,
    /// The members of each object stand in the reverse of their alphabetical order.
    Reversed,
    /// Each character of each string is an escape (`\u0041`), names aside.
    EscapedValues,
    /// Each character of each name is one.
    EscapedNames,
}

/// Faults of a JSON text that no JSON value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Nothing is left.
    Emptied,
    /// Its last character is missing.
    Cut,
    /// A comma stands before its last bracket.
    TrailingComma,
    /// A byte order mark stands before it.
    ByteOrderMark,
    /// Its first scalar is `NaN`.
    NotANumber,
    /// Its first member stands in it twice, with the same value.
    DuplicateMember,
    /// Its strings are in single quotes.
    SingleQuotes,
    /// It is followed by a second value.
    SecondValue,
    /// A byte that is not UTF-8 stands within its first string.
    NotUtf8,
    /// A comment stands in it.
    Comment,
    /// The name of its first member stands without quotes.
    UnquotedName,
    /// A line feed stands within its first string as it is.
    ControlCharacter,
    /// Half of a surrogate pair is escaped within its first string.
    LoneSurrogate,
    /// Its first scalar is `Infinity`.
    Infinity,
    /// Its first scalar is `01`.
    LeadingZero,
    /// Its first scalar is `True`.
    CapitalLiteral,
    /// Its first object has an unknown member that nests 10,000 levels deep.
    DeepMember,
}

/// What a step's response has to be.
#[derive(Debug, Clone)]
pub struct Expected {
    /// What is due.
    pub due: Due,
    /// Further assertions on the body; asked only when `due` came.
    pub body: Vec<Expectation>,
}

/// The answer that is due.
#[derive(Debug, Clone)]
pub enum Due {
    /// This status.
    Status {
        /// The status.
        status: u16,
        /// The requirement that says so.
        requirement: String,
        /// How strongly.
        level: Level,
        /// What may be answered instead, because an erratum leaves it to the server.
        instead: Vec<Instead>,
    },
    /// Any 2xx.
    Accepted {
        /// The requirement whose documented values the request keeps to.
        requirement: String,
        /// How strongly it is promised that such a request is accepted.
        level: Level,
    },
    /// A refusal. That it is no 2xx is a MUST, the rest as `refusal` says.
    Refused {
        /// The requirement that the request breaks; none where only the credentials are wrong.
        fault: Option<String>,
        /// How the contract refuses.
        refusal: Refusal,
    },
    /// Whatever the contract allows: nothing is said of the status, and the rest of the contract
    /// is judged as ever.
    Anything {
        /// The requirement that the case is about.
        requirement: String,
    },
}

impl Due {
    /// The requirement that the step is about.
    pub fn requirement(&self) -> &str {
        match self {
            Self::Status { requirement, .. }
            | Self::Accepted { requirement, .. }
            | Self::Anything { requirement } => requirement,
            Self::Refused { fault, refusal } => fault.as_deref().unwrap_or(&refusal.requirement),
        }
    }

    /// How strongly that one is promised here.
    pub fn level(&self) -> Level {
        match self {
            Self::Status { level, .. } | Self::Accepted { level, .. } => *level,
            Self::Refused { .. } => Level::Must,
            Self::Anything { .. } => Level::May,
        }
    }

    /// The one status that is due, where one is.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            Self::Refused { refusal, .. } => refusal.status,
            Self::Accepted { .. } | Self::Anything { .. } => None,
        }
    }
}
