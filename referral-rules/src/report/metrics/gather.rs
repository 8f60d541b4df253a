//! Rows become sums by group: each figure of a metric goes once through its rows, whatever it is told apart by.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::basis::{Basis, Picked, Referrals, parts, stage_of};
use super::groups::{Group, Groups};
use super::months::Months;
use super::tallies::Values;
use crate::base::{Number, Unit, index};
use crate::evaluation::{Evaluation, Moments};
use crate::expr::{Column, Compiled, Env, Scratch, Vector};
use crate::program::{Breakdown, Figure, Over, Part, Reported, Rows, Source, Version};
use crate::stage::env;
use crate::stage::reported::{AccountsNow, Ledger, Now, ReportedRows};
use crate::stage::submission::CHUNK_ROWS;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

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
}

/// The rows that a figure counts, and what each of them counts.
pub(super) struct Counting<'a> {
    pub(super) rows: &'a Rows,
    pub(super) picked: &'a Picked,
    pub(super) values: &'a Values<'a>,
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
    bases: BTreeMap<(Over, Unit), Basis<'a>>,
    /// The number of the month in which each referral was submitted.
    pub(super) cohorts: Vec<u32>,
    pub(super) months: Months,
    /// What was counted already, by its definition and by what it is told apart.
    kept: BTreeMap<(String, String), Groups>,
    pub(super) nothing: AccountsNow,
}

impl<'a> Gathering<'a> {
    /// Gathers for metrics of the version in force.
    pub(super) fn new(evaluation: &'a Evaluation<'a>, (number, version): (u16, &'a Version)) -> Self {
        let asks = |rows: &Rows, by_month: bool| {
            let expressions = rows.sum.iter().chain(&rows.when).chain(rows.by.iter().flatten());
            let slots = &evaluation.program.slots;
            (by_month && stage_of(rows.at).is_some())
                || expressions.flat_map(Compiled::inputs).any(|slot| match slots.get(usize::from(slot.0)) {
                    Some(Source::StageAt(stage)) => stage.index() > 0,
                    source => source == Some(&Source::Reported(Reported::StageAt)),
                })
        };
        let asked = version.metrics.iter().any(|metric| {
            let by_month = metric.by.contains(&Breakdown::Month);
            parts(metric).any(|rows| asks(rows, by_month))
        });
        Self {
            evaluation,
            version,
            number,
            now: evaluation.now(if asked { Moments::Asked } else { Moments::NotAsked }),
            scratch: Some(Scratch::new(&evaluation.book.texts)),
            accounts: OnceCell::new(),
            entry_states: OnceCell::new(),
            campaigns: OnceCell::new(),
            bases: BTreeMap::new(),
            cohorts: Vec::new(),
            months: Months::default(),
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
                    (Grouping::All, _) => Some(Group::All),
                    (Grouping::By(_, Breakdown::Month), Some(at)) => {
                        let slot = self.months.slot(&self.evaluation.program.zone, at);
                        self.months.group(slot)
                    }
                    _ => None,
                };
                if let Some(group) = group {
                    groups.entry(group).more(value, false);
                }
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
        let key = (rows.over, rows.unit.clone());
        let mut basis = self.bases.remove(&key).unwrap_or_else(|| self.basis(rows));
        let mut picked = self.picked(rows, &mut basis);
        let values = self.values(rows, &basis, &mut picked);
        let figure = Counting { rows, picked: &picked, values: &values };
        let out = self.grouped(&figure, &mut basis, groupings);
        self.bases.insert(key, basis);
        out
    }

    /// Looks up what the rows' expressions ask for beyond the book.
    fn prepare(&mut self, rows: &Rows) {
        let evaluation = self.evaluation;
        if rows.over == Over::Accounts {
            let accepted = &self.now.accepted;
            self.accounts.get_or_init(|| evaluation.accounts_now((self.number, self.version), accepted));
        }
        let expressions = rows.sum.iter().chain(&rows.when).chain(rows.by.iter().flatten());
        let state = Source::Reported(Reported::EntryState);
        let mut slots = expressions.flat_map(Compiled::inputs);
        if slots.any(|slot| evaluation.program.slots.get(usize::from(slot.0)) == Some(&state)) {
            self.entry_states.get_or_init(|| evaluation.entry_states());
        }
    }

    /// The rows before any condition: those of the unit, each with its referral.
    fn basis(&self, rows: &Rows) -> Basis<'a> {
        let evaluation = self.evaluation;
        let mut out = match rows.over {
            Over::Referrals => Basis::new(Picked::where_true(&self.now.there), Referrals::Own),
            Over::Accounts => {
                let all = self.accounts.get().map_or(0, |accounts| accounts.id.len());
                Basis::new(Picked::All(all), Referrals::None)
            }
            Over::Events => {
                let (taken_in, of) = (evaluation.events_taken_in(), &evaluation.book.events.referral);
                let referrals = taken_in.iter().map(|row| of[index(*row)]).collect();
                Basis::new(Picked::Some(taken_in), Referrals::Each(Cow::Owned(referrals)))
            }
            Over::Entries => {
                let ledger = evaluation.ledger_as_it_lies();
                match ledger.in_unit(evaluation.program, &rows.unit) {
                    None => Basis::new(Picked::All(ledger.len()), Referrals::Each(ledger.all_referrals())),
                    Some(entries) => {
                        let of = ledger.all_referrals();
                        let referrals = entries.iter().map(|entry| of[index(*entry)]).collect();
                        Basis::new(Picked::Some(entries), Referrals::Each(Cow::Owned(referrals)))
                    }
                }
            }
        };
        let under_way = &self.now.under_way;
        out.under_way = match &out.referrals {
            Referrals::None => vec![false; out.rows.len()],
            Referrals::Own if out.rows.len() == under_way.len() => under_way.clone(),
            Referrals::Own => {
                let mut of: Vec<bool> = Vec::with_capacity(out.rows.len());
                out.rows.each(|referral| of.push(under_way[referral]));
                of
            }
            Referrals::Each(referrals) => referrals.iter().map(|referral| under_way[index(*referral)]).collect(),
        };
        out
    }

