//! Free texts: at their stated lengths, beyond ASCII, and such as look like something else. JSON
//! says that a string is any Unicode, and no document says more, so all but the lengths is a SHOULD.

use std::rc::Rc;

use contract::Level;
use serde_json::json;

use super::bench::Bench;
use super::names::counted;
use super::sample::of_length;
use super::sites::Site;

/// Texts that JSON allows in any string. The two forms of one letter are the same to a reader, and
/// are different strings.
const FREE: [(&str, &str, &str); 9] = [
    (
        "unicode-letters",
        "holds letters beyond ASCII",
        "Gr\u{f6}\u{df}e \u{394}\u{3b8}\u{3b9}",
    ),
    ("unicode-han", "holds Han characters", "\u{7d20}\u{6750}"),
    (
        "unicode-emoji",
        "holds emoji beyond the basic plane",
        "\u{1f980}\u{1f389}",
    ),
    (
        "unicode-right-to-left",
        "is written from right to left",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
    ),
    (
        "unicode-composed",
        "holds a composed letter (NFC)",
        "caf\u{e9}",
    ),
    (
        "unicode-combining",
        "holds a letter with a combining mark (NFD)",
        "cafe\u{301}",
    ),
    ("quotes", "holds quotes and a backslash", "\"it's\" \\ `so`"),
    ("like-a-number", "looks like a number", "0123"),
    ("like-a-literal", "looks like a literal", "null"),
];

/// Texts that JSON allows, too, and that a server may have a reason not to.
const DOUBTFUL: [(&str, &str, &str); 4] = [
    ("empty", "is an empty text", ""),
    ("blank", "is a blank", " "),
    ("line-ends", "holds line ends and a tab", "a\r\nb\tc"),
    ("nul", "holds the character U+0000", "a\0b"),
];

/// More characters than any client means.
const LONG: usize = 10_000;

pub(super) fn add(bench: &mut Bench<'_>) {
    for site in Rc::clone(&bench.base.sites).iter() {
        let facts = &site.facts;
        // What a state will replace is a text for now, whatever it becomes.
        let is_text = facts.is("string") && facts.values.is_empty() && site.value.is_string();
        if !is_text {
            continue;
        }
        lengths(bench, site);
        if !facts.patterns.is_empty() {
            continue;
        }
        let soft = |(id, level): (String, Level)| (id, level.min(Level::Should));
        let promise = bench.made_up(site).map(soft);
        for (what, words, text) in FREE {
            let step = bench.sound_with(site, json!(text));
            bench.accept(site.positive(what, words), step, promise.clone());
        }
        for (what, words, text) in DOUBTFUL {
            let step = bench.sound_with(site, json!(text));
            bench.observe_valid(site.positive(what, words), step);
        }
        let step = bench.sound_with(site, json!("x".repeat(LONG)));
        bench.observe_valid(
            site.positive("long", format!("has {LONG} characters")),
            step,
        );
    }
}

/// At the least and the greatest stated length.
fn lengths(bench: &mut Bench<'_>, site: &Site) {
    let length = &site.facts.length;
    for limit in [&length.least, &length.most].into_iter().flatten() {
        let promise = if site.names_something() {
            bench.made_up(site)
        } else {
            bench.promise(limit.requirement.as_deref())
        };
        let start = site.value.as_str().filter(|text| !text.starts_with('$'));
        let text = of_length(start.unwrap_or("sample"), limit.count);
        let characters = counted(limit.count, "character");
        let label = site.positive(&characters, format!("has {characters}"));
        let step = bench.sound_with(site, json!(text));
        bench.accept(label, step, promise);
    }
}
