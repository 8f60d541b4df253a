//! The periods in which a limit or a measure counts: calendar periods, and rolling windows.
use super::day::{Day, Weekday};
use super::duration::{Length, LengthUnit};
use super::limits::LENGTH_COUNT_MAX;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// A rule that says which days count together with a day.
///
/// # Example
/// ```
/// use referral_rules::base::{Day, Period};
/// let day = Day::parse("2026-02-14").unwrap();
/// let quarter = Period::parse("calendar quarter")?;
/// assert_eq!(quarter.first_day(day).to_string(), "2026-01-01");
/// assert_eq!(quarter.next_first_day(day).unwrap().to_string(), "2026-04-01");
/// let fiscal = Period::parse("year from 04-01")?;
/// assert_eq!(fiscal.first_day(day).to_string(), "2025-04-01");
/// # Ok::<(), referral_rules::base::PeriodFault>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Period {
    /// `lifetime`: all days.
    #[default]
    Lifetime,
    /// `day`
    Day,
    /// `calendar week`: from Monday to Sunday, as in ISO 8601; or `week from sun`.
    Week {
        /// The day on which it begins.
        from: Weekday,
    },
    /// `calendar month`
    Month,
    /// `calendar quarter`: from the first of January, April, July and October.
    Quarter,
    /// `calendar half`: from the first of January and July.
    Half,
    /// `calendar year`, or `year from 04-01`. A year from 02-29 begins on 03-01 where there is no such day.
    Year {
        /// The month in which it begins.
        month: u32,
        /// The day of that month.
        day: u32,
    },
    /// `30 days`: the day and the 29 before it.
    Rolling {
        /// How many days, with the current one.
        days: u32,
    },
}

/// Why a text is no period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PeriodFault {
    /// None of the texts.
    #[error(
        "a period is `lifetime`, `day`, `calendar week`, `week from sun`, `calendar month`, `calendar quarter`, `calendar half`, \
         `calendar year`, `year from 04-01` or a number of days such as `30 days`"
    )]
    Form,
    /// `week from` a day that no week has.
    #[error("a week begins on `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`")]
    NoSuchWeekday,
    /// `year from` a day that no year has.
    #[error("a year begins on a month and day such as `04-01`")]
    NoSuchDay,
    /// 0 days, or too many.
    #[error("a rolling period has from 1 to {LENGTH_COUNT_MAX} days")]
    Count,
}

impl Period {
    /// The calendar week.
    pub const CALENDAR_WEEK: Self = Self::Week { from: Weekday::Monday };

    /// The calendar year.
    pub const CALENDAR_YEAR: Self = Self::Year { month: 1, day: 1 };

