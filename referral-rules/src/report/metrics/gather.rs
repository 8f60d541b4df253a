//! Rows become sums by group: each figure of a metric goes once through its rows, whatever it is told apart by.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::groups::{Group, Groups, Key, Months, Sum};
use super::pass::{Pass, parts, stage_of};
use crate::base::{Instant, Number, index, position};
use crate::evaluation::{Evaluation, Moments};
use crate::expr::{Column, Compiled, Env, Scratch, Type, Vector};
use crate::program::{Breakdown, Figure, Over, Part, Reported, RowMoment, Rows, Source, Version};
use crate::stage::env;
use crate::stage::reported::{AccountsNow, Now, ReportedRows};
use crate::stage::schedule::rule;
use crate::stage::submission::CHUNK_ROWS;
use crate::stage::timeline::touched_by;
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

/// What all figures are gathered from.
pub(super) struct Gathering<'a> {
    pub(super) evaluation: &'a Evaluation<'a>,
    version: &'a Version,
    number: u16,
    now: Now,
    scratch: Option<Scratch<'a>>,
    accounts: OnceCell<AccountsNow>,
    entry_states: OnceCell<Vec<&'static str>>,
    campaigns: OnceCell<FxHashMap<u32, Vec<u16>>>,
    events: OnceCell<Vec<u32>>,
    months: Months,
    nothing: AccountsNow,
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
            months: Months::default(),
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
                Part::Rows(rows) => (self.rows(rows, groupings), Some(Number::ZERO)),
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

    fn rows(&mut self, rows: &Rows, groupings: &[Grouping<'_>]) -> Vec<Groups> {
        self.prepare(rows);
        let all = self.chosen(rows);
        let mut sums: Vec<FxHashMap<Key, Sum>> = groupings.iter().map(|_| FxHashMap::default()).collect();
        let mut pass = Pass::default();
        for chunk in all.chunks(CHUNK_ROWS) {
            pass.start(chunk);
            self.keep_what_holds(rows, &mut pass);
            self.values(rows, &mut pass);
            for (sums, grouping) in sums.iter_mut().zip(groupings) {
                self.add(rows, *grouping, &mut pass, sums);
            }
        }
        let groups = sums.into_iter().zip(groupings).map(|(sums, grouping)| {
            let ty = match grouping {
                Grouping::By(at, Breakdown::Expression(_)) => {
                    rows.by.get(*at).and_then(Option::as_ref).map(Compiled::result_type)
                }
                _ => None,
            };
            let sums = sums.into_iter().filter(|(key, _)| *key != Key::Nobody);
            Groups::of(sums.map(|(key, sum)| (self.named(key, *grouping, ty), sum)))
        });
        groups.collect()
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
                let stage = stage_of(rows.at);
                let all = evaluation.undisputed();
                match stage {
                    Some(stage) => all.filter(|row| self.now.reached(*row, stage).is_some()).collect(),
                    None => all.collect(),
                }
            }
            Over::Accounts => (0..position(self.accounts.get().map_or(0, |accounts| accounts.id.len()))).collect(),
            Over::Events => self.events.get_or_init(|| evaluation.events_taken_in()).clone(),
            Over::Entries => {
                let all = (0_u32..).zip(evaluation.ledger_rows());
                let in_unit = all.filter(|(_, row)| rule(evaluation.program, row).1.unit == rows.unit);
                in_unit.map(|(row, _)| row).collect()
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
            ledger: if over == Over::Entries { evaluation.ledger_rows() } else { &[] },
            entry_states: self.entry_states.get().map_or(&[], |states| states),
            accounts: self.accounts.get().unwrap_or(&self.nothing),
            over,
            rows,
            referrals,
        }
    }

    /// Evaluates an expression over the rows of a pass, and lets `read` take what comes of it.
    fn evaluated<T>(&mut self, of: &Compiled, over: Over, pass: &Pass, read: impl FnOnce(&Vector) -> T) -> T {
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
        let (events, ledger) = (&self.evaluation.book.events.referral, self.evaluation);
        match over {
            Over::Referrals => pass.referrals.extend_from_slice(&pass.rows),
            Over::Accounts => {}
            Over::Events => pass.referrals.extend(pass.rows.iter().map(|row| events[index(*row)])),
            Over::Entries => {
                let ledger = ledger.ledger_rows();
                pass.referrals.extend(pass.rows.iter().map(|row| ledger[index(*row)].referral));
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

    /// Adds the rows of a pass to the sums of their groups.
    fn add(&mut self, rows: &Rows, grouping: Grouping<'_>, pass: &mut Pass, sums: &mut FxHashMap<Key, Sum>) {
        if pass.rows.is_empty() {
            return;
        }
        let mut keys = std::mem::take(&mut pass.keys);
        keys.clear();
        match grouping {
            Grouping::All => keys.resize(pass.rows.len(), Key::All),
            Grouping::By(_, Breakdown::Campaign) => return self.add_campaigns(rows, pass, sums),
            Grouping::By(_, Breakdown::Month) => {
                for (row, referral) in pass.rows.iter().zip(&pass.referrals) {
                    let at = self.moment(rows, *row, *referral);
                    keys.push(at.map_or(Key::Missing, |at| Key::Whole(i64::from(self.month(at)))));
                }
            }
            Grouping::By(_, Breakdown::Cohort) => {
                for referral in &pass.referrals {
                    let at = self.evaluation.book.referrals.submitted_at[index(*referral)];
                    keys.push(Key::Whole(i64::from(self.month(at))));
                }
            }
            Grouping::By(at, Breakdown::Expression(_)) => {
                if let Some(by) = rows.by.get(at).and_then(Option::as_ref) {
                    let is_number = matches!(by.result_type(), Type::Int | Type::Decimal);
                    self.evaluated(by, rows.over, pass, |result| Key::all(result, is_number, &mut keys));
                }
            }
            Grouping::Referrer => self.referrers(rows.over, pass, &mut keys),
            Grouping::ReferrerIn(month) => {
                self.referrers(rows.over, pass, &mut keys);
                for ((key, row), referral) in keys.iter_mut().zip(&pass.rows).zip(&pass.referrals) {
                    let at = self.moment(rows, *row, *referral);
                    if at.is_none_or(|at| self.month(at) != month) {
                        *key = Key::Nobody;
                    }
                }
            }
        }
        let under_way = |at: usize| pass.referrals.get(at).is_some_and(|referral| self.now.under_way[index(*referral)]);
        for (at, key) in keys.iter().enumerate() {
            let sum = sums.entry(*key).or_default();
            match pass.values.get(at) {
                Some(value) => sum.more(*value, under_way(at)),
                None => sum.one(under_way(at)),
            }
        }
        pass.keys = keys;
    }

    fn referrers(&self, over: Over, pass: &Pass, keys: &mut Vec<Key>) {
        let book = self.evaluation.book;
        if over == Over::Accounts {
            let accounts = self.accounts.get().unwrap_or(&self.nothing);
            return keys.extend(pass.rows.iter().map(|account| Key::Text(accounts.id[index(*account)])));
        }
        for referral in &pass.referrals {
            let referrer = book.referrals.referrer[index(*referral)];
            keys.push(if book.is_nobody(referrer) { Key::Nobody } else { Key::Text(referrer) });
        }
    }

    /// The moment that a row belongs to.
    fn moment(&self, rows: &Rows, row: u32, referral: u32) -> Option<i64> {
        let evaluation = self.evaluation;
        match (rows.over, stage_of(rows.at)) {
            (Over::Referrals, Some(stage)) => self.now.reached(referral, stage),
            (Over::Referrals, None) => evaluation.book.referrals.submitted_at.get(index(referral)).copied(),
            (Over::Events, _) => evaluation.book.events.at.get(index(row)).copied(),
            (Over::Entries, _) => evaluation.ledger_rows().get(index(row)).map(|entry| match rows.at {
                RowMoment::Booked => entry.booked_at,
                _ => entry.earned_at(),
            }),
            (Over::Accounts, _) => None,
        }
    }

    /// Under each campaign that touched the row, or what its referral brought.
    fn add_campaigns(&mut self, rows: &Rows, pass: &Pass, sums: &mut FxHashMap<Key, Sum>) {
        let evaluation = self.evaluation;
        let of_referral = self.campaigns.get_or_init(|| {
            let mut campaigns: FxHashMap<u32, Vec<u16>> = FxHashMap::default();
            for row in evaluation.ledger_rows() {
                let touched = touched_by(evaluation.steps(row));
                if !touched.is_empty() {
                    let all = campaigns.entry(row.referral).or_default();
                    all.extend(touched);
                    all.sort_unstable();
                    all.dedup();
                }
            }
            campaigns
        });
        let none = Vec::new();
        for (at, (row, referral)) in pass.rows.iter().zip(&pass.referrals).enumerate() {
            let own;
            let campaigns = if rows.over == Over::Entries {
                own = touched_by(evaluation.steps(&evaluation.ledger_rows()[index(*row)]));
                &own
            } else {
                of_referral.get(referral).unwrap_or(&none)
            };
            let under_way = self.now.under_way[index(*referral)];
            let mut add = |key: Key| {
                let sum = sums.entry(key).or_default();
                match pass.values.get(at) {
                    Some(value) => sum.more(*value, under_way),
                    None => sum.one(under_way),
                }
            };
            match campaigns.as_slice() {
                [] => add(Key::Missing),
                some => some.iter().for_each(|campaign| add(Key::Whole(i64::from(*campaign)))),
            }
        }
    }

    /// The group that a key stands for.
    fn named(&self, key: Key, grouping: Grouping<'_>, ty: Option<&Type>) -> Group {
        let program = self.evaluation.program;
        match (key, grouping) {
            (Key::All, _) => Group::All,
            (Key::Missing | Key::Nobody, _) => Group::Missing,
            (Key::Whole(month), Grouping::By(_, Breakdown::Month | Breakdown::Cohort)) => {
                Group::Month(i32::try_from(month).unwrap_or(i32::MAX))
            }
            (Key::Whole(campaign), Grouping::By(_, Breakdown::Campaign)) => {
                let campaign = usize::try_from(campaign).unwrap_or(usize::MAX);
                Group::Text(program.campaign_ids.get(campaign).cloned().unwrap_or_default())
            }
            (Key::Whole(whole), _) => match ty {
                Some(Type::Date) => Group::Text(crate::base::Day(i32::try_from(whole).unwrap_or_default()).to_string()),
                Some(Type::Instant) => Group::Text(Instant(whole).to_string()),
                _ => Group::Number(Number::from(whole)),
            },
            (Key::Number(above, below), _) => Number::fraction(above, below).map_or(Group::Missing, Group::Number),
            (Key::Bool(value), _) => Group::Text(value.to_string()),
            (Key::Text(id), Grouping::Referrer | Grouping::ReferrerIn(_)) => {
                Group::Text(self.evaluation.book.text(id).to_owned())
            }
            (Key::Text(id), _) => {
                let texts = self.scratch.as_ref().map(Scratch::texts);
                Group::Text(texts.map(|texts| texts.text(id).to_owned()).unwrap_or_default())
            }
        }
    }
}
