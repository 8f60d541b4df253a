//! A column of exact numbers, in as little memory as they need: nearly all have short parts.
use super::index::position;
use super::number::Number;

/// A column of numbers.
///
/// # Example
/// ```
/// use referral_rules::base::{Number, Numbers};
/// let third = Number::fraction(1, 3).unwrap();
/// let numbers: Numbers = [Number::ONE, third].into_iter().collect();
/// assert_eq!((numbers.get(1), numbers.get(2)), (Some(third), None));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Numbers {
    numerators: Vec<i64>,
    /// Nothing where the number stands among the long ones.
    denominators: Vec<u32>,
    /// Those with longer parts, and where they stand.
    long: Vec<(u32, Number)>,
}

impl Numbers {
    /// No numbers, with room for some.
    pub fn with_capacity(numbers: usize) -> Self {
        Self { numerators: Vec::with_capacity(numbers), denominators: Vec::with_capacity(numbers), long: Vec::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numerators.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.numerators.is_empty()
    }

    /// One more.
    #[inline]
    pub fn push(&mut self, number: Number) {
        let short = i64::try_from(number.numerator()).ok().zip(u32::try_from(number.denominator()).ok());
        let (numerator, denominator) = short.unwrap_or_else(|| {
            self.long.push((position(self.numerators.len()), number));
            (0, 0)
        });
        self.numerators.push(numerator);
        self.denominators.push(denominator);
    }

    /// The number at a place.
    #[inline]
    pub fn get(&self, at: usize) -> Option<Number> {
        let (numerator, denominator) = (self.numerators.get(at)?, self.denominators.get(at)?);
        if *denominator != 0 {
            return Some(Number::of_reduced(*numerator, *denominator));
        }
        let found = self.long.binary_search_by_key(&position(at), |(place, _)| *place).ok()?;
        self.long.get(found).map(|(_, number)| *number)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Number> + '_ {
        (0..self.len()).filter_map(|at| self.get(at))
    }
}

impl Extend<Number> for Numbers {
    fn extend<I: IntoIterator<Item = Number>>(&mut self, numbers: I) {
        numbers.into_iter().for_each(|number| self.push(number));
    }
}

impl FromIterator<Number> for Numbers {
    fn from_iter<I: IntoIterator<Item = Number>>(numbers: I) -> Self {
        let mut out = Self::default();
        numbers.into_iter().for_each(|number| out.push(number));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_numbers_come_back_as_they_were() {
        let parts = [0, 1, -7, i128::from(i64::MAX), i128::from(i64::MIN), i128::MAX, -i128::MAX];
        let below = [1, 3, i128::from(u32::MAX), i128::from(u32::MAX) + 1, i128::MAX];
        let all: Vec<Number> =
            below.iter().flat_map(|below| parts.iter().filter_map(|above| Number::fraction(*above, *below))).collect();
        let numbers: Numbers = all.iter().copied().collect();
        assert_eq!(numbers.iter().collect::<Vec<_>>(), all);
        assert_eq!((numbers.len(), numbers.get(all.len())), (all.len(), None));
        assert!(numbers.long.len() > 5 && numbers.long.len() < all.len());
    }
}
