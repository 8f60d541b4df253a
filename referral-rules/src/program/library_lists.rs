//! Lists that the library carries, so that not every program has to. Their values stand in files of their own, one a line.

use super::compiled::ListFrom;
use super::document::{ConstantList, Document};

/// What documents write for a list that the host gives.
pub const HOST: &str = "host";

/// A list that the library carries.
#[derive(Debug)]
pub struct LibraryList {
    /// Its name, as documents write it after `from`.
    pub name: &'static str,
    text: &'static str,
}

impl LibraryList {
    /// Its values, in the order of their bytes.
    pub fn values(&self) -> impl Iterator<Item = &'static str> {
        self.text.lines()
    }
}

/// The lists that the library carries: domains under which anybody gets an address, so that two people with one say nothing of each other;
/// and well-known domains of addresses that nobody keeps. A value that is added or removed can change what a program grants.
pub static LIBRARY_LISTS: &[LibraryList] = &[
    LibraryList { name: "public mail providers", text: include_str!("lists/public-mail-providers.txt") },
    LibraryList { name: "disposable mail domains", text: include_str!("lists/disposable-mail-domains.txt") },
];

/// Where lists can be from that are not written in the document.
pub(super) fn list_sources() -> Vec<&'static str> {
    std::iter::once(HOST).chain(LIBRARY_LISTS.iter().map(|list| list.name)).collect()
}

/// The list with the name.
pub fn library_list(name: &str) -> Option<&'static LibraryList> {
    LIBRARY_LISTS.iter().find(|list| list.name == name)
}

/// The lists that are not written in the document.
pub(super) fn lists(document: &Document) -> Vec<(String, ListFrom)> {
    let from = |list: &ConstantList| match list.from.as_deref()? {
        HOST => Some(ListFrom::Host),
        name => library_list(name).map(ListFrom::Library),
    };
    document.lists.iter().filter_map(|list| Some((list.name.value.clone(), from(list)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_order_and_in_one_spelling() {
        for list in LIBRARY_LISTS {
            let values: Vec<&str> = list.values().collect();
            assert!(values.windows(2).all(|pair| pair.first() < pair.last()), "{}", list.name);
            assert!(
                values.iter().all(|value| *value == value.trim().to_lowercase() && !value.is_empty()),
                "{}",
                list.name
            );
        }
    }
}
