//! Columns of texts as hosts keep them in memory: one after the other by offsets, or here and there by views.
use crate::base::{Buffer, index};

/// How many bytes a view has.
const VIEW: usize = 16;

/// How many of them hold the text itself, where it is that short.
const WITHIN: usize = 12;

/// Texts in memory as they came; checked once, when they are taken over.
#[derive(Clone, PartialEq, Debug)]
pub struct PackedTexts(Layout);

#[derive(Clone, PartialEq, Debug)]
enum Layout {
    /// One after the other in one piece.
    Offsets(Offsets, Buffer<u8>),
    /// Views, and the pieces that they point into.
    Views(Buffer<u8>, Vec<Buffer<u8>>),
}

/// Where each text starts and ends: one more than there are texts.
#[derive(Clone, PartialEq, Debug)]
pub enum Offsets {
    /// 32 bits
    I32(Buffer<i32>),
    /// 64 bits
    I64(Buffer<i64>),
}

/// Why texts cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TextsFault {
    /// The offsets fall, or leave the bytes.
    #[error("the offsets of the texts do not rise within the bytes")]
    Offsets,
    /// A view leaves the bytes.
    #[error("a view of a text leaves the bytes")]
    Views,
    /// A text is no UTF-8.
    #[error("a text is not valid UTF-8")]
    Encoding,
}

