//! Instants as plain integers, and the RFC 3339 texts that stand for them.
use super::day::{Day, digits, push_digits};
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
        let mut text = String::with_capacity(27);
        day.push_to(&mut text);
        for (before, number) in [('T', hour), (':', minute), (':', second)] {
            text.push(before);
            push_digits(&mut text, number, 2);
        }
        match micros % MICROS_PER_SECOND {
            0 => {}
            fraction if fraction % 1_000 == 0 => {
                text.push('.');
                push_digits(&mut text, fraction / 1_000, 3);
            }
            fraction => {
                text.push('.');
                push_digits(&mut text, fraction, 6);
            }
        }
        text.push('Z');
        f.write_str(&text)
    }
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
    let unit = match length {
        0 => return Err(TimeFault::InstantForm),
        1 => 100_000,
        2 => 10_000,
        3 => 1_000,
        4 => 100,
        5 => 10,
        6 => 1,
        _ => return Err(TimeFault::TooFine),
    };
    let number = digits(fraction).ok_or(TimeFault::InstantForm)?;
    Ok((i64::from(number).saturating_mul(unit), rest))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_shown() {
        for (text, shown) in [
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
            ("2026-01-31t12:00:00z", "2026-01-31T12:00:00Z"),
            ("2026-01-31 12:00:00-00:00", "2026-01-31T12:00:00Z"),
            ("2026-01-31T23:30:00.5-05:00", "2026-02-01T04:30:00.500Z"),
            ("2026-01-01T00:00:00.000001+05:45", "2025-12-31T18:15:00.000001Z"),
            ("2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999999Z"),
            ("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.250Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            let instant = Instant::parse(text).unwrap();
            assert_eq!(instant.to_string(), shown, "{text}");
            assert_eq!(Instant::parse(shown), Ok(instant), "{text}");
        }
        assert_eq!(Instant::parse("0001-01-01T00:00:00Z"), Ok(Instant::MIN));
        assert_eq!(Instant::parse("9999-12-31T23:59:59.999999Z"), Ok(Instant::MAX));
        assert_eq!(Instant::parse("1970-01-01T00:00:01Z"), Ok(Instant(MICROS_PER_SECOND)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, fault) in [
            ("", TimeFault::InstantForm),
            ("2026-01-31", TimeFault::InstantForm),
            ("2026-01-31T12:00Z", TimeFault::InstantForm),
            ("2026-01-31T12:00:00.Z", TimeFault::InstantForm),
            ("2026-01-31T12:00:00+0500", TimeFault::InstantForm),
            ("2026-01-31T12:00:00Z ", TimeFault::InstantForm),
            ("2026-01-31T12:00:00 America/New_York", TimeFault::InstantForm),
            ("ααααααααα", TimeFault::InstantForm),
            ("2026-01-3é12:00:00Z", TimeFault::InstantForm),
            ("2026-02-29T12:00:00Z", TimeFault::NoSuchDay),
            ("2026-01-31T24:00:00Z", TimeFault::NoSuchTime),
            ("2026-01-31T12:60:00Z", TimeFault::NoSuchTime),
            ("2026-01-31T12:00:61Z", TimeFault::NoSuchTime),
            ("2016-12-31T23:59:60Z", TimeFault::LeapSecond),
            ("2026-01-31T12:00:00.1234567Z", TimeFault::TooFine),
            ("2026-01-31T12:00:00", TimeFault::NoOffset),
            ("2026-01-31T12:00:00.123", TimeFault::NoOffset),
            ("2026-01-31T12:00:00+24:00", TimeFault::NoSuchOffset),
            ("2026-01-31T12:00:00-05:60", TimeFault::NoSuchOffset),
            ("0001-01-01T00:00:00+00:01", TimeFault::OutOfRange),
            ("9999-12-31T23:59:59-00:01", TimeFault::OutOfRange),
        ] {
            assert_eq!(Instant::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn time_ends_without_a_panic() {
        assert_eq!(Instant::MAX.checked_add_micros(1), None);
        assert_eq!(Instant::MIN.checked_add_micros(-1), None);
        assert_eq!(Instant(0).checked_add_micros(i64::MAX), None);
        assert_eq!(Instant(i64::MIN).micros_since(Instant(i64::MAX)), i64::MIN);
        for raw in [i64::MIN, i64::MAX] {
            assert_eq!(Instant::from_micros(raw), None);
            assert!(!Instant(raw).to_string().is_empty());
        }
    }
}
