//! Events one after the other, on their way into columns.
use super::{Events, FactColumn, FactValues, Moments, Valid};
use crate::base::{Buffer, Number, TextId, index};
use crate::expr::{Column, Type};
use crate::program::{EventKind, Owner, Program};

/// An event that can be used.
pub(super) struct NewEvent {
    pub(super) id: TextId,
    pub(super) referral: u32,
    pub(super) kind: EventKind,
    pub(super) at: i64,
    pub(super) known: i64,
    pub(super) heard: i64,
    pub(super) withdrawn: i64,
    pub(super) sequence: i64,
    pub(super) row: u32,
}

/// Events one after the other.
#[derive(Default)]
pub(super) struct NewEvents {
    pub(super) id: Vec<TextId>,
    pub(super) referral: Vec<u32>,
    pub(super) kind: Vec<EventKind>,
    pub(super) at: Vec<i64>,
    pub(super) known: Vec<i64>,
    pub(super) heard: Vec<i64>,
    pub(super) withdrawn: Vec<i64>,
    pub(super) sequence: Vec<i64>,
    pub(super) row: Vec<u32>,
    pub(super) facts: Vec<Option<FactColumn>>,
}

impl NewEvents {
    pub(super) fn finish(self) -> Events {
        // Columns that are the same share their memory: that says so.
        let on_time = self.known == self.at;
        let at = Buffer::from(self.at);
        Events {
            id: self.id,
            referral: self.referral,
            kind: self.kind,
            known: if on_time { at.clone() } else { Buffer::from(self.known) },
            heard: Buffer::from(self.heard),
            at,
            withdrawn: Moments::from(self.withdrawn),
            sequence: Moments::from(self.sequence),
            row: self.row,
            facts: self.facts,
        }
    }

    pub(super) fn push(&mut self, event: NewEvent) {
        self.id.push(event.id);
        self.referral.push(event.referral);
        self.kind.push(event.kind);
        self.at.push(event.at);
        self.known.push(event.known);
        self.heard.push(event.heard);
        self.withdrawn.push(event.withdrawn);
        self.sequence.push(event.sequence);
        self.row.push(event.row);
    }
}

/// Appends rows of `from` to the event facts.
pub(super) fn append_rows(
    to: &mut Vec<Option<FactColumn>>,
    from: &[Option<FactColumn>],
    rows: &[u32],
    program: &Program,
) {
    fn append<T: Clone>(to: &mut Vec<T>, from: Option<&Vec<T>>, rows: &[u32], empty: T) {
        to.extend(rows.iter().map(|row| from.and_then(|from| from.get(index(*row))).unwrap_or(&empty).clone()));
    }
    if to.is_empty() {
        let column = |kind: &Type| FactColumn::plain(empty_column(kind), Vec::new());
        let facts = program.facts.iter();
        *to = facts.map(|fact| (fact.owner == Owner::Event).then(|| column(&fact.kind))).collect();
    }
    for (to, from) in to.iter_mut().zip(from) {
        let Some(FactColumn { values: FactValues::Column(to), valid: Valid::Each(valid), .. }) = to else { continue };
        let (from, from_valid) = match from.as_ref() {
            Some(FactColumn { values: FactValues::Column(column), valid: Valid::Each(valid), .. }) => {
                (Some(column), Some(valid))
            }
            _ => (None, None),
        };
        append(valid, from_valid, rows, false);
        macro_rules! of {
            ($class:ident) => {
                match from {
                    Some(Column::$class(values)) => Some(values),
                    _ => None,
                }
            };
        }
        match to {
            Column::Bool(to) => append(to, of!(Bool), rows, false),
            Column::Int(to) => append(to, of!(Int), rows, 0),
            Column::Decimal(to) => append(to, of!(Decimal), rows, Number::ZERO),
            Column::Text(to) => append(to, of!(Text), rows, TextId(0)),
            Column::List(to) => append(to, of!(List), rows, std::sync::Arc::from(Vec::new())),
        }
    }
}

/// An empty column for a type.
fn empty_column(kind: &Type) -> Column {
    match kind {
        Type::Bool => Column::Bool(Vec::new()),
        Type::Int | Type::Date | Type::Instant | Type::Duration => Column::Int(Vec::new()),
        Type::Decimal => Column::Decimal(Vec::new()),
        Type::Text | Type::OneOf(_) | Type::Map(..) | Type::Nothing => Column::Text(Vec::new()),
        Type::List(_) => Column::List(Vec::new()),
    }
}
