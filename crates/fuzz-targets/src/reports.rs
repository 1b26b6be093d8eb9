//! What has to hold of a report, whatever the target answered: nothing of it breaks out of the
//! format.

use conformance::report::{html, junit, markdown, terminal};
use conformance::run::{Run, Summary};

/// Renders every report of the run, and looks at what came.
pub fn render(run: &Run) {
    let summary = Summary::of(run);
    let page = html::render(run, &summary).expect("a page");
    for (element, times) in [("<script", 1), ("<style", 1), ("<body", 1), ("</html>", 1)] {
        assert_eq!(page.matches(element).count(), times, "{element}");
    }
    for element in ["<iframe", "<img", "<object", "javascript:"] {
        assert!(!page.contains(&format!("{element} ")), "{element}");
    }
    let xml = junit::render(run, &summary).expect("a JUnit file");
    assert!(xml.starts_with("<?xml"));
    // Production [2] of XML 1.0: no escape makes these characters part of a document.
    let forbidden = |c: char| {
        c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    assert!(!xml.contains(forbidden));
    let page = markdown::render(run, &summary);
    assert!(!page.contains("<script"));
    let text = terminal::render(run, &summary);
    let mut rest = text.as_str();
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
