//! The rows of a figure become sums by group: each row gets the number of its group, under which it is added.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::basis::{Basis, Picked, Referrals, stage_of};
use super::gather::{Counting, Gathering, Grouping};
use super::groups::{Group, Groups, Sum};
use super::keys::{Key, Numbering, Slots};
use super::tallies::{Tallies, Values};
use crate::base::{Instant, Number, index, position};
use crate::book::{FactValues, Valid};
use crate::expr::{Column, Compiled, Scratch, Type};
use crate::program::{Breakdown, Over, Owner, Reported, RowMoment, Rows, Source};
use crate::stage::reported::Now;
use crate::stage::submission::CHUNK_ROWS;
use crate::stage::timeline::touched_by;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::rc::Rc;

/// The number of rows that no campaign touched; those of campaigns follow it.
const UNTOUCHED: u32 = 1;

/// What the numbers of groups stand for.
enum Names {
    /// What an expression came to.
    Slots(Rc<Slots>),
    /// Months.
    Months,
    /// Campaigns.
    Campaigns,
    /// Referrers, by their place among all account ids.
    Parties,
    /// Accounts.
    Accounts,
}

/// The moments that rows belong to.
enum Instants<'a> {
    /// To none.
    None,
    /// By row.
    Each(Cow<'a, [i64]>),
    /// When referrals reached a stage.
    Reached(&'a Now, usize),
}

impl Instants<'_> {
    #[inline]
    fn of(&self, row: u32) -> Option<i64> {
        match self {
            Self::Each(all) => all.get(index(row)).copied(),
            Self::Reached(now, stage) => now.reached(row, *stage),
            Self::None => None,
        }
    }
}

impl<'a> Gathering<'a> {
    /// The groups of a figure, for each way of putting its rows together.
    pub(super) fn grouped(
        &mut self,
        figure: &Counting<'_>,
        basis: &mut Basis<'_>,
        groupings: &[Grouping<'_>],
    ) -> Vec<Groups> {
        let asks_all = groupings.iter().any(|grouping| matches!(grouping, Grouping::All));
        let mut all: Option<Sum> = None;
        let mut one = |grouping: &Grouping<'_>| {
            let (tallies, names) = self.tallies(figure, basis, *grouping)?;
            // Rows that are each in one group, or in none, are together all of them.
            if asks_all && all.is_none() && !matches!(names, Names::Campaigns) {
                all = Some(tallies.all(figure.values));
            }
            let sums = tallies.sums(figure.values);
            Some(Groups::of(sums.filter_map(|(slot, sum)| Some((self.named(&names, slot)?, sum)))))
        };
        let out: Vec<Option<Groups>> = groupings.iter().map(&mut one).collect();
        let all = all.unwrap_or_else(|| {
            let mut tallies = Tallies::default();
            if asks_all {
                tallies.add(figure.picked, figure.values, &basis.under_way, |_| 0);
            }
            tallies.all(figure.values)
        });
        let whole = || Groups::of(std::iter::once((Group::All, all)));
        out.into_iter().map(|groups| groups.unwrap_or_else(whole)).collect()
    }

    /// Adds the rows of a figure up by what tells them apart; `None` where nothing does.
    fn tallies(
        &mut self,
        figure: &Counting<'_>,
        basis: &mut Basis<'_>,
        grouping: Grouping<'_>,
    ) -> Option<(Tallies, Names)> {
        let mut out = Tallies::default();
        let Counting { rows, picked, values } = *figure;
        let own = rows.over == Over::Referrals && stage_of(rows.at).is_none();
        let names = match grouping {
            Grouping::All => return None,
            Grouping::By(_, Breakdown::Cohort) => self.add_cohorts(figure, basis, &mut out),
            Grouping::By(_, Breakdown::Month) if own => self.add_cohorts(figure, basis, &mut out),
            Grouping::By(_, Breakdown::Month) => {
                let mut months = std::mem::take(&mut self.months);
                let (zone, instants) = (&self.evaluation.program.zone, self.instants(rows));
                let slot = |place: usize| instants.of(basis.row(place)).map_or(0, |at| months.slot(zone, at));
                out.add(picked, values, &basis.under_way, slot);
                self.months = months;
                Names::Months
            }
            Grouping::By(_, Breakdown::Campaign) => {
                self.add_campaigns(figure, basis, &mut out);
                Names::Campaigns
            }
            Grouping::By(at, Breakdown::Expression(source)) => {
                let by = rows.by.get(at).and_then(Option::as_ref)?;
                let known = basis.slots.get(source).cloned();
                let slots = known.unwrap_or_else(|| {
                    let slots = Rc::new(self.slots(by, rows.over, basis));
                    basis.slots.insert(source.clone(), Rc::clone(&slots));
                    slots
                });
                out.add(picked, values, &basis.under_way, |place| slots.of[place]);
                Names::Slots(slots)
            }
            Grouping::Referrer | Grouping::ReferrerIn(_) if rows.over == Over::Accounts => {
                // An account belongs to no month.
                let in_none = matches!(grouping, Grouping::ReferrerIn(_));
                let slot = |place: usize| if in_none { 0 } else { basis.row(place).saturating_add(1) };
                out.add(picked, values, &basis.under_way, slot);
                Names::Accounts
            }
            Grouping::Referrer => {
                out.add(picked, values, &basis.under_way, |place| {
                    basis.referral(place).map_or(0, |referral| self.party(referral))
                });
                Names::Parties
            }
            Grouping::ReferrerIn(month) => {
                let mut months = std::mem::take(&mut self.months);
                let (zone, instants) = (&self.evaluation.program.zone, self.instants(rows));
                let slot = |place: usize| {
                    let at = instants.of(basis.row(place));
                    let own = at.map(|at| months.slot(zone, at)).and_then(|slot| months.month(slot));
                    if own == Some(month) {
                        basis.referral(place).map_or(0, |referral| self.party(referral))
                    } else {
                        0
                    }
                };
                out.add(picked, values, &basis.under_way, slot);
                self.months = months;
                Names::Parties
            }
        };
        Some((out, names))
    }