    /// Reads the text of a document.
    ///
    /// # Errors
    /// A [`PeriodFault`] that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, PeriodFault> {
        match text {
            "lifetime" => return Ok(Self::Lifetime),
            "day" => return Ok(Self::Day),
            "calendar week" => return Ok(Self::CALENDAR_WEEK),
            "calendar month" => return Ok(Self::Month),
            "calendar quarter" => return Ok(Self::Quarter),
            "calendar half" => return Ok(Self::Half),
            "calendar year" => return Ok(Self::CALENDAR_YEAR),
            _ => {}
        }
        if let Some(start) = text.strip_prefix("week from ") {
            let from = Weekday::parse(start).ok_or(PeriodFault::NoSuchWeekday)?;
            return Ok(Self::Week { from });
        }
        if let Some(start) = text.strip_prefix("year from ") {
            let day = Day::parse(&format!("2000-{start}")).map_err(|_| PeriodFault::NoSuchDay)?;
            let (_, month, day) = day.ymd();
            return Ok(Self::Year { month, day });
        }
        match Length::parse(text) {
            Ok(Length { count, unit: LengthUnit::Days }) => Ok(Self::Rolling { days: count }),
            Err(super::duration::LengthFault::Count) => Err(PeriodFault::Count),
            _ => Err(PeriodFault::Form),
        }
    }

    /// Whether it ends: all but a lifetime.
    pub const fn passes(self) -> bool {
        !matches!(self, Self::Lifetime)
    }

    /// The first day of the period that holds a day; of a rolling one, the first that counts with it.
    pub fn first_day(self, day: Day) -> Day {
        let (year, month, _) = day.ymd();
        match self {
            Self::Lifetime => Day::MIN,
            Self::Day => day,
            Self::Week { from } => day.checked_add_days(into_week(day, from).saturating_neg()).unwrap_or(Day::MIN),
            Self::Month => day.first_of_month(),
            Self::Quarter => first_of_months(year, month, 3),
            Self::Half => first_of_months(year, month, 6),
            Self::Year { month, day: of_month } => {
                let start = year_start(year, month, of_month).filter(|start| *start <= day);
                start.or_else(|| year_start(year.saturating_sub(1), month, of_month)).unwrap_or(Day::MIN)
            }
            Self::Rolling { days } => {
                day.checked_add_days(1_i64.saturating_sub(i64::from(days.max(1)))).unwrap_or(Day::MIN)
            }
        }
    }

    /// The first day of the period after the one that holds a day. `None` for a lifetime and a rolling period, which have no
    /// next one, and past the year 9999.
    pub fn next_first_day(self, day: Day) -> Option<Day> {
        match self {
            Self::Lifetime | Self::Rolling { .. } => None,
            Self::Day => day.checked_add_days(1),
            Self::Week { from } => day.checked_add_days(7_i64.saturating_sub(into_week(day, from))),
            Self::Month => self.first_day(day).checked_add_months(1),
            Self::Quarter => self.first_day(day).checked_add_months(3),
            Self::Half => self.first_day(day).checked_add_months(6),
            Self::Year { month, day: of_month } => {
                let (year, _, _) = day.ymd();
                let start = year_start(year, month, of_month).filter(|start| *start > day);
                start.or_else(|| year_start(year.saturating_add(1), month, of_month))
            }
        }
    }
}

impl FromStr for Period {
    type Err = PeriodFault;

    fn from_str(text: &str) -> Result<Self, PeriodFault> {
        Self::parse(text)
    }
}

/// Shows the text of a document.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Lifetime => f.write_str("lifetime"),
            Self::Day => f.write_str("day"),
            Self::CALENDAR_WEEK => f.write_str("calendar week"),
            Self::Week { from } => write!(f, "week from {}", from.name()),
            Self::Month => f.write_str("calendar month"),
            Self::Quarter => f.write_str("calendar quarter"),
            Self::Half => f.write_str("calendar half"),
            Self::CALENDAR_YEAR => f.write_str("calendar year"),
            Self::Year { month, day } => write!(f, "year from {month:02}-{day:02}"),
            Self::Rolling { days } => write!(f, "{}", Length { count: days, unit: LengthUnit::Days }),
        }
    }
}

/// How many days a day comes after the first one of its week.
fn into_week(day: Day, from: Weekday) -> i64 {
    let [today, first] = [day.weekday(), from].map(|day| i64::from(day.days_from_monday()));
    today.saturating_sub(first).rem_euclid(7)
}

/// The first day of the stretch of `length` months, counted from January, that holds a month.
fn first_of_months(year: i32, month: u32, length: u32) -> Day {
    let into = month.saturating_sub(1).checked_rem(length).unwrap_or(0);
    Day::from_ymd(year, month.saturating_sub(into), 1).unwrap_or(Day::MIN)
}

