//! Cases about parts of a body, each with what it sends.

use serde_json::{Value, json};

use super::super::kettles::Kettles;

#[test]
fn arrays_are_grown_as_far_as_their_items_can_be_told_apart() {
    let text = || json!({"type": "string"});
    let id = || json!({"type": "string", "x-volatile": "id"});
    let array = |items: Value, limits: Value| {
        let mut schema = json!({"type": "array", "items": items});
        for (name, limit) in limits.as_object().into_iter().flatten() {
            schema[name] = limit.clone();
        }
        schema
    };
    let shared = |with: &str, most: usize| json!({"maxItems": most, "x-shared-limit": {"with": with, "erratum": "KE-E01"}});
    let short = json!({"type": "string", "maxLength": 4});
    let letter = json!({"type": "string", "pattern": "^[a-z]$"});
    let open = || json!({"minItems": 1});
    let kettles = Kettles {
        states: json!([
            {"state": "tea exists", "as": "tea"},
            {"state": "cup exists", "as": "cup", "params": {"colour": "green"}},
            {"state": "pot exists", "as": "pot"},
        ]),
        ..Kettles::of([
            (
                "colours",
                array(text(), json!({"maxItems": 2})),
                json!(["green"]),
            ),
            (
                "few",
                array(text(), json!({"minItems": 0, "maxItems": 2})),
                json!(["a"]),
            ),
            ("full", array(text(), shared("/teas", 2)), json!(["a"])),
            (
                "ids",
                array(id(), json!({"minItems": 2, "maxItems": 3})),
                json!(["a", "b"]),
            ),
            (
                "letters",
                array(letter, json!({"maxItems": 2})),
                json!(["a"]),
            ),
            ("lonely", array(text(), shared("/other", 2)), json!(["a"])),
            ("open", array(short, open()), json!(["abcd"])),
            ("paired", array(text(), shared("/size", 3)), json!(["a"])),
            ("size", json!({"type": "integer"}), json!(1)),
            (
                "teas",
                array(id(), json!({"maxItems": 3})),
                json!(["$states.tea.id", "$states.cup.id"]),
            ),
        ])
    };
    insta::assert_snapshot!(kettles.listing(|_, what| what.contains("item")));
}

#[test]
fn each_documented_value_is_tried() {
    let kettles = Kettles::of([
        ("any", json!({}), json!("tea")),
        (
            "fixed",
            json!({"type": "boolean", "const": true}),
            json!(true),
        ),
        ("hot", json!({"type": "boolean"}), json!(true)),
        (
            "maker",
            json!({"type": "integer", "minimum": 1, "x-volatile": "id"}),
            json!(7),
        ),
        (
            "mixed",
            json!({"enum": [1, "one", null, "x-l"], "x-accepted": {"one": "KE-09"}}),
            json!(1),
        ),
        (
            "rank",
            json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 5}),
            json!(3),
        ),
        (
            "size",
            json!({"type": "integer", "enum": [1, 2], "minimum": 1}),
            json!(1),
        ),
        (
            "volume",
            json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1.5}),
            json!(0.5),
        ),
        (
            "warmth",
            json!({"type": "integer", "minimum": 20, "maximum": 100}),
            json!(40),
        ),
        // Three values that are one word in an id.
        (
            "words",
            json!({"type": "string", "enum": ["a b", "a+b", "a/b"]}),
            json!("a b"),
        ),
    ]);
    let picks = |place: &str, what: &str| {
        // Near misses have a test of their own.
        let misses = [
            "letter", "case", "blank", "trailing", "capital", "full-", "empty",
        ];
        is_inside(place) && !is_type(what) && !misses.iter().any(|miss| what.contains(miss))
    };
    insta::assert_snapshot!(kettles.listing(picks));
}

#[test]
fn each_reading_is_tried_with_the_value_of_the_other_one() {
    let of = |readings: Value| json!({"oneOf": readings});
    let text = || json!({"type": "string"});
    let list = |items: Value| json!({"type": "array", "items": items});
    let kettles = Kettles::of([
        (
            "anything",
            of(json!([text(), {"type": "array", "items": {}}])),
            json!("tea"),
        ),
        ("list", of(json!([list(text()), text()])), json!(["tea"])),
        (
            "lists",
            json!({"anyOf": [list(text()), {"type": ["array", "null"], "items": text()}]}),
            json!(["tea"]),
        ),
        (
            "longer",
            of(json!([list(text()), text()])),
            json!(["tea", "mate"]),
        ),
        (
            "number",
            of(json!([text(), {"type": "integer"}])),
            json!("tea"),
        ),
        (
            "numbers",
            of(json!([text(), list(json!({"type": "integer"}))])),
            json!("tea"),
        ),
        (
            "same",
            json!({"anyOf": [text(), {"type": "string", "maxLength": 9}, {"minLength": 1}]}),
            json!("tea"),
        ),
        (
            "titled",
            of(json!([text(), {"title": "a list", "type": "array", "items": text()}])),
            json!("tea"),
        ),
        (
            "torn",
            of(json!([
                {"type": "string", "x-erratum": "KE-E01"},
                {
                    "type": "array", "title": "prose: a list", "x-erratum": "KE-E01",
                    "maxItems": 2, "items": text(),
                },
            ])),
            json!("tea"),
        ),
    ]);
    let picks = |place: &str, what: &str| {
        let is_own = !is_type(what) && !is_text(what) && what != "missing";
        is_own && !place.ends_with("item") && is_inside(place)
    };
    insta::assert_snapshot!(kettles.listing(picks));
}

