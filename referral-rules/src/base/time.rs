//! Instants and civil days as plain integers, and the texts that stand for them.
//!
//! The civil arithmetic is our own (days-from-civil on integers): it runs once per event of a book, needs no table and no
//! allocation, and a test compares it with chrono for every day that exists. What depends on a zone is in `zone`.
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
/// Microseconds in an hour.
pub const MICROS_PER_HOUR: i64 = 60 * MICROS_PER_MINUTE;
/// Microseconds in a day of 24 hours.
pub const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// A moment: microseconds since 1970-01-01T00:00:00Z, years 0001 to 9999.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// let noon = Instant::parse("2026-01-31T07:00:00-05:00")?;
/// assert_eq!(noon.to_string(), "2026-01-31T12:00:00Z");
/// assert_eq!(noon, Instant::parse("2026-01-31 12:00:00.000Z")?);
/// # Ok::<(), referral_rules::base::TimeFault>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Instant(pub i64);

/// A civil day: days since 1970-01-01, years 0001 to 9999. Which instants it holds depends on the zone.
///
/// # Example
/// ```
/// use referral_rules::base::{Day, Weekday};
/// let day = Day::parse("2026-01-31")?;
/// assert_eq!(day.weekday(), Weekday::Saturday);
/// assert_eq!(day.checked_add_months(1), Day::from_ymd(2026, 2, 28));
/// assert_eq!(day.checked_add_days(1).unwrap().to_string(), "2026-02-01");
/// # Ok::<(), referral_rules::base::TimeFault>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Day(pub i32);

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Weekday {
    /// `mon`
    Monday,
    /// `tue`
    Tuesday,
    /// `wed`
    Wednesday,
    /// `thu`
    Thursday,
    /// `fri`
    Friday,
    /// `sat`
    Saturday,
    /// `sun`
    Sunday,
}

/// Why a text is no day or no instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum TimeFault {
    /// Not of the form `2026-01-31`.
    #[error("a day is written as `2026-01-31`")]
    DayForm,
    /// Not of the form `2026-01-31T12:00:00Z`.
    #[error("a moment is written as `2026-01-31T12:00:00Z` or `2026-01-31T12:00:00-05:00`")]
    InstantForm,
    /// No such month, or no such day in that month and year, or the year 0000.
    #[error("there is no such day; years run from 0001 to 9999")]
    NoSuchDay,
    /// An hour above 23, or a minute or second above 59.
    #[error("there is no such time of day; the last is 23:59:59")]
    NoSuchTime,
    /// The second 60.
    #[error("a leap second cannot be represented; write second 59 or the next minute")]
    LeapSecond,
    /// More than six digits after the seconds.
    #[error("fractions of a second have at most 6 digits")]
    TooFine,
    /// Neither `Z` nor an offset at the end.
    #[error("a moment needs an offset from UTC at its end, such as `Z` or `-05:00`")]
    NoOffset,
    /// An offset beyond 23:59.
    #[error("there is no such offset from UTC; it is at most 23:59")]
    NoSuchOffset,
    /// Before the year 0001 or after the year 9999 in UTC.
    #[error("the moment lies outside the years 0001 to 9999 in UTC")]
    OutOfRange,
}

