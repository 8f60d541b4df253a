//! Arrays of lists become cells: a list's items are read one by one.
use crate::column::{self, Piece};
use crate::fault::Refused;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use referral_rules::base::{Day, Instant, Number};
use referral_rules::book::{Cell, Packed, PackedValues, Values};

pub(crate) fn cells(pieces: &[Piece], depth: usize) -> Result<Vec<Cell>, Refused> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Refused::new("holds lists too deep within one another", "give lists of plain values"));
    };
    let mut out = Vec::new();
    for piece in pieces {
        let nulls = piece.nulls();
        let Some((items, bounds)) = parts(&piece.array) else { continue };
        let items = column::values(&[Piece { array: items, parents: None }], depth)?;
        for (row, (first, last)) in bounds.into_iter().enumerate() {
            out.push(if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
                Cell::List((first..last).map(|at| item(&items, at)).collect())
            } else {
                Cell::Missing
            });
        }
    }
    Ok(out)
}

/// The items of all lists, and where each list starts and ends.
fn parts(array: &ArrayRef) -> Option<(ArrayRef, Vec<(usize, usize)>)> {
    fn whole<T: Copy>(offset: T) -> usize
    where
        usize: TryFrom<T>,
    {
        usize::try_from(offset).unwrap_or(0)
    }
    fn steps<T: Copy>(offsets: &[T]) -> Vec<(usize, usize)>
    where
        usize: TryFrom<T>,
    {
        offsets.iter().zip(offsets.iter().skip(1)).map(|(first, last)| (whole(*first), whole(*last))).collect()
    }
    fn views<T: Copy>(offsets: &[T], sizes: &[T]) -> Vec<(usize, usize)>
    where
        usize: TryFrom<T>,
    {
        let bounds = |(first, size): (&T, &T)| (whole(*first), whole(*first).saturating_add(whole(*size)));
        offsets.iter().zip(sizes).map(bounds).collect()
    }
    if let Some(lists) = array.as_list_opt::<i32>() {
        return Some((lists.values().clone(), steps(lists.value_offsets())));
    }
    if let Some(lists) = array.as_list_opt::<i64>() {
        return Some((lists.values().clone(), steps(lists.value_offsets())));
    }
    if let Some(lists) = array.as_list_view_opt::<i32>() {
        return Some((lists.values().clone(), views(lists.value_offsets(), lists.value_sizes())));
    }
    if let Some(lists) = array.as_list_view_opt::<i64>() {
        return Some((lists.values().clone(), views(lists.value_offsets(), lists.value_sizes())));
    }
    let lists = array.as_fixed_size_list_opt()?;
    let length = whole(lists.value_length());
    let bounds = |row: usize| {
        let first = row.saturating_mul(length);
        (first, first.saturating_add(length))
    };
    Some((lists.values().clone(), (0..lists.len()).map(bounds).collect()))
}

fn item(items: &Values, at: usize) -> Cell {
    match items {
        Values::Cells(cells) => cells.get(at).cloned().unwrap_or(Cell::Missing),
        Values::Packed(packed) if packed.is_valid(at) => one(packed, at).unwrap_or(Cell::Missing),
        _ => Cell::Missing,
    }
}

fn one(packed: &Packed, at: usize) -> Option<Cell> {
    Some(match &packed.values {
        PackedValues::Bool(values) => Cell::Bool(values.get(at)),
        PackedValues::Int(values) => Cell::Number(values.get(at)?.to_string()),
        PackedValues::Date(days) => match Some(Day(*days.get(at)?)).filter(|day| day.in_range()) {
            Some(day) => Cell::Text(day.to_string()),
            None => Cell::Unusable("a day out of range"),
        },
        PackedValues::Instant(values, tick) => match tick.micros(*values.get(at)?) {
            Some(micros) => Cell::Text(Instant(micros).to_string()),
            None => Cell::Unusable("a moment out of range"),
        },
        PackedValues::Decimal(units, scale) => match Number::from_scaled(*units.get(at)?, *scale) {
            Some(number) => Cell::Number(number.to_string()),
            None => Cell::Unusable("a number out of range"),
        },
        PackedValues::Text(texts) => Cell::Text(texts.text(at).to_owned()),
        PackedValues::Dictionary(codes, words) => Cell::Text(words.get(usize::try_from(codes.get(at)?).ok()?)?.clone()),
    })
}