    /// The rows that a figure counts.
    fn picked(&mut self, rows: &Rows, basis: &mut Basis<'_>) -> Picked {
        let mut conditions: Vec<Rc<Vec<bool>>> = Vec::new();
        if let (Over::Referrals, Some(stage)) = (rows.over, stage_of(rows.at)) {
            let reached = |bits: &u8| bits >> stage & 1 == 1;
            let all = &self.now.reached;
            let mut holds: Vec<bool> = Vec::with_capacity(basis.rows.len());
            match &basis.rows {
                Picked::All(_) => holds.extend(all.iter().map(reached)),
                Picked::Some(rows) => holds.extend(rows.iter().map(|referral| reached(&all[index(*referral)]))),
            }
            conditions.push(Rc::new(holds));
        }
        for condition in &rows.when {
            let known = basis.holds.get(condition.source()).cloned();
            conditions.push(known.unwrap_or_else(|| {
                let holds = self.holds(condition, rows.over, basis);
                basis.holds.insert(condition.source().to_owned(), Rc::clone(&holds));
                holds
            }));
        }
        Picked::of(basis.rows.len(), &conditions)
    }

    /// For which rows a condition holds.
    fn holds(&mut self, condition: &Compiled, over: Over, basis: &Basis<'_>) -> Rc<Vec<bool>> {
        let mut out: Vec<bool> = Vec::with_capacity(basis.rows.len());
        self.each_chunk(condition, over, basis, |result| match &result.column {
            Column::Bool(values) if result.status.all_ok() => out.extend_from_slice(values),
            Column::Bool(values) => {
                out.extend(values.iter().enumerate().map(|(at, value)| *value && result.status[at].is_ok()));
            }
            _ => {}
        });
        out.resize(basis.rows.len(), false);
        Rc::new(out)
    }

    /// Evaluates an expression over all rows of a basis, chunk after chunk, and lets `read` take what comes of each.
    pub(super) fn each_chunk(&mut self, of: &Compiled, over: Over, basis: &Basis<'_>, mut read: impl FnMut(&Vector)) {
        let mut rows: Vec<u32> = Vec::new();
        for from in (0..basis.rows.len()).step_by(CHUNK_ROWS) {
            basis.rows.chunk(from, CHUNK_ROWS, &mut rows);
            let referrals = match &basis.referrals {
                Referrals::None => &[][..],
                Referrals::Own => &rows,
                Referrals::Each(all) => all.get(from..from.saturating_add(rows.len())).unwrap_or_default(),
            };
            self.evaluated(of, over, (&rows, referrals), &mut read);
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

    /// Evaluates an expression over rows with their referrals, and lets `read` take what comes of it.
    pub(super) fn evaluated<T>(
        &mut self,
        of: &Compiled,
        over: Over,
        (rows, referrals): (&[u32], &[u32]),
        read: impl FnOnce(&Vector) -> T,
    ) -> T {
        let mut scratch = self.scratch.take().unwrap_or_else(|| Scratch::new(&self.evaluation.book.texts));
        let env: Env<'_> = env(self.evaluation.program, self.version, self.evaluation.book);
        let inputs = self.inputs(over, rows, referrals);
        let out = read(of.evaluate(&inputs, rows.len(), &env, &mut scratch));
        self.scratch = Some(scratch);
        out
    }
}
