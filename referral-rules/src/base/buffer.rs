//! Columns in one piece of memory, our own or a host's: shared, never copied.
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Values of one type in one piece of memory. Cloning shares them.
///
/// A host that keeps its columns alive by a count of their users (Arrow, `Arc<[T]>`, a mapped file) hands them over as they are.
///
/// # Example
/// ```
/// use referral_rules::base::Buffer;
/// let own = Buffer::from(vec![1_i64, 2, 3]);
/// let shared = Buffer::shared(std::sync::Arc::new([1_i64, 2, 3]));
/// assert_eq!(own[1..], shared[1..]);
/// ```
pub struct Buffer<T: 'static>(Arc<dyn AsRef<[T]> + Send + Sync>);

impl<T: 'static> Buffer<T> {
    /// Memory that somebody else keeps; it must give the same values each time that it is asked.
    pub fn shared(memory: Arc<dyn AsRef<[T]> + Send + Sync>) -> Self {
        Self(memory)
    }

    /// True if both share the same memory.
    pub fn same_memory(&self, other: &Self) -> bool {
        std::ptr::eq(self.as_ptr_range().start, other.as_ptr_range().start) && self.len() == other.len()
    }
}

impl<T: Send + Sync + 'static> From<Vec<T>> for Buffer<T> {
    fn from(values: Vec<T>) -> Self {
        Self(Arc::new(values))
    }
}

impl<T: Send + Sync + 'static> Default for Buffer<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T: Send + Sync + 'static> FromIterator<T> for Buffer<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::from(values.into_iter().collect::<Vec<T>>())
    }
}

impl<T: 'static> Clone for Buffer<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: 'static> Deref for Buffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        (*self.0).as_ref()
    }
}

impl<'a, T: 'static> IntoIterator for &'a Buffer<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq + 'static> PartialEq for Buffer<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: fmt::Debug + 'static> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// One bit per row, the lowest bit of a byte first, as Arrow lays them out.
///
/// # Example
/// ```
/// use referral_rules::base::Bits;
/// let bits: Bits = [true, false, true].into_iter().collect();
/// assert!(bits.get(0) && !bits.get(1) && bits.get(2));
/// assert_eq!((bits.len(), bits.count()), (3, 2));
/// ```
#[derive(Clone, Debug)]
pub struct Bits {
    bytes: Buffer<u8>,
    first: usize,
    len: usize,
}

impl Bits {
    /// `len` bits of `bytes`, from the bit `first` on; `None` where there are not as many.
    pub fn new(bytes: Buffer<u8>, first: usize, len: usize) -> Option<Self> {
        let there = bytes.len().checked_mul(8)?;
        (first.checked_add(len)? <= there).then_some(Self { bytes, first, len })
    }

    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True without any bit.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bit of a row; false past the last.
    pub fn get(&self, row: usize) -> bool {
        row < self.len && bit(&self.bytes, self.first.saturating_add(row))
    }

    /// How many bits are set.
    pub fn count(&self) -> usize {
        (0..self.len).step_by(64).fold(0_usize, |sum, row| {
            let ones = usize::try_from(self.word(row).count_ones()).unwrap_or(0);
            sum.saturating_add(ones)
        })
    }

    /// Up to 64 bits from a row on, the row's the lowest; those past the last row are zero.
    pub fn word(&self, row: usize) -> u64 {
        let (at, shift) = (self.first.saturating_add(row), self.first.saturating_add(row) % 8);
        let bytes = self.bytes.get(at / 8..).unwrap_or_default();
        let mut window = [0_u8; 16];
        window.iter_mut().zip(bytes.iter().take(9)).for_each(|(to, byte)| *to = *byte);
        let word = u128::from_le_bytes(window) >> shift;
        let word = u64::try_from(word & u128::from(u64::MAX)).unwrap_or(0);
        match self.len.saturating_sub(row) {
            left if left >= 64 => word,
            left => word & !(u64::MAX << left),
        }
    }

    /// Writes the bits from `row` on, one per place of `out`, as bools or as the numbers 0 and 1.
    pub fn unpack<T: From<bool>>(&self, row: usize, out: &mut [T]) {
        let mut at = row;
        for out in out.chunks_mut(64) {
            let word = self.word(at);
            out.iter_mut().enumerate().for_each(|(bit, out)| *out = T::from(word >> bit & 1 == 1));
            at = at.saturating_add(64);
        }
    }

    /// The rows whose bit is set.
    pub fn rows(&self) -> Vec<u32> {
        let mut out = Vec::with_capacity(self.count());
        for first in (0..self.len).step_by(64) {
            out.extend(super::ones(self.word(first)).map(|bit| super::position(first.saturating_add(bit))));
        }
        out
    }

    /// The bits of some rows, in their order.
    #[must_use]
    pub fn taken(&self, rows: &[u32]) -> Self {
        rows.iter().map(|row| self.get(super::index(*row))).collect()
    }
}

fn bit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

impl FromIterator<bool> for Bits {
    fn from_iter<I: IntoIterator<Item = bool>>(bits: I) -> Self {
        let (mut bytes, mut len) = (Vec::new(), 0_usize);
        for bit in bits {
            if len % 8 == 0 {
                bytes.push(0_u8);
            }
            if let Some(last) = bytes.last_mut() {
                *last |= u8::from(bit) << (len % 8);
            }
            len = len.saturating_add(1);
        }
        Self { bytes: Buffer::from(bytes), first: 0, len }
    }
}

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && (0..self.len).step_by(64).all(|row| self.word(row) == other.word(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_read_the_same_from_every_start() {
        let pattern = |at: usize| (at.wrapping_mul(2_654_435_761) >> 7) % 3 == 0;
        let all: Bits = (0..300).map(pattern).collect();
        for first in [0, 1, 7, 8, 63, 64, 65, 150] {
            for len in [0, 1, 8, 63, 64, 65, 150] {
                let bits = Bits::new(all.bytes.clone(), first, len).unwrap();
                let mut out = vec![false; len];
                bits.unpack(0, &mut out);
                for (row, out) in out.iter().enumerate() {
                    assert_eq!(
                        (bits.get(row), *out),
                        (pattern(first + row), pattern(first + row)),
                        "{first} {len} {row}"
                    );
                }
                assert_eq!(bits.count(), out.iter().filter(|bit| **bit).count());
                assert!(!bits.get(len));
                assert_eq!(bits, out.iter().copied().collect());
            }
        }
        assert!(Bits::new(Buffer::from(vec![0]), 4, 5).is_none());
    }
}
