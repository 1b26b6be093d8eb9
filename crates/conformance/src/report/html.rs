//! The report for people: one page that needs nothing but itself. Without a script it shows all
//! that there is; the one that it brings filters, and the page's policy lets no other one run.
//!
//! Every text is escaped as it is written; only the style sheet, the script, the rendered cases and
//! the code spans of statements are marked as safe, here and nowhere else.

mod anchors;
mod case;
mod json;
mod page;
mod requirements;

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{
    AutoEscape, Environment, Output, State, UndefinedBehavior, Value, escape_formatter,
};
use sha2::{Digest, Sha256};

use super::ReportError;
use super::untrusted::{one_line, visible};
use crate::run::{Run, Summary};
use anchors::Anchors;

const STYLE: &str = include_str!("html/style.css");
const PAGE: &str = include_str!("html/template.html");
const CASE: &str = include_str!("html/case.html");
const SCRIPT: &str = include_str!("html/filter.js");

/// Lists of more cases than these, in which nothing is to be done, are folded.
const FOLDED: usize = 20;

/// Renders the run as one HTML page; `summary` is [`Summary::of`] the same run.
pub fn render(run: &Run, summary: &Summary) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(format);
    environment.add_filter("line", |text: &str| one_line(text));
    environment.add_filter("block", |text: &str| visible(text));
    environment.add_filter("prose", prose);
    environment.add_template("page", PAGE)?;
    environment.add_template("case", CASE)?;
    let page = environment.get_template("page")?;
    let case = environment.get_template("case")?;
    let anchors = Anchors::of(run);
    let lists = case::cases(run, &anchors)
        .into_iter()
        .map(|group| {
            let rendered = group
                .cases
                .iter()
                .map(|item| {
                    case.render(Value::from(Serde(item)))
                        .map(Value::from_safe_string)
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok(minijinja::context! {
                word => group.word,
                title => group.title,
                folded => !group.needs_attention && rendered.len() > FOLDED,
                cases => rendered,
            })
        })
        .collect::<Result<Vec<Value>, minijinja::Error>>()?;
    let context = minijinja::context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        script_hash => Value::from_safe_string(script_hash()),
        page => Value::from(Serde(page::page(run, summary, &anchors))),
        lists => lists,
    };
    Ok(page.render(context)?)
}

/// What the page's policy calls its one script by.
fn script_hash() -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(SCRIPT)))
}

