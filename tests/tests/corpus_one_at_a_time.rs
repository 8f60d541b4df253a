//! The cases once more, fed one row at a time as a billing system would: the entries must be those of the whole table.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, reason = "a test: a panic is a failure")]
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Book, Cell, Given, GivenTable, Values};
use referral_rules::evaluation::Entry;
use referral_rules::live::{Key, State, States, Step, apply, rebuild};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use referral_tests::corpus::{Case, read_corpus};
use std::collections::BTreeMap;

/// How many entries the cases give at least, so that a feed that gives nothing does not pass.
const ENTRIES_MIN: usize = 250;

type Row = Vec<(String, Cell)>;

/// A row, and when it becomes known.
struct News {
    known: i64,
    is_event: bool,
    row: Row,
}

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

/// A host that keeps rows, states and the ledger.
struct Host<'a> {
    program: &'a Program,
    fixed: Given,
    rows: Given,
    states: BTreeMap<Key, State>,
    ledger: Vec<Entry>,
}

impl Host<'_> {
    fn step(&mut self, news: &Given, mut states: States, now: Instant) {
        let outcome = loop {
            match apply(self.program, &states, news, now) {
                Step::Done(outcome) => break *outcome,
                Step::NeedsStates(keys) => {
                    for key in keys {
                        assert!(!states.contains_key(&key), "asked twice for {key}");
                        states.insert(key.clone(), self.states.get(&key).cloned());
                    }
                }
                Step::NeedsHistory(_) => {
                    let mut history = self.rows.clone();
                    for entry in &self.ledger {
                        history.booked.push_row([
                            ("id".to_owned(), Cell::Text(entry.id.clone())),
                            ("amount".to_owned(), Cell::Text(entry.amount.to_string())),
                        ]);
                    }
                    break rebuild(self.program, &history, now).unwrap();
                }
            }
        };
        self.states.extend(outcome.states.into_iter().map(|state| (state.key.clone(), state)));
        self.ledger.extend(outcome.entries);
    }
}

fn shown(mut entries: Vec<Entry>) -> Vec<String> {
    entries.sort_by(|left, right| (left.booked_at, &left.id).cmp(&(right.booked_at, &right.id)));
    entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect()
}

/// How many entries the case gives both ways; none where it has no program that compiles, or a ledger of its own.
fn check(case: &Case) -> Result<usize, String> {
    let Ok((program, _)) = Program::from_sources(&case.sources()) else { return Ok(0) };
    let given = case.tables.given();
    if given.booked.rows > 0 {
        return Ok(0);
    }
    let end = match Day::parse(&case.as_of) {
        Ok(day) => program.zone.last_instant(day),
        Err(_) => Instant::parse(&case.as_of).unwrap(),
    };
    let fixed = Given {
        accounts: given.accounts.clone(),
        opening_balances: given.opening_balances.clone(),
        rates: given.rates.clone(),
        ..Given::default()
    };
    let mut host = Host { program: &program, rows: fixed.clone(), fixed, states: BTreeMap::new(), ledger: Vec::new() };
    let all = news(&program, &given);
    let known: Vec<News> = all.into_iter().filter(|news| news.known <= end.0).collect();
    for group in known.chunk_by(|left, right| left.known == right.known) {
        let mut given = host.fixed.clone();
        for news in group {
            for given in [&mut given, &mut host.rows] {
                let table = if news.is_event { &mut given.events } else { &mut given.referrals };
                table.push_row(news.row.iter().cloned());
            }
        }
        let now = group.first().map_or(end, |news| Instant(news.known));
        host.step(&given, States::new(), now);
    }
    let scopes: Vec<Key> =
        host.states.keys().filter(|key| matches!(key, Key::Referrer(_) | Key::Program)).cloned().collect();
    for scope in scopes {
        let states = States::from([(scope.clone(), host.states.get(&scope).cloned())]);
        let clock = host.fixed.clone();
        host.step(&clock, states, end);
    }
    let book = Book::new(&program, &given);
    let evaluation = evaluate(&program, &book, end, Options::default()).unwrap();
    let (one, batch) = (shown(host.ledger), shown(evaluation.ledger().collect()));
    match one == batch {
        true => Ok(batch.len()),
        false => Err(format!("{}\n  one at a time {one:#?}\n  batch {batch:#?}", case.name)),
    }
}

#[test]
fn every_case_gives_the_same_entries_one_row_at_a_time() {
    let cases = read_corpus().unwrap();
    let (good, bad): (Vec<_>, Vec<_>) = cases.iter().map(check).partition(Result::is_ok);
    let failures: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n\n"));
    let entries: usize = good.into_iter().flatten().sum();
    assert!(entries >= ENTRIES_MIN, "{entries} entries compared, at least {ENTRIES_MIN} wanted");
}
