//! Payout rules, compiled: which entries they pay, on which days, from which amount on.
use super::compile::{Compiling, unit};
use super::compiled::{Measure, Reward, Source};
use super::document::{self, Document, FactOwner};
use super::names::{Numbers, Scopes, number};
use super::paths::under;
use crate::base::{Calendar, Day, DayOff, Length, PayoutDay, Rounding, Unit, next_payout_day};
use crate::diag::Span;
use crate::expr::{Compiled, Expected, Scope, Type};

/// A payout rule.
#[derive(Debug)]
pub struct Payout {
    /// The id.
    pub id: String,
    /// The rewards that it pays, by position in [`Program::reward_ids`](super::Program::reward_ids); those of the kind `cash` without them.
    pub rewards: Option<Vec<u16>>,
    /// What it pays in.
    pub unit: Unit,
    /// The days on which it pays.
    pub on_day: Vec<PayoutDay>,
    /// Where a day moves that is no business day.
    pub day_off: DayOff,
    /// Only what could be paid so long before the day.
    pub cut_off: Option<Length>,
    /// The least that is paid out.
    pub at_least: Option<Compiled>,
    /// What is kept back.
    pub fee: Option<Compiled>,
    /// How the fee is rounded.
    pub rounding: Rounding,
    /// Where it stands in the document.
    pub span: Span,
}

impl Payout {
    /// Whether it pays what a reward grants, if none before it does.
    pub fn covers(&self, reward: &Reward) -> bool {
        let named = match &self.rewards {
            Some(rewards) => rewards.contains(&reward.number),
            None => reward.kind == "cash",
        };
        named && self.unit == reward.unit
    }

    /// The payout day on a day, or the first one after it.
    pub fn day_from(&self, day: Day, calendar: &Calendar) -> Day {
        next_payout_day(&self.on_day, self.day_off, day, calendar)
    }

    /// The payout day before a day, and the first one from that day on. Two payout days are never two years apart.
    pub fn days_about(&self, day: Day, calendar: &Calendar) -> (Option<Day>, Day) {
        let mut before = None;
        let mut next = self.day_from(day.checked_add_days(-800).unwrap_or(Day::MIN), calendar);
        while next < day {
            before = Some(next);
            match next.checked_add_days(1) {
                Some(following) => next = self.day_from(following, calendar),
                None => break,
            }
        }
        (before, next)
    }

    /// The first day on which what can be paid from a day on can be in a payout: the cut-off must have passed.
    pub fn in_time(&self, payable: Day, calendar: &Calendar) -> Day {
        self.cut_off.map_or(payable, |cut_off| cut_off.last_day_from(payable, calendar).unwrap_or(Day::MAX))
    }
}

impl Compiling<'_> {
    pub(super) fn payouts(&mut self, document: &Document, scopes: &Scopes) -> Vec<Payout> {
        let mut out = Vec::with_capacity(document.payouts.len());
        for (at, written) in document.payouts.iter().enumerate() {
            out.push(self.payout(at, written, document, &scopes.payout));
        }
        out
    }

    fn payout(&mut self, at: usize, written: &document::Payout, document: &Document, scope: &Scope) -> Payout {
        let mut amount = |written: &Option<document::ExpressionText>, key: &str| {
            let written = written.as_ref()?;
            self.expression(written, Expected::Number, scope, &format!("payout[{at}].{key}"))
        };
        let at_least = amount(&written.at_least, "at_least");
        let fee = amount(&written.fee, "fee");
        let rewards = written
            .rewards
            .as_ref()
            .map(|rewards| rewards.iter().map(|id| number(&mut self.numbers.reward_ids, &id.value)).collect());
        Payout {
            id: written.id.value.clone(),
            rewards,
            unit: unit(&written.unit.value),
            on_day: written.on_day.iter().map(|day| day.value).collect(),
            day_off: written.day_off.value,
            cut_off: written.cut_off.as_ref().map(|cut_off| cut_off.value),
            at_least,
            fee,
            rounding: document.rounding.value,
            span: written.id.span,
        }
    }
}

impl Numbers {
    /// What is known at a payout: facts of the account that is paid, the payout itself, what its referrals have brought.
    pub(super) fn at_payouts(&mut self, document: &Document, submission: &Scope, level: &Scope) -> Scope {
        let mut out = Scope::default();
        out.constants_of(submission);
        for fact in document.facts.iter().filter(|fact| fact.owner == FactOwner::Account) {
            let name = &fact.name.value;
            if let Some((kind, slot)) = submission.variable_of(&under("referrer", name)) {
                out.variable(&under("payee", name), kind, slot);
            }
        }
        out.variable("payee.id", Type::Text, self.slot(Source::ReferrerId));
        let rules = document.payouts.iter().map(|payout| payout.id.value.clone()).collect();
        for (name, kind, source) in [
            ("payout.rule", Type::OneOf(rules), Source::PayoutRule),
            ("payout.amount", Type::Decimal, Source::PayoutAmount),
            ("payout.day", Type::Date, Source::PayoutDay),
            ("payout.paid_in_year", Type::Decimal, Source::PaidInYear),
            ("payout.last_paid_on", Type::Date, Source::LastPaidOn),
        ] {
            out.variable(name, kind, self.slot(source));
        }
        let mut names: Vec<&str> = Measure::ALL.into_iter().map(Measure::word).collect();
        names.extend(document.measures.iter().map(|measure| measure.name.value.as_str()));
        for name in names {
            if let Some((kind, slot)) = level.variable_of(name) {
                out.variable(name, kind, slot);
            }
        }
        out.known_elsewhere(level, "a payout is of an account, not of one referral: write `payee.` for its facts");
        for list in document.lists.iter().filter(|list| list.from.is_some()) {
            out.unusable(&format!("lists.{}", list.name.value), "a list of the host cannot be asked at payouts");
        }
        out
    }
}
