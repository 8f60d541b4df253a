//! Payout days: the days on which a payout rule pays, and where they move when nobody works.
use super::{Calendar, Day, Length, LengthUnit, Period, Weekday};

/// A day that comes again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayoutDay {
    /// Every day.
    Every,
    /// The day of each week.
    Weekly(Weekday),
    /// The day of each month, 1 to 31; the last of a shorter one.
    Monthly(u8),
    /// So long after the last day of each calendar period.
    After(Length, Period),
}

/// What becomes of a payout day that is no business day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum DayOff {
    /// It moves to the next business day.
    #[default]
    NextBusinessDay,
    /// It moves to the business day before.
    BusinessDayBefore,
    /// It stays where it is.
    AsItIs,
}

impl PayoutDay {
    /// The words of days without a number; the last stands for any length and any calendar period.
    pub const WORDS: [&'static str; 3] = ["every day", "last day", "15 days after calendar quarter"];
    /// The most units of a length after a period: a year of them.
    const MOST: [(LengthUnit, u32); 5] = [
        (LengthUnit::Days, 366),
        (LengthUnit::BusinessDays, 260),
        (LengthUnit::Weeks, 52),
        (LengthUnit::Months, 12),
        (LengthUnit::Years, 1),
    ];

    /// Reads `every day`, `last day`, `fri`, or `15 days after calendar quarter`.
    pub fn parse(text: &str, weekdays: &[(&str, Weekday)]) -> Option<Self> {
        if let Some((_, day)) = weekdays.iter().find(|(word, _)| *word == text) {
            return Some(Self::Weekly(*day));
        }
        match text {
            "every day" => Some(Self::Every),
            "last day" => Some(Self::Monthly(31)),
            _ => {
                let (length, period) = text.split_once(" after ")?;
                let (length, period) = (Length::parse(length).ok()?, Period::parse(period).ok()?);
                let fits = Self::MOST.iter().any(|(unit, most)| *unit == length.unit && length.count <= *most);
                let ends = !matches!(period, Period::Lifetime | Period::Day | Period::Rolling { .. });
                (fits && ends).then_some(Self::After(length, period))
            }
        }
    }

    /// The first such day on a day or after it.
    fn on_or_after(self, day: Day, calendar: &Calendar) -> Option<Day> {
        match self {
            Self::Every => Some(day),
            Self::Weekly(weekday) => {
                let [wanted, found] = [weekday, day.weekday()].map(|day| i64::from(day.days_from_monday()));
                day.checked_add_days(wanted.saturating_sub(found).rem_euclid(7))
            }
            Self::Monthly(number) => {
                let of_month = |day: Day| {
                    let last = day.last_of_month();
                    let wanted = day.first_of_month().checked_add_days(i64::from(number).saturating_sub(1));
                    wanted.map_or(last, |wanted| wanted.min(last))
                };
                let this = of_month(day);
                if this >= day { Some(this) } else { day.first_of_month().checked_add_months(1).map(of_month) }
            }
            Self::After(length, period) => {
                let paid = |of: Day| {
                    let last = period.next_first_day(of)?.checked_add_days(-1)?;
                    length.last_day_from(last, calendar)
                };
                let is_late = |of: Day| paid(of).is_none_or(|paid| paid >= day);
                let mut period_day = day;
                while let Some(before) = period.first_day(period_day).checked_add_days(-1).filter(|of| is_late(*of)) {
                    period_day = before;
                }
                while !is_late(period_day) {
                    period_day = period.next_first_day(period_day)?;
                }
                paid(period_day)
            }
        }
    }
}

impl DayOff {
    /// The words of a document.
    pub const ALL: &[(&str, Self)] = &[
        ("next business day", Self::NextBusinessDay),
        ("business day before", Self::BusinessDayBefore),
        ("as it is", Self::AsItIs),
    ];

