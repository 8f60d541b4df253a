//! The page `docs/functions.md`: what is written here, and the table of functions. The test writes it when `REGENERATE` is
//! set, else it compares.
use super::functions;
use std::fmt::Write as _;

/// The language, for people who know no CEL.
const LANGUAGE: &str = include_str!("functions_page.md");

/// Headings, each with its first function in the table.
const GROUPS: &[(&str, &str)] = &[
    ("Texts", "size"),
    ("The same thing in one spelling", "domain"),
    ("Conversions", "int"),
    ("Parts of days, instants and durations", "getFullYear"),
    ("Days, months and business days", "day"),
    ("Numbers", "abs"),
    ("Money", "converted"),
    ("The ledger", "granted"),
];

fn page() -> String {
    let mut page = String::from(LANGUAGE);
    for function in functions() {
        if let Some((heading, _)) = GROUPS.iter().find(|(_, first)| *first == function.name) {
            let _ = write!(page, "\n### {heading}\n\n| function | gives |\n| --- | --- |\n");
        }
        let ways: Vec<String> = function.signatures.iter().map(|way| format!("`{way}`")).collect();
        let _ = writeln!(page, "| {} | {} |", ways.join("<br>"), function.summary);
    }
    page
}

#[test]
fn functions_page() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/functions.md");
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == page(), "docs/functions.md is not the table of functions; set REGENERATE=1 to write it anew");
    let functions = functions();
    for (heading, first) in GROUPS {
        assert!(functions.iter().any(|function| function.name == *first), "{heading}");
    }
    for name in functions::names() {
        assert!(page().contains(&format!("`{name}(")) || page().contains(&format!(".{name}(")), "{name}");
    }
}
