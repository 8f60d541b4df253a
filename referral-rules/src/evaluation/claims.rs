//! Claims: who has a referee, and who came too late for it.
use super::Evaluation;
use crate::base::index;
use serde::Serialize;

/// Another referral of the same referee.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LostClaim {
    /// The referral.
    pub referral: String,
    /// Its referrer.
    pub referrer: String,
    /// The key in which both are the same, as the document writes it.
    pub key: String,
}

/// How a referral stands among those of the same referee.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Claims {
    /// The referral that has the referee, and the key, if this one came too late or was taken over.
    pub lost_to: Option<LostClaim>,
    /// The referrals that lost against this one, by submission.
    pub won_against: Vec<LostClaim>,
    /// The referral whose claim this one shares, and the key.
    pub shares_with: Option<LostClaim>,
    /// The referrals that share the claim of this one, by submission.
    pub shared_by: Vec<LostClaim>,
}

impl Evaluation<'_> {
    /// How a referral stands among those of the same referee; `None` if it is not known.
    pub fn claims(&self, referral: &str) -> Option<Claims> {
        let row = self.known_row(referral)?;
        let claim = |other: u32, key: u16| LostClaim {
            referral: self.referral_text(other).to_owned(),
            referrer: self.referrer_text(other).to_owned(),
            key: self.key_sources.get(usize::from(key)).cloned().unwrap_or_default(),
        };
        let standing = |row: u32| self.standings.at(self.book, row, self.as_of.0);
        let won_against = self.referrals().filter_map(|other| match standing(other).lost_to() {
            Some((winner, key)) if winner == row => Some(claim(other, key)),
            _ => None,
        });
        let shared_by = self.referrals().filter_map(|other| match standing(other).shares_with() {
            Some((holder, key)) if holder == row => Some(claim(other, key)),
            _ => None,
        });
        Some(Claims {
            lost_to: standing(row).lost_to().map(|(winner, key)| claim(winner, key)),
            won_against: won_against.collect(),
            shares_with: standing(row).shares_with().map(|(holder, key)| claim(holder, key)),
            shared_by: shared_by.collect(),
        })
    }

    /// The id of the referral at a position.
    pub(crate) fn referral_text(&self, row: u32) -> &str {
        self.book.referrals.id.get(index(row)).map_or("", |id| self.book.text(*id))
    }

    /// The id of the referrer of the referral at a position.
    pub(crate) fn referrer_text(&self, row: u32) -> &str {
        self.book.referrals.referrer.get(index(row)).map_or("", |id| self.book.text(*id))
    }
}
