//! Rows of a chunk are added to the sums of their groups.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::gather::{Gathering, Grouping};
use super::groups::{ByMonth, Group, Groups, Key, Sum, Sums};
use super::pass::{Pass, stage_of};
use crate::base::{Instant, Number, index};
use crate::expr::{Compiled, Scratch, Type};
use crate::program::{Breakdown, Over, RowMoment, Rows};
use crate::stage::timeline::touched_by;
use rustc_hash::FxHashMap;

impl Gathering<'_> {
    /// Adds the rows of a pass to the sums of their groups.
    pub(super) fn add(&mut self, rows: &Rows, grouping: Grouping<'_>, pass: &mut Pass, sums: &mut Sums) {
        match sums {
            Sums::Whole(sum) => self.add_to_one(pass, sum),
            Sums::Months(sums) => self.add_months(rows, grouping, pass, sums),
            Sums::Keys(sums) if matches!(grouping, Grouping::By(_, Breakdown::Campaign)) => {
                self.add_campaigns(rows, pass, sums);
            }
            Sums::Keys(sums) => {
                let mut keys = std::mem::take(&mut pass.keys);
                keys.clear();
                self.keys(rows, grouping, pass, &mut keys);
                for (at, key) in keys.iter().enumerate() {
                    self.add_row(pass, at, sums.entry(*key).or_default());
                }
                pass.keys = keys;
            }
        }
    }

    fn add_row(&self, pass: &Pass, at: usize, sum: &mut Sum) {
        let under_way = pass.referrals.get(at).is_some_and(|referral| self.now.under_way[index(*referral)]);
        match pass.values.get(at) {
            Some(value) => sum.more(*value, under_way),
            None => sum.one(under_way),
        }
    }

    fn add_to_one(&self, pass: &Pass, sum: &mut Sum) {
        if !sum.under_way {
            sum.under_way = pass.referrals.iter().any(|referral| self.now.under_way[index(*referral)]);
        }
        if pass.values.is_empty() {
            return sum.rows(pass.rows.len());
        }
        pass.values.iter().for_each(|value| sum.more(*value, false));
    }

    fn add_months(&mut self, rows: &Rows, grouping: Grouping<'_>, pass: &Pass, sums: &mut ByMonth) {
        let own = matches!(rows.at, RowMoment::Own) && rows.over == Over::Referrals;
        if own || matches!(grouping, Grouping::By(_, Breakdown::Cohort)) {
            if self.cohorts.is_empty() {
                let submitted = &self.evaluation.book.referrals.submitted_at;
                self.cohorts = submitted.iter().map(|at| self.month(*at)).collect();
            }
            for (at, referral) in pass.referrals.iter().enumerate() {
                self.add_row(pass, at, sums.of(self.cohorts[index(*referral)]));
            }
            return;
        }
        for (at, (row, referral)) in pass.rows.iter().zip(&pass.referrals).enumerate() {
            if let Some(moment) = self.moment(rows, *row, *referral) {
                let month = self.month(moment);
                self.add_row(pass, at, sums.of(month));
            }
        }
    }

    /// What tells the rows of a pass apart.
    fn keys(&mut self, rows: &Rows, grouping: Grouping<'_>, pass: &Pass, keys: &mut Vec<Key>) {
        match grouping {
            Grouping::By(at, Breakdown::Expression(_)) => {
                if let Some(by) = rows.by.get(at).and_then(Option::as_ref) {
                    let is_number = matches!(by.result_type(), Type::Int | Type::Decimal);
                    let mut numbers = std::mem::take(&mut self.numbers);
                    self.evaluated(by, rows.over, pass, |result| Key::all(result, is_number, &mut numbers, keys));
                    self.numbers = numbers;
                }
            }
            Grouping::Referrer => self.referrers(rows.over, pass, keys),
            Grouping::ReferrerIn(month) => {
                self.referrers(rows.over, pass, keys);
                for ((key, row), referral) in keys.iter_mut().zip(&pass.rows).zip(&pass.referrals) {
                    let at = self.moment(rows, *row, *referral);
                    if at.is_none_or(|at| self.month(at) != month) {
                        *key = Key::Nobody;
                    }
                }
            }
            Grouping::All | Grouping::By(..) => {}
        }
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
            (Over::Entries, _) => {
                let ledger = evaluation.ledger_as_it_lies();
                Some(match rows.at {
                    RowMoment::Booked => ledger.booked_at(index(row)),
                    _ => ledger.earned_at(index(row)),
                })
            }
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

    /// The groups that sums stand for; rows of nobody are in none.
    pub(super) fn grouped(&self, rows: &Rows, grouping: Grouping<'_>, sums: Sums) -> Groups {
        let ty = match grouping {
            Grouping::By(at, Breakdown::Expression(_)) => {
                rows.by.get(at).and_then(Option::as_ref).map(Compiled::result_type)
            }
            _ => None,
        };
        match sums {
            Sums::Whole(sum) => Groups::of(std::iter::once((Group::All, sum))),
            Sums::Months(sums) => Groups::of(sums.seen().map(|(month, sum)| (Group::Month(month), sum))),
            Sums::Keys(sums) => {
                let sums = sums.into_iter().filter(|(key, _)| *key != Key::Nobody);
                Groups::of(sums.map(|(key, sum)| (self.named(key, grouping, ty), sum)))
            }
        }
    }

    /// The group that a key stands for.
    fn named(&self, key: Key, grouping: Grouping<'_>, ty: Option<&Type>) -> Group {
        let program = self.evaluation.program;
        match (key, grouping) {
            (Key::Missing | Key::Nobody, _) => Group::Missing,
            (Key::Whole(campaign), Grouping::By(_, Breakdown::Campaign)) => {
                let campaign = usize::try_from(campaign).unwrap_or(usize::MAX);
                Group::Text(program.campaign_ids.get(campaign).cloned().unwrap_or_default())
            }
            (Key::Whole(whole), _) => match ty {
                Some(Type::Date) => Group::Text(crate::base::Day(i32::try_from(whole).unwrap_or_default()).to_string()),
                Some(Type::Instant) => Group::Text(Instant(whole).to_string()),
                _ => Group::Number(Number::from(whole)),
            },
            (Key::Number(place), _) => self.numbers.at(place).map_or(Group::Missing, Group::Number),
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
