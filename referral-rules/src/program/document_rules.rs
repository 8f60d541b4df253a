//! The rewards, campaigns and limits of a document as written.
use super::document::{ExpressionText, Moment};
use crate::base::{Day, Length, Number, Period, Rounding};
use crate::diag::{Span, Spanned};

/// Who gets a reward: one of the two sides of a referral, who recruited its referrer, or the account that a fact names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Party {
    /// The one who refers.
    #[default]
    Referrer,
    /// The one referred.
    Referee,
    /// The account that had referred the referrer; it stands on the referrer's side.
    Recruiter,
    /// The account that a fact names; it stands on the referrer's side.
    Account,
}

impl Party {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Referrer => "referrer",
            Self::Referee => "referee",
            Self::Recruiter => "recruiter",
            Self::Account => "account",
        }
    }
}

/// What a reward is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RewardKind {
    /// Money off the next invoices.
    AccountCredit,
    /// Money paid out.
    Cash,
    /// A gift card.
    GiftCard,
    /// Money to spend in the shop.
    StoreCredit,
    /// Money off, or percent off.
    Discount,
    /// A longer trial.
    TrialExtension,
    /// Points.
    Points,
    /// Onboarding for nothing.
    FreeOnboarding,
    /// A perk.
    Perk,
    /// An offer that others do not get.
    ExclusiveOffer,
    /// Units of the unit that the reward names.
    Units,
}

impl RewardKind {
    /// Every kind with its word in documents and answers.
    pub const ALL: &[(&str, Self)] = &[
        ("account-credit", Self::AccountCredit),
        ("cash", Self::Cash),
        ("gift-card", Self::GiftCard),
        ("store-credit", Self::StoreCredit),
        ("discount", Self::Discount),
        ("trial-extension", Self::TrialExtension),
        ("points", Self::Points),
        ("free-onboarding", Self::FreeOnboarding),
        ("perk", Self::Perk),
        ("exclusive-offer", Self::ExclusiveOffer),
        ("units", Self::Units),
    ];

    /// The word in documents and answers.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// True for the kinds whose unit is the document's currency unless the reward says otherwise.
    pub const fn is_money(self) -> bool {
        match self {
            Self::AccountCredit | Self::Cash | Self::GiftCard | Self::StoreCredit | Self::Discount => true,
            Self::TrialExtension
            | Self::Points
            | Self::FreeOnboarding
            | Self::Perk
            | Self::ExclusiveOffer
            | Self::Units => false,
        }
    }

    /// True for the kinds that are things: without an amount, one of them is granted.
    pub const fn is_thing(self) -> bool {
        matches!(self, Self::FreeOnboarding | Self::Perk | Self::ExclusiveOffer)
    }

    /// The unit of the kind, where the kind alone decides: `None` for money, which has the document's currency, and for
    /// `units`, which must name one.
    pub const fn unit(self) -> Option<&'static str> {
        match self {
            Self::TrialExtension => Some("days"),
            Self::Points => Some("points"),
            Self::FreeOnboarding | Self::Perk | Self::ExclusiveOffer => Some("item"),
            Self::AccountCredit | Self::Cash | Self::GiftCard | Self::StoreCredit | Self::Discount | Self::Units => {
                None
            }
        }
    }
}

/// When an entry must be paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayWithin {
    /// At most so long after it was earned.
    Length(Length),
    /// By the last day of the month in which it was earned.
    EndOfMonth,
}

/// What the promises to tell and to pay count from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum CountedFrom {
    /// The event.
    #[default]
    Event,
    /// The moment from which on neither `payable_after` nor `hold_until` holds it.
    Release,
}

/// `[[reward]]`: what is granted on an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reward {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// Who gets it.
    pub to: Spanned<Party>,
    /// Of an account that a fact names: the fact.
    pub account: Option<ExpressionText>,
    /// On events of which kinds.
    pub on: Vec<Spanned<String>>,
    /// All of these must hold.
    pub when: Vec<ExpressionText>,
    /// From the first event on at which one of these is false, it gives nothing more for the referral.
    pub as_long_as: Vec<ExpressionText>,
    /// It is given once for what the events have in common that this names; each time unless written.
    pub once_per: Option<Vec<Spanned<Per>>>,
    /// What it is.
    pub kind: Spanned<RewardKind>,
    /// The unit, if written; see [`Reward::unit_name`].
    pub unit: Option<Spanned<String>>,
    /// How much; without it, and without a total, one thing.
    pub amount: Option<ExpressionText>,
    /// How much in all so far, instead of an amount: what is granted is the difference to what was before.
    pub total: Option<RunningTotal>,
    /// What becomes of an amount below zero.
    pub below_zero: Spanned<BelowZero>,
    /// In which currency the amount is stated: a code or an expression; in the reward's unit unless written.
    pub amount_in: Option<ExpressionText>,
    /// Never less than this.
    pub at_least: Option<ExpressionText>,
    /// Never more than this.
    pub at_most: Option<ExpressionText>,
    /// How the amount is rounded; the document's way unless written.
    pub rounding: Spanned<Rounding>,
    /// By when the beneficiary is told.
    pub notify_within: Option<Spanned<Length>>,
    /// By when it is paid.
    pub pay_within: Option<Spanned<PayWithin>>,
    /// Not payable before.
    pub payable_after: Option<Spanned<Length>>,
    /// Held until an event of this kind.
    pub hold_until: Option<Spanned<String>>,
    /// Held as long as this is true or missing.
    pub hold_while: Option<ExpressionText>,
    /// What is not released by then is forfeited.
    pub forfeited_after: Option<Spanned<Length>>,
    /// What the promises count from.
    pub counted_from: Spanned<CountedFrom>,
    /// It can be used so long.
    pub expires_after: Option<Spanned<Length>>,
    /// Events of these kinds let it be used that long again.
    pub kept_alive_by: Vec<Spanned<String>>,
    /// A text for people.
    pub label: Option<Spanned<String>>,
}

