//! The shares of those who referred the same referee: stated ones, or equal ones.
use super::compiled::Program;
use crate::base::Number;

/// How the credit for a referee is shared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shares {
    /// That of the holder of the claim, then of those after it, in the order of submission.
    Stated(Vec<Number>),
    /// Equal ones of at most so many.
    Equally(u8),
}

/// What a referral has of a reward, beside others of the same referee.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Share {
    /// The referral that has the claim.
    pub holder: u32,
    /// The version in force at its submission.
    pub version: u16,
    /// The place among those who share, the holder's being 0.
    pub place: u8,
    /// How many share.
    pub of: u8,
}

impl Shares {
    /// How many can share, the holder included.
    pub fn at_most(&self) -> usize {
        match self {
            Self::Stated(shares) => shares.len(),
            Self::Equally(most) => usize::from(*most),
        }
    }

    /// The shares before one's own, and up to it; `None` where they do not fit. What nobody has of stated shares falls to the
    /// holder, up to the whole.
    pub fn bounds(&self, share: Share) -> Option<(Number, Number)> {
        let (place, of) = (i64::from(share.place), i64::from(share.of.max(1)));
        let Self::Stated(stated) = self else {
            let of = Number::from(of);
            let part = |up_to: i64| Number::from(up_to).checked_div(of);
            return Some((part(place)?, part(place.checked_add(1)?)?));
        };
        let zero = Number::from(0);
        let sum = |shares: &[Number]| shares.iter().try_fold(zero, |sum, share| sum.checked_add(*share));
        let here = usize::from(share.of).clamp(1, stated.len().max(1));
        let left = sum(stated.get(here..).unwrap_or_default())?;
        let first = stated.first().copied().unwrap_or(zero).checked_add(left)?.min(Number::from(1));
        let place = usize::from(share.place);
        if place == 0 {
            return Some((zero, first));
        }
        let before = first.checked_add(sum(stated.get(1..place).unwrap_or_default())?)?;
        Some((before, before.checked_add(stated.get(place).copied().unwrap_or(zero))?))
    }
}

impl Program {
    /// Whether some version lets later referrals share a claim.
    pub fn shares_claims(&self) -> bool {
        self.versions.iter().any(|version| version.claims.shares.is_some())
    }

    /// The shares before one's own and up to it; `None` where nothing is shared.
    pub fn share_bounds(&self, share: Share) -> Option<(Number, Number)> {
        self.shares_of(share.version)?.bounds(share)
    }

    /// The shares that a version states.
    pub fn shares_of(&self, version: u16) -> Option<&Shares> {
        self.versions.get(usize::from(version))?.claims.shares.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(shares: &Shares, place: u8, of: u8) -> (String, String) {
        let (before, up_to) = shares.bounds(Share { holder: 0, version: 0, place, of }).expect("they fit");
        (before.to_string(), up_to.to_string())
    }

    fn percent(of: &[i128]) -> Shares {
        Shares::Stated(of.iter().filter_map(|percent| Number::fraction(*percent, 100)).collect())
    }

    #[test]
    fn what_nobody_has_falls_to_the_holder_up_to_the_whole() {
        let three = percent(&[50, 30, 20]);
        assert_eq!(bounds(&three, 0, 1), ("0".into(), "1".into()));
        assert_eq!(bounds(&three, 0, 2), ("0".into(), "0.7".into()));
        assert_eq!(bounds(&three, 1, 2), ("0.7".into(), "1".into()));
        assert_eq!(bounds(&three, 2, 3), ("0.8".into(), "1".into()));
        let above = percent(&[100, 20]);
        assert_eq!(bounds(&above, 0, 1), ("0".into(), "1".into()));
        assert_eq!(bounds(&above, 1, 2), ("1".into(), "1.2".into()));
        assert_eq!(bounds(&percent(&[70, 20]), 0, 1), ("0".into(), "0.9".into()));
    }

    #[test]
    fn equal_shares_are_of_those_who_are_there() {
        let two = Shares::Equally(2);
        assert_eq!(bounds(&two, 0, 1), ("0".into(), "1".into()));
        assert_eq!(bounds(&two, 1, 2), ("0.5".into(), "1".into()));
    }
}