    /// By the months in which their referrals were submitted.
    fn add_cohorts(&mut self, figure: &Counting<'_>, basis: &Basis<'_>, out: &mut Tallies) -> Names {
        let submitted = &self.evaluation.book.referrals.submitted_at;
        if self.cohorts.len() < submitted.len() {
            let (zone, months) = (&self.evaluation.program.zone, &mut self.months);
            self.cohorts = submitted.iter().map(|at| months.slot(zone, *at)).collect();
        }
        if matches!((&basis.referrals, &basis.rows), (Referrals::Own, Picked::All(_))) {
            out.add(figure.picked, figure.values, &basis.under_way, |place| self.cohorts[place]);
            return Names::Months;
        }
        // Accounts have no referral, and are in no cohort.
        let of = |place: usize| basis.referral(place).map_or(0, |referral| self.cohorts[index(referral)]);
        out.add(figure.picked, figure.values, &basis.under_way, of);
        Names::Months
    }

    /// What an expression tells the rows of a basis apart by.
    fn slots(&mut self, by: &Compiled, over: Over, basis: &Basis<'_>) -> Slots {
        let is_number = matches!(by.result_type(), Type::Int | Type::Decimal);
        let mut numbering = Numbering::with_capacity(basis.rows.len());
        self.each_chunk(by, over, basis, |result| numbering.extend(result, is_number));
        numbering.finish(|key| self.group_of(key, by.result_type()))
    }

    /// The number of a referral's referrer; none for nobody.
    fn party(&self, referral: u32) -> u32 {
        let book = self.evaluation.book;
        let referrer = book.referrals.referrer[index(referral)];
        if book.is_nobody(referrer) { 0 } else { position(book.party_place(referrer)).saturating_add(1) }
    }