impl PackedTexts {
    /// Texts by their offsets into the bytes.
    ///
    /// # Errors
    /// [`TextsFault`] where a text leaves the bytes or is no UTF-8.
    pub fn new(offsets: Offsets, bytes: Buffer<u8>) -> Result<Self, TextsFault> {
        fn bounds<T: Copy>(offsets: &[T], bytes: &[u8]) -> Result<(), TextsFault>
        where
            usize: TryFrom<T>,
        {
            let mut before: Option<usize> = None;
            for offset in offsets {
                let at = usize::try_from(*offset).map_err(|_| TextsFault::Offsets)?;
                if at > bytes.len() || before.is_some_and(|before| at < before) {
                    return Err(TextsFault::Offsets);
                }
                // A byte that goes on with a character cannot begin a text.
                if bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80) {
                    return Err(TextsFault::Encoding);
                }
                before = Some(at);
            }
            let first = offsets.first().and_then(|first| usize::try_from(*first).ok()).unwrap_or(0);
            let used = bytes.get(first..before.unwrap_or(0)).unwrap_or_default();
            std::str::from_utf8(used).map(|_| ()).map_err(|_| TextsFault::Encoding)
        }
        match &offsets {
            Offsets::I32(offsets) => bounds(offsets, &bytes)?,
            Offsets::I64(offsets) => bounds(offsets, &bytes)?,
        }
        Ok(Self(Layout::Offsets(offsets, bytes)))
    }

    /// Texts by views, 16 bytes each in the order of the machine, as Arrow lays them out: the length in 32 bits, then either a text of at
    /// most 12 bytes, or its first four bytes, which of the pieces it stands in, and where there. A row that has no value has no text,
    /// whatever its view says.
    ///
    /// # Example
    /// ```
    /// use referral_rules::base::Buffer;
    /// use referral_rules::book::PackedTexts;
    /// let word = [&3_u32.to_ne_bytes(), &b"ada\0\0\0\0\0\0\0\0\0"[..]].concat();
    /// let long = [&14_u32.to_ne_bytes(), &b"bob@"[..], &0_u32.to_ne_bytes(), &2_u32.to_ne_bytes()].concat();
    /// let texts = PackedTexts::by_views(Buffer::from([word, long].concat()), vec![Buffer::from(b"..bob@company.eu".to_vec())], |_| true)?;
    /// assert_eq!((texts.text(0), texts.text(1)), ("ada", "bob@company.eu"));
    /// # Ok::<(), referral_rules::book::TextsFault>(())
    /// ```
    ///
    /// # Errors
    /// [`TextsFault`] where a text leaves its piece or is no UTF-8.
    pub fn by_views(
        views: Buffer<u8>,
        pieces: Vec<Buffer<u8>>,
        is_valid: impl Fn(usize) -> bool,
    ) -> Result<Self, TextsFault> {
        let long =
            views.chunks(VIEW).filter_map(length).filter(|length| *length > WITHIN).fold(0, usize::saturating_add);
        let all = pieces.iter().fold(0_usize, |all, piece| all.saturating_add(piece.len()));
        // A piece without any character of several bytes is seen as a whole, unless most of it is none of these texts.
        let plain = |piece: &[u8]| all <= long.saturating_mul(4) && piece.is_ascii();
        let pieces_seen: Vec<(&[u8], bool)> = pieces.iter().map(|piece| (&**piece, plain(piece))).collect();
        for (row, view) in views.chunks(VIEW).enumerate() {
            if let Err(fault) = sound(view, &pieces_seen) {
                if is_valid(row) {
                    return Err(fault);
                }
            }
        }
        Ok(Self(Layout::Views(views, pieces)))
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Layout::Offsets(Offsets::I32(offsets), _) => offsets.len().saturating_sub(1),
            Layout::Offsets(Offsets::I64(offsets), _) => offsets.len().saturating_sub(1),
            Layout::Views(views, _) => views.len() / VIEW,
        }
    }

    /// True without any text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a row's text; none past the last row.
    pub fn bytes(&self, row: usize) -> &[u8] {
        self.laid().get(row)
    }

    /// A row's text.
    pub fn text(&self, row: usize) -> &str {
        std::str::from_utf8(self.bytes(row)).unwrap_or_default()
    }

    /// Whether no text is longer than so many bytes.
    pub(crate) fn are_short(&self, bytes_max: usize) -> bool {
        // Offsets rise: none is below the one before it. Without a way out of the loop, the compiler compares many at a time.
        match self.laid() {
            Laid::I32(offsets, _) => {
                let longest = i32::try_from(bytes_max).unwrap_or(i32::MAX);
                let ends = offsets.get(1..).unwrap_or_default();
                offsets.iter().zip(ends).fold(true, |short, (from, to)| short & (to.wrapping_sub(*from) <= longest))
            }
            Laid::I64(offsets, _) => {
                let longest = i64::try_from(bytes_max).unwrap_or(i64::MAX);
                let ends = offsets.get(1..).unwrap_or_default();
                offsets.iter().zip(ends).fold(true, |short, (from, to)| short & (to.wrapping_sub(*from) <= longest))
            }
            Laid::Views(views, _) => {
                let lengths = views.chunks_exact(VIEW).map(length);
                lengths.fold(true, |short, length| short & length.is_some_and(|length| length <= bytes_max))
            }
        }
    }

    /// Where the texts stand, for those who read many.
    pub(crate) fn laid(&self) -> Laid<'_> {
        match &self.0 {
            Layout::Offsets(Offsets::I32(offsets), bytes) => Laid::I32(offsets, bytes),
            Layout::Offsets(Offsets::I64(offsets), bytes) => Laid::I64(offsets, bytes),
            Layout::Views(views, pieces) => Laid::Views(views, pieces),
        }
    }

    /// The texts of some rows, in their order.
    #[must_use]
    pub fn taken(&self, rows: &[u32]) -> Self {
        rows.iter().map(|row| self.text(index(*row))).collect()
    }
}

impl<'a> FromIterator<&'a str> for PackedTexts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let (mut offsets, mut bytes) = (vec![0_i64], Vec::new());
        for text in texts {
            bytes.extend_from_slice(text.as_bytes());
            offsets.push(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
        }
        Self(Layout::Offsets(Offsets::I64(Buffer::from(offsets)), Buffer::from(bytes)))
    }
}

/// Texts and where they stand, out of their shared memory.
#[derive(Clone, Copy)]
pub(crate) enum Laid<'a> {
    I32(&'a [i32], &'a [u8]),
    I64(&'a [i64], &'a [u8]),
    Views(&'a [u8], &'a [Buffer<u8>]),
}

