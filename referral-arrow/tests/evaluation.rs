//! A whole evaluation: what comes in by Arrow gives the same answer as what comes in as JSON, and goes out again.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may panic: that is how it fails"
)]
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int8Type, Int32Type, TimestampMicrosecondType};
use arrow_array::*;
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use referral_arrow::{Tables, decisions, entries, findings, given, leaderboard, ledger, part, part_from_json, parts};
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::evaluation::Evaluation;
use referral_rules::program::Program;
use referral_rules::wire;
use referral_rules::{Options, evaluate};
use std::collections::BTreeSet;
use std::sync::Arc;

const PROGRAM: &str = r#"
    schema = 1
    id = "friends"
    version = "2026-01"
    in_force = { first_day = 2026-01-01 }
    currency = "EUR"
    time_zone = "Europe/Berlin"

    [facts.account]
    status = ["active", "paused"]

    [facts.referral]
    channel = "text"
    seats = "int"
    tags = "list of text"

    [facts.event]
    order_value = "decimal"

    [[eligibility]]
    code = "inactive"
    require = "referrer.status == 'active'"
    message = "the referrer is not active"

    [[validity]]
    code = "untagged"
    require = "'b2b' in referral.tags"
    message = "the referral is not tagged"

    [[metric]]
    id = "accepted"
    label = "Share that is accepted"
    numerator = { count = "referrals", when = "referral.accepted" }
    denominator = { count = "referrals" }
    by = ["month", "referral.channel"]
    good = { at_least = 2 }
    remedies = ["ask for tags"]

    [dashboard]
    figures = ["accepted"]
    rank_by = "accepted"
    digest = ["accepted"]

    [[reward]]
    id = "thanks"
    label = "Thank you"
    to = "referrer"
    on = "closed"
    kind = "cash"
    amount = "10% * event.order_value"
    at_most = 150
    pay_within = "5 business days"

    [[reward]]
    id = "points"
    to = "referrer"
    on = "qualified"
    kind = "points"
    unit = "points"
    amount = "referral.seats * 3"
"#;

fn program() -> Program {
    match Program::from_toml(PROGRAM) {
        Ok((program, _)) => program,
        Err(faults) => panic!("{faults}"),
    }
}

fn array(array: impl Array + 'static) -> ArrayRef {
    Arc::new(array)
}

fn accounts() -> RecordBatch {
    let status: DictionaryArray<Int8Type> = vec![Some("active"), Some("paused"), None].into_iter().collect();
    RecordBatch::try_from_iter_with_nullable([
        ("id", array(StringArray::from(vec!["ada", "bo", "cy"])), false),
        ("status", array(status), true),
    ])
    .unwrap()
}

fn referrals() -> RecordBatch {
    let day = 20_514; // 2026-03-02
    let mut tags = builder::ListBuilder::new(builder::StringBuilder::new());
    for row in 0..4 {
        tags.append_option((row != 2).then_some([Some("new"), Some("b2b")]));
    }
    let value = Decimal128Array::from(vec![Some(124_955), None, Some(1), Some(900_000)]);
    let value = value.with_precision_and_scale(18, 2).unwrap();
    let closed = StructArray::new(
        vec![Field::new("order_value", value.data_type().clone(), true)].into(),
        vec![array(value)],
        Some(NullBuffer::from(vec![true, false, true, true])),
    );
    let submitted = [0, 1, 2, 3].map(|days| (20_514 + days) * 86_400_000_000 + 3_600_000_000);
    RecordBatch::try_from_iter_with_nullable([
        ("id", array(Int64Array::from(vec![17, 18, 19, 20])), false),
        ("referrer", array(LargeStringArray::from(vec!["ada", "bo", "ada", "ada"])), false),
        ("submitted_at", array(TimestampMicrosecondArray::from(submitted.to_vec()).with_timezone("UTC")), false),
        ("channel", array(StringViewArray::from(vec![Some("web"), None, Some("mail"), Some("web")])), true),
        ("seats", array(UInt16Array::from(vec![Some(4), Some(5), None, Some(6)])), true),
        ("tags", array(tags.finish()), true),
        ("qualified_at", array(Date32Array::from(vec![Some(day + 3), None, Some(day + 4), Some(day + 5)])), true),
        ("closed_at", array(Date32Array::from(vec![Some(day + 18), None, None, Some(day + 20)])), true),
        ("closed", array(closed), true),
    ])
    .unwrap()
}

