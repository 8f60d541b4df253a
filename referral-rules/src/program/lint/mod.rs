//! A compiled document becomes warnings: what is allowed and yet hardly meant. Each says only what is certain from the
//! document alone; what depends on facts is left to the author.
mod amounts;
mod assessments;
mod bounds;
mod conditions;
mod cost;
mod counts;
mod dates;
mod events;
mod groups;
mod known;
mod payouts;
mod prizes;
mod reversals;
mod tiers;
mod touches;
mod unused;

pub use cost::{About, Bound, BoundPart, Why};

use super::compiled::{EventKind, Program, Version};
use super::document::{Document, ExpressionText, Reward};
use crate::base::Day;
use crate::diag::{Code, Diagnostic, Span};
use crate::expr::{Compiled, Possible, Slot};
use known::Asked;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// One warning that a sound document may get.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lint {
    /// Its code.
    pub code: Code,
    /// When it is given.
    pub when: &'static str,
}

const fn lint(code: Code, when: &'static str) -> Lint {
    Lint { code, when }
}

/// Every warning, by the number of its code.
///
/// # Example
/// ```
/// use referral_rules::program::lint::LINTS;
/// assert!(LINTS.iter().all(|lint| lint.code.is_lint()));
/// ```
pub const LINTS: &[Lint] = &[
    lint(
        Code::UnreachableTier,
        "Every referrer reaches a later level: it begins at the least count that there is, or its conditions always hold.",
    ),
    lint(Code::TierGap, "An amount needs a tier, and referrers below the first level come to it."),
    lint(
        Code::TableGap,
        "An amount looks a level or a one-of fact up, and the table has neither its row nor `otherwise`.",
    ),
    lint(
        Code::RowNeverAsked,
        "Every look-up into the table has a key out of a closed set, and the row's key is in none.",
    ),
    lint(Code::LimitBelowReward, "A limit's `at_most` is below the least amount of a reward that it covers."),
    lint(Code::BoundAlwaysApplies, "Every amount of a reward is above its `at_most`, or below its `at_least`."),
    lint(Code::BoundsCrossed, "A reward's `at_least` is above its `at_most`."),
    lint(
        Code::CampaignNeverOn,
        "A campaign is over before its version starts, or begins when no referral is judged by it any more.",
    ),
    lint(
        Code::CampaignWithoutReward,
        "A campaign covers no reward, or only rewards on events that come before the moment that must fall into its window.",
    ),
    lint(Code::LimitWithoutReward, "A limit covers no reward, or waits for campaigns that touch none of its rewards."),
    lint(
        Code::EventNeverComes,
        "A clock event is called off by what must have happened before; or it, or one that conditions make, is a stage that can never follow.",
    ),
    lint(
        Code::HoldWithoutEnd,
        "`hold_until` names a stage that can never come after the event of the reward; or no review lets go what a requirement holds from the submission on.",
    ),
    lint(Code::HoldWithoutEffect, "`hold_until` names a stage that has always come by the event of the reward."),
    lint(
        Code::AlwaysTrue,
        "A condition or a term of it is the same whatever the facts are; or it is false for no value, so that it only asks whether there is one.",
    ),
    lint(Code::NeverTrue, "A condition, a term of it, or conditions that must all hold can never be true."),
    lint(Code::NeverGranted, "An amount is always below zero, or reads what is always missing at its event."),
    lint(Code::NoDueDate, "A reward or a prize has no `pay_within`."),
    lint(Code::PayableAfterDue, "`payable_after` is longer than `pay_within`, whatever the calendar."),
    lint(Code::UnusedFact, "No expression of any version reads a declared fact."),
    lint(Code::UnusedList, "No expression names a declared list."),
    lint(Code::UnusedTable, "No expression looks into a declared table."),
    lint(Code::UnusedLadder, "No expression reads a ladder's level."),
    lint(Code::UnusedKind, "No reward, hold, clock event or condition speaks of a declared kind of event."),
    lint(
        Code::PercentAboveHundred,
        "An amount multiplies a fact by more than 100 %, or a discount is more than 100 percent.",
    ),
    lint(
        Code::DigitsBeyondUnit,
        "A constant amount or bound of a reward, or a prize, has more digits after the point than its unit.",
    ),
    lint(Code::BandGap, "Between two bands of a table without `otherwise` there are numbers that can be asked for."),
    lint(Code::NeverWins, "Another member of the group is always there and gives more, or stands before it."),
    lint(Code::UnderWayWithoutEffect, "`under_way` is written, and every reward is granted at submission."),
    lint(Code::UnusedMeasure, "No expression reads a declared measure, and no ladder or contest goes by it."),
    lint(
        Code::GoalOutOfReach,
        "A campaign's goal counts events that come before the moment that must fall into its window.",
    ),
    lint(Code::UnusedDefinition, "No expression uses a definition."),
    lint(
        Code::ReversalWithoutEffect,
        "A reversal covers no reward, comes before all that it could take back, or gives back what it can never have taken.",
    ),
    lint(
        Code::ManyRequiredFields,
        "The items of an assessment of referrals ask with `has` for more than four facts of the referee and the referral.",
    ),
    lint(Code::ContestNeverEnds, "No period of a contest ends while the terms are in force."),
    lint(
        Code::ReachedAgain,
        "A reward waits for a count that equals a number, the count can fall and reach it again, and neither `once_per` nor a limit of one grant lets it come once.",
    ),
    lint(
        Code::TotalOfOtherPeriods,
        "A running total begins anew in other periods (`total_in`) than all counts and measures that it asks.",
    ),
    lint(Code::PayoutWithoutReward, "A payout covers no reward of the document, or payouts before it cover them all."),
    lint(
        Code::MinimumOutOfReach,
        "A payout's `at_least` is above a limit for all time that covers each of its rewards.",
    ),
    lint(
        Code::PayoutAfterDue,
        "A payout's `cut_off` is longer than the `pay_within` of a reward that it pays, whatever the calendar.",
    ),
];

