//! One column at a time: which rows have a value, and what its values say.
#![expect(
    clippy::indexing_slicing,
    reason = "columns have a place per row of the book, lanes one per row of the chunk"
)]
use super::{Cells, Memory, Rows, verdict};
use crate::base::index;
use crate::book::{FactValues, Laid, Valid, each_width};
use crate::expr::Column;

impl Cells<'_> {
    /// Takes the verdicts of rows without a value away.
    pub(super) fn mask(&self, rows: &Rows<'_>, out: &mut [u8], memory: &mut Memory) {
        let all = self.column.is_some_and(|column| matches!(column.valid, Valid::All));
        if all && self.rows.is_none() {
            return;
        }
        memory.with_bytes(out.len(), |_, valid| {
            self.valid(rows, valid);
            out.iter_mut().zip(valid.iter()).for_each(|(out, valid)| *out &= valid.wrapping_neg());
        });
    }

    /// Whether each row has a value.
    pub(super) fn valid(&self, rows: &Rows<'_>, out: &mut [u8]) {
        let Some(column) = self.column else { return out.fill(0) };
        match self.rows {
            Some(places) if matches!(column.valid, Valid::All) => {
                let len = column.len();
                for (out, row) in out.iter_mut().zip(&places[rows.range.clone()]) {
                    *out = u8::from(index(*row) < len);
                }
            }
            Some(places) => {
                for (out, row) in out.iter_mut().zip(&places[rows.range.clone()]) {
                    *out = u8::from(column.is_valid(index(*row)));
                }
            }
            None => match &column.valid {
                Valid::All => out.fill(1),
                Valid::Bits(bits) => bits.unpack(rows.range.start, out),
                Valid::Each(valid) => {
                    out.iter_mut().zip(&valid[rows.range.clone()]).for_each(|(out, valid)| *out = u8::from(*valid));
                }
            },
        }
    }

    pub(super) fn numbers(&self, rows: &Rows<'_>, out: &mut [i64]) {
        let Some(column) = self.column else { return out.fill(0) };
        match (&column.values, self.rows) {
            (FactValues::Int(ints), None) => each_width!(ints, values => {
                for (out, value) in out.iter_mut().zip(&values[rows.range.clone()]) {
                    *out = i64::from(*value);
                }
            }),
            (FactValues::Int(ints), Some(places)) => each_width!(ints, values => {
                for (out, row) in out.iter_mut().zip(&places[rows.range.clone()]) {
                    *out = values.get(index(*row)).map_or(0, |value| i64::from(*value));
                }
            }),
            (FactValues::Column(Column::Int(values)), None) => out.copy_from_slice(&values[rows.range.clone()]),
            (FactValues::Column(Column::Int(values)), Some(places)) => {
                for (out, row) in out.iter_mut().zip(&places[rows.range.clone()]) {
                    *out = values.get(index(*row)).copied().unwrap_or(0);
                }
            }
            _ => out.fill(0),
        }
    }

    /// The bools as verdicts, where there is a value.
    pub(super) fn flags(&self, rows: &Rows<'_>, out: &mut [u8]) {
        let Some(column) = self.column else { return out.fill(0) };
        for (at, out) in out.iter_mut().enumerate() {
            let row = rows.range.start.saturating_add(at);
            let row = self.rows.map_or(row, |places| index(places[row]));
            *out = match &column.values {
                FactValues::Bool(bits) => verdict(bits.get(row)),
                FactValues::Column(Column::Bool(values)) => values.get(row).map_or(0, |value| verdict(*value)),
                _ => 0,
            };
        }
    }

    pub(super) fn coded(&self, rows: &Rows<'_>, by_code: &[u8], out: &mut [u8]) {
        let Some(FactValues::Coded(codes, _)) = self.column.map(|column| &column.values) else { return out.fill(0) };
        each_width!(codes, codes => {
            let verdict = |code| usize::try_from(code).ok().and_then(|code: usize| by_code.get(code)).copied().unwrap_or(0);
            match self.rows {
                None => out.iter_mut().zip(&codes[rows.range.clone()]).for_each(|(out, code)| *out = verdict(*code)),
                Some(places) => {
                    for (out, row) in out.iter_mut().zip(&places[rows.range.clone()]) {
                        *out = codes.get(index(*row)).map_or(0, |code| verdict(*code));
                    }
                }
            }
        });
    }

    pub(super) fn texts(&self, rows: &Rows<'_>, set: &[&str], out: &mut [u8]) {
        let Some(FactValues::Texts(texts)) = self.column.map(|column| &column.values) else { return out.fill(0) };
        let texts = texts.laid();
        if let (None, [text], Laid::I32(offsets, bytes)) = (self.rows, set, texts) {
            let text = text.as_bytes();
            let length = i32::try_from(text.len()).unwrap_or(i32::MAX);
            let starts = &offsets[rows.range.clone()];
            let ends = &offsets[rows.range.start.saturating_add(1)..rows.range.end.saturating_add(1)];
            // Most texts differ in their length already, and nothing else is to be compared with an empty one.
            for (out, (from, to)) in out.iter_mut().zip(starts.iter().zip(ends)) {
                let same = to.wrapping_sub(*from) == length && (length == 0 || part(bytes, *from, *to) == text);
                *out = verdict(same);
            }
            return;
        }
        let one = |row: usize| {
            let bytes = texts.get(row);
            verdict(set.iter().any(|text| text.as_bytes() == bytes))
        };
        for (at, out) in out.iter_mut().enumerate() {
            let row = rows.range.start.saturating_add(at);
            *out = one(self.rows.map_or(row, |places| index(places[row])));
        }
    }
}

fn part(bytes: &[u8], from: i32, to: i32) -> &[u8] {
    let bounds = usize::try_from(from).ok().zip(usize::try_from(to).ok());
    bounds.and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default()
}
