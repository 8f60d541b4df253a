//! Contests in words.
use super::Page;
use super::language::{plain, title_of};
use super::sentences::Say;
use super::words::Words;
use crate::base::Period;
use crate::program::document::{Contest, ExpressionText, Prize, Ties};

impl Words<'_> {
    pub(super) fn contests(&self, page: &mut Page) {
        let contests = &self.version.document.contests;
        if contests.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadContests));
        contests.iter().for_each(|contest| self.contest(contest, page));
    }

    fn contest(&self, contest: &Contest, page: &mut Page) {
        let Contest { span: _, id, by, first_day, last_day, at_least, when, ties, ticket_for_each, prizes } = contest;
        page.heading(3, &title_of("", &id.value));
        let measures = &self.version.document.measures;
        let period =
            measures.iter().find(|measure| measure.name.value == by.value).map(|measure| measure.in_each.value);
        page.item(0, &self.say(Say::ContestBy, &[("measure", &self.value_of(&by.value))]));
        let last = last_day.map(|day| day.value.to_string()).unwrap_or_default();
        match period {
            Some(period) if period != Period::Lifetime => {
                page.item(0, &self.say(Say::ContestPeriod, &[("period", &self.period(period))]));
                if let Some(first) = first_day {
                    page.item(0, &self.say(Say::ContestFirst, &[("day", &first.value.to_string())]));
                }
                if last_day.is_some() {
                    page.item(0, &self.say(Say::ContestLast, &[("day", &last)]));
                }
            }
            _ => page.item(0, &self.say(Say::ContestEnds, &[("day", &last)])),
        }
        page.item(
            0,
            &match at_least {
                Some(least) => self.say(Say::ContestAtLeast, &[("number", &self.language.number(least.value))]),
                None => self.word(Say::ContestAny),
            },
        );
        self.conditions(when, Say::ContestWhen, Say::ContestWhenAll, page);
        page.item(
            0,
            &self.word(match ties.value {
                Ties::Share => Say::TiesShare,
                Ties::Split => Say::TiesSplit,
                Ties::FirstToReach => Say::TiesFirst,
            }),
        );
        if let Some(each) = ticket_for_each {
            page.item(0, &self.say(Say::ContestTickets, &[("number", &self.language.number(each.value))]));
        }
        prizes.iter().for_each(|prize| self.prize(prize, page));
    }

    /// A prize: which places get what, by when.
    pub(super) fn prize(&self, prize: &Prize, page: &mut Page) {
        let Prize { first, last, span: _, reward } = prize;
        let unit = reward.unit_name(&self.version.document.currency.value);
        let title = reward.label.as_ref().map_or_else(String::new, |label| plain(&label.value));
        page.heading(4, &title_of(&title, &reward.id.value));
        let shown = |written: &ExpressionText| self.amount_of(written, unit);
        let amount = reward.amount.as_ref().map(shown);
        let amount = amount.unwrap_or_else(|| self.amount(crate::base::Number::ONE, unit));
        let (first_place, last_place) = (first.to_string(), last.to_string());
        let places = [
            ("first", first_place.as_str()),
            ("last", last_place.as_str()),
            ("kind", &*self.kind(reward.kind.value)),
            ("amount", &*amount),
        ];
        page.item(0, &self.say(if first == last { Say::PrizeOfPlace } else { Say::PrizeOfPlaces }, &places));
        self.dates(reward, page);
    }
}
