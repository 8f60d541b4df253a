//! Business days: which days are off, and counting over them.
use super::day::{Day, Weekday};

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
        let target = self.business_days_until(day).checked_add(i64::from(count))?;
        let (mut before, mut reached) = (i64::from(day.0), self.surely_reached(day, count));
        if before >= reached || self.business_days_until(day_at(reached)) < target {
            return None;
        }
        while reached.saturating_sub(before) > 1 {
            let middle = before.saturating_add(reached) / 2;
            if self.business_days_until(day_at(middle)) < target { before = middle } else { reached = middle }
        }
        Some(day_at(reached))
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

    /// The day itself if it is a business day, else the one before. `None` before the first day of all.
    pub fn business_day_on_or_before(&self, day: Day) -> Option<Day> {
        let mut found = day;
        while !self.is_business_day(found) {
            found = found.checked_add_days(-1)?;
        }
        Some(found)
    }

    /// A day, as a number, by which so many business days have passed even if every holiday comes first; at most the last
    /// that there is.
    fn surely_reached(&self, day: Day, count: u32) -> i64 {
        let holidays = i64::try_from(self.holidays.len()).unwrap_or(i64::MAX);
        let week_days = i64::from(count).saturating_add(holidays);
        let weeks = week_days.checked_div(self.in_week(7)).unwrap_or(i64::MAX).saturating_add(1);
        i64::from(day.0).saturating_add(weeks.saturating_mul(7)).min(i64::from(Day::MAX.0))
    }

    /// How many business days the first days of a week have, holidays aside.
    fn in_week(&self, days: usize) -> i64 {
        self.week.get(days).copied().map_or(0, i64::from)
    }

    /// The running count of business days up to a day, which is included. Only differences of it have a meaning.
    fn business_days_until(&self, day: Day) -> i64 {
        let from_monday = i64::from(day.0).saturating_add(3);
        let (weeks, weekday) = (from_monday.div_euclid(7), from_monday.rem_euclid(7));
        let started = usize::try_from(weekday).unwrap_or(0).saturating_add(1);
        let holidays = self.holidays.partition_point(|holiday| *holiday <= day);
        weeks
            .saturating_mul(self.in_week(7))
            .saturating_add(self.in_week(started))
            .saturating_sub(i64::try_from(holidays).unwrap_or(i64::MAX))
    }
}

/// Saturday and Sunday, and no holidays.
impl Default for Calendar {
    fn default() -> Self {
        Self { week: [0, 1, 2, 3, 4, 5, 5, 5], holidays: Vec::new() }
    }
}

/// The day of a number that lies between two days.
fn day_at(number: i64) -> Day {
    i32::try_from(number).map_or(Day::MAX, Day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn business_days_pass_over_weekends_and_holidays() {
        let holidays = ["2026-12-25", "2026-12-26", "2027-01-01", "2026-12-25"].map(day).to_vec();
        let calendar = Calendar::new(&[Weekday::Saturday, Weekday::Sunday], holidays).unwrap();
        for (from, count, to) in [
            ("2026-12-21", 1, "2026-12-22"),
            ("2026-12-24", 1, "2026-12-28"),
            ("2026-12-25", 1, "2026-12-28"),
            ("2026-12-24", 5, "2027-01-04"),
            ("2026-12-26", 0, "2026-12-26"),
            ("2026-12-26", 1, "2026-12-28"),
        ] {
            assert_eq!(calendar.add_business_days(day(from), count), Some(day(to)), "{from} {count}");
        }
        assert_eq!(calendar.next_business_day_on_or_after(day("2026-12-25")), Some(day("2026-12-28")));
        assert_eq!(calendar.next_business_day_on_or_after(day("2026-12-24")), Some(day("2026-12-24")));
        assert_eq!(calendar.business_days_between(day("2026-12-24"), day("2026-12-28")), 1);
        assert_eq!(calendar.business_days_between(day("2026-12-28"), day("2026-12-24")), -1);
    }

    #[test]
    fn counting_agrees_with_walking() {
        let weekends: [&[Weekday]; 4] = [
            &[],
            &[Weekday::Saturday, Weekday::Sunday],
            &[Weekday::Friday],
            &[
                Weekday::Monday,
                Weekday::Tuesday,
                Weekday::Wednesday,
                Weekday::Friday,
                Weekday::Saturday,
                Weekday::Sunday,
            ],
        ];
        for weekend in weekends {
            let holidays: Vec<Day> = (-300..300).step_by(17).chain(40..70).map(Day).collect();
            let calendar = Calendar::new(weekend, holidays.clone()).unwrap();
            let is_open = |day: Day| !weekend.contains(&day.weekday()) && !holidays.contains(&day);
            for start in (-200..200).map(Day) {
                assert_eq!(calendar.is_business_day(start), is_open(start), "{start}");
                let (mut at, mut count) = (start, 0_u32);
                while count < 30 {
                    at = at.checked_add_days(1).unwrap();
                    if is_open(at) {
                        count = count.saturating_add(1);
                        assert_eq!(calendar.add_business_days(start, count), Some(at), "{start} {count}");
                    }
                    assert_eq!(calendar.business_days_between(start, at), i64::from(count), "{start} {at}");
                }
            }
        }
    }

    #[test]
    fn a_calendar_ends_without_a_panic() {
        assert_eq!(Calendar::new(&Weekday::ALL, vec![]), None);
        let calendar = Calendar::default();
        assert_eq!(Calendar::new(&[Weekday::Sunday, Weekday::Saturday], vec![]), Some(calendar.clone()));
        assert_eq!(calendar.add_business_days(Day::MAX, 1), None);
        assert_eq!(calendar.add_business_days(Day(0), u32::MAX), None);
        let closed = Calendar::new(&[], (2_932_000..=Day::MAX.0).map(Day).collect()).unwrap();
        assert_eq!(closed.next_business_day_on_or_after(Day(2_932_000)), None);
        for raw in [Day(i32::MIN), Day(i32::MAX), Day::MIN, Day::MAX] {
            for count in [0, 1, u32::MAX] {
                let _ = calendar.add_business_days(raw, count);
            }
            let _ = (calendar.is_business_day(raw), calendar.next_business_day_on_or_after(raw));
            let _ = calendar.business_days_between(raw, Day(0));
        }
    }
}
