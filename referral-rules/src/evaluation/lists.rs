//! The lists that a program does not carry itself, and by which values it was answered.
use super::Evaluation;
use crate::base::hex;
use crate::program::ListFrom;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A list that the host gave or the library carries.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct ListUsed {
    /// Its name in the document.
    pub list: String,
    /// Where it is from: `host`, or the name of a list of the library.
    pub from: String,
    /// How many values it has; none where the host did not give it.
    pub values: Option<usize>,
    /// SHA-256 over its values in the order of their bytes, each with a line break after it; none where the host did not give it.
    pub hash: Option<String>,
}

impl Evaluation<'_> {
    /// The lists of all versions that are not written in their documents, by name.
    pub fn lists(&self) -> Vec<ListUsed> {
        let of_all = self.program.versions.iter().flat_map(|version| &version.lists);
        // Versions that ask for the same list ask for the same values.
        let asked: BTreeMap<(&str, &str), &ListFrom> =
            of_all.map(|(name, from)| ((name.as_str(), from.word()), from)).collect();
        let used = |((name, word), from): ((&str, &str), &ListFrom)| {
            let values: Option<BTreeSet<&str>> = match from {
                ListFrom::Library(list) => Some(list.values().collect()),
                ListFrom::Host => {
                    let number = self.program.host_lists.iter().position(|list| list == name);
                    let values = number.and_then(|number| self.book.lists.get(number));
                    values.map(|values| values.iter().map(|value| self.book.text(*value)).collect())
                }
            };
            ListUsed {
                list: name.to_owned(),
                from: word.to_owned(),
                values: values.as_ref().map(BTreeSet::len),
                hash: values.as_ref().map(hash),
            }
        };
        asked.into_iter().map(used).collect()
    }
}

fn hash(values: &BTreeSet<&str>) -> String {
    let mut hashing = Sha256::new();
    for value in values {
        hashing.update(value.as_bytes());
        hashing.update(b"\n");
    }
    hex(&hashing.finalize())
}
