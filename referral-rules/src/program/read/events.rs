//! What only the whole document can tell of its events: whether the kinds that they name are there, and whether those that the clock
//! or conditions make wait for each other.
use super::field::Reader;
use super::references::Names;
use crate::diag::{Code, Diagnostic, shown};
use crate::program::document::{Document, EventDeclaration, STAGES};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(document: &Document, kinds: &Names<'_>, reader: &mut Reader) {
    for (index, event) in document.events.iter().enumerate() {
        if let Some(clock) = &event.clock {
            kinds.check(&clock.from, || format!("event[{index}].from"), reader);
            for (at, kind) in clock.unless.iter().enumerate() {
                kinds.check(kind, || format!("event[{index}].unless[{at}]"), reader);
            }
        }
        if let Some(made) = &event.made {
            for (at, kind) in made.on.iter().enumerate() {
                let several = if made.on.len() > 1 { format!("[{at}]") } else { String::new() };
                kinds.check(kind, || format!("event[{index}].on{several}"), reader);
            }
        }
    }
    circles(document, reader);
    made_circles(document, reader);
}

/// Clock events that are counted from each other never come. A kind that the host reports too starts a chain, but a clock
/// event cannot be told apart from it, so built-in stages are taken as reported.
fn circles(document: &Document, reader: &mut Reader) {
    let from: BTreeMap<&str, &str> = document
        .events
        .iter()
        .filter(|event| !STAGES.contains(&event.kind.value.as_str()))
        .filter_map(|event| event.clock.as_ref().map(|clock| (event.kind.value.as_str(), clock.from.value.as_str())))
        .collect();
    let mut sound: BTreeSet<&str> = BTreeSet::new();
    for (index, event) in document.events.iter().enumerate() {
        let Some(clock) = &event.clock else { continue };
        let itself = event.kind.value == clock.from.value;
        let mut chain = BTreeSet::new();
        let mut kind = event.kind.value.as_str();
        let mut turns = itself;
        while let Some(before) = from.get(kind).filter(|_| !turns && !sound.contains(kind)) {
            turns = !chain.insert(kind);
            kind = before;
        }
        if turns {
            let what = if itself { "itself" } else { "events that wait for each other" };
            let message = format!("`{}` is counted from {what}", shown(&event.kind.value));
            let fault = Diagnostic::error(Code::Circle, clock.from.span, message).path(format!("event[{index}].from"));
            reader.push(fault.help("count it from an event that comes by itself, such as `submitted`"));
        } else {
            sound.extend(chain);
        }
    }
}

/// What an event that is made comes after: the kinds at which its conditions are read, or that the clock counts from. What the host
/// reports comes by itself.
fn comes_after(event: &EventDeclaration) -> Vec<&str> {
    match (&event.made, &event.clock) {
        (Some(made), _) => made.on.iter().map(|kind| kind.value.as_str()).collect(),
        (None, Some(clock)) if !STAGES.contains(&event.kind.value.as_str()) => vec![clock.from.value.as_str()],
        _ => Vec::new(),
    }
}

/// Events that conditions make on each other: nobody could say which of them comes first.
fn made_circles(document: &Document, reader: &mut Reader) {
    let after: BTreeMap<&str, Vec<&str>> =
        document.events.iter().map(|event| (event.kind.value.as_str(), comes_after(event))).collect();
    for (index, event) in document.events.iter().enumerate() {
        let Some(made) = &event.made else { continue };
        for (at, on) in made.on.iter().enumerate() {
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            let mut next = vec![on.value.as_str()];
            while let Some(kind) = next.pop() {
                if seen.insert(kind) {
                    next.extend(after.get(kind).into_iter().flatten());
                }
            }
            if event.kind.value.is_empty() || !seen.contains(event.kind.value.as_str()) {
                continue;
            }
            let itself = if on.value == event.kind.value { "itself" } else { "an event that comes after it" };
            let message = format!("`{}` is made at {itself}", shown(&event.kind.value));
            let several = if made.on.len() > 1 { format!("[{at}]") } else { String::new() };
            let fault = Diagnostic::error(Code::Circle, on.span, message).path(format!("event[{index}].on{several}"));
            reader.push(fault.help("name kinds that come by themselves, such as those that the host reports"));
        }
    }
}
