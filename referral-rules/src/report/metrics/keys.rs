//! What tells rows apart becomes small numbers, so that their sums lie one after the other.
use super::groups::Group;
use crate::base::{Number, TextId, index, position};
use crate::expr::{Column, Vector};
use rustc_hash::FxHashMap;

/// What tells rows apart, without text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Key {
    /// There is no value.
    Missing,
    /// true or false
    Bool(bool),
    /// A day, an instant.
    Whole(i64),
    /// An exact number, by its reduced parts.
    Number(i128, i128),
    /// A text.
    Text(TextId),
}

impl Key {
    fn number(number: Number) -> Self {
        Self::Number(number.numerator(), number.denominator())
    }
}

/// The number of each row's group.
#[derive(Debug)]
pub(super) struct Slots {
    /// By row.
    pub(super) of: Vec<u32>,
    /// By number; 0 is that of rows that are in no group.
    pub(super) groups: Vec<Option<Group>>,
}

/// Keys on their way to numbers.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// The number of each row's key, from 1.
    pub(super) of: Vec<u32>,
    /// By text, where its number is small: texts that tell rows apart mostly come out of a short list.
    texts: Vec<u32>,
    others: FxHashMap<Key, u32>,
    last: Option<(Key, u32)>,
    /// The keys by their numbers.
    pub(super) keys: Vec<Key>,
}

impl Numbering {
    /// Keys of so many rows.
    pub(super) fn with_capacity(rows: usize) -> Self {
        Self { of: Vec::with_capacity(rows), ..Self::default() }
    }

    /// One row more for each value; whole numbers and exact ones are alike.
    pub(super) fn extend(&mut self, result: &Vector, is_number: bool) {
        match &result.column {
            Column::Bool(values) => self.each(values, result, Key::Bool),
            Column::Int(values) if is_number => {
                self.each(values, result, |whole| Key::number(Number::from(whole)));
            }
            Column::Int(values) => self.each(values, result, Key::Whole),
            Column::Decimal(values) => self.each(values, result, Key::number),
            Column::Text(values) if result.status.all_ok() => {
                let (before, mut new) = (self.of.len(), false);
                self.of.extend(values.iter().map(|text| {
                    let known = self.texts.get(text.index()).copied().unwrap_or(0);
                    new |= known == 0;
                    known
                }));
                if new {
                    self.of.truncate(before);
                    for text in values {
                        let slot = self.text(*text);
                        self.of.push(slot);
                    }
                }
            }
            Column::Text(values) => self.each(values, result, Key::Text),
            Column::List(values) => (0..values.len()).for_each(|_| self.push(Key::Missing)),
        }
    }

    fn each<T: Copy>(&mut self, values: &[T], result: &Vector, key: impl Fn(T) -> Key) {
        for (at, value) in values.iter().enumerate() {
            let is_there = result.status.get(at).is_some_and(|status| status.is_ok());
            self.push(if is_there { key(*value) } else { Key::Missing });
        }
    }

    fn push(&mut self, key: Key) {
        let slot = match self.last {
            Some((last, slot)) if last == key => slot,
            _ => self.slot(key),
        };
        self.last = Some((key, slot));
        self.of.push(slot);
    }

    fn slot(&mut self, key: Key) -> u32 {
        let next = position(self.keys.len()).saturating_add(1);
        let slot = *self.others.entry(key).or_insert(next);
        if slot == next {
            self.keys.push(key);
        }
        slot
    }

    /// The number of a text, which is kept under its own number if there is room.
    fn text(&mut self, text: TextId) -> u32 {
        let slot = self.slot(Key::Text(text));
        let room = self.of.capacity().saturating_mul(4).saturating_add(1 << 16);
        if text.index() < room {
            if text.index() >= self.texts.len() {
                self.texts.resize(text.index().saturating_add(1), 0);
            }
            if let Some(place) = self.texts.get_mut(text.index()) {
                *place = slot;
            }
        }
        slot
    }

    /// The numbers of the rows, and the groups that they stand for.
    pub(super) fn finish(self, group: impl FnMut(Key) -> Group) -> Slots {
        let groups = std::iter::once(None).chain(self.keys.into_iter().map(group).map(Some)).collect();
        Slots { of: self.of, groups }
    }
}

impl Slots {
    /// The group of a number.
    pub(super) fn group(&self, slot: u32) -> Option<Group> {
        self.groups.get(index(slot))?.clone()
    }
}
