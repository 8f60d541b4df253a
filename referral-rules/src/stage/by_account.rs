//! What requirements ask only of the referrer's account is judged once per account, not once per referral.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::env;
use super::inputs::AccountRows;
use super::submission::{CHUNK_ROWS, Sides, sides};
use crate::base::{NONE, index, position};
use crate::book::Book;
use crate::expr::{Column, Compiled, Scratch};
use crate::program::{Owner, Program, Source, Version};

/// The requirements of a version that fail by account, as bits in bytes like those of referrals.
pub struct ByAccount {
    /// Account after account; last, for a referrer that is no account.
    failed: Vec<u8>,
    refused: Vec<Sides>,
    width: usize,
}

impl ByAccount {
    /// Judges all accounts; nothing where the accounts are more than the referrals.
    pub fn judge(program: &Program, book: &Book, version: &Version, width: usize) -> Self {
        let mut out = Self { failed: Vec::new(), refused: Vec::new(), width };
        let accounts = book.accounts.id.len();
        if accounts > book.referrals.id.len() {
            return out;
        }
        let covered = |condition: &&Compiled| asks_accounts_only(program, book, condition);
        if !version
            .requirements
            .iter()
            .filter(|one| one.is_at_submission())
            .flat_map(|one| &one.conditions)
            .any(|condition| covered(&condition))
        {
            return out;
        }
        // What is no account comes last and by itself: rows that are all there are loaded at once.
        let rows: Vec<u32> = (0..position(accounts)).collect();
        out.failed.resize(accounts.saturating_add(1).saturating_mul(width), 0);
        out.refused.resize(accounts.saturating_add(1), Sides::default());
        let mut scratch = Scratch::new(&book.texts);
        let env = env(program, version, book);
        for (number, requirement) in version.requirements.iter().enumerate().filter(|(_, one)| one.is_at_submission()) {
            for condition in requirement.conditions.iter().filter(covered) {
                for rows in rows.chunks(CHUNK_ROWS).chain([&[NONE][..]]) {
                    let inputs = AccountRows { program, book, rows };
                    let result = condition.evaluate(&inputs, rows.len(), &env, &mut scratch);
                    let Column::Bool(holds) = &result.column else { continue };
                    for at in (0..rows.len()).filter(|at| !(holds[*at] && result.status[*at].is_ok())) {
                        let row = index(rows[at]).min(accounts);
                        out.refused[row] = out.refused[row].and(sides(requirement));
                        out.failed[row.saturating_mul(width).saturating_add(number / 8)] |= 1 << (number % 8);
                    }
                }
            }
        }
        out
    }

    /// True where nothing was judged.
    pub fn is_empty(&self) -> bool {
        self.refused.is_empty()
    }

    /// Whether a condition has been judged.
    pub fn covers(&self, program: &Program, book: &Book, condition: &Compiled) -> bool {
        !self.is_empty() && asks_accounts_only(program, book, condition)
    }

    /// As [`ByAccount::of`], where one byte has all of them.
    #[inline]
    pub fn of_one_byte(&self, account: u32) -> (u8, Sides) {
        let row = index(account).min(self.refused.len().saturating_sub(1));
        (self.failed[row], self.refused[row])
    }

    /// The bytes of an account, or of what is none, and the sides that are refused.
    pub fn of(&self, account: u32) -> (&[u8], Sides) {
        let last = self.refused.len().saturating_sub(1);
        let row = index(account).min(last);
        let start = row.saturating_mul(self.width);
        (&self.failed[start..start.saturating_add(self.width)], self.refused[row])
    }
}

/// Whether a condition asks facts of the referrer alone, which only accounts carry.
fn asks_accounts_only(program: &Program, book: &Book, condition: &Compiled) -> bool {
    let on_account = |number: u16| {
        let fact = &program.facts[usize::from(number)];
        let own = book.referrals.facts.get(usize::from(number)).and_then(Option::as_ref);
        let once = book.accounts.history.is_none();
        once && fact.owner == Owner::Referrer && fact.account.is_some() && own.is_none()
    };
    let slots = condition.inputs();
    !slots.is_empty()
        && slots.iter().all(|slot| match program.slots[usize::from(slot.0)] {
            Source::Fact(number) => on_account(number),
            _ => false,
        })
}
