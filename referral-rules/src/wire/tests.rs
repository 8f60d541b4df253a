//! What is told about requests, and that nothing of their layout stays.
use super::*;
use serde_json::{Value, json};

const HEAD: &str = r#""schema": 1, "id": "acme", "version": "1", "in_force": {"first_day": "2026-01-01"},
    "currency": "USD", "time_zone": "UTC""#;

fn told(answer: &str) -> Vec<(String, String)> {
    let answer: Value = serde_json::from_str(answer).unwrap();
    assert_eq!(answer["ok"], json!(false));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = answer["diagnostics"].as_array().unwrap().iter();
    all.map(|fault| (text(&fault["place"]["path"]), text(&fault["code"]))).collect()
}

#[test]
fn every_fault_of_a_request_is_told_at_once() {
    let request = format!(
        r#"{{"program": {{{HEAD}}}, "bok": {{}}, "as_of": "soon", "threads": 0, "answer": ["entrys", 3],
            "book": {{"referals": [], "events": 7}}}}"#
    );
    let wanted = [
        ("bok", "unknown-key"),
        ("as_of", "bad-date"),
        ("threads", "bad-value"),
        ("answer[0]", "bad-value"),
        ("answer[1]", "bad-value"),
        ("book.referals", "unknown-key"),
        ("book.events", "wrong-type"),
    ];
    let wanted: Vec<(String, String)> =
        wanted.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect();
    assert_eq!(told(&evaluate_json(&request)), wanted);
}

#[test]
fn what_is_no_request_is_told() {
    for request in ["", "[", "3", "[]", "null", "{\"program\": 3, \"as_of\": 4}", "{\"program\": []}", "\u{0}"] {
        assert!(!told(&evaluate_json(request)).is_empty());
        assert!(!told(&compile_json(request)).is_empty());
    }
}

#[test]
fn the_layout_of_a_document_leaves_no_trace() {
    let ask = |program: &str| {
        evaluate_json(&format!(
            r#"{{"program": {program}, "as_of": "2026-02-01", "answer": ["entries", "fingerprint"],
                "book": {{"referrals": [{{"id": "R-1", "referrer": "a", "submitted_at": "2026-01-02"}}]}}}}"#
        ))
    };
    let reward = r#""reward": [{"id": "x", "label": "two \"  blanks\\", "to": "referrer", "on": "submitted", "kind": "cash", "amount": 1}]"#;
    let one = ask(&format!("{{{HEAD}, {reward}}}"));
    let other = ask(&format!("\n{{\n{HEAD}\n,\n\n{reward}\n}}\n"));
    assert!(one.contains("two \\\"  blanks"), "{one}");
    assert_eq!(one, other);
}

