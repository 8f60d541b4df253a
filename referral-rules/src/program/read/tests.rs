//! Documents that are right in both notations, and every way to be wrong.
#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]
use crate::diag::{CODES, Diagnostic, Span, render};
use crate::program::document::{Constant, Document, FactType, Limit, Per};
use std::collections::BTreeSet;

const GOOD: &str = include_str!("tests/good.toml");
const GOOD_JSON: &str = include_str!("tests/good.json");
const WRONG: &str = include_str!("tests/wrong.toml");
const HEAD: &str = "schema = 1\nid = \"p\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\ncurrency = \"USD\"\n\
                    time_zone = \"America/New_York\"\n";

fn faults(tail: &str) -> Vec<Diagnostic> {
    Document::from_toml(&format!("{HEAD}{tail}")).1
}

fn slugs(faults: &[Diagnostic]) -> Vec<&'static str> {
    faults.iter().map(|fault| fault.code.slug()).collect()
}

#[test]
fn a_document_with_every_section_is_read() {
    let (document, faults) = Document::from_toml(GOOD);
    assert_eq!(faults, []);
    let document = document.unwrap();
    assert_eq!(
        document.requirements.iter().map(|rule| rule.code.value.as_str()).collect::<Vec<_>>(),
        ["account-age", "same-person", "ideal-customer"]
    );
    assert!(matches!(&document.facts[0].fact_type.value, FactType::OneOf(values) if values.len() == 2));
    assert_eq!(document.tables[1].columns.len(), 2);
    assert!(matches!(document.tables[0].rows[0].values[0].value, Constant::Number(_)));
    assert_eq!(document.limits[1].unit.value, Limit::GRANTS);
    assert!(matches!(document.limits[1].per[1].value, Per::Expression(_)));
    assert_eq!(document.rewards[0].unit_name("USD"), "USD");
}

#[test]
fn both_notations_say_the_same() {
    let (toml, _) = Document::from_toml(GOOD);
    let (json, faults) = Document::from_json(GOOD_JSON);
    assert_eq!(faults, []);
    let without_places = |document: &Document| {
        let text = format!("{document:?}");
        let mut plain = String::new();
        for part in text.split("span: Span { ") {
            plain.push_str(part.split_once('}').filter(|(span, _)| span.starts_with("start")).map_or(part, |p| p.1));
        }
        let mut parts = plain.split("map: TextMap {");
        let mut result = parts.next().unwrap_or("").to_owned();
        for part in parts {
            result.push_str(part.split_once("] }").map_or("", |(_, rest)| rest));
        }
        result
    };
    assert_eq!(without_places(&toml.unwrap()), without_places(&json.unwrap()));
}

#[test]
fn a_very_wrong_document_is_told_everything() {
    let (document, faults) = Document::from_toml(WRONG);
    assert!(document.is_some());
    insta::assert_snapshot!(render(&faults, "wrong.toml", WRONG));
}

#[test]
fn messages_follow_the_house() {
    for fault in Document::from_toml(WRONG).1 {
        let text = &fault.message;
        assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
        assert!(!text.starts_with(char::is_uppercase), "{text}");
        assert!(!fault.help.is_empty(), "no help: {text}");
        assert!(!fault.place.path.is_empty(), "no path: {text}");
        assert!(fault.place.line > 0 && fault.place.column > 0, "no place: {text}");
    }
}

#[test]
fn every_code_of_a_document_is_provoked() {
    let mut seen: BTreeSet<&str> = slugs(&Document::from_toml(WRONG).1).into_iter().collect();
    seen.extend(slugs(&faults("a = [\n")));
    seen.extend(slugs(&faults("[calendar]\n[calendar]\n")));
    seen.extend(slugs(&faults(
        "[[reward]]\nid='r'\nto='referee'\non='closed'\nkind='perk'\n[[limit]]\nid='l'\nat_most=1\n",
    )));
    seen.extend(slugs(&Document::from_toml(&"#\n".repeat(1 << 20)).1));
    let all: BTreeSet<&str> =
        CODES.iter().map(|(_, row)| row).filter(|row| row.number < 150).map(|row| row.slug).collect();
    assert_eq!(seen, all);
}

