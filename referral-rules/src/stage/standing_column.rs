//! The standings of all referrals as of one moment. Nearly all are one of three, so a byte holds each, and what says more lies beside.
use super::standings::Standing;
use crate::base::{NONE, index, position};
use rustc_hash::FxHashMap;

const OUT: u8 = 0;
const ACCEPTED: u8 = 1;
const WITHDRAWN: u8 = 2;
/// It says more: look beside.
const MORE: u8 = 3;

/// Standings by referral.
#[derive(Clone, Debug, Default)]
pub struct StandingColumn {
    kinds: Vec<u8>,
    more: FxHashMap<u32, Standing>,
}

impl StandingColumn {
    /// So many referrals that are all out.
    pub fn new(referrals: usize) -> Self {
        Self { kinds: vec![OUT; referrals], more: FxHashMap::default() }
    }

    /// So many referrals that are all accepted.
    pub fn accepted(referrals: usize) -> Self {
        Self { kinds: vec![ACCEPTED; referrals], more: FxHashMap::default() }
    }

    /// How many referrals there are.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// True without referrals.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    #[inline]
    fn seen(&self, at: usize, kind: u8) -> Standing {
        match kind {
            OUT => Standing::Out,
            ACCEPTED => Standing::Accepted,
            WITHDRAWN => Standing::Withdrawn,
            _ => self.more.get(&position(at)).copied().unwrap_or(Standing::Out),
        }
    }

    /// The standing of the referral at a position; what is not there is out.
    #[inline]
    pub fn of(&self, at: usize) -> Standing {
        self.kinds.get(at).map_or(Standing::Out, |kind| self.seen(at, *kind))
    }

    /// Whether the referral has its claims.
    #[inline]
    pub fn is_accepted(&self, at: usize) -> bool {
        self.kinds.get(at) == Some(&ACCEPTED)
    }

    /// Sets the standing of the referral at a position.
    #[inline]
    pub fn set(&mut self, at: usize, standing: Standing) {
        let Some(kind) = self.kinds.get_mut(at) else { return };
        let plain = match standing {
            Standing::Out => OUT,
            Standing::Accepted => ACCEPTED,
            Standing::Withdrawn => WITHDRAWN,
            Standing::LostTo(..) | Standing::Shares(..) | Standing::TakenOver(_) => MORE,
        };
        if plain == MORE {
            self.more.insert(position(at), standing);
        } else if *kind == MORE {
            self.more.remove(&position(at));
        }
        *kind = plain;
    }

    /// Whether each was accepted, until now or until it was taken over.
    pub fn were_accepted(&self) -> Vec<bool> {
        let mut out: Vec<bool> = self.kinds.iter().map(|kind| *kind == ACCEPTED).collect();
        for (at, standing) in &self.more {
            if let Some(accepted) = out.get_mut(index(*at)) {
                *accepted = standing.was_accepted();
            }
        }
        out
    }

    /// The referral that has the referee in place of each, or `NONE`.
    pub fn lost_to(&self) -> Vec<u32> {
        let mut out = vec![NONE; self.kinds.len()];
        for (at, standing) in &self.more {
            if let Some((lost_to, (winner, _))) = out.get_mut(index(*at)).zip(standing.lost_to()) {
                *lost_to = winner;
            }
        }
        out
    }

    /// Whether each of them is accepted or out.
    pub fn are_plain(&self) -> impl ExactSizeIterator<Item = bool> + '_ {
        self.kinds.iter().map(|kind| *kind <= ACCEPTED)
    }

    /// The standings of all, in the order of the referrals.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Standing> + '_ {
        self.kinds.iter().enumerate().map(|(at, kind)| self.seen(at, *kind))
    }
}

impl FromIterator<Standing> for StandingColumn {
    fn from_iter<I: IntoIterator<Item = Standing>>(standings: I) -> Self {
        let mut out = Self::default();
        for (at, standing) in standings.into_iter().enumerate() {
            out.kinds.push(OUT);
            out.set(at, standing);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::standings::TakenOver;

    #[test]
    fn standings_are_told_as_they_were_set() {
        let mut column = StandingColumn::new(3);
        let taken = Standing::TakenOver(TakenOver { by: 2, key: 1, at: 9 });
        column.set(0, Standing::Accepted);
        column.set(1, Standing::LostTo(0, 4));
        column.set(7, Standing::Accepted);
        assert!(column.is_accepted(0) && !column.is_accepted(1) && !column.is_accepted(7));
        assert_eq!(column.iter().collect::<Vec<_>>(), [Standing::Accepted, Standing::LostTo(0, 4), Standing::Out]);
        column.set(1, Standing::Withdrawn);
        column.set(0, taken);
        assert_eq!((column.of(0), column.of(1), column.of(7)), (taken, Standing::Withdrawn, Standing::Out));
        column.set(2, Standing::Shares(0, 1));
        assert_eq!((column.were_accepted(), column.lost_to()), (vec![true, false, true], vec![2, NONE, NONE]));
        assert_eq!(column.are_plain().collect::<Vec<_>>(), [false; 3]);
        assert_eq!(
            column.iter().collect::<StandingColumn>().iter().collect::<Vec<_>>(),
            column.iter().collect::<Vec<_>>()
        );
        assert_eq!((column.len(), column.is_empty()), (3, false));
    }
}