fn events() -> RecordBatch {
    RecordBatch::try_from_iter([
        ("id", array(StringArray::from(vec!["E-1"]))),
        ("referral", array(Int64Array::from(vec![404]))),
        ("kind", array(StringArray::from(vec!["qualified"]))),
        ("at", array(Date32Array::from(vec![20_600]))),
    ])
    .unwrap()
}

fn from_json() -> Given {
    let accounts = r#"[{"id": "ada", "status": "active"}, {"id": "bo", "status": "paused"}, {"id": "cy"}]"#;
    let referrals = r#"[
        {"id": 17, "referrer": "ada", "submitted_at": "2026-03-02T01:00:00Z", "channel": "web", "seats": 4, "tags": ["new", "b2b"],
         "qualified_at": "2026-03-05", "closed_at": "2026-03-20", "closed": {"order_value": 1249.55}},
        {"id": 18, "referrer": "bo", "submitted_at": "2026-03-03T01:00:00Z", "seats": 5, "tags": ["new", "b2b"]},
        {"id": 19, "referrer": "ada", "submitted_at": "2026-03-04T01:00:00Z", "channel": "mail",
         "qualified_at": "2026-03-06", "closed": {"order_value": 0.01}},
        {"id": 20, "referrer": "ada", "submitted_at": "2026-03-05T01:00:00Z", "channel": "web", "seats": 6, "tags": ["new", "b2b"],
         "qualified_at": "2026-03-07", "closed_at": "2026-03-22", "closed": {"order_value": 9000}}
    ]"#;
    let events = r#"[{"id": "E-1", "referral": 404, "kind": "qualified", "at": "2026-05-27"}]"#;
    Given {
        accounts: Some(GivenTable::from_json(accounts).unwrap()),
        referrals: GivenTable::from_json(referrals).unwrap(),
        events: GivenTable::from_json(events).unwrap(),
        ..Given::default()
    }
}

fn from_arrow(in_halves: bool) -> Given {
    let all = referrals();
    let referrals = if in_halves { vec![all.slice(0, 1), all.slice(1, 3)] } else { vec![all] };
    let tables =
        Tables { accounts: Some(&[accounts()]), referrals: &referrals, events: &[events()], ..Tables::default() };
    given(tables).unwrap()
}

