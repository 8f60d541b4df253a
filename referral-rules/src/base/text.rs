//! Interned text: each distinct text is stored once and known by a small number, so that columns hold numbers and
//! comparing texts is comparing numbers.
use super::buffer::Buffer;
use super::index::{NONE, position};
use super::text_blocks::{BLOCKS_START, Blocks};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// The number of an interned text. Only equality has a meaning; the order of texts is that of their bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(pub u32);

impl TextId {
    /// The position in the interner's table.
    #[expect(clippy::as_conversions, reason = "32 bits fit a usize on every platform that std supports here")]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Whether the text belongs to a block of texts that no look-up finds, so that another number may mean the same text.
    pub const fn is_in_block(self) -> bool {
        self.0 >= BLOCKS_START && self.0 != NONE
    }

    /// The text that many places after this one, in the same block.
    #[must_use]
    pub fn after(self, places: usize) -> Self {
        Self(self.0.saturating_add(position(places)))
    }
}

/// A table of distinct texts, in one piece of memory: a text costs its bytes and about twenty more.
///
/// # Example
/// ```
/// use referral_rules::base::Interner;
/// let mut texts = Interner::default();
/// let a = texts.intern("finance");
/// assert_eq!(texts.intern("finance"), a);
/// assert_eq!(texts.text(a), "finance");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Interner {
    /// All texts, one after the other.
    bytes: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// An open table, as long as a power of two and never full; looked up by the hash, then slot after slot.
    slots: Vec<Slot>,
    /// Texts that are written when they are first asked for; no look-up finds them.
    blocks: Blocks,
}

/// A place in the open table: a text's number and a part of its hash; [`NONE`] where it is free.
#[derive(Clone, Copy, Debug)]
struct Slot {
    tag: u32,
    id: u32,
}

const FREE: Slot = Slot { tag: 0, id: NONE };

impl Slot {
    fn of(text: &str) -> (u64, u32) {
        let hash = FxBuildHasher.hash_one(text);
        // The table is entered by the low bits; the high ones tell most of the others apart.
        (hash, u32::try_from(hash >> 32).unwrap_or_default())
    }
}

impl Interner {
    /// The number of the text, new or known. Past 2^32 - 1 texts, the last number is given to all: see `limits`.
    pub fn intern(&mut self, text: &str) -> TextId {
        // At most three quarters are taken, so that a free slot is near.
        if self.ends.len().saturating_add(1).saturating_mul(4) > self.slots.len().saturating_mul(3) {
            self.grow();
        }
        let (hash, tag) = Slot::of(text);
        match self.look_up(text, hash, tag) {
            Ok(id) => id,
            Err(free) => {
                let id = position(self.ends.len());
                self.bytes.push_str(text);
                self.ends.push(self.bytes.len());
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = Slot { tag, id };
                }
                TextId(id)
            }
        }
    }

    /// The number of a text that is known already.
    pub fn find(&self, text: &str) -> Option<TextId> {
        let (hash, tag) = Slot::of(text);
        self.look_up(text, hash, tag).ok()
    }

    /// The number of the text, or the free slot that it would take.
    fn look_up(&self, text: &str, hash: u64, tag: u32) -> Result<TextId, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hashed(hash) & mask;
        while let Some(slot) = self.slots.get(at) {
            if slot.id == NONE {
                return Err(at);
            }
            if slot.tag == tag && self.text(TextId(slot.id)) == text {
                return Ok(TextId(slot.id));
            }
            at = at.wrapping_add(1) & mask;
        }
        Err(at)
    }

    fn grow(&mut self) {
        let size = self.slots.len().saturating_mul(2).max(16);
        self.slots.clear();
        self.slots.resize(size, FREE);
        let mask = size.wrapping_sub(1);
        for id in 0..position(self.ends.len()) {
            let (hash, tag) = Slot::of(self.text(TextId(id)));
            let mut at = hashed(hash) & mask;
            while self.slots.get(at).is_some_and(|slot| slot.id != NONE) {
                at = at.wrapping_add(1) & mask;
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = Slot { tag, id };
            }
        }
    }

    /// The text of a number; empty for a number of another interner.
    pub fn text(&self, id: TextId) -> &str {
        if id.is_in_block() {
            return self.blocks.text(id, self);
        }
        let Some(end) = self.ends.get(id.index()) else { return "" };
        let start = id.index().checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..*end).unwrap_or_default()
    }

    /// The number that the first text of the next block will have.
    pub fn next_block(&self) -> TextId {
        self.blocks.next()
    }

    /// Numbers that stand for their digits, which are written when the first of them is asked for: a table of ids that are
    /// numbers needs no text. Returns the number of the first; the others follow it. [`Interner::find`] does not know them.
    pub fn push_numbers(&mut self, numbers: Buffer<i64>) -> TextId {
        self.blocks.push_numbers(numbers)
    }

    /// Texts that end others, written when the first of them is asked for: `17/closed` after `17`. Returns the number of the
    /// first; the others follow it. [`Interner::find`] does not know them.
    pub fn push_endings(&mut self, of: Vec<TextId>, ending: &str) -> TextId {
        self.blocks.push_endings(of, ending)
    }

    /// The text of a number, on its own: where few of many ids are shown, the others need not be written down.
    pub fn one(&self, id: TextId) -> String {
        if id.is_in_block() { self.blocks.one(id, self) } else { self.text(id).to_owned() }
    }

    /// How many texts there are that can be looked up.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without any text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// A hash as an index, cut to what the platform can count.
#[expect(clippy::as_conversions, reason = "the bits that do not fit a smaller platform are not needed")]
const fn hashed(hash: u64) -> usize {
    hash as usize
}

/// A shared interner with a private extension: what an expression makes (a lower-cased e-mail, say) gets a number of its
/// own without touching the shared table. A text that the shared table knows keeps its number there, so equality holds
/// across both.
#[derive(Debug)]
pub struct Texts<'a> {
    base: &'a Interner,
    local: Interner,
}

impl<'a> Texts<'a> {
    /// An empty extension of `base`.
    pub fn new(base: &'a Interner) -> Self {
        Self { base, local: Interner::default() }
    }

    /// The number of the text, in the shared table if it is there.
    pub fn intern(&mut self, text: &str) -> TextId {
        if let Some(id) = self.base.find(text) {
            return id;
        }
        let offset = u32::try_from(self.base.len()).unwrap_or(u32::MAX);
        TextId(self.local.intern(text).0.saturating_add(offset))
    }

    /// What was made beyond the shared table.
    pub fn into_local(self) -> Interner {
        self.local
    }

    /// The text of a number of either table.
    pub fn text(&self, id: TextId) -> &str {
        match id.index().checked_sub(self.base.len()) {
            None => self.base.text(id),
            Some(_) if id.is_in_block() => self.base.text(id),
            Some(local) => self.local.text(TextId(u32::try_from(local).unwrap_or(u32::MAX))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_keeps_its_number_while_the_table_grows() {
        let mut texts = Interner::default();
        assert_eq!((texts.find(""), texts.text(TextId(0)), texts.is_empty()), (None, "", true));
        let word = |at: u32| if at == 7 { String::new() } else { format!("ü{at}") };
        for at in 0..5_000 {
            assert_eq!(texts.intern(&word(at)), TextId(at));
        }
        for at in 0..5_000 {
            assert_eq!((texts.find(&word(at)), texts.text(TextId(at))), (Some(TextId(at)), word(at).as_str()));
            assert_eq!(texts.intern(&word(at)), TextId(at));
        }
        assert_eq!((texts.len(), texts.find("ü5000"), texts.text(TextId(5_000))), (5_000, None, ""));
    }
}
