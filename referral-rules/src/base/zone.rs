//! Time zones: which civil day an instant belongs to, and where a civil day begins and ends.
use super::day::Day;
use super::time::{Instant, MICROS_PER_DAY, MICROS_PER_SECOND};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A time zone by its IANA name, with the zone data that the build carries.
///
/// Its offsets for 1970 to 2100 are laid out some years at a time, when they are first asked for, so that [`Zone::day_of`] is a
/// look-up; for other years the zone data is asked each time. Cloning is cheap. The calendar is closed at its edges: what would lie before 0001 or
/// after 9999 is the first or the last that there is.
///
/// # Example
/// ```
/// use referral_rules::base::{Day, Instant, Zone};
/// let zone = Zone::named("America/New_York").unwrap();
/// let late = Instant::parse("2026-01-01T04:59:59Z")?;
/// assert_eq!(zone.day_of(late), Day::parse("2025-12-31")?);
/// let first = zone.first_instant(Day::parse("2026-01-01")?);
/// assert_eq!(first.to_string(), "2026-01-01T05:00:00Z");
/// # Ok::<(), referral_rules::base::TimeFault>(())
/// ```
#[derive(Clone)]
pub struct Zone {
    tz: Tz,
    table: Arc<Table>,
}

impl Zone {
    /// The zone of an IANA name, in its exact spelling: `America/New_York`, `UTC`.
    pub fn named(name: &str) -> Option<Self> {
        let tz: Tz = name.parse().ok()?;
        Some(Self { tz, table: Arc::new(Table::of(tz)) })
    }

    /// Whether a zone has that name.
    pub fn is_name(name: &str) -> bool {
        name.parse::<Tz>().is_ok()
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.tz.name()
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name())
    }

    /// The version of the zone data that the build carries, such as `2025b`. Answers record it.
    pub fn data_version() -> &'static str {
        chrono_tz::IANA_TZDB_VERSION
    }

    /// The civil day of an instant: the date that a clock on the wall shows. Where clocks were set back over midnight after it
    /// had struck (Newfoundland until 2011), the old day comes back for a while.
    #[inline]
    pub fn day_of(&self, instant: Instant) -> Day {
        self.civil(instant).0
    }

    /// The civil day of an instant and the microseconds that a clock on the wall shows since midnight.
    #[inline]
    pub fn civil(&self, instant: Instant) -> (Day, i64) {
        let offset = self.offset_micros(instant);
        let local = instant.0.saturating_add(offset).clamp(Instant::MIN.0, Instant::MAX.0);
        let day = i32::try_from(local.div_euclid(MICROS_PER_DAY)).map_or(Day::MAX, Day);
        (day, local.rem_euclid(MICROS_PER_DAY))
    }

    /// The first instant of a civil day. Where midnight does not exist, it is the first instant that does; where it occurs
    /// twice, the earlier.
    pub fn first_instant(&self, day: Day) -> Instant {
        self.instant_of(day, 0)
    }

    /// The last instant of a civil day: one microsecond before the next begins. A day that the zone skipped has its last
    /// instant before its first: it holds none.
    pub fn last_instant(&self, day: Day) -> Instant {
        match day.checked_add_days(1) {
            Some(next) => Instant(self.first_instant(next).0.saturating_sub(1)),
            None if day < Day::MIN => Instant::MIN,
            None => Instant::MAX,
        }
    }

    /// The instant at which a clock on the wall shows that day and time. Where it shows it twice, the earlier; where it
    /// never does, the first instant after the gap. The time is held within the day: 0 to 24 hours less a microsecond.
    pub fn instant_of(&self, day: Day, micros_of_day: i64) -> Instant {
        let day = day.clamp(Day::MIN, Day::MAX);
        let micros_of_day = micros_of_day.clamp(0, MICROS_PER_DAY.saturating_sub(1));
        let local = i64::from(day.0).saturating_mul(MICROS_PER_DAY).saturating_add(micros_of_day);
        let near = local.saturating_sub(REACH)..local.saturating_add(REACH);
        let instant = match self.table.era(near.start) {
            Some(era) if near.end < TABLE_END => earliest(era.spans.get(era.index(near.start)..).unwrap_or(&[]), local),
            _ => earliest(&spans(self.tz, near.start, near.end), local),
        };
        Instant(instant.clamp(Instant::MIN.0, Instant::MAX.0))
    }

    /// What the zone's clocks are ahead of UTC at an instant, in microseconds.
    #[inline]
    fn offset_micros(&self, instant: Instant) -> i64 {
        match self.table.era(instant.0) {
            Some(era) => era.spans.get(era.index(instant.0)).map_or(0, |span| span.offset),
            None => probe(self.tz, instant.0.div_euclid(MICROS_PER_SECOND)).saturating_mul(MICROS_PER_SECOND),
        }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.tz == other.tz
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// 1970-01-01T00:00:00Z.
const TABLE_START: i64 = 0;
/// 2101-01-01T00:00:00Z.
const TABLE_END: i64 = 4_133_980_800 * MICROS_PER_SECOND;
/// No zone was ever two days ahead of or behind UTC, nor moved its clocks by as much.
const REACH: i64 = 2 * MICROS_PER_DAY;
/// How closely the zone data is looked at. No two changes of a zone are less than six days apart since 1844, and a test looks
/// for them in all zones.
const STEP_SECONDS: i64 = 3 * 86_400;
/// What is laid out at once are 2^47 microseconds, some four and a half years.
const ERA_BITS: u32 = 47;
/// A bucket of an era is 2^41 microseconds, some 25 days.
const BUCKET_BITS: u32 = 41;

/// A stretch of time with one offset, from `start` (included) to the next one's start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    start: i64,
    offset: i64,
}

