//! The stages of an evaluation, in their order: submission, attribution, timeline, schedule.
//!
//! Each turns columns into columns. Positions in them come from the checked book and the compiled program, which is why
//! these files may index.
pub mod attribution;
pub mod by_account;
pub mod circles;
pub mod earlier;
pub mod holding;
pub mod inputs;
pub mod keys;
pub mod late_claims;
pub mod loading;
pub mod opening;
pub mod payees;
pub mod ranks;
pub mod recruiters;
pub mod reported;
pub mod schedule;
pub mod screens;
pub mod shares;
mod standing_column;
pub mod standings;
pub mod submission;
pub mod timeline;

use crate::base::index;
use crate::book::Book;
use crate::expr::Env;
use crate::program::{Program, Version};
use attribution::{Standing, Standings};
use submission::Submissions;
use timeline::Item;

/// What the timeline looks at: the program, the book, and what the stages before it found.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The verdicts at submission.
    pub submissions: &'a Submissions,
    /// The standings.
    pub standings: &'a Standings,
}

impl Facts<'_> {
    /// Whether a referral had been taken over before a submission, in the order of submissions.
    pub fn is_taken_over_before(&self, referral: u32, submission: &Item) -> bool {
        let book = self.book;
        match self.standings.current.of(index(referral)) {
            Standing::TakenOver(taken) => {
                let rank = |row: u32| book.referral_rank.get(index(row)).copied().unwrap_or_default();
                (taken.at, rank(taken.by)) < (submission.place.at, rank(submission.referral))
            }
            _ => false,
        }
    }
}

/// What the expressions of a version may look at beyond their inputs.
pub fn env<'a>(program: &'a Program, version: &'a Version, book: &'a Book) -> Env<'a> {
    let Version { calendar, tables, .. } = version;
    Env { zone: &program.zone, calendar, tables, rates: &book.rates, lists: &book.lists }
}
