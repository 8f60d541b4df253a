//! Schedule: when an entry may be paid, by when it was promised, and where it stands as of a moment.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::env;
use super::inputs::{FactsAt, ReferralRows};
use super::timeline::{AT_ONCE, EntryRow};
use crate::base::{Day, Instant, Length};
use crate::book::Book;
use crate::expr::{Column, Scratch};
use crate::program::{CountedFrom, EventKind, PayWithin, Program, Reward, Version};

/// The dates of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dates {
    /// The first day on which it may be paid.
    pub payable_on: Day,
    /// The last day on which it must be paid, if that was promised.
    pub due_on: Option<Day>,
    /// By when the beneficiary must be told, if that was promised.
    pub notify_by: Option<Instant>,
}

/// What holds an entry back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hold {
    /// Its first payable day has not come.
    Until(Day),
    /// The referral has had no event of this kind.
    Event(EventKind),
    /// The rule's condition holds, or cannot be told.
    Condition,
    /// A requirement is not met: the version that states it, and its position there.
    Requirement(u16, u16),
}

/// Where an entry stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It cannot be paid yet.
    Held(Hold),
    /// It can be paid.
    Payable,
    /// The host confirmed it at that moment.
    Paid(Instant),
    /// Corrections took all of its grant back before anything was paid.
    Reversed,
    /// A review found its referral void before it was paid.
    Void,
    /// It was taken back after it was paid, and is left to the beneficiary.
    Kept,
    /// Its last day has passed without its being used; when the host had handed it over, if it had.
    Expired(Option<Instant>),
    /// It was not released in time.
    Forfeited,
}

/// How a promise stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Promise {
    /// None was made, or nothing is left to do.
    None,
    /// It is to be kept.
    Due,
    /// It was kept.
    Met,
    /// It was done, but too late.
    MetLate,
    /// It was not kept.
    Overdue,
    /// It waits for what holds the entry back.
    OnHold,
}

impl Promise {
    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Due => "due",
            Self::Met => "met",
            Self::MetLate => "met late",
            Self::Overdue => "overdue",
            Self::OnHold => "on hold",
        }
    }
}

/// The version and rule of an entry.
pub fn rule<'a>(program: &'a Program, entry: &EntryRow) -> (&'a Version, &'a Reward) {
    let version = &program.versions[usize::from(entry.version)];
    (version, &version.rewards[usize::from(entry.rule)])
}

/// The dates of an entry. They count from the event; for what was released later, from its release; for what late news
/// added, from the moment that it was booked.
pub fn dates(program: &Program, entry: &EntryRow) -> Dates {
    let (version, reward) = rule(program, entry);
    let gives = entry.amount >= 0;
    let mut dates = dates_from(program, version, reward, anchor(entry), gives);
    let Some(by) = entry.by else { return dates };
    // What is taken back goes off what was granted: it waits no longer, and is not owed before.
    let granted = dates_from(program, version, reward, Instant(by.granted.at), false);
    dates.payable_on = granted.payable_on.max(program.zone.day_of(anchor(entry)));
    if reward.counted_from == CountedFrom::Release && reward.hold_until.is_none() {
        promise(program, version, reward, release_of(program, entry, None), gives, &mut dates);
    }
    dates
}

/// When an entry is released; `event` is that of `hold_until`. What a reversal made waits as long as what it is taken from.
pub fn release_of(program: &Program, entry: &EntryRow, event: Option<Instant>) -> Instant {
    let (version, reward) = rule(program, entry);
    let from = entry.by.map_or(anchor(entry), |by| Instant(by.granted.at));
    released(program, version, reward, from, event).max(anchor(entry))
}

/// What the dates of an entry count from.
pub fn anchor(entry: &EntryRow) -> Instant {
    Instant(match entry.release {
        _ if entry.correction => entry.booked_at,
        AT_ONCE => entry.earned_at(),
        release => release,
    })
}

/// The dates of an entry that count from an instant. There is nothing to hand over for what is taken back.
pub fn dates_from(program: &Program, version: &Version, reward: &Reward, anchor: Instant, gives: bool) -> Dates {
    let zone = &program.zone;
    let day = zone.day_of(anchor);
    let payable_on = reward
        .payable_after
        .map_or(day, |after| after.release(anchor, zone, &version.calendar).map_or(Day::MAX, |at| zone.day_of(at)));
    let mut dates = Dates { payable_on, due_on: None, notify_by: None };
    match reward.counted_from {
        CountedFrom::Event => promise(program, version, reward, anchor, gives, &mut dates),
        // The event that releases it is not known yet.
        CountedFrom::Release if reward.hold_until.is_some() => {}
        CountedFrom::Release => {
            let release = released(program, version, reward, anchor, None);
            promise(program, version, reward, release, gives, &mut dates);
        }
    }
    dates
}

