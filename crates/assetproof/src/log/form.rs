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

/// Writes an event as a line, its end included.
pub(super) fn write(form: LogForm, event: &Event<'_>, now: SystemTime, line: &mut Vec<u8>) {
    let metadata = event.metadata();
    let time = humantime::format_rfc3339_micros(now);
    let level = name(*metadata.level());
    // Writing to memory does not fail.
    match form {
        LogForm::Text => {
            let _ = write!(line, "{time} {level:5}");
            event.record(&mut Text(line));
            line.push(b'\n');
        }
        LogForm::Json => {
            let target = metadata.target();
            let _ = write!(
                line,
                r#"{{"time":"{time}","level":"{level}","target":"{target}""#
            );
            event.record(&mut Json(line));
            line.extend_from_slice(b"}\n");
        }
    }
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
            let _ = write!(self.0, " {}.{:03} ms", value / 1000, value % 1000);
        } else {
            self.begin(field.name());
            let _ = write!(self.0, "{value}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if value.is_empty() {
            return;
        }
        self.begin(field.name());
        if value.bytes().any(|byte| byte.is_ascii_control()) {
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
