//! Lengths of time as a document writes them: `24 hours`, `5 business days`, `12 months`.
use super::calendar::Calendar;
use super::day::Day;
use super::limits::LENGTH_COUNT_MAX;
use super::time::{Instant, MICROS_PER_HOUR, MICROS_PER_MINUTE};
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

/// How many units there are, and room for more.
const UNITS: i64 = 16;

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

    /// A whole number that stands for this length.
    pub fn code(self) -> i64 {
        let unit = Self::units().position(|unit| unit == self.unit).and_then(|at| i64::try_from(at).ok());
        i64::from(self.count).saturating_mul(UNITS).saturating_add(unit.unwrap_or_default())
    }

    /// The length that a whole number stands for.
    pub fn of_code(code: i64) -> Option<Self> {
        let unit = usize::try_from(code.checked_rem(UNITS)?).ok()?;
        let count = u32::try_from(code.checked_div(UNITS)?).ok()?;
        Some(Self { count, unit: Self::units().nth(unit)? })
    }

    fn units() -> impl Iterator<Item = LengthUnit> {
        LengthUnit::ALL.into_iter()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_and_shown() {
        for text in [
            "1 minute",
            "24 hours",
            "1 day",
            "30 days",
            "5 business days",
            "1 business day",
            "2 weeks",
            "12 months",
            "1 year",
        ] {
            assert_eq!(Length::parse(text).map(|length| length.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Length::parse("1 days"), Length::parse("1 day"));
        assert_eq!(Length::parse("36500 days").map(|length| length.count), Ok(36_500));
        for (text, fault) in [
            ("", LengthFault::Form),
            ("days", LengthFault::Form),
            ("-1 days", LengthFault::Form),
            ("1.5 days", LengthFault::Form),
            ("thirty days", LengthFault::Form),
            (" 30 days", LengthFault::Form),
            ("30  days", LengthFault::Unit),
            ("30 Days", LengthFault::Unit),
            ("30 seconds", LengthFault::Unit),
            ("0 days", LengthFault::Count),
            ("007 days", LengthFault::Count),
            ("36501 days", LengthFault::Count),
            ("99999999999999999999 days", LengthFault::Count),
        ] {
            assert_eq!(Length::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn deadlines_and_releases() {
        let (zone, calendar) = (Zone::named("Europe/Berlin").unwrap(), Calendar::default());
        for (anchor, length, release, deadline) in [
            // Hours are exact, across a change of the clocks too.
            ("2026-03-28T12:00:00Z", "24 hours", "2026-03-29T12:00:00Z", "2026-03-29T12:00:00Z"),
            ("2026-03-28T12:00:00Z", "1 day", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z"),
            // The anchor's day is that of the zone: 23:30 UTC is the next day in Berlin.
            ("2026-01-30T23:30:00Z", "1 month", "2026-02-27T23:00:00Z", "2026-02-28T22:59:59.999999Z"),
            ("2024-02-29T12:00:00Z", "1 year", "2025-02-27T23:00:00Z", "2025-02-28T22:59:59.999999Z"),
            ("2026-01-02T12:00:00Z", "5 business days", "2026-01-08T23:00:00Z", "2026-01-09T22:59:59.999999Z"),
            ("2026-01-02T12:00:00Z", "1 week", "2026-01-08T23:00:00Z", "2026-01-09T22:59:59.999999Z"),
        ] {
            let (anchor, length) = (Instant::parse(anchor).unwrap(), Length::parse(length).unwrap());
            let shown = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
            assert_eq!(shown(length.release(anchor, &zone, &calendar)), Some(release.to_owned()), "{length}");
            assert_eq!(shown(length.deadline(anchor, &zone, &calendar)), Some(deadline.to_owned()), "{length}");
        }
    }

    #[test]
    fn a_length_past_the_end_of_time_is_none() {
        let (zone, calendar) = (Zone::named("UTC").unwrap(), Calendar::default());
        for unit in LengthUnit::ALL {
            let length = Length { count: u32::MAX, unit };
            assert_eq!(length.deadline(Instant::MAX, &zone, &calendar), None);
            assert_eq!(length.release(Instant(i64::MAX), &zone, &calendar), None);
            assert_eq!(length.last_day_from(Day(i32::MAX), &calendar), None);
        }
    }
}
