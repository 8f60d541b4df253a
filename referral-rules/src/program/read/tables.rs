//! Readers of tables: rows by key, or bands of a number.
use super::declarations::{constant, one_type};
use super::field::{Field, Reader, join};
use super::keys;
use super::value::{self, expression, key_name};
use crate::base::limits::{TABLE_COLUMNS_MAX, TABLE_ROWS_MAX};
use crate::diag::{Code, Diagnostic, Span, Spanned, shown};
use crate::node::Key;
use crate::program::document::{Band, Constant, Edge, Table, TableRow};

pub(super) fn tables(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Table>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of tables");
        return None;
    };
    let mut tables = Vec::new();
    for (key, entry) in entries {
        let name = key_name(key, &field.path, reader);
        tables.extend(table(name, &entry, reader));
    }
    Some(tables)
}

fn table(name: Spanned<String>, field: &Field<'_>, reader: &mut Reader) -> Option<Table> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table");
        return None;
    };
    if entries.len() > TABLE_ROWS_MAX {
        value::too_long(field, entries.len(), TABLE_ROWS_MAX, reader);
        return None;
    }
    let mut table = Table {
        name,
        by: expression_missing(field.node.span),
        columns: Vec::new(),
        rows: Vec::new(),
        bands: None,
        otherwise: None,
    };
    let (mut has_by, mut shape) = (false, None);
    for (key, entry) in entries {
        if key.value == "by" {
            has_by = true;
            table.by = expression(&entry, reader).unwrap_or(table.by);
            continue;
        }
        if key.value == "bands" && entry.items().is_some() {
            table.bands = Some(bands(&entry, &mut table.columns, &mut shape, reader));
            continue;
        }
        let Some(values) = row(&entry, &mut table.columns, &mut shape, reader) else { continue };
        if key.value == "otherwise" {
            table.otherwise = Some(values);
        } else {
            table.rows.push(TableRow { key: Spanned::new(key.value.clone().into_owned(), key.span), values });
        }
    }
    if !has_by && !reader.has_gaps {
        let fault = field.fault(Code::MissingKey, format!("`{}` needs the key `by`", field.name()));
        reader.push(fault.help("add `by = \"...\"`, an expression that says what is looked up"));
    }
    if let (Some(row), Some(_)) = (table.rows.first(), &table.bands) {
        let fault = Diagnostic::error(
            Code::UnknownKey,
            row.key.span,
            format!("a table with `bands` has no rows such as `{}`", shown(&row.key.value)),
        );
        reader.push(
            fault.path(join(&field.path, &row.key.value)).help("write it as a band, or put it into a table of its own"),
        );
    }
    if table.rows.is_empty() && table.bands.is_none() && table.otherwise.is_none() && !reader.has_gaps {
        let fault = field.fault(Code::BadValue, format!("`{}` has no rows", field.name()));
        reader.push(fault.help("write at least one row, such as `bronze = 200`"));
    }
    for column in 0..table.columns.len().max(1) {
        let bands = table.bands.iter_mut().flatten().map(|band| &mut band.values);
        let rows = table.rows.iter_mut().map(|row| &mut row.values).chain(bands).chain(table.otherwise.as_mut());
        let mut values: Vec<_> = rows.filter_map(|values| values.get_mut(column)).collect();
        one_type(&mut values, &field.path, reader.notation, reader);
    }
    Some(table)
}

fn expression_missing(span: Span) -> crate::program::document::ExpressionText {
    crate::program::document::ExpressionText { span, ..Default::default() }
}

/// Whether the rows of a table hold one value or several; the first row decides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Single,
    Several,
}

fn row(
    field: &Field<'_>,
    columns: &mut Vec<Spanned<String>>,
    shape: &mut Option<Shape>,
    reader: &mut Reader,
) -> Option<Vec<Spanned<Constant>>> {
    let Some(entries) = field.entries() else {
        if *shape == Some(Shape::Several) {
            reader.wrong_type(field, "a table with the same keys as the rows before");
            return None;
        }
        *shape = Some(Shape::Single);
        return constant(field, reader).map(|value| vec![value]);
    };
    values(entries.collect(), field, columns, shape, reader)
}

