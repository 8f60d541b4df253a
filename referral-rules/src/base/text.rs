//! Interned text: each distinct text is stored once and known by a small number, so that columns hold numbers and
//! comparing texts is comparing numbers.
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The number of an interned text. Only equality has a meaning; the order of texts is that of their bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TextId(pub u32);

impl TextId {
    /// The position in the interner's table.
    #[expect(clippy::as_conversions, reason = "32 bits fit a usize on every platform that std supports here")]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A table of distinct texts.
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
    texts: Vec<Arc<str>>,
    ids: FxHashMap<Arc<str>, TextId>,
}

impl Interner {
    /// The number of the text, new or known. Past 2^32 - 1 texts, the last number is given to all: see `limits`.
    pub fn intern(&mut self, text: &str) -> TextId {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = TextId(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let shared: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&shared));
        self.ids.insert(shared, id);
        id
    }

    /// The number of a text that is known already.
    pub fn find(&self, text: &str) -> Option<TextId> {
        self.ids.get(text).copied()
    }

    /// The text of a number; empty for a number of another interner.
    pub fn text(&self, id: TextId) -> &str {
        self.texts.get(id.index()).map_or("", |text| text)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// True without any text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
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

    /// The text of a number of either table.
    pub fn text(&self, id: TextId) -> &str {
        match id.index().checked_sub(self.base.len()) {
            None => self.base.text(id),
            Some(local) => self.local.text(TextId(u32::try_from(local).unwrap_or(u32::MAX))),
        }
    }
}