/// The day on which the year from that month and day begins in a calendar year. A day that the month lacks is the first of
/// the next.
fn year_start(year: i32, month: u32, day: u32) -> Option<Day> {
    Day::from_ymd(year, month, day)
        .or_else(|| Day::from_ymd(year, month.saturating_add(1), 1))
        .or_else(|| Day::from_ymd(year, 1, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn texts_are_read_and_shown() {
        for text in [
            "lifetime",
            "day",
            "calendar week",
            "week from sun",
            "calendar month",
            "calendar quarter",
            "calendar half",
            "calendar year",
            "year from 04-01",
            "year from 02-29",
            "30 days",
            "1 day",
        ] {
            assert_eq!(Period::parse(text).map(|period| period.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(Period::parse("year from 01-01"), Ok(Period::CALENDAR_YEAR));
        assert_eq!(Period::parse("week from mon"), Ok(Period::CALENDAR_WEEK));
        for (text, fault) in [
            ("", PeriodFault::Form),
            ("month", PeriodFault::Form),
            ("30 hours", PeriodFault::Form),
            ("5 business days", PeriodFault::Form),
            ("0 days", PeriodFault::Count),
            ("36501 days", PeriodFault::Count),
            ("week from sunday", PeriodFault::NoSuchWeekday),
            ("year from 02-30", PeriodFault::NoSuchDay),
            ("year from april", PeriodFault::NoSuchDay),
        ] {
            assert_eq!(Period::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn periods_begin_on_their_first_day() {
        for (period, at, first, next) in [
            ("day", "2024-02-29", "2024-02-29", Some("2024-03-01")),
            ("calendar week", "2026-01-04", "2025-12-29", Some("2026-01-05")),
            ("calendar week", "2026-01-05", "2026-01-05", Some("2026-01-12")),
            ("week from sun", "2026-01-03", "2025-12-28", Some("2026-01-04")),
            ("week from sun", "2026-01-04", "2026-01-04", Some("2026-01-11")),
            ("week from wed", "2026-01-06", "2025-12-31", Some("2026-01-07")),
            ("calendar month", "2024-02-29", "2024-02-01", Some("2024-03-01")),
            ("calendar quarter", "2026-12-31", "2026-10-01", Some("2027-01-01")),
            ("calendar half", "2026-06-30", "2026-01-01", Some("2026-07-01")),
            ("calendar half", "2026-07-01", "2026-07-01", Some("2027-01-01")),
            ("calendar year", "2026-01-01", "2026-01-01", Some("2027-01-01")),
            ("year from 04-01", "2026-03-31", "2025-04-01", Some("2026-04-01")),
            ("year from 04-01", "2026-04-01", "2026-04-01", Some("2027-04-01")),
            ("year from 02-29", "2024-02-28", "2023-03-01", Some("2024-02-29")),
            ("year from 02-29", "2024-02-29", "2024-02-29", Some("2025-03-01")),
            ("year from 02-29", "2025-02-28", "2024-02-29", Some("2025-03-01")),
            ("30 days", "2026-03-01", "2026-01-31", None),
            ("1 day", "2026-03-01", "2026-03-01", None),
            ("lifetime", "2026-03-01", "0001-01-01", None),
        ] {
            let (rule, at) = (Period::parse(period).unwrap(), day(at));
            assert_eq!(rule.first_day(at), day(first), "{period} {at}");
            assert_eq!(rule.next_first_day(at), next.map(day), "{period} {at}");
        }
    }

    #[test]
    fn periods_follow_one_another_without_gaps() {
        for text in [
            "day",
            "calendar week",
            "week from sat",
            "calendar month",
            "calendar quarter",
            "calendar half",
            "calendar year",
            "year from 02-29",
            "year from 12-31",
        ] {
            let period = Period::parse(text).unwrap();
            for at in (10_000..12_000).map(Day) {
                let (first, next) = (period.first_day(at), period.next_first_day(at).unwrap());
                assert!(first <= at && at < next, "{text} {at}");
                assert_eq!(period.first_day(next), next, "{text} {at}");
                let last = next.checked_add_days(-1).unwrap();
                assert_eq!((period.first_day(last), period.next_first_day(first)), (first, Some(next)), "{text} {at}");
            }
        }
    }

    #[test]
    fn periods_end_without_a_panic() {
        let odd =
            [Period::Year { month: 0, day: 0 }, Period::Year { month: u32::MAX, day: 1 }, Period::Rolling { days: 0 }];
        let texts = ["lifetime", "day", "week from sun", "calendar quarter", "year from 04-01", "36500 days"];
        for period in texts.map(|text| Period::parse(text).unwrap()).into_iter().chain(odd) {
            for raw in [Day(i32::MIN), Day(i32::MAX), Day::MIN, Day::MAX] {
                let _ = (period.first_day(raw), period.next_first_day(raw), period.to_string());
            }
            assert_eq!(period.next_first_day(Day::MAX), None);
            assert!(period.first_day(Day::MIN) >= Day::MIN);
        }
    }
}
