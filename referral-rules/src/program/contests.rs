//! Contests, compiled: what a period's places get, and when periods end.
use super::compile::Compiling;
use super::compiled::{DeclaredMeasure, EventKind, Program, Reward, Version};
use super::document::{self, Document, Ties};
use super::names::Scopes;
use super::paths::{numbered, under};
use crate::base::limits::REWARDS_MAX;
use crate::base::{Day, Instant, Number, Period};
use crate::diag::Span;
use crate::expr::Compiled;

/// A contest.
#[derive(Debug)]
pub struct Contest {
    /// The id.
    pub id: String,
    /// The position in [`Program::measures`].
    pub measure: u16,
    /// No period begins before this day.
    pub first_day: Option<Day>,
    /// No period ends after this day; over the lifetime the day with which it ends.
    pub last_day: Option<Day>,
    /// How much one must have to take part; more than nothing where it is not said.
    pub at_least: Option<Number>,
    /// All must hold for who takes part.
    pub when: Vec<Compiled>,
    /// What becomes of those who have the same.
    pub ties: Ties,
    /// How much is a ticket of a draw.
    pub ticket_for_each: Option<Number>,
    /// What places get.
    pub prizes: Vec<Prize>,
    /// Where it stands in the document.
    pub span: Span,
}

/// When contests end.
#[derive(Clone, Default, Debug)]
pub struct ContestEnds(Vec<Ending>);

/// When one contest of one version ends.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Ending {
    measure: u16,
    in_each: Period,
    first_day: Option<Day>,
    last_day: Option<Day>,
    /// When the version is the one in force: on one of those days places are asked, if only of a period that runs.
    in_force: (Day, Option<Day>),
}

impl Ending {
    /// The last day of the contest's period that holds a day.
    fn last(&self, day: Day) -> Option<Day> {
        let last = match self.in_each {
            Period::Lifetime => self.last_day.filter(|last| day <= *last)?,
            in_each => {
                let last = in_each.next_first_day(day)?.checked_add_days(-1)?;
                let begins = self.first_day.is_none_or(|first| first <= in_each.first_day(day));
                (begins && self.last_day.is_none_or(|own| last <= own)).then_some(last)?
            }
        };
        (self.in_force.0 <= last && self.in_force.1.is_none_or(|until| day <= until)).then_some(last)
    }
}

impl ContestEnds {
    /// When the contests of versions end, in their order; nothing where there are none.
    pub(super) fn read(versions: &[Version], measures: &[DeclaredMeasure]) -> Option<Self> {
        let next = versions.iter().skip(1).map(|next| next.first_day.checked_add_days(-1));
        let mut out = Vec::new();
        for (version, before_next) in versions.iter().zip(next.chain([None])) {
            let until = before_next.into_iter().chain(version.last_day).min();
            out.extend(version.contests.iter().map(|contest| Ending {
                measure: contest.measure,
                in_each: period_of(measures, contest),
                first_day: contest.first_day,
                last_day: contest.last_day,
                in_force: (version.first_day, until),
            }));
        }
        (!out.is_empty()).then_some(Self(out))
    }

    /// The last days of the periods that hold a day and that a contest ends with.
    pub fn of(&self, day: Day) -> impl Iterator<Item = Day> {
        self.0.iter().filter_map(move |one| one.last(day))
    }

    /// Whether what counts for a measure on a day is asked for when some contest ends.
    pub fn asks(&self, measure: u16, day: Day) -> bool {
        self.0.iter().any(|one| one.measure == measure && one.last(day).is_some())
    }
}

/// What each of some places gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prize {
    /// The first place.
    pub first: u32,
    /// The last one.
    pub last: u32,
    /// The position of its rule in the version.
    pub rule: u16,
    /// The kind of event that only this rule answers.
    pub kind: EventKind,
}

impl Contest {
    /// The prize of a place.
    pub fn prize_of(&self, place: u32) -> Option<&Prize> {
        self.prizes.iter().find(|prize| (prize.first..=prize.last).contains(&place))
    }

    /// The first day of the period that ends with a day, if one of this contest does.
    pub fn ends_with(&self, in_each: Period, last: Day) -> Option<Day> {
        if in_each == Period::Lifetime {
            return (self.last_day == Some(last)).then(|| in_each.first_day(last));
        }
        let next = last.checked_add_days(1);
        let first = in_each.first_day(last);
        let within = self.first_day.is_none_or(|day| day <= first) && self.last_day.is_none_or(|day| last <= day);
        (within && next.is_some() && in_each.next_first_day(last) == next).then_some(first)
    }

    /// Whether one with this much takes part, if the conditions hold.
    pub fn is_enough(&self, value: Number) -> bool {
        self.at_least.map_or(value > Number::ZERO, |least| value >= least)
    }
}

fn period_of(measures: &[DeclaredMeasure], contest: &Contest) -> Period {
    measures.get(usize::from(contest.measure)).map_or(Period::Lifetime, |measure| measure.in_each)
}

