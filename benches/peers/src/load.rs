//! The peers' files become tables: columns get the names that the program gives them, and stay where they are.
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use referral_arrow::Tables;
use referral_rules::book::{Given, Ints, Packed, PackedValues, Values};
use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// A file's columns that have another name in the program.
const NAMES: [(&str, &str); 11] = [
    ("account_id", "id"),
    ("referral_id", "id"),
    ("referrer_id", "referrer"),
    ("company_domain", "referee.company_domain"),
    ("industry", "referee.industry"),
    ("country", "referee.country"),
    ("employees", "referee.employees"),
    ("submitted_on", "submitted_at"),
    ("qualified_on", "qualified_at"),
    ("closed_on", "closed_at"),
    ("first_year_value", "closed.first_year_value"),
];

/// The tables of workload A.
pub fn given(data: &Path) -> Result<Given, Box<dyn Error>> {
    let accounts = batches(&data.join("accounts.parquet"))?;
    let referrals = batches(&data.join("referrals.parquet"))?;
    Ok(referral_arrow::given(Tables { accounts: Some(&accounts), referrals: &referrals, ..Tables::default() })?)
}

/// The ids of the referrals, by row.
pub fn ids(given: &Given) -> Result<Vec<i64>, Box<dyn Error>> {
    match given.referrals.columns.get("id") {
        Some(Values::Packed(Packed { values: PackedValues::Int(Ints::I64(ids)), .. })) => Ok(ids.to_vec()),
        _ => Err("the ids of the referrals are no 64-bit numbers".into()),
    }
}

/// A file as one batch.
fn batches(file: &Path) -> Result<Vec<RecordBatch>, Box<dyn Error>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file)?)?;
    let rows = usize::try_from(reader.metadata().file_metadata().num_rows())?;
    let batches = reader.with_batch_size(rows.max(1)).build()?;
    Ok(batches.map(|batch| renamed(batch?)).collect::<Result<_, _>>()?)
}

fn renamed(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let fields = schema.fields().iter().map(|field| {
        let name = NAMES.iter().find(|(file, _)| file == field.name()).map_or(field.name().as_str(), |(_, name)| name);
        Field::new(name, field.data_type().clone(), field.is_nullable())
    });
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), batch.columns().to_vec())
}