#[test]
fn a_place_inside_an_expression_is_a_place_in_the_document() {
    let tail =
        "[[eligibility]]\ncode = 'a'\nmessage = 'b'\nrequire = \"\"\"\n  \\u0061 == 'é' && \\\n     nope > 1\n\"\"\"\n";
    let text = format!("{HEAD}{tail}");
    let (document, faults) = Document::from_toml(&text);
    assert_eq!(faults, []);
    let document = document.unwrap();
    let expression = &document.requirements[0].require[0];
    let at = expression.text.find("nope").unwrap();
    let place = expression.place(Span::new(at, at + 4));
    assert_eq!(&text[place.start..place.end], "nope");
    assert_eq!(crate::diag::line_and_column(&text, place.start), (12, 6));
    let equals = expression.text.find("==").unwrap();
    assert_eq!(crate::diag::line_and_column(&text, expression.map.offset(equals)), (11, 10));

    let json = r#"{"limit": [{"when": "a \"\u00e9\ud83d\ude00\" == nope"}]}"#;
    let (document, _) = Document::from_json(json);
    let document = document.unwrap();
    let expression = &document.limits[0].when[0];
    let at = expression.text.find("nope").unwrap();
    let place = expression.place(Span::new(at, at + 4));
    assert_eq!(&json[place.start..place.end], "nope");
}

#[test]
fn numbers_are_exact_or_refused() {
    for bad in [
        "1e3",
        "inf",
        "-inf",
        "nan",
        "0x10",
        "1.5e-3",
        "12345678901234567890123456789",
        "1.0000000000000000000000000001",
    ] {
        let found = faults(&format!("[[limit]]\nid = 'l'\nat_most = {bad}\n"));
        assert_eq!(slugs(&found), ["bad-number"], "{bad}");
        assert_eq!((found[0].place.line, found[0].place.column), (9, 11));
        assert_eq!(found[0].place.path, "limit[0].at_most");
    }
    for bad in ["-1", "0.001", "92233720368547758.08"] {
        assert_eq!(slugs(&faults(&format!("[[limit]]\nid = 'l'\nat_most = {bad}\n"))), ["bad-value"], "{bad}");
    }
    assert_eq!(slugs(&faults("[[limit]]\nid = 'l'\nat_most = 92_233_720_368_547_758.07\n")), [""; 0]);
    assert_eq!(slugs(&faults("[[limit]]\nid = 'l'\nat_most = true\n")), ["wrong-type"]);
    assert_eq!(slugs(&faults("[[limit]]\nid = 'l'\nat_most = 01\n")), ["bad-number"]);
}

#[test]
fn hostile_texts_are_refused_quickly() {
    let deep = |open: &str| format!("a = {}", open.repeat(100_000));
    for text in [deep("["), deep("{a="), "[".repeat(500_000), format!("[{}a]", "a.".repeat(200_000))] {
        let (document, faults) = Document::from_toml(&text);
        assert!(document.is_none() && !faults.is_empty());
    }
    for text in ["[".repeat(1_000_000), "{\"a\":".repeat(200_000), "\"".to_owned(), "-".to_owned(), String::new()] {
        let (document, faults) = Document::from_json(&text);
        assert!(document.is_none() && !faults.is_empty());
    }
    let many = (0..60_000).map(|index| format!("k{index} = 1\n")).collect::<String>();
    assert_eq!(Document::from_toml(&many).1.len(), 201);
    let names = (0..30_000).map(|index| format!("\"n{index}\",")).collect::<String>();
    let row = format!("{{\"rewards\":[{names}\"n\"]}}");
    assert!(!Document::from_json(&format!("{{\"campaign\":[{row}]}}")).1.is_empty());
    let columns = (0..60_000).map(|index| format!("a{index}=1,")).collect::<String>();
    assert!(slugs(&faults(&format!("[tables.t]\nby = 'x'\nr = {{ {columns} z=1 }}\n"))).contains(&"too-large"));
}

