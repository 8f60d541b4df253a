//! Who has which place in contests: of periods that have ended, and of those that run, as if they ended now.
#![expect(clippy::indexing_slicing, reason = "positions come from the compiled program")]
use super::Evaluation;
use super::entry::{Entry, exact, shown, shown_if_any};
use crate::base::{Day, Number, Rounding, TextId, index};
use crate::stage::timeline::{Board, BoardRow, tickets};
use rust_decimal::Decimal;
use serde::Serialize;

/// Someone in a period of a contest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Placing {
    /// The contest.
    pub contest: String,
    /// The first day of the period; none over the lifetime.
    #[serde(serialize_with = "shown_if_any")]
    pub first_day: Option<Day>,
    /// The last day of the period.
    #[serde(serialize_with = "shown")]
    pub last_day: Day,
    /// Whether the period has ended; else places are as if it ended now.
    pub ended: bool,
    /// The place, from 1; none for who does not have enough to take part.
    pub place: Option<i64>,
    /// The referrer's account id.
    pub referrer: String,
    /// How much one has, exactly.
    #[serde(serialize_with = "exact")]
    pub value: Number,
    /// What the next better place has more, 0 for the first; what is missing to take part, for who does not.
    #[serde(serialize_with = "exact")]
    pub missing: Number,
    /// How many tickets of a draw, where the contest has one.
    pub tickets: Option<i64>,
    /// The id of the prize; none for a place without.
    pub prize: Option<String>,
    /// How much of it, before limits.
    #[serde(serialize_with = "shown_if_any")]
    pub amount: Option<Decimal>,
    /// What the amount is counted in.
    pub unit: Option<String>,
    /// The referral with which it was reached; the prize hangs on it.
    pub referral: String,
}

impl Evaluation<'_> {
    /// The places of contests, by the last day of the period, then in the document's order, the best first.
    pub fn leaderboard(&self) -> Vec<Placing> {
        let mut boards: Vec<&Board> = self.timeline.boards.iter().collect();
        boards.sort_by_key(|board| (board.last_day, board.contest));
        boards.into_iter().flat_map(|board| board.rows.iter().map(|row| self.placing(board, row))).collect()
    }

    /// The placing that an entry is the prize of, as the places are now.
    pub fn placing_of(&self, entry: &Entry) -> Option<Placing> {
        if self.timeline.boards.is_empty() {
            return None;
        }
        let day = self.program.zone.day_of(entry.earned_at).checked_add_days(-1)?;
        let own = |placing: &Placing| {
            placing.prize.as_deref() == Some(entry.rule.as_str())
                && placing.referral == entry.referral
                && placing.last_day == day
                && placing.ended
        };
        self.leaderboard().into_iter().find(own)
    }

    fn placing(&self, board: &Board, row: &BoardRow) -> Placing {
        let version = &self.program.versions[usize::from(board.contest.0)];
        let contest = &version.contests[usize::from(board.contest.1)];
        let prize = row.prize.map(|(rule, amount)| (&version.rewards[usize::from(rule)], amount));
        let units = prize.and_then(|(reward, amount)| Rounding::default().settle(amount, reward.unit.digits()));
        let takes_part = row.place > 0;
        Placing {
            contest: contest.id.clone(),
            first_day: board.first_day,
            last_day: board.last_day,
            ended: board.ended,
            place: takes_part.then_some(i64::from(row.place)),
            referrer: self.book.text(TextId(row.referrer)).to_owned(),
            value: row.value,
            missing: row.missing,
            tickets: contest.ticket_for_each.map(|each| if takes_part { tickets(row.value, each) } else { 0 }),
            prize: prize.map(|(reward, _)| self.program.reward_ids[usize::from(reward.number)].clone()),
            amount: prize.zip(units).map(|((reward, _), units)| reward.unit.total(i128::from(units))),
            unit: prize.map(|(reward, _)| reward.unit.name().to_owned()),
            referral: self.book.text(self.book.referrals.id[index(row.referral)]).to_owned(),
        }
    }
}
