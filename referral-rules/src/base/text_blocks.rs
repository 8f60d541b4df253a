//! Blocks of texts that are written down when the first of them is asked for: the ids of a large table are compared and
//! joined as the numbers that they are, and become text only for people.
use super::buffer::Buffer;
use super::index::position;
use super::text::{Interner, TextId};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// From here on numbers of texts belong to blocks: there are not as many interned texts.
pub(super) const BLOCKS_START: u32 = 1 << 31;

/// All blocks of a table of texts.
#[derive(Clone, Debug, Default)]
pub(super) struct Blocks {
    blocks: Vec<Arc<Block>>,
    len: usize,
}

#[derive(Debug)]
struct Block {
    first: usize,
    len: usize,
    source: Source,
    written: OnceLock<Written>,
}

#[derive(Debug)]
enum Source {
    Numbers(Buffer<i64>),
    Endings(Vec<TextId>, String),
}

/// Texts one after the other, and where each ends.
#[derive(Debug, Default)]
struct Written {
    bytes: String,
    ends: Vec<usize>,
}

impl Blocks {
    pub(super) fn push_numbers(&mut self, numbers: Buffer<i64>) -> TextId {
        let len = numbers.len();
        self.push(len, Source::Numbers(numbers))
    }

    pub(super) fn push_endings(&mut self, of: Vec<TextId>, ending: &str) -> TextId {
        let len = of.len();
        self.push(len, Source::Endings(of, ending.to_owned()))
    }

    /// The number that the next block begins with.
    pub(super) fn next(&self) -> TextId {
        TextId(BLOCKS_START.saturating_add(position(self.len)))
    }

    fn push(&mut self, len: usize, source: Source) -> TextId {
        let (first, number) = (self.len, self.next());
        self.blocks.push(Arc::new(Block { first, len, source, written: OnceLock::new() }));
        self.len = self.len.saturating_add(len);
        number
    }

    pub(super) fn text(&self, id: TextId, texts: &Interner) -> &str {
        let Some((block, at)) = self.find(id) else { return "" };
        block.written.get_or_init(|| block.write(texts)).get(at)
    }

    /// The block of a text, and its place in it.
    fn find(&self, id: TextId) -> Option<(&Block, usize)> {
        let at = super::index(id.0.checked_sub(BLOCKS_START)?);
        let number = self.blocks.partition_point(|block| block.first <= at).checked_sub(1)?;
        self.blocks.get(number).map(|block| (&**block, at.saturating_sub(block.first)))
    }

    /// The text, without writing down the others of its block.
    pub(super) fn one(&self, id: TextId, texts: &Interner) -> String {
        let Some((block, at)) = self.find(id) else { return String::new() };
        match &block.source {
            Source::Numbers(numbers) => numbers.get(at).map(i64::to_string).unwrap_or_default(),
            Source::Endings(of, ending) => {
                of.get(at).map(|id| format!("{}{ending}", texts.one(*id))).unwrap_or_default()
            }
        }
    }
}

impl Block {
    fn write(&self, texts: &Interner) -> Written {
        let mut out = Written { bytes: String::new(), ends: Vec::with_capacity(self.len) };
        match &self.source {
            Source::Numbers(numbers) => numbers.iter().for_each(|number| {
                // Writing to a text cannot fail.
                let _ = write!(out.bytes, "{number}");
                out.ends.push(out.bytes.len());
            }),
            Source::Endings(of, ending) => of.iter().for_each(|id| {
                out.bytes.push_str(texts.text(*id));
                out.bytes.push_str(ending);
                out.ends.push(out.bytes.len());
            }),
        }
        out
    }
}

impl Written {
    fn get(&self, at: usize) -> &str {
        let Some(end) = self.ends.get(at) else { return "" };
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..*end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_written_when_asked_and_hide_from_look_ups() {
        let mut texts = Interner::default();
        let own = texts.intern("17");
        let first = texts.push_numbers(Buffer::from(vec![17_i64, -4]));
        let endings = texts.push_endings(vec![first, own, first.after(1)], "/closed");
        assert_eq!((texts.text(first), texts.text(first.after(1))), ("17", "-4"));
        assert_eq!(texts.text(endings.after(2)), "-4/closed");
        assert_eq!(texts.text(endings.after(1)), "17/closed");
        assert!(first.is_in_block() && !own.is_in_block());
        assert_eq!((texts.one(own), texts.one(endings.after(2))), ("17".to_owned(), "-4/closed".to_owned()));
        assert_eq!((texts.find("-4"), texts.find("17"), texts.text(endings.after(3))), (None, Some(own), ""));
    }
}