impl<'a> Laid<'a> {
    /// The bytes of a row's text; none past the last row.
    #[inline]
    pub(crate) fn get(self, row: usize) -> &'a [u8] {
        fn of<'a, T: Copy>(offsets: &[T], bytes: &'a [u8], row: usize) -> Option<&'a [u8]>
        where
            usize: TryFrom<T>,
        {
            let at = |row: usize| offsets.get(row).and_then(|at| usize::try_from(*at).ok());
            bytes.get(at(row)?..at(row.saturating_add(1))?)
        }
        let bytes = match self {
            Self::I32(offsets, bytes) => of(offsets, bytes, row),
            Self::I64(offsets, bytes) => of(offsets, bytes, row),
            Self::Views(views, pieces) => {
                let start = row.saturating_mul(VIEW);
                let view = views.get(start..start.saturating_add(VIEW)).unwrap_or_default();
                viewed(view, |piece| pieces.get(piece).map(|piece| &**piece))
            }
        };
        bytes.unwrap_or_default()
    }
}

/// Whether a view is within its piece and its text is UTF-8; of each piece, whether it is known to be so.
#[inline]
fn sound(view: &[u8], pieces: &[(&[u8], bool)]) -> Result<(), TextsFault> {
    const HIGH: u128 = u128::from_ne_bytes([0x80; VIEW]);
    let text = viewed(view, |piece| pieces.get(piece).map(|(bytes, _)| *bytes)).ok_or(TextsFault::Views)?;
    let plain = if text.len() <= WITHIN {
        view.first_chunk::<VIEW>().is_some_and(|view| u128::from_ne_bytes(*view) & HIGH == 0)
    } else {
        word(view, 8).and_then(|piece| pieces.get(piece)).is_some_and(|(_, plain)| *plain)
    };
    if plain || std::str::from_utf8(text).is_ok() { Ok(()) } else { Err(TextsFault::Encoding) }
}

/// A number of 32 bits in a view.
#[inline]
fn word(view: &[u8], at: usize) -> Option<usize> {
    let bytes = view.get(at..)?.first_chunk::<4>()?;
    usize::try_from(u32::from_ne_bytes(*bytes)).ok()
}

/// How long the text of a view is.
#[inline]
fn length(view: &[u8]) -> Option<usize> {
    word(view, 0)
}

/// The text of a view; none where it leaves the piece that it points into.
#[inline]
fn viewed<'a>(view: &'a [u8], piece: impl FnOnce(usize) -> Option<&'a [u8]>) -> Option<&'a [u8]> {
    let len = length(view)?;
    if len <= WITHIN {
        return view.get(4..len.checked_add(4)?);
    }
    let start = word(view, 12)?;
    piece(word(view, 8)?)?.get(start..start.checked_add(len)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_that_lie_are_refused() {
        let word = |length: u32, text: &[u8; 12]| [&length.to_ne_bytes()[..], text].concat();
        let far = |length: u32, piece: u32, start: u32| [length, 0, piece, start].map(u32::to_ne_bytes).concat();
        let read = |view: Vec<u8>, valid: bool| {
            let pieces =
                vec![Buffer::from(b"fourteen bytes".to_vec()), Buffer::from("fünfzehn Bytes".as_bytes().to_vec())];
            PackedTexts::by_views(Buffer::from(view), pieces, |_| valid).map(|texts| texts.text(0).to_owned())
        };
        let found = |text: &str| Ok(text.to_owned());
        assert_eq!(read(word(3, b"bo\n         "), true), found("bo\n"));
        assert_eq!(
            read(word(1, b"b\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), true),
            found("b"),
            "what is behind it is nothing"
        );
        assert_eq!(read(word(2, b"b\xff          "), true), Err(TextsFault::Encoding));
        assert_eq!(read(far(14, 0, 0), true), found("fourteen bytes"));
        assert_eq!(read(far(13, 0, 1), true), found("ourteen bytes"));
        assert_eq!(read(far(15, 1, 0), true), found("fünfzehn Bytes"));
        assert_eq!(read(far(13, 1, 2), true), Err(TextsFault::Encoding), "it begins within a letter");
        for view in [far(15, 0, 0), far(14, 0, 1), far(14, 2, 0), far(14, 0, u32::MAX), far(u32::MAX, 0, 0)] {
            assert_eq!(read(view.clone(), true), Err(TextsFault::Views));
            assert_eq!(read(view, false), found(""), "where no value stands, nothing is said");
        }
        assert_eq!(read(word(2, b"b\xff          "), false), found(""));
    }
}
