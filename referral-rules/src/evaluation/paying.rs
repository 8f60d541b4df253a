//! One payout after another is judged: the minimum, the requirements, the fee, and since when it should have been paid.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::entry::part;
use super::payout::{Account, Accounts, Open, Payout, PayoutReason};
use super::{Beneficiary, Evaluation};
use crate::base::{Day, Instant, NONE, Number, Unit, index};
use crate::diag::Code;
use crate::expr::{Compiled, Scratch};
use crate::program::{Judged, OnFailure, Payout as Rule, Version};
use crate::stage::env;
use crate::stage::payees::PayeeRow;
use crate::stage::timeline::{Reading, number};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// All that payouts are judged by.
pub(super) struct Paying<'a> {
    evaluation: &'a Evaluation<'a>,
    version: &'a Version,
    number: u16,
    /// By rule: the payout day before today, and the next one.
    days: Vec<(Option<Day>, Day)>,
    /// What was paid to whom in which unit: the days and the amounts.
    paid: BTreeMap<(&'a Beneficiary, &'a str), Vec<(Day, i64)>>,
    /// The first row of each account.
    account_rows: FxHashMap<&'a str, u32>,
    /// The latest accepted referral of each referrer.
    latest: FxHashMap<&'a str, u32>,
    scratch: Scratch<'a>,
}

/// A payout that is judged: of which rule, to whom, on which day, by which facts.
#[derive(Clone, Copy)]
struct Judging<'b> {
    rule: &'b Rule,
    payee: &'b Beneficiary,
    day: Day,
    last_paid_on: Option<Day>,
    gross: i128,
    facts_at: i64,
}

/// What is known of it.
struct Known<'b> {
    row: PayeeRow<'b>,
    measures: Vec<Reading>,
}

impl Known<'_> {
    fn row(&self) -> PayeeRow<'_> {
        PayeeRow { measures: &self.measures, ..self.row }
    }
}

