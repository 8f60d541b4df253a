//! Findings: a row per fault in the tables.
use super::build::{Columns, Texts, Words, number};
use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::ArrowError;
use referral_rules::evaluation::Evaluation;

/// What contradicts or cannot be read.
///
/// # Errors
/// Where Arrow cannot hold it.
pub fn findings(evaluation: &Evaluation<'_>) -> Result<RecordBatch, ArrowError> {
    let (mut code, mut table, mut column) = (Words::new(), Words::new(), Words::new());
    let (mut id, mut message, mut help) = (Texts::new(), Texts::new(), Texts::new());
    let mut row = Vec::new();
    for finding in evaluation.findings() {
        code.append(finding.code.slug())?;
        table.append(finding.table)?;
        id.append_value(&finding.id);
        column.append(&finding.column)?;
        message.append_value(&finding.message);
        help.append_value(&finding.help);
        row.push(number(finding.row));
    }
    let mut out = Columns::default();
    out.add("code", code.finish());
    out.add("table", table.finish());
    out.add("id", id.finish());
    out.add("column", column.finish());
    out.add("message", message.finish());
    out.add("help", help.finish());
    out.add("row", Int64Array::from(row));
    out.batch()
}