impl EventKind {
    /// The kind of event that only one prize answers, by the number of its rule; no event of a book is of such a kind.
    pub fn prize(number: u16) -> Self {
        Self(PRIZES_FROM.saturating_add(number))
    }

    /// Whether it is that of a prize.
    pub const fn is_prize(self) -> bool {
        self.0 >= PRIZES_FROM && self.0 < u16::MAX
    }
}

/// Above all kinds that a program can declare.
const PRIZES_FROM: u16 = 1_000;

/// The word for what grants prizes, where entries name the kind of event.
pub(crate) const CONTEST_KIND: &str = "contest";

impl Program {
    /// Whether there are contests.
    pub fn holds_contests(&self) -> bool {
        self.contest_ends.is_some()
    }

    /// Whether some contest goes by a measure.
    pub fn is_contested(&self, measure: u16) -> bool {
        self.versions.iter().flat_map(|version| &version.contests).any(|contest| contest.measure == measure)
    }

    /// The names of the measures that contests go by.
    pub fn contested_measures(&self) -> impl Iterator<Item = &str> {
        let contested = (0_u16..).zip(&self.measures).filter(|(number, _)| self.is_contested(*number));
        contested.map(|(_, measure)| measure.name.as_str())
    }

    /// The period of a contest.
    pub fn period_of(&self, contest: &Contest) -> Period {
        period_of(&self.measures, contest)
    }

    /// Whether a contest's period that holds an instant has ended by another.
    pub fn a_contest_ended(&self, at: i64, by: i64, ends: &ContestEnds) -> bool {
        at < by && ends.of(self.zone.day_of(Instant(at))).filter_map(|last| self.end_of(last)).any(|end| end <= by)
    }

    /// The first instant after a day.
    pub fn end_of(&self, last: Day) -> Option<i64> {
        last.checked_add_days(1).map(|next| self.zone.first_instant(next).0)
    }
}

impl Version {
    /// The position of the only rule that answers the kind of event of a prize.
    pub(super) fn prize_on(&self, kind: EventKind) -> &[u16] {
        self.prize_rules.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, rule)| rule)
    }
}

impl Compiling<'_> {
    /// Contests in order, and the rules of their prizes, which follow on so many rewards.
    pub(super) fn contests(
        &mut self,
        document: &Document,
        rewards: usize,
        scopes: &Scopes,
    ) -> (Vec<Contest>, Vec<Reward>) {
        let (mut contests, mut rules) = (Vec::new(), Vec::new());
        for (at, written) in document.contests.iter().enumerate() {
            let path = numbered("contest", at);
            let when = self.conditions(&written.when, &scopes.event, &under(&path, "when"));
            let mut prizes = Vec::with_capacity(written.prizes.len());
            for (number, prize) in written.prizes.iter().enumerate() {
                let place = format!("{path}.prizes[{number}]");
                let Some(rule) = self.reward(&place, &prize.reward, document, scopes, &scopes.event) else { continue };
                let kind = EventKind::prize(rule.number);
                let position = u16::try_from(rewards.saturating_add(rules.len())).unwrap_or(u16::MAX);
                prizes.push(Prize { first: prize.first, last: prize.last, rule: position, kind });
                rules.push(Reward { on: vec![kind], ..rule });
            }
            let measure = self.numbers.measures.iter().position(|measure| measure.name == written.by.value);
            let Some(measure) = measure.and_then(|measure| u16::try_from(measure).ok()) else { continue };
            contests.push(contest(written, measure, when, prizes));
        }
        self.at_most_rules(document, rewards.saturating_add(rules.len()));
        (contests, rules)
    }

    /// Prizes are rules like rewards, and no more of both fit than of rewards.
    fn at_most_rules(&mut self, document: &Document, found: usize) {
        let Some(last) = document.contests.last().filter(|_| found > REWARDS_MAX) else { return };
        let message = format!("there are {found} rewards and prizes, {REWARDS_MAX} fit");
        let fault = crate::diag::Diagnostic::error(crate::diag::Code::TooLarge, last.span, message).path("contest");
        self.diagnostics.push(fault.help("give several places one prize: `places = [4, 10]`"));
    }
}

fn contest(written: &document::Contest, measure: u16, when: Vec<Compiled>, prizes: Vec<Prize>) -> Contest {
    Contest {
        id: written.id.value.clone(),
        measure,
        first_day: written.first_day.map(|day| day.value),
        last_day: written.last_day.map(|day| day.value),
        at_least: written.at_least.map(|least| least.value),
        when,
        ties: written.ties.value,
        ticket_for_each: written.ticket_for_each.map(|each| each.value),
        prizes,
        span: written.id.span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::EVENT_KINDS_MAX;

    #[test]
    fn no_kind_of_event_is_that_of_a_prize() {
        assert!(!EventKind(u16::try_from(EVENT_KINDS_MAX).unwrap()).is_prize());
        assert!(EventKind::prize(0).is_prize() && EventKind::prize(64_000).is_prize());
    }
}