fn evaluated(given: &Given, check: impl FnOnce(&Evaluation<'_>)) -> String {
    let program = program();
    let book = Book::new(&program, given);
    let as_of = Instant::parse("2026-06-01T00:00:00Z").unwrap();
    let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
    check(&evaluation);
    evaluation.fingerprint()
}

#[test]
fn arrow_gives_the_answer_that_json_gives() {
    let expected = evaluated(&from_json(), |evaluation| {
        assert_eq!(evaluation.ledger().count(), 4);
        assert_eq!(evaluation.findings().len(), 1);
    });
    assert_eq!(evaluated(&from_arrow(false), |_| ()), expected);
    assert_eq!(evaluated(&from_arrow(true), |_| ()), expected);
}

fn words(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let array = batch.column_by_name(column).unwrap().as_dictionary::<Int32Type>();
    let words = array.downcast_dict::<StringArray>().unwrap();
    words.into_iter().map(|word| word.map(str::to_owned)).collect()
}

#[test]
fn entries_come_out_as_they_are() {
    evaluated(&from_arrow(false), |evaluation| {
        let batch = entries(evaluation).unwrap();
        assert_eq!(batch, ledger(evaluation).unwrap());
        let all: Vec<_> = evaluation.entries().collect();
        assert_eq!(batch.num_rows(), all.len());
        let column = |name: &str| batch.column_by_name(name).unwrap();
        let amounts = column("amount").as_primitive::<Decimal128Type>();
        assert_eq!((amounts.precision(), amounts.scale()), (38, 2));
        let steps = column("steps").as_list::<i32>();
        for (row, entry) in all.iter().enumerate() {
            assert_eq!(column("id").as_string::<i64>().value(row), entry.id);
            assert_eq!(column("referral").as_string::<i64>().value(row), entry.referral);
            assert_eq!(column("beneficiary.id").as_string::<i64>().value(row), entry.beneficiary.id);
            assert_eq!(words(&batch, "rule")[row].as_deref(), Some(entry.rule.as_str()));
            assert_eq!(words(&batch, "unit")[row].as_deref(), Some(entry.unit.as_str()));
            assert_eq!(words(&batch, "label")[row].as_deref(), (entry.rule == "thanks").then_some("Thank you"));
            assert_eq!(column("base").as_string::<i64>().value(row), entry.base.to_string());
            let digits = 2 - entry.amount.scale();
            assert_eq!(amounts.value(row), entry.amount.mantissa() * 10_i128.pow(digits));
            assert_eq!(column("earned_at").as_primitive::<TimestampMicrosecondType>().value(row), entry.earned_at.0);
            let due = column("due_on").as_primitive::<Date32Type>();
            assert_eq!(due.is_valid(row).then(|| due.value(row)), entry.due_on.map(|day| day.0));
            let steps = steps.value(row);
            assert_eq!(steps.len(), entry.steps.len());
            for (at, step) in entry.steps.iter().enumerate() {
                let text = |name: &str| {
                    steps.as_struct().column_by_name(name).unwrap().as_string::<i64>().value(at).to_owned()
                };
                assert_eq!(serde_json::json!(text("step")), serde_json::to_value(step.step).unwrap());
                assert_eq!((text("by"), text("before")), (step.by.clone(), step.before.to_string()));
                assert_eq!(text("after"), step.after.to_string());
            }
        }
        let stepped = all.iter().filter(|entry| !entry.steps.is_empty());
        assert_eq!(stepped.count(), 2, "one is rounded, one cut at the most");
    });
}

#[test]
fn decisions_and_findings_come_out_as_they_are() {
    evaluated(&from_arrow(false), |evaluation| {
        let batch = decisions(evaluation).unwrap();
        let all: Vec<_> = evaluation.decisions().collect();
        assert_eq!(batch.num_rows(), 4);
        let reasons = batch.column_by_name("reasons").unwrap().as_list::<i32>();
        let totals = batch.column_by_name("totals").unwrap().as_list::<i32>();
        let stage_at = batch.column_by_name("stage_event.at").unwrap();
        for (row, decision) in all.iter().enumerate() {
            assert_eq!(batch.column_by_name("referral").unwrap().as_string::<i64>().value(row), decision.referral);
            assert_eq!(words(&batch, "stage")[row].as_deref(), Some(decision.stage.as_str()));
            let reasons = reasons.value(row);
            let codes = reasons.as_struct().column_by_name("code").unwrap().as_string::<i64>().clone();
            let expected: Vec<_> = decision.reasons.iter().map(|reason| Some(reason.code.as_str())).collect();
            assert_eq!(codes.iter().collect::<Vec<_>>(), expected);
            assert_eq!(totals.value(row).len(), decision.totals.len());
            assert_eq!(stage_at.is_valid(row), decision.stage_event.is_some());
        }
        assert_eq!(
            words(&batch, "verdict").into_iter().flatten().collect::<Vec<_>>(),
            ["accepted", "refused", "refused", "accepted"]
        );
        let batch = findings(evaluation).unwrap();
        assert_eq!(batch.num_rows(), 1);
        assert_eq!(words(&batch, "table"), [Some("events".to_owned())]);
        assert_eq!(batch.column_by_name("id").unwrap().data_type(), &DataType::LargeUtf8);
    });
}

#[test]
fn an_empty_answer_has_the_same_columns() {
    let full = std::cell::RefCell::new(Vec::new());
    let schemas = |evaluation: &Evaluation<'_>| {
        [entries(evaluation), decisions(evaluation), findings(evaluation)].map(|batch| batch.unwrap().schema())
    };
    evaluated(&from_arrow(false), |evaluation| full.borrow_mut().extend(schemas(evaluation)));
    evaluated(&Given::default(), |evaluation| assert_eq!(full.borrow().as_slice(), schemas(evaluation)));
}

