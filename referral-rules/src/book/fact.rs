//! The columns of a book: typed values, or a host's memory as it is.
use super::packed::{Ints, Packed, PackedValues, each_width};
use super::texts::PackedTexts;
use crate::base::{Bits, Buffer, Day, Instant, Number, TextId, index};
use crate::expr::{Column, Pool, Type, Value};

/// A typed column; a row that is not valid is missing.
#[derive(Clone, Debug)]
pub struct FactColumn {
    /// The values; meaningless where not valid.
    pub values: FactValues,
    /// Whether there is a value.
    pub valid: Valid,
    /// The row of the table that the column starts with; rows before it are missing.
    pub first: usize,
}

/// The values of a fact by row.
#[derive(Clone, Debug)]
pub enum FactValues {
    /// Values of the type's own form.
    Column(Column),
    /// Bits.
    Bool(Bits),
    /// Whole numbers, days or microseconds in a host's width.
    Int(Ints),
    /// Exact numbers as whole ones of `10^-scale`.
    Scaled(Buffer<i128>, u32),
    /// Texts out of a dictionary: positions, and the texts.
    Coded(Ints, Vec<TextId>),
    /// Texts that are not interned.
    Texts(PackedTexts),
}

/// Which rows of a column have a value.
#[derive(Clone, Debug)]
pub enum Valid {
    /// All.
    All,
    /// By bit.
    Bits(Bits),
    /// One by one.
    Each(Vec<bool>),
}

impl Valid {
    /// Whether the row has a value.
    pub fn get(&self, row: usize) -> bool {
        match self {
            Self::All => true,
            Self::Bits(bits) => bits.get(row),
            Self::Each(valid) => valid.get(row) == Some(&true),
        }
    }

    fn taken(&self, rows: &[u32]) -> Self {
        match self {
            Self::All => Self::All,
            Self::Bits(bits) => {
                let bits = bits.taken(rows);
                if bits.count() == bits.len() { Self::All } else { Self::Bits(bits) }
            }
            Self::Each(valid) => Self::Each(rows.iter().map(|row| valid.get(index(*row)) == Some(&true)).collect()),
        }
    }
}

impl FactColumn {
    /// A column of values one by one.
    pub fn plain(column: Column, valid: Vec<bool>) -> Self {
        Self { values: FactValues::Column(column), valid: Valid::Each(valid), first: 0 }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match &self.values {
            FactValues::Column(column) => column.len(),
            FactValues::Bool(bits) => bits.len(),
            FactValues::Int(ints) | FactValues::Coded(ints, _) => ints.len(),
            FactValues::Scaled(units, _) => units.len(),
            FactValues::Texts(texts) => texts.len(),
        }
    }

    /// True without values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the row has a value.
    pub fn is_valid(&self, row: usize) -> bool {
        self.place(row).is_some()
    }

    /// Where the value of a row stands, if it has one.
    pub fn place(&self, row: usize) -> Option<usize> {
        let place = row.checked_sub(self.first)?;
        (place < self.len() && self.valid.get(place)).then_some(place)
    }

    /// Takes the value of a row away.
    pub(super) fn take_out(&mut self, row: usize) {
        let mut valid: Vec<bool> = (0..self.len()).map(|row| self.valid.get(row)).collect();
        if let Some(valid) = row.checked_sub(self.first).and_then(|row| valid.get_mut(row)) {
            *valid = false;
        }
        self.valid = Valid::Each(valid);
    }

    /// The value of a row as a value of the type; missing without one.
    pub fn value(&self, row: usize, ty: &Type, texts: &dyn Pool) -> Value {
        let Some(row) = self.place(row) else { return Value::Missing };
        let value = match &self.values {
            FactValues::Column(column) => return column.value(row, ty, texts),
            FactValues::Bool(bits) => Some(Value::Bool(bits.get(row))),
            FactValues::Int(ints) => ints.get(row).and_then(|value| match ty {
                Type::Date => i32::try_from(value).ok().map(|day| Value::Date(Day(day))),
                Type::Instant => Some(Value::Instant(Instant(value))),
                Type::Duration => Some(Value::Duration(value)),
                Type::Decimal => Some(Value::Decimal(Number::from(value))),
                _ => Some(Value::Int(value)),
            }),
            FactValues::Scaled(units, scale) => {
                units.get(row).and_then(|units| Number::from_scaled(*units, *scale)).map(Value::Decimal)
            }
            FactValues::Coded(..) => self.text_id(row).map(|id| Value::Text(texts.text(id).to_owned())),
            FactValues::Texts(own) => Some(Value::Text(own.text(row).to_owned())),
        };
        value.unwrap_or(Value::Missing)
    }

    fn text_id(&self, row: usize) -> Option<TextId> {
        match &self.values {
            FactValues::Coded(codes, words) => decoded(codes, words, row),
            _ => None,
        }
    }

