//! Books out of building blocks: rows of text, as a host's CSV files would hold them.
use super::Shape;
use super::draw::{Choices, Draw};
use super::moments::{day_text, instant_text, moment, moment_after};
use referral_rules::base::{Day, Instant, MICROS_PER_DAY, Zone};
use referral_rules::book::{Cell, Given, GivenTable};
use std::collections::BTreeMap;
use std::fmt;

/// A row: cells by column; what is not there is missing.
pub type Row = BTreeMap<String, String>;

/// The tables of a host.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tables {
    /// Accounts, if the host keeps any.
    pub accounts: Option<Vec<Row>>,
    /// Referrals.
    pub referrals: Vec<Row>,
    /// Events.
    pub events: Vec<Row>,
    /// Confirmations of entries.
    pub confirmations: Vec<Row>,
    /// Entries booked so far, if the host gives a ledger.
    pub booked: Option<Vec<Row>>,
}

/// The rows as the engine takes them.
pub fn table(rows: &[Row]) -> GivenTable {
    let mut out = GivenTable::default();
    for row in rows {
        out.push_row(row.iter().map(|(name, cell)| (name.clone(), Cell::Raw(cell.clone()))));
    }
    out
}

impl Tables {
    /// The tables as the engine takes them.
    pub fn given(&self) -> Given {
        Given {
            accounts: self.accounts.as_deref().map(table),
            referrals: table(&self.referrals),
            events: table(&self.events),
            confirmations: table(&self.confirmations),
            // A ledger without a line is still a ledger.
            booked: self.booked.as_deref().map(booked).unwrap_or_default(),
            rates: rates(),
            lists: lists(),
            ..Given::default()
        }
    }
}

/// Rates of exchange that hold in all years; from yen to dollars there is none.
pub fn rates() -> GivenTable {
    let mut out = GivenTable::default();
    for (from, to, rate) in
        [("EUR", "USD", "1.08"), ("USD", "JPY", "151.5"), ("EUR", "JPY", "163.7"), ("USD", "EUR", "0.925")]
    {
        let cells = [("from", from), ("to", to), ("first_day", "0001-01-01"), ("rate", rate)];
        out.push_row(cells.map(|(name, cell)| (name.to_owned(), Cell::Raw(cell.to_owned()))));
    }
    out
}

/// The host's lists.
pub fn lists() -> GivenTable {
    let mut out = GivenTable::default();
    for value in ["spam", "form", "d1.example"] {
        let cells = [("list", "asked"), ("value", value)];
        out.push_row(cells.map(|(name, cell)| (name.to_owned(), Cell::Raw(cell.to_owned()))));
    }
    out
}

fn booked(rows: &[Row]) -> GivenTable {
    let empty = referral_rules::book::Values::Cells(Vec::new());
    let mut out = if rows.is_empty() { GivenTable::default().column("id", empty) } else { GivenTable::default() };
    let filled = table(rows);
    out.rows = filled.rows;
    out.columns.extend(filled.columns);
    out
}

impl fmt::Display for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = [
            ("accounts", self.accounts.as_ref()),
            ("referrals", Some(&self.referrals)),
            ("events", Some(&self.events)),
            ("confirmations", Some(&self.confirmations)),
            ("booked", self.booked.as_ref()),
        ];
        for (name, rows) in tables {
            let Some(rows) = rows else { continue };
            for row in rows {
                let cells: Vec<String> = row.iter().map(|(column, cell)| format!("{column}={cell}")).collect();
                writeln!(f, "{name}: {}", cells.join(" "))?;
            }
        }
        Ok(())
    }
}

/// Makes rows for a zone.
pub(super) struct Maker<'a> {
    pub(super) zone: &'a Zone,
    pub(super) shape: &'a Shape,
}

/// Columns of a row that is being made.
#[derive(Default)]
struct Cells(Row);

impl Cells {
    fn put(&mut self, column: &str, cell: impl Into<String>) {
        let cell = cell.into();
        if !cell.is_empty() {
            self.0.insert(column.to_owned(), cell);
        }
    }
}

