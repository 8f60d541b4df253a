//! Events that lack a fact which the program needs for their kind become findings; they are taken in all the same.
use super::{Book, Finding};
use crate::base::{Interner, index};
use crate::diag::Code;
use crate::program::Program;

/// Reports every event that lacks a fact which events of its kind must carry.
pub(super) fn report(program: &Program, book: &Book, texts: &Interner, findings: &mut Vec<Finding>) {
    if program.needed_facts.is_empty() {
        return;
    }
    let events = &book.events;
    let rows = events.id.iter().zip(&events.kind).zip(events.known.iter()).zip(&events.row).enumerate();
    for (at, (((id, kind), known), row)) in rows {
        for (_, fact) in program.needed_facts.iter().filter(|(needs, _)| needs == kind) {
            let column = events.facts.get(usize::from(*fact)).and_then(Option::as_ref);
            let is_there = column.is_some_and(|column| column.is_valid(at));
            let Some(fact) = program.facts.get(usize::from(*fact)).filter(|_| !is_there) else { continue };
            let kind = program.kind_word(*kind);
            findings.push(Finding {
                code: Code::IncompleteEvent,
                table: "events",
                id: texts.text(*id).to_owned(),
                column: fact.name.clone(),
                message: format!("an event of the kind `{kind}` needs `{}`", fact.name),
                help: "give the fact with the event; without it the event counts as any other".to_owned(),
                row: index(*row),
                known: *known,
            });
        }
    }
}
