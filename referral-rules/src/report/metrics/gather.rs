//! Rows become sums by group: each figure of a metric goes once through its rows, whatever it is told apart by.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::groups::{ByMonth, Group, Groups, Months, Numbers, Sum, Sums};
use super::pass::{Pass, parts, stage_of};
use crate::base::{Number, index, position};
use crate::evaluation::{Evaluation, Moments};
use crate::expr::{Column, Compiled, Env, Scratch, Vector};
use crate::program::{Breakdown, Figure, Over, Part, Reported, RowMoment, Rows, Source, Version};
use crate::stage::env;
use crate::stage::reported::{AccountsNow, Ledger, Now, ReportedRows};
use crate::stage::submission::CHUNK_ROWS;
use rustc_hash::FxHashMap;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// By what rows are put together.
#[derive(Clone, Copy)]
pub(super) enum Grouping<'a> {
    /// All of them.
    All,
    /// By a breakdown of the metric, with its place among them.
    By(usize, &'a Breakdown),
    /// By the referrer.
    Referrer,
    /// By the referrer, those alone that belong to a month.
    ReferrerIn(i32),
}

impl Grouping<'_> {
    /// What tells it from others.
    fn word(self) -> String {
        match self {
            Self::All => String::new(),
            Self::By(_, by) => format!("by {}", by.word()),
            Self::Referrer => "referrer".to_owned(),
            Self::ReferrerIn(month) => format!("referrer in {month}"),
        }
    }

    fn sums(self) -> Sums {
        match self {
            Self::All => Sums::Whole(Sum::default()),
            Self::By(_, Breakdown::Month | Breakdown::Cohort) => Sums::Months(ByMonth::default()),
            _ => Sums::Keys(FxHashMap::default()),
        }
    }
}

/// What all figures are gathered from.
pub(super) struct Gathering<'a> {
    pub(super) evaluation: &'a Evaluation<'a>,
    version: &'a Version,
    number: u16,
    pub(super) now: Now,
    pub(super) scratch: Option<Scratch<'a>>,
    pub(super) accounts: OnceCell<AccountsNow>,
    entry_states: OnceCell<Vec<&'static str>>,
    pub(super) campaigns: OnceCell<FxHashMap<u32, Vec<u16>>>,
    events: OnceCell<Vec<u32>>,
    referrals: OnceCell<Vec<u32>>,
    /// The month in which each referral was submitted.
    pub(super) cohorts: Vec<i32>,
    months: Months,
    pub(super) numbers: Numbers,
    /// What was counted already, by its definition and by what it is told apart.
    kept: BTreeMap<(String, String), Groups>,
    pub(super) nothing: AccountsNow,
}

