//! Functions on numbers.
use super::evaluate::Env;
use super::functions::{Arg, Out};
use super::types::Status;
use crate::base::{Day, Number, Rounding};

type Answer = Result<Out, Status>;

/// At most so many digits after the point can be rounded to.
const DIGITS_MAX: i64 = 28;

fn first(arguments: &[Arg<'_>]) -> Result<Number, Status> {
    match arguments {
        [Arg::Decimal(value), ..] => Ok(*value),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

fn whole(rounding: Rounding, value: Number) -> Answer {
    rounding.settle(value, 0).map(Out::Int).ok_or(Status::OVERFLOW)
}

/// `int(1.9)`: 1.
pub(super) fn int_of_decimal(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    whole(Rounding::Down, first(arguments)?)
}

/// `floor(-1.5)`: -2.
pub(super) fn floor(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    whole(Rounding::Floor, first(arguments)?)
}

/// `ceil(1.2)`: 2.
pub(super) fn ceil(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    whole(Rounding::Ceiling, first(arguments)?)
}

/// `round(2.345, 2)`: 2.35.
pub(super) fn round(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let digits = match arguments {
        [_, Arg::Int(digits)] => *digits,
        _ => 0,
    };
    let digits = u32::try_from(digits).ok().filter(|digits| i64::from(*digits) <= DIGITS_MAX);
    let digits = digits.ok_or(Status::OUT_OF_RANGE)?;
    let units = Rounding::HalfAwayFromZero.settle_i128(first(arguments)?, digits).ok_or(Status::OVERFLOW)?;
    Number::from_scaled(units, digits).map(Out::Decimal).ok_or(Status::OVERFLOW)
}

fn multiple(arguments: &[Arg<'_>], rounding: Rounding) -> Answer {
    let [Arg::Decimal(value), Arg::Decimal(step)] = arguments else { return Err(Status::NOT_CONVERTIBLE) };
    let step = if step.is_negative() { step.negated() } else { *step };
    if step == Number::ZERO {
        return Err(Status::DIVISION_BY_ZERO);
    }
    let count = value.checked_div(step).and_then(|times| rounding.settle_i128(times, 0));
    let count = count.and_then(|count| Number::from_scaled(count, 0));
    count.and_then(|count| count.checked_mul(step)).map(Out::Decimal).ok_or(Status::OVERFLOW)
}

/// `round_to(41.67, 0.05)`: 41.65.
pub(super) fn round_to(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    multiple(arguments, Rounding::HalfAwayFromZero)
}

/// `floor_to(199, 100)`: 100.
pub(super) fn floor_to(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    multiple(arguments, Rounding::Floor)
}

/// `ceil_to(101, 100)`: 200.
pub(super) fn ceil_to(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    multiple(arguments, Rounding::Ceiling)
}

/// `abs(-1.5)`: 1.5.
pub(super) fn abs(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    let value = first(arguments)?;
    Ok(Out::Decimal(if value.is_negative() { value.negated() } else { value }))
}

/// `abs(-1)`: 1.
pub(super) fn abs_int(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [Arg::Int(value)] => value.checked_abs().map(Out::Int).ok_or(Status::OVERFLOW),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `int('987')`: digits with an optional minus, nothing else.
pub(super) fn int_of_text(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [Arg::Text(text)] if !text.starts_with('+') => text.parse().map(Out::Int).map_err(|_| Status::NOT_CONVERTIBLE),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `decimal('12.50')`.
pub(super) fn decimal_of_text(arguments: &[Arg<'_>], _: &mut String, _: Option<&Env<'_>>) -> Answer {
    match arguments {
        [Arg::Text(text)] => Number::parse(text).map(Out::Decimal).ok_or(Status::NOT_CONVERTIBLE),
        _ => Err(Status::NOT_CONVERTIBLE),
    }
}

/// `converted(100, 'EUR', 'USD', date('2026-03-05'))`: 108, if a euro is worth 1.08 dollars on that day.
pub(super) fn converted(arguments: &[Arg<'_>], _: &mut String, env: Option<&Env<'_>>) -> Answer {
    let rates = env.ok_or(Status::NO_RATE)?.rates;
    let [Arg::Decimal(amount), Arg::Text(from), Arg::Text(to), Arg::Int(day)] = arguments else {
        return Err(Status::NOT_CONVERTIBLE);
    };
    let day = i32::try_from(*day).map_err(|_| Status::OUT_OF_RANGE)?;
    let rate = rates.on(from, to, Day(day)).ok_or(Status::NO_RATE)?;
    amount.checked_mul(rate).map(Out::Decimal).ok_or(Status::OVERFLOW)
}
