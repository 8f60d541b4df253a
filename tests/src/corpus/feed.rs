//! The rows of a case in the order in which a billing system would come to know them: for tests that feed them one at a time.
use super::Case;
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Cell, Given, GivenTable, Values};
use referral_rules::program::Program;
use std::collections::BTreeMap;

/// A row's cells by column.
type Row = Vec<(String, Cell)>;

/// What becomes known at one moment.
pub struct Feed {
    /// When.
    pub known: Instant,
    rows: Vec<News>,
}

impl Feed {
    /// Adds the rows that become known then to tables.
    pub fn hand_to(&self, given: &mut Given) {
        for news in &self.rows {
            let table = if news.is_event { &mut given.events } else { &mut given.referrals };
            table.push_row(news.row.iter().cloned());
        }
    }
}

/// The rows of a case by the moments at which they become known, up to its end; what stands on a referral's row becomes
/// events.
pub fn feeds(program: &Program, given: &Given, end: Instant) -> Vec<Feed> {
    let mut out: Vec<Feed> = Vec::new();
    for news in news(program, given).into_iter().filter(|news| news.known <= end.0) {
        match out.last_mut().filter(|feed| feed.known.0 == news.known) {
            Some(feed) => feed.rows.push(news),
            None => out.push(Feed { known: Instant(news.known), rows: vec![news] }),
        }
    }
    out
}

/// The moment of a case.
pub fn moment_of(program: &Program, case: &Case) -> Option<Instant> {
    let day = Day::parse(&case.as_of).map(|day| program.zone.last_instant(day));
    day.or_else(|_| Instant::parse(&case.as_of)).ok()
}

/// The tables that every step hands in with its news.
pub fn fixed(given: &Given) -> Given {
    Given {
        accounts: given.accounts.clone(),
        opening_balances: given.opening_balances.clone(),
        rates: given.rates.clone(),
        lists: given.lists.clone(),
        company: given.company.clone(),
        notified: given.notified.clone(),
        ..Given::default()
    }
}

/// Adds a line of the ledger so far to a history.
pub fn push_booked(history: &mut Given, id: &str, amount: &str) {
    let cells = [("id", id), ("amount", amount)];
    history.booked.push_row(cells.map(|(column, cell)| (column.to_owned(), Cell::Text(cell.to_owned()))));
}

/// The table's rows, without what is missing.
fn rows(table: &GivenTable) -> Vec<Row> {
    (0..table.rows)
        .map(|row| {
            let cells = table.columns.iter().filter_map(|(name, values)| match values {
                Values::Cells(cells) => Some((name.clone(), cells.get(row)?.clone())),
                _ => None,
            });
            cells.filter(|(_, cell)| *cell != Cell::Missing).collect()
        })
        .collect()
}

/// A row, and when it becomes known.
struct News {
    known: i64,
    is_event: bool,
    row: Row,
}

fn text<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row.iter().find(|(name, _)| name == column).and_then(|(_, cell)| match cell {
        Cell::Text(text) | Cell::Raw(text) | Cell::Number(text) => Some(text.as_str()),
        _ => None,
    })
}

fn moment(program: &Program, text: Option<&str>) -> Option<i64> {
    let text = text?;
    let day = Day::parse(text).map(|day| program.zone.first_instant(day).0);
    day.or_else(|_| Instant::parse(text).map(|at| at.0)).ok()
}

fn known(program: &Program, row: &Row, at: &str) -> i64 {
    let at = moment(program, text(row, at)).unwrap_or(i64::MIN);
    moment(program, text(row, "recorded_at")).unwrap_or(at).max(at)
}

/// The rows of a case in the order in which they become known; what stands on a referral's row becomes events.
fn news(program: &Program, given: &Given) -> Vec<News> {
    let mut out = Vec::new();
    let mut referrals: BTreeMap<String, i64> = BTreeMap::new();
    let mut events = rows(&given.events);
    for row in rows(&given.referrals) {
        let id = text(&row, "id").unwrap_or_default().to_owned();
        let known = known(program, &row, "submitted_at");
        referrals.entry(id.clone()).and_modify(|earlier| *earlier = known.min(*earlier)).or_insert(known);
        let (own, stages): (Row, Row) = row.into_iter().partition(|(name, _)| kind_of(program, name).is_none());
        for kind in program.kinds.iter().skip(1) {
            let of_kind = stages.iter().filter(|(name, _)| kind_of(program, name) == Some(kind));
            let mut event: Row = of_kind
                .map(|(name, cell)| {
                    let rest = name.strip_prefix(kind.as_str()).unwrap_or_default();
                    (rest.strip_prefix('_').map_or_else(|| format!("event{rest}"), str::to_owned), cell.clone())
                })
                .collect();
            if event.iter().any(|(name, _)| name == "at") {
                let cells = [("id", format!("{id}/{kind}")), ("referral", id.clone()), ("kind", kind.clone())];
                event.extend(cells.map(|(name, value)| (name.to_owned(), Cell::Text(value))));
                events.push(event);
            }
        }
        out.push(News { known, is_event: false, row: own });
    }
    for row in events {
        let of_referral = text(&row, "referral").and_then(|id| referrals.get(id)).copied().unwrap_or(i64::MIN);
        out.push(News { known: known(program, &row, "at").max(of_referral), is_event: true, row });
    }
    out.sort_by_key(|news| news.known);
    out
}

/// The kind of event that a column of the referrals is about.
fn kind_of<'a>(program: &'a Program, column: &str) -> Option<&'a String> {
    program.kinds.iter().skip(1).find(|kind| {
        column
            .strip_prefix(kind.as_str())
            .is_some_and(|rest| rest == "_at" || rest == "_recorded_at" || rest.starts_with('.'))
    })
}
