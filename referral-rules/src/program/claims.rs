//! `[attribution]` compiled: by what two referrals are of the same referee, how long a claim holds, and who may take it over.
use super::compile::Compiling;
use super::compiled::{EventKind, Program};
use super::document::{CreditGoesTo, Document};
use super::names::Scopes;
use super::shares::Shares;
use crate::base::Length;
use crate::expr::{Compiled, Expected};

/// What a version says of claims.
#[derive(Debug, Default)]
pub struct ClaimTerms {
    /// The keys by which two referrals are of the same referee.
    pub keys: Vec<Compiled>,
    /// Which of several claims has the credit.
    pub credit_goes_to: CreditGoesTo,
    /// With the best claim: the rank, the lower the better.
    pub rank: Option<Compiled>,
    /// Kinds of event after which the claim cannot be taken over.
    pub locks_on: Vec<EventKind>,
    /// How long a claim lasts; for ever without.
    pub lasts: Option<Length>,
    /// Kinds of event that prolong the claims of their referral, and until how long after the event.
    pub prolonged_by: Vec<EventKind>,
    /// How long after such an event the claims hold at least.
    pub prolonged_for: Option<Length>,
    /// Kinds of event that end the claims of their referral.
    pub released_by: Vec<EventKind>,
    /// How the credit is shared with those who come after the holder, if it is.
    pub shares: Option<Shares>,
}

impl ClaimTerms {
    /// Whether events change how long the claims of their referral hold, or who may have them.
    pub fn follow_events(&self) -> bool {
        !self.released_by.is_empty() || !self.prolonged_by.is_empty() || !self.locks_on.is_empty()
    }

    /// Whether what becomes of a claim depends on the events of the referral that holds it.
    pub fn watches_holder(&self) -> bool {
        self.follow_events() || self.can_be_taken_over()
    }

    /// Whether a later referral may take a claim over.
    pub fn can_be_taken_over(&self) -> bool {
        self.credit_goes_to != CreditGoesTo::FirstClaim
    }
}

impl Compiling<'_> {
    pub(super) fn claim_terms(&mut self, document: &Document, scopes: &Scopes) -> ClaimTerms {
        let Some(written) = document.attribution.as_ref() else { return ClaimTerms::default() };
        let keys = written.same_referee_when.iter().enumerate();
        let keys = keys.filter_map(|(at, key)| {
            self.expression(key, Expected::Any, &scopes.submission, &format!("attribution.same_referee_when[{at}]"))
        });
        let keys = keys.collect();
        let rank = written.rank.as_ref();
        let rank =
            rank.and_then(|rank| self.expression(rank, Expected::Number, &scopes.submission, "attribution.rank"));
        let kinds = |written: &[crate::diag::Spanned<String>]| -> Vec<EventKind> {
            written.iter().map(|kind| self.numbers.kind(&kind.value)).collect()
        };
        let stated = written.shares.iter().map(|share| share.value).collect();
        let equally = written.shared_equally_by.as_ref().and_then(|most| u8::try_from(most.value).ok());
        let shares =
            if written.shares.is_empty() { equally.map(Shares::Equally) } else { Some(Shares::Stated(stated)) };
        ClaimTerms {
            keys,
            credit_goes_to: written.credit_goes_to.value,
            rank,
            locks_on: kinds(&written.locks_on),
            lasts: written.claim_lasts.as_ref().map(|lasts| lasts.value),
            prolonged_by: kinds(&written.prolonged_by),
            prolonged_for: written.prolonged_for.as_ref().map(|lasts| lasts.value),
            released_by: kinds(&written.released_by),
            shares,
        }
    }
}

impl Program {
    /// Whether some version lets events change how long claims hold, or claims be taken over: then who meets a claim must look at
    /// the referral that holds it.
    pub fn looks_at_holders(&self) -> bool {
        self.versions.iter().any(|version| version.claims.watches_holder())
    }

    /// Whether some version lets events prolong claims.
    pub fn prolongs_claims(&self) -> bool {
        self.versions.iter().any(|version| !version.claims.prolonged_by.is_empty())
    }

    /// Whether some version lets claims be taken over.
    pub fn takes_claims_over(&self) -> bool {
        self.versions.iter().any(|version| version.claims.can_be_taken_over())
    }
}
