//! Runs the conformance corpus through every door, and checks that it covers what is built.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test: a panic is a failure")]
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Book, Given};
use referral_rules::diag::{CODES, Kind};
use referral_rules::program::Program;
use referral_rules::report;
use referral_rules::{Options, evaluate, wire};
use referral_tests::corpus::{Case, CaseKind, compare, read_corpus};
use referral_tests::shared;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many cases there are at least: a corpus that is not found, or read in part, must not pass.
const CASES_MIN: usize = 254;

fn cases() -> Vec<Case> {
    let cases = read_corpus().unwrap_or_else(|faults| panic!("\n{}\n", faults.join("\n")));
    assert!(cases.len() >= CASES_MIN, "{} cases found, at least {CASES_MIN} wanted", cases.len());
    cases
}

fn compiled(case: &Case) -> Result<Program, Value> {
    let compiled = Program::from_sources(&case.sources()).map(|(program, _)| program);
    compiled.map_err(|faults| json!({"ok": false, "diagnostics": faults.diagnostics, "text": faults.to_string()}))
}

fn moment(case: &Case, program: &Program) -> Instant {
    match Day::parse(&case.as_of) {
        Ok(day) => program.zone.last_instant(day),
        Err(_) => Instant::parse(&case.as_of).unwrap_or_else(|fault| panic!("{}: as_of: {fault}", case.name)),
    }
}

/// The answer through the Rust API.
fn through_rust(case: &Case, given: &Given, options: Options) -> Value {
    let program = match compiled(case) {
        Ok(program) => program,
        Err(answer) => return answer,
    };
    let book = Book::new(&program, given);
    match evaluate(&program, &book, moment(case, &program), options) {
        Ok(evaluation) => json!({
            "ok": true,
            "decisions": evaluation.decisions().collect::<Vec<_>>(),
            "entries": evaluation.entries().collect::<Vec<_>>(),
            "ledger": evaluation.ledger().collect::<Vec<_>>(),
            "positions": evaluation.positions(),
            "balances": evaluation.balances(),
            "payouts": evaluation.payouts(),
            "standings": evaluation.standings(),
            "leaderboard": evaluation.leaderboard(),
            "outlook": evaluation.outlook(),
            "campaigns": evaluation.campaigns(),
            "lists": evaluation.lists(),
            "assessments": evaluation.assessments(),
            "notices": evaluation.notices(),
            "contents": evaluation.contents(),
            "metrics": report::metrics(&evaluation),
            "diagnosis": report::diagnosis(&evaluation),
            "dashboard": report::dashboard(&evaluation),
            "digest": report::digest(&evaluation),
            "findings": evaluation.findings(),
            "fingerprint": evaluation.fingerprint(),
        }),
        Err(error) => json!({"ok": false, "error": {"code": error.code(), "message": error.to_string()}}),
    }
}

/// The answer through the JSON door.
fn through_json(case: &Case) -> Value {
    let answer = wire::evaluate_json(&case.evaluate_request());
    serde_json::from_str(&answer).unwrap_or_else(|fault| panic!("{}: {fault}", case.name))
}

/// In which parts of the first answer the second is another.
fn parts_differ(one: &Value, other: &Value, [of_one, of_other]: [&str; 2]) -> Vec<String> {
    let Some(parts) = one.as_object() else { return vec!["no answer".to_owned()] };
    parts
        .iter()
        .filter(|(part, value)| other.get(part) != Some(value))
        .map(|(part, value)| {
            let other = other.get(part).unwrap_or(&Value::Null);
            format!("`{part}` differs:\n    {of_one} {value}\n    {of_other} {other}")
        })
        .collect()
}

