//! Conditions that are decided before there are any facts.
use super::known::Asked;
use super::{Checked, Terms, warning};
use crate::diag::{Code, Diagnostic, Span};
use crate::expr::{Compiled, Part};
use crate::program::compiled::{EventKind, Owner, Source};
use crate::program::document::Moment;
use crate::program::document::{JudgedAt, OnFailure, Party, Refuses};

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let before = found.len();
    let all: Vec<Decided<'_>> = terms
        .expressions
        .iter()
        .map(|(path, checked)| {
            let asked = terms.asked(path);
            let parts = terms.foresee(&asked, &|_| None, |foresight| foresight.decided(&checked.compiled));
            Decided { path, checked, parts }
        })
        .collect();
    for one in &all {
        let own = one.parts.iter().filter(|part| !by_data(one.checked, part) && wherever_it_stands(one, part, &all));
        found.extend(own.map(|part| decided(terms, one.path, one.checked, part)));
    }
    // What is decided by itself is told; only what is not can contradict another.
    let told: Vec<Span> = found.iter().skip(before).map(|warning| warning.span).collect();
    contradictions(terms, &told, found);
}

/// An expression with its parts that are decided.
struct Decided<'t> {
    path: &'t str,
    checked: &'t Checked,
    parts: Vec<Part>,
}

/// A part of a definition is told if it is decided wherever the definition stands: what is idle in one place is at work in another.
fn wherever_it_stands(one: &Decided<'_>, part: &Part, all: &[Decided<'_>]) -> bool {
    let Some(inside) = part.span else { return true };
    let (place, text) = (one.checked.written.place(inside), one.checked.written.text.get(inside.start..inside.end));
    let stands = |other: &Decided<'_>| {
        let mut found = text.into_iter().flat_map(|text| other.checked.written.text.match_indices(text));
        found.any(|(at, text)| other.checked.written.place(Span::new(at, at.saturating_add(text.len()))) == place)
    };
    let same = |other: &Decided<'_>| {
        let mut here = other.parts.iter().filter(|there| there.possible.can_hold() == part.possible.can_hold());
        here.any(|there| there.span.is_some_and(|span| other.checked.written.place(span) == place))
    };
    all.iter().all(|other| same(other) || !stands(other))
}

/// What the program carries under `[data]` may be set to switch a part on or off.
fn by_data(checked: &Checked, part: &Part) -> bool {
    let text = checked.written.text.as_str();
    part.span.map_or(Some(text), |span| text.get(span.start..span.end)).is_some_and(|text| text.contains("data."))
}

fn decided(terms: &Terms<'_>, path: &str, checked: &Checked, part: &Part) -> Diagnostic {
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
    warning(Code::NeverTrue, span, path, format!("`{text}` {why}")).help(effect(terms, path, is_part))
}

/// What follows from a condition that is never true.
fn effect(terms: &Terms<'_>, path: &str, is_part: bool) -> &'static str {
    let section = path.split(['[', '.']).next().unwrap_or_default();
    match section {
        _ if is_part => "mend or remove this part",
        _ if path.contains("].released_when") => "mend it: nothing that is held is ever let go",
        _ if path.contains("].voided_when") => "mend it: no review finds a referral void",
        "eligibility" | "validity" | "fraud" => failing(terms, path),
        "reward" if path.ends_with("hold_while") => "mend it: it holds nothing that is known",
        "reward" => "mend it: the reward is never granted",
        "campaign" => "mend it: the campaign never applies",
        "limit" => "mend it: the limit never applies",
        "event" => "mend it: the event never comes",
        "reversal" => "mend it: nothing is ever taken back",
        _ => "mend it",
    }
}

/// What follows from a requirement that is never met.
fn failing(terms: &Terms<'_>, path: &str) -> &'static str {
    let (heading, rest) = path.split_once('[').unwrap_or_default();
    let number = rest.split(']').next().and_then(|number| number.parse().ok());
    let mut under = terms.document.requirements.iter().filter(|one| one.heading.word() == heading);
    match number.and_then(|number| under.nth(number)).map(|requirement| requirement.on_failure.value) {
        Some(OnFailure::Disqualify) => "mend it: every such event disqualifies its referral",
        Some(OnFailure::Nurture) => "mend it: every such event puts its referral into nurture",
        Some(OnFailure::IgnoreEvent) => "mend it: no such event is taken in",
        Some(OnFailure::Hold) => "mend it: it holds everything that it is about",
        Some(OnFailure::Flag) => "mend it: it flags everything that it is about",
        Some(OnFailure::Refuse) | None => "mend it: it refuses every referral",
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
        (format!("reward[{at}].when"), "the reward is never granted", side)
    });
    let campaigns = (0..terms.document.campaigns.len())
        .map(|at| (format!("campaign[{at}].when"), "the campaign never applies", Refuses::Both));
    let limits = (0..terms.document.limits.len())
        .map(|at| (format!("limit[{at}].when"), "the limit never applies", Refuses::Both));
    let lasting: Vec<(Refuses, &Compiled)> =
        requirements.iter().copied().filter(|(_, condition)| !may_change(terms, condition)).collect();
    for (path, effect, side) in rewards.chain(campaigns).chain(limits) {
        // A later event may find another state of the accounts than the submission.
        let later = terms.asked(&path) != Asked::At(vec![EventKind::SUBMITTED]);
        let mut all = of_side(if later { &lasting } else { &requirements }, side);
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

/// Whether what the condition asks may be another at a later event: accounts have a history, and counts go on.
fn may_change(terms: &Terms<'_>, condition: &Compiled) -> bool {
    let changes = |source: &Source| match source {
        Source::Fact(number) => {
            let fact = terms.program.facts.get(usize::from(*number));
            fact.is_some_and(|fact| matches!(fact.owner, Owner::Referrer | Owner::Referee))
        }
        Source::Declared(_) | Source::Measure(_) | Source::OpenCount => true,
        _ => false,
    };
    condition.inputs().iter().any(|slot| terms.program.slots.get(usize::from(slot.0)).is_some_and(changes))
}

/// The conditions that must have held for the side to get anything.
fn of_side<'c>(requirements: &[(Refuses, &'c Compiled)], side: Refuses) -> Vec<&'c Compiled> {
    let holds = |refuses: Refuses| refuses == Refuses::Both || refuses == side;
    requirements.iter().filter(|(refuses, _)| holds(*refuses)).map(|(_, compiled)| *compiled).collect()
}
