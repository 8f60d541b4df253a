//! The tables of keys, the words that they allow and the rows of the reference become the JSON Schema of a document, for editors.
use super::{reference, section_of};
use referral_rules::base::Rounding;
use referral_rules::program::DEFAULTS;
use referral_rules::program::document::{Keys, keys};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const ID: &str = "^[a-z0-9][a-z0-9._-]*$";
const NAME: &str = "^[a-z][a-z0-9_]*$";
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const LENGTH: &str = "^[1-9][0-9]* (minutes?|hours?|days?|business days?|weeks?|months?|years?)$";
const PERIOD: &str = "^(lifetime|day|calendar (week|month|quarter|half|year)|week from (mon|tue|wed|thu|fri|sat|sun)|year from [0-9]{2}-[0-9]{2}|[1-9][0-9]* days?)$";
const PERCENT: &str = "^[0-9]+(\\.[0-9]+)?%$";

fn pattern(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

fn one_or_list(item: Value) -> Value {
    json!({"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]})
}

/// `[text](link)` without the link.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((shown, behind)) = after.split_once("](") else { break };
        let Some((_, behind)) = behind.split_once(')') else { break };
        out.push_str(before);
        out.push_str(shown);
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The words in backticks, if a cell has nothing else.
fn words_only(cell: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = cell.split('`').collect();
    let between = parts.iter().step_by(2);
    let only = between.into_iter().all(|part| ["", ", ", " or "].contains(part));
    (only && parts.len() > 2).then(|| parts.iter().skip(1).step_by(2).map(|word| (*word).to_owned()).collect())
}

/// What may stand under a key, by the cell of the reference that says so. A cell that says it in words of its own leaves it open.
fn type_of(path: &str, key: &str, cell: &str) -> Value {
    let text = json!({"type": "string"});
    let expression = json!({"type": ["string", "number"]});
    match cell {
        "the number 1" => json!({"const": 1}),
        "text"
        | "expression"
        | "condition"
        | "measure"
        | "currency or word"
        | "currency or expression"
        | "IANA name" => text,
        "ISO 4217 code" => pattern("^[A-Z]{3}$"),
        "id" => pattern(ID),
        "name" => pattern(NAME),
        "date" => pattern(DATE),
        "number" => json!({"type": "number"}),
        "list of two numbers" => {
            json!({"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2})
        }
        "number from 2 to 100" => json!({"type": "integer", "minimum": 2, "maximum": 100}),
        "number or expression" | "expression, a number" => expression,
        "kind" | "kind of event" | "kind of reward" => pattern(ID),
        "condition, or list of them" => one_or_list(text),
        "kind of event, or list of them" => one_or_list(pattern(ID)),
        "list of kinds of event" | "list of kinds" | "list of reward ids" | "list of campaign ids" => {
            json!({"type": "array", "items": pattern(ID)})
        }
        "list of names" => json!({"type": "array", "items": pattern(NAME)}),
        "list of expressions" => json!({"type": "array", "items": text, "minItems": 1}),
        "list of dates" => json!({"type": "array", "items": pattern(DATE)}),
        "list of percentages" => json!({"type": "array", "items": pattern(PERCENT)}),
        "list of weekdays" => {
            json!({"type": "array", "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}})
        }
        "length" => pattern(LENGTH),
        "length in days, weeks, months or years" => pattern("^[1-9][0-9]* (days?|weeks?|months?|years?)$"),
        "length, or `end of month`" => json!({"anyOf": [pattern(LENGTH), {"const": "end of month"}]}),
        "period" | "period with a beginning" => pattern(PERIOD),
        "rounding" => json!({"enum": Rounding::ALL.map(Rounding::name)}),
        "moment" => json!({"enum": ["submitted", "qualified", "closed", "event"]}),
        "moment, as in [as_of]" | "moment, as in `[as_of]`" => {
            json!({"enum": ["submitted", "qualified", "closed", "event"]})
        }
        "fact names with types" => json!({
            "type": "object",
            "propertyNames": {"pattern": NAME},
            "additionalProperties": {"anyOf": [
                {"enum": ["bool", "int", "decimal", "text", "date", "instant", "list of text", "list of int",
                          "list of decimal", "list of date"]},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]},
        }),
        "number, text, bool or date" => json!({"type": ["number", "string", "boolean"]}),
        "section"
        | "table"
        | "list of tables"
        | "table or list of tables"
        | "sections"
        | "section or sections"
        | "as the rows" => below(path, key, cell),
        // Words among which there are periods from any day.
        _ if words_only(cell).is_some_and(|words| words.iter().any(|word| word.starts_with("year from"))) => {
            json!({"anyOf": [{"enum": words_only(cell)}, pattern(PERIOD)]})
        }
        _ if words_only(cell).is_some() => json!({"enum": words_only(cell)}),
        _ => json!({}),
    }
}

/// Sections within the document and tables within sections.
fn below(path: &str, key: &str, cell: &str) -> Value {
    let inner = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let known: BTreeSet<&str> = keys().iter().map(|keys| keys.path).collect();
    let heading = match key {
        "validity" | "fraud" => "eligibility".to_owned(),
        "denominator" => "metric.numerator".to_owned(),
        _ => inner.clone(),
    };
    let of = |name: &str| json!({"$ref": format!("#/$defs/{}", definition(name))});
    match key {
        // Written here, or from elsewhere.
        "lists" => json!({"type": "object", "additionalProperties":
            {"anyOf": [{"type": "array", "minItems": 1}, {"$ref": "#/$defs/lists"}]}}),
        "data" | "accepted_warnings" | "definitions" => json!({"type": "object"}),
        "tables" | "measures" if path.is_empty() => {
            json!({"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": of(&format!("{key}.<name>"))})
        }
        _ if !known.contains(heading.as_str()) => json!({}),
        _ => match cell {
            "sections" | "list of tables" => json!({"type": "array", "items": of(&heading)}),
            "table or list of tables" => one_or_list(of(&heading)),
            "section or sections" => json!({"anyOf": [of(&heading), {"type": "array", "items": of(&heading)}]}),
            _ => of(&heading),
        },
    }
}

fn definition(path: &str) -> String {
    path.replace(".<name>", "").replace('.', "-")
}

fn object(section: &Keys) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for row in reference().table(section_of(section.path), "key") {
        let Some(key) = row.first().and_then(|cell| cell.strip_prefix('`')?.strip_suffix('`')) else { continue };
        let (value, default, meaning) = (without_links(&row[1]), &row[2], without_links(&row[3]));
        let mut about = type_of(section.path, key, &value);
        let path = if section.path.is_empty() { key.to_owned() } else { format!("{}.{key}", section.path) };
        if let Some(about) = about.as_object_mut() {
            about.insert("description".to_owned(), json!(meaning.replace('`', "")));
            if let Some((_, word)) = DEFAULTS.iter().find(|(known, _)| *known == path.replace(".<name>", "")) {
                about.insert("default".to_owned(), json!(word));
            }
        }
        if default == "required" {
            required.push(key.to_owned());
        }
        properties.insert(key.to_owned(), about);
    }
    // A table has rows under keys of its own, a band values.
    let open = section.path.starts_with("tables");
    let mut out = json!({"type": "object", "properties": properties, "additionalProperties": open});
    if section.path == "tables.<name>.bands" {
        required.clear();
    }
    if !required.is_empty() {
        out["required"] = json!(required);
    }
    out
}

fn schema() -> Value {
    let mut definitions = Map::new();
    let all = keys();
    for section in all.iter().filter(|section| !section.path.is_empty()) {
        definitions.insert(definition(section.path), object(section));
    }
    let root = all.iter().find(|section| section.path.is_empty()).map(object).unwrap_or_default();
    let mut out = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A referral program",
        "description": "The document of a referral program, schema 1: see document.md. Whether names, conditions and amounts make sense, the compiler says.",
        "$defs": definitions,
    });
    if let (Some(out), Value::Object(root)) = (out.as_object_mut(), root) {
        out.extend(root);
    }
    out
}

#[test]
fn the_schema_is_that_of_the_keys() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let wanted = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    // One for people and editors, one that the library hands out.
    for file in ["docs/document.schema.json", "referral-rules/src/program/document.schema.json"] {
        let path = format!("{root}/{file}");
        if std::env::var_os("REGENERATE").is_some() {
            std::fs::write(&path, &wanted).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == wanted, "{file} is not that of the keys: write it anew with REGENERATE=1");
    }
}

#[test]
fn defaults_are_those_of_the_reference() {
    let reference = reference();
    let mut wrong = Vec::new();
    for (path, word) in DEFAULTS.iter().filter(|(path, _)| !path.starts_with("validity") && !path.starts_with("fraud"))
    {
        let (section, key) = path.rsplit_once('.').unwrap_or(("", path));
        let section = if section == "measures" { "measures.<name>" } else { section };
        let rows = reference.table(section_of(section), "key");
        let row = rows.iter().find(|row| row[0] == format!("`{key}`"));
        let default = row.map(|row| row[2].clone()).unwrap_or_default();
        if !default.contains(&format!("`{word}`")) && !default.contains(&format!("\"{word}\"")) {
            wrong.push(format!("{path}: {word} in the code, {default} in the reference"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
