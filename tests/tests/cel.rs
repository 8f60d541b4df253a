//! The conformance cases of the Common Expression Language, less those that a written list leaves out with a reason.
use referral_rules::base::{Instant, Number};
use referral_rules::diag::Code;
use referral_rules::expr::{Expected, Type, Value};
use referral_tests::expressions::World;
use referral_tests::shared;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Case {
    file: String,
    section: String,
    test: String,
    expr: String,
    bindings: BTreeMap<String, serde_json::Value>,
    value: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Skipped {
    cases: usize,
    skip: Vec<Skip>,
}

#[derive(Deserialize)]
struct Skip {
    reason: String,
    cases: Vec<String>,
}

/// Faults of what our language does not have: a case that wants a fault does not agree because of them.
const UNREAD: [Code; 3] = [Code::ExpressionSyntax, Code::BadNumber, Code::UnknownFunction];

/// What a case says of our engine.
#[derive(PartialEq, Debug)]
enum Outcome {
    Agrees,
    Differs(String),
}

fn int(value: &serde_json::Value) -> Option<i64> {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_i64())
}

/// A tagged value as ours; `None` if we have nothing that is the same.
fn value_of(tagged: &serde_json::Value) -> Option<(Value, Type)> {
    let (tag, value) = tagged.as_object()?.iter().next()?;
    Some(match tag.as_str() {
        "int" => (Value::Int(int(value)?), Type::Int),
        "bool" => (Value::Bool(value.as_bool()?), Type::Bool),
        "string" => (Value::Text(value.as_str()?.to_owned()), Type::Text),
        "double" => (Value::Decimal(Number::parse(value.as_str()?)?), Type::Decimal),
        "duration" => {
            let micros = Number::parse(value.as_str()?)?.checked_mul(Number::from(1_000_000))?;
            (Value::Duration(micros.to_i64()?), Type::Duration)
        }
        "timestamp" => {
            let (seconds, nanos) = (int(value.get(0)?)?, int(value.get(1)?)?);
            let micros = seconds.checked_mul(1_000_000)?.checked_add(nanos.checked_div(1000)?)?;
            (Value::Instant(Instant(micros)), Type::Instant)
        }
        "list" => {
            let values: Option<Vec<_>> = value.as_array()?.iter().map(value_of).collect();
            let values = values?;
            let ty = values.first().map_or(Type::Nothing, |(_, ty)| ty.clone());
            (Value::List(values.into_iter().map(|(value, _)| value).collect()), Type::List(Box::new(ty)))
        }
        "map" => {
            let mut entries = Vec::new();
            let mut types = (Type::Nothing, Type::Nothing);
            for entry in value.as_array()? {
                let (key, value) = (value_of(entry.get(0)?)?, value_of(entry.get(1)?)?);
                types = (key.1, value.1);
                entries.push((key.0, value.0));
            }
            (Value::Map(entries), Type::Map(Box::new(types.0), Box::new(types.1)))
        }
        _ => return None,
    })
}

fn run(case: &Case) -> Outcome {
    let (mut world, mut row) = (World::default(), Vec::new());
    for (name, tagged) in &case.bindings {
        let Some((value, ty)) = value_of(tagged) else {
            return Outcome::Differs(format!("there is no value {tagged}"));
        };
        world = world.with(name, ty);
        row.push(value);
    }
    let found = match world.compile(&case.expr, Expected::Any) {
        Err(diagnostics) if case.value.is_none() && diagnostics.iter().any(|fault| UNREAD.contains(&fault.code)) => {
            return Outcome::Differs("refused for something that we do not have, not for the fault".to_owned());
        }
        Ok(compiled) => match world.evaluate(&compiled, &[row]).pop() {
            Some(result) => result.map_err(|status| status.words().to_owned()),
            None => Err("no row".to_owned()),
        },
        Err(diagnostics) => {
            Err(diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect::<Vec<_>>().join("; "))
        }
    };
    match (&case.value, found) {
        (None, Err(_)) => Outcome::Agrees,
        (None, Ok(value)) => Outcome::Differs(format!("a fault is wanted, found {value}")),
        (Some(_), Err(message)) => Outcome::Differs(message),
        (Some(wanted), Ok(value)) => match value_of(wanted) {
            Some((wanted, _)) if wanted.same(&value) => Outcome::Agrees,
            _ => Outcome::Differs(format!("{wanted} is wanted, found {value}")),
        },
    }
}

#[test]
fn conformance_cases_agree_or_are_listed_with_a_reason() {
    let Some(path) = shared::file("cel/cel_subset.json").expect("the shared folder is complete") else {
        println!("skipped: cel/cel_subset.json is not beside the workspace");
        return;
    };
    let cases: Vec<Case> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let listed: Skipped = toml::from_str(include_str!("cel_skipped.toml")).unwrap();
    let mut reasons: BTreeMap<&str, &str> = BTreeMap::new();
    for skip in &listed.skip {
        for case in &skip.cases {
            assert!(reasons.insert(case, &skip.reason).is_none(), "{case} is listed twice");
        }
    }
    assert_eq!(cases.len(), listed.cases, "the number of cases");
    let (mut passed, mut skipped, mut wrong) = (0, BTreeMap::<&str, usize>::new(), Vec::new());
    for case in &cases {
        let name = format!("{}/{}/{}", case.file, case.section, case.test);
        match (run(case), reasons.remove(name.as_str())) {
            (Outcome::Agrees, None) => passed += 1,
            (Outcome::Agrees, Some(_)) => wrong.push(format!("{name} is listed, but agrees: {}", case.expr)),
            (Outcome::Differs(_), Some(reason)) => *skipped.entry(reason).or_default() += 1,
            (Outcome::Differs(how), None) => wrong.push(format!("{name}: {} ⇒ {how}", case.expr)),
        }
    }
    wrong.extend(reasons.keys().map(|name| format!("{name} is listed, but there is no such case")));
    println!("{passed} agree, {} are left out:", skipped.values().sum::<usize>());
    for (reason, count) in &skipped {
        println!("  {count:3} {reason}");
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}
