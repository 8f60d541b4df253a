//! Laws of the ways that an answer may come about: straight on or scope by scope, from numbers and packed columns or from texts.
//! They are there for speed, and must leave no trace.
use crate::generate::{Case, Row, Seeds, Shape};
use referral_rules::base::{Day, Instant, Number};
use referral_rules::book::{Book, Given, GivenTable, Values};
use referral_rules::evaluation::Evaluation;
use referral_rules::expr::Type;
use referral_rules::program::Owner;
use referral_rules::{Options, evaluate, evaluate_by_scopes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many answers were compared, and how many of them came the quick way.
pub static STRAIGHT: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];
/// How many books were compared, and how many of them were read as numbers.
pub static NUMBERED: [AtomicUsize; 2] = [AtomicUsize::new(0), AtomicUsize::new(0)];

fn count(counters: &[AtomicUsize; 2], quick: bool) {
    let [all, quickly] = counters;
    all.fetch_add(1, Ordering::Relaxed);
    quickly.fetch_add(usize::from(quick), Ordering::Relaxed);
}

/// Everything that an answer says besides what its fingerprint is of.
fn also(evaluation: &Evaluation<'_>) -> String {
    let first = evaluation.referrals().next();
    let id = first.map(|row| evaluation.book.text(evaluation.book.referrals.id[row as usize]).to_owned());
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
        evaluation.balances(),
        evaluation.payouts(),
        evaluation.standings(),
        evaluation.leaderboard(),
        evaluation.outlook(),
        evaluation.campaigns(),
        evaluation.lists(),
        id.map(|id| (evaluation.history(&id), evaluation.claims(&id))),
        super::reports(evaluation),
    )
}

fn same(case: &Case, how: &str, quick: &Evaluation<'_>, slow: &Evaluation<'_>) -> Result<(), String> {
    if quick.fingerprint() == slow.fingerprint() && also(quick) == also(slow) {
        return columns_agree(quick).map_err(|fault| case.fault(&fault));
    }
    let decisions = quick.decisions().zip(slow.decisions()).find(|(left, right)| left != right);
    let entries = quick.ledger().zip(slow.ledger()).find(|(left, right)| left != right);
    let counts = (quick.ledger().count(), slow.ledger().count());
    let findings = (quick.findings() != slow.findings()).then(|| (quick.findings(), slow.findings()));
    let more = (also(quick) != also(slow)).then(|| format!("{}\n--\n{}", also(quick), also(slow)));
    let message = format!(
        "{how}: as of {} another answer\n{decisions:#?}\n{entries:#?}\n{counts:?}\n{findings:#?}\n{more:?}",
        quick.as_of
    );
    Err(case.fault(&message))
}

/// The columns say what the decisions and entries say.
fn columns_agree(evaluation: &Evaluation<'_>) -> Result<(), String> {
    let columns = evaluation.decision_columns();
    for (row, decision) in evaluation.referrals().zip(evaluation.decisions()) {
        let at = row as usize;
        let codes: Vec<&str> =
            columns.reasons_of(row).iter().map(|code| columns.reason_codes[usize::from(*code)].as_str()).collect();
        let said: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
        let version = evaluation.program.versions.get(usize::from(columns.version[at]));
        let tiers = columns.tiers[at * columns.ladders..(at + 1) * columns.ladders].iter();
        let ladders = version.into_iter().flat_map(|version| &version.ladders);
        let tiers: Vec<&str> = ladders
            .zip(tiers)
            .filter_map(|(ladder, tier)| ladder.levels.get(usize::from(tier.checked_sub(1)?)))
            .map(|level| level.name.as_str())
            .collect();
        let levels: Vec<&str> = decision.tiers.iter().map(|tier| tier.level.as_str()).collect();
        let accepted = columns.accepted[at] == (format!("{:?}", decision.verdict) == "Accepted");
        let staged = (columns.stage[at] == u16::MAX) == decision.stage.is_empty();
        if codes != said || !accepted || !staged || tiers != levels {
            return Err(format!("the columns say {codes:?} of {decision:#?}"));
        }
    }
    let columns = evaluation.entry_columns();
    for (at, entry) in evaluation.ledger().enumerate() {
        let dates = (columns.payable_on[at], columns.due_on[at]);
        let notify_by = columns.notify_by.as_ref().and_then(|all| all[at]);
        let steps: Vec<_> = columns.steps_of(at).map(|step| (step.before, step.after)).collect();
        let base = columns.base.get(at);
        if dates != (entry.payable_on, entry.due_on)
            || base != Some(entry.base)
            || steps != entry.steps.iter().map(|step| (step.before, step.after)).collect::<Vec<_>>()
            || notify_by != entry.notify_by
            || (Instant(columns.earned_at[at]), Instant(columns.booked_at[at])) != (entry.earned_at, entry.booked_at)
            || evaluation.program.reward_ids[usize::from(columns.reward[at])] != entry.rule
        {
            return Err(format!("the columns say {base:?}, {steps:?}, {dates:?}, {notify_by:?} of {entry:#?}"));
        }
    }
    Ok(())
}

