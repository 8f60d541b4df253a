//! Compares an answer, as JSON, with what a case expects. Knows the shape of answers, nothing of the engine but
//! the door that says what a program is.
use super::{Case, Expected};
use serde_json::Value;

/// Every difference between the answer and what the case expects, one line each; none if all is well.
pub fn compare(case: &Case, answer: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let expected = &case.expected;
    let ok = answer.get("ok") == Some(&Value::Bool(true));
    if let Some(diagnostics) = &expected.diagnostics {
        if ok {
            out.push("the document compiles, faults were expected".to_owned());
        }
        list("diagnostics", diagnostics, &placed(case, answer.get("diagnostics")), &mut out);
        return out;
    }
    if !ok {
        out.push(format!("no answer: {}", answer.get("text").or(answer.get("error")).map(shown).unwrap_or_default()));
        return out;
    }
    described(case, &mut out);
    if let Some(expected) = &expected.letter {
        let answer: Value =
            serde_json::from_str(&referral_rules::wire::explain_json(&case.explain_request())).unwrap_or_default();
        match answer.get("text").and_then(Value::as_str) {
            Some(letter) => says("letter", expected, letter, &mut out),
            None => {
                list("letter", expected, answer.get("error").map(std::slice::from_ref).unwrap_or_default(), &mut out)
            }
        }
    }
    let rows = |part: &str| answer.get(part).and_then(Value::as_array).cloned().unwrap_or_default();
    if let Some(decisions) = &expected.decisions {
        by_referral(decisions, &rows("decisions"), &mut out);
    }
    list("entries", expected.entries.as_deref().unwrap_or_default(), &rows("entries"), &mut out);
    list("findings", expected.findings.as_deref().unwrap_or_default(), &rows("findings"), &mut out);
    for (part, wanted) in [
        ("ledger", &expected.ledger),
        ("positions", &expected.positions),
        ("balances", &expected.balances),
        ("payouts", &expected.payouts),
        ("standings", &expected.standings),
        ("leaderboard", &expected.leaderboard),
        ("outlook", &expected.outlook),
        ("campaigns", &expected.campaigns),
        ("lists", &expected.lists),
        ("assessments", &expected.assessments),
        ("notices", &expected.notices),
        ("contents", &expected.contents),
        ("metrics", &expected.metrics),
        ("diagnosis", &expected.diagnosis),
        ("dashboard", &expected.dashboard),
        ("digest", &expected.digest),
    ] {
        if let Some(wanted) = wanted {
            list(part, wanted, &rows(part), &mut out);
        }
    }
    let mut warnings = placed(case, answer.get("warnings"));
    let told = expected.warnings.as_ref();
    if !told.is_some_and(|told| told.is_empty() || told.iter().any(|row| is_unfinished(row.text("code")))) {
        warnings.retain(|warning| !is_unfinished(warning.get("code").and_then(Value::as_str)));
    }
    list("warnings", expected.warnings.as_deref().unwrap_or_default(), &warnings, &mut out);
    out
}

/// What the program says without any facts: its terms, of which `says` is a part and `lacks` is none; what changed from version to
/// version; what it can cost at most.
fn described(case: &Case, out: &mut Vec<String>) {
    let (terms, changes, bounds) = (&case.expected.terms, &case.expected.changes, &case.expected.bounds);
    if terms.is_none() && changes.is_none() && bounds.is_none() {
        return;
    }
    let answer = referral_rules::wire::describe_json(&case.describe_request());
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    if let Some(expected) = changes {
        let versions = answer.get("changes").and_then(Value::as_array).cloned().unwrap_or_default();
        let rows = versions.iter().filter_map(|version| version.get("changes")?.as_array());
        list("changes", expected, &rows.flatten().cloned().collect::<Vec<_>>(), out);
    }
    if let Some(expected) = bounds {
        let rows = answer.get("bounds").and_then(Value::as_array).cloned().unwrap_or_default();
        list("bounds", expected, &rows, out);
    }
    let said = answer.get("terms").and_then(Value::as_str).unwrap_or_default();
    says("terms", terms.as_deref().unwrap_or_default(), said, out);
}