/// The named values of a row; the first row says which names there are.
fn values<'n>(
    mut found: Vec<(&'n Key<'n>, Field<'n>)>,
    field: &Field<'n>,
    columns: &mut Vec<Spanned<String>>,
    shape: &mut Option<Shape>,
    reader: &mut Reader,
) -> Option<Vec<Spanned<Constant>>> {
    match shape {
        Some(Shape::Single) => {
            reader.wrong_type(field, "a single value like the rows before");
            return None;
        }
        Some(Shape::Several) => {}
        None if found.len() > TABLE_COLUMNS_MAX => {
            value::too_long(field, found.len(), TABLE_COLUMNS_MAX, reader);
            return None;
        }
        None => {
            *shape = Some(Shape::Several);
            *columns = found.iter().map(|(key, _)| key_name(key, &field.path, reader)).collect();
        }
    }
    let mut values = Vec::new();
    for column in columns.iter() {
        match found.iter().position(|(key, _)| key.value == column.value) {
            Some(at) => values.extend(constant(&found.swap_remove(at).1, reader)),
            None => {
                let message = format!("`{}` needs the key `{}`", field.name(), shown(&column.value));
                let fault = field.fault(Code::MissingKey, message);
                reader.push(fault.help("write the same keys in every row of a table"));
            }
        }
    }
    for (key, entry) in found {
        let message = format!("`{}` is not a key of the first row", shown(&key.value));
        let fault = Diagnostic::error(Code::UnknownKey, key.span, message).path(entry.path);
        reader.push(fault.help("write the same keys in every row of a table"));
    }
    (values.len() == columns.len()).then_some(values)
}

/// The bands of a table, rising and apart from each other.
fn bands(
    field: &Field<'_>,
    columns: &mut Vec<Spanned<String>>,
    shape: &mut Option<Shape>,
    reader: &mut Reader,
) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    let items: Vec<Field<'_>> = field.items().into_iter().flatten().collect();
    if items.is_empty() || items.len() > TABLE_ROWS_MAX {
        let message = format!("`{}` has {} bands", field.name(), items.len());
        let fault = field.fault(if items.is_empty() { Code::BadValue } else { Code::TooLarge }, message);
        reader.push(fault.help(format!("write 1 to {TABLE_ROWS_MAX} bands")));
        return bands;
    }
    for item in &items {
        let Some(band) = band(item, columns, shape, reader) else { continue };
        if let Some(fault) = bands.last().and_then(|before| not_above(before, &band, item)) {
            reader.push(fault);
        }
        bands.push(band);
    }
    bands
}

fn band(
    field: &Field<'_>,
    columns: &mut Vec<Spanned<String>>,
    shape: &mut Option<Shape>,
    reader: &mut Reader,
) -> Option<Band> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table such as { from = 50, below = 250, value = 200 }");
        return None;
    };
    let (mut low, mut high) = (None, None);
    let (mut own, mut single) = (Vec::new(), None);
    for (key, entry) in entries {
        let name: &str = &key.value;
        let Some((_, is_low, included)) = keys::EDGES.iter().find(|(edge, ..)| *edge == name) else {
            if name == "value" {
                single = Some(entry)
            } else {
                own.push((key, entry))
            }
            continue;
        };
        let edge = if *is_low { &mut low } else { &mut high };
        if edge.is_some() {
            let both = if *is_low { "`from` and `above`" } else { "`up_to` and `below`" };
            let fault = Diagnostic::error(Code::BadValue, key.span, format!("a band cannot have both {both}"));
            reader
                .push(fault.path(entry.path.clone()).help("keep the one that says to which side the boundary belongs"));
            continue;
        }
        *edge = value::number(&entry, reader).map(|number| Edge { number, included: *included });
    }
    empty(low, high, field, reader);
    let values = match single {
        Some(entry) if own.is_empty() => row(&entry, columns, shape, reader)?,
        Some(_) => {
            reader.push(
                field
                    .fault(Code::BadValue, "a band has one `value`, or several named ones")
                    .help("write the one or the others"),
            );
            return None;
        }
        None if own.is_empty() => {
            reader.push(field.fault(Code::MissingKey, "the band has no value").help("add `value = ...`"));
            return None;
        }
        None => values(own, field, columns, shape, reader)?,
    };
    Some(Band { low, high, values })
}

fn empty(low: Option<Edge>, high: Option<Edge>, field: &Field<'_>, reader: &mut Reader) {
    let (Some(low), Some(high)) = (low, high) else { return };
    let one = low.number.value == high.number.value && low.included && high.included;
    if low.number.value >= high.number.value && !one {
        let message = format!("no number lies between {} and {}", low.number.value, high.number.value);
        let fault = Diagnostic::error(Code::EmptyWindow, high.number.span, message).path(field.path.clone());
        reader.push(fault.help("write the lower boundary first"));
    }
}

/// A band must begin where the one before has ended.
fn not_above(before: &Band, band: &Band, field: &Field<'_>) -> Option<Diagnostic> {
    let apart = match (before.high, band.low) {
        (Some(high), Some(low)) => {
            high.number.value < low.number.value
                || high.number.value == low.number.value && !(high.included && low.included)
        }
        _ => false,
    };
    let message = "the band does not begin where the one before has ended";
    (!apart).then(|| {
        field
            .fault(Code::BadValue, message)
            .help("write the bands from the lowest to the highest, so that none overlaps another")
    })
}
