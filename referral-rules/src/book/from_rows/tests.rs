//! What is a row, what is a cell, and what is said about the rest.
use super::*;
use crate::book::Given;
use serde::Serialize;
use serde::ser::Serializer;
use std::collections::BTreeMap;

fn told<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Vec<String> {
    GivenTable::from_rows(rows).err().map(|faults| faults.0).unwrap_or_default().iter().map(told_of).collect()
}

fn told_of(fault: &RowFault) -> String {
    assert!(!fault.help.is_empty());
    format!("{} {}: {}", fault.row, fault.column, fault.message)
}

fn json(text: &str) -> GivenTable {
    GivenTable::from_json(text).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Plan {
    Basic,
    VeryLarge,
}

#[derive(Serialize)]
struct Wrapped(i128);

#[derive(Serialize)]
struct Everything {
    id: &'static str,
    yes: bool,
    letter: char,
    tiny: i8,
    huge: u64,
    wrapped: Wrapped,
    none: Option<u8>,
    some: Option<Plan>,
    plan: Plan,
    unit: (),
    tags: Vec<&'static str>,
    pair: (u8, u8),
    amount: rust_decimal::Decimal,
    day: chrono::NaiveDate,
    at: chrono::DateTime<chrono::FixedOffset>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
    #[serde(flatten)]
    more: BTreeMap<&'static str, u8>,
    referee: Referee,
}

#[derive(Serialize)]
struct Referee {
    email: &'static str,
    company: BTreeMap<u8, &'static str>,
}

#[test]
fn every_kind_of_field_is_a_cell() {
    let row = Everything {
        id: "R-1",
        yes: true,
        letter: 'x',
        tiny: -8,
        huge: u64::MAX,
        wrapped: Wrapped(i128::MIN),
        none: None,
        some: Some(Plan::Basic),
        plan: Plan::VeryLarge,
        unit: (),
        tags: vec!["a", "b"],
        pair: (1, 2),
        amount: rust_decimal::Decimal::new(-1_250, 3),
        day: chrono::NaiveDate::from_ymd_opt(2026, 2, 28).unwrap_or_default(),
        at: chrono::DateTime::parse_from_rfc3339("2026-03-02T09:30:00.000001-05:00").unwrap_or_default(),
        left_out: None,
        more: BTreeMap::from([("extra", 7)]),
        referee: Referee { email: "eve@mail.example", company: BTreeMap::from([(9, "Nine")]) },
    };
    let wanted = json(
        r#"[{"id": "R-1", "yes": true, "letter": "x", "tiny": -8, "huge": 18446744073709551615,
            "wrapped": -170141183460469231731687303715884105728, "none": null, "some": "basic", "plan": "very-large",
            "unit": null, "tags": ["a", "b"], "pair": [1, 2], "amount": "-1.250", "day": "2026-02-28",
            "at": "2026-03-02T09:30:00.000001-05:00", "extra": 7,
            "referee": {"email": "eve@mail.example", "company": {"9": "Nine"}}}]"#,
    );
    assert_eq!(GivenTable::from_rows([row]), Ok(wanted));
}

#[test]
fn rows_of_different_shapes_share_a_table() {
    let rows = [BTreeMap::from([("id", 1), ("b", 2)]), BTreeMap::from([("a", 3), ("id", 4)]), BTreeMap::new()];
    let wanted = json(r#"[{"id": 1, "b": 2}, {"a": 3, "id": 4}, {}]"#);
    assert_eq!(GivenTable::from_rows(&rows), Ok(wanted.clone()));
    assert_eq!(GivenTable::from_rows(rows.iter().map(Some)), Ok(wanted));
    assert_eq!(GivenTable::from_rows(Vec::<()>::new()), Ok(GivenTable::default()));
}

#[derive(Serialize)]
struct Wrong {
    id: u8,
    value: f64,
    part: Part,
}

#[derive(Serialize)]
struct Part {
    rate: Option<f32>,
    list: Vec<Vec<u8>>,
    floats: [f64; 2],
}

#[test]
fn every_fault_of_every_row_is_told() {
    let wrong = |id| Wrong { id, value: 1.0, part: Part { rate: Some(0.5), list: vec![vec![1]], floats: [1.0, 2.0] } };
    let of_row = |row: u8| {
        [
            format!("{row} value: a float is not exact"),
            format!("{row} part.rate: a float is not exact"),
            format!("{row} part.list: a list holds something that is no single value"),
            format!("{row} part.floats: a float is not exact"),
        ]
    };
    assert_eq!(told([wrong(1), wrong(2)]), [of_row(1), of_row(2)].concat());
    assert_eq!(told((0..200).map(|_| wrong(1))).len(), FAULTS_MAX);
    let text = GivenTable::from_rows([wrong(1)]).map_err(|faults| faults.to_string()).err().unwrap_or_default();
    assert!(text.starts_with("row 1, `value`: a float is not exact: give a Decimal"), "{text}");
    assert_eq!(text.lines().count(), 4);
}

#[derive(Serialize)]
enum Tagged {
    One(u8),
    Two { a: u8 },
    Three(u8, u8),
}

#[derive(Serialize)]
struct Twice {
    #[serde(rename = "referee.email")]
    email: u8,
    referee: BTreeMap<&'static str, u8>,
}

struct Refuses;

impl Serialize for Refuses {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("not today"))
    }
}

#[test]
fn what_is_no_row_and_no_cell_is_told() {
    assert_eq!(told([3]), ["1 : a single value is no row"]);
    assert_eq!(told(["a"]), ["1 : a single value is no row"]);
    assert_eq!(told([[1, 2]]), ["1 : a tuple is no row"]);
    assert_eq!(told([vec![1]]), ["1 : a list is no row"]);
    assert_eq!(told([Some(()), None]), ["1 : a single value is no row", "2 : a single value is no row"]);
    let field = |value: Tagged| BTreeMap::from([("plan", value)]);
    assert_eq!(told([field(Tagged::One(1))]), ["1 plan: the variant `One` has data"]);
    assert_eq!(told([field(Tagged::Two { a: 1 })]), ["1 plan: the variant `Two` has data"]);
    assert_eq!(told([field(Tagged::Three(1, 2))]), ["1 plan: the variant `Three` has data"]);
    assert_eq!(told([BTreeMap::from([(true, 1)])]), ["1 : a key is no name of a column"]);
    let twice = Twice { email: 1, referee: BTreeMap::from([("email", 2)]) };
    assert_eq!(told([twice]), ["1 referee.email: the column stands twice in the row"]);
    // A row that stops is told, and the next ones are still looked at.
    assert_eq!(
        told([BTreeMap::from([("id", Refuses)]), BTreeMap::from([("id", Refuses)])]),
        ["1 id: not today", "2 id: not today"]
    );
}

#[test]
fn a_book_of_structs_is_a_book() {
    let given = Given {
        referrals: GivenTable::from_rows([BTreeMap::from([("id", "R-1")])]).unwrap_or_default(),
        ..Given::default()
    };
    assert_eq!(Ok(given), Given::from_json(r#"{"referrals": [{"id": "R-1"}]}"#));
}
