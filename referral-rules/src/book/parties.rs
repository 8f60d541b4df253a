//! Account ids that are numbers: each has a place, the accounts' rows first, then those that only referrals name.
use super::number_ranks::close;
use crate::base::{Buffer, Interner, NONE, NumberIndex, TextId, index, position};

/// The account ids of a book whose ids are numbers.
#[derive(Debug)]
pub(super) struct Parties {
    first: TextId,
    numbers: Buffer<i64>,
    places: Places,
}

/// Where ids stand.
#[derive(Debug)]
struct Places {
    /// The accounts' ids, where they lie close together: the least of them, and for each number from it on its place.
    least: i64,
    close: Vec<u32>,
    /// All others.
    far: NumberIndex,
}

impl Places {
    #[inline]
    fn find(&self, id: i64) -> Option<u32> {
        // A number below the least becomes one that is too great.
        match self.close.get(usize::try_from(id.wrapping_sub(self.least)).unwrap_or(usize::MAX)) {
            Some(place) if *place != NONE => Some(*place),
            _ => self.far.find(id),
        }
    }
}

/// Gathers them.
pub(super) struct Gathering {
    numbers: Vec<i64>,
    places: Places,
}

impl Gathering {
    /// The accounts' ids; `None` where one stands twice.
    pub(super) fn of_accounts(ids: &[i64]) -> Option<Self> {
        let mut places = Places { least: 0, close: Vec::new(), far: NumberIndex::with_capacity(0) };
        match close(ids) {
            Some((least, span)) => {
                (places.least, places.close) = (least, vec![NONE; span]);
                for (place, id) in (0_u32..).zip(ids) {
                    let slot = places.close.get_mut(usize::try_from(id.wrapping_sub(least)).ok()?)?;
                    if std::mem::replace(slot, place) != NONE {
                        return None;
                    }
                }
            }
            None => {
                places.far = NumberIndex::with_capacity(ids.len());
                for (place, id) in (0_u32..).zip(ids) {
                    if places.far.find_or_insert(*id, place) != place {
                        return None;
                    }
                }
            }
        }
        Some(Self { numbers: ids.to_vec(), places })
    }

    /// The place of an id, new or known.
    #[inline]
    pub(super) fn place(&mut self, id: i64) -> u32 {
        match self.places.find(id) {
            Some(place) => place,
            None => {
                let place = self.places.far.find_or_insert(id, position(self.numbers.len()));
                self.numbers.push(id);
                place
            }
        }
    }

    /// All of them, with their texts; the text of a place follows the first by as many.
    pub(super) fn finish(self, texts: &mut Interner) -> Parties {
        let numbers = Buffer::from(self.numbers);
        Parties { first: texts.push_numbers(numbers.clone()), numbers, places: self.places }
    }
}

impl Parties {
    /// The text of the party with place 0.
    pub(super) fn first(&self) -> TextId {
        self.first
    }

    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(super) fn place(&self, id: TextId) -> usize {
        id.index().saturating_sub(self.first.index())
    }

    pub(super) fn find(&self, id: &str) -> Option<TextId> {
        let number: i64 = id.parse().ok().filter(|number: &i64| number.to_string() == id)?;
        self.places.find(number).map(|place| self.first.after(index(place)))
    }
}
