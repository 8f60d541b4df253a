//! Moments at which something may go wrong: ends of days, months, years, leap days, clocks set forward and back.
use super::draw::Draw;
use referral_rules::base::{Calendar, Day, Instant, Length, MICROS_PER_DAY, MICROS_PER_HOUR, MICROS_PER_MINUTE, Zone};

/// Days on which a period, a version, a campaign or summer time begins or ends in one of the generated programs.
const DAYS: [(i32, u32, u32); 26] = [
    (2024, 3, 1),
    (2024, 1, 1),
    (2023, 12, 31),
    (2024, 1, 31),
    (2024, 2, 28),
    (2024, 2, 29),
    (2024, 3, 9),
    (2024, 3, 10),
    (2024, 3, 31),
    (2024, 4, 1),
    (2024, 4, 26),
    (2024, 5, 31),
    (2024, 6, 30),
    (2024, 7, 1),
    (2024, 8, 31),
    (2024, 9, 8),
    (2024, 9, 30),
    (2024, 10, 1),
    (2024, 10, 27),
    (2024, 11, 3),
    (2024, 12, 25),
    (2024, 12, 31),
    (2025, 1, 1),
    (2025, 2, 28),
    (2025, 3, 1),
    (2025, 4, 5),
];

/// Times of day: noon, the ends of the day, hours that summer time skips or repeats.
const TIMES: [i64; 9] = [
    12 * MICROS_PER_HOUR,
    0,
    MICROS_PER_DAY - 1,
    9 * MICROS_PER_HOUR,
    MICROS_PER_HOUR + 30 * MICROS_PER_MINUTE,
    2 * MICROS_PER_HOUR + 30 * MICROS_PER_MINUTE,
    30 * MICROS_PER_MINUTE,
    23 * MICROS_PER_HOUR + 59 * MICROS_PER_MINUTE,
    1,
];

/// Lengths that programs and events share, so that events fall on deadlines exactly.
pub const LENGTHS: [&str; 9] =
    ["30 days", "1 days", "10 days", "90 days", "1 months", "48 hours", "5 business days", "2 weeks", "1 years"];

/// A day out of those on which something happens, or one near it.
pub fn day(draw: &mut Draw<'_>) -> Day {
    let (year, month, day) = draw.one_of(&DAYS);
    let day = Day::from_ymd(year, month, day).unwrap_or_default();
    let near = draw.one_of(&[0, 0, 0, 1, -1, 2, 14]);
    day.checked_add_days(near).unwrap_or(day)
}

/// A moment on such a day.
pub fn moment(draw: &mut Draw<'_>, zone: &Zone) -> Instant {
    let day = day(draw);
    zone.instant_of(day, draw.one_of(&TIMES))
}

/// A moment some way after another: at once, on a deadline to the microsecond, right before or after one, or anywhere.
pub fn moment_after(draw: &mut Draw<'_>, zone: &Zone, anchor: Instant) -> Instant {
    match draw.below(8) {
        0 => Instant(anchor.0.saturating_add(MICROS_PER_DAY)),
        1 => anchor,
        2 => moment(draw, zone),
        3 => Instant(anchor.0.saturating_sub(MICROS_PER_HOUR)),
        4 => Instant(anchor.0.saturating_add(40 * MICROS_PER_DAY)),
        _ => {
            let length = Length::parse(draw.one_of(&LENGTHS)).ok();
            let due = length.and_then(|length| length.deadline(anchor, zone, &Calendar::default()));
            let near = draw.one_of(&[0, -1, 1, MICROS_PER_DAY]);
            Instant(due.unwrap_or(anchor).0.saturating_add(near))
        }
    }
}

/// The instant as text, `shift` days later, in one of the notations that mean the same.
pub fn instant_text(instant: Instant, shift: i64, notation: usize) -> String {
    let instant = Instant(instant.0.saturating_add(shift.saturating_mul(MICROS_PER_DAY)));
    match notation {
        1 => {
            let local = Instant(instant.0.saturating_add(5 * MICROS_PER_HOUR + 30 * MICROS_PER_MINUTE)).to_string();
            local.replace('Z', "+05:30")
        }
        _ => instant.to_string(),
    }
}

/// The day as text, `shift` days later.
pub fn day_text(day: Day, shift: i64) -> String {
    day.checked_add_days(shift).unwrap_or(day).to_string()
}