/// The eras from the table's start to its end, each laid out when it is first asked for.
struct Table {
    tz: Tz,
    eras: Vec<OnceLock<Era>>,
}

/// The spans of an era, over its end as far as a time may be looked for from it, and for each bucket the place of the span that
/// holds its start.
struct Era {
    start: i64,
    spans: Vec<Span>,
    buckets: Vec<u16>,
}

impl Table {
    fn of(tz: Tz) -> Self {
        let eras = usize::try_from(TABLE_END.saturating_sub(TABLE_START) >> ERA_BITS).unwrap_or(0).saturating_add(1);
        Self { tz, eras: (0..eras).map(|_| OnceLock::new()).collect() }
    }

    /// The era that holds an instant; none outside the table.
    #[inline]
    fn era(&self, at: i64) -> Option<&Era> {
        if !(TABLE_START..TABLE_END).contains(&at) {
            return None;
        }
        let number = at.saturating_sub(TABLE_START) >> ERA_BITS;
        let era = self.eras.get(usize::try_from(number).ok()?)?;
        Some(era.get_or_init(|| Era::of(self.tz, TABLE_START.saturating_add(number << ERA_BITS))))
    }
}

impl Era {
    #[cold]
    fn of(tz: Tz, start: i64) -> Self {
        let end = start.saturating_add(1 << ERA_BITS);
        let spans = spans(tz, start, end.saturating_add(REACH.saturating_mul(2)));
        let starts = (0_i64..).map(|bucket| start.saturating_add(bucket << BUCKET_BITS));
        let buckets = starts
            .take_while(|start| *start < end)
            .map(|start| spans.partition_point(|span| span.start <= start).saturating_sub(1))
            .map(|index| u16::try_from(index).unwrap_or(u16::MAX))
            .collect();
        Self { start, spans, buckets }
    }

    /// The place of the span that holds `at`, which lies in the era.
    #[inline]
    fn index(&self, at: i64) -> usize {
        let bucket = usize::try_from(at.saturating_sub(self.start) >> BUCKET_BITS).unwrap_or(0);
        let mut index = self.buckets.get(bucket).copied().map_or(0, usize::from);
        while self.spans.get(index.saturating_add(1)).is_some_and(|next| next.start <= at) {
            index = index.saturating_add(1);
        }
        index
    }
}

/// The earliest instant at which the clock shows `local` or later. That is the first of two, and the end of a gap.
fn earliest(spans: &[Span], local: i64) -> i64 {
    for (index, span) in spans.iter().enumerate() {
        let end = spans.get(index.saturating_add(1)).map(|next| next.start.saturating_add(span.offset));
        if end.is_none_or(|end| end > local) {
            return span.start.max(local.saturating_sub(span.offset));
        }
    }
    local
}

