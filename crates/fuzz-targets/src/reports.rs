//! What has to hold of a report, whatever the target answered: nothing of it breaks out of the
//! format. What a page or a summary holds is asked of a reader of its format: text that only looks
//! like markup is none.

use conformance::report::{html, junit, markdown, terminal};
use conformance::run::{Run, Summary};
use html5gum::{Token, Tokenizer};
use pulldown_cmark::{Event, Options, Parser, Tag};

/// The HTML that the Markdown has of its own.
const OWN_TAGS: [&str; 5] = ["<details>", "</details>", "<summary>", "</summary>", "<br>"];

/// Renders every report of the run, and looks at what came.
pub fn render(run: &Run) {
    let summary = Summary::of(run);
    page(&html::render(run, &summary).expect("a page"));
    xml(&junit::render(run, &summary).expect("a JUnit file"));
    marks(&markdown::render(run, &summary));
    styles(&terminal::render(run, &summary));
}

/// An HTML page has one style and one script, both its own, and runs and fetches nothing else.
fn page(page: &str) {
    let (mut scripts, mut sheets) = (0, 0);
    for Ok(token) in Tokenizer::new(page) {
        let Token::StartTag(tag) = token else {
            continue;
        };
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        match name.as_str() {
            "script" => scripts += 1,
            "style" => sheets += 1,
            "iframe" | "img" | "object" | "embed" | "base" | "link" | "svg" => {
                panic!("<{name}>");
            }
            _ => {}
        }
        for (attribute, value) in &tag.attributes {
            let attribute = String::from_utf8_lossy(attribute);
            let allowed = match attribute.as_ref() {
                "href" => value.starts_with(b"#"),
                "style" => share(value),
                "action" | "formaction" | "src" | "srcset" => false,
                name => !name.starts_with("on"),
            };
            assert!(allowed, "{attribute}={value:?} of <{name}>");
        }
    }
    assert_eq!((scripts, sheets), (1, 1));
}

/// A part of a bar: how many requirements it stands for.
fn share(style: &[u8]) -> bool {
    style
        .strip_prefix(b"flex:")
        .is_some_and(|count| !count.is_empty() && count.iter().all(u8::is_ascii_digit))
}

fn xml(xml: &str) {
    assert!(xml.starts_with("<?xml"));
    // Production [2] of XML 1.0: no escape makes these characters part of a document.
    let forbidden = |c: char| {
        c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    assert!(!xml.contains(forbidden));
}

/// Markdown has no HTML but its own, no link and no image.
fn marks(markdown: &str) {
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let mut rest = html.to_string();
                for own in OWN_TAGS {
                    rest = rest.replace(own, "");
                }
                assert!(!rest.contains('<'), "{html}");
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                panic!("a link to {dest_url}");
            }
            _ => {}
        }
    }
}

/// A terminal is told styles and line feeds, and nothing else that is no text.
fn styles(text: &str) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('\u{1b}') {
        let style = after
            .strip_prefix('[')
            .and_then(|style| style.split_once('m'));
        let (style, after) = style.expect("a style ends");
        assert!(
            style
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{style}"
        );
        rest = after;
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\u{1b}');
    assert!(!text.contains(control), "{text:?}");
}