#[test]
fn texts_are_tried_at_their_limits_and_free_ones_as_json_allows() {
    let kettles = Kettles {
        states: json!([{"state": "tea exists", "as": "tea"}]),
        ..Kettles::of([
            ("any", json!({}), json!("tea")),
            (
                "code",
                json!({"type": "string", "pattern": "^[a-z]+$", "maxLength": 4}),
                json!("tea"),
            ),
            (
                "mode",
                json!({"type": "string", "enum": ["on"]}),
                json!("on"),
            ),
            (
                "name",
                json!({"type": "string", "minLength": 1, "maxLength": 5}),
                json!("tea"),
            ),
            ("none", json!({"type": ["string", "null"]}), Value::Null),
            ("note", json!({"type": "string"}), json!("tea")),
            (
                "reference",
                json!({"type": "string", "maxLength": 9}),
                json!("$states.tea.id"),
            ),
            (
                "size",
                json!({"type": "integer", "minimum": 0, "exclusiveMaximum": 5}),
                json!(1),
            ),
        ])
    };
    let picks = |place: &str, what: &str| {
        let is_own = !is_type(what) && what != "missing" && is_inside(place);
        let is_near_miss = place == "mode" && what != "on";
        is_own && !is_near_miss
    };
    insta::assert_snapshot!(kettles.listing(picks));
}

#[test]
fn texts_near_to_a_listed_one_are_refused_and_a_printed_slip_is_only_watched() {
    let slips =
        json!({"onn": "KE-E01", "ONN": "KE-E02", "oon": "KE-E03", "no": "KE-E04", "o": "KE-E01"});
    let others = json!({"/v1/cups": {"post": {
        "operationId": "pour", "summary": "Pour",
        "x-requirements": {"operation": "KE-01", "authentication": "KE-02", "status": "KE-03"},
        "requestBody": {"content": {"application/json": {
            "schema": {"type": "object"},
            "examples": {"poured": {"summary": "A cup", "value": {}, "x-constructed": "invented"}},
        }}},
        "responses": {"200": {"description": "It is poured"}},
    }}});
    let kettles = Kettles {
        others,
        states: json!([]),
        explained: &[
            ["boil", "request", "shown"],
            ["boil", "response", "boiled"],
            ["pour", "request", "poured"],
        ],
        ..Kettles::of([
            (
                "mode",
                json!({"type": "string", "enum": ["on", "O_N"], "x-slips": slips}),
                json!("on"),
            ),
            ("size", json!({"type": "integer"}), json!(1)),
        ])
    };
    let picks = |place: &str, what: &str| is_inside(place) && !is_type(what) && what != "missing";
    insta::assert_snapshot!(kettles.listing(picks));
}

#[test]
fn members_are_left_out_and_nulled_in_the_first_item_and_in_the_last() {
    let text = || json!({"type": "string"});
    let id = || json!({"type": "string", "x-volatile": "id"});
    let item = json!({
        "type": "object",
        "required": ["id"],
        "properties": {"id": id(), "lid": text(), "note": text()},
    });
    let kettles = Kettles {
        states: json!([{"state": "tea exists", "as": "tea"}]),
        ..Kettles::with(
            json!({
                "type": "object",
                "x-requirement": "KE-06",
                "required": ["kettles", "alone", "loose"],
                "properties": {
                    "alone": {"type": "array", "items": item},
                    "kettles": {"type": "array", "items": item},
                    "loose": {"x-requirement": "KE-07"},
                    "owner": {"x-requirement": "KE-07", "type": "string", "x-volatile": "id"},
                    "pot": {"x-requirement": "KE-07", "type": "string", "x-unknown-value": "KE-09"},
                    "remark": {"x-requirement": "KE-07", "type": ["string", "null"]},
                    "rare": {"x-requirement": "KE-10", "type": "integer"},
                    "set": {
                        "x-requirement": "KE-08",
                        "type": "object",
                        "properties": {"guest": id(), "tray": {"type": "boolean"}},
                    },
                },
            }),
            json!({
                "alone": [{"id": "a"}],
                "kettles": [{"id": "b", "lid": "c"}, {"id": "d"}],
                "loose": 1,
                "owner": "e",
                "pot": "$states.tea.id",
                "remark": "f",
            }),
        )
    };
    let picks = |place: &str, what: &str| {
        let starts = ["missing", "null", "present", "absent"];
        let is_own = starts.iter().any(|start| what.starts_with(start));
        is_inside(place) && (is_own || what.ends_with("-in-last"))
    };
    insta::assert_snapshot!(kettles.listing(picks));
}

/// Whether the place is a member of the body, or something in one.
fn is_inside(place: &str) -> bool {
    let others = [
        "body",
        "content-type",
        "credentials",
        "headers",
        "method",
        "path",
        "query",
        "request",
    ];
    !others.contains(&place)
}

/// Whether a case is about a text that each free text is tried with.
fn is_text(what: &str) -> bool {
    let starts = ["unicode-", "like-a-"];
    starts.iter().any(|start| what.starts_with(start))
        || matches!(
            what,
            "quotes" | "empty" | "blank" | "line-ends" | "nul" | "long"
        )
}

/// Whether a case is about another JSON type, which `types` tests by itself.
fn is_type(what: &str) -> bool {
    matches!(
        what,
        "null" | "boolean" | "integer" | "float" | "string" | "array" | "object"
    )
}
