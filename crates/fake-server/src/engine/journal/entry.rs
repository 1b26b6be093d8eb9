//! One request in its compact, masked form: everything that was sent lies in one piece of memory,
//! with nothing that keeps a front's buffers alive.

use std::sync::Arc;
use std::time::SystemTime;

use validator::Request;

use super::mask::Mask;
use crate::engine::Tenant;
use crate::engine::notes::Notes;

/// How much of a body is kept.
pub(super) const BODY: usize = 16 * 1024;
/// How much of a target is kept.
const TARGET: usize = 8 * 1024;
/// How much of a method is kept.
const METHOD: usize = 64;
/// How much of the headers is kept, together.
const HEADERS: usize = 16 * 1024;
/// How many findings are kept.
const FINDINGS: usize = 100;

/// One request as it is kept.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: SystemTime,
    pub(super) status: u16,
    pub(super) notes: Notes,
    /// How many findings there were, of which the first hundred are kept.
    pub(super) findings: usize,
    /// Method, target, headers and body, one after the other.
    sent: Vec<u8>,
    method_end: usize,
    target_end: usize,
    headers_end: usize,
    /// How many headers are not kept.
    pub(super) headers_left_out: usize,
    /// The length of the whole body.
    pub(super) body_length: usize,
    /// The length of the whole target.
    pub(super) target_length: usize,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            at: SystemTime::UNIX_EPOCH,
            status: 0,
            notes: Notes::default(),
            findings: 0,
            sent: Vec::new(),
            method_end: 0,
            target_end: 0,
            headers_end: 0,
            headers_left_out: 0,
            body_length: 0,
            target_length: 0,
        }
    }
}

impl Entry {
    /// The entry of a request, in the memory of one that nobody needs any more, if there is one: a
    /// journal that is full drops one for each that it keeps.
    pub(super) fn new(
        spare: Option<Arc<Self>>,
        request: &Request,
        notes: Notes,
        status: u16,
        at: SystemTime,
        mask: &Mask,
    ) -> Arc<Self> {
        // One that is being read somewhere is left alone.
        let mut entry = spare
            .filter(|spare| Arc::strong_count(spare) == 1)
            .unwrap_or_default();
        if let Some(entry) = Arc::get_mut(&mut entry) {
            entry.status = status;
            entry.at = at;
            entry.take(notes, mask);
            entry.write(request, mask);
        }
        entry
    }

    fn take(&mut self, mut notes: Notes, mask: &Mask) {
        self.findings = notes.findings.len();
        notes.findings.truncate(FINDINGS);
        if self.findings > 0 {
            notes.findings.shrink_to_fit();
            for finding in &mut notes.findings {
                mask.text(&mut finding.expected);
                mask.text(&mut finding.actual);
            }
        }
        self.notes = notes;
    }

    fn write(&mut self, request: &Request, mask: &Mask) {
        self.body_length = request.body.len();
        self.target_length = request.target.len();
        self.headers_left_out = 0;
        // A secret that begins before the end of what is kept is seen whole.
        let body = &request.body[..request.body.len().min(BODY + mask.longest())];
        let headers = request.headers.iter();
        let headers: usize = headers
            .map(|(name, value)| name.len() + value.len() + 4)
            .sum();
        let room = request.method.len().min(METHOD)
            + request.target.len()
            + headers.min(HEADERS)
            + body.len();
        let mut sent = std::mem::take(&mut self.sent);
        sent.clear();
        sent.reserve_exact(room);

        sent.extend_from_slice(cut(&request.method, METHOD).as_bytes());
        self.method_end = sent.len();
        mask.write_target(&request.target, &mut sent);
        if sent.len() - self.method_end > TARGET {
            // A secret that is cut in two would not be known again.
            let mut target = mask.bytes(&sent[self.method_end..]).into_owned();
            target.truncate(boundary(&target, TARGET));
            sent.truncate(self.method_end);
            sent.append(&mut target);
        }
        self.target_end = sent.len();
        for (index, (name, value)) in request.headers.iter().enumerate() {
            let value = mask.header(name, value);
            let used = sent.len() - self.target_end;
            if used + name.len() + value.len() + 4 > HEADERS {
                self.headers_left_out = request.headers.len() - index;
                break;
            }
            push_part(&mut sent, name.as_bytes());
            push_part(&mut sent, value);
        }
        self.headers_end = sent.len();
        sent.extend_from_slice(body);

        if mask.finds(&sent) {
            sent = self.masked(&sent, mask);
            for (_, value) in &mut self.notes.path_parameters {
                mask.text(value);
            }
        }
        sent.truncate(self.headers_end + BODY);
        // A copy is only worth it where much would stay unused.
        if sent.capacity() > sent.len() + 1024 {
            sent.shrink_to_fit();
        }
        self.sent = sent;
    }

