//! Payouts in words.
use super::Page;
use super::sentences::Say;
use super::words::Words;
use crate::base::{DayOff, PayoutDay};
use crate::diag::Spanned;
use crate::program::document::Payout;

impl Words<'_> {
    pub(super) fn payouts(&self, page: &mut Page) {
        let payouts = &self.version.document.payouts;
        if payouts.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadPayouts));
        for Payout { span: _, id, rewards, unit, on_day, day_off, cut_off, at_least, fee } in payouts {
            let days: Vec<String> = on_day.iter().map(|day| self.payout_day(day)).collect();
            let (days, unit_word) = (self.listed(&days, Say::And), self.unit(&unit.value));
            let mut said = vec![self.say(Say::Payout, &[("id", &id.value), ("unit", &unit_word), ("days", &days)])];
            said.push(match rewards {
                None => self.word(Say::PayoutCash),
                Some(rewards) => {
                    let rewards = self.codes(rewards.iter().map(|id| id.value.as_str()));
                    self.say(Say::PayoutRewards, &[("rewards", &rewards)])
                }
            });
            said.push(self.word(match day_off.value {
                DayOff::NextBusinessDay => Say::PayoutNextDay,
                DayOff::BusinessDayBefore => Say::PayoutDayBefore,
                DayOff::AsItIs => Say::PayoutAsItIs,
            }));
            said.extend(
                cut_off.as_ref().map(|length| self.say(Say::PayoutCutOff, &[("length", &self.length(length.value))])),
            );
            said.push(match at_least {
                Some(least) => self.say(Say::PayoutAtLeast, &[("amount", &self.amount_of(least, &unit.value))]),
                None => self.word(Say::PayoutNoLeast),
            });
            said.push(match fee {
                Some(fee) => self.say(Say::PayoutFee, &[("amount", &self.amount_of(fee, &unit.value))]),
                None => self.word(Say::PayoutNoFee),
            });
            page.item(0, &said.join(" "));
        }
    }

    fn payout_day(&self, day: &Spanned<PayoutDay>) -> String {
        let written = self.version.text.get(day.span.start..day.span.end).unwrap_or_default();
        match day.value {
            PayoutDay::Every => self.word(Say::DayEvery),
            PayoutDay::Weekly(weekday) => self.say(Say::DayWeekly, &[("day", &self.weekday(weekday))]),
            PayoutDay::Monthly(_) if written.contains("last") => self.word(Say::DayLast),
            PayoutDay::Monthly(day) => self.say(Say::DayMonthly, &[("day", &day.to_string())]),
            PayoutDay::After(length, period) => {
                let places = [("length", &*self.length(length)), ("period", &*self.period(period))];
                self.say(Say::DayAfter, &places)
            }
        }
    }
}