/// Each row `says` what stands in a text, or `lacks` what does not.
fn says(part: &str, expected: &[Expected], text: &str, out: &mut Vec<String>) {
    for row in expected {
        match (row.text("says"), row.text("lacks")) {
            (Some(says), None) if text.contains(says) => {}
            (None, Some(lacks)) if !text.contains(lacks) => {}
            (Some(says), None) => out.push(format!("the {part} does not say `{says}`:\n{text}")),
            (None, Some(lacks)) => out.push(format!("the {part} says `{lacks}`:\n{text}")),
            _ => out.push(format!("{part}: write `says` or `lacks`")),
        }
    }
}

/// True for the warnings that a program as short as most cases is bound to get: it declares more than it needs, and promises
/// nothing. Only cases that expect one of them, or no warning at all, are held to them. Every other warning is expected by
/// name, or must not come.
fn is_unfinished(code: Option<&str>) -> bool {
    code.is_some_and(|code| code == "no-due-date" || code.starts_with("unused-"))
}

/// Diagnostics with their places at the top, lines counted from the end of the base.
fn placed(case: &Case, diagnostics: Option<&Value>) -> Vec<Value> {
    let mut rows = diagnostics.and_then(Value::as_array).cloned().unwrap_or_default();
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        let Some(Value::Object(place)) = row.remove("place") else { continue };
        for (key, value) in place {
            let lines_before = case.documents.first().map_or(0, |document| document.lines_before);
            let value = match value.as_u64() {
                Some(line) if key == "line" => {
                    Value::from(line.saturating_sub(u64::try_from(lines_before).unwrap_or_default()))
                }
                _ => value,
            };
            row.insert(key, value);
        }
    }
    rows
}

fn list(part: &str, expected: &[Expected], actual: &[Value], out: &mut Vec<String>) {
    if expected.len() != actual.len() {
        out.push(format!("{part}: {} expected, {} found:", expected.len(), actual.len()));
        out.extend(actual.iter().map(|row| format!("    found {}", brief(part, row))));
        return;
    }
    for (at, (expected, actual)) in expected.iter().zip(actual).enumerate() {
        differences(&format!("{part}[{at}]"), expected, actual, out);
    }
}

fn by_referral(expected: &[Expected], actual: &[Value], out: &mut Vec<String>) {
    for expected in expected {
        let Expected::Table(entries) = expected else { continue };
        let wanted = entries.iter().find(|(key, _)| key == "referral").map(|(_, value)| value);
        let Some(Expected::Text(referral)) = wanted else {
            out.push("decisions: an expected decision names no referral".to_owned());
            continue;
        };
        match actual.iter().find(|decision| decision.get("referral").and_then(Value::as_str) == Some(referral)) {
            Some(decision) => differences(&format!("decision on {referral}"), expected, decision, out),
            None => out.push(format!("decisions: there is none on {referral}")),
        }
    }
}

/// Differences of one value; of a table only the keys that are expected count.
fn differences(path: &str, expected: &Expected, actual: &Value, out: &mut Vec<String>) {
    match expected {
        Expected::Table(entries) => {
            for (key, expected) in entries {
                let path = format!("{path}.{key}");
                match (field(key, actual), expected) {
                    (None, _) => out.push(format!("{path}: there is no such key in {}", shown(actual))),
                    (Some(found), Expected::Text(part)) if matches!(key.as_str(), "message" | "help") => {
                        if !found.as_str().is_some_and(|text| text.contains(part)) {
                            out.push(format!("{path}: expected to contain `{part}`, found {}", shown(&found)));
                        }
                    }
                    (Some(found), expected) => differences(&path, expected, &found, out),
                }
            }
        }
        Expected::List(items) => match actual.as_array() {
            Some(found) if found.len() == items.len() => {
                for (at, (expected, actual)) in items.iter().zip(found).enumerate() {
                    let path = format!("{path}[{at}]");
                    differences(&path, expected, actual, out);
                }
            }
            Some(found) => {
                let found: Vec<String> = found.iter().map(one_line).collect();
                out.push(format!("{path}: {} expected, found [{}]", items.len(), found.join(", ")));
            }
            None => out.push(format!("{path}: expected a list, found {}", shown(actual))),
        },
        Expected::Bool(wanted) if actual.as_bool() == Some(*wanted) => {}
        Expected::Text(wanted) if one_line(actual) == *wanted => {}
        Expected::Whole(wanted) if whole(&one_line(actual)) == *wanted => {}
        Expected::Bool(wanted) => out.push(format!("{path}: expected {wanted}, found {}", one_line(actual))),
        Expected::Text(wanted) | Expected::Whole(wanted) => {
            out.push(format!("{path}: expected `{wanted}`, found `{}`", one_line(actual)));
        }
    }
}

