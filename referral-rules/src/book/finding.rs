//! Findings: facts that contradict each other or cannot be read, each with its place.
use crate::diag::Code;
use serde::{Serialize, Serializer};

/// One finding. The row is a courtesy to people: it depends on the order in which the rows came, so the fingerprint
/// leaves it out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Finding {
    /// Which kind of fault.
    #[serde(serialize_with = "slug")]
    pub code: Code,
    /// The table.
    pub table: &'static str,
    /// The id in the row, if it has one.
    pub id: String,
    /// The column; empty when the row as a whole is meant.
    pub column: String,
    /// What was found.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The row in the table as given, from 1; 0 when the table as a whole is meant.
    pub row: usize,
    /// From when on the row is known: a run as of an earlier moment does not know the fault either.
    #[serde(skip)]
    pub known: i64,
}

fn slug<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.slug())
}
