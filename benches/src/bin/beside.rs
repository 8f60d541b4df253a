//! The Rust side of `benches/python/compare.py`: writes the facts of workload A as CSV, then answers each line that comes in with one
//! of its own. The one who asks measures what this process uses.
//! `cargo run --release -p referral-benches --bin beside FOLDER [how many referrals]`
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a tool for measuring: a panic is a failure"
)]
use referral_benches::generate::{Account, Facts, Referral};
use referral_benches::{WORKLOAD_A, generate, tables};
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Book, Given, GivenTable};
use referral_rules::program::Program;
use referral_rules::wire::Compiled;
use referral_rules::{Options, evaluate};
use serde::Serialize;
use std::fs::{File, read_to_string};
use std::io::{BufWriter, Write, stdin};
use std::path::Path;
use std::time::Instant as Clock;

const ACCOUNTS: &str = "id,status,plan,opened_on,in_collections,at_risk,open_dispute,active_users_30d,health";
const REFERRALS: &str = "id,referrer,submitted_at,referee.company_domain,referee.industry,referee.country,referee.employees,channel,\
                         introduced_on,contact_email,crm_first_seen,qualified_at,closed_at,closed.first_year_value";

/// What is missing is empty, and an empty text is in quotes.
fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn account(row: &Account) -> String {
    let Account { id, status, plan, opened_on, in_collections, at_risk, open_dispute, active_users_30d, health } = row;
    let opened_on = Day(*opened_on);
    format!("{id},{status},{plan},{opened_on},{in_collections},{at_risk},{open_dispute},{active_users_30d},{health}")
}

fn referral(row: &Referral) -> String {
    let day = |day: Option<i32>| or_empty(day.map(Day));
    let email = row.contact_email.as_ref().map(|text| if text.is_empty() { "\"\"" } else { text });
    let value = row.first_year_value.map(in_full);
    [
        row.id.to_string(),
        row.referrer.to_string(),
        Day(row.submitted_on).to_string(),
        row.company_domain.clone(),
        row.industry.to_owned(),
        row.country.to_owned(),
        row.employees.to_string(),
        row.channel.to_owned(),
        Day(row.introduced_on).to_string(),
        or_empty(email),
        day(row.crm_first_seen),
        day(row.qualified_on),
        day(row.closed_on),
        or_empty(value),
    ]
    .join(",")
}

fn write(path: &Path, head: &str, rows: impl Iterator<Item = String>) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "{head}")?;
    for row in rows {
        writeln!(out, "{row}")?;
    }
    out.flush()
}

/// An account as a service has it.
#[derive(Serialize)]
struct AccountRow<'a> {
    id: i64,
    status: &'a str,
    plan: &'a str,
    opened_on: String,
    in_collections: bool,
    at_risk: bool,
    open_dispute: bool,
    active_users_30d: i64,
    health: i64,
}

/// A referral as a service has it.
#[derive(Serialize)]
struct ReferralRow<'a> {
    id: i64,
    referrer: i64,
    submitted_at: String,
    referee: Company<'a>,
    channel: &'a str,
    introduced_on: String,
    contact_email: Option<&'a str>,
    crm_first_seen: Option<String>,
    qualified_at: Option<String>,
    closed_at: Option<String>,
    #[serde(rename = "closed.first_year_value")]
    value: Option<String>,
}

#[derive(Serialize)]
struct Company<'a> {
    company_domain: &'a str,
    industry: &'a str,
    country: &'a str,
    employees: i64,
}

/// The first account and the first referral, and the tables that are made of them.
fn rows(facts: &Facts) -> Given {
    let day = |day: i32| Day(day).to_string();
    let Account { id, status, plan, opened_on, in_collections, at_risk, open_dispute, active_users_30d, health } =
        facts.accounts[0];
    let opened_on = day(opened_on);
    let account =
        AccountRow { id, status, plan, opened_on, in_collections, at_risk, open_dispute, active_users_30d, health };
    let row = &facts.referrals[0];
    let referral = ReferralRow {
        id: row.id,
        referrer: row.referrer,
        submitted_at: day(row.submitted_on),
        referee: Company {
            company_domain: &row.company_domain,
            industry: row.industry,
            country: row.country,
            employees: row.employees,
        },
        channel: row.channel,
        introduced_on: day(row.introduced_on),
        contact_email: row.contact_email.as_deref(),
        crm_first_seen: row.crm_first_seen.map(day),
        qualified_at: row.qualified_on.map(day),
        closed_at: row.closed_on.map(day),
        value: row.first_year_value.map(in_full),
    };
    let given = |table: Result<GivenTable, _>| table.expect("no float among them");
    Given {
        accounts: Some(given(GivenTable::from_rows([account]))),
        referrals: given(GivenTable::from_rows([referral])),
        ..Given::default()
    }
}

fn in_full(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn as_of() -> Instant {
    Instant::parse("2027-01-01T00:00:00Z").expect("a moment")
}

/// An evaluation, and how many decisions and entries it has.
fn whole(program: &Program, given: &Given) -> (usize, usize) {
    let book = Book::new(program, given);
    let evaluation = evaluate(program, &book, as_of(), Options::default()).expect("nothing is late");
    (evaluation.referrals().count(), evaluation.ledger_len())
}

/// The least time of many calls, in nanoseconds.
fn least(mut call: impl FnMut() -> (usize, usize)) -> u128 {
    let timed = |_| {
        let start = Clock::now();
        assert!(call().0 > 0, "there is a decision");
        start.elapsed().as_nanos()
    };
    (0..2_000).map(timed).min().unwrap_or_default()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let count = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let folder = Path::new(&folder);
    let Facts { accounts, referrals } = generate::workload_a(count);
    write(&folder.join("accounts.csv"), ACCOUNTS, accounts.iter().map(account)).expect("the folder can be written to");
    write(&folder.join("referrals.csv"), REFERRALS, referrals.iter().map(referral)).expect("the same");
    std::fs::write(folder.join("program.toml"), WORKLOAD_A).expect("the same");
    let facts = Facts { accounts, referrals };
    let given = tables::packed(&facts);
    let first = Facts { accounts: facts.accounts[..1].to_vec(), referrals: facts.referrals[..1].to_vec() };
    let one = tables::packed(&first);
    drop(facts);
    let program = Program::from_toml(WORKLOAD_A).expect("the document compiles").0;
    let compiled = Compiled::from_document(WORKLOAD_A).expect("the same");
    println!("ready");
    for line in stdin().lines() {
        match line.expect("a text").as_str() {
            "many" => {
                let (decisions, entries) = whole(&program, &given);
                println!("{decisions} {entries}");
            }
            "one as columns" => println!("{}", least(|| whole(&program, &one))),
            // The structs of a service become tables, too.
            "one as rows" => println!("{}", least(|| whole(&program, &rows(&first)))),
            // The request that Python wrote: it is read, evaluated, and its decisions and entries are counted.
            "one as JSON" => {
                let request = read_to_string(folder.join("one.json")).expect("Python has written it");
                let call = || {
                    let asked = compiled.read(&request, &Given::default()).expect("the request is sound");
                    whole(&compiled.program, &asked.given)
                };
                println!("{}", least(call));
            }
            other => panic!("`{other}` is nothing that is measured"),
        }
    }
}
