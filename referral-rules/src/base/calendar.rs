//! Business days: which days are off, and counting over them.
use super::time::{Day, Weekday};

/// The days of the week and the holidays on which nothing is due.
///
/// # Example
/// ```
/// use referral_rules::base::{Calendar, Day, Weekday};
/// let christmas = Day::parse("2026-12-25")?;
/// let calendar = Calendar::new(&[Weekday::Saturday, Weekday::Sunday], vec![christmas]).unwrap();
/// let thursday = Day::parse("2026-12-24")?;
/// assert_eq!(calendar.add_business_days(thursday, 1), Some(Day::parse("2026-12-28")?));
/// # Ok::<(), referral_rules::base::TimeFault>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// How many business days the first n days of a week have, from Monday, for n from 0 to 7.
    week: [u8; 8],
    /// Sorted, distinct, and none on a weekend.
    holidays: Vec<Day>,
}

impl Calendar {
    /// A calendar of these days off, in any order; `None` if the weekend is the whole week.
    pub fn new(weekend: &[Weekday], mut holidays: Vec<Day>) -> Option<Self> {
        let mut week = [0_u8; 8];
        let mut count = 0_u8;
        for (weekday, sum) in Weekday::ALL.iter().zip(week.iter_mut().skip(1)) {
            count = count.saturating_add(u8::from(!weekend.contains(weekday)));
            *sum = count;
        }
        holidays.retain(|day| !weekend.contains(&day.weekday()));
        holidays.sort_unstable();
        holidays.dedup();
        (count > 0).then_some(Self { week, holidays })
    }

    /// True unless the day is on a weekend or a holiday.
    pub fn is_business_day(&self, day: Day) -> bool {
        self.business_days_until(day) != self.business_days_until(Day(day.0.saturating_sub(1)))
    }

    /// The n-th business day after a day, which itself does not count; the day itself for 0, whatever it is. `None` past
    /// the year 9999.
    pub fn add_business_days(&self, day: Day, count: u32) -> Option<Day> {
        if count == 0 {
            return Some(day);
        }
        self.day_of_count(day, self.business_days_until(day).checked_add(i64::from(count))?)
    }

    /// How many business days d there are with `after < d <= until`; negative, the same the other way round, where
    /// `until < after`.
    pub fn business_days_between(&self, after: Day, until: Day) -> i64 {
        self.business_days_until(until).saturating_sub(self.business_days_until(after))
    }

    /// The day itself if it is a business day, else the next one. `None` past the year 9999.
    pub fn next_business_day_on_or_after(&self, day: Day) -> Option<Day> {
        if self.is_business_day(day) {
            return Some(day);
        }
        self.add_business_days(day, 1)
    }

    /// The first day after `day` on which the running count of business days reaches `count`.
    fn day_of_count(&self, day: Day, count: i64) -> Option<Day> {
        let (mut before, mut reached) = (day.0, Day::MAX.0);
        if self.business_days_until(Day::MAX) < count || before >= reached {
            return None;
        }
        while i64::from(reached).saturating_sub(i64::from(before)) > 1 {
            let middle = before.saturating_add(reached.saturating_sub(before) / 2);
            if self.business_days_until(Day(middle)) < count { before = middle } else { reached = middle }
        }
        Some(Day(reached))
    }

    /// The running count of business days up to a day, which is included. Only differences of it have a meaning.
    fn business_days_until(&self, day: Day) -> i64 {
        let from_monday = i64::from(day.0).saturating_add(3);
        let (weeks, weekday) = (from_monday.div_euclid(7), from_monday.rem_euclid(7));
        let in_week = |days: usize| self.week.get(days).copied().map_or(0, i64::from);
        let started = usize::try_from(weekday).unwrap_or(0).saturating_add(1);
        let holidays = self.holidays.partition_point(|holiday| *holiday <= day);
        weeks
            .saturating_mul(in_week(7))
            .saturating_add(in_week(started))
            .saturating_sub(i64::try_from(holidays).unwrap_or(i64::MAX))
    }
}

/// Saturday and Sunday, and no holidays.
impl Default for Calendar {
    fn default() -> Self {
        Self { week: [0, 1, 2, 3, 4, 5, 5, 5], holidays: Vec::new() }
    }
}