/// `200.00` as `200`; anything with other decimals as it is.
fn whole(text: &str) -> String {
    match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        _ => text.to_owned(),
    }
}

/// A key of an answer, and the few short names that cases use.
fn field(key: &str, row: &Value) -> Option<Value> {
    match key {
        "to" => row.get("beneficiary").or_else(|| row.get("to")).cloned(),
        "operands" if row.get("operands").is_none() => {
            let reasons = row.get("reasons")?.as_array()?;
            let all = reasons.iter().filter_map(|reason| reason.get("operands")?.as_array());
            Some(Value::Array(all.flatten().cloned().collect()))
        }
        _ => row.get(key).cloned(),
    }
}

/// Parts of answers in one line, as cases write them.
fn one_line(value: &Value) -> String {
    let text = |key: &str| value.get(key).map(one_line).unwrap_or_default();
    let has = |keys: &[&str]| keys.iter().all(|key| value.get(key).is_some());
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Object(_) if has(&["party", "id"]) => format!("{}:{}", text("party"), text("id")),
        Value::Object(_) if has(&["ladder", "level"]) => text("level"),
        Value::Object(_) if has(&["subject", "actual"]) => {
            let rule = format!("{} {} {}", text("subject"), text("operator"), text("expected"));
            format!("{}: {}", rule.trim_end(), text("actual"))
        }
        Value::Object(_) if has(&["step", "before"]) => {
            let step = format!("{} {}", text("step"), text("by"));
            format!("{}: {} -> {}", step.trim_end(), text("before"), text("after"))
        }
        Value::Object(_) if has(&["rule", "code"]) => format!("{}: {}", text("rule"), text("code")),
        Value::Object(_) if has(&["party", "amount"]) => {
            format!("{} {} {}", text("party"), text("amount"), text("unit"))
        }
        Value::Object(_) if has(&["code"]) => text("code"),
        Value::Object(object) if object.len() == 2 && has(&["kind", "id"]) => {
            let event = format!("{}:{}", text("kind"), text("id"));
            event.trim_end_matches(':').to_owned()
        }
        other => other.to_string(),
    }
}

/// The keys of a row that tell people which one it is.
fn brief(part: &str, row: &Value) -> String {
    let keys: &[&str] = match part {
        "entries" | "ledger" => &["referral", "rule", "beneficiary", "amount", "unit", "booked_at", "correction", "id"],
        "positions" => {
            &["entry", "state", "held", "amount", "used", "remaining", "due_on", "pay", "expires_on", "notify"]
        }
        "balances" => &[
            "beneficiary",
            "unit",
            "earned",
            "held",
            "payable",
            "paid",
            "reversed",
            "expired",
            "void",
            "forfeited",
            "kept",
        ],
        "payouts" => &["payout", "state", "gross", "fee", "net", "carried", "reasons", "flags", "missed_on"],
        "standings" => &["referrer", "ladder", "level", "value", "next_level", "missing", "conditions", "by"],
        "leaderboard" => {
            &["contest", "last_day", "place", "referrer", "value", "missing", "tickets", "prize", "amount"]
        }
        "outlook" => &["referral", "rule", "event", "after", "by", "conditions"],
        "campaigns" => &["campaign", "version", "goal", "grants"],
        "lists" => &["list", "from", "values", "hash"],
        "metrics" => {
            &["metric", "by", "group", "numerator", "denominator", "value", "change", "open", "comparison", "short_by"]
        }
        "diagnosis" => &["metric", "value", "short_by", "shortfall"],
        "dashboard" => {
            &["referrer", "submitted", "stages", "referrals", "earned", "figures", "rank", "ranked", "levels"]
        }
        "digest" => {
            &["referrer", "month", "submitted", "qualified", "closed", "ended", "under_way", "earned", "figures"]
        }
        "bounds" => &["about", "unit", "most", "parts"],
        "changes" => &["section", "rule", "key", "what", "from", "to", "constants"],
        "findings" => &["code", "table", "id", "column", "message"],
        _ => &["code", "line", "column", "path", "message", "help"],
    };
    let shown: Vec<String> =
        keys.iter().filter_map(|key| Some(format!("{key} = {}", one_line(row.get(key)?)))).collect();
    shown.join(", ")
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
