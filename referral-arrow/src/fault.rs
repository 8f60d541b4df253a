//! What is wrong with columns, all of it at once.
use std::fmt;

/// A column that cannot be used, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnFault {
    /// The table, where several were given; empty otherwise.
    pub table: &'static str,
    /// The column; a field of a struct by its dotted name.
    pub column: String,
    /// What was found.
    pub found: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for ColumnFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, found, help } = self;
        if !table.is_empty() {
            write!(f, "{table}: ")?;
        }
        write!(f, "the column `{column}` {found}; {help}")
    }
}

/// All columns that cannot be used, by table and name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub struct ColumnFaults(pub Vec<ColumnFault>);

impl fmt::Display for ColumnFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// Why a column is refused, before its name is known.
pub(crate) struct Refused {
    pub found: String,
    pub help: &'static str,
}

impl Refused {
    pub(crate) fn new(found: impl Into<String>, help: &'static str) -> Self {
        Self { found: found.into(), help }
    }

    pub(crate) fn of(self, column: &str) -> ColumnFault {
        ColumnFault { table: "", column: column.to_owned(), found: self.found, help: self.help.to_owned() }
    }
}
