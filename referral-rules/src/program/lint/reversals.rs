//! Reversals that can never take anything back, or give it back.
use super::events::may_still_come;
use super::{Terms, listed, warning};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::program::compiled::EventKind;
use crate::program::document::Reversal;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, reversal) in terms.document.reversals.iter().enumerate() {
        takes_nothing(terms, at, reversal, found);
        gives_nothing_back(terms, at, reversal, found);
    }
}

/// Whether an event of a kind may come after one of another: nothing comes before the submission.
fn may_follow(kind: EventKind, event: EventKind) -> bool {
    kind != EventKind::SUBMITTED && (!kind.is_stage() || may_still_come(kind, event))
}

fn kinds(terms: &Terms<'_>, names: &[Spanned<String>]) -> Vec<EventKind> {
    names.iter().filter_map(|name| terms.program.kind(&name.value)).collect()
}

fn takes_nothing(terms: &Terms<'_>, at: usize, reversal: &Reversal, found: &mut Vec<Diagnostic>) {
    let position = u16::try_from(at).ok();
    let rewards = terms.version.rewards.iter().enumerate();
    let covered: Vec<usize> = rewards
        .filter(|(_, reward)| position.is_some_and(|position| reward.reversals.contains(&position)))
        .map(|(at, _)| at)
        .collect();
    let id = &reversal.id.value;
    if covered.is_empty() {
        let message = format!("the reversal `{id}` takes nothing back: there is no reward");
        let fault = warning(Code::ReversalWithoutEffect, reversal.id.span, format!("reversal[{at}]"), message);
        found.push(fault.help("add a reward, or remove the reversal"));
        return;
    }
    let granted = terms.kinds_of(&covered);
    let on = kinds(terms, &reversal.on);
    if on.iter().any(|on| granted.iter().any(|event| may_follow(*on, *event))) {
        return;
    }
    let names = listed(reversal.on.iter().map(|on| on.value.as_str()));
    let message = format!("the reversal `{id}` takes nothing back: {names} cannot come after anything is granted");
    let span = reversal.on.first().map_or(reversal.id.span, |first| first.span);
    let fault = warning(Code::ReversalWithoutEffect, span, format!("reversal[{at}].on"), message);
    found.push(fault.help("name an event that may come later, or declare a kind of your own"));
}

fn gives_nothing_back(terms: &Terms<'_>, at: usize, reversal: &Reversal, found: &mut Vec<Diagnostic>) {
    let Some(restored_by) = &reversal.restored_by else { return };
    let Some(kind) = terms.program.kind(&restored_by.value) else { return };
    let on = kinds(terms, &reversal.on);
    if on.is_empty() || on.iter().any(|on| may_follow(kind, *on)) {
        return;
    }
    let names = listed(reversal.on.iter().map(|on| on.value.as_str()));
    let message = format!("`{}` gives nothing back: it cannot come after {names}", restored_by.value);
    let fault = warning(Code::ReversalWithoutEffect, restored_by.span, format!("reversal[{at}].restored_by"), message);
    found.push(fault.help("name an event that may come later, or declare a kind of your own"));
}