#[test]
fn bytes_that_are_no_text_are_refused_at_their_place() {
    let (document, faults) = Document::from_toml_bytes(b"id = 'p'\nname = '\xff'\n");
    assert!(document.is_none());
    assert_eq!((faults[0].place.line, faults[0].place.column), (2, 9));
    assert_eq!(Document::from_json_bytes(b"\xff").1[0].message, "the text is not UTF-8");
    assert_eq!(slugs(&Document::from_toml_bytes(&vec![b'#'; 2 << 20]).1), ["too-large"]);
}

#[test]
fn a_misspelt_key_is_named_and_its_value_still_read() {
    let found = Document::from_toml(&HEAD.replace("currency", "curency")).1;
    assert_eq!(slugs(&found), ["unknown-key"]);
    assert_eq!(found[0].help, "did you mean `currency`?");
    let found = faults("[[rewards]]\nid = 'r'\nto = 'referrer'\non = 'qualifed'\nkind = 'cash'\namount = 1\n");
    assert_eq!(slugs(&found), ["unknown-key", "unknown-reference"]);
    assert_eq!(found[1].help, "did you mean `qualified`?");
}

#[test]
fn another_schema_is_not_guessed_at() {
    let (document, found) = Document::from_toml("schema = 2\nnonsense = 1\n");
    assert!(document.is_none());
    assert_eq!(slugs(&found), ["bad-value"]);
}

#[test]
fn what_is_not_well_formed_brings_no_faults_in_its_train() {
    let (document, found) =
        Document::from_toml("schema = 1\nid = \nversion = \"1\nin_force = { first_day = 2026-02-30 }\n");
    assert!(document.is_none());
    assert_eq!(slugs(&found), ["syntax", "syntax", "bad-date"]);
}

#[test]
fn clock_events_may_not_wait_for_each_other() {
    let clock = |kind: &str, from: &str| format!("[[event]]\nkind = '{kind}'\nafter = '1 day'\nfrom = '{from}'\n");
    let pair = format!("{}{}{}", clock("a", "b"), clock("b", "a"), clock("c", "a"));
    assert_eq!(slugs(&faults(&pair)), ["circle", "circle", "circle"]);
    assert_eq!(slugs(&faults(&clock("expired", "expired"))), ["circle"]);
    assert_eq!(slugs(&faults(&format!("{}{}", clock("a", "b"), clock("b", "submitted")))), [""; 0]);
}

#[test]
fn the_default_period_cannot_pay_later() {
    assert_eq!(slugs(&faults("[[limit]]\nid = 'l'\nat_most = 1\nover_limit = 'pay later'\n")), ["bad-value"]);
    let rolling = "[[limit]]\nid = 'l'\nat_most = 1\nover_limit = 'pay later'\nin_each = '30 days'\n";
    assert_eq!(slugs(&faults(rolling)), ["bad-value"]);
    assert_eq!(slugs(&faults(&rolling.replace("30 days", "calendar month"))), [""; 0]);
}

#[test]
fn a_single_table_where_rows_belong_is_read_and_reported() {
    let found = faults("[limit]\nid = 'l'\nat_most = nan\n");
    assert_eq!(slugs(&found), ["wrong-type", "bad-number"]);
    assert_eq!(found[0].help, "write `[[limit]]`");
}

proptest::proptest! {
    #[test]
    fn nothing_panics(cut in 0..GOOD.len(), length in 0..40_usize, put in "[\\PC\"'\\[\\]{}=\\\\\n]{0,8}", json: bool) {
        let text = if json { GOOD_JSON } else { GOOD };
        let end = (cut + length).min(text.len());
        if let (Some(before), Some(after)) = (text.get(..cut), text.get(end..)) {
            let text = format!("{before}{put}{after}");
            let (_, faults) = if json { Document::from_json(&text) } else { Document::from_toml(&text) };
            render(&faults, "p", &text);
        }
    }
}