/// The first parts of the columns' names, and the names in JSON.
fn names(batch: &RecordBatch, row: impl serde::Serialize) -> (BTreeSet<String>, BTreeSet<String>) {
    let part = |name: &String| name.split('.').next().unwrap_or_default().to_owned();
    let columns = batch.schema().fields().iter().map(|field| part(field.name())).collect();
    let serde_json::Value::Object(row) = serde_json::to_value(row).unwrap() else { panic!() };
    (columns, row.keys().cloned().collect())
}

#[test]
fn columns_have_the_names_that_they_have_in_json() {
    evaluated(&from_arrow(false), |evaluation| {
        let mut labelled = evaluation.entries().find(|entry| !entry.label.is_empty()).unwrap();
        // In JSON both are left out where there is nothing to say.
        labelled.reversal = "refunds".to_owned();
        let (columns, json) = names(&entries(evaluation).unwrap(), labelled);
        assert_eq!(columns, json);
        let (columns, json) = names(&decisions(evaluation).unwrap(), evaluation.decisions().next().unwrap());
        assert_eq!(columns, json);
        let (columns, json) = names(&findings(evaluation).unwrap(), &evaluation.findings()[0]);
        assert_eq!(columns, json);
    });
}

#[test]
fn every_table_of_an_answer_is_a_batch_also_out_of_json() {
    let no_tables = ["warnings", "fingerprint", "summary"];
    let tables: Vec<_> = wire::PARTS.iter().copied().filter(|part| !no_tables.contains(part)).collect();
    assert_eq!(parts().collect::<Vec<_>>(), tables);
    evaluated(&from_arrow(false), |evaluation| {
        assert!(part(evaluation, "summary").is_none());
        let compiled = wire::Compiled::from_document(PROGRAM).unwrap();
        for name in &tables {
            let batch = part(evaluation, name).unwrap().unwrap();
            let answer: serde_json::Value = serde_json::from_str(&compiled.answer_of(evaluation, &[name])).unwrap();
            assert_eq!(batch.num_rows(), answer[name].as_array().unwrap().len(), "{name}");
            if batch.num_rows() > 0 {
                assert_eq!(part_from_json(name, &answer[name]).unwrap(), batch, "{name}");
            }
        }
        let balances = referral_arrow::balances(evaluation).unwrap();
        let earned = balances.column_by_name("earned").unwrap().as_primitive::<Decimal128Type>();
        assert_eq!(earned.value_as_string(0), "274.96");
    });
    assert!(part_from_json("letters", &serde_json::json!([])).is_err());
    assert!(part_from_json("lists", &serde_json::json!({})).is_err());
    assert!(part_from_json("lists", &serde_json::json!([{"lust": "x"}])).is_err());
}