/// An answer without the rows that its findings name: those are others where the tables are.
fn without_rows(mut answer: Value) -> Value {
    let findings = answer["findings"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    findings.for_each(|finding| drop(finding.remove("row")));
    answer
}

/// Where the two doors differ.
fn doors_differ(rust: &Value, json: &Value) -> Vec<String> {
    parts_differ(rust, json, ["Rust", "JSON"])
}

fn fail_with(failures: Vec<(String, Vec<String>)>) {
    if failures.is_empty() {
        return;
    }
    let told: Vec<String> =
        failures.iter().map(|(name, lines)| format!("{name}\n  {}\n", lines.join("\n  "))).collect();
    panic!("\n{} cases fail:\n\n{}", failures.len(), told.join("\n"));
}

#[test]
fn every_case_holds_through_every_door() {
    let mut failures = Vec::new();
    let mut structs = 0;
    for case in cases() {
        let rust = through_rust(&case, &case.tables.given(), Options::default());
        let json = through_json(&case);
        let mut lines = compare(&case, &json);
        lines.extend(doors_differ(&rust, &json));
        if case.expected.diagnostics.is_some() {
            let described: Value = serde_json::from_str(&wire::describe_json(&case.describe_request())).unwrap();
            lines.extend(doors_differ(&json, &described));
        }
        if let Some(given) = case.tables.from_structs() {
            structs += 1;
            lines.extend(doors_differ(&through_rust(&case, &given, Options::default()), &rust));
        }
        if !lines.is_empty() {
            failures.push((case.name, lines));
        }
    }
    fail_with(failures);
    assert!(structs >= CASES_MIN * 9 / 10, "only {structs} cases came through structs");
}

#[test]
fn the_order_of_rows_and_the_number_of_threads_leave_no_trace() {
    let mut failures = Vec::new();
    for case in cases() {
        let one = through_rust(&case, &case.tables.given(), Options::default());
        let other = through_rust(&case, &case.tables.reversed().given(), Options { threads: 3 });
        let lines =
            parts_differ(&without_rows(one), &without_rows(other), ["as it is:", "in other order, with more threads:"]);
        if !lines.is_empty() {
            failures.push((case.name, lines));
        }
    }
    fail_with(failures);
}

#[test]
fn an_earlier_ledger_is_the_start_of_a_later_one() {
    let mut failures = Vec::new();
    for case in cases() {
        let Ok(program) = compiled(&case) else { continue };
        // What makes up for a booked past that differs is booked at the moment of the answer, whenever that is.
        if case.tables.given().booked.rows > 0 {
            continue;
        }
        let book = Book::new(&program, &case.tables.given());
        let ledger = |at| {
            let evaluation = evaluate(&program, &book, at, Options::default()).ok()?;
            Some(evaluation.ledger().collect::<Vec<_>>())
        };
        let Some(last) = ledger(moment(&case, &program)) else { continue };
        let moments: BTreeSet<Instant> = last.iter().map(|entry| entry.booked_at).collect();
        let before = moments.iter().filter_map(|at| at.checked_add_micros(-1));
        let mut lines = Vec::new();
        for at in before.chain(moments.iter().copied()) {
            let earlier = ledger(at).unwrap_or_default();
            let known = last.iter().take_while(|entry| entry.booked_at <= at).count();
            if earlier.as_slice() != last.get(..known).unwrap_or_default() {
                let ids = |entries: &[referral_rules::evaluation::Entry]| {
                    entries.iter().map(|entry| format!("{} {}", entry.id, entry.amount)).collect::<Vec<_>>()
                };
                lines.push(format!("as of {at}:\n    {:?}\n    {:?}", ids(&earlier), ids(&last)));
            }
        }
        if !lines.is_empty() {
            failures.push((case.name, lines));
        }
    }
    fail_with(failures);
}

/// `features.toml`: every row of the list of features, and whether this version has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Features {
    built: Vec<String>,
    planned: Vec<String>,
}

fn features() -> Features {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("features.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_row_that_is_built_has_a_plain_a_boundary_and_a_bad_input_case() {
    let features = features();
    let all: BTreeSet<&String> = features.built.iter().chain(&features.planned).collect();
    assert_eq!(all.len(), features.built.len() + features.planned.len(), "a row stands twice");
    let mut found: BTreeMap<String, BTreeSet<CaseKind>> = BTreeMap::new();
    let mut lines = Vec::new();
    for case in cases() {
        for row in &case.covers {
            if !all.contains(row) {
                lines.push(format!("{}: there is no row `{row}`", case.name));
            }
            found.entry(row.clone()).or_default().insert(case.kind);
        }
    }
    for row in &features.built {
        let found = found.get(row).cloned().unwrap_or_default();
        for kind in [CaseKind::Plain, CaseKind::Boundary, CaseKind::BadInput] {
            if !found.contains(&kind) {
                lines.push(format!("{row}: no {kind:?} case"));
            }
        }
    }
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
    let untouched: Vec<&str> =
        features.planned.iter().filter(|row| !found.contains_key(*row)).map(String::as_str).collect();
    println!("rows without a case: {}", untouched.join(" "));
}

#[test]
fn the_list_of_rows_is_the_list_of_features() {
    let Some(path) = shared::file("features.md").unwrap() else { return };
    let text = std::fs::read_to_string(path).unwrap();
    // Rows stand between dots, the first of a section right after its heading; what comes before has none.
    let sections = text.split("\n## ").skip(1).map(|section| section.split_once('\n').unwrap_or_default().1);
    let is_row = |word: &&str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|letter| letter.is_ascii_uppercase())
            && letters.as_str().parse::<u32>().is_ok()
            && word.len() > 1
    };
    let rows: BTreeSet<String> = sections
        .flat_map(|section| section.split('·'))
        .filter_map(|part| part.split_whitespace().next().filter(is_row))
        .map(str::to_owned)
        .collect();
    let features = features();
    let listed: BTreeSet<String> = features.built.into_iter().chain(features.planned).collect();
    assert_eq!(rows, listed);
}

#[test]
fn every_code_is_provoked_by_some_case() {
    let found: BTreeSet<String> = cases().iter().flat_map(|case| case.expected.codes()).collect();
    let missing: Vec<String> = CODES
        .iter()
        .filter(|(_, row)| !found.contains(row.slug))
        .map(|(_, row)| {
            format!(
                "{} ({})",
                row.slug,
                match row.kind {
                    Kind::Document => "document",
                    Kind::Finding => "finding",
                    Kind::Reason => "reason",
                }
            )
        })
        .collect();
    assert!(missing.is_empty(), "no case expects {}", missing.join(", "));
}
