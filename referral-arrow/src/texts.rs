//! Arrays of texts: offsets, views and bytes where they are, or joined.
use crate::column::{self, Piece};
use crate::fault::Refused;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait};
use arrow_buffer::ScalarBuffer;
use referral_rules::base::Buffer;
use referral_rules::book::{Offsets, PackedTexts, TextsFault};
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
    PackedTexts::new(offsets, bytes).map_err(unreadable)
}

/// Texts by views. Those of several batches are joined: the views are, and what they point into stays where it is.
pub(crate) fn from_views(pieces: &[Piece]) -> Result<PackedTexts, Refused> {
    let arrays: Vec<_> = pieces.iter().filter_map(|piece| piece.array.as_string_view_opt()).collect();
    let bytes = |buffer: &arrow_buffer::Buffer| ScalarBuffer::<u8>::from(buffer.clone());
    let shared = |buffer| Buffer::shared(Arc::new(bytes(buffer)));
    let views = if let [array] = arrays.as_slice() {
        shared(array.views().inner())
    } else {
        let mut joined = Vec::with_capacity(arrays.iter().map(|array| array.len()).sum());
        let mut before = 0_usize;
        for array in &arrays {
            joined.extend(array.views().iter().map(|view| moved(*view, before)));
            before = before.saturating_add(array.data_buffers().len());
        }
        Buffer::shared(Arc::new(bytes(&arrow_buffer::Buffer::from_vec(joined))))
    };
    let within = arrays.iter().flat_map(|array| array.data_buffers().iter()).map(shared).collect();
    let valid = column::valid(pieces)?;
    PackedTexts::by_views(views, within, |row| valid.as_ref().is_none_or(|valid| valid.get(row))).map_err(unreadable)
}

/// A view into buffers that stand behind so many others. The lowest 32 bits are the length, the third 32 which buffer it is, unless the text
/// is within the view.
fn moved(view: u128, before: usize) -> u128 {
    const MASK: u128 = 0xFFFF_FFFF;
    if view & MASK <= 12 {
        return view;
    }
    let buffer = (view >> 64 & MASK).saturating_add(u128::try_from(before).unwrap_or(MASK)).min(MASK);
    view & !(MASK << 64) | buffer << 64
}

fn unreadable(fault: TextsFault) -> Refused {
    Refused::new(format!("cannot be read: {fault}"), "give a column of valid texts")
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
