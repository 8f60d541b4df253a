//! The keys that grants draw on, that running totals are kept by, and for which rules are given once, read at their events.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::candidates::Offering;
use super::chunk::number;
use super::drawing::Drawing;
use super::drawn::{Done, DrawKey, GivenKey, TotalKey};
use super::key_text::KeyText;
use crate::base::{Day, Instant, NONE, Period, Rounding, index};
use crate::expr::Scratch;
use crate::program::{Limit, Per, Reward, Version};
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows};

/// The first day of the period that holds a day; 0 where the period has none.
pub(super) fn period_of(in_each: Period, day: Day) -> i32 {
    match in_each {
        Period::Lifetime | Period::Rolling { .. } => 0,
        _ => in_each.first_day(day).0,
    }
}

impl Drawing<'_> {
    /// Whether all conditions of a limit hold at an event.
    pub(super) fn holds(&self, version: &Version, limit: &Limit, row: u32, scratch: &mut Scratch<'_>) -> bool {
        let env = env(self.offering.program, version, self.offering.book);
        let rows = [row];
        let inputs = self.offering.inputs(&rows);
        limit.when.iter().all(|condition| condition.holds(&inputs, &env, scratch))
    }

    /// The most that a limit lets pass, as of an event, in what it counts in; nothing where that cannot be told.
    pub(super) fn most(&self, version: &Version, limit: &Limit, row: u32, scratch: &mut Scratch<'_>) -> i64 {
        let Some(asks) = &limit.asks else { return limit.at_most };
        let env = env(self.offering.program, version, self.offering.book);
        let rows = [row];
        let most = number(asks.evaluate(&self.offering.inputs(&rows), 1, &env, scratch), 0).ok();
        most.and_then(|most| Rounding::Down.settle(most, limit.digits())).unwrap_or(0).max(0)
    }

    /// The key under which a limit counts what a reward gives for an event; the part of a campaign is left open.
    pub(super) fn draw_key(
        &self,
        version: &Version,
        limit: &Limit,
        (reward, row): (&Reward, u32),
        day: Day,
        scratch: &mut Scratch<'_>,
    ) -> DrawKey {
        let parts = self.offering.parts(version, &limit.per, (reward, row), scratch);
        DrawKey { limit: limit.number, period: period_of(limit.in_each, day), parts }
    }

    /// The key of a reward's running total at an event; `None` for a reward that has an amount.
    pub(super) fn total_key(
        &self,
        version: &Version,
        reward: &Reward,
        row: u32,
        scratch: &mut Scratch<'_>,
    ) -> Option<TotalKey> {
        let total = reward.total.as_ref()?;
        let day = self.offering.program.zone.day_of(Instant(self.offering.applied.at[index(row)]));
        let parts = self.offering.parts(version, &total.per, (reward, row), scratch);
        Some(TotalKey { reward: reward.number, period: period_of(total.in_each, day), parts })
    }
}

impl Offering<'_> {
    pub(super) fn inputs<'b>(&'b self, rows: &'b [u32]) -> EventRows<'b> {
        EventRows {
            program: self.program,
            book: self.book,
            applied: self.applied,
            rows,
            granted: None,
            counted: Counted::After,
        }
    }

    /// The key for which a reward is given once, at an event; `None` for a reward that is given each time.
    pub(super) fn given_key(
        &self,
        version: &Version,
        reward: &Reward,
        row: u32,
        scratch: &mut Scratch<'_>,
    ) -> Option<GivenKey> {
        let per = reward.once_per.as_ref()?;
        let parts = self.parts(version, per, (reward, row), scratch);
        Some(GivenKey { reward: reward.number, done: Done::Given, parts })
    }

    /// The key under which it is kept that a reward has ended for the referral of an event.
    pub(super) fn ended_key(&self, reward: &Reward, row: u32) -> GivenKey {
        let referral = self.book.referrals.id[index(self.applied.referral[index(row)])];
        GivenKey { reward: reward.number, done: Done::Ended, parts: [referral.0, NONE, NONE, NONE] }
    }

    fn parts(
        &self,
        version: &Version,
        per: &[Per],
        (reward, row): (&Reward, u32),
        scratch: &mut Scratch<'_>,
    ) -> [u32; 4] {
        let mut parts = [NONE; 4];
        let referral = index(self.applied.referral[index(row)]);
        let referrals = &self.book.referrals;
        for (part, per) in parts.iter_mut().zip(per) {
            *part = match per {
                Per::Referrer => referrals.referrer[referral].0,
                Per::Referee => referrals.referee[referral].0,
                Per::Referral => referrals.id[referral].0,
                Per::Reward => u32::from(reward.number),
                Per::Campaign => NONE,
                Per::Expression(expression) => {
                    let env = env(self.program, version, self.book);
                    let rows = [row];
                    match KeyText::of(expression.evaluate(&self.inputs(&rows), 1, &env, scratch), 0) {
                        KeyText::Id(id) => id.0,
                        KeyText::Text(text) => scratch.texts_mut().intern(&text).0,
                        KeyText::Missing => NONE,
                    }
                }
            };
        }
        parts
    }
}
