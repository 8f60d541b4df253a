//! `[[contest]]` as it is written: prizes for those who have most of something when a period ends.
use super::document::{Document, ExpressionText, Reward};
use crate::base::{Day, Number};
use crate::diag::{Span, Spanned};

/// What becomes of those who have the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Ties {
    /// Each has the prize of the best of their places.
    #[default]
    Share,
    /// The prizes of their places are added and divided among them.
    Split,
    /// Who came to it first has the better place.
    FirstToReach,
}

/// `[[contest]]`: prizes for those who have most of something when a period ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contest {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// The measure that it goes by; its period is that of the contest.
    pub by: Spanned<String>,
    /// The first period is the first one that begins on this day or later; the first of all unless written.
    pub first_day: Option<Spanned<Day>>,
    /// The last period is the last one that ends on this day or before; over the lifetime the day with which the contest ends.
    pub last_day: Option<Spanned<Day>>,
    /// How much one must have to take part; more than nothing unless written.
    pub at_least: Option<Spanned<Number>>,
    /// All of these must hold for who takes part.
    pub when: Vec<ExpressionText>,
    /// What becomes of those who have the same.
    pub ties: Spanned<Ties>,
    /// How much of it is a ticket of a draw.
    pub ticket_for_each: Option<Spanned<Number>>,
    /// What places get.
    pub prizes: Vec<Prize>,
}

/// What each of some places gets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prize {
    /// The first of the places, from 1.
    pub first: u32,
    /// The last of them.
    pub last: u32,
    /// Where the places stand.
    pub span: Span,
    /// What each of them gets: a reward to the referrer, that no event of its own grants.
    pub reward: Reward,
}

impl Prize {
    /// Whether a place is among them.
    pub fn covers(&self, place: u32) -> bool {
        (self.first..=self.last).contains(&place)
    }
}

impl Document {
    /// What places of contests get, in the order of the document.
    pub fn prizes(&self) -> impl Iterator<Item = &Reward> {
        self.contests.iter().flat_map(|contest| &contest.prizes).map(|prize| &prize.reward)
    }

    /// The rewards, then the prizes, each with the path of its section: the order in which they are compiled.
    pub fn rewards_with_places(&self) -> impl Iterator<Item = (String, &Reward)> {
        let rewards = self.rewards.iter().enumerate().map(|(at, reward)| (format!("reward[{at}]"), reward));
        let prizes = self.contests.iter().enumerate().flat_map(|(index, contest)| {
            let prizes = contest.prizes.iter().enumerate();
            prizes.map(move |(at, prize)| (format!("contest[{index}].prizes[{at}]"), &prize.reward))
        });
        rewards.chain(prizes)
    }
}