/// Writes a value into the page, its text escaped. Only double quotes enclose attributes in the
/// templates, so that what shell lines and paths are full of stays as it is.
fn format(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => Ok(out.write_str(&escaped(text))?),
        _ => escape_formatter(out, state, value),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A contract's sentence: what stands between two backticks becomes code.
fn prose(text: &str) -> Value {
    let text = one_line(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return Value::from_safe_string(escaped(&text));
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    for (index, part) in parts.into_iter().enumerate() {
        let part = escaped(part);
        if index % 2 == 0 {
            let _ = write!(out, "{part}");
        } else {
            let _ = write!(out, "<code>{part}</code>");
        }
    }
    Value::from_safe_string(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Verdict, fixture};
    use crate::snapshot::DriftKind;

    fn rendered(run: &Run) -> String {
        render(run, &Summary::of(run)).unwrap()
    }

    #[test]
    fn the_whole_report() {
        let page = rendered(&fixture::run());
        // These are files of their own; a snapshot of them would only say it twice.
        let page = page.replace(STYLE, "").replace(SCRIPT, "");
        insta::assert_snapshot!(page.replace(&script_hash(), "HASH"));
    }

    #[test]
    fn the_policy_allows_just_the_script_of_the_page() {
        let page = rendered(&fixture::run());
        let (_, rest) = page.split_once("<script>").expect("there is a script");
        let (script, _) = rest.split_once("</script>").expect("it ends");
        let hash = STANDARD.encode(Sha256::digest(script));
        assert!(
            page.contains(&format!("script-src 'sha256-{hash}'")),
            "{hash}"
        );
    }

    #[test]
    fn no_attribute_is_in_single_quotes_or_in_none() {
        // What is escaped relies on that.
        for template in [PAGE, CASE] {
            for (at, _) in template.match_indices('=') {
                let (before, after) = (&template[..at], &template[at + 1..]);
                // Within a tag, which no text of the templates looks like.
                let is_tag = before.rfind('<') > before.rfind('>');
                let in_value = before[before.rfind('<').unwrap_or(0)..]
                    .matches('"')
                    .count()
                    % 2
                    == 1;
                if is_tag && !in_value {
                    assert!(after.starts_with('"'), "{}", &template[at - 20..at + 20]);
                }
            }
        }
    }

    #[test]
    fn hostile_texts_stay_text() {
        let page = rendered(&fixture::run());
        assert_eq!(page.matches("<script").count(), 1, "its own");
        assert!(page.contains("&lt;script&gt;alert(1)"));
        assert!(page.contains("&quot; onload='x'"));
        assert!(!page.contains("\" onload"));
        assert!(!page.contains("<b>staging"));
        assert!(page.contains("{{ 7*7 }}"), "a text is never a template");
        assert!(
            !page
                .chars()
                .any(|c| c.is_control() && c != '\n' && c != '\t')
        );
    }

    #[test]
    fn the_page_needs_nothing_from_outside() {
        let page = rendered(&fixture::run());
        for outside in [
            "<link",
            "<img",
            "<iframe",
            "url(",
            "@import",
            " src=",
            "javascript:void",
        ] {
            assert!(!page.contains(outside), "{outside}");
        }
        let links = page.split("href=\"").skip(1);
        for link in links {
            let near = link.starts_with('#') || link.starts_with("reproduce/");
            assert!(near, "{}", &link[..20]);
        }
    }

    #[test]
    fn every_link_within_the_page_leads_somewhere() {
        let page = rendered(&fixture::run());
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }

    #[test]
    fn every_case_and_every_requirement_is_on_the_page() {
        let run = fixture::run();
        let page = rendered(&run);
        assert_eq!(
            page.matches("<details class=\"case\"").count(),
            run.cases.len()
        );
        let requirements = Summary::of(&run).requirements.len();
        assert_eq!(page.matches("<tr id=\"r-").count(), requirements);
    }

    #[test]
    fn a_run_without_a_footer_says_so_before_its_verdict() {
        let mut run = fixture::run();
        run.footer = None;
        run.cases.retain(|case| case.verdict == Verdict::Pass);
        let page = rendered(&run);
        let said = page.find("this run was cut short").expect("it says so");
        assert!(said < page.find("<h1").unwrap());
        assert!(page.contains("Could not judge"));
    }

    #[test]
    fn responses_that_differ_are_on_the_page() {
        let run = fixture::run();
        let comparison = fixture::comparison(&[DriftKind::Changed]);
        let page = render(&run, &Summary::of(&run).with_snapshots(comparison)).unwrap();
        assert!(page.contains("<span class=\"fail\">-  &quot;a&quot;: 1</span>"));
        assert_eq!(page.matches("<script").count(), 1, "its own");
    }

    #[test]
    fn hundreds_of_cases_make_a_page_that_opens() {
        let mut run = fixture::run();
        let long = "0123456789abcdef".repeat(4_096);
        for verdict in [Verdict::Pass, Verdict::Fail] {
            let found = run.cases.iter().find(|case| case.verdict == verdict);
            let model = found.expect("one ends so").clone();
            for index in 0..350 {
                let mut case = model.clone();
                case.id = format!("{}/{index}", model.id);
                case.steps[0].request.body.text.clone_from(&long);
                run.cases.push(case);
            }
        }
        let page = rendered(&run);
        assert!(page.len() < 6 << 20, "{}", page.len());
    }

    #[test]
    fn an_empty_run_still_makes_a_page() {
        let mut run = fixture::run();
        run.cases.clear();
        run.header.contracts.clear();
        assert!(rendered(&run).contains("Nothing was tested."));
    }
}
