//! Arrays of texts: offsets and bytes where they are, or joined.
use crate::column::Piece;
use crate::fault::Refused;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, OffsetSizeTrait};
use arrow_buffer::ScalarBuffer;
use referral_rules::base::Buffer;
use referral_rules::book::{Offsets, PackedTexts};
use std::sync::Arc;

/// Texts by offsets; `offsets` says in which width.
pub(crate) fn packed<O: OffsetSizeTrait>(
    pieces: &[Piece],
    offsets: impl Fn(Buffer<O>) -> Offsets,
) -> Result<PackedTexts, Refused> {
    let arrays: Vec<_> = pieces.iter().filter_map(|piece| piece.array.as_string_opt::<O>()).collect();
    let (offsets, bytes) = if let [array] = arrays.as_slice() {
        let bytes = ScalarBuffer::<u8>::from(array.values().clone());
        (offsets(Buffer::shared(Arc::new(array.offsets().inner().clone()))), Buffer::shared(Arc::new(bytes)))
    } else {
        let (mut joined, mut bytes) = (vec![0_i64], Vec::<u8>::new());
        for array in arrays {
            let offsets: &[O] = array.offsets();
            let first = offsets.first().map_or(0, |first| first.as_usize());
            let last = offsets.last().map_or(0, |last| last.as_usize());
            let before = bytes.len();
            bytes.extend_from_slice(array.value_data().get(first..last).unwrap_or_default());
            joined.extend(offsets.iter().skip(1).map(|offset| {
                let at = before.saturating_add(offset.as_usize().saturating_sub(first));
                i64::try_from(at).unwrap_or(i64::MAX)
            }));
        }
        (Offsets::I64(Buffer::from(joined)), Buffer::from(bytes))
    };
    PackedTexts::new(offsets, bytes)
        .map_err(|fault| Refused::new(format!("cannot be read: {fault}"), "give a column of valid texts"))
}

/// Texts that lie here and there are copied.
pub(crate) fn from_views(pieces: &[Piece]) -> PackedTexts {
    let arrays = pieces.iter().filter_map(|piece| piece.array.as_string_view_opt());
    arrays.flat_map(|array| array.iter().map(Option::unwrap_or_default)).collect()
}

/// The texts of an array, whatever their layout; `None` where it holds no texts.
pub(crate) fn of(array: &ArrayRef) -> Option<Vec<Option<&str>>> {
    if let Some(texts) = array.as_string_opt::<i32>() {
        return Some(texts.iter().collect());
    }
    if let Some(texts) = array.as_string_opt::<i64>() {
        return Some(texts.iter().collect());
    }
    array.as_string_view_opt().map(|texts| texts.iter().collect())
}