/// The straight way along the timeline leads where going through scopes event by event leads.
///
/// # Errors
/// Where it leads elsewhere.
pub fn straight_is_by_scopes(seeds: &Seeds) -> Result<(), String> {
    let on_time = Shape { late: false, conflicts: false, ..Shape::ALL };
    let ahead = Shape { ahead: true, ..on_time.clone() };
    // The fewer rules, the more programs look only ahead.
    for (shape, rules) in [(&ahead, 6), (&ahead, usize::MAX), (&on_time, usize::MAX), (&Shape::ALL, usize::MAX)] {
        let mut seeds = seeds.clone();
        seeds.blocks.truncate(rules);
        let seeds = &seeds;
        let case = seeds.case(shape)?;
        let book = case.book();
        let mut draw = super::own(seeds);
        for moment in case.some_moments(&book, &mut draw, 3) {
            let quick = case.evaluate(&book, moment)?;
            let slow = evaluate_by_scopes(&case.program, &book, moment, Options::default());
            let slow = slow.map_err(|fault| case.fault(&fault.to_string()))?;
            count(&STRAIGHT, quick.went_straight());
            same(&case, "straight on", &quick, &slow)?;
        }
    }
    Ok(())
}

/// Typed columns of rows of text; a cell that is not of its column's type is missing.
struct Typing<'a> {
    case: &'a Case,
    numbers: BTreeMap<String, i64>,
}