/// An expression that compiled: as written, and checked.
pub(super) struct Checked {
    pub(super) written: ExpressionText,
    pub(super) compiled: Compiled,
}

/// Every expression of a version by its path, such as `reward[0].amount`.
pub(super) type Expressions = BTreeMap<String, Checked>;

/// One version, and all that a lint looks at.
struct Terms<'a> {
    program: &'a Program,
    version: &'a Version,
    document: &'a Document,
    expressions: &'a Expressions,
    /// The documents and expressions of all versions.
    all: &'a [(&'a Document, &'a Expressions)],
    /// When the next version begins.
    followed_on: Option<Day>,
    /// What inputs may be, as far as it has been asked: many expressions ask for the same ones.
    known: RefCell<BTreeMap<Asked, BTreeMap<Slot, Possible>>>,
}

/// The warnings of each document, in the order in which they are given.
pub(super) fn warnings(program: &Program, written: &[(&Document, &Expressions)]) -> Vec<Vec<Diagnostic>> {
    let of = |(document, expressions): &(&Document, &Expressions)| {
        let position = program.versions.iter().position(|version| version.name == document.version.value);
        let Some(version) = position.and_then(|position| program.versions.get(position)) else { return Vec::new() };
        let next = position.and_then(|position| program.versions.get(position.checked_add(1)?));
        let followed_on = next.map(|next| next.first_day);
        let terms =
            Terms { program, version, document, expressions, all: written, followed_on, known: RefCell::default() };
        let mut found = Vec::new();
        for look in [
            tiers::look,
            assessments::look,
            bounds::look,
            groups::look,
            touches::look,
            events::look,
            reversals::look,
            conditions::look,
            counts::look,
            amounts::look,
            dates::look,
            payouts::look,
            prizes::look,
            unused::look,
        ] {
            look(&terms, &mut found);
        }
        found.retain(|warning| !document.accepted.iter().any(|accepted| accepted.holds_for(warning)));
        found
    };
    written.iter().map(of).collect()
}

impl<'a> Terms<'a> {
    fn expression(&self, path: &str) -> Option<&'a Checked> {
        self.expressions.get(path)
    }

    /// The conditions of a key: one under the path itself, several under the path and a number.
    fn conditions(&self, path: &str) -> Vec<(&'a str, &'a Checked)> {
        let several = [path, "["].concat();
        let own = self.expressions.get_key_value(path).into_iter();
        let rest = self.expressions.range(several.clone()..).take_while(|(found, _)| found.starts_with(&several));
        let mut all: Vec<_> = own.chain(rest).map(|(path, checked)| (path.as_str(), checked)).collect();
        all.sort_by_key(|(_, checked)| checked.written.span);
        all
    }

    /// The rewards with their positions.
    fn rewards(&self) -> impl Iterator<Item = (usize, &'a Reward)> + use<'a> {
        self.document.rewards.iter().enumerate()
    }

    /// The positions of the rewards that a campaign may touch.
    fn touched(&self, campaign: usize) -> Vec<usize> {
        let named = |reward: &super::Reward| reward.campaigns.iter().any(|at| usize::from(*at) == campaign);
        let rewards = self.version.rewards.iter().enumerate();
        rewards.filter(|(_, reward)| named(reward)).map(|(at, _)| at).collect()
    }

    /// The positions of the rewards that a limit may cover.
    fn covered(&self, limit: usize) -> Vec<usize> {
        let named = |reward: &super::Reward| reward.limits.iter().any(|at| usize::from(*at) == limit);
        let rewards = self.version.rewards.iter().enumerate();
        rewards.filter(|(_, reward)| named(reward)).map(|(at, _)| at).collect()
    }

    /// The kinds of event of rewards.
    fn kinds_of(&self, rewards: &[usize]) -> Vec<EventKind> {
        rewards
            .iter()
            .filter_map(|at| self.version.rewards.get(*at))
            .flat_map(|reward| reward.on.iter().copied())
            .collect()
    }
}

/// A warning without help; lints add it.
fn warning(code: Code, span: Span, path: impl Into<String>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::warning(code, span, message).path(path)
}

/// `a`, `b` and `c`
fn listed<'t>(words: impl IntoIterator<Item = &'t str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{}`", crate::diag::shown(word))).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::CODES;

    #[test]
    fn every_code_of_a_warning_has_its_line() {
        let lints: Vec<Code> = LINTS.iter().map(|lint| lint.code).collect();
        let codes: Vec<Code> = CODES.iter().map(|(code, _)| *code).filter(|code| code.is_lint()).collect();
        assert_eq!(lints, codes);
    }
}
