//! An event as a line, in either form.
//!
//! Text: time, level, and the values; what a request's log has in each line (method, path, status,
//! duration, tenant) stands without its name, everything else as `name=value`. JSON: one object
//! with `time`, `level`, `target` and a member for each value.

use std::fmt;
use std::io::Write;
use std::time::SystemTime;

use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use crate::cli::LogForm;

/// A line that is being written, in memory that is used again for the next one.
pub(super) struct Line {
    bytes: Vec<u8>,
    /// The second in which the last line was written, and how its time begins.
    second: Option<u64>,
    time: String,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            second: None,
            time: String::new(),
        }
    }

    /// The line, its end included.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes an event in place of what was written before.
    pub(super) fn write(&mut self, form: LogForm, event: &Event<'_>, now: SystemTime) {
        let metadata = event.metadata();
        let level = name(*metadata.level());
        self.bytes.clear();
        // Writing to memory does not fail.
        match form {
            LogForm::Text => {
                self.write_time(now);
                let line = &mut self.bytes;
                line.push(b' ');
                line.extend_from_slice(level.as_bytes());
                line.extend_from_slice(&b"     "[level.len()..]);
                event.record(&mut Text(line));
                line.push(b'\n');
            }
            LogForm::Json => {
                self.bytes.extend_from_slice(br#"{"time":""#);
                self.write_time(now);
                let line = &mut self.bytes;
                let target = metadata.target();
                let _ = write!(line, r#"","level":"{level}","target":"{target}""#);
                event.record(&mut Json(line));
                line.extend_from_slice(b"}\n");
            }
        }
    }

    /// Writes the time as RFC 3339 with six digits after the second. All but those is made once a
    /// second.
    fn write_time(&mut self, now: SystemTime) {
        let since = now.duration_since(SystemTime::UNIX_EPOCH);
        let since = since.unwrap_or_default();
        if self.second != Some(since.as_secs()) {
            self.second = Some(since.as_secs());
            self.time.clear();
            let _ = fmt::Write::write_fmt(
                &mut self.time,
                format_args!(
                    "{}",
                    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since)
                ),
            );
            // The Z comes after the digits.
            self.time.pop();
        }
        self.bytes.extend_from_slice(self.time.as_bytes());
        self.bytes.push(b'.');
        push_number(&mut self.bytes, since.subsec_micros().into(), 6);
        self.bytes.push(b'Z');
    }
}

const DIGITS: &[u8; 10] = b"0123456789";

/// Writes a number with at least so many digits, at most 20. Most of a line are numbers, and the
/// formatting of the standard library takes several times as long.
fn push_number(line: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        if number == 0 {
            break;
        }
        *digit = DIGITS[usize::try_from(number % 10).unwrap_or_default()];
        number /= 10;
        start -= 1;
    }
    line.extend_from_slice(&digits[start.min(digits.len() - least)..]);
}

fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

struct Text<'l>(&'l mut Vec<u8>);

impl Text<'_> {
    fn begin(&mut self, name: &str) {
        self.0.push(b' ');
        if !matches!(name, "message" | "method" | "path" | "status" | "tenant") {
            self.0.extend_from_slice(name.as_bytes());
            self.0.push(b'=');
        }
    }
}

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_str(field, &value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "duration_us" {
            self.0.push(b' ');
            push_number(self.0, value / 1000, 1);
            self.0.push(b'.');
            push_number(self.0, value % 1000, 3);
            self.0.extend_from_slice(b" ms");
        } else {
            self.begin(field.name());
            push_number(self.0, value, 1);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if value.is_empty() {
            return;
        }
        self.begin(field.name());
        // All bytes are looked at, which is quicker than to stop at the first.
        let controls = value.bytes().filter(u8::is_ascii_control).count();
        if controls > 0 {
            // A line stays a line, whatever is in it.
            let _ = write!(self.0, "{}", value.escape_debug());
        } else {
            self.0.extend_from_slice(value.as_bytes());
        }
    }
}

struct Json<'l>(&'l mut Vec<u8>);

impl Json<'_> {
    fn begin(&mut self, name: &str) {
        // Names of fields are written in code, and need no escape.
        let _ = write!(self.0, ",\"{name}\":");
    }
}

impl Visit for Json<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.record_str(field, &value.to_string());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.begin(field.name());
        let _ = write!(self.0, "{value}");
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.begin(field.name());
        let _ = write!(self.0, "{value}");
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.begin(field.name());
        let _ = write!(self.0, "{value}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.begin(field.name());
        // Text always is JSON.
        let _ = serde_json::to_writer(&mut *self.0, value);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_number_is_written_as_the_standard_library_writes_it() {
        for number in [0, 7, 10, 999, 1000, u64::MAX] {
            let mut line = Vec::new();
            push_number(&mut line, number, 1);
            line.push(b' ');
            push_number(&mut line, number, 6);
            assert_eq!(
                String::from_utf8_lossy(&line),
                format!("{number} {number:06}")
            );
        }
    }

    #[test]
    fn a_time_is_written_as_humantime_writes_it() {
        let mut line = Line::new();
        for micros in [0, 1, 999_999, 1_000_000, 1_000_001, 86_400_000_000] {
            let now =
                SystemTime::UNIX_EPOCH + Duration::from_micros(1_764_000_000_000_000 + micros);
            line.bytes.clear();
            line.write_time(now);
            assert_eq!(
                String::from_utf8_lossy(line.bytes()),
                humantime::format_rfc3339_micros(now).to_string()
            );
        }
    }
}
