//! Functions on days, instants and durations.
use super::evaluate::Env;
use super::functions::{Arg, Out};
use super::kernels::DURATION_MAX;
use super::program::Field;
use super::types::Status;
use crate::base::{Day, Instant, Length, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, Number};
use std::fmt::Write;

type Answer = Result<Out, Status>;

fn int(arguments: &[Arg<'_>], at: usize) -> Result<i64, Status> {
    match arguments.get(at) {
        Some(Arg::Int(value)) => Ok(*value),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

fn text<'a>(arguments: &[Arg<'a>]) -> Result<&'a str, Status> {
    match arguments {
        [Arg::Text(text), ..] => Ok(text),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

fn day(arguments: &[Arg<'_>], at: usize) -> Result<Day, Status> {
    i32::try_from(int(arguments, at)?).map(Day).map_err(|_| Status::OUT_OF_RANGE)
}

fn given_day(day: Option<Day>) -> Answer {
    day.map(|day| Out::Int(i64::from(day.0))).ok_or(Status::OUT_OF_RANGE)
}

/// A part of a day and a time of day.
pub(super) fn field(field: Field, day: Day, micros: i64) -> Option<i64> {
    let (year, month, date) = day.ymd();
    let within = |unit: i64, wrap: i64| micros.checked_div(unit)?.checked_rem(wrap);
    match field {
        Field::FullYear => Some(i64::from(year)),
        Field::Month => i64::from(month).checked_sub(1),
        Field::Date => Some(i64::from(date)),
        Field::DayOfMonth => i64::from(date).checked_sub(1),
        Field::DayOfWeek => i64::from(day.weekday().days_from_monday()).checked_add(1)?.checked_rem(7),
        Field::DayOfYear => Day::from_ymd(year, 1, 1).map(|first| day.days_since(first)),
        Field::Hours => within(MICROS_PER_HOUR, 24),
        Field::Minutes => within(MICROS_PER_MINUTE, 60),
        Field::Seconds => within(MICROS_PER_SECOND, 60),
        Field::Milliseconds => within(1000, 1000),
    }
}

macro_rules! parts_of_a_date {
    ($($name:ident $field:ident $doc:literal;)*) => {$(
        #[doc = $doc]
        pub(super) fn $name(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
            field(Field::$field, day(arguments, 0)?, 0).map(Out::Int).ok_or(Status::OUT_OF_RANGE)
        }
    )*};
}

parts_of_a_date! {
    full_year FullYear "The year of a date.";
    month Month "The month of a date, January is 0.";
    day_from_one Date "The day of the month, the first is 1.";
    day_from_zero DayOfMonth "The day of the month, the first is 0.";
    day_of_week DayOfWeek "The day of the week, Sunday is 0.";
    day_of_year DayOfYear "The day of the year, the first is 0.";
}

macro_rules! parts_of_a_duration {
    ($($name:ident $unit:expr, $wrap:expr, $doc:literal;)*) => {$(
        #[doc = $doc]
        pub(super) fn $name(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
            let whole = int(arguments, 0)?.checked_div($unit).and_then(|whole| whole.checked_rem($wrap));
            whole.map(Out::Int).ok_or(Status::OVERFLOW)
        }
    )*};
}

parts_of_a_duration! {
    hours_of_duration MICROS_PER_HOUR, i64::MAX, "All whole hours of a duration.";
    minutes_of_duration MICROS_PER_MINUTE, i64::MAX, "All whole minutes of a duration.";
    seconds_of_duration MICROS_PER_SECOND, i64::MAX, "All whole seconds of a duration.";
    milliseconds_of_duration 1000, 1000, "The milliseconds behind a duration's whole seconds.";
}

/// `int(timestamp('…'))`: seconds since 1970.
pub(super) fn seconds_of_instant(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    Ok(Out::Int(int(arguments, 0)?.div_euclid(MICROS_PER_SECOND)))
}

/// `timestamp(1000000000)`.
pub(super) fn instant_of_seconds(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let micros = int(arguments, 0)?.checked_mul(MICROS_PER_SECOND);
    micros.and_then(Instant::from_micros).map(|instant| Out::Int(instant.0)).ok_or(Status::OUT_OF_RANGE)
}

/// `timestamp('2026-01-31T12:00:00Z')`.
pub(super) fn instant_of_text(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    Instant::parse_rfc3339(text(arguments)?).map(|instant| Out::Int(instant.0)).map_err(|_| Status::NOT_CONVERTIBLE)
}

/// `date('2026-01-31')`.
pub(super) fn date_of_text(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    given_day(Day::parse(text(arguments)?).ok()).map_err(|_| Status::NOT_CONVERTIBLE)
}

/// `duration('1h30m')`.
pub(super) fn duration_of_text(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let micros = parse_duration(text(arguments)?).ok_or(Status::NOT_CONVERTIBLE)?;
    let fits = micros.unsigned_abs() <= DURATION_MAX.unsigned_abs();
    if fits { Ok(Out::Int(micros)) } else { Err(Status::OUT_OF_RANGE) }
}

/// Microseconds of `90m`, `1h30m`, `-1.5s`; units are h, m, s, ms, us and ns, if whole microseconds come out.
fn parse_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut total = Number::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let length = behind.find(|c: char| c.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(length)?;
        let micros = match unit {
            "h" => Number::from(MICROS_PER_HOUR),
            "m" => Number::from(MICROS_PER_MINUTE),
            "s" => Number::from(MICROS_PER_SECOND),
            "ms" => Number::from(1000),
            "us" | "µs" => Number::ONE,
            "ns" => Number::fraction(1, 1000)?,
            _ => return None,
        };
        total = total.checked_add(Number::parse(number)?.checked_mul(micros)?)?;
        rest = behind;
    }
    let total = total.to_i64()?;
    if negative { total.checked_neg() } else { Some(total) }
}

/// A duration as CEL writes it: seconds, with a fraction if there is one, and `s`.
pub(super) fn duration_text(micros: i64) -> String {
    match Number::from_scaled(i128::from(micros), 6) {
        Some(seconds) => format!("{seconds}s"),
        None => String::new(),
    }
}

fn write_text(buffer: &mut String, value: &dyn std::fmt::Display) -> Answer {
    write!(buffer, "{value}").map(|()| Out::Buffer).map_err(|_| Status::NOT_CONVERTIBLE)
}

/// `string(date('2026-01-31'))`.
pub(super) fn string_of_date(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    write_text(buffer, &day(arguments, 0)?)
}

/// `string(timestamp('2026-01-31T12:00:00Z'))`.
pub(super) fn string_of_instant(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    write_text(buffer, &Instant(int(arguments, 0)?))
}

/// `string(duration('90m'))`: `5400s`.
pub(super) fn string_of_duration(arguments: &[Arg<'_>], buffer: &mut String, _: Option<&Env<'_>>) -> Answer {
    buffer.push_str(&duration_text(int(arguments, 0)?));
    Ok(Out::Buffer)
}

/// Whole months from the first day to the second, negative if it comes before.
pub(super) fn months_between(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let (from, until) = (day(arguments, 0)?, day(arguments, 1)?);
    if until < from {
        return from.months_since(until).checked_neg().map(Out::Int).ok_or(Status::OUT_OF_RANGE);
    }
    Ok(Out::Int(until.months_since(from)))
}

/// Business days after the first day, up to and including the second.
pub(super) fn business_days(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    let env = env.ok_or(Status::OUT_OF_RANGE)?;
    Ok(Out::Int(env.calendar.business_days_between(day(arguments, 0)?, day(arguments, 1)?)))
}

/// So many days after a date.
pub(super) fn days_after_date(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    given_day(day(arguments, 1)?.checked_add_days(int(arguments, 0)?))
}

/// So many months after a date.
pub(super) fn months_after_date(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    given_day(day(arguments, 1)?.checked_add_months(int(arguments, 0)?))
}

fn moved(arguments: &[Arg<'_>], env: Option<&Env<'_>>, step: impl Fn(Day, i64) -> Option<Day>) -> Answer {
    let env = env.ok_or(Status::OUT_OF_RANGE)?;
    let (day, micros) = env.zone.civil(Instant(int(arguments, 1)?));
    let day = step(day, int(arguments, 0)?).ok_or(Status::OUT_OF_RANGE)?;
    Ok(Out::Int(env.zone.instant_of(day, micros).0))
}

/// So many civil days after an instant, at the same time of day.
pub(super) fn days_after_instant(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    moved(arguments, env, Day::checked_add_days)
}

/// So many months after an instant, at the same time of day.
pub(super) fn months_after_instant(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    moved(arguments, env, Day::checked_add_months)
}

/// The length at its place, and zone and calendar.
fn length<'e>(arguments: &[Arg<'_>], env: Option<&'e Env<'e>>) -> Result<(Length, &'e Env<'e>), Status> {
    let length = Length::of_code(int(arguments, 1)?).ok_or(Status::NOT_CONVERTIBLE)?;
    Ok((length, env.ok_or(Status::OUT_OF_RANGE)?))
}

/// `within(event.at, '30 days', referral.qualified_at)`. A length that would end after the year 9999 ends with its last day.
pub(super) fn within_instants(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    let ((length, env), at, anchor) = (length(arguments, env)?, int(arguments, 0)?, int(arguments, 2)?);
    let until = length.deadline(Instant(anchor), env.zone, env.calendar);
    Ok(Out::Bool(at >= anchor && until.is_none_or(|until| at <= until.0)))
}

/// The same between civil days.
pub(super) fn within_days(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    let ((length, env), at, anchor) = (length(arguments, env)?, day(arguments, 0)?, day(arguments, 2)?);
    let last = length.last_day_from(anchor, env.calendar);
    Ok(Out::Bool(at >= anchor && last.is_none_or(|last| at <= last)))
}

/// `in_first(event.at, '12 months', referral.closed_at)`.
pub(super) fn in_first_instants(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    let ((length, env), at, anchor) = (length(arguments, env)?, int(arguments, 0)?, int(arguments, 2)?);
    let over = length.release(Instant(anchor), env.zone, env.calendar);
    Ok(Out::Bool(at >= anchor && over.is_none_or(|over| at < over.0)))
}

/// The same between civil days.
pub(super) fn in_first_days(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    let ((length, env), at, anchor) = (length(arguments, env)?, day(arguments, 0)?, day(arguments, 2)?);
    let over = length.last_day_from(anchor, env.calendar);
    Ok(Out::Bool(at >= anchor && over.is_none_or(|over| at < over)))
}