impl<'a> Paying<'a> {
    pub(super) fn new(evaluation: &'a Evaluation<'a>, version: (u16, &'a Version), accounts: &'a Accounts<'a>) -> Self {
        let (number, version) = version;
        let book = evaluation.book;
        let mut paid: BTreeMap<_, Vec<(Day, i64)>> = BTreeMap::new();
        for ((rule, payee), account) in accounts {
            let days = paid.entry((payee, version.payouts[*rule].unit.name())).or_default();
            let day_of = |at: i64| evaluation.program.zone.day_of(Instant(at));
            days.extend(account.paid.iter().map(|(placed, confirmed)| (day_of(confirmed.at), placed.row.amount)));
        }
        let mut first_rows = FxHashMap::default();
        for (row, id) in (0_u32..).zip(&book.accounts.id) {
            first_rows.entry(book.text(*id)).or_insert(row);
        }
        let accepted = |row: &u32| evaluation.standings.current.of(index(*row)).was_accepted();
        let referrer = |row: u32| book.text(book.referrals.referrer[index(row)]);
        let latest = evaluation.referrals().filter(accepted).map(|row| (referrer(row), row)).collect();
        let scratch = Scratch::new(&book.texts);
        let today = evaluation.program.zone.day_of(evaluation.as_of);
        let days = version.payouts.iter().map(|rule| rule.days_about(today, &version.calendar)).collect();
        Self { evaluation, version, number, days, paid, account_rows: first_rows, latest, scratch }
    }

    /// What a rule has paid a payee, in the order of the days; what is next; what comes too late for that.
    pub(super) fn payouts(&mut self, rule: usize, payee: &'a Beneficiary, account: &Account<'_>) -> Vec<Payout> {
        let (missed, next) = self.days[rule];
        let rule = &self.version.payouts[rule];
        let mut out = self.paid_out(rule, payee, account);
        let last_paid_on = out.last().map(|payout| payout.day);
        let (now, later): (Vec<&Open<'_>>, Vec<&Open<'_>>) = account.open.iter().partition(|open| open.in_time <= next);
        if !now.is_empty() {
            out.push(self.next(rule, payee, (missed, next, last_paid_on), &now));
        }
        let mut days: BTreeMap<Day, Vec<&Open<'_>>> = BTreeMap::new();
        for open in later {
            days.entry(rule.day_from(open.in_time, &self.version.calendar)).or_default().push(open);
        }
        for (day, open) in days {
            let mut payout = self.begun(rule, payee, day, &open);
            let message = format!("it became payable too late for the payout of {next}");
            payout.reasons.push(PayoutReason::built_in(Code::AfterCutOff, message));
            out.push(payout);
        }
        out
    }

    /// What the host has paid: by the payout that it names, else by the day.
    fn paid_out(&self, rule: &Rule, payee: &Beneficiary, account: &Account<'_>) -> Vec<Payout> {
        let mut named: BTreeMap<String, (Payout, i128, Number)> = BTreeMap::new();
        for (placed, confirmed) in &account.paid {
            let day = self.evaluation.program.zone.day_of(Instant(confirmed.at));
            let id = confirmed.payout.clone().unwrap_or_else(|| self.id(rule, payee, day));
            let (payout, gross, fee) = named.entry(id).or_insert_with_key(|id| {
                let begun = self.begun(rule, payee, day, &[]);
                (Payout { payout: id.clone(), state: "paid", ..begun }, 0, Number::ZERO)
            });
            payout.day = payout.day.min(day);
            payout.entries.push(self.evaluation.entry_id(placed.row));
            *gross = gross.saturating_add(i128::from(placed.row.amount));
            *fee = confirmed.fee.and_then(|more| fee.checked_add(more)).unwrap_or(*fee);
        }
        let mut out: Vec<Payout> = named
            .into_values()
            .map(|(mut payout, gross, fee)| {
                let fee = rule.rounding.settle_i128(fee, rule.unit.digits()).unwrap_or(0);
                self.settle(&mut payout, rule, (gross, fee, gross.saturating_sub(fee)));
                payout
            })
            .collect();
        out.sort_by(|left, right| (left.day, &left.payout).cmp(&(right.day, &right.payout)));
        out
    }

    /// The id of a payout that the host has given none.
    fn id(&self, rule: &Rule, payee: &Beneficiary, day: Day) -> String {
        format!("{}/{}/{}:{}/{day}", self.evaluation.program.id, rule.id, payee.party, part(&payee.id))
    }

    /// A payout of a day of which everything is carried.
    fn begun(&self, rule: &Rule, payee: &Beneficiary, day: Day, open: &[&Open<'_>]) -> Payout {
        let mut out = Payout {
            payout: self.id(rule, payee, day),
            rule: rule.id.clone(),
            payee: payee.clone(),
            unit: rule.unit.name().to_owned(),
            day,
            state: "carried",
            entries: open.iter().map(|open| self.evaluation.entry_id(open.placed.row)).collect(),
            gross: rule.unit.total(0),
            fee: rule.unit.total(0),
            net: rule.unit.total(0),
            carried: rule.unit.total(0),
            reasons: Vec::new(),
            flags: Vec::new(),
            missed_on: None,
        };
        self.settle(&mut out, rule, (sum(open), 0, 0));
        out
    }

    /// Sets the amounts; what is neither fee nor net is carried.
    fn settle(&self, payout: &mut Payout, rule: &Rule, (gross, fee, net): (i128, i128, i128)) {
        let shown = |minor| rule.unit.total(minor);
        (payout.gross, payout.fee, payout.net) = (shown(gross), shown(fee), shown(net));
        payout.carried = shown(gross.saturating_sub(fee).saturating_sub(net));
    }

    /// The next payout.
    fn next(
        &mut self,
        rule: &Rule,
        payee: &'a Beneficiary,
        (missed, next, last_paid_on): (Option<Day>, Day, Option<Day>),
        open: &[&Open<'_>],
    ) -> Payout {
        let mut out = self.begun(rule, payee, next, open);
        let now = Judging { rule, payee, day: next, last_paid_on, gross: sum(open), facts_at: self.evaluation.as_of.0 };
        let inputs = self.inputs(&now);
        self.judge(&inputs, &mut out, &now);
        let fee = match &rule.fee {
            Some(fee) if out.reasons.is_empty() => {
                let fee =
                    self.number(fee, &inputs.row()).and_then(|fee| rule.rounding.settle_i128(fee, rule.unit.digits()));
                if fee.is_none() {
                    out.reasons.push(fault("fee"));
                }
                fee.unwrap_or(0).clamp(0, now.gross)
            }
            _ => 0,
        };
        if !out.reasons.is_empty() {
            return out;
        }
        self.settle(&mut out, rule, (now.gross, fee, now.gross.saturating_sub(fee)));
        out.state = "due";
        // Whether it was enough already on the payout day before, by what was open then.
        let before =
            missed.map(|day| (day, open.iter().copied().filter(|open| open.in_time <= day).collect::<Vec<_>>()));
        if let Some((day, open)) = before.filter(|(_, open)| !open.is_empty()) {
            let facts_at = self.evaluation.program.zone.last_instant(day).0;
            let then = Judging { day, gross: sum(&open), facts_at, ..now };
            let inputs = self.inputs(&then);
            let mut missed = self.begun(rule, payee, day, &[]);
            self.judge(&inputs, &mut missed, &then);
            if missed.reasons.is_empty() {
                (out.state, out.missed_on) = ("overdue", Some(day));
            }
        }
        out
    }

    /// What requirements, minimum and fee know of a payout.
    fn inputs<'b>(&mut self, judging: &Judging<'b>) -> Known<'b>
    where
        'a: 'b,
    {
        let payee = judging.payee;
        let (counts, measures) = self.brought(payee);
        let evaluation = self.evaluation;
        let account = self.account_rows.get(payee.id.as_str()).filter(|_| payee.party == "account");
        let row = PayeeRow {
            program: evaluation.program,
            book: evaluation.book,
            account: account.map_or(NONE, |row| evaluation.book.accounts.row_at(*row, judging.facts_at)),
            id: (payee.party == "account").then_some(payee.id.as_str()),
            counts,
            measures: &[],
            rule: &judging.rule.id,
            amount: in_unit(judging.gross, &judging.rule.unit),
            day: judging.day,
            paid_in_year: self.paid_in_year(payee, &judging.rule.unit, judging.day),
            last_paid_on: judging.last_paid_on,
        };
        Known { row, measures }
    }

    /// Whether the minimum is reached and the requirements are met.
    fn judge(&mut self, inputs: &Known<'_>, out: &mut Payout, judging: &Judging<'_>) {
        let rule = judging.rule;
        if judging.gross <= 0 {
            let message = "what was taken back is not made up for".to_owned();
            out.reasons.push(PayoutReason::built_in(Code::NothingToPay, message));
        } else if let Some(least) = &rule.at_least {
            match self.number(least, &inputs.row()) {
                None => out.reasons.push(fault("minimum")),
                Some(least) if in_unit(judging.gross, &rule.unit).is_none_or(|gross| gross < least) => {
                    let message = format!("less than {least} {} is carried over", rule.unit.name());
                    out.reasons.push(PayoutReason::built_in(Code::BelowMinimum, message));
                }
                Some(_) => {}
            }
        }
        self.requirements(&inputs.row(), out);
    }

    /// The requirements that are judged at payouts: what holds it, and what only tells.
    fn requirements(&mut self, inputs: &PayeeRow<'_>, out: &mut Payout) {
        let env = env(self.evaluation.program, self.version, self.evaluation.book);
        for requirement in self.version.requirements.iter().filter(|one| one.judged == Judged::AtPayouts) {
            if requirement.conditions.iter().all(|condition| condition.holds(inputs, &env, &mut self.scratch)) {
                continue;
            }
            let reason = PayoutReason {
                code: requirement.code.clone(),
                message: requirement.message.clone(),
                operands: self.evaluation.operands(
                    inputs,
                    self.version,
                    &requirement.conditions,
                    true,
                    &mut self.scratch,
                ),
            };
            if requirement.on_failure == OnFailure::Flag { &mut out.flags } else { &mut out.reasons }.push(reason);
        }
    }

    /// What the payee's own referrals have brought, as standings read it: counts, and the declared measures.
    fn brought(&mut self, payee: &Beneficiary) -> ([i64; 4], Vec<Reading>) {
        let row = self.latest.get(payee.id.as_str()).copied().filter(|_| payee.party == "account");
        let Some(row) = row else { return Default::default() };
        let evaluation = self.evaluation;
        let counts = evaluation.timeline.counts_of(evaluation.book, evaluation.book.referrals.referrer[index(row)].0);
        if evaluation.program.measures.is_empty() {
            return (counts, Vec::new());
        }
        let applied = evaluation.as_of_now((self.number, self.version), &[row], &mut self.scratch);
        let first =
            |readings: &crate::stage::timeline::Readings| readings.after.first().cloned().unwrap_or(Reading::None);
        (counts, applied.measures.iter().map(first).collect())
    }

    /// What all rules in the unit have paid the payee in the calendar year of a day.
    fn paid_in_year(&self, payee: &'a Beneficiary, unit: &Unit, day: Day) -> Option<Number> {
        let year = day.ymd().0;
        let all = self.paid.get(&(payee, unit.name())).into_iter().flatten();
        let sum = all.filter(|(day, _)| day.ymd().0 == year).map(|(_, amount)| i128::from(*amount));
        in_unit(sum.fold(0, i128::saturating_add), unit)
    }

    /// The value of an amount; none if it is missing or faulty.
    fn number(&mut self, amount: &Compiled, inputs: &PayeeRow<'_>) -> Option<Number> {
        let env = env(self.evaluation.program, self.version, self.evaluation.book);
        number(amount.evaluate(inputs, 1, &env, &mut self.scratch), 0).ok()
    }
}

fn fault(what: &str) -> PayoutReason {
    PayoutReason::built_in(Code::PayoutFault, format!("the {what} cannot be computed"))
}

fn sum(open: &[&Open<'_>]) -> i128 {
    open.iter().map(|open| i128::from(open.placed.row.amount)).fold(0, i128::saturating_add)
}

fn in_unit(minor: i128, unit: &Unit) -> Option<Number> {
    Number::from_scaled(minor, unit.digits())
}
