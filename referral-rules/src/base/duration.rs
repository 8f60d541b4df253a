//! Lengths of time as a document writes them: `24 hours`, `5 business days`, `12 months`.
use super::calendar::Calendar;
use super::limits::LENGTH_COUNT_MAX;
use super::time::{Day, Instant, MICROS_PER_HOUR, MICROS_PER_MINUTE};
use super::zone::Zone;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A length of time. Hours and minutes are exact; the others are counted in civil days.
///
/// # Example
/// ```
/// use referral_rules::base::{Calendar, Day, Instant, Length, Zone};
/// let (zone, calendar) = (Zone::named("Europe/Berlin").unwrap(), Calendar::default());
/// let length = Length::parse("5 business days")?;
/// assert_eq!(length.to_string(), "5 business days");
/// let friday = Instant::parse("2026-01-02T09:30:00Z").unwrap();
/// let deadline = length.deadline(friday, &zone, &calendar).unwrap();
/// assert_eq!(deadline.to_string(), "2026-01-09T22:59:59.999999Z");
/// # Ok::<(), referral_rules::base::LengthFault>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Length {
    /// How many units; a document may say 1 to [`LENGTH_COUNT_MAX`].
    pub count: u32,
    /// Of what.
    pub unit: LengthUnit,
}

/// What a [`Length`] counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LengthUnit {
    /// Exactly 60 seconds.
    Minutes,
    /// Exactly 60 minutes.
    Hours,
    /// Civil days.
    Days,
    /// Days that are neither weekend nor holiday.
    BusinessDays,
    /// Seven civil days.
    Weeks,
    /// To the same day of a later month, or that month's last.
    Months,
    /// Twelve months.
    Years,
}

/// Why a text is no length of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum LengthFault {
    /// Not a number, a space and a unit.
    #[error("a length of time is a number and a unit, such as `30 days` or `5 business days`")]
    Form,
    /// The unit is none of ours.
    #[error("a length of time is counted in `minutes`, `hours`, `days`, `business days`, `weeks`, `months` or `years`")]
    Unit,
    /// 0, or too many.
    #[error("a length of time counts from 1 to {LENGTH_COUNT_MAX} units")]
    Count,
}

impl LengthUnit {
    /// The units, shortest first.
    pub const ALL: [Self; 7] =
        [Self::Minutes, Self::Hours, Self::Days, Self::BusinessDays, Self::Weeks, Self::Months, Self::Years];

    /// The word for several: `business days`.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::BusinessDays => "business days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }

    /// The word for one: `business day`.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Minutes => "minute",
            Self::Hours => "hour",
            Self::Days => "day",
            Self::BusinessDays => "business day",
            Self::Weeks => "week",
            Self::Months => "month",
            Self::Years => "year",
        }
    }

    /// The unit of a word, for one or for several.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.plural() == word || unit.singular() == word)
    }

    /// True for minutes and hours, which run from an instant; the others run from a day.
    pub const fn is_exact(self) -> bool {
        matches!(self, Self::Minutes | Self::Hours)
    }
}

impl Length {
    /// Reads `30 days`: a number from 1 to [`LENGTH_COUNT_MAX`] without leading zeros, one space, and a unit.
    ///
    /// # Errors
    /// A [`LengthFault`] that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, LengthFault> {
        let (count, unit) = text.split_once(' ').ok_or(LengthFault::Form)?;
        if count.is_empty() || !count.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(LengthFault::Form);
        }
        let unit = LengthUnit::parse(unit).ok_or(LengthFault::Unit)?;
        let number = count.parse().ok().filter(|count| (1..=LENGTH_COUNT_MAX).contains(count));
        let count = number.filter(|_| !count.starts_with('0')).ok_or(LengthFault::Count)?;
        Ok(Self { count, unit })
    }

    /// The last day that lies within this length from a day: the day + N. Months and years are counted from that day and end
    /// at the last of a shorter month. `None` for minutes and hours, which are no days, and past the year 9999.
    pub fn last_day_from(self, day: Day, calendar: &Calendar) -> Option<Day> {
        let count = i64::from(self.count);
        match self.unit {
            LengthUnit::Minutes | LengthUnit::Hours => None,
            LengthUnit::Days => day.checked_add_days(count),
            LengthUnit::BusinessDays => calendar.add_business_days(day, self.count),
            LengthUnit::Weeks => day.checked_add_days(count.checked_mul(7)?),
            LengthUnit::Months => day.checked_add_months(count),
            LengthUnit::Years => day.checked_add_months(count.checked_mul(12)?),
        }
    }

    /// The last instant that is within this length from an anchor: exact for hours and minutes, else the end of the civil day
    /// anchor + N. `None` past the year 9999.
    pub fn deadline(self, anchor: Instant, zone: &Zone, calendar: &Calendar) -> Option<Instant> {
        match self.micros() {
            Some(micros) => anchor.checked_add_micros(micros),
            None => self.last_day_from(zone.day_of(anchor), calendar).map(|day| zone.last_instant(day)),
        }
    }

    /// The first instant at which a wait of this length is over: exact for hours and minutes, else the start of the civil day
    /// anchor + N. `None` past the year 9999.
    pub fn release(self, anchor: Instant, zone: &Zone, calendar: &Calendar) -> Option<Instant> {
        match self.micros() {
            Some(micros) => anchor.checked_add_micros(micros),
            None => self.last_day_from(zone.day_of(anchor), calendar).map(|day| zone.first_instant(day)),
        }
    }

    /// The microseconds of minutes and hours; `None` for units that are counted in days.
    pub fn micros(self) -> Option<i64> {
        let unit = match self.unit {
            LengthUnit::Minutes => MICROS_PER_MINUTE,
            LengthUnit::Hours => MICROS_PER_HOUR,
            LengthUnit::Days
            | LengthUnit::BusinessDays
            | LengthUnit::Weeks
            | LengthUnit::Months
            | LengthUnit::Years => return None,
        };
        Some(i64::from(self.count).saturating_mul(unit))
    }
}

impl FromStr for Length {
    type Err = LengthFault;

    fn from_str(text: &str) -> Result<Self, LengthFault> {
        Self::parse(text)
    }
}

/// Shows `1 day`, `30 days`.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.count == 1 { self.unit.singular() } else { self.unit.plural() };
        write!(f, "{} {unit}", self.count)
    }
}
