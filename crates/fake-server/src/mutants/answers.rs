//! Defects of serialising: an answer that is right until it is written down.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use validator::Response;

use super::Mutant;
use super::edit::Edit;
use super::headers::HeaderDefect;
use crate::engine::Api;

/// What is wrong with which answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AnswerDefect {
    /// Of this operation only, e.g. `batch-action`.
    operation: Option<String>,
    /// Of this status (`404`) or class of statuses (`4xx`) only.
    status: Option<String>,
    /// With this text in their bodies only.
    holding: Option<String>,
    /// They have another status.
    to_status: Option<u16>,
    #[serde(default)]
    headers: Vec<HeaderDefect>,
    #[serde(default)]
    body: Vec<Edit>,
    /// What happens to the body's bytes in the end.
    raw: Option<Raw>,
    /// The body is this text, whatever it was.
    text: Option<String>,
}

/// What happens to bytes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Raw {
    /// There are none.
    Empty,
    /// The last one is missing.
    Cut,
    /// A byte order mark comes first.
    ByteOrderMark,
    /// They come twice.
    Twice,
    /// A comma stands before the last bracket.
    TrailingComma,
    /// Quotation marks are apostrophes.
    Apostrophes,
    /// What is not ASCII is written as ISO 8859-1 has it, a character in a byte.
    Latin1,
    /// They are UTF-16.
    Utf16,
    /// A call of a function is around them (JSONP).
    Padded,
    /// A warning of the runtime stands before them.
    WarningBefore,
    /// They are the text of a JSON string.
    Quoted,
}

impl Mutant {
    /// The answer as this mutant writes it.
    pub(crate) fn answer(&self, api: Api, operation: Option<&str>, answer: &mut Response) {
        let defects = self.how.answers.iter().filter(|_| self.api == api);
        // Each defect looks at the answer as it was, so that one does not hide the other.
        let status = answer.status;
        for defect in defects
            .filter(|defect| defect.concerns(operation, status, &answer.body))
            .collect::<Vec<_>>()
        {
            defect.make(answer);
        }
    }
}

impl AnswerDefect {
    pub(super) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    fn concerns(&self, operation: Option<&str>, status: u16, body: &Bytes) -> bool {
        let of_operation = self.operation.is_none() || self.operation.as_deref() == operation;
        let of_status = self.status.as_deref().is_none_or(|wanted| {
            let status = status.to_string();
            let class = wanted.strip_suffix("xx");
            class.map_or(status == wanted, |class| status.starts_with(class))
        });
        let holding = self
            .holding
            .as_deref()
            .is_none_or(|held| std::str::from_utf8(body).is_ok_and(|body| body.contains(held)));
        of_operation && of_status && holding
    }

    fn make(&self, answer: &mut Response) {
        if let Some(status) = self.to_status {
            answer.status = status;
        }
        for header in &self.headers {
            header.make(&mut answer.headers);
        }
        if !self.body.is_empty()
            && let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
        {
            self.body.iter().for_each(|edit| edit.make(&mut body));
            answer.body = body.to_string().into();
        }
        if let Some(text) = &self.text {
            answer.body = text.clone().into();
        }
        if let Some(raw) = self.raw {
            answer.body = raw.make(&answer.body).into();
        }
    }
}

impl Raw {
    fn make(self, body: &Bytes) -> Vec<u8> {
        let text = String::from_utf8_lossy(body);
        match self {
            Self::Empty => Vec::new(),
            Self::Cut => body[..body.len().saturating_sub(1)].to_vec(),
            Self::ByteOrderMark => format!("\u{feff}{text}").into_bytes(),
            Self::Twice => body.repeat(2),
            Self::TrailingComma => {
                let end = text.len().saturating_sub(1);
                let (most, last) = text.split_at_checked(end).unwrap_or((&text, ""));
                format!("{most},{last}").into_bytes()
            }
            Self::Apostrophes => text.replace('"', "'").into_bytes(),
            Self::Latin1 => text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect(),
            Self::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Padded => format!("callback({text});").into_bytes(),
            Self::WarningBefore => format!("Warning: undefined index\n{text}").into_bytes(),
            Self::Quoted => Value::from(text).to_string().into_bytes(),
        }
    }
}