/// The spans of one offset from `start` to `end`; the first begins at `start`.
fn spans(tz: Tz, start: i64, end: i64) -> Vec<Span> {
    let mut at = start.div_euclid(MICROS_PER_SECOND);
    let end = end.div_euclid(MICROS_PER_SECOND);
    let mut offset = probe(tz, at);
    let mut spans = vec![Span { start, offset: offset.saturating_mul(MICROS_PER_SECOND) }];
    while at < end {
        let next = at.saturating_add(STEP_SECONDS).min(end);
        if probe(tz, next) == offset {
            at = next;
            continue;
        }
        let (mut before, mut after) = (at, next);
        while after.saturating_sub(before) > 1 {
            let middle = before.saturating_add(after.saturating_sub(before) / 2);
            if probe(tz, middle) == offset { before = middle } else { after = middle }
        }
        at = after;
        offset = probe(tz, at);
        spans.push(Span {
            start: at.saturating_mul(MICROS_PER_SECOND),
            offset: offset.saturating_mul(MICROS_PER_SECOND),
        });
    }
    spans
}

/// The offset in seconds that the zone data gives at a second since 1970.
fn probe(tz: Tz, second: i64) -> i64 {
    let first = Instant::MIN.0.div_euclid(MICROS_PER_SECOND).saturating_sub(172_800);
    let last = Instant::MAX.0.div_euclid(MICROS_PER_SECOND).saturating_add(172_800);
    DateTime::from_timestamp(second.clamp(first, last), 0)
        .map_or(0, |moment| i64::from(tz.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{MICROS_PER_HOUR, MICROS_PER_MINUTE};
    use chrono::{Datelike, MappedLocalTime, NaiveDate};

    fn zone(name: &str) -> Zone {
        Zone::named(name).unwrap()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(zone("Europe/Berlin").name(), "Europe/Berlin");
        for unknown in ["", "europe/berlin", "Europe/Berlin ", "CEST", "+01:00", "Local"] {
            assert_eq!(Zone::named(unknown), None, "{unknown}");
        }
        assert_eq!(Zone::data_version().len(), 5);
    }

    #[test]
    fn days_begin_where_the_zone_says() {
        for (name, text, first, last) in [
            ("UTC", "2026-01-31", "2026-01-31T00:00:00Z", "2026-01-31T23:59:59.999999Z"),
            ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59.999999Z"),
            ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59.999999Z"),
            ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z"),
            ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999999Z"),
            ("Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15:00Z", "2026-01-01T18:14:59.999999Z"),
            // Midnight does not exist: the day begins at 01:00.
            ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T01:59:59.999999Z"),
            ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00:00Z", "2023-04-28T20:59:59.999999Z"),
            // The hour before midnight comes twice, on the old day.
            ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", "2018-02-18T02:59:59.999999Z"),
            ("Africa/Cairo", "2023-10-26", "2023-10-25T21:00:00Z", "2023-10-26T21:59:59.999999Z"),
            // Midnight comes twice: the day begins at the first.
            ("America/Havana", "2025-11-02", "2025-11-02T04:00:00Z", "2025-11-03T04:59:59.999999Z"),
            // The day was skipped, and is empty.
            ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T09:59:59.999999Z"),
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T09:59:59.999999Z"),
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59.999999Z"),
            // Outside the table.
            ("Africa/Monrovia", "1935-01-01", "1935-01-01T00:44:30Z", "1935-01-02T00:44:29.999999Z"),
            ("Asia/Tokyo", "2500-01-01", "2499-12-31T15:00:00Z", "2500-01-01T14:59:59.999999Z"),
        ] {
            let (zone, day) = (zone(name), day(text));
            assert_eq!(zone.first_instant(day).to_string(), first, "{name} {text}");
            assert_eq!(zone.last_instant(day).to_string(), last, "{name} {text}");
            if first < last {
                assert_eq!(zone.day_of(at(first)), day, "{name} {text}");
                assert_eq!(zone.day_of(at(last)), day, "{name} {text}");
            }
        }
        assert_eq!(zone("Pacific/Apia").day_of(at("2011-12-30T09:59:59.999999Z")), day("2011-12-29"));
        assert_eq!(zone("Pacific/Apia").day_of(at("2011-12-30T10:00:00Z")), day("2011-12-31"));
    }

    #[test]
    fn a_time_that_comes_twice_or_never_has_one_instant() {
        let berlin = zone("Europe/Berlin");
        let half_past_two = MICROS_PER_HOUR.saturating_mul(2).saturating_add(MICROS_PER_MINUTE.saturating_mul(30));
        let spring = berlin.instant_of(day("2026-03-29"), half_past_two);
        assert_eq!(spring.to_string(), "2026-03-29T01:00:00Z");
        let autumn = berlin.instant_of(day("2026-10-25"), half_past_two);
        assert_eq!(autumn.to_string(), "2026-10-25T00:30:00Z");
        assert_eq!(berlin.civil(autumn), (day("2026-10-25"), half_past_two));
        assert_eq!(berlin.civil(at("2026-10-25T01:30:00Z")), (day("2026-10-25"), half_past_two));
    }

    #[test]
    fn the_edges_hold() {
        for name in ["Pacific/Kiritimati", "America/Adak", "UTC"] {
            let zone = zone(name);
            for raw in [i64::MIN, i64::MAX, Instant::MIN.0, Instant::MAX.0, TABLE_START, TABLE_END] {
                assert!(zone.day_of(Instant(raw)).in_range());
            }
            for raw in [Day(i32::MIN), Day(i32::MAX), Day::MIN, Day::MAX] {
                for micros in [i64::MIN, 0, i64::MAX] {
                    assert!(zone.instant_of(raw, micros).in_range());
                }
                assert!(zone.last_instant(raw).in_range());
            }
            assert_eq!(zone.last_instant(Day::MAX), Instant::MAX);
        }
    }

    /// Finds also two changes of an offset that both lie within one step of the table.
    #[test]
    fn all_zones_agree_with_the_zone_data_on_every_day() {
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = zone(tz.name());
            for second in
                (TABLE_START.div_euclid(MICROS_PER_SECOND)..TABLE_END.div_euclid(MICROS_PER_SECOND)).step_by(86_399)
            {
                let instant = Instant(second.saturating_mul(MICROS_PER_SECOND));
                let offset = probe(tz, second).saturating_mul(MICROS_PER_SECOND);
                assert_eq!(zone.offset_micros(instant), offset, "{tz} {instant}");
            }
        }
    }

    /// From civil time to the instant, at the hours around each change of an offset, and in years outside the table.
    #[test]
    fn all_zones_agree_with_chrono_on_civil_times() {
        for tz in chrono_tz::TZ_VARIANTS {
            let zone = zone(tz.name());
            let eras = (TABLE_START..TABLE_END).step_by(1 << ERA_BITS).filter_map(|start| zone.table.era(start));
            let changes = eras.flat_map(|era| &era.spans).map(|span| span.start);
            let others = (-1_600_000_000_000_i64..1_600_000_000_000)
                .step_by(40_000_000_000)
                .map(|second| second.saturating_mul(10_000));
            for start in changes.chain(others) {
                for hours in [-25, -2, -1, 0, 1, 2, 25_i64] {
                    let local = start.saturating_add(hours.saturating_mul(MICROS_PER_HOUR));
                    let (day, micros) = (local.div_euclid(MICROS_PER_DAY), local.rem_euclid(MICROS_PER_DAY));
                    let day = Day(i32::try_from(day).unwrap());
                    let naive = DateTime::from_timestamp_micros(local).unwrap().naive_utc();
                    let instant = zone.instant_of(day, micros);
                    match tz.from_local_datetime(&naive) {
                        MappedLocalTime::Single(one) => assert_eq!(instant.0, one.timestamp_micros(), "{tz} {naive}"),
                        MappedLocalTime::Ambiguous(one, other) => {
                            assert_eq!(instant.0, one.min(other).timestamp_micros(), "{tz} {naive}");
                        }
                        MappedLocalTime::None => {
                            let before = Instant(instant.0.saturating_sub(1));
                            assert!(zone.civil(before) < (day, micros), "{tz} {naive}");
                            assert!(zone.civil(instant) > (day, micros), "{tz} {naive}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn day_of_is_the_local_date() {
        let zone = zone("America/St_Johns");
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        for hour in 0..500_000_i64 {
            let micros = hour.saturating_mul(MICROS_PER_HOUR);
            let date =
                zone.tz.from_utc_datetime(&DateTime::from_timestamp_micros(micros).unwrap().naive_utc()).date_naive();
            let expected = date.num_days_from_ce().saturating_sub(epoch.num_days_from_ce());
            assert_eq!(zone.day_of(Instant(micros)), Day(expected));
        }
    }
}
