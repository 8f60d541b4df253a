//! Arrays of positions in a dictionary of texts: taken as they are, or with one dictionary for all batches.
use crate::column::{self, Piece};
use crate::fault::Refused;
use crate::texts;
use arrow_array::cast::AsArray;
use arrow_array::{AnyDictionaryArray, Array};
use arrow_schema::DataType;
use referral_rules::base::{Bits, Buffer};
use referral_rules::book::{Ints, Packed, PackedValues};
use std::collections::HashMap;
use std::sync::Arc;

/// A batch's part of the column.
struct Part<'a> {
    codes: Ints,
    /// Which rows have a position.
    valid: Option<Bits>,
    words: Vec<Option<&'a str>>,
}

impl<'a> Part<'a> {
    fn new(piece: &'a Piece, array: &'a dyn AnyDictionaryArray) -> Option<Result<Self, Refused>> {
        let words = texts::of(array.values())?;
        let keys = array.keys();
        let keys = [Piece { array: keys.slice(0, keys.len()), parents: piece.parents.clone() }];
        let [Piece { array, .. }] = &keys;
        let codes = column::ints(&keys, array.data_type());
        let valid = column::valid(&keys);
        Some(codes.and_then(|codes| Ok(Self { codes, valid: valid?, words })))
    }

    /// The word of a row; none where the row has none, or the dictionary.
    fn word(&self, row: usize) -> Option<&'a str> {
        let there = self.valid.as_ref().is_none_or(|valid| valid.get(row));
        let code = self.codes.get(row).filter(|_| there)?;
        self.words.get(usize::try_from(code).ok()?).copied().flatten()
    }
}

/// A column of positions; `words` is what the dictionary holds.
pub(crate) fn values(pieces: &[Piece], words: &DataType) -> Result<Packed, Refused> {
    let mut parts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let part = piece.array.as_any_dictionary_opt().and_then(|array| Part::new(piece, array));
        parts.push(part.unwrap_or_else(|| {
            Err(Refused::new(format!("has a dictionary of {words}"), "give such values without a dictionary"))
        })?);
    }
    if let [part] = parts.as_slice() {
        let missing = part.words.iter().any(Option::is_none);
        let valid = if missing {
            Some((0..part.codes.len()).map(|row| part.word(row).is_some()).collect())
        } else {
            part.valid.clone()
        };
        let words: Arc<[String]> = part.words.iter().map(|word| word.unwrap_or_default().to_owned()).collect();
        return Ok(Packed { values: PackedValues::Dictionary(part.codes.clone(), words), valid });
    }
    unified(&parts)
}

/// One dictionary, its words in the order in which rows name them.
fn unified(parts: &[Part<'_>]) -> Result<Packed, Refused> {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let (mut words, mut codes, mut valid) = (Vec::<String>::new(), Vec::<u32>::new(), Vec::<bool>::new());
    for part in parts {
        for row in 0..part.codes.len() {
            let word = part.word(row);
            valid.push(word.is_some());
            let Some(word) = word else {
                codes.push(0);
                continue;
            };
            let next = u32::try_from(words.len());
            let next = next.map_err(|_| Refused::new("has more than 2^32 different words", "give texts"))?;
            codes.push(*known.entry(word).or_insert_with(|| {
                words.push(word.to_owned());
                next
            }));
        }
    }
    let valid = valid.contains(&false).then(|| valid.into_iter().collect());
    Ok(Packed { values: PackedValues::Dictionary(Ints::U32(Buffer::from(codes)), words.into()), valid })
}