    /// The same without known values, which hardly ever stand in a request outside of where they
    /// are masked by name.
    fn masked(&mut self, sent: &[u8], mask: &Mask) -> Vec<u8> {
        let mut out = Vec::with_capacity(sent.len());
        out.extend_from_slice(&mask.bytes(&sent[..self.method_end]));
        let method_end = out.len();
        out.extend_from_slice(&mask.bytes(&sent[self.method_end..self.target_end]));
        let target_end = out.len();
        for (name, value) in Parts(&sent[self.target_end..self.headers_end]).pairs() {
            push_part(&mut out, &mask.bytes(name));
            push_part(&mut out, &mask.bytes(value));
        }
        let headers_end = out.len();
        out.extend_from_slice(&mask.bytes(&sent[self.headers_end..]));
        (self.method_end, self.target_end, self.headers_end) =
            (method_end, target_end, headers_end);
        out
    }

    pub(super) fn method(&self) -> &[u8] {
        &self.sent[..self.method_end]
    }

    pub(super) fn target(&self) -> &[u8] {
        &self.sent[self.method_end..self.target_end]
    }

    pub(super) fn headers(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        Parts(&self.sent[self.target_end..self.headers_end]).pairs()
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.sent[self.headers_end..]
    }

    /// Roughly the memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        let parameters = self.notes.path_parameters.iter();
        let findings = self.notes.findings.iter();
        size_of::<Self>()
            + self.sent.capacity()
            + parameters.map(|(_, value)| value.len() + 48).sum::<usize>()
            + findings
                .map(|finding| {
                    size_of_val(finding) + finding.expected.len() + finding.actual.len() + 64
                })
                .sum::<usize>()
    }

    /// Whether it is a request of that tenant.
    pub(super) fn is_of(&self, tenant: &Tenant) -> bool {
        let parameter = |name: &str| {
            let parameters = &self.notes.path_parameters;
            parameters
                .iter()
                .find(|(key, _)| **key == *name)
                .map_or("", |(_, value)| value.as_str())
        };
        match tenant {
            Tenant::Project(project) => parameter("project_id") == project,
            Tenant::Library(library) => parameter("LibraryId") == library,
            Tenant::Instance { .. } => {
                tenant.has_instance(parameter("project_id"), parameter("instance_id"))
            }
            Tenant::Space { .. } => tenant.has_space(parameter("LibraryId"), parameter("SpaceId")),
        }
    }
}

/// Texts with their lengths before them.
struct Parts<'b>(&'b [u8]);

impl<'b> Parts<'b> {
    fn pairs(mut self) -> impl Iterator<Item = (&'b [u8], &'b [u8])> {
        std::iter::from_fn(move || Some((self.part()?, self.part()?)))
    }

    fn part(&mut self) -> Option<&'b [u8]> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        let (part, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        self.0 = rest;
        Some(part)
    }
}

/// The headers' limit is far below what two bytes count.
fn push_part(out: &mut Vec<u8>, part: &[u8]) {
    let length = u16::try_from(part.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&part[..length.into()]);
}

/// The last end of a character up to `most`, which is less than the length.
fn boundary(text: &[u8], most: usize) -> usize {
    let mut end = most;
    while end > 0 && text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    end
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}
