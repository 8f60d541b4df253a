//! The programs in `examples/programs`: each fits on a page, says its terms first, compiles without a warning, has tests that
//! hold, and stands in the table of the README there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test: a panic is a failure")]
use referral_rules::program::{Notation, Program, SourceText};
use referral_rules::wire;
use referral_tests::corpus::{Case, compare, read_program_tests};
use std::fs;
use std::path::{Path, PathBuf};

/// How many programs there are at least: a folder that is not found, or read in part, must not pass.
const PROGRAMS_MIN: usize = 20;

/// Lines of a page.
const LINES_MAX: usize = 70;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/programs")
}

/// The programs with their names and texts, sorted.
fn programs() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap().map(|item| item.unwrap().path());
    let mut out: Vec<(String, String)> = files
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_suffix(".toml")?.to_owned();
            (!name.ends_with(".test")).then(|| (name, fs::read_to_string(path).unwrap()))
        })
        .collect();
    out.sort();
    assert!(out.len() >= PROGRAMS_MIN, "{} programs found, at least {PROGRAMS_MIN} wanted", out.len());
    out
}

fn tests() -> Vec<Case> {
    read_program_tests(&folder()).unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")))
}

#[test]
fn every_test_of_a_program_holds() {
    let mut failures = Vec::new();
    for case in tests() {
        let answer = serde_json::from_str(&wire::evaluate_json(&case.evaluate_request())).unwrap();
        let lines = compare(&case, &answer);
        if !lines.is_empty() {
            failures.push(format!("{}\n  {}\n", case.name, lines.join("\n  ")));
        }
    }
    assert!(failures.is_empty(), "\n{} tests fail:\n\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_program_is_a_page_that_says_its_terms_and_compiles_without_a_warning() {
    let mut wrong = Vec::new();
    for (name, text) in programs() {
        let file = format!("{name}.toml");
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{file}: {lines} lines, {LINES_MAX} are a page"));
        }
        let terms = text.lines().take_while(|line| line.starts_with("# ")).count();
        if !(2..=5).contains(&terms) {
            wrong.push(format!("{file}: the terms stand first, in two to five lines of comment; found {terms}"));
        }
        match Program::from_sources(&[SourceText { name: &file, text: &text, notation: Notation::Toml }]) {
            Ok((_, warnings)) if warnings.is_empty() => {}
            Ok((_, warnings)) => {
                let told = warnings.iter().map(|warning| format!("{file}:{}: {}", warning.place.line, warning.message));
                wrong.extend(told);
            }
            Err(faults) => wrong.push(faults.to_string()),
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_program_has_a_test_and_stands_in_the_table() {
    let readme = fs::read_to_string(folder().join("README.md")).unwrap();
    let tests = tests();
    let mut wrong = Vec::new();
    for (name, text) in programs() {
        let tested = tests.iter().any(|case| case.documents.iter().any(|document| document.text == text));
        if !tested {
            wrong.push(format!("{name}.toml: no test"));
        }
        if !readme.contains(&format!("({name}.toml)")) {
            wrong.push(format!("{name}.toml: not in the table of README.md"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