#[test]
fn a_document_in_the_request_has_places_by_path() {
    let answer = compile_json(&format!(r#"{{"program": {{{HEAD}, "reward": [{{"id": "x"}}]}}}}"#));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["diagnostics"][0]["place"]["line"], json!(0));
    assert_eq!(answer["diagnostics"][0]["place"]["source"], json!("program.json"));
}

#[test]
fn one_thing_is_explained_at_a_time() {
    let ask = |about: &str| {
        explain_json(&format!(
            r#"{{"program": {{{HEAD}}}, "as_of": "2026-02-01", {about}
                "book": {{"referrals": [{{"id": "R-1", "referrer": "a", "submitted_at": "2026-01-02"}}]}}}}"#
        ))
    };
    assert!(ask(r#""referral": "R-1","#).starts_with(r#"{"ok":true,"#));
    assert!(ask(r#""referrer": "a","#).starts_with(r#"{"ok":true,"#));
    assert_eq!(
        ask(r#""entry": "x","#),
        r#"{"ok":false,"error":{"code":"not-found","message":"there is no entry `x`"}}"#
    );
    assert_eq!(told(&ask("")), [("referral".to_owned(), "missing-key".to_owned())]);
    assert_eq!(told(&ask(r#""referral": 1,"#)), [("referral".to_owned(), "wrong-type".to_owned())]);
    let both = ask(r#""entry": "x", "referrer": "a","#);
    assert_eq!(told(&both), [("referrer".to_owned(), "bad-value".to_owned())]);
}

#[test]
fn what_is_compiled_once_answers_as_if_the_request_had_the_program() {
    let program = format!(r#""program": {{{HEAD}}}"#);
    let compiled = Compiled::new(&format!("{{{program}}}")).unwrap();
    assert_eq!(compiled.answer(), compile_json(&format!("{{{program}}}")));
    let asked = r#""as_of": "2026-02-01", "book": {"referrals": [{"id": "R-1", "referrer": "a", "submitted_at": "2026-01-02"}]}"#;
    let whole = |more: &str| format!("{{{program}, {asked}{more}}}");
    let part = |more: &str| format!("{{{asked}{more}}}");
    for more in ["", r#", "threads": 2"#, r#", "answer": ["warnings", "entries"]"#] {
        assert_eq!(compiled.evaluate_json(&part(more)), evaluate_json(&whole(more)));
    }
    for more in [r#", "referral": "R-1""#, r#", "referrer": "b""#] {
        assert_eq!(compiled.explain_json(&part(more)), explain_json(&whole(more)));
    }
    let told_of = |answer: &str| told(answer).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    assert_eq!(told_of(&compiled.evaluate_json(&whole(""))), ["program"]);
    assert_eq!(told_of(&compiled.evaluate_json("{}")), ["as_of"]);
    assert_eq!(told_of(&compiled.explain_json(&part(""))), ["referral"]);
}

#[test]
fn what_does_not_compile_is_told_by_every_way_to_compile() {
    for text in ["schema = 1", "{\"schema\": 1}", "\u{0}", ""] {
        let request = json!({ "program": text }).to_string();
        let answer = Compiled::from_document(text).unwrap_err();
        assert_eq!(Compiled::new(&request).unwrap_err(), answer);
        assert_eq!(compile_json(&request), answer);
        assert!(!is_ok(&answer) && !told(&answer).is_empty());
    }
}

#[test]
fn nothing_goes_with_the_name_of_a_standard_program() {
    let answer = compile_json(r#"{"program": {"standard": "partner-referrals", "alternative": "cash"}}"#);
    assert!(answer.starts_with(r#"{"ok":false,"#), "{answer}");
    assert!(answer.contains("`alternative` does not go with `standard`"), "{answer}");
}

#[test]
fn every_fault_of_a_step_is_told_at_once() {
    let compiled = Compiled::new(&format!(r#"{{"program": {{{HEAD}}}}}"#)).unwrap();
    let other = r#"{\"program\":\"acme\",\"schema\":1,\"engine\":\"0\",\"key\":\"referrer/eve\",\"wakes_at\":null,\"body\":{}}"#;
    let request = format!(
        r#"{{"as_of": "soon", "book": {{}}, "news": {{"referals": []}},
            "states": {{"nobody": null, "referral/R-1": 3, "event/E-1": "{{}}", "referrer/ada": "{other}", "program": null}}}}"#
    );
    let wanted = [
        ("as_of", "bad-date"),
        ("book", "unknown-key"),
        ("news.referals", "unknown-key"),
        ("states.nobody", "bad-value"),
        ("states.referral/R-1", "wrong-type"),
        ("states.event/E-1", "bad-value"),
        ("states.referrer/ada", "bad-value"),
    ];
    let wanted: Vec<(String, String)> =
        wanted.iter().map(|(path, code)| ((*path).to_owned(), (*code).to_owned())).collect();
    assert_eq!(told(&compiled.step_json(&request)), wanted);
    assert_eq!(told(&compiled.step_json(r#"{"as_of": "2026-02-01", "states": []}"#))[0].1, "wrong-type");
    assert_eq!(told(&compiled.rebuild_json("{}")), [("as_of".to_owned(), "missing-key".to_owned())]);
    assert_eq!(told(&compiled.keys_json(r#"{"row": {}}"#)), [("row".to_owned(), "unknown-key".to_owned())]);
}

#[test]
fn a_state_of_another_program_asks_for_history() {
    let compile = |id: &str| Compiled::new(&format!(r#"{{"program": {{{}}}}}"#, HEAD.replace("acme", id))).unwrap();
    let rows = r#"{"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-01-02"}]}"#;
    let rebuilt = compile("acme").rebuild_json(&format!(r#"{{"history": {rows}, "as_of": "2026-01-02T00:00:00Z"}}"#));
    let rebuilt: Value = serde_json::from_str(&rebuilt).unwrap();
    let stored = rebuilt["states"].as_array().unwrap().iter();
    let states: serde_json::Map<String, Value> =
        stored.map(|state| (state["key"].as_str().unwrap().to_owned(), state["state"].clone())).collect();
    let request = json!({ "states": states, "as_of": "2026-01-03T00:00:00Z", "news": { "events": [
        { "id": "E-1", "referral": "R-1", "kind": "qualified", "at": "2026-01-03" }] } });
    let mut request = request;
    request["states"]["event/E-1"] = Value::Null;
    let asked = |id: &str| compile(id).step_json(&request.to_string());
    assert!(asked("acme").contains(r#""step":"done""#), "{}", asked("acme"));
    assert!(
        asked("other").contains(r#""step":"needs history","keys":["event/E-1","referral/R-1""#),
        "{}",
        asked("other")
    );
}

#[test]
fn all_parts_but_those_on_request_are_given_by_default() {
    let answer = evaluate_json(&format!(r#"{{"program": {{{HEAD}}}, "as_of": "2026-02-01"}}"#));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    for part in PARTS {
        assert_eq!(answer.get(part).is_some(), !PARTS[PARTS.len() - PARTS_ON_REQUEST..].contains(part), "{part}");
    }
}
