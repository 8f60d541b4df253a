//! Single rows of columns, for the steps that do not run over a column at once.
use super::functions::Arg;
use super::kernels;
use super::types::{Class, Status, Type};
use super::value::Value;
use super::vector::{Column, Pool, Vector};
use crate::base::limits::LIST_LENGTH_MAX;
use crate::base::{Number, TextId};
use std::sync::Arc;

/// The value of a row; one value stands for all rows.
pub(super) fn at_row<T>(values: &[T], row: usize) -> Option<&T> {
    if values.len() == 1 { values.first() } else { values.get(row) }
}

/// The status of a row.
pub(super) fn status(vector: &Vector, row: usize) -> Status {
    let row = if vector.len() == 1 { 0 } else { row };
    vector.status.get(row).copied().unwrap_or(Status::NOT_CONVERTIBLE)
}

/// True if the row has the value true.
pub(super) fn bool_at(vector: &Vector, row: usize) -> bool {
    matches!(&vector.column, Column::Bool(values) if at_row(values, row) == Some(&true))
}

/// The value of a row, missing without one.
pub(super) fn value_at(vector: &Vector, row: usize, ty: &Type, texts: &dyn Pool) -> Value {
    vector.value(if vector.len() == 1 { 0 } else { row }, ty, texts)
}

/// A row as the argument of a function.
pub(super) fn argument<'a>(vector: &'a Vector, row: usize, texts: &'a dyn Pool) -> Arg<'a> {
    let found = match &vector.column {
        Column::Bool(values) => at_row(values, row).map(|value| Arg::Bool(*value)),
        Column::Int(values) => at_row(values, row).map(|value| Arg::Int(*value)),
        Column::Decimal(values) => at_row(values, row).map(|value| Arg::Decimal(*value)),
        Column::Text(values) => at_row(values, row).map(|id| Arg::Text(texts.text(*id))),
        Column::List(values) => at_row(values, row).map(|list| Arg::List(list)),
    };
    found.unwrap_or(Arg::Bool(false))
}

/// The elements of a row's list, or a map's keys; `None` without a list.
pub(super) fn elements(list: &Vector, row: usize, keys: bool) -> Option<impl Iterator<Item = &Value>> {
    let Column::List(lists) = &list.column else {
        return None;
    };
    let values = at_row(lists, row).filter(|_| status(list, row).is_ok())?;
    Some(values.iter().step_by(if keys { 2 } else { 1 }))
}

/// True if a key of the map, given as keys and values, stands twice.
pub(super) fn has_repeated_key(entries: &[Value]) -> bool {
    let keys = || entries.iter().step_by(2);
    keys().enumerate().any(|(at, key)| keys().take(at).any(|earlier| earlier.same(key)))
}

/// Turns lists that are too long into a fault.
pub(super) fn bound_lists(out: &mut Vector) {
    if let Column::List(lists) = &out.column {
        for (row, list) in lists.iter().enumerate() {
            if list.len() > LIST_LENGTH_MAX && out.status.get(row).is_some_and(|status| status.is_ok()) {
                out.status.set(row, Status::TOO_LARGE);
            }
        }
    }
}

/// The constant once per row.
pub(super) fn fill(constant: &Vector, rows: usize, out: &mut Vector) {
    fn copy<T: Clone>(constant: &[T], rows: usize, out: &mut Vec<T>) {
        if let Some(value) = constant.first() {
            out.resize(rows, value.clone());
        }
    }
    out.reset(constant.column.class());
    match (&constant.column, &mut out.column) {
        (Column::Bool(from), Column::Bool(to)) => copy(from, rows, to),
        (Column::Int(from), Column::Int(to)) => copy(from, rows, to),
        (Column::Decimal(from), Column::Decimal(to)) => copy(from, rows, to),
        (Column::Text(from), Column::Text(to)) => copy(from, rows, to),
        (Column::List(from), Column::List(to)) => copy(from, rows, to),
        _ => {}
    }
    if let Some(status) = constant.status.first() {
        out.status.resize(rows, *status);
    }
}

/// The rows of the source that own the new rows.
pub(super) fn repeat(source: &Vector, owners: &[usize], out: &mut Vector) {
    fn copy<T: Clone>(source: &[T], owners: &[usize], out: &mut Vec<T>) {
        out.extend(owners.iter().filter_map(|row| at_row(source, *row).cloned()));
    }
    out.reset(source.column.class());
    match (&source.column, &mut out.column) {
        (Column::Bool(from), Column::Bool(to)) => copy(from, owners, to),
        (Column::Int(from), Column::Int(to)) => copy(from, owners, to),
        (Column::Decimal(from), Column::Decimal(to)) => copy(from, owners, to),
        (Column::Text(from), Column::Text(to)) => copy(from, owners, to),
        (Column::List(from), Column::List(to)) => copy(from, owners, to),
        _ => {}
    }
    for row in owners.iter().filter(|row| source.len() == 1 || **row < source.len()) {
        out.status.push(status(source, *row));
    }
}

/// By the condition, the value of one column or the other.
pub(super) fn select(class: Class, condition: &Vector, yes: &Vector, no: &Vector, rows: usize, out: &mut Vector) {
    match class {
        Class::Bool => kernels::select::<bool>(condition, yes, no, rows, out),
        Class::Int => kernels::select::<i64>(condition, yes, no, rows, out),
        Class::Decimal => kernels::select::<Number>(condition, yes, no, rows, out),
        Class::Text => kernels::select::<TextId>(condition, yes, no, rows, out),
        Class::List => {
            for row in 0..rows {
                let fault = status(condition, row);
                let taken = if bool_at(condition, row) { yes } else { no };
                match &taken.column {
                    _ if !fault.is_ok() => out.push_status(fault),
                    Column::List(lists) if status(taken, row).is_ok() => match at_row(lists, row) {
                        Some(list) => out.push_list(Arc::clone(list)),
                        None => out.push_status(Status::NOT_CONVERTIBLE),
                    },
                    _ => out.push_status(status(taken, row)),
                }
            }
        }
    }
}