impl Weekday {
    /// The days of a week, Monday first.
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// The name in documents: `mon` to `sun`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "mon",
            Self::Tuesday => "tue",
            Self::Wednesday => "wed",
            Self::Thursday => "thu",
            Self::Friday => "fri",
            Self::Saturday => "sat",
            Self::Sunday => "sun",
        }
    }

    /// The day of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|weekday| weekday.name() == name)
    }

    /// 0 for Monday to 6 for Sunday.
    pub const fn days_from_monday(self) -> u8 {
        match self {
            Self::Monday => 0,
            Self::Tuesday => 1,
            Self::Wednesday => 2,
            Self::Thursday => 3,
            Self::Friday => 4,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

impl fmt::Display for Weekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Day {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The day of a year (1 to 9999), month and day of the month, if there is one.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let exists =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        exists.then(|| Self(days_from_civil(year, month, day)))
    }

    /// Year, month and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// Reads `2026-01-31`: four, two and two digits.
    ///
    /// # Errors
    /// [`TimeFault::DayForm`] and [`TimeFault::NoSuchDay`].
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Err(TimeFault::DayForm);
        };
        let year = digits(&[*y1, *y2, *y3, *y4]).and_then(|year| i32::try_from(year).ok());
        let (Some(year), Some(month), Some(day)) = (year, digits(&[*m1, *m2]), digits(&[*d1, *d2])) else {
            return Err(TimeFault::DayForm);
        };
        Self::from_ymd(year, month, day).ok_or(TimeFault::NoSuchDay)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        match i64::from(self.0).saturating_add(3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// So many days later, or earlier for a negative number.
    pub fn checked_add_days(self, days: i64) -> Option<Self> {
        let days = i64::from(self.0).checked_add(days)?;
        i32::try_from(days).ok().map(Self).filter(|day| day.in_range())
    }

    /// The same day of the month so many months later, or earlier; the last day of that month if it is shorter. Count the
    /// n-th month from the first day and never from the one before, or the 31st becomes the 28th for ever.
    pub fn checked_add_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = self.ymd();
        let from_zero = i64::from(year).checked_mul(12)?.checked_add(i64::from(month))?.checked_sub(1)?;
        let months = from_zero.checked_add(months)?;
        let year = i32::try_from(months.div_euclid(12)).ok()?;
        let month = u32::try_from(months.rem_euclid(12)).ok()?.checked_add(1)?;
        Self::from_ymd(year, month, day.min(days_in_month(year, month)))
    }

    /// How many days this is after `earlier`; negative if it is before.
    pub fn days_since(self, earlier: Self) -> i64 {
        i64::from(self.0).saturating_sub(i64::from(earlier.0))
    }

    /// How many whole months have passed since `earlier`: the greatest n with `earlier + n months <= self`. Negative if
    /// this is before: the same count the other way round.
    pub fn months_since(self, earlier: Self) -> i64 {
        if self < earlier {
            return earlier.months_since(self).saturating_neg();
        }
        let ((year, month, day), (from_year, from_month, from_day)) = (self.ymd(), earlier.ymd());
        let months = i64::from(year)
            .saturating_sub(i64::from(from_year))
            .saturating_mul(12)
            .saturating_add(i64::from(month))
            .saturating_sub(i64::from(from_month));
        let reached = day >= from_day.min(days_in_month(year, month));
        if reached { months } else { months.saturating_sub(1) }
    }

    /// The first day of its month.
    pub fn first_of_month(self) -> Self {
        let (year, month, _) = self.ymd();
        Self(days_from_civil(year, month, 1))
    }

    /// The last day of its month.
    pub fn last_of_month(self) -> Self {
        let (year, month, _) = self.ymd();
        Self(days_from_civil(year, month, days_in_month(year, month)))
    }

    /// True within the years 0001 to 9999.
    pub fn in_range(self) -> bool {
        (Self::MIN..=Self::MAX).contains(&self)
    }
}

impl FromStr for Day {
    type Err = TimeFault;

    fn from_str(text: &str) -> Result<Self, TimeFault> {
        Self::parse(text)
    }
}

/// Shows `2026-01-31`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Instant {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(253_402_300_799_999_999);

    /// Reads an RFC 3339 moment: the day, `T` or a space, hours, minutes and seconds, at most six digits of a second, and
    /// `Z` or an offset from UTC.
    ///
    /// # Errors
    /// A [`TimeFault`] that says what is wrong; a moment without offset is refused, for its meaning would be a guess.
    pub fn parse_rfc3339(text: &str) -> Result<Self, TimeFault> {
        let (day, rest) = text.split_at_checked(10).ok_or(TimeFault::InstantForm)?;
        let day = Day::parse(day).map_err(|fault| match fault {
            TimeFault::DayForm => TimeFault::InstantForm,
            other => other,
        })?;
        let [b'T' | b't' | b' ', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest.as_bytes() else {
            return Err(TimeFault::InstantForm);
        };
        let (Some(hour), Some(minute), Some(second)) = (digits(&[*h1, *h2]), digits(&[*m1, *m2]), digits(&[*s1, *s2]))
        else {
            return Err(TimeFault::InstantForm);
        };
        if second == 60 {
            return Err(TimeFault::LeapSecond);
        }
        if hour > 23 || minute > 59 || second > 59 {
            return Err(TimeFault::NoSuchTime);
        }
        let (fraction, rest) = fraction(rest)?;
        let offset = offset(rest)?;
        let seconds = seconds_of(hour, minute, second).saturating_sub(offset);
        let micros = i64::from(day.0)
            .saturating_mul(MICROS_PER_DAY)
            .saturating_add(seconds.saturating_mul(MICROS_PER_SECOND))
            .saturating_add(fraction);
        Self::from_micros(micros).ok_or(TimeFault::OutOfRange)
    }

    /// The same as [`Instant::parse_rfc3339`], which is the only form that moments have.
    ///
    /// # Errors
    /// A [`TimeFault`] that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        Self::parse_rfc3339(text)
    }

    /// The moment so many microseconds after 1970-01-01T00:00:00Z, if it is in range.
    pub fn from_micros(micros: i64) -> Option<Self> {
        Some(Self(micros)).filter(|instant| instant.in_range())
    }

    /// The moment so many microseconds later, or earlier for a negative number.
    pub fn checked_add_micros(self, micros: i64) -> Option<Self> {
        self.0.checked_add(micros).and_then(Self::from_micros)
    }

    /// How many microseconds this is after `earlier`; negative if it is before.
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// True within the years 0001 to 9999.
    pub fn in_range(self) -> bool {
        (Self::MIN..=Self::MAX).contains(&self)
    }
}

