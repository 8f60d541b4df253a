//! Choices become decisions. A choice of 0 is always the simplest one, so that shrinking numbers simplifies what they made.

/// The choices that one building block is made from.
pub type Choices = [u16; 24];

/// Reads choices one after the other; when they have run out, every further one is 0.
#[derive(Clone, Debug)]
pub struct Draw<'a> {
    left: std::slice::Iter<'a, u16>,
}

impl<'a> Draw<'a> {
    /// Starts at the first choice.
    pub fn new(choices: &'a Choices) -> Self {
        Self { left: choices.iter() }
    }

    /// A number below `count`; 0 if that is 0.
    pub fn below(&mut self, count: usize) -> usize {
        let choice = self.left.next().copied().map_or(0, usize::from);
        choice.checked_rem(count).unwrap_or(0)
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times).saturating_add(1) == times.max(2)
    }

    /// One of them; the first is the simplest.
    pub fn one_of<T: Clone + Default>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len());
        all.get(at).cloned().unwrap_or_default()
    }
}

/// The order of `0..count` that the choices mix up; the same order when they are all 0.
pub fn shuffled(choices: &Choices, count: usize) -> Vec<usize> {
    let mut out: Vec<usize> = (0..count).collect();
    let mut state = choices.iter().fold(0_u64, |sum, choice| sum.wrapping_mul(31).wrapping_add(u64::from(*choice)));
    if state == 0 {
        return out;
    }
    for at in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(state >> 33).unwrap_or(0).checked_rem(at.saturating_add(1)).unwrap_or(0);
        out.swap(at, other);
    }
    out
}
