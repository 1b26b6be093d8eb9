//! The lines of a script: its variables, and a `curl` command for each scene.

use std::fmt::Write as _;
use std::time::SystemTime;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use validator::Request;

use super::captures::{self, Capture};
use super::tape::{Scene, Sent, SetUp};
use crate::Target;
use crate::curl::{self, Place, Variable};
use crate::run::CaseRecord;
use crate::signing;

/// A request with a longer body is left out, because the script has to stay a thing to read. In
/// bytes: 256 KiB.
const LONGEST_BODY: usize = 262_144;

/// A request that was sent more often than this in a row was waiting for something.
const PATIENCE: usize = 2;

/// More repetitions than these are not waited for.
const REPETITIONS: usize = 10;

/// The credentials with what to say when one is not set.
const CREDENTIALS: [(&str, &str); 4] = [
    ("ASSETPROOF_TOKEN", "set it to the token"),
    ("ASSETPROOF_ACCESS_KEY", "set it to the access key"),
    ("ASSETPROOF_SECRET_KEY", "set it to the secret key"),
    ("ASSETPROOF_ACCESS_TOKEN", "set it to the access token"),
];

/// What the lines of a script are made of.
pub(super) struct Lines<'s> {
    case: &'s CaseRecord,
    scenes: &'s [Scene],
    target: &'s Target,
    secrets: Vec<Variable<'static>>,
    captures: Vec<Capture>,
}

impl<'s> Lines<'s> {
    pub(super) fn new(case: &'s CaseRecord, scenes: &'s [Scene], target: &'s Target) -> Self {
        Self {
            case,
            scenes,
            target,
            secrets: curl::secrets(&target.credentials),
            captures: captures::captures(scenes),
        }
    }

    /// Whether a value is cut out of an answer.
    pub(super) fn captures(&self) -> bool {
        self.captures
            .iter()
            .any(|capture| !self.is_left_out(capture.scene))
    }

    /// Whether such a value has to be encoded for a URL.
    pub(super) fn encodes(&self) -> bool {
        self.captures.iter().any(|capture| capture.in_url.is_some())
    }

    /// Whether a request is signed by the target's key pair.
    pub(super) fn signs(&self) -> bool {
        self.scenes.iter().any(|scene| match scene {
            Scene::Sent(sent) => {
                signing::found(&sent.request, self.target, SystemTime::now()).is_some()
            }
            Scene::SetUp(_) => false,
        })
    }

    /// Where to send the requests; `lines` are those of the script that use the variables.
    pub(super) fn variables(&self, script: &mut String, lines: &str) {
        let base = curl::quoted(self.target.base());
        // Writing to a string cannot fail.
        let _ = writeln!(script, "TARGET=${{TARGET:-{base}}}");
        if let Some(url) = self.state_url() {
            let url = curl::quoted(url);
            let _ = writeln!(script, "STATE_URL=${{STATE_URL:-{url}}}");
        }
        for (name, text) in CREDENTIALS {
            let in_signature = ["ASSETPROOF_ACCESS_KEY", "ASSETPROOF_SECRET_KEY"].contains(&name);
            if lines.contains(&format!("${name}\""))
                || lines.contains(&format!("${{{name}%"))
                || (in_signature && self.signs())
            {
                let _ = writeln!(script, ": \"${{{name}:?{text}}}\"");
            }
        }
    }