    /// Whether two rows say the same.
    pub fn same(&self, left: usize, right: usize) -> bool {
        let (left, right) = match (self.place(left), self.place(right)) {
            (Some(left), Some(right)) => (left, right),
            (left, right) => return left.is_none() && right.is_none(),
        };
        match &self.values {
            FactValues::Column(Column::Bool(values)) => values.get(left) == values.get(right),
            FactValues::Column(Column::Int(values)) => values.get(left) == values.get(right),
            FactValues::Column(Column::Decimal(values)) => values.get(left) == values.get(right),
            FactValues::Column(Column::Text(values)) => values.get(left) == values.get(right),
            FactValues::Column(Column::List(values)) => values.get(left) == values.get(right),
            FactValues::Bool(bits) => bits.get(left) == bits.get(right),
            FactValues::Int(ints) => ints.get(left) == ints.get(right),
            FactValues::Scaled(units, _) => units.get(left) == units.get(right),
            FactValues::Coded(..) => self.text_id(left) == self.text_id(right),
            FactValues::Texts(texts) => texts.bytes(left) == texts.bytes(right),
        }
    }

    /// The column with some of its rows, in their order; for a column that starts with the table's first row.
    #[must_use]
    pub fn taken(&self, rows: &[u32]) -> Self {
        fn pick<T: Clone>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().filter_map(|row| values.get(index(*row)).cloned()).collect()
        }
        let values = match &self.values {
            FactValues::Column(column) => FactValues::Column(match column {
                Column::Bool(values) => Column::Bool(pick(values, rows)),
                Column::Int(values) => Column::Int(pick(values, rows)),
                Column::Decimal(values) => Column::Decimal(pick(values, rows)),
                Column::Text(values) => Column::Text(pick(values, rows)),
                Column::List(values) => Column::List(pick(values, rows)),
            }),
            FactValues::Bool(bits) => FactValues::Bool(bits.taken(rows)),
            FactValues::Int(ints) => FactValues::Int(ints.taken(rows)),
            FactValues::Scaled(units, scale) => FactValues::Scaled(Buffer::from(pick(units, rows)), *scale),
            FactValues::Coded(codes, words) => FactValues::Coded(codes.taken(rows), words.clone()),
            FactValues::Texts(texts) => FactValues::Texts(texts.taken(rows)),
        };
        Self { values, valid: self.valid.taken(rows), first: 0 }
    }
}

/// The text of a row that stands in a dictionary.
pub fn decoded(codes: &Ints, words: &[TextId], row: usize) -> Option<TextId> {
    words.get(usize::try_from(codes.get(row)?).ok()?).copied()
}

/// The numbers of a column that stand where there is a value, seen through their widest form.
fn all_within(ints: &Ints, valid: &Valid, range: std::ops::RangeInclusive<i64>) -> bool {
    // What stands where there is no value has no meaning, but mostly it lies within as well.
    // Without a way out of the loop, the compiler compares many at a time.
    let within = each_width!(ints, values => {
        // By value: minima of references are taken one by one.
        values.first().is_none_or(|first| {
            let ends = values.iter().fold((*first, *first), |(least, most), value| (least.min(*value), most.max(*value)));
            range.contains(&i64::from(ends.0)) && range.contains(&i64::from(ends.1))
        })
    });
    within || (0..ints.len()).all(|row| !valid.get(row) || ints.get(row).is_some_and(|value| range.contains(&value)))
}

/// Takes a packed column over as it is, as a fact of the type; `None` where its values must be looked at one by one, since some
/// of them cannot be read as the type, or have another form. `intern` gives the number of a text.
pub(super) fn taken_over(packed: &Packed, kind: &Type, mut intern: impl FnMut(&str) -> TextId) -> Option<FactColumn> {
    let valid = packed.valid.clone().map_or(Valid::All, Valid::Bits);
    let days = i64::from(Day::MIN.0)..=i64::from(Day::MAX.0);
    let values = match (&packed.values, kind) {
        (PackedValues::Bool(bits), Type::Bool) => FactValues::Bool(bits.clone()),
        (PackedValues::Int(ints), Type::Int | Type::Duration) => FactValues::Int(ints.clone()),
        (PackedValues::Date(values), Type::Date) => {
            let ints = Ints::I32(values.clone());
            all_within(&ints, &valid, days).then_some(FactValues::Int(ints))?
        }
        (PackedValues::Decimal(units, scale), Type::Decimal) if *scale <= 28 => {
            // Each of them is a number that the book can hold.
            let fits = |units: &i128| units.unsigned_abs() < 10_u128.pow(28);
            units.iter().all(fits).then(|| FactValues::Scaled(units.clone(), *scale))?
        }
        (PackedValues::Dictionary(codes, words), Type::Text | Type::OneOf(_)) => {
            let allowed = |word: &String| match kind {
                Type::OneOf(allowed) => allowed.contains(word),
                _ => word.len() <= crate::base::limits::TEXT_CELL_BYTES_MAX,
            };
            let last = i64::try_from(words.len()).unwrap_or(i64::MAX).checked_sub(1)?;
            let usable = words.iter().all(allowed) && all_within(codes, &valid, 0..=last);
            usable.then(|| FactValues::Coded(codes.clone(), words.iter().map(|word| intern(word)).collect()))?
        }
        (PackedValues::Text(texts), Type::Text) => {
            texts.are_short(crate::base::limits::TEXT_CELL_BYTES_MAX).then(|| FactValues::Texts(texts.clone()))?
        }
        _ => return None,
    };
    Some(FactColumn { values, valid, first: 0 })
}
