//! The words of periods, and of when levels move.

/// The texts of periods; those with a day stand for any day, the last one for any number of days.
pub(super) const PERIODS: &[&str] = &[
    "lifetime",
    "day",
    "calendar week",
    "week from sun",
    "calendar month",
    "calendar quarter",
    "calendar half",
    "calendar year",
    "year from 04-01",
    "30 days",
];

/// Those of them that have a beginning.
pub(super) const CALENDAR_PERIODS: &[&str] = &[
    "lifetime",
    "day",
    "calendar week",
    "week from sun",
    "calendar month",
    "calendar quarter",
    "calendar half",
    "calendar year",
    "year from 04-01",
];

/// When levels go up; `week from sun` and `year from 04-01` stand for those from any day.
pub(super) const GOES_UP: &[&str] = &[
    "at once",
    "day",
    "calendar week",
    "week from sun",
    "calendar month",
    "calendar quarter",
    "calendar half",
    "calendar year",
    "year from 04-01",
];

/// When levels go down.
pub(super) const GOES_DOWN: &[&str] = &[
    "at once",
    "never",
    "day",
    "calendar week",
    "week from sun",
    "calendar month",
    "calendar quarter",
    "calendar half",
    "calendar year",
    "year from 04-01",
];
