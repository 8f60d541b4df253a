//! Account ids that are numbers: each has a place, the accounts' rows first, then those that only referrals name.
use crate::base::{Buffer, Interner, NumberIndex, TextId, position};

/// The account ids of a book whose ids are numbers.
#[derive(Debug)]
pub(super) struct Parties {
    first: TextId,
    numbers: Buffer<i64>,
    index: NumberIndex,
}

/// Gathers them.
pub(super) struct Gathering {
    numbers: Vec<i64>,
    index: NumberIndex,
}

impl Gathering {
    /// The accounts' ids; `None` where one stands twice.
    pub(super) fn of_accounts(ids: &[i64]) -> Option<Self> {
        let mut index = NumberIndex::with_capacity(ids.len());
        let mut place = 0_u32;
        for id in ids {
            if index.find_or_insert(*id, place) != place {
                return None;
            }
            place = place.saturating_add(1);
        }
        Some(Self { numbers: ids.to_vec(), index })
    }

    /// The place of an id, new or known.
    #[inline]
    pub(super) fn place(&mut self, id: i64) -> u32 {
        match self.index.find(id) {
            Some(place) => place,
            None => {
                let place = self.index.find_or_insert(id, position(self.numbers.len()));
                self.numbers.push(id);
                place
            }
        }
    }

    /// All of them, with their texts; the text of a place follows the first by as many.
    pub(super) fn finish(self, texts: &mut Interner) -> Parties {
        let numbers = Buffer::from(self.numbers);
        Parties { first: texts.push_numbers(numbers.clone()), numbers, index: self.index }
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
        self.index.find(number).map(|place| self.first.after(crate::base::index(place)))
    }
}