    /// The moments that rows belong to.
    fn instants(&self, rows: &Rows) -> Instants<'_> {
        let evaluation = self.evaluation;
        match (rows.over, stage_of(rows.at)) {
            (Over::Referrals, Some(stage)) => Instants::Reached(&self.now, stage),
            (Over::Referrals, None) => Instants::Each(Cow::Borrowed(&evaluation.book.referrals.submitted_at)),
            (Over::Events, _) => Instants::Each(Cow::Borrowed(&evaluation.book.events.at)),
            (Over::Entries, _) => {
                let ledger = evaluation.ledger_as_it_lies();
                Instants::Each(match rows.at {
                    RowMoment::Booked => ledger.all_booked(),
                    _ => ledger.all_earned(),
                })
            }
            (Over::Accounts, _) => Instants::None,
        }
    }

    /// Under each campaign that touched the row, or what its referral brought.
    fn add_campaigns(&mut self, figure: &Counting<'_>, basis: &Basis<'_>, out: &mut Tallies) {
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
        let mut nth = 0_usize;
        figure.picked.each(|place| {
            let own;
            let campaigns = if figure.rows.over == Over::Entries {
                own = touched_by(evaluation.steps(&evaluation.ledger_rows()[index(basis.row(place))]));
                &own
            } else {
                basis.referral(place).and_then(|referral| of_referral.get(&referral)).unwrap_or(&none)
            };
            let mut add = |slot: u32| out.one(slot, figure.values, nth, basis.under_way[place]);
            match campaigns.as_slice() {
                [] => add(UNTOUCHED),
                some => some.iter().for_each(|campaign| {
                    add(UNTOUCHED.saturating_add(1).saturating_add(u32::from(*campaign)));
                }),
            }
            nth = nth.saturating_add(1);
        });
    }

    /// The group with a number; rows of nobody are in none.
    fn named(&self, names: &Names, slot: u32) -> Option<Group> {
        let (program, book) = (self.evaluation.program, self.evaluation.book);
        let before = index(slot).checked_sub(1)?;
        Some(match names {
            Names::Slots(slots) => return slots.group(slot),
            Names::Months => return self.months.group(slot),
            Names::Campaigns => match before.checked_sub(1) {
                Some(campaign) => Group::Text(program.campaign_ids.get(campaign).cloned().unwrap_or_default()),
                None => Group::Missing,
            },
            Names::Parties => Group::Text(book.text(book.party_at(before)).to_owned()),
            Names::Accounts => Group::Text(book.text(*self.accounts.get()?.id.get(before)?).to_owned()),
        })
    }

    /// The group that the value of an expression stands for.
    fn group_of(&self, key: Key, ty: &Type) -> Group {
        match key {
            Key::Missing => Group::Missing,
            Key::Whole(whole) => match ty {
                Type::Date => Group::Text(crate::base::Day(i32::try_from(whole).unwrap_or_default()).to_string()),
                Type::Instant => Group::Text(Instant(whole).to_string()),
                _ => Group::Number(Number::from(whole)),
            },
            Key::Number(numerator, denominator) => {
                Number::fraction(numerator, denominator).map_or(Group::Missing, Group::Number)
            }
            Key::Bool(value) => Group::Text(value.to_string()),
            Key::Text(id) => {
                let texts = self.scratch.as_ref().map(Scratch::texts);
                Group::Text(texts.map(|texts| texts.text(id).to_owned()).unwrap_or_default())
            }
        }
    }

    /// What each row counts: one, or the value that is summed; rows without one are left out.
    pub(super) fn values(&mut self, rows: &Rows, basis: &Basis<'_>, picked: &mut Picked) -> Values<'a> {
        let Some(sum) = &rows.sum else { return Values::Ones };
        if let Some((values, there)) = self.units(sum, rows, basis, picked) {
            if let Some(there) = there {
                *picked = there;
            }
            return values;
        }
        let mut values: Vec<Number> = Vec::with_capacity(picked.len());
        let mut there: Vec<u32> = Vec::with_capacity(picked.len());
        let [mut places, mut chunk, mut referrals] = [const { Vec::new() }; 3];
        for from in (0..picked.len()).step_by(CHUNK_ROWS) {
            picked.chunk(from, CHUNK_ROWS, &mut places);
            chunk.clear();
            chunk.extend(places.iter().map(|place| basis.row(index(*place))));
            referrals.clear();
            referrals.extend(places.iter().filter_map(|place| basis.referral(index(*place))));
            self.evaluated(sum, rows.over, (&chunk, &referrals), |result| {
                for (at, place) in places.iter().enumerate().filter(|(at, _)| result.status[*at].is_ok()) {
                    match &result.column {
                        Column::Int(all) => values.push(Number::from(all[at])),
                        Column::Decimal(all) => values.push(all[at]),
                        _ => continue,
                    }
                    there.push(*place);
                }
            });
        }
        if there.len() < picked.len() {
            *picked = Picked::Some(there);
        }
        Values::Exact(values)
    }

    /// The values of a sum that is no more than a column of numbers in units, and which of the rows have one; `None` for what is more.
    fn units(
        &self,
        sum: &Compiled,
        rows: &Rows,
        basis: &Basis<'_>,
        picked: &Picked,
    ) -> Option<(Values<'a>, Option<Picked>)> {
        let evaluation = self.evaluation;
        match evaluation.program.slots.get(usize::from(sum.loads()?.0))? {
            Source::Reported(Reported::EntryAmount) if rows.over == Over::Entries => {
                let amounts = evaluation.ledger_as_it_lies().amounts();
                let units = match (picked, &basis.rows) {
                    (Picked::All(_), Picked::All(_)) => amounts,
                    _ => {
                        let mut units: Vec<i64> = Vec::with_capacity(picked.len());
                        picked.each(|place| units.push(amounts[index(basis.row(place))]));
                        Cow::Owned(units)
                    }
                };
                Some((Values::Units(units, rows.unit.digits()), None))
            }
            Source::Fact(number) => {
                let book = evaluation.book;
                let is_event = match (evaluation.program.facts.get(usize::from(*number))?.owner, rows.over) {
                    (Owner::Event, Over::Events) => true,
                    (Owner::Referral, Over::Referrals | Over::Events | Over::Entries) => false,
                    _ => return None,
                };
                let facts = if is_event { &book.events.facts } else { &book.referrals.facts };
                let column = facts.get(usize::from(*number))?.as_ref()?;
                let FactValues::Scaled(values, scale) = &column.values else { return None };
                let (values, all): (&[i128], bool) = (values, matches!(column.valid, Valid::All));
                let mut units: Vec<i64> = Vec::with_capacity(picked.len());
                let mut there: Vec<u32> = Vec::with_capacity(picked.len());
                let mut fit = true;
                picked.each(|place| {
                    let row = if is_event { Some(basis.row(place)) } else { basis.referral(place) };
                    // What stands before the column's first row is past its last.
                    let at = row.map_or(usize::MAX, |row| index(row).wrapping_sub(column.first));
                    if let Some(value) = values.get(at).filter(|_| all || column.valid.get(at)) {
                        let value = i64::try_from(*value);
                        fit &= value.is_ok();
                        units.push(value.unwrap_or(0));
                        there.push(position(place));
                    }
                });
                let some = there.len() < picked.len();
                let units = Values::Units(Cow::Owned(units), *scale);
                fit.then_some((units, some.then_some(Picked::Some(there))))
            }
            _ => None,
        }
    }
}