    fn state_url(&self) -> Option<&'s str> {
        let sets_up = |scene: &Scene| matches!(scene, Scene::SetUp(_));
        let url = self.target.state_url.as_ref()?;
        self.scenes.iter().any(sets_up).then_some(url.as_str())
    }

    /// The function that tidies up at the end, whatever becomes of the requests.
    pub(super) fn tear_down(&self, script: &mut String) {
        let Some(url) = self.state_url() else {
            return;
        };
        script.push_str("\n# Whatever happens, what was set up is torn down at the end.\n");
        script.push_str("tear_down() {\n");
        for (index, scene) in self.scenes.iter().enumerate().rev() {
            if let Scene::SetUp(set_up) = scene {
                let command = self.change(index, set_up, url, "teardown", "-sS -o /dev/null");
                let _ = writeln!(script, "  {command} || true");
            }
        }
        script.push_str("}\n");
        for Capture { name, .. } in &self.captures {
            if script.contains(&format!("\"${name}\"")) {
                // The function may be called before there is a value.
                let _ = writeln!(script, "{name}=");
            }
        }
        script.push_str("trap tear_down EXIT\n");
    }

    /// What is done, in order.
    pub(super) fn scenes(&self, script: &mut String) {
        let mut index = 0;
        while let Some(scene) = self.scenes.get(index) {
            let mut next = index + 1;
            match scene {
                Scene::SetUp(set_up) => self.set_up(script, index, set_up),
                Scene::Sent(sent) => {
                    while self.is_repeated(index, next) {
                        next += 1;
                    }
                    self.sent(script, index, next - index, sent);
                }
            }
            self.take(script, next - 1);
            index = next;
        }
    }

    /// Whether the scene `next` sends what the scene `first` sends, and nothing of the answer
    /// before it is needed.
    fn is_repeated(&self, first: usize, next: usize) -> bool {
        if self.is_captured(next - 1) {
            return false;
        }
        match (&self.scenes[first], self.scenes.get(next)) {
            (Scene::Sent(first), Some(Scene::Sent(next))) => {
                let (a, b) = (&first.request, &next.request);
                (&a.method, &a.target, &a.headers, &a.body)
                    == (&b.method, &b.target, &b.headers, &b.body)
            }
            _ => false,
        }
    }

    fn set_up(&self, script: &mut String, index: usize, set_up: &SetUp) {
        let Some(url) = self.state_url() else {
            return;
        };
        let _ = writeln!(script, "\n# State: {}", comment(&set_up.state));
        let command = self.change(index, set_up, url, "setup", "-sS -f");
        if self.is_captured(index) {
            let _ = writeln!(script, "answer=$({command})");
        } else {
            let _ = writeln!(script, "{command} > /dev/null");
        }
    }

    /// The command that changes a state.
    fn change(
        &self,
        index: usize,
        set_up: &SetUp,
        url: &str,
        action: &str,
        options: &str,
    ) -> String {
        let body = state_body(&set_up.state, &set_up.params, action);
        let request = Request {
            method: "POST".to_owned(),
            target: String::new(),
            headers: vec![("Content-Type".to_owned(), b"application/json".to_vec())],
            body,
        };
        let variables = self.known("STATE_URL", url, index);
        curl::command(url, &request, &variables, options)
    }

    fn sent(&self, script: &mut String, index: usize, count: usize, sent: &Sent) {
        // Of a repeated request, the last answer is the one that tells.
        let last = sent.step + count - 1;
        let Some(step) = self.case.steps.get(last) else {
            return;
        };
        let came = match &step.response {
            Some(response) => format!("came {}", response.status),
            None => "no response came".to_owned(),
        };
        let number = if count == 1 {
            format!("Request {}", last + 1)
        } else {
            format!("Requests {} to {}", sent.step + 1, last + 1)
        };
        let _ = writeln!(script, "\n# {number}: {}; {came}", comment(&step.operation));
        let length = sent.request.body.len();
        if self.is_left_out(index) {
            let _ = writeln!(
                script,
                "# It is left out here, because its body has {length} bytes. Run the case alone \
                 to send it."
            );
            return;
        }
        let url = format!("{}{}", self.target.base(), sent.request.target);
        let variables = self.known("TARGET", self.target.base(), index);
        let mut options = "-sS -i -w '\\n'".to_owned();
        if step.response.is_none() {
            let seconds = self.target.timeout.as_secs().max(1);
            let _ = write!(options, " --max-time {seconds}");
        }
        let mut command = match signing::found(&sent.request, self.target, SystemTime::now()) {
            Some(found) => curl::signed(&url, &found, &variables, &options),
            None => curl::command(&url, &sent.request, &variables, &options),
        };
        if step.response.is_none() {
            command.push_str(" || true");
        }
        let indent = if count > PATIENCE { "  " } else { "" };
        if self.is_captured(index + count - 1) {
            command = format!("answer=$({command})\n{indent}printf '%s\\n' \"$answer\"");
        }
        if count > PATIENCE {
            let times = count.min(REPETITIONS);
            let attempts: Vec<String> = (1..=times).map(|attempt| attempt.to_string()).collect();
            let _ = writeln!(
                script,
                "# It was repeated until what was waited for came, or for too long.\nfor attempt in {}; do\n  {command}\n  sleep 1\ndone",
                attempts.join(" ")
            );
        } else {
            for _ in 0..count {
                let _ = writeln!(script, "{command}");
            }
        }
    }

    /// Takes what later requests need out of the answer.
    fn take(&self, script: &mut String, index: usize) {
        for capture in self
            .captures
            .iter()
            .filter(|capture| capture.scene == index)
        {
            let name = &capture.name;
            if self.is_left_out(index) {
                // What it answered is known from the run only.
                let _ = writeln!(script, "{name}={}", curl::quoted(&capture.value));
            } else {
                let nth = capture.nth.map(|nth| format!(" {nth}"));
                let (member, nth) = (&capture.member, nth.unwrap_or_default());
                let _ = writeln!(script, "{name}=$(member {member}{nth})");
            }
            if let Some((encoded, _)) = &capture.in_url {
                let _ = writeln!(script, "{encoded}=$(in_url \"${name}\")");
            }
        }
    }

    /// What stands for its text in the command of this scene.
    fn known<'k>(&'k self, address: &'k str, url: &'k str, index: usize) -> Vec<Variable<'k>> {
        let mut variables = vec![Variable::new(address, url, Place::Start)];
        variables.extend(self.secrets.iter().cloned());
        let before = self.captures.iter().filter(|capture| capture.scene < index);
        variables.extend(before.flat_map(Capture::variables));
        variables
    }

    fn is_captured(&self, index: usize) -> bool {
        self.captures.iter().any(|capture| capture.scene == index)
    }

    fn is_left_out(&self, index: usize) -> bool {
        match &self.scenes[index] {
            Scene::Sent(sent) => sent.request.body.len() > LONGEST_BODY,
            Scene::SetUp(_) => false,
        }
    }
}

/// What is posted to change a state.
fn state_body(state: &str, params: &Map<String, Value>, action: &str) -> Bytes {
    let body = json!({ "state": state, "params": params, "action": action });
    Bytes::from(body.to_string())
}

/// A text that stays within its comment.
fn comment(text: &str) -> String {
    crate::report::short_line(text, 200)
}