/// Sets the dates of the promises, which count from an instant.
pub fn promise(program: &Program, version: &Version, reward: &Reward, from: Instant, gives: bool, dates: &mut Dates) {
    let zone = &program.zone;
    dates.due_on = reward.pay_within.filter(|_| gives).map(|within| match within {
        PayWithin::EndOfMonth => zone.day_of(from).last_of_month(),
        PayWithin::Length(length) => last_day(program, version, length, from),
    });
    dates.notify_by =
        reward.notify_within.map(|within| within.deadline(from, zone, &version.calendar).unwrap_or(Instant::MAX));
}

/// When an entry is released: when `payable_after` is over, and the event of `hold_until` has come.
fn released(program: &Program, version: &Version, reward: &Reward, anchor: Instant, event: Option<Instant>) -> Instant {
    let waited = |after: Length| after.release(anchor, &program.zone, &version.calendar).unwrap_or(Instant::MAX);
    reward.payable_after.map_or(anchor, waited).max(event.unwrap_or(anchor)).max(anchor)
}

/// The day on which a length ends that counts from an instant.
pub fn last_day(program: &Program, version: &Version, length: Length, from: Instant) -> Day {
    let zone = &program.zone;
    length.deadline(from, zone, &version.calendar).map_or(Day::MAX, |at| zone.day_of(at))
}

/// What holds an entry back as of a moment, if anything; `kinds` tells which kinds of event its referral has had, as bits.
pub fn hold(
    program: &Program,
    book: &Book,
    kinds: impl FnOnce() -> u64,
    entry: &EntryRow,
    dates: &Dates,
    as_of: Instant,
    scratch: &mut Scratch<'_>,
) -> Option<Hold> {
    let (version, reward) = rule(program, entry);
    if let Some(kind) = reward.hold_until {
        if kinds() >> kind.0 & 1 == 0 {
            return Some(Hold::Event(kind));
        }
    }
    if let Some(condition) = &reward.hold_while {
        let env = env(program, version, book);
        let rows = [entry.referral];
        let inputs = ReferralRows { program, book, rows: &rows, facts_at: FactsAt::Instant(as_of.0) };
        let result = condition.evaluate(&inputs, 1, &env, scratch);
        let released = matches!(
            (&result.column, result.status.first()),
            (Column::Bool(holds), Some(status)) if status.is_ok() && holds.first() == Some(&false)
        );
        if !released {
            return Some(Hold::Condition);
        }
    }
    (program.zone.day_of(as_of) < dates.payable_on).then_some(Hold::Until(dates.payable_on))
}

/// How the promise to pay stands.
pub fn pay_promise(
    program: &Program,
    reward: &Reward,
    dates: &Dates,
    standing: Standing,
    amount: i64,
    as_of: Instant,
) -> Promise {
    let Some(due_on) = dates.due_on else {
        // What is not released has no date yet.
        let waits = reward.counted_from == CountedFrom::Release && reward.pay_within.is_some() && amount > 0;
        return match standing {
            Standing::Held(_) if waits => Promise::OnHold,
            Standing::Paid(_) | Standing::Expired(Some(_)) if waits => Promise::Met,
            _ => Promise::None,
        };
    };
    match standing {
        _ if amount <= 0 => Promise::None,
        Standing::Paid(at) | Standing::Expired(Some(at)) if program.zone.day_of(at) <= due_on => Promise::Met,
        Standing::Paid(_) | Standing::Expired(Some(_)) => Promise::MetLate,
        Standing::Reversed | Standing::Void | Standing::Forfeited | Standing::Kept | Standing::Expired(None) => {
            Promise::None
        }
        Standing::Held(Hold::Event(_) | Hold::Condition | Hold::Requirement(..)) => Promise::OnHold,
        Standing::Held(Hold::Until(_)) | Standing::Payable => {
            if program.zone.day_of(as_of) > due_on {
                Promise::Overdue
            } else {
                Promise::Due
            }
        }
    }
}

/// How the promise to tell the beneficiary stands.
pub fn notify_promise(dates: &Dates, notified: Option<Instant>, amount: i64, as_of: Instant) -> Promise {
    match (dates.notify_by, notified) {
        (None, _) => Promise::None,
        _ if amount <= 0 => Promise::None,
        (Some(by), Some(at)) if at <= by => Promise::Met,
        (Some(_), Some(_)) => Promise::MetLate,
        (Some(by), None) if as_of > by => Promise::Overdue,
        (Some(_), None) => Promise::Due,
    }
}