impl<'a> Gathering<'a> {
    /// Gathers for metrics of the version in force.
    pub(super) fn new(evaluation: &'a Evaluation<'a>, (number, version): (u16, &'a Version)) -> Self {
        let asks = |rows: &Rows| {
            let expressions = rows.sum.iter().chain(&rows.when).chain(rows.by.iter().flatten());
            let moments = matches!(rows.at, RowMoment::Qualified | RowMoment::Opportunity | RowMoment::Closed);
            let slots = &evaluation.program.slots;
            moments
                || expressions.flat_map(Compiled::inputs).any(|slot| match slots.get(usize::from(slot.0)) {
                    Some(Source::StageAt(stage)) => stage.index() > 0,
                    source => source == Some(&Source::Reported(Reported::StageAt)),
                })
        };
        let asked = version.metrics.iter().flat_map(parts).any(asks);
        Self {
            evaluation,
            version,
            number,
            now: evaluation.now(if asked { Moments::Asked } else { Moments::NotAsked }),
            scratch: Some(Scratch::new(&evaluation.book.texts)),
            accounts: OnceCell::new(),
            entry_states: OnceCell::new(),
            campaigns: OnceCell::new(),
            events: OnceCell::new(),
            referrals: OnceCell::new(),
            cohorts: Vec::new(),
            months: Months::default(),
            numbers: Numbers::default(),
            kept: BTreeMap::new(),
            nothing: AccountsNow::default(),
        }
    }

    /// As [`Gathering::new`], where it is asked when referrals reached their stages, whatever metrics ask.
    pub(super) fn with_moments(evaluation: &'a Evaluation<'a>, version: (u16, &'a Version)) -> Self {
        let mut out = Self::new(evaluation, version);
        if out.now.moments.is_empty() {
            out.now = evaluation.now(Moments::Asked);
        }
        out
    }

    /// Where referrals stand.
    pub(super) const fn now(&self) -> &Now {
        &self.now
    }

    /// The month of an instant.
    pub(super) fn month(&mut self, at: i64) -> i32 {
        self.months.of(&self.evaluation.program.zone, at)
    }

    /// The sums of figures by group, for each way of putting rows together.
    pub(super) fn sums(&mut self, figures: &[Figure], groupings: &[Grouping<'_>]) -> Vec<Groups> {
        let mut out: Vec<Groups> = groupings.iter().map(|_| Groups::default()).collect();
        for figure in figures {
            let (found, without) = match &figure.of {
                Part::Rows(rows) => (self.kept_rows(&figure.definition, rows, groupings), Some(Number::ZERO)),
                Part::Given(name) => (self.given(name, groupings), Some(Number::ZERO)),
                Part::Ratio(numerator, denominator) => self.ratio(numerator, denominator.as_deref(), groupings),
            };
            for (out, found) in out.iter_mut().zip(found) {
                out.add(found, without);
            }
        }
        out
    }

    /// The value of another metric by group; where that has none, this one has none either.
    fn ratio(
        &mut self,
        numerator: &[Figure],
        denominator: Option<&[Figure]>,
        groupings: &[Grouping<'_>],
    ) -> (Vec<Groups>, Option<Number>) {
        let above = self.sums(numerator, groupings);
        let Some(below) = denominator else { return (above, Some(Number::ZERO)) };
        let below = self.sums(below, groupings);
        (above.into_iter().zip(below).map(|(above, below)| above.divided(below)).collect(), None)
    }

    /// What the host gives: of a month what belongs to it.
    fn given(&mut self, name: &str, groupings: &[Grouping<'_>]) -> Vec<Groups> {
        let book = self.evaluation.book;
        let as_of = self.evaluation.as_of.0;
        let known = book.figures.iter().filter(|figure| figure.name == name && figure.known <= as_of);
        let mut values: BTreeMap<Option<i64>, Option<Number>> = BTreeMap::new();
        for figure in known {
            let value = values.entry(figure.at).or_insert(Some(figure.value));
            *value = value.filter(|value| *value == figure.value);
        }
        let mut out: Vec<Groups> = groupings.iter().map(|_| Groups::default()).collect();
        for (at, value) in values.into_iter().filter_map(|(at, value)| Some((at, value?))) {
            for (groups, grouping) in out.iter_mut().zip(groupings) {
                let group = match (grouping, at) {
                    (Grouping::All, _) => Group::All,
                    (Grouping::By(_, Breakdown::Month), Some(at)) => Group::Month(self.month(at)),
                    _ => continue,
                };
                groups.entry(group).more(value, false);
            }
        }
        out
    }

    /// The sums of rows; several metrics count the same, which is counted once.
    fn kept_rows(&mut self, definition: &str, rows: &Rows, groupings: &[Grouping<'_>]) -> Vec<Groups> {
        let key = |grouping: &Grouping<'_>| (definition.to_owned(), grouping.word());
        let new: Vec<Grouping<'_>> =
            groupings.iter().filter(|grouping| !self.kept.contains_key(&key(grouping))).copied().collect();
        if !new.is_empty() {
            let found = self.rows(rows, &new);
            self.kept.extend(new.iter().map(key).zip(found));
        }
        groupings.iter().map(|grouping| self.kept.get(&key(grouping)).cloned().unwrap_or_default()).collect()
    }

    fn rows(&mut self, rows: &Rows, groupings: &[Grouping<'_>]) -> Vec<Groups> {
        self.prepare(rows);
        let all = self.chosen(rows);
        let mut sums: Vec<Sums> = groupings.iter().map(|grouping| grouping.sums()).collect();
        let mut pass = Pass::default();
        for chunk in all.chunks(CHUNK_ROWS) {
            pass.start(chunk);
            self.keep_what_holds(rows, &mut pass);
            self.values(rows, &mut pass);
            for (sums, grouping) in sums.iter_mut().zip(groupings) {
                if !pass.rows.is_empty() {
                    self.add(rows, *grouping, &mut pass, sums);
                }
            }
        }
        sums.into_iter().zip(groupings).map(|(sums, grouping)| self.grouped(rows, *grouping, sums)).collect()
    }

    /// Looks up what the rows' expressions ask for beyond the book.
    fn prepare(&mut self, rows: &Rows) {
        let evaluation = self.evaluation;
        if rows.over == Over::Accounts {
            self.accounts.get_or_init(|| evaluation.accounts_now((self.number, self.version)));
        }
        let expressions = rows.sum.iter().chain(&rows.when).chain(rows.by.iter().flatten());
        let state = Source::Reported(Reported::EntryState);
        let mut slots = expressions.flat_map(Compiled::inputs);
        if slots.any(|slot| evaluation.program.slots.get(usize::from(slot.0)) == Some(&state)) {
            self.entry_states.get_or_init(|| evaluation.entry_states());
        }
    }

    /// The rows before any condition: those of the unit, and those that have the moment.
    fn chosen(&mut self, rows: &Rows) -> Vec<u32> {
        let evaluation = self.evaluation;
        match rows.over {
            Over::Referrals => {
                let all = self.referrals.get_or_init(|| evaluation.undisputed_rows());
                match stage_of(rows.at) {
                    Some(stage) => all.iter().copied().filter(|row| self.now.reached(*row, stage).is_some()).collect(),
                    None => all.clone(),
                }
            }
            Over::Accounts => (0..position(self.accounts.get().map_or(0, |accounts| accounts.id.len()))).collect(),
            Over::Events => self.events.get_or_init(|| evaluation.events_taken_in()).clone(),
            Over::Entries => {
                let ledger = evaluation.ledger_as_it_lies();
                let in_unit = |row: &u32| {
                    ledger.reward(evaluation.program, index(*row)).is_some_and(|reward| reward.unit == rows.unit)
                };
                (0..position(ledger.len())).filter(in_unit).collect()
            }
        }
    }

    fn inputs<'b>(&'b self, over: Over, rows: &'b [u32], referrals: &'b [u32]) -> ReportedRows<'b> {
        let evaluation = self.evaluation;
        ReportedRows {
            program: evaluation.program,
            book: evaluation.book,
            submissions: &evaluation.submissions,
            states: &evaluation.timeline.states,
            now: &self.now,
            ledger: if over == Over::Entries { evaluation.ledger_as_it_lies() } else { Ledger::Rows(&[]) },
            entry_states: self.entry_states.get().map_or(&[], |states| states),
            accounts: self.accounts.get().unwrap_or(&self.nothing),
            over,
            rows,
            referrals,
        }
    }

    /// Evaluates an expression over the rows of a pass, and lets `read` take what comes of it.
    pub(super) fn evaluated<T>(
        &mut self,
        of: &Compiled,
        over: Over,
        pass: &Pass,
        read: impl FnOnce(&Vector) -> T,
    ) -> T {
        let mut scratch = self.scratch.take().unwrap_or_else(|| Scratch::new(&self.evaluation.book.texts));
        let env: Env<'_> = env(self.evaluation.program, self.version, self.evaluation.book);
        let inputs = self.inputs(over, &pass.rows, &pass.referrals);
        let out = read(of.evaluate(&inputs, pass.rows.len(), &env, &mut scratch));
        self.scratch = Some(scratch);
        out
    }

    fn keep_what_holds(&mut self, rows: &Rows, pass: &mut Pass) {
        self.refer(rows.over, pass);
        for condition in &rows.when {
            if pass.rows.is_empty() {
                return;
            }
            let mut holds = std::mem::take(&mut pass.holds);
            holds.clear();
            self.evaluated(condition, rows.over, pass, |result| {
                if let Column::Bool(values) = &result.column {
                    holds.extend(values.iter().enumerate().map(|(at, value)| *value && result.status[at].is_ok()));
                }
            });
            pass.keep(&holds);
            pass.holds = holds;
        }
    }

    /// The referral of each row.
    fn refer(&self, over: Over, pass: &mut Pass) {
        pass.referrals.clear();
        let events = &self.evaluation.book.events.referral;
        match over {
            Over::Referrals => pass.referrals.extend_from_slice(&pass.rows),
            Over::Accounts => {}
            Over::Events => pass.referrals.extend(pass.rows.iter().map(|row| events[index(*row)])),
            Over::Entries => {
                let ledger = self.evaluation.ledger_as_it_lies();
                pass.referrals.extend(pass.rows.iter().map(|row| ledger.referral(index(*row))));
            }
        }
    }

    /// What each row counts: one, or the value that is summed; rows without one are left out.
    fn values(&mut self, rows: &Rows, pass: &mut Pass) {
        pass.values.clear();
        let Some(sum) = &rows.sum else { return };
        let mut holds = std::mem::take(&mut pass.holds);
        let mut values = std::mem::take(&mut pass.values);
        holds.clear();
        self.evaluated(sum, rows.over, pass, |result| {
            let mut push = |at: usize, value: Number| {
                let is_there = result.status[at].is_ok();
                holds.push(is_there);
                if is_there {
                    values.push(value);
                }
            };
            match &result.column {
                Column::Int(all) => all.iter().enumerate().for_each(|(at, value)| push(at, Number::from(*value))),
                Column::Decimal(all) => all.iter().enumerate().for_each(|(at, value)| push(at, *value)),
                _ => {}
            }
        });
        pass.keep(&holds);
        (pass.holds, pass.values) = (holds, values);
    }
}
