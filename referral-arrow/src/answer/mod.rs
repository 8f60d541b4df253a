//! Answers become record batches: a row per entry, decision, finding or place of a contest, the columns named as in JSON.
//!
//! What is one object there (`beneficiary`) is a column per part here (`beneficiary.party`), as in the tables that a host gives.
mod building;
mod tables;
mod writing;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use building::Rows;
use referral_rules::evaluation::Evaluation;
use referral_rules::report;
use serde::Serialize;
use serde_json::Value;
use tables::{Column, Kind, TABLES};

/// The names of the parts of an answer that are tables.
pub fn parts() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

/// A part of an answer by its name; `None` for one that is no table.
///
/// # Errors
/// Where Arrow cannot hold it.
pub fn part(evaluation: &Evaluation<'_>, name: &str) -> Option<Result<RecordBatch, ArrowError>> {
    Some(match name {
        "decisions" => decisions(evaluation),
        "entries" => entries(evaluation),
        "positions" => positions(evaluation),
        "balances" => balances(evaluation),
        "payouts" => payouts(evaluation),
        "standings" => standings(evaluation),
        "leaderboard" => leaderboard(evaluation),
        "outlook" => outlook(evaluation),
        "campaigns" => campaigns(evaluation),
        "lists" => lists(evaluation),
        "findings" => findings(evaluation),
        "ledger" => ledger(evaluation),
        "assessments" => assessments(evaluation),
        "notices" => notices(evaluation),
        "contents" => contents(evaluation),
        "metrics" => metrics(evaluation),
        "diagnosis" => diagnosis(evaluation),
        "dashboard" => dashboard(evaluation),
        "digest" => digest(evaluation),
        _ => return None,
    })
}

/// A part of an answer in JSON, as the same batch; amounts have the digits that the longest of them has.
///
/// # Errors
/// Where the value is no such table, or the answer has no table of this name.
///
/// # Example
/// ```
/// let rows = serde_json::json!([{"list": "domains", "from": "host", "values": 2, "hash": null}]);
/// let batch = referral_arrow::part_from_json("lists", &rows)?;
/// assert_eq!((batch.num_rows(), batch.num_columns()), (1, 4));
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
pub fn part_from_json(name: &str, value: &Value) -> Result<RecordBatch, ArrowError> {
    let Some(rows) = value.as_array() else {
        return Err(ArrowError::InvalidArgumentError(format!("`{name}` is no list of rows")));
    };
    table(name, rows, scale(columns(name)?, value))
}

macro_rules! part_of {
    ($($(#[doc = $what:literal])+ $name:ident)*) => {
        $($(#[doc = $what])+
        ///
        /// # Errors
        /// Where Arrow cannot hold them.
        pub fn $name(evaluation: &Evaluation<'_>) -> Result<RecordBatch, ArrowError> {
            table(stringify!($name), evaluation.$name(), digits(evaluation))
        })*
    };
}

part_of! {
    /// What became of each referral, and why.
    decisions
    /// The new entries: all of them, unless the host gave what it has booked.
    entries
    /// The whole ledger, booked entries included.
    ledger
    /// Where each entry stands.
    positions
    /// What stands where for each beneficiary and unit.
    balances
    /// What was paid out, what is to be paid out and what is carried over.
    payouts
    /// Which level each referrer has on each ladder.
    standings
    /// Who has which place in contests, in periods that have ended and in those that run.
    leaderboard
    /// What each referral can still bring.
    outlook
    /// What each campaign brought.
    campaigns
    /// The lists that are not written in the program.
    lists
    /// What contradicts or cannot be read.
    findings
    /// What assessments say of the company, accounts, referrers and referrals.
    assessments
    /// Whom to tell what by when.
    notices
    /// Texts that a host puts where it likes.
    contents
}

macro_rules! report_of {
    ($($(#[doc = $what:literal])+ $name:ident)*) => {
        $($(#[doc = $what])+
        ///
        /// # Errors
        /// Where Arrow cannot hold them.
        pub fn $name(evaluation: &Evaluation<'_>) -> Result<RecordBatch, ArrowError> {
            table(stringify!($name), report::$name(evaluation), digits(evaluation))
        })*
    };
}

report_of! {
    /// What the program is measured by, over all rows and by group.
    metrics
    /// What falls short of what good looks like.
    diagnosis
    /// What each referrer sees.
    dashboard
    /// What each referrer hears of the month.
    digest
}

fn table<T: Serialize>(name: &str, all: impl IntoIterator<Item = T>, digits: u32) -> Result<RecordBatch, ArrowError> {
    let mut rows = Rows::new(columns(name)?, digits);
    for row in all {
        writing::row(&mut rows, &row)?;
    }
    rows.batch()
}

fn columns(name: &str) -> Result<&'static [Column], ArrowError> {
    let columns = TABLES.iter().find(|(table, _)| *table == name).map(|(_, columns)| *columns);
    columns.ok_or_else(|| ArrowError::InvalidArgumentError(format!("`{name}` is no table")))
}

/// The digits after the point of a column of amounts: those of the unit of the program that has most.
fn digits(evaluation: &Evaluation<'_>) -> u32 {
    let versions = evaluation.program.versions.iter();
    versions.flat_map(|version| version.rewards.iter().map(|reward| reward.unit.digits())).max().unwrap_or(0)
}

/// The most digits after the point that an amount in the rows has.
fn scale(columns: &[Column], rows: &Value) -> u32 {
    let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
    let most = |row: &Value| {
        let of_column = |column: &Column| {
            let value = row.get(column.name);
            match column.kind {
                Kind::Rows(columns) => value.map_or(0, |rows| scale(columns, rows)),
                Kind::Amount => {
                    let text = value.and_then(Value::as_str).unwrap_or_default();
                    let fraction = text.split_once('.').map_or(0, |(_, digits)| digits.len());
                    u32::try_from(fraction).unwrap_or(u32::MAX)
                }
                _ => 0,
            }
        };
        columns.iter().map(of_column).max().unwrap_or(0)
    };
    rows.iter().map(most).max().unwrap_or(0)
}
