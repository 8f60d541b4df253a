//! The steps of many entries, in as little memory as they need.
use super::candidates::{Change, Step};
use crate::base::Numbers;

/// Steps by column, one after the other.
///
/// # Example
/// ```
/// use referral_rules::base::Number;
/// use referral_rules::stage::timeline::{Change, Step, Steps};
/// let step = Step { change: Change::AtLeast, before: Number::from(3), after: Number::from(25) };
/// let steps: Steps = [step].into_iter().collect();
/// assert_eq!(steps.range(0, 1).collect::<Vec<_>>(), [step]);
/// assert_eq!(steps.range(1, 2).count(), 0);
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Steps {
    changes: Vec<Change>,
    /// Of each step the amount before, then the amount after.
    amounts: Numbers,
}

impl Steps {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// One more.
    #[inline]
    pub fn push(&mut self, step: Step) {
        self.changes.push(step.change);
        self.amounts.push(step.before);
        self.amounts.push(step.after);
    }

    /// The step at a place.
    pub fn get(&self, at: usize) -> Option<Step> {
        let change = *self.changes.get(at)?;
        let first = at.saturating_mul(2);
        let (before, after) = (self.amounts.get(first)?, self.amounts.get(first.saturating_add(1))?);
        Some(Step { change, before, after })
    }

    /// The steps from one place to before another.
    pub fn range(&self, from: usize, to: usize) -> impl Iterator<Item = Step> + '_ {
        (from..to).map_while(|at| self.get(at))
    }
}

impl FromIterator<Step> for Steps {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        let mut out = Self::default();
        out.extend(steps);
        out
    }
}

impl Extend<Step> for Steps {
    fn extend<I: IntoIterator<Item = Step>>(&mut self, steps: I) {
        steps.into_iter().for_each(|step| self.push(step));
    }
}
