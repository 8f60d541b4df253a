//! Windows, clock events and holds that can never come, or have always come already.
use super::known::{Had, had};
use super::{Terms, listed, warning};
use crate::diag::{Code, Diagnostic};
use crate::program::compiled::{EventKind, Measure};
use crate::program::document::{JudgedAt, Moment, UnderWay};

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    campaigns(terms, found);
    clocks(terms, found);
    made(terms, found);
    holds(terms, found);
    reviews(terms, found);
    under_way(terms, found);
}

/// After the last day nothing is submitted any more, so only later events can bring something.
fn under_way(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let written = terms.document.in_force.under_way;
    let at_submission = |kind: EventKind| kind == EventKind::SUBMITTED;
    let all = terms.version.rewards.iter().flat_map(|reward| &reward.on).all(|kind| at_submission(*kind));
    if written.value != UnderWay::GoOn && terms.version.governs_at == Moment::Submitted && all {
        let message = "`under_way` makes no difference: every reward is granted at submission";
        let fault = warning(Code::UnderWayWithoutEffect, written.span, "in_force.under_way", message);
        found.push(fault.help("remove it: after the last day no referral is accepted"));
    }
}

fn campaigns(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let version = terms.version;
    for (at, campaign) in terms.document.campaigns.iter().enumerate() {
        let counts = campaign.counts_if_in_window.value;
        // The moment lies on or after the first day if the version is looked up by it, or by the submission before it.
        let from_first_day = version.governs_at == Moment::Submitted || version.governs_at == counts;
        if from_first_day && campaign.last_day.value < version.first_day {
            let message = format!(
                "the campaign `{}` ends on {}, before these terms begin on {}",
                campaign.id.value, campaign.last_day.value, version.first_day
            );
            let fault =
                warning(Code::CampaignNeverOn, campaign.last_day.span, format!("campaign[{at}].last_day"), message);
            found.push(fault.help("remove it, or mend its days"));
        }
        if (version.governs_at, counts) != (Moment::Submitted, Moment::Submitted) {
            continue;
        }
        let over = version.last_day.map(|last| (campaign.first_day.value > last, format!("end on {last}")));
        let followed = terms
            .followed_on
            .map(|next| (campaign.first_day.value >= next, format!("are followed by others on {next}")));
        if let Some((_, why)) = over.into_iter().chain(followed).find(|(too_late, _)| *too_late) {
            let message = format!(
                "the campaign `{}` begins on {}, and these terms {why}",
                campaign.id.value, campaign.first_day.value
            );
            let fault =
                warning(Code::CampaignNeverOn, campaign.first_day.span, format!("campaign[{at}].first_day"), message);
            found.push(fault.help("move it to the terms that follow, or mend its days"));
        }
    }
}

fn clocks(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, event) in terms.document.events.iter().enumerate() {
        let (Some(clock), Some(kind)) = (&event.clock, terms.program.kind(&event.kind.value)) else { continue };
        let Some(from) = terms.program.kind(&clock.from.value) else { continue };
        for (position, unless) in clock.unless.iter().enumerate() {
            if terms.program.kind(&unless.value).is_some_and(|unless| comes_before(unless, from)) {
                let message = format!(
                    "the event `{}` never comes: every referral has had `{}` by then",
                    event.kind.value, unless.value
                );
                let path = format!("event[{at}].unless[{position}]");
                let fault = warning(Code::EventNeverComes, unless.span, path, message);
                found.push(fault.help("name only kinds that may or may not have come"));
            }
        }
        if kind.is_stage() && !may_still_come(kind, from) {
            let message = format!(
                "the event `{}` never comes: after `{}` a referral cannot become it",
                event.kind.value, clock.from.value
            );
            let fault = warning(Code::EventNeverComes, clock.from.span, format!("event[{at}].from"), message);
            found.push(fault.help("count it from an earlier event, or declare a kind of your own"));
        }
    }
}

