//! Where numbers stand: a table of 64-bit numbers and their positions, for joining ids that are numbers.

/// From numbers to 32-bit positions.
///
/// # Example
/// ```
/// use referral_rules::base::NumberIndex;
/// let mut index = NumberIndex::with_capacity(2);
/// assert_eq!(index.find_or_insert(17, 0), 0);
/// assert_eq!(index.find_or_insert(17, 1), 0);
/// assert_eq!((index.find(17), index.find(4)), (Some(0), None));
/// ```
#[derive(Clone, Debug)]
pub struct NumberIndex {
    /// An open table, as long as a power of two and at most half full.
    slots: Vec<Slot>,
    shift: u32,
    len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    number: i64,
    position: u32,
}

const FREE: Slot = Slot { number: 0, position: super::NONE };

impl NumberIndex {
    /// An empty table with room for some numbers.
    pub fn with_capacity(numbers: usize) -> Self {
        let bits = numbers.saturating_mul(2).max(16).next_power_of_two().trailing_zeros().min(62);
        Self { slots: vec![FREE; 1_usize << bits], shift: 64_u32.saturating_sub(bits), len: 0 }
    }

    /// The position of a number.
    #[inline]
    pub fn find(&self, number: i64) -> Option<u32> {
        let mut at = self.start(number);
        while let Some(slot) = self.slots.get(at) {
            if slot.position == super::NONE {
                return None;
            }
            if slot.number == number {
                return Some(slot.position);
            }
            at = self.next(at);
        }
        None
    }

    /// The position of a number; `position` from now on, if it has none yet.
    pub fn find_or_insert(&mut self, number: i64, position: u32) -> u32 {
        if self.len.saturating_mul(2) >= self.slots.len() {
            self.grow();
        }
        let mut at = self.start(number);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.position == super::NONE {
                *slot = Slot { number, position };
                self.len = self.len.saturating_add(1);
                return position;
            }
            if slot.number == number {
                return slot.position;
            }
            at = self.next(at);
        }
        position
    }

    fn grow(&mut self) {
        let mut larger = Self::with_capacity(self.slots.len());
        for slot in self.slots.iter().filter(|slot| slot.position != super::NONE) {
            larger.find_or_insert(slot.number, slot.position);
        }
        *self = larger;
    }

    fn start(&self, number: i64) -> usize {
        // Multiplying spreads numbers that follow one another; the high bits are the best mixed.
        let hash = u64::from_ne_bytes(number.to_ne_bytes()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(hash >> self.shift).unwrap_or(0)
    }

    fn next(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_keeps_its_position_while_the_table_grows() {
        let mut index = NumberIndex::with_capacity(0);
        let number = |at: u32| i64::from(at).wrapping_mul(0x1234_5678_9ABC).wrapping_sub(7);
        for at in 0..5_000 {
            assert_eq!(index.find_or_insert(number(at), at), at);
        }
        for at in 0..5_000 {
            assert_eq!((index.find(number(at)), index.find_or_insert(number(at), 0)), (Some(at), at));
        }
        assert_eq!(index.find(number(5_000)), None);
    }
}
