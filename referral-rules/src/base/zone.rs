//! Time zones: which civil day an instant belongs to, and where a civil day begins and ends.
use super::time::{Day, Instant, MICROS_PER_DAY, MICROS_PER_SECOND};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use std::fmt;
use std::sync::Arc;

/// A time zone by its IANA name, with the zone data that the build carries.
///
/// Its offsets for 1900 to 2100 are laid out once, when it is made, so that [`Zone::day_of`] is a look-up. Cloning is
/// cheap. The calendar is closed at its edges: what would lie before 0001 or after 9999 is the first or the last that
/// there is.
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

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.tz.name()
    }

    /// The version of the zone data that the build carries, such as `2025b`. Answers record it.
    pub fn data_version() -> &'static str {
        chrono_tz::IANA_TZDB_VERSION
    }

    /// The civil day of an instant: the date that a clock on the wall shows.
    pub fn day_of(&self, instant: Instant) -> Day {
        self.civil(instant).0
    }

    /// The civil day of an instant and the microseconds that a clock on the wall shows since midnight.
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
        let instant = if near.start >= TABLE_START && near.end < TABLE_END {
            earliest(self.table.spans.get(self.table.index(near.start)..).unwrap_or(&[]), local)
        } else {
            earliest(&spans(self.tz, near.start, near.end), local)
        };
        Instant(instant.clamp(Instant::MIN.0, Instant::MAX.0))
    }

    /// What the zone's clocks are ahead of UTC at an instant, in microseconds.
    fn offset_micros(&self, instant: Instant) -> i64 {
        if (TABLE_START..TABLE_END).contains(&instant.0) {
            self.table.spans.get(self.table.index(instant.0)).map_or(0, |span| span.offset)
        } else {
            probe(self.tz, instant.0.div_euclid(MICROS_PER_SECOND)).saturating_mul(MICROS_PER_SECOND)
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

/// 1900-01-01T00:00:00Z.
const TABLE_START: i64 = -2_208_988_800 * MICROS_PER_SECOND;
/// 2101-01-01T00:00:00Z.
const TABLE_END: i64 = 4_133_980_800 * MICROS_PER_SECOND;
/// No zone was ever two days ahead of or behind UTC, nor moved its clocks by as much.
const REACH: i64 = 2 * MICROS_PER_DAY;
/// How far the zone data is looked at: no two changes of a zone lie closer together, which a test checks for all zones.
const STEP_SECONDS: i64 = 2 * 86_400;
/// A bucket of the table is 2^41 microseconds, some 25 days.
const BUCKET_BITS: u32 = 41;

/// A stretch of time with one offset, from `start` (included) to the next one's start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Span {
    start: i64,
    offset: i64,
}

/// The spans between [`TABLE_START`] and [`TABLE_END`], and for each bucket the place of the span that holds its start.
struct Table {
    spans: Vec<Span>,
    buckets: Vec<u16>,
}

impl Table {
    fn of(tz: Tz) -> Self {
        let spans = spans(tz, TABLE_START, TABLE_END);
        let starts = (0_i64..)
            .map(|bucket| TABLE_START.saturating_add(bucket << BUCKET_BITS))
            .take_while(|start| *start < TABLE_END);
        let buckets = starts
            .map(|start| spans.partition_point(|span| span.start <= start).saturating_sub(1))
            .map(|index| u16::try_from(index).unwrap_or(u16::MAX))
            .collect();
        Self { spans, buckets }
    }

    /// The place of the span that holds `at`, which lies in the table's range.
    fn index(&self, at: i64) -> usize {
        let bucket = usize::try_from(at.saturating_sub(TABLE_START) >> BUCKET_BITS).unwrap_or(0);
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
