//! Instants and civil days as plain integers.

/// A moment: microseconds since 1970-01-01T00:00:00Z, years 0001 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Instant(pub i64);

/// A civil day: days since 1970-01-01, years 0001 to 9999. Which instants it holds depends on the zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Day(pub i32);
