//! Bodies: members that no document names, the order of members, other words where words are free,
//! and every way in which RFC 8259 lets the same value be written.

use bytes::Bytes;
use serde_json::{Value, json};
use validator::Response;

use crate::engine::Draw;

/// Members whose text is for people. Short enough for every documented length.
const FOR_PEOPLE: [&str; 3] = ["error_msg", "error_details", "message"];

/// What people may be told.
const WORDS: [&str; 5] = [
    "Something went wrong.",
    "?",
    "参数错误",
    "The \"request\" / its \\ part\nwas not understood \u{1F4A5}",
    "E",
];

/// Names of members that no document has.
const UNDOCUMENTED: [&str; 4] = ["extension", "trace_id", "_links", "x"];

pub(super) fn perturb(response: &mut Response, draw: &Draw) {
    let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) else {
        return;
    };
    change(&mut body, draw);
    let mut writer = Writer::new(draw);
    writer.value(&body, 0);
    writer.padding();
    response.body = Bytes::from(writer.text);
}

/// Adds members and changes words, wherever that is free.
fn change(value: &mut Value, draw: &Draw) {
    match value {
        Value::Object(members) => {
            for (name, member) in &mut *members {
                if FOR_PEOPLE.contains(&name.as_str()) && draw.below(2) == 0 {
                    *member = json!(WORDS[draw.index(WORDS.len())]);
                } else {
                    change(member, draw);
                }
            }
            if draw.below(3) == 0 {
                let name = UNDOCUMENTED[draw.index(UNDOCUMENTED.len())];
                members.insert(name.to_owned(), undocumented(draw));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| change(item, draw)),
        _ => {}
    }
}

fn undocumented(draw: &Draw) -> Value {
    match draw.below(6) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1.5e-3),
        3 => json!("SUCCESS"),
        4 => json!({"href": "https://assets.invalid/", "status": 500}),
        _ => json!([[], {}, "a"]),
    }
}

/// Writes JSON in one of its ways, which stays the same throughout a text but for the order of
/// members.
struct Writer<'d> {
    draw: &'d Draw,
    text: String,
    line: &'static str,
    indent: &'static str,
    colon: &'static str,
    ascii_only: bool,
    escaped_slashes: bool,
}

impl<'d> Writer<'d> {
    fn new(draw: &'d Draw) -> Self {
        let (line, indent, colon) = match draw.below(5) {
            0 | 1 => ("", "", ":"),
            2 => ("\n", "  ", ": "),
            3 => ("\r\n", "\t", " : "),
            _ => (" ", "", ": "),
        };
        Self {
            draw,
            text: String::new(),
            line,
            indent,
            colon,
            ascii_only: draw.below(2) == 0,
            escaped_slashes: draw.below(3) == 0,
        }
    }

    fn padding(&mut self) {
        if self.draw.below(2) == 0 {
            self.text.push_str(self.line);
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                self.all('[', ']', items, depth, |writer, item| {
                    writer.value(item, depth + 1);
                });
            }
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                self.draw.shuffle(&mut members);
                self.all('{', '}', &members, depth, |writer, (name, member)| {
                    writer.string(name);
                    writer.text.push_str(writer.colon);
                    writer.value(member, depth + 1);
                });
            }
            plain => self.text.push_str(&plain.to_string()),
        }
    }

    fn all<T>(
        &mut self,
        open: char,
        close: char,
        items: &[T],
        depth: usize,
        mut write: impl FnMut(&mut Self, &T),
    ) {
        self.text.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.new_line(depth + 1);
            write(self, item);
        }
        if !items.is_empty() {
            self.new_line(depth);
        }
        self.text.push(close);
    }

    fn new_line(&mut self, depth: usize) {
        self.text.push_str(self.line);
        self.text.push_str(&self.indent.repeat(depth));
    }

    fn string(&mut self, text: &str) {
        // A value of `serde_json` is written without fail.
        for c in Value::from(text).to_string().chars() {
            if c == '/' && self.escaped_slashes {
                self.text.push_str("\\/");
            } else if self.ascii_only && !c.is_ascii() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    self.text.push_str("\\u");
                    let digits = [12, 8, 4, 0].map(|shift| u32::from((*unit >> shift) & 15));
                    let digits = digits.into_iter();
                    self.text
                        .extend(digits.filter_map(|digit| char::from_digit(digit, 16)));
                }
            } else {
                self.text.push(c);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn written(body: &Value, turn: u64) -> String {
        let draw = Draw::new(1, "", turn);
        let mut writer = Writer::new(&draw);
        writer.value(body, 0);
        writer.padding();
        writer.text
    }

    #[test]
    fn the_same_value_is_written_in_many_ways() {
        let body = json!({
            "a": ["x/y", "日本\u{1F4A5}\n\"\\", 1, -2.5, true, null, [], {}],
            "b": {"c": {"d": 1, "e": 2}, "f": 18_446_744_073_709_551_615_u64},
        });
        let mut ways = BTreeSet::new();
        for turn in 0..200 {
            let text = written(&body, turn);
            let read: Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(read, body);
            ways.insert(text);
        }
        assert!(ways.len() > 100, "{}", ways.len());
        for part in ["\\/", "\\ud83d\\udca5", "日本", "\r\n\t", "{\"b\"", " : "] {
            assert!(ways.iter().any(|text| text.contains(part)), "{part}");
        }
    }

    #[test]
    fn members_are_added_and_none_is_lost() {
        let body = json!({"results": [{"asset_ids": ["a"]}], "error_msg": "x"});
        let (mut added, mut reworded) = (0, 0);
        for turn in 0..100 {
            let mut response = Response {
                status: 200,
                headers: Vec::new(),
                body: body.to_string().into(),
            };
            perturb(&mut response, &Draw::new(1, "", turn));
            let read: Value = serde_json::from_slice(&response.body).expect("JSON");
            assert_eq!(read["results"][0]["asset_ids"], json!(["a"]));
            let words = read["error_msg"].as_str().expect("text");
            assert!((1..=128).contains(&words.chars().count()));
            reworded += usize::from(words != "x");
            added += usize::from(read.as_object().expect("an object").len() > 2);
        }
        assert!(added > 10 && reworded > 10, "{added} {reworded}");
    }
}