impl Typing<'_> {
    fn id(&mut self, text: &str) -> i64 {
        let next = i64::try_from(self.numbers.len()).unwrap_or(i64::MAX);
        // Numbers that rise, fall and have signs.
        *self.numbers.entry(text.to_owned()).or_insert(if next % 3 == 0 { -7 * next } else { 1_000 + next })
    }

    fn ids(&mut self, rows: &[Row], column: &str) -> Values {
        Values::Int(rows.iter().map(|row| row.get(column).map(|id| self.id(id))).collect())
    }

    fn facts(rows: &[Row], column: &str, kind: &Type) -> Values {
        fn each<T>(rows: &[Row], column: &str, read: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
            rows.iter().map(|row| row.get(column).and_then(|text| read(text))).collect()
        }
        match kind {
            Type::Bool => Values::Bool(each(rows, column, |text| text.parse().ok())),
            Type::Int | Type::Duration => Values::Int(each(rows, column, |text| text.parse().ok())),
            Type::Decimal => Values::Decimal(each(rows, column, Number::parse)),
            Type::Date => Values::Date(each(rows, column, |text| Day::parse(text).ok())),
            Type::Instant => Values::Instant(each(rows, column, |text| Instant::parse(text).ok())),
            Type::OneOf(words) => {
                let place =
                    |text: &str| words.iter().position(|word| word == text).and_then(|at| u32::try_from(at).ok());
                Values::Dictionary(each(rows, column, place), words.to_vec())
            }
            _ => Values::Text(each(rows, column, |text| Some(text.to_owned()))),
        }
    }

    /// Moments, as days where all of them are.
    fn moments(&self, rows: &[Row], column: &str) -> Values {
        let cells: Vec<Option<&String>> = rows.iter().map(|row| row.get(column)).collect();
        if cells.iter().flatten().all(|cell| Day::parse(cell).is_ok()) {
            return Values::Date(cells.iter().map(|cell| cell.and_then(|cell| Day::parse(cell).ok())).collect());
        }
        let zone = &self.case.plan.zone;
        let moment =
            |cell: &String| Day::parse(cell).map(|day| zone.first_instant(day)).or_else(|_| Instant::parse(cell)).ok();
        Values::Instant(cells.iter().map(|cell| cell.and_then(moment)).collect())
    }

    fn given(&mut self) -> Given {
        let case = self.case;
        let program = &case.program;
        let tables = &case.tables;
        // One row per id: those that come again are for the reading by texts.
        let once = |rows: &[Row]| {
            let mut seen = BTreeSet::new();
            rows.iter()
                .filter(|row| row.get("id").is_some_and(|id| seen.insert(id.clone())))
                .cloned()
                .collect::<Vec<_>>()
        };
        let mut referrals = once(&tables.referrals);
        referrals.retain(|row| row.contains_key("referrer") && case.moment_of(row, "submitted_at").is_some());
        let mut given = Given::default();
        if let Some(accounts) = &tables.accounts {
            let rows = once(accounts);
            let mut table = GivenTable::default().column("id", self.ids(&rows, "id"));
            for (name, kind) in &program.account_facts {
                table = table.column(name, Self::facts(&rows, name, kind));
            }
            given.accounts = Some(table);
        }
        let mut table = GivenTable::default()
            .column("id", self.ids(&referrals, "id"))
            .column("referrer", self.ids(&referrals, "referrer"))
            .column("submitted_at", self.moments(&referrals, "submitted_at"));
        if referrals.iter().all(|row| row.contains_key("referee")) {
            table = table.column("referee", self.ids(&referrals, "referee"));
        }
        if referrals.iter().any(|row| row.contains_key("recorded_at")) {
            table = table.column("recorded_at", self.moments(&referrals, "recorded_at"));
        }
        for fact in &program.facts {
            let name = match fact.owner {
                Owner::Event => continue,
                owner => format!("{}.{}", owner.word(), fact.name),
            };
            if referrals.iter().any(|row| row.contains_key(&name)) {
                table = table.column(&name, Self::facts(&referrals, &name, &fact.kind));
            }
        }
        given.referrals = self.events(&referrals, table);
        given
    }

    /// The first event of each kind on its referral's row, with its facts.
    fn events(&self, referrals: &[Row], mut table: GivenTable) -> GivenTable {
        let program = &self.case.program;
        let mut facts_are_taken = false;
        for kind in program.kinds.iter().skip(1) {
            let of = |row: &Row| {
                let of_referral =
                    |event: &&Row| event.get("referral") == row.get("id") && event.get("kind") == Some(kind);
                self.case.tables.events.iter().find(of_referral).cloned().unwrap_or_default()
            };
            let events: Vec<Row> = referrals.iter().map(of).collect();
            if events.iter().all(|event| self.case.moment_of(event, "at").is_none()) {
                continue;
            }
            table = table.column(&format!("{kind}_at"), self.moments(&events, "at"));
            if events.iter().any(|event| event.contains_key("recorded_at")) {
                table = table.column(&format!("{kind}_recorded_at"), self.moments(&events, "recorded_at"));
            }
            for fact in program.facts.iter().filter(|fact| fact.owner == Owner::Event && !facts_are_taken) {
                if events.iter().any(|event| event.contains_key(&fact.name)) {
                    let values = Self::facts(&events, &fact.name, &fact.kind);
                    table = table.column(&format!("{kind}.{}", fact.name), values);
                }
            }
            facts_are_taken |=
                events.iter().any(|event| program.facts.iter().any(|fact| event.contains_key(&fact.name)));
        }
        table
    }
}

/// Columns in one piece of memory with ids that are numbers are read as the same tables with typed values, each id a text.
///
/// # Errors
/// What differs.
pub fn packed_is_plain(seeds: &Seeds) -> Result<(), String> {
    for shape in [Shape { late: false, ahead: true, ..Shape::ALL }, Shape::ALL] {
        let case = seeds.case(&shape)?;
        let given = Typing { case: &case, numbers: BTreeMap::new() }.given();
        let plain = Book::by_texts(&case.program, &given);
        let packed = Book::new(&case.program, &given.clone().packed());
        count(&NUMBERED, packed.is_of_numbers());
        let mut draw = super::own(seeds);
        for moment in case.some_moments(&plain, &mut draw, 3) {
            let slow = evaluate_by_scopes(&case.program, &plain, moment, Options::default());
            let slow = slow.map_err(|fault| case.fault(&fault.to_string()))?;
            for threads in [1, 3] {
                let quick = evaluate(&case.program, &packed, moment, Options { threads });
                let quick = quick.map_err(|fault| case.fault(&fault.to_string()))?;
                same(&case, &format!("packed, {threads} threads, {given:?}"), &quick, &slow)?;
            }
        }
    }
    Ok(())
}