/// `total` of a reward, with its key and its period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunningTotal {
    /// The total as of the event.
    pub formula: ExpressionText,
    /// What the events have in common whose total it is.
    pub per: Vec<Spanned<Per>>,
    /// The period in which it begins anew.
    pub in_each: Spanned<Period>,
}

/// What becomes of an amount below zero, or of a total that falls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum BelowZero {
    /// Nothing is granted.
    #[default]
    GiveNothing,
    /// It is an entry below zero.
    TakeBack,
}

impl Reward {
    /// The unit of what is granted, as written or by the kind; `currency` is the document's.
    pub fn unit_name<'a>(&'a self, currency: &'a str) -> &'a str {
        match (&self.unit, self.kind.value.unit()) {
            (Some(unit), _) => &unit.value,
            (None, Some(unit)) => unit,
            (None, None) => currency,
        }
    }
}

/// `[[campaign]]`: in a window of days, rewards are changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Campaign {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// The first day, included.
    pub first_day: Spanned<Day>,
    /// The last day, included.
    pub last_day: Spanned<Day>,
    /// Which day must fall into the window; `as_of.campaign` unless written.
    pub counts_if_in_window: Spanned<Moment>,
    /// All of these must hold.
    pub when: Vec<ExpressionText>,
    /// The rewards that it changes; all to the referrer unless written.
    pub rewards: Option<Vec<Spanned<String>>>,
    /// Applied first: the amount instead.
    pub reward_instead: Option<ExpressionText>,
    /// Applied second: the amount times this.
    pub reward_times: Option<ExpressionText>,
    /// Applied third: the amount and this.
    pub reward_plus: Option<ExpressionText>,
    /// Round after this campaign, in this way.
    pub rounding: Option<Spanned<Rounding>>,
    /// A text for people.
    pub theme: Option<Spanned<String>>,
    /// What it is meant to reach.
    pub goal: Option<Goal>,
}

/// `goal` of a campaign: so many events, or so much of something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goal {
    /// How much is to be reached.
    pub at_least: Spanned<Number>,
    /// By events of which kind.
    pub on: Spanned<String>,
    /// What is summed; without it events are counted.
    pub of: Option<ExpressionText>,
}

/// One part of a limit's key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Per {
    /// One account for the whole program.
    Program,
    /// One for each who refers.
    Referrer,
    /// One for each referred.
    Referee,
    /// One for each referral.
    Referral,
    /// One for each reward.
    Reward,
    /// One for each campaign.
    Campaign,
    /// One for each value of the expression.
    Expression(ExpressionText),
}

/// What happens to what exceeds a limit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum OverLimit {
    /// The part that fits is paid.
    #[default]
    PayWhatFits,
    /// Nothing of the entry is paid.
    PayNothing,
    /// What does not fit is paid in a later period.
    PayLater,
}

/// Whether what is taken back of what a limit covers counts against what was drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum TakenBack {
    /// What was drawn stays drawn.
    #[default]
    UsesRoom,
    /// It gives room to what comes later.
    GivesRoom,
}

/// `[[limit]]`: a bound on what is granted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limit {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// The rewards that it covers; all to the referrer in the limit's unit unless written.
    pub rewards: Option<Vec<Spanned<String>>>,
    /// Only grants that one of these campaigns touched.
    pub campaigns: Option<Vec<Spanned<String>>>,
    /// All of these must hold.
    pub when: Vec<ExpressionText>,
    /// The key: one account of the limit for each value.
    pub per: Vec<Spanned<Per>>,
    /// The period after which it starts anew.
    pub in_each: Spanned<Period>,
    /// The bound: a number or an expression.
    pub at_most: ExpressionText,
    /// The unit: the document's currency unless written; [`Limit::GRANTS`] counts grants.
    pub unit: Spanned<String>,
    /// What happens beyond.
    pub over_limit: Spanned<OverLimit>,
    /// Whether what is taken back gives room.
    pub taken_back: Spanned<TakenBack>,
}

impl Limit {
    /// The unit of a limit that counts grants.
    pub const GRANTS: &'static str = "grants";

    /// The bound, if it is a bare number.
    pub fn constant(&self) -> Option<Number> {
        Number::parse(&self.at_most.text)
    }
}

/// Which member of a group counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Wins {
    /// The one that gives most.
    #[default]
    Best,
    /// The first in the group's list.
    First,
}

/// What a group is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Members {
    /// Rewards that answer one event.
    Rewards(Vec<Spanned<String>>),
    /// Campaigns that change one grant.
    Campaigns(Vec<Spanned<String>>),
}

/// `[[group]]`: of rewards or campaigns that meet, one counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// Its members, in their order.
    pub members: Members,
    /// Which of them counts.
    pub wins: Spanned<Wins>,
}
