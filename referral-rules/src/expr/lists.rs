//! Lists that the host gives along with the facts.
use crate::base::TextId;
use rustc_hash::FxHashSet;

/// The host's lists, by number. One that was not given is missing, which is not the same as empty.
///
/// # Example
/// ```
/// use referral_rules::base::TextId;
/// use referral_rules::expr::Lists;
/// let mut lists = Lists::default();
/// lists.give(1);
/// lists.add(1, TextId(7));
/// assert!(lists.get(0).is_none());
/// assert!(lists.get(1).unwrap().contains(&TextId(7)));
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lists {
    lists: Vec<Option<FxHashSet<TextId>>>,
}

impl Lists {
    /// A list is given, with or without values.
    pub fn give(&mut self, number: usize) {
        if self.lists.len() <= number {
            self.lists.resize_with(number.saturating_add(1), || None);
        }
        if let Some(list) = self.lists.get_mut(number) {
            list.get_or_insert_default();
        }
    }

    /// A value of a list that is given.
    pub fn add(&mut self, number: usize, value: TextId) {
        if let Some(Some(list)) = self.lists.get_mut(number) {
            list.insert(value);
        }
    }

    /// The values of a list, if it was given.
    pub fn get(&self, number: usize) -> Option<&FxHashSet<TextId>> {
        self.lists.get(number)?.as_ref()
    }
}