impl Maker<'_> {
    pub(super) fn tables(
        &self,
        header: &Choices,
        accounts: &[Choices],
        referrals: &[Choices],
        events: &[Choices],
    ) -> Tables {
        let with_accounts = header.last().is_none_or(|last| last % 4 != 3);
        let mut out = Tables::default();
        if with_accounts {
            out.accounts = Some(self.accounts(accounts));
        }
        let mut known = Vec::new();
        for (number, choices) in referrals.iter().enumerate() {
            let (id, at) = self.referral(number, choices, &mut out.referrals);
            known.push((id, at));
        }
        for (number, choices) in events.iter().enumerate() {
            self.event(number, choices, &known, &mut out.events);
        }
        out
    }

    fn instant(&self, at: Instant, notation: usize) -> String {
        instant_text(at, self.shape.shift_days, notation)
    }

    /// A fact's cell; a faulty one where the shape allows it.
    fn fact(&self, draw: &mut Draw<'_>, values: &[&str]) -> String {
        let found = draw.one_of(values);
        let faulty = draw.once_in(40) && self.shape.faults;
        if faulty { "1e5 ?".to_owned() } else { found.to_owned() }
    }

    /// What every host keeps on its accounts; the choices add exceptions.
    fn accounts(&self, choices: &[Choices]) -> Vec<Row> {
        let mut out = Vec::new();
        for id in ["a0", "a1", "a2", "a3", "b0", "b1"] {
            let mut cells = Cells::default();
            cells.put("id", id);
            cells.put("status", "paying");
            cells.put("open_dispute", "false");
            cells
                .put("customer_since", day_text(Day::from_ymd(2020, 2, 29).unwrap_or_default(), self.shape.shift_days));
            cells.put("employees", "50");
            out.push(cells.0);
        }
        for choices in choices {
            let mut draw = Draw::new(choices);
            let at = draw.below(out.len());
            let Some(row) = out.get_mut(at) else { continue };
            let mut cells = Cells(std::mem::take(row));
            cells.put("status", self.fact(&mut draw, &["trial", "cancelled", "paying", "unknown"]));
            cells.put("open_dispute", self.fact(&mut draw, &["true", "", "false"]));
            cells.put("industry", self.fact(&mut draw, &["", "finance", "health"]));
            cells.put("domain", self.fact(&mut draw, &["", "one.example", "two.example"]));
            if draw.once_in(3) {
                cells.0.remove("customer_since");
            }
            *row = cells.0;
            if draw.once_in(3) {
                let again = row.clone();
                out.push(again);
            }
            // From a moment on, other facts: then the accounts have histories.
            if !self.shape.ahead && draw.once_in(3) {
                let mut change = Cells::default();
                change.put("id", out.get(at).and_then(|row| row.get("id")).cloned().unwrap_or_default());
                change.put("at", self.instant(moment(&mut draw, self.zone), 0));
                change.put("status", self.fact(&mut draw, &["paying", "trial", "cancelled"]));
                change.put("open_dispute", self.fact(&mut draw, &["false", "true", ""]));
                change.put("industry", self.fact(&mut draw, &["finance", "", "health"]));
                out.push(change.0);
            }
        }
        out
    }

    /// The moment at which the host learned of it, if that was later.
    fn recorded(&self, draw: &mut Draw<'_>, at: Instant) -> String {
        let choice = draw.below(8);
        let late = match choice {
            4 => Instant(at.0.saturating_add(MICROS_PER_DAY)),
            5 => Instant(at.0.saturating_add(40 * MICROS_PER_DAY)),
            6 => moment(draw, self.zone),
            7 => Instant(at.0.saturating_add(1)),
            3 => at,
            _ => return String::new(),
        };
        if self.shape.late { self.instant(late, 0) } else { String::new() }
    }

    fn referral(&self, number: usize, choices: &Choices, out: &mut Vec<Row>) -> (String, Instant) {
        let mut draw = Draw::new(choices);
        let mut cells = Cells::default();
        let referrer = draw.one_of(&["a0", "a0", "a0", "a1", "a1", "a2", "a3", "a0", "a1", "ghost", ""]);
        let at = moment(&mut draw, self.zone);
        let id = match draw.below(6) {
            4 => number.to_string(),
            5 => format!("r/{number}%"),
            _ => format!("R-{number}"),
        };
        cells.put("id", id.clone());
        cells.put("referrer", referrer);
        cells.put("submitted_at", self.instant(at, 0));
        cells.put("recorded_at", self.recorded(&mut draw, at));
        // On the row itself: how far it came.
        let stages = draw.below(8);
        let mut last = at;
        for (least, kind) in [(1, "qualified"), (4, "opportunity"), (3, "closed"), (6, "payment"), (7, "disqualified")]
        {
            if stages >= least {
                last = moment_after(&mut draw, self.zone, last).max(last);
                cells.put(&format!("{kind}_at"), self.instant(last, 0));
                cells.put(&format!("{kind}_recorded_at"), self.recorded(&mut draw, last));
                cells.put(&format!("{kind}.amount"), draw.one_of(&["100", "500.50", "", "250"]));
            }
        }
        cells.put("referee", draw.one_of(&["", "b0", "a0", "a1", "b1", "a0", "a2"]));
        cells.put(
            "referee.domain",
            self.fact(&mut draw, &["", "one.example", "two.example", " ", "three.example", "four.example"]),
        );
        cells.put(
            "referee.email",
            self.fact(&mut draw, &["", "Ann.Lee+x@gmail.com", "annlee@gmail.com", "bo@two.example"]),
        );
        cells.put("referee.employees", self.fact(&mut draw, &["", "50", "49", "120", "51", "100"]));
        cells.put("referee.industry", self.fact(&mut draw, &["", "finance", "health", "other", "software", "finance"]));
        cells.put("channel", self.fact(&mut draw, &["", "form", "link", "spam"]));
        let copies = draw.below(12);
        cells.put("in_crm", self.fact(&mut draw, &["", "false", "false", "true"]));
        cells.put("score", self.fact(&mut draw, &["", "0.75", "0.5", "0.25"]));
        let row = cells.0;
        out.push(row.clone());
        self.copies(copies, row, "submitted_at", "channel", at, out);
        (id, at)
    }

    fn event(&self, number: usize, choices: &Choices, referrals: &[(String, Instant)], out: &mut Vec<Row>) {
        let mut draw = Draw::new(choices);
        let mut cells = Cells::default();
        let kinds = [
            "payment",
            "payment",
            "qualified",
            "closed",
            "opportunity",
            "install",
            "disqualified",
            "lost",
            "nurture",
            "expired",
            "payment",
            "install",
            "bogus",
        ];
        let about = draw.below(12).checked_rem(referrals.len()).unwrap_or(0);
        let kind = draw.one_of(&kinds);
        let start = Day::from_ymd(2024, 3, 1).map_or(Instant(0), |day| self.zone.first_instant(day));
        let (referral, submitted) = referrals.get(about).map_or(("R-0", start), |(id, at)| (id, *at));
        let at = moment_after(&mut draw, self.zone, submitted);
        let unknown = draw.once_in(30);
        let id = match draw.below(8) {
            5 => number.to_string(),
            6 => format!("e/{number}"),
            7 if self.shape.conflicts => format!("{referral}/{kind}"),
            _ => format!("E-{number}"),
        };
        cells.put("id", id);
        cells.put("referral", if unknown { "nobody" } else { referral });
        cells.put("kind", kind);
        cells.put("at", self.instant(at, 0));
        cells.put("recorded_at", self.recorded(&mut draw, at));
        cells.put("sequence", draw.one_of(&["", "", "1", "2"]));
        cells.put(
            "amount",
            self.fact(&mut draw, &["100", "", "500.50", "33.33", "0.01", "0", "1000000", "999999999999999"]),
        );
        cells.put("seats", self.fact(&mut draw, &["", "3", "0", "7"]));
        cells.put("plan", self.fact(&mut draw, &["", "pro", "basic"]));
        let copies = draw.below(12);
        let earlier = format!("E-{}", number.saturating_sub(1));
        let undoes = [String::new(), format!("{referral}/payment"), format!("{referral}/closed"), earlier];
        cells.put("undoes", draw.one_of(&undoes));
        let row = cells.0;
        out.push(row.clone());
        self.copies(copies, row, "at", "amount", at, out);
    }

    /// The same row again, in another notation, recorded later, or with other content.
    fn copies(&self, copies: usize, row: Row, at_column: &str, fact: &str, at: Instant, out: &mut Vec<Row>) {
        let mut again = Cells(row);
        match copies {
            8 => {}
            9 => again.put(at_column, self.instant(at, 1)),
            10 if self.shape.late => {
                again.put("recorded_at", self.instant(Instant(at.0.saturating_add(70 * MICROS_PER_DAY)), 0));
            }
            11 if self.shape.conflicts => {
                again.put(fact, "7");
                if self.shape.late && again.0.len() % 2 == 0 {
                    again.put("recorded_at", self.instant(Instant(at.0.saturating_add(50 * MICROS_PER_DAY)), 0));
                }
            }
            7 if self.shape.conflicts && again.0.contains_key("qualified_at") => {
                again.put("qualified_at", self.instant(Instant(at.0.saturating_add(3 * MICROS_PER_DAY)), 0));
            }
            _ => return,
        }
        out.push(again.0);
    }
}