#[test]
fn texts_are_read_as_what_their_column_is() {
    let all = referrals();
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (field, column) in all.schema().fields().iter().zip(all.columns()) {
        let texts = match field.name().as_str() {
            "submitted_at" => {
                array(StringArray::from_iter_values((2..6).map(|day| format!("2026-03-0{day}T01:00:00Z"))))
            }
            "qualified_at" => {
                array(StringArray::from(vec![Some("2026-03-05"), None, Some("2026-03-06"), Some("2026-03-07")]))
            }
            "closed" => continue,
            _ => column.clone(),
        };
        columns.push((field.name().clone(), texts));
    }
    let value: DictionaryArray<Int8Type> =
        vec![Some("1249.55"), None, Some("0.01"), Some("9000")].into_iter().collect();
    columns.push(("closed.order_value".to_owned(), array(value)));
    let referrals = RecordBatch::try_from_iter(columns).unwrap();
    let tables =
        Tables { accounts: Some(&[accounts()]), referrals: &[referrals], events: &[events()], ..Tables::default() };
    assert_eq!(evaluated(&given(tables).unwrap(), |_| ()), evaluated(&from_json(), |_| ()));
}

#[test]
fn the_leaderboard_comes_out_as_it_is() {
    let program = format!(
        "{PROGRAM}\n[measures.submitted_in_year]\nis = \"count\"\non = \"submitted\"\nin_each = \"calendar year\"\n\
         [[contest]]\nid = \"year\"\nby = \"submitted_in_year\"\nties = \"share\"\nticket_for_each = 1\n\
         prizes = [{{ id = \"first\", place = 1, kind = \"cash\", amount = 12.5 }}]\n"
    );
    let (program, _) = Program::from_toml(&program).unwrap();
    let given = from_arrow(false);
    let book = Book::new(&program, &given);
    for as_of in ["2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z"] {
        let evaluation = evaluate(&program, &book, Instant::parse(as_of).unwrap(), Options::default()).unwrap();
        let (batch, all) = (leaderboard(&evaluation).unwrap(), evaluation.leaderboard());
        assert!(!all.is_empty());
        let (columns, json) = names(&batch, &all[0]);
        assert_eq!(columns, json);
        assert_eq!(batch.num_rows(), all.len());
        let column = |name: &str| batch.column_by_name(name).unwrap();
        for (row, placing) in all.iter().enumerate() {
            assert_eq!(column("referrer").as_string::<i64>().value(row), placing.referrer);
            assert_eq!(column("value").as_string::<i64>().value(row), placing.value.to_string());
            assert_eq!(column("ended").as_boolean().value(row), placing.ended);
            let amounts = column("amount").as_primitive::<Decimal128Type>();
            assert_eq!(amounts.is_valid(row), placing.amount.is_some());
            assert!(placing.amount.is_none_or(|amount| amounts.value_as_string(row) == amount.to_string()));
        }
    }
    let evaluation_of_nothing = Given::default();
    let book = Book::new(&program, &evaluation_of_nothing);
    let evaluation =
        evaluate(&program, &book, Instant::parse("2026-06-01T00:00:00Z").unwrap(), Options::default()).unwrap();
    assert_eq!(leaderboard(&evaluation).unwrap().num_rows(), 0);
}

/// The texts of a column of Arrow stay where they are; those that name accounts must have numbers in the book all the same.
#[test]
fn accounts_that_texts_of_arrow_name_are_those_of_json() {
    let program = PROGRAM.replacen("to = \"referrer\"", "to = { account = \"referral.channel\" }", 1);
    let (program, _) = Program::from_toml(&program).unwrap();
    let as_of = Instant::parse("2026-06-01T00:00:00Z").unwrap();
    let answers = [from_json(), from_arrow(false), from_arrow(true)].map(|given| {
        let book = Book::new(&program, &given);
        let evaluation = evaluate(&program, &book, as_of, Options::default()).unwrap();
        let named = evaluation.ledger().filter(|entry| entry.beneficiary.party == "account");
        let named: Vec<String> = named.map(|entry| entry.beneficiary.id).collect();
        assert!(!named.is_empty() && named.iter().all(|id| id == "web"), "{named:?}");
        evaluation.fingerprint()
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}
