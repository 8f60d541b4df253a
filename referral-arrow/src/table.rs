//! Record batches become the tables of a book: columns by name, the fields of structs by dotted names.
use crate::column::{self, Piece};
use crate::fault::{ColumnFault, ColumnFaults, Refused};
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use referral_rules::base::limits::NESTING_MAX;
use referral_rules::book::{Given, GivenTable};
use std::collections::{BTreeMap, BTreeSet};

/// The tables of a book as record batches; what a host does not have stays empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tables<'a> {
    /// One row per account; without the table every referrer is known.
    pub accounts: Option<&'a [RecordBatch]>,
    /// One row per referral.
    pub referrals: &'a [RecordBatch],
    /// One row per event.
    pub events: &'a [RecordBatch],
    /// What the host has done about entries.
    pub confirmations: &'a [RecordBatch],
    /// The entries booked so far.
    pub booked: &'a [RecordBatch],
    /// What was before the history that is given.
    pub opening_balances: &'a [RecordBatch],
    /// Rates of exchange.
    pub rates: &'a [RecordBatch],
    /// Lists that the program asks the host for.
    pub lists: &'a [RecordBatch],
    /// Facts of the company that runs the program.
    pub company: &'a [RecordBatch],
    /// What the host has told.
    pub notified: &'a [RecordBatch],
    /// What the host gives for metrics.
    pub figures: &'a [RecordBatch],
}

/// Reads all tables.
///
/// # Errors
/// The columns of all tables that cannot be used.
pub fn given(tables: Tables<'_>) -> Result<Given, ColumnFaults> {
    let mut faults = Vec::new();
    let mut read = |name: &'static str, batches: &[RecordBatch]| {
        table(batches).unwrap_or_else(|found| {
            faults.extend(found.0.into_iter().map(|fault| ColumnFault { table: name, ..fault }));
            GivenTable::default()
        })
    };
    let out = Given {
        accounts: tables.accounts.map(|accounts| read("accounts", accounts)),
        referrals: read("referrals", tables.referrals),
        events: read("events", tables.events),
        confirmations: read("confirmations", tables.confirmations),
        booked: read("booked", tables.booked),
        opening_balances: read("opening_balances", tables.opening_balances),
        rates: read("rates", tables.rates),
        lists: read("lists", tables.lists),
        company: read("company", tables.company),
        notified: read("notified", tables.notified),
        figures: read("figures", tables.figures),
    };
    if faults.is_empty() { Ok(out) } else { Err(ColumnFaults(faults)) }
}

/// Reads a table. The columns of a single batch stay where they are in memory, as far as the library has their type; those of
/// several batches are joined.
///
/// # Errors
/// All columns that cannot be used, each with what to do about it.
///
/// # Example
/// ```
/// use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
/// use std::sync::Arc;
///
/// let batch = RecordBatch::try_from_iter([
///     ("id", Arc::new(Int64Array::from(vec![17])) as ArrayRef),
///     ("closed.order_value", Arc::new(Float64Array::from(vec![12.5])) as ArrayRef),
/// ])?;
/// let faults = referral_arrow::table(&[batch]).unwrap_err();
/// assert_eq!(faults.0[0].column, "closed.order_value");
/// assert_eq!(
///     faults.to_string(),
///     "the column `closed.order_value` holds floating-point numbers (Float64), which are not exact; \
///      give exact numbers: decimal128, or whole numbers"
/// );
/// # Ok::<(), arrow_schema::ArrowError>(())
/// ```
pub fn table(batches: &[RecordBatch]) -> Result<GivenTable, ColumnFaults> {
    table_where(batches, |_| true)
}

/// As [`table`], but only of the columns that are wanted, a struct's fields by their dotted names.
///
/// # Errors
/// The wanted columns that cannot be used.
pub fn table_where(batches: &[RecordBatch], wanted: impl Fn(&str) -> bool) -> Result<GivenTable, ColumnFaults> {
    let mut columns: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
    let mut faults: BTreeMap<String, ColumnFault> = BTreeMap::new();
    for (at, batch) in batches.iter().enumerate() {
        let mut flat = Vec::new();
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            flatten(field.name().clone(), array, None, NESTING_MAX, &mut flat);
        }
        for (name, piece) in flat.into_iter().filter(|(name, _)| wanted(name)) {
            let pieces = columns.entry(name.clone()).or_default();
            if pieces.len() > at {
                let refused = Refused::new("stands twice", "give each column once, a field of a struct included");
                faults.entry(name.clone()).or_insert(refused.of(&name));
            } else {
                pieces.push(piece);
            }
        }
    }
    let mut out = GivenTable { rows: batches.iter().map(RecordBatch::num_rows).sum(), ..GivenTable::default() };
    for (name, pieces) in columns {
        match joined(&pieces, batches.len()).and_then(|()| column::values(&pieces, NESTING_MAX)) {
            Ok(values) => {
                out.columns.insert(name, values);
            }
            Err(refused) => {
                faults.entry(name.clone()).or_insert(refused.of(&name));
            }
        }
    }
    if faults.is_empty() { Ok(out) } else { Err(ColumnFaults(faults.into_values().collect())) }
}

/// The names of the columns that [`table`] reads, a struct's fields by their dotted names.
pub fn columns(batches: &[RecordBatch]) -> BTreeSet<String> {
    let mut flat = Vec::new();
    for batch in batches {
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            flatten(field.name().clone(), array, None, NESTING_MAX, &mut flat);
        }
    }
    flat.into_iter().map(|(name, _)| name).collect()
}

/// Whether a column is the same in all batches.
fn joined(pieces: &[Piece], batches: usize) -> Result<(), Refused> {
    let help = "give batches of one schema";
    if pieces.len() < batches {
        return Err(Refused::new("is not in every batch", help));
    }
    let Some((first, rest)) = pieces.split_first() else { return Ok(()) };
    let (first, mut rest) = (first.array.data_type(), rest.iter().map(|piece| piece.array.data_type()));
    match rest.find(|other| !alike(first, other)) {
        None => Ok(()),
        Some(other) => Err(Refused::new(format!("is {first} in one batch and {other} in another"), help)),
    }
}

/// Whether two types are read in the same way: moments count from the same origin whatever their zone.
fn alike(left: &DataType, right: &DataType) -> bool {
    match (left, right) {
        (DataType::Timestamp(left, Some(_)), DataType::Timestamp(right, Some(_))) => left == right,
        _ => left.equals_datatype(right),
    }
}

/// The columns within a column: a struct's fields, where the struct is missing they are. Structs deeper than `depth` stay.
fn flatten(name: String, array: &ArrayRef, parents: Option<NullBuffer>, depth: usize, out: &mut Vec<(String, Piece)>) {
    match (array.as_struct_opt(), depth.checked_sub(1)) {
        (Some(fields), Some(depth)) => {
            let nulls = NullBuffer::union(fields.nulls(), parents.as_ref());
            for (field, column) in fields.fields().iter().zip(fields.columns()) {
                flatten(format!("{name}.{}", field.name()), column, nulls.clone(), depth, out);
            }
        }
        _ => out.push((name, Piece { array: array.clone(), parents })),
    }
}