impl FromStr for Instant {
    type Err = TimeFault;

    fn from_str(text: &str) -> Result<Self, TimeFault> {
        Self::parse(text)
    }
}

/// Shows `2026-01-31T12:00:00Z`, with three or six digits of a second where they are needed.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = Day(i32::try_from(self.0.div_euclid(MICROS_PER_DAY)).unwrap_or(i32::MAX));
        let micros = self.0.rem_euclid(MICROS_PER_DAY);
        let (hour, minute) = (micros / MICROS_PER_HOUR, micros % MICROS_PER_HOUR / MICROS_PER_MINUTE);
        let second = micros % MICROS_PER_MINUTE / MICROS_PER_SECOND;
        write!(f, "{day}T{hour:02}:{minute:02}:{second:02}")?;
        match micros % MICROS_PER_SECOND {
            0 => {}
            fraction if fraction % 1_000 == 0 => write!(f, ".{:03}", fraction / 1_000)?,
            fraction => write!(f, ".{fraction:06}")?,
        }
        f.write_str("Z")
    }
}

/// The number that ASCII digits write; `None` for any other byte. At most nine of them.
fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}

fn seconds_of(hour: u32, minute: u32, second: u32) -> i64 {
    i64::from(hour)
        .saturating_mul(3600)
        .saturating_add(i64::from(minute).saturating_mul(60))
        .saturating_add(second.into())
}

/// The microseconds of `.250`, if the text begins with a point, and what follows.
fn fraction(text: &[u8]) -> Result<(i64, &[u8]), TimeFault> {
    let [b'.', text @ ..] = text else {
        return Ok((0, text));
    };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = text.split_at_checked(length).ok_or(TimeFault::InstantForm)?;
    match length {
        0 => Err(TimeFault::InstantForm),
        1..=6 => {
            let padded = fraction.iter().copied().chain(std::iter::repeat(b'0')).take(6).collect::<Vec<u8>>();
            let micros = digits(&padded).ok_or(TimeFault::InstantForm)?;
            Ok((i64::from(micros), rest))
        }
        _ => Err(TimeFault::TooFine),
    }
}

/// The seconds of `Z` or `+05:30`.
fn offset(text: &[u8]) -> Result<i64, TimeFault> {
    match text {
        [] => Err(TimeFault::NoOffset),
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (Some(hour), Some(minute)) = (digits(&[*h1, *h2]), digits(&[*m1, *m2])) else {
                return Err(TimeFault::InstantForm);
            };
            if hour > 23 || minute > 59 {
                return Err(TimeFault::NoSuchOffset);
            }
            let seconds = seconds_of(hour, minute, 0);
            Ok(if *sign == b'-' { seconds.saturating_neg() } else { seconds })
        }
        _ => Err(TimeFault::InstantForm),
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar. Years are counted from March, so that the leap day
/// is the last of its year; an era is 400 years, after which the calendar repeats.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "64 bits hold every sum for years below 6 million, which is what the days of 32 bits reach"
)]
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era - 719_468).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// The inverse of [`days_from_civil`].
#[expect(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "days of 32 bits are years below 6 million; months and days of the month are below 32"
)]
fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = i64::from(days) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}
