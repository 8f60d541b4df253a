//! Conditions that are decided before there are any facts.
use super::known::Asked;
use super::{Checked, Terms, warning};
use crate::diag::{Code, Diagnostic, Span};
use crate::expr::{Compiled, Part};
use crate::program::document::Moment;
use crate::program::document::{JudgedAt, OnFailure, Party, Refuses};

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let before = found.len();
    for (path, checked) in terms.expressions {
        let parts = terms.foresee(&terms.asked(path), &|_| None, |foresight| foresight.decided(&checked.compiled));
        let own = parts.iter().filter(|part| !by_data(checked, part));
        found.extend(own.map(|part| decided(path, checked, part)));
    }
    // What is decided by itself is told; only what is not can contradict another.
    let told: Vec<Span> = found.iter().skip(before).map(|warning| warning.span).collect();
    contradictions(terms, &told, found);
}

/// What the program carries under `[data]` may be set to switch a part on or off.
fn by_data(checked: &Checked, part: &Part) -> bool {
    let text = checked.written.text.as_str();
    part.span.map_or(Some(text), |span| text.get(span.start..span.end)).is_some_and(|text| text.contains("data."))
}

fn decided(path: &str, checked: &Checked, part: &Part) -> Diagnostic {
    let written = &checked.written;
    let inside = part.span.unwrap_or(Span::new(0, written.text.len()));
    let text = crate::diag::shown(written.text.get(inside.start..inside.end).unwrap_or_default().trim());
    let span = part.span.map_or(written.span, |span| written.place(span));
    let possible = &part.possible;
    let is_part = part.span.is_some();
    if possible.can_hold() && possible.absent {
        let message = format!("`{text}` is true for every value: it only asks whether there is one");
        let fault = warning(Code::AlwaysTrue, span, path, message);
        return fault.help("write `has(…)` if that is meant, or remove it");
    }
    if possible.can_hold() {
        let help = if is_part { "remove this part, or mend it" } else { "remove the condition, or mend it" };
        return warning(Code::AlwaysTrue, span, path, format!("`{text}` is always true")).help(help);
    }
    let why = if possible.present { "is never true" } else { "is always missing here" };
    warning(Code::NeverTrue, span, path, format!("`{text}` {why}")).help(effect(path, is_part))
}

/// What follows from a condition that is never true.
fn effect(path: &str, is_part: bool) -> &'static str {
    let section = path.split(['[', '.']).next().unwrap_or_default();
    match section {
        _ if is_part => "mend or remove this part",
        _ if path.contains("].released_when") => "mend it: nothing that is held is ever let go",
        _ if path.contains("].voided_when") => "mend it: no review finds a referral void",
        "eligibility" | "validity" | "fraud" => "mend it: it refuses every referral",
        "reward" if path.ends_with("hold_while") => "mend it: it holds nothing that is known",
        "reward" => "mend it: the reward is never granted",
        "campaign" => "mend it: the campaign never applies",
        "limit" => "mend it: the limit never applies",
        "event" => "mend it: the event never comes",
        "reversal" => "mend it: nothing is ever taken back",
        _ => "mend it",
    }
}

/// Conditions that can hold one by one and not together.
fn contradictions(terms: &Terms<'_>, told: &[Span], found: &mut Vec<Diagnostic>) {
    let sound = |checked: &Checked| {
        let span = checked.written.span;
        !told.iter().any(|told| span.start <= told.start && told.end <= span.end)
    };
    let mut requirements: Vec<(Refuses, &Compiled)> = Vec::new();
    for (at, requirement) in terms.document.requirements.iter().enumerate() {
        // What is judged later, or only told, keeps no referral out.
        if requirement.judged_at != JudgedAt::Submitted || requirement.on_failure.value != OnFailure::Refuse {
            continue;
        }
        let heading = requirement.heading;
        let number = terms.document.requirements.iter().take(at).filter(|other| other.heading == heading).count();
        let path =
            format!("{}[{number}].require", terms.version.requirements.get(at).map_or("", |found| found.heading));
        for (path, checked) in terms.conditions(&path).into_iter().filter(|(_, checked)| sound(checked)) {
            let refuses = requirement.refuses.value;
            let mut all = of_side(&requirements, refuses);
            all.push(&checked.compiled);
            let asked = Asked::AtSubmission;
            if terms.foresee(&asked, &|_| None, |foresight| foresight.can_hold_together(&all)) {
                requirements.push((refuses, &checked.compiled));
                continue;
            }
            let message = format!("no referral can pass `{}` and the requirements above it", requirement.code.value);
            let fault = warning(Code::NeverTrue, checked.written.span, path, message);
            found.push(fault.help("mend it: what passes the one is refused by the other"));
        }
    }
    // Only referrals that were submitted under these terms have passed these requirements.
    if terms.version.governs_at != Moment::Submitted {
        requirements.clear();
    }
    let rewards = terms.rewards().map(|(at, reward)| {
        let side = if reward.to.value == Party::Referee { Refuses::Referee } else { Refuses::Referrer };
        (format!("reward[{at}].when"), "the reward is never granted", of_side(&requirements, side))
    });
    let both = of_side(&requirements, Refuses::Both);
    let campaigns = (0..terms.document.campaigns.len())
        .map(|at| (format!("campaign[{at}].when"), "the campaign never applies", both.clone()));
    let limits = (0..terms.document.limits.len())
        .map(|at| (format!("limit[{at}].when"), "the limit never applies", both.clone()));
    for (path, effect, above) in rewards.chain(campaigns).chain(limits) {
        let mut all = above;
        for (path, checked) in terms.conditions(&path).into_iter().filter(|(_, checked)| sound(checked)) {
            all.push(&checked.compiled);
            if !terms.foresee(&terms.asked(path), &|_| None, |foresight| foresight.can_hold_together(&all)) {
                let text = crate::diag::shown(&checked.written.text);
                let message = format!("`{text}` cannot hold together with the requirements and conditions before it");
                let fault = warning(Code::NeverTrue, checked.written.span, path, message);
                found.push(fault.help(format!("mend it: {effect}")));
                break;
            }
        }
    }
}

/// The conditions that must have held for the side to get anything.
fn of_side<'c>(requirements: &[(Refuses, &'c Compiled)], side: Refuses) -> Vec<&'c Compiled> {
    let holds = |refuses: Refuses| refuses == Refuses::Both || refuses == side;
    requirements.iter().filter(|(refuses, _)| holds(*refuses)).map(|(_, compiled)| *compiled).collect()
}