    /// Where a day moves.
    fn moved(self, day: Day, calendar: &Calendar) -> Option<Day> {
        match self {
            Self::NextBusinessDay => calendar.next_business_day_on_or_after(day),
            Self::BusinessDayBefore => calendar.business_day_on_or_before(day),
            Self::AsItIs => Some(day),
        }
    }
}

/// The payout day on a day or the first one after it; the last day of all where there is none.
pub fn next_payout_day(days: &[PayoutDay], day_off: DayOff, from: Day, calendar: &Calendar) -> Day {
    // The first day that, moved, is not before the day: moving never changes the order of days.
    let first = match day_off {
        DayOff::AsItIs => Some(from),
        DayOff::BusinessDayBefore => calendar.next_business_day_on_or_after(from),
        DayOff::NextBusinessDay => {
            let before = from.checked_add_days(-1).and_then(|day| calendar.business_day_on_or_before(day));
            before.map_or(Some(from), |before| before.checked_add_days(1))
        }
    };
    let Some(first) = first else { return Day::MAX };
    let found = days.iter().filter_map(|day| day_off.moved(day.on_or_after(first, calendar)?, calendar));
    found.min().unwrap_or(Day::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: &[(&str, Weekday)] = &[("fri", Weekday::Friday), ("mon", Weekday::Monday)];

    fn next(days: &[PayoutDay], day_off: DayOff, from: &str) -> String {
        let holidays = vec![Day::parse("2026-12-25").unwrap()];
        let calendar = Calendar::new(&[Weekday::Saturday, Weekday::Sunday], holidays).unwrap();
        next_payout_day(days, day_off, Day::parse(from).unwrap(), &calendar).to_string()
    }

    fn day(text: &str) -> PayoutDay {
        PayoutDay::parse(text, WEEK).unwrap()
    }

    #[test]
    fn days_off_move_the_payout_day() {
        // 15 August 2026 is a Saturday.
        let fifteenth = [PayoutDay::Monthly(15)];
        assert_eq!(next(&fifteenth, DayOff::NextBusinessDay, "2026-08-16"), "2026-08-17");
        assert_eq!(next(&fifteenth, DayOff::NextBusinessDay, "2026-08-18"), "2026-09-15");
        assert_eq!(next(&fifteenth, DayOff::BusinessDayBefore, "2026-08-14"), "2026-08-14");
        assert_eq!(next(&fifteenth, DayOff::BusinessDayBefore, "2026-08-15"), "2026-09-15");
        assert_eq!(next(&fifteenth, DayOff::AsItIs, "2026-08-15"), "2026-08-15");
        assert_eq!(next(&[day("fri")], DayOff::NextBusinessDay, "2026-12-22"), "2026-12-28");
        assert_eq!(next(&[day("every day")], DayOff::NextBusinessDay, "2026-12-25"), "2026-12-28");
    }

    #[test]
    fn days_come_again() {
        let as_it_is = |days: &[PayoutDay], from: &str| next(days, DayOff::AsItIs, from);
        let halves = [PayoutDay::Monthly(1), PayoutDay::Monthly(16)];
        assert_eq!(as_it_is(&halves, "2026-02-02"), "2026-02-16");
        assert_eq!(as_it_is(&halves, "2026-02-17"), "2026-03-01");
        assert_eq!(as_it_is(&[day("last day")], "2026-02-01"), "2026-02-28");
        assert_eq!(as_it_is(&[PayoutDay::Monthly(30)], "2026-02-28"), "2026-02-28");
        let quarter = [day("15 days after calendar quarter")];
        assert_eq!(as_it_is(&quarter, "2026-03-31"), "2026-04-15");
        assert_eq!(as_it_is(&quarter, "2026-04-15"), "2026-04-15");
        assert_eq!(as_it_is(&quarter, "2026-04-16"), "2026-07-15");
        assert_eq!(as_it_is(&[day("12 months after calendar month")], "2026-04-16"), "2026-04-30");
        assert_eq!(as_it_is(&[day("10 business days after year from 04-01")], "2026-04-01"), "2026-04-14");
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in
            ["", "friday", "15 hours after calendar month", "15 days after lifetime", "367 days after calendar year"]
        {
            assert_eq!(PayoutDay::parse(text, WEEK), None, "{text}");
        }
        assert_eq!(next_payout_day(&[day("fri")], DayOff::AsItIs, Day::MAX, &Calendar::default()), Day::MAX);
        assert_eq!(next_payout_day(&[], DayOff::AsItIs, Day(0), &Calendar::default()), Day::MAX);
    }
}
