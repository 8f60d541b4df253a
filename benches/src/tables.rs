//! The facts as the tables that a host gives: typed columns.
#![allow(clippy::as_conversions, reason = "positions in short lists of words")]
use crate::generate::{Account, CHANNELS, COUNTRIES, Facts, INDUSTRIES, PLANS, Referral, STATUSES};
use referral_rules::base::{Day, Number};
use referral_rules::book::{Given, GivenTable, Values};

/// The tables of workload A.
pub fn given(facts: &Facts) -> Given {
    Given { accounts: Some(accounts(&facts.accounts)), referrals: referrals(&facts.referrals), ..Given::default() }
}

/// The tables of workload A as a host with columns has them: each in one piece of memory.
pub fn packed(facts: &Facts) -> Given {
    given(facts).packed()
}

fn words<T>(rows: &[T], dictionary: &[&str], word: impl Fn(&T) -> &'static str) -> Values {
    let position = |row: &T| dictionary.iter().position(|known| *known == word(row)).map(|at| at as u32);
    Values::Dictionary(rows.iter().map(position).collect(), dictionary.iter().map(|word| (*word).to_owned()).collect())
}

fn ints<T>(rows: &[T], value: impl Fn(&T) -> i64) -> Values {
    Values::Int(rows.iter().map(|row| Some(value(row))).collect())
}

fn bools<T>(rows: &[T], value: impl Fn(&T) -> bool) -> Values {
    Values::Bool(rows.iter().map(|row| Some(value(row))).collect())
}

fn days<T>(rows: &[T], value: impl Fn(&T) -> Option<i32>) -> Values {
    Values::Date(rows.iter().map(|row| value(row).map(Day)).collect())
}

fn accounts(rows: &[Account]) -> GivenTable {
    GivenTable::default()
        .column("id", ints(rows, |row| row.id))
        .column("status", words(rows, &STATUSES, |row| row.status))
        .column("plan", words(rows, &PLANS, |row| row.plan))
        .column("opened_on", days(rows, |row| Some(row.opened_on)))
        .column("in_collections", bools(rows, |row| row.in_collections))
        .column("at_risk", bools(rows, |row| row.at_risk))
        .column("open_dispute", bools(rows, |row| row.open_dispute))
        .column("active_users_30d", ints(rows, |row| row.active_users_30d))
        .column("health", ints(rows, |row| row.health))
}

fn referrals(rows: &[Referral]) -> GivenTable {
    let cents = |row: &Referral| row.first_year_value.and_then(|cents| Number::from_scaled(i128::from(cents), 2));
    GivenTable::default()
        .column("id", ints(rows, |row| row.id))
        .column("referrer", ints(rows, |row| row.referrer))
        .column("submitted_at", days(rows, |row| Some(row.submitted_on)))
        .column(
            "referee.company_domain",
            Values::Text(rows.iter().map(|row| Some(row.company_domain.clone())).collect()),
        )
        .column("referee.industry", words(rows, &INDUSTRIES, |row| row.industry))
        .column("referee.country", words(rows, &COUNTRIES, |row| row.country))
        .column("referee.employees", ints(rows, |row| row.employees))
        .column("channel", words(rows, &CHANNELS, |row| row.channel))
        .column("introduced_on", days(rows, |row| Some(row.introduced_on)))
        .column("contact_email", Values::Text(rows.iter().map(|row| row.contact_email.clone()).collect()))
        .column("crm_first_seen", days(rows, |row| row.crm_first_seen))
        .column("qualified_at", days(rows, |row| row.qualified_on))
        .column("closed_at", days(rows, |row| row.closed_on))
        .column("closed.first_year_value", Values::Decimal(rows.iter().map(cents).collect()))
}
