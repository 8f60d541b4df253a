//! Civil days as plain integers: the calendar without zones.
//!
//! The arithmetic is our own (days-from-civil on integers): it runs once per event of a book, needs no table and no
//! allocation, and a test compares it with chrono for every day that there is.
use super::time::TimeFault;
use std::fmt;
use std::str::FromStr;

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

    /// Appends it as it is shown. States and answers are full of days and moments, so this does without formatting.
    pub(super) fn push_to(self, text: &mut String) {
        let (year, month, day) = self.ymd();
        if !self.in_range() {
            text.push_str(&format!("{year:04}-{month:02}-{day:02}"));
            return;
        }
        push_digits(text, year.into(), 4);
        text.push('-');
        push_digits(text, month.into(), 2);
        text.push('-');
        push_digits(text, day.into(), 2);
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
        let mut text = String::with_capacity(10);
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

/// Appends a number with so many digits: it has no more.
pub(super) fn push_digits(text: &mut String, number: i64, count: usize) {
    if count > 1 {
        push_digits(text, number / 10, count.saturating_sub(1));
    }
    text.extend(u32::try_from(number % 10).ok().and_then(|digit| char::from_digit(digit, 10)));
}

/// The number that ASCII digits write; `None` for any other byte. At most nine of them.
pub(super) fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, NaiveDate};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn every_day_agrees_with_chrono() {
        let mut expected = NaiveDate::from_ymd_opt(1, 1, 1).unwrap();
        for number in Day::MIN.0..=Day::MAX.0 {
            let (year, month, of_month) = Day(number).ymd();
            assert_eq!((year, month, of_month), (expected.year(), expected.month(), expected.day()));
            assert_eq!(Day::from_ymd(year, month, of_month), Some(Day(number)));
            let weekday = u32::from(Day(number).weekday().days_from_monday());
            assert_eq!(weekday, expected.weekday().num_days_from_monday());
            expected = expected.succ_opt().unwrap();
        }
        assert_eq!(expected.year(), 10_000);
    }

    #[test]
    fn texts_are_read_strictly() {
        assert_eq!(day("2024-02-29").to_string(), "2024-02-29");
        assert_eq!(day("0001-01-01"), Day::MIN);
        assert_eq!(day("9999-12-31"), Day::MAX);
        for text in ["", "2026-1-31", "2026-01-31T", "26-01-31", "2026/01/31", "2026-01-3١", "+026-01-31", "2026-01- 1"]
        {
            assert_eq!(Day::parse(text), Err(TimeFault::DayForm), "{text}");
        }
        for text in ["2025-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "0000-01-01"] {
            assert_eq!(Day::parse(text), Err(TimeFault::NoSuchDay), "{text}");
        }
        assert_eq!(Day::from_ymd(i32::MAX, u32::MAX, u32::MAX), None);
    }

    #[test]
    fn months_end_at_the_last_day() {
        for (from, months, to) in [
            ("2026-01-31", 1, "2026-02-28"),
            ("2024-01-31", 1, "2024-02-29"),
            ("2026-01-31", 2, "2026-03-31"),
            ("2026-01-31", 3, "2026-04-30"),
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2026-03-31", -1, "2026-02-28"),
            ("2026-01-15", -1, "2025-12-15"),
            ("2026-12-31", 0, "2026-12-31"),
        ] {
            assert_eq!(day(from).checked_add_months(months), Some(day(to)), "{from} {months}");
        }
        assert_eq!(day("2024-02-10").last_of_month(), day("2024-02-29"));
        assert_eq!(day("2024-02-10").first_of_month(), day("2024-02-01"));
    }

    #[test]
    fn months_since_is_the_greatest_count_that_fits() {
        for from in ["2023-12-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-01"].map(day) {
            for ahead in 0..1_000_i64 {
                let until = from.checked_add_days(ahead).unwrap();
                let months = until.months_since(from);
                assert!(from.checked_add_months(months).unwrap() <= until, "{from} {until}");
                assert!(from.checked_add_months(months.saturating_add(1)).unwrap() > until, "{from} {until}");
                assert_eq!(from.months_since(until), months.saturating_neg());
            }
        }
        assert_eq!(day("2026-02-28").months_since(day("2026-01-31")), 1);
        assert_eq!(day("2026-03-30").months_since(day("2026-01-31")), 1);
    }

    #[test]
    fn the_calendar_ends_without_a_panic() {
        assert_eq!(Day::MAX.checked_add_days(1), None);
        assert_eq!(Day::MIN.checked_add_days(-1), None);
        assert_eq!(Day::MAX.checked_add_months(1), None);
        assert_eq!(Day::MIN.checked_add_months(-1), None);
        for raw in [Day(i32::MIN), Day(i32::MAX), Day::MIN, Day::MAX, Day(0)] {
            for number in [i64::MIN, i64::MAX] {
                assert_eq!(raw.checked_add_days(number), None);
                assert_eq!(raw.checked_add_months(number), None);
            }
            for other in [Day(i32::MIN), Day(i32::MAX)] {
                let _ = (raw.months_since(other), raw.days_since(other));
            }
            let _ = (raw.to_string(), raw.weekday(), raw.first_of_month(), raw.last_of_month());
        }
    }
}