/// A stage that conditions make must be able to follow one of the events at which they are read.
fn made(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, event) in terms.document.events.iter().enumerate() {
        let (Some(made), Some(kind)) = (&event.made, terms.program.kind(&event.kind.value)) else { continue };
        let follows = |on: &EventKind| !on.is_stage() || on.followed_by().contains(&kind);
        let on: Option<Vec<EventKind>> = made.on.iter().map(|on| terms.program.kind(&on.value)).collect();
        let Some(on) = on.filter(|on| kind.is_stage() && event.implies.is_empty() && !on.iter().any(follows)) else {
            continue;
        };
        let Some(first) = made.on.first().filter(|_| !on.is_empty()) else { continue };
        let names = listed(made.on.iter().map(|on| on.value.as_str()));
        let message =
            format!("the event `{}` never comes: right after {names} a referral cannot become it", event.kind.value);
        let fault = warning(Code::EventNeverComes, first.span, format!("event[{at}].on"), message);
        found.push(fault.help("read its condition at an event that it may follow, or declare a kind of your own"));
    }
}

fn holds(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, reward) in terms.rewards() {
        let Some(until) = &reward.hold_until else { continue };
        let Some(awaited) = terms.program.kind(&until.value) else { continue };
        let kinds: Option<Vec<EventKind>> = reward.on.iter().map(|on| terms.program.kind(&on.value)).collect();
        let Some(on) = kinds.filter(|on| !on.is_empty()) else { continue };
        let names = listed(reward.on.iter().map(|on| on.value.as_str()));
        let path = format!("reward[{at}].hold_until");
        if on.iter().all(|on| comes_before(awaited, *on)) {
            let message = format!("`{}` holds nothing: by {names} every referral has had it", until.value);
            let fault = warning(Code::HoldWithoutEffect, until.span, path, message);
            found.push(fault.help("name an event that comes later, or remove it"));
        } else if awaited.is_stage() && !on.iter().any(|on| may_have_come(awaited, *on)) {
            let message = format!(
                "the reward `{}` is held for ever: `{}` cannot come before or after {names}",
                reward.id.value, until.value
            );
            let fault = warning(Code::HoldWithoutEnd, until.span, path, message);
            found.push(fault.help("name an event that may still come"));
        }
    }
}

/// What is held from the submission on is let go by a review, or never.
fn reviews(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, requirement) in terms.document.requirements.iter().enumerate() {
        let Some(review) = &requirement.review else { continue };
        if requirement.judged_at != JudgedAt::Submitted || !review.released_when.is_empty() {
            continue;
        }
        let before = terms.document.requirements.iter().take(at);
        let number = before.filter(|other| other.heading == requirement.heading).count();
        let message = format!("what fails `{}` is held for ever: no review lets it go", requirement.code.value);
        let path = format!("{}[{number}].voided_when", requirement.heading.word());
        let fault = warning(Code::HoldWithoutEnd, requirement.code.span, path, message);
        found.push(fault.help("say with `released_when` what lets it go"));
    }
}

/// True if every referral with an event of the one kind has had, or just has, one of the other.
fn comes_before(kind: EventKind, event: EventKind) -> bool {
    let stage = Measure::ALL.into_iter().find(|measure| measure.index() == kind.index());
    kind == event || stage.is_some_and(|stage| had(stage, event) == Had::Always)
}

/// True if the stage may follow the event, or a stage that may come after it.
pub(super) fn may_still_come(kind: EventKind, event: EventKind) -> bool {
    let mut reached = vec![event];
    let mut next = 0;
    while let Some(stage) = reached.get(next).copied() {
        next = next.saturating_add(1);
        if !stage.is_stage() {
            return true;
        }
        for stage in stage.followed_by() {
            if *stage == kind {
                return true;
            }
            if !reached.contains(stage) {
                reached.push(*stage);
            }
        }
    }
    false
}

/// True if the stage may come after the event, or may have come before it.
fn may_have_come(kind: EventKind, event: EventKind) -> bool {
    may_still_come(kind, event) || may_still_come(event, kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_come_follows_the_table_of_stages() {
        assert!(may_still_come(EventKind::CLOSED, EventKind::NURTURE), "by way of qualified");
        assert!(!may_still_come(EventKind::EXPIRED, EventKind::CLOSED));
        assert!(may_still_come(EventKind::EXPIRED, EventKind(8)), "a declared kind comes at any time");
        assert!(comes_before(EventKind::QUALIFIED, EventKind::CLOSED));
        assert!(!comes_before(EventKind::OPPORTUNITY, EventKind::CLOSED));
        assert!(may_have_come(EventKind::NURTURE, EventKind::QUALIFIED));
        assert!(!may_have_come(EventKind::LOST, EventKind::CLOSED));
    }
}
