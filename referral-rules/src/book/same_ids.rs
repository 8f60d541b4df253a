//! An event that stands on its referral's row and comes again in the table of events, under the id that it has there, is one
//! event: the same content counts once, other content withdraws it.
use super::copies::{Kept, same_value, settle};
use super::rows::RowsOf;
use super::{Book, Events, Finding, NEVER};
use crate::base::{TextId, index};
use crate::diag::Code;
use std::cmp::Ordering;

/// Leaves one event of each id, and reports those whose copies differ.
pub fn join(book: &mut Book, texts: &crate::base::Interner, findings: &mut Vec<Finding>) {
    let events = &book.events;
    let ids: Vec<Option<TextId>> = events.id.iter().copied().map(Some).collect();
    let of_id = RowsOf::new(&ids, texts.len(), |_| true);
    let first = |event: u32, id: TextId| of_id.first(id) == Some(event);
    if (0_u32..).zip(&events.id).all(|(event, id)| first(event, *id)) {
        return;
    }
    let mut kept: Vec<(Kept, i64, i64)> = Vec::with_capacity(ids.len());
    let mut copies = Vec::new();
    for (_, id) in (0_u32..).zip(events.id.iter().copied()).filter(|(event, id)| first(*event, *id)) {
        of_id.all(id, &mut copies);
        let withdrawn = copies.iter().filter_map(|event| events.withdrawn.get(index(*event))).min().copied();
        let withdrawn = withdrawn.unwrap_or(NEVER);
        let heard = copies.iter().map(|event| at(&events.heard, *event)).min().unwrap_or(NEVER);
        let same = |left: u32, right: u32| {
            at(&events.at, left) == at(&events.at, right)
                && events.sequence.get(index(left)) == events.sequence.get(index(right))
                && events.referral.get(index(left)) == events.referral.get(index(right))
                && events.kind.get(index(left)) == events.kind.get(index(right))
                && events.facts.iter().all(|fact| same_value(fact.as_ref(), left, right))
        };
        let known = |event: u32| at(&events.known, event);
        let Some(one) = settle(&mut copies, known, same, |_, _| Ordering::Equal) else { continue };
        if let Some(other) = one.other {
            findings.push(Finding {
                code: Code::ConflictingCopies,
                table: "events",
                id: texts.text(id).to_owned(),
                column: "id".to_owned(),
                message: format!("the event `{}` stands on its referral with other content", texts.text(id)),
                help: "give the event once; until then none of the copies counts".to_owned(),
                row: events.row.get(index(other)).copied().map_or(0, index),
                known: known(other),
            });
        }
        kept.push((one, withdrawn.min(one.withdrawn), heard));
    }
    kept.sort_unstable_by_key(|(one, ..)| one.row);
    let rows: Vec<Kept> = kept.iter().map(|(one, ..)| *one).collect();
    let positions: Vec<u32> = rows.iter().map(|one| one.row).collect();
    let pick = |values: &[i64]| rows.iter().map(|one| at(values, one.row)).collect();
    fn copied<T: Copy>(values: &[T], rows: &[Kept]) -> Vec<T> {
        rows.iter().filter_map(|one| values.get(index(one.row)).copied()).collect()
    }
    book.events = Events {
        id: copied(&events.id, &rows),
        referral: copied(&events.referral, &rows),
        kind: copied(&events.kind, &rows),
        at: pick(&events.at),
        known: pick(&events.known),
        heard: kept.iter().map(|(.., heard)| *heard).collect(),
        withdrawn: kept.iter().map(|(_, withdrawn, _)| *withdrawn).collect::<Vec<_>>().into(),
        sequence: rows.iter().filter_map(|one| events.sequence.get(index(one.row)).copied()).collect::<Vec<_>>().into(),
        row: copied(&events.row, &rows),
        facts: events.facts.iter().map(|fact| fact.as_ref().map(|fact| fact.taken(&positions))).collect(),
    };
}

fn at(values: &[i64], event: u32) -> i64 {
    values.get(index(event)).copied().unwrap_or(NEVER)
}
