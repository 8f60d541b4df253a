//! The most that the prizes of contests can cost: one place of each contest, as often as its periods end.
use super::cost::{BoundPart, Costing, Why};
use super::{Terms, warning};
use crate::base::{Day, Number, Period};
use crate::diag::{Code, Diagnostic};
use crate::program::compiled::Reward;
use crate::program::contests::Contest;
use crate::program::document::Ties;
use rust_decimal::Decimal;

impl Costing<'_, '_> {
    /// One part for each contest with prizes in the unit that no limit covers: a place has one of them.
    pub(super) fn contests(&self) -> Vec<BoundPart> {
        let contests = self.terms.version.contests.iter();
        contests.filter_map(|contest| self.contest(contest)).collect()
    }

    fn contest(&self, contest: &Contest) -> Option<BoundPart> {
        let version = self.terms.version;
        let rules = contest.prizes.iter().filter_map(|prize| version.rewards.get(usize::from(prize.rule)));
        let own: Vec<&Reward> =
            rules.filter(|reward| reward.unit.name() == self.unit && reward.limits.is_empty()).collect();
        let each = own.iter().filter_map(|reward| self.prize(contest, reward)).max()?;
        let rewards = own.iter().map(|reward| self.reward_id(reward)).collect();
        Some(BoundPart { rewards, ..self.of_periods(contest, each) })
    }

    /// What one prize can cost that limits cover.
    pub(super) fn single_prize(&self, reward: &Reward) -> Option<BoundPart> {
        let contest = self.contest_of(reward)?;
        Some(self.of_periods(contest, self.prize(contest, reward)?))
    }

    pub(super) fn contest_of(&self, reward: &Reward) -> Option<&Contest> {
        let contests = self.terms.version.contests.iter();
        contests.into_iter().find(|contest| contest.prizes.iter().any(|prize| reward.on.contains(&prize.kind)))
    }

    fn of_periods(&self, contest: &Contest, each: Decimal) -> BoundPart {
        match times(self.terms, contest) {
            Some(times) => {
                let most = Decimal::from(times).checked_mul(each);
                BoundPart { times: Some(times), each: Some(each), most, ..self.part(Why::Events) }
            }
            None => BoundPart {
                each: Some(each),
                event: crate::program::contests::CONTEST_KIND.to_owned(),
                ..self.part(Why::Repeats)
            },
        }
    }

    /// The most that one place gets of a prize. Of what several places get together each has its part, which is not more than the best of
    /// their prizes; to the unit's last digit parts can differ by one.
    fn prize(&self, contest: &Contest, reward: &Reward) -> Option<Decimal> {
        let digits = reward.unit.digits();
        let amount =
            |reward: &Reward| reward.rounding.settle(Number::parse(reward.amount.source())?, reward.unit.digits());
        let minor = match contest.ties {
            Ties::Share | Ties::FirstToReach => amount(reward)?,
            Ties::Split => {
                let all =
                    contest.prizes.iter().filter_map(|prize| self.terms.version.rewards.get(usize::from(prize.rule)));
                all.filter_map(amount).max()?.checked_add(1)?
            }
        };
        Number::from_scaled(i128::from(minor), digits)?.to_decimal().map(|mut amount| {
            amount.rescale(digits);
            amount
        })
    }
}

/// How often a contest can end while a version is in force; nothing if there is no last time.
fn times(terms: &Terms<'_>, contest: &Contest) -> Option<i64> {
    let version = terms.version;
    let in_each = terms.program.period_of(contest);
    let before_next = terms.followed_on.and_then(|day| day.checked_add_days(-1));
    let last = [contest.last_day, version.last_day, before_next].into_iter().flatten().min()?;
    if in_each == Period::Lifetime {
        return Some(i64::from(contest.last_day.is_some_and(|day| version.first_day <= day && day <= last)));
    }
    let mut count = 0_i64;
    let mut day: Day = version.first_day;
    while let Some(next) = in_each.next_first_day(day) {
        let Some(end) = next.checked_add_days(-1).filter(|end| *end <= last) else { break };
        count = count.saturating_add(i64::from(contest.ends_with(in_each, end).is_some()));
        day = next;
    }
    Some(count)
}

/// Contests of which no period ends while the terms are in force.
pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, contest) in terms.version.contests.iter().enumerate() {
        if times(terms, contest) == Some(0) {
            let message = format!("no period of the contest `{}` ends while these terms are in force", contest.id);
            let fault = warning(Code::ContestNeverEnds, contest.span, format!("contest[{at}]"), message);
            found.push(
                fault.help("mend its days or the period of its measure, or leave it to the terms under which it ends"),
            );
        }
    }
}
