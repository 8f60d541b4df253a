//! Ranks of claims: where the best claim has the credit, a number read at submission that is lower for a better claim.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::env;
use super::inputs::{FactsAt, ReferralRows};
use super::keys::Keys;
use super::submission::{CHUNK_ROWS, Submissions};
use crate::base::{Number, position};
use crate::book::Book;
use crate::expr::{Column, Scratch};
use crate::program::Program;
use rustc_hash::FxHashMap;

/// The ranks of the referrals that have one, and share a key with another.
#[derive(Debug, Default)]
pub struct Ranks(FxHashMap<u32, Number>);

impl Ranks {
    /// Reads the ranks, each under the version of the submission.
    pub fn read(program: &Program, book: &Book, submissions: &Submissions, keys: &Keys) -> Self {
        let mut out = FxHashMap::default();
        let mut scratch = Scratch::new(&book.texts);
        for (number, version) in (0_u16..).zip(&program.versions) {
            let Some(rank) = &version.claims.rank else { continue };
            let env = env(program, version, book);
            let rows = (0..submissions.version.len()).filter(|row| submissions.version[*row] == number);
            let rows: Vec<u32> = rows.map(position).filter(|row| keys.is_shared(*row)).collect();
            for rows in rows.chunks(CHUNK_ROWS) {
                let inputs = ReferralRows { program, book, rows, facts_at: FactsAt::Submission };
                let result = rank.evaluate(&inputs, rows.len(), &env, &mut scratch);
                let Column::Decimal(values) = &result.column else { continue };
                let ranked = rows.iter().enumerate().filter(|(at, _)| result.status[*at].is_ok());
                out.extend(ranked.map(|(at, row)| (*row, values[at])));
            }
        }
        Self(out)
    }

    /// Whether the claim of a referral is better than that of another: one without a rank comes last.
    pub fn is_better(&self, referral: u32, other: u32) -> bool {
        match (self.0.get(&referral), self.0.get(&other)) {
            (Some(own), Some(other)) => own < other,
            (own, other) => own.is_some() && other.is_none(),
        }
    }
}
