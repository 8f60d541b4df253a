//! The cases as requests and answers in JSON, written down for the doors in other languages, and held for the handle of Rust.
//!
//! Each case is a folder in `target/doors`. In it are `compile.json`, `evaluate.json`, `explain.json` and `describe.json` with their answers
//! (`….answer.json`), and `evaluate_with.json`, `explain_with.json` and `describe_with.json` for a program that is compiled already: their
//! answers are the same. `steps.txt` has the case one row at a time: for each request three lines, what was asked (`step`, `rebuild`,
//! `keys`), the request, the answer. `cases.txt` beside the folders lists the cases. The answer of `evaluate.json` is what
//! `tests/tests/corpus.rs` holds against the expectations.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
use referral_rules::wire::{self, Compiled};
use referral_tests::corpus::{Case, read_corpus, steps};
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn the_handle_answers_like_the_text_and_the_cases_are_written_down() {
    let cases = read_corpus().unwrap();
    assert!(cases.len() >= 150, "only {} cases found", cases.len());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("doors");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let mut names = Vec::new();
    for case in &cases {
        let name = case.name.replace('/', "--");
        write(&folder.join(&name), case);
        names.push(name);
    }
    fs::write(folder.join("cases.txt"), names.join("\n") + "\n").unwrap();
}

fn write(folder: &Path, case: &Case) {
    fs::create_dir_all(folder).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(format!("{name}.json")), text).unwrap();
    let requests = [
        ("compile", case.compile_request(), wire::compile_json as fn(&str) -> String),
        ("evaluate", case.evaluate_request(), wire::evaluate_json),
        ("explain", case.explain_request(), wire::explain_json),
        ("describe", case.describe_request(), wire::describe_json),
    ];
    let answers = requests.each_ref().map(|(_, request, ask)| ask(request));
    for ((name, request, _), answer) in requests.iter().zip(&answers) {
        write(name, request);
        write(&format!("{name}.answer"), answer);
    }
    let [compile, evaluate, explain, describe] = &answers;
    write("evaluate_with", &case.evaluate_with_request());
    write("explain_with", &case.explain_with_request());
    write("describe_with", &case.describe_with_request());
    match Compiled::new(&case.compile_request()) {
        Ok(compiled) => {
            assert_eq!(&compiled.answer(), compile, "{}", case.name);
            assert_eq!(&compiled.evaluate_json(&case.evaluate_with_request()), evaluate, "{}", case.name);
            assert_eq!(&compiled.explain_json(&case.explain_with_request()), explain, "{}", case.name);
            assert_eq!(&compiled.describe_json(&case.describe_with_request()), describe, "{}", case.name);
            let steps = steps(&compiled, case);
            let lines =
                steps.asked.iter().map(|asked| format!("{}\n{}\n{}\n", asked.what, asked.request, asked.answer));
            fs::write(folder.join("steps.txt"), lines.collect::<String>()).unwrap();
            if !steps.asked.is_empty() {
                assert_eq!(entries(&steps.ledger), entries(&ledger(evaluate)), "{}", case.name);
            }
        }
        Err(answer) => assert_eq!(&answer, evaluate, "{}", case.name),
    }
}

/// The whole ledger of an answer.
fn ledger(answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["ledger"].as_array().cloned().unwrap_or_default()
}

/// Entries in the order in which they were booked.
fn entries(entries: &[Value]) -> Vec<String> {
    let mut entries: Vec<&Value> = entries.iter().collect();
    entries.sort_by_key(|entry| (entry["booked_at"].to_string(), entry["id"].to_string()));
    entries.into_iter().map(Value::to_string).collect()
}
