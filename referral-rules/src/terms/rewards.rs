//! The rewards in words, each with its example.
use super::example;
use super::language::{plain, title_of};
use super::sentences::Say;
use super::words::Words;
use super::{Examples, Page};
use crate::base::Unit;
use crate::program::Party;
use crate::program::document::{BelowZero, CountedFrom, ExpressionText, Reward, RunningTotal};

impl Words<'_> {
    pub(super) fn rewards(&self, examples: Examples, page: &mut Page) {
        page.heading(2, &self.word(Say::HeadRewards));
        let rewards = &self.version.document.rewards;
        if rewards.is_empty() {
            page.line(self.word(Say::NoRewards));
        }
        for (at, reward) in rewards.iter().enumerate() {
            self.reward(reward, page);
            if examples == Examples::LeftOut {
                continue;
            }
            page.blank();
            for line in example::lines(self, at) {
                page.line(format!("> {line}"));
            }
        }
    }

    /// A reward: to whom what, when, how much, by when.
    pub(super) fn reward(&self, reward: &Reward, page: &mut Page) {
        let Reward {
            span: _,
            id,
            to,
            account: _,
            on,
            when,
            once_per,
            as_long_as,
            forfeited_after: _,
            counted_from: _,
            kind: _,
            unit: _,
            amount,
            total,
            below_zero,
            amount_in,
            at_least,
            at_most,
            rounding,
            notify_within: _,
            pay_within: _,
            payable_after: _,
            hold_until: _,
            hold_while: _,
            expires_after: _,
            kept_alive_by: _,
            label,
        } = reward;
        let unit = reward.unit_name(&self.version.document.currency.value);
        let title = label.as_ref().map_or_else(String::new, |label| plain(&label.value));
        page.heading(3, &title_of(&title, &id.value));
        let stated = amount_in.is_none();
        let shown = |written: &ExpressionText| {
            if stated { self.amount_of(written, unit) } else { self.expression(written) }
        };
        self.gives(reward, to.value, amount.as_ref().map(shown), unit, page);
        if let Some(RunningTotal { formula: _, per, in_each }) = total {
            let (per, period) = (self.per(per.iter().map(|per| &per.value)), self.period(in_each.value));
            page.item(0, &self.say(Say::TotalPer, &[("per", &per), ("period", &period)]));
        }
        if let Some(currency) = amount_in {
            let currency = match Unit::currency(&currency.text) {
                Some(currency) => currency.name().to_owned(),
                None => self.expression(currency),
            };
            page.item(0, &self.say(Say::AmountIn, &[("currency", &currency)]));
        }
        let events = self.events(on.iter().map(|kind| kind.value.as_str()));
        page.item(0, &self.say(Say::RewardOn, &[("events", &events)]));
        self.conditions(when, Say::RewardWhen, Say::RewardWhenAll, page);
        if let Some(per) = once_per {
            let per = self.per(per.iter().map(|per| &per.value));
            page.item(0, &self.say(Say::OncePer, &[("per", &per)]));
        }
        for (bound, say) in [(at_least, Say::AtLeast), (at_most, Say::AtMost)] {
            if let Some(bound) = bound {
                page.item(0, &self.say(say, &[("amount", &self.amount_of(bound, unit))]));
            }
        }
        let fixed = amount.as_ref().is_none_or(|amount| crate::base::Number::parse(amount.text.trim()).is_some());
        if !fixed || total.is_some() {
            page.item(
                0,
                &self.word(match below_zero.value {
                    BelowZero::GiveNothing => Say::BelowZeroNothing,
                    BelowZero::TakeBack => Say::BelowZeroBack,
                }),
            );
        }
        let is_money = Unit::parse(unit).is_some_and(|unit| unit.is_currency());
        if !fixed || total.is_some() || !self.version.document.campaigns.is_empty() {
            let say = if is_money { Say::RoundedTo } else { Say::Rounded };
            let places = [("unit", &*self.unit(unit)), ("rounding", &*self.rounding(rounding.value))];
            page.item(0, &self.say(say, &places));
        }
        for condition in as_long_as {
            page.item(0, &self.say(Say::AsLongAs, &[("condition", &self.condition(condition))]));
        }
        self.dates(reward, page);
    }

    /// By when a reward or a prize is told, can be paid and is paid, what holds it, and how long it lasts.
    pub(super) fn dates(&self, reward: &Reward, page: &mut Page) {
        let Reward { notify_within, pay_within, payable_after, hold_until, forfeited_after, counted_from, .. } = reward;
        let Reward { hold_while, expires_after, kept_alive_by, .. } = reward;
        page.item(
            0,
            &match notify_within {
                Some(length) => self.say(Say::NotifyWithin, &[("length", &self.length(length.value))]),
                None => self.word(Say::NotifyNone),
            },
        );
        page.item(0, &self.pay_within(pay_within.as_ref().map(|within| within.value)));
        page.item(
            0,
            &match payable_after {
                Some(length) => self.say(Say::PayableAfter, &[("length", &self.length(length.value))]),
                None => self.word(Say::PayableAtOnce),
            },
        );
        if let Some(event) = hold_until {
            page.item(0, &self.say(Say::HoldUntil, &[("event", &self.event(&event.value))]));
        }
        if let Some(length) = forfeited_after {
            page.item(0, &self.say(Say::ForfeitedAfter, &[("length", &self.length(length.value))]));
        }
        if counted_from.value == CountedFrom::Release {
            page.item(0, &self.word(Say::CountedFromRelease));
        }
        if let Some(condition) = hold_while {
            page.item(0, &self.say(Say::HoldWhile, &[("condition", &self.condition(condition))]));
        }
        match expires_after {
            Some(length) => page.item(0, &self.say(Say::ExpiresAfter, &[("length", &self.length(length.value))])),
            None => page.item(0, &self.word(Say::ExpiresNever)),
        }
        if !kept_alive_by.is_empty() {
            let events = self.events(kept_alive_by.iter().map(|kind| kind.value.as_str()));
            page.item(0, &self.say(Say::KeptAlive, &[("events", &events)]));
        }
    }

    fn gives(&self, reward: &Reward, to: Party, amount: Option<String>, unit: &str, page: &mut Page) {
        let total = reward.total.as_ref().map(|total| self.amount_of(&total.formula, unit));
        let say = match (to, &total) {
            (Party::Referrer, None) => Say::RewardReferrer,
            (Party::Referee, None) => Say::RewardReferee,
            (Party::Recruiter, None) => Say::RewardRecruiter,
            (Party::Referrer, Some(_)) => Say::RewardTotalReferrer,
            (Party::Referee, Some(_)) => Say::RewardTotalReferee,
            (Party::Recruiter, Some(_)) => Say::RewardTotalRecruiter,
            (Party::Account, None) => Say::RewardAccount,
            (Party::Account, Some(_)) => Say::RewardTotalAccount,
        };
        let amount = total.or(amount).unwrap_or_else(|| self.amount(crate::base::Number::ONE, unit));
        let account = reward.account.as_ref().map(|account| self.expression(account)).unwrap_or_default();
        let places = [("kind", &*self.kind(reward.kind.value)), ("amount", &*amount), ("account", &*account)];
        page.item(0, &self.say(say, &places));
    }

    /// Conditions that must all hold: one in the sentence, several in a list.
    pub(super) fn conditions(&self, when: &[ExpressionText], one: Say, all: Say, page: &mut Page) {
        match when {
            [] => {}
            [only] => page.item(0, &self.say(one, &[("condition", &self.condition(only))])),
            several => {
                page.item(0, &self.word(all));
                several.iter().for_each(|condition| page.item(1, &format!("{}.", self.condition(condition))));
            }
        }
    }
}
