//! The partner program: it compiles without a warning, so does each of its alternatives, and its example book shows every kind of
//! partner.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]
use referral_rules::base::Day;
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::evaluation::{Decision, Entry, Verdict};
use referral_rules::program::standard::{self, STANDARDS, Standard};
use referral_rules::program::{Data, Program};
use referral_rules::wire::{compile_json, evaluate_json};
use std::collections::BTreeSet;

fn compiled(document: &str) -> Program {
    let (program, warnings) = Program::from_toml(document).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(warnings.is_empty(), "{warnings:?}");
    program
}

struct Outcome {
    decisions: Vec<Decision>,
    entries: Vec<Entry>,
}

/// The example book under a document, with payments by the customers on top.
fn outcome(document: &str) -> Outcome {
    let program = compiled(document);
    let example = Standard::named("partner-referrals").unwrap().example;
    let paid = "PE-104-4,P-104,payment,2026-05-01,,,7500,\nPE-104-5,P-104,payment,2027-06-01,,,7500,\n";
    let mut given = Given::from_csv(example.tables()).unwrap();
    given.events = GivenTable::from_csv(&format!("{}{paid}", example.events)).unwrap();
    let book = Book::new(&program, &given);
    assert!(book.findings.is_empty(), "{:?}", book.findings);
    let as_of = program.zone.last_instant(Day::parse("2027-12-31").unwrap());
    let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default()).unwrap();
    Outcome { decisions: evaluation.decisions().collect(), entries: evaluation.entries().collect() }
}

/// What a rule gives, by referral.
fn given_by<'a>(outcome: &'a Outcome, rule: &str) -> Vec<(&'a str, String)> {
    let entries = outcome.entries.iter().filter(|entry| entry.rule == rule);
    let mut all: Vec<_> = entries.map(|entry| (entry.referral.as_str(), entry.amount.to_string())).collect();
    all.sort();
    all
}

#[test]
fn each_kind_of_partner_gets_its_share_of_the_first_year() {
    let outcome = outcome(standard::PARTNER_REFERRALS);
    // 20 % of 48,000; 25 % of 132,500.50, half a cent up; 25 % of 18,000; 30 % of 90,000; 20 % of 26,333.33; 30 % of 36,000.
    let wanted = [
        ("P-101", "9600.00"),
        ("P-102", "33125.13"),
        ("P-103", "4500.00"),
        ("P-104", "27000.00"),
        ("P-105", "5266.67"),
        ("P-106", "10800.00"),
    ];
    let found = given_by(&outcome, "first-year-share");
    assert_eq!(found, wanted.map(|(referral, amount)| (referral, amount.to_owned())));
    assert_eq!(given_by(&outcome, "dedicated-partner-manager"), [("P-106", "1".to_owned())]);
}

#[test]
fn the_shares_lie_between_the_two_ends() {
    let program = compiled(standard::PARTNER_REFERRALS);
    let data = &program.versions[0].data;
    let end = |key: &str| data.get("share").and_then(|share| share.get(key)).and_then(Data::as_number).unwrap();
    let (document, _) = referral_rules::program::Document::from_toml(standard::PARTNER_REFERRALS);
    let document = document.unwrap();
    let table = document.tables.iter().find(|table| table.name.value == "share").unwrap();
    let kinds: BTreeSet<&str> = table.rows.iter().map(|row| row.key.value.as_str()).collect();
    for row in &table.rows {
        let share = Data::Value(row.values[0].value.clone()).as_number().unwrap();
        assert!(end("at_least") <= share && share <= end("at_most"), "{}", row.key.value);
    }
    let told = data.get("partner_kinds").unwrap().items().iter();
    let told: BTreeSet<&str> = told.filter_map(|kind| kind.get("kind").and_then(Data::as_text)).collect();
    assert_eq!(kinds, told);
}

#[test]
fn every_alternative_compiles_and_gives_something() {
    let standard = compiled(standard::PARTNER_REFERRALS);
    let alternatives = standard::alternatives(standard::PARTNER_REFERRALS);
    let names: Vec<&str> = alternatives.iter().map(|alternative| alternative.name.as_str()).collect();
    assert_eq!(names, ["as-the-customer-pays", "flat-share", "share-by-level", "deal-limit", "customer-discount"]);
    let of = |name: &str| outcome(&standard::choose(standard::PARTNER_REFERRALS, &[name]).unwrap());
    // Of two payments the one in the first year: 30 % of 7,500.
    assert_eq!(given_by(&of("as-the-customer-pays"), "share-of-payments"), [("P-104", "2250.00".to_owned())]);
    assert_eq!(given_by(&of("flat-share"), "flat-first-year-share")[3], ("P-104", "18000.00".to_owned()));
    // Summit's second deal makes it preferred: 25 % of 36,000.
    assert_eq!(given_by(&of("share-by-level"), "level-first-year-share")[5], ("P-106", "9000.00".to_owned()));
    assert_eq!(given_by(&of("customer-discount"), "customer-discount")[0], ("P-101", "4800.00".to_owned()));
    let smaller = standard::choose(standard::PARTNER_REFERRALS, &["deal-limit"]).unwrap().replace("50_000", "20_000");
    assert_eq!(given_by(&outcome(&smaller), "first-year-share")[3], ("P-104", "20000.00".to_owned()));
    for alternative in &alternatives {
        let program = compiled(&standard::choose(standard::PARTNER_REFERRALS, &[&alternative.name]).unwrap());
        for gone in &alternative.instead_of {
            assert!(standard.reward_ids.contains(gone) && !program.reward_ids.contains(gone), "{gone}");
        }
    }
}

#[test]
fn the_example_book_shows_every_rule() {
    let outcome = outcome(standard::PARTNER_REFERRALS);
    let program = compiled(standard::PARTNER_REFERRALS);
    let reasons: BTreeSet<&str> =
        outcome.decisions.iter().flat_map(|one| &one.reasons).map(|reason| reason.code.as_str()).collect();
    for code in program.versions[0].requirements.iter().map(|one| one.code.as_str()) {
        // Every partner of the book has a kind, and it brings nobody from a country that is not served.
        let shown = reasons.contains(code) || ["kind-of-partner", "new-to-us", "country-served"].contains(&code);
        assert!(shown, "nobody is refused for {code}");
    }
    assert!(reasons.contains("duplicate"));
    assert_eq!(outcome.decisions.iter().filter(|one| one.verdict == Verdict::Accepted).count(), 8);
    let example = Standard::named("partner-referrals").unwrap().example;
    for address in [example.accounts, example.referrals].iter().flat_map(|text| text.split([',', '\n'])) {
        assert!(!address.contains('@') || address.ends_with(".example"), "{address}");
    }
}

#[test]
fn every_standard_program_is_there_by_its_name() {
    for standard in STANDARDS {
        assert_eq!(compiled(standard.document).id, standard.name);
        assert_eq!(Standard::named(standard.name), STANDARDS.iter().find(|one| one.name == standard.name));
        let request = format!(r#"{{"program": {{"standard": "{}"}}}}"#, standard.name);
        assert!(compile_json(&request).starts_with(&format!(r#"{{"ok":true,"program":"{}""#, standard.name)));
    }
    let told = evaluate_json(r#"{"program": {"standard": "partner-referal"}, "as_of": "2026-01-01"}"#);
    assert!(told.contains("did you mean `partner-referrals`?"), "{told}");
    let told = compile_json(r#"{"program": {"standard": 7}}"#);
    assert!(told.contains("write `customer-referrals` or `partner-referrals`"), "{told}");
}
