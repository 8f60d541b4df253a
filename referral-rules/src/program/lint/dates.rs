//! Rewards that are never due, or due before anybody could pay them.
use super::{Terms, warning};
use crate::base::{Length, LengthUnit};
use crate::diag::{Code, Diagnostic};
use crate::program::document::PayWithin;

const MINUTES_PER_DAY: i64 = 24 * 60;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (place, reward) in terms.document.rewards_with_places() {
        let id = &reward.id.value;
        let what = if reward.on.is_empty() { "prize" } else { "reward" };
        let Some(due) = &reward.pay_within else {
            let message = format!("the {what} `{id}` does not say by when it is paid");
            let fault = warning(Code::NoDueDate, reward.id.span, place, message);
            found.push(fault.help("write `pay_within`, such as `pay_within = \"30 days\"`"));
            continue;
        };
        let Some(payable) = &reward.payable_after else { continue };
        let too_late = match due.value {
            // An event on the first day of a long month has 30 days left.
            PayWithin::EndOfMonth => least_days(payable.value) > 30,
            PayWithin::Length(within) => is_longer(payable.value, within),
        };
        if too_late {
            let due_words = match due.value {
                PayWithin::EndOfMonth => "at the end of the month".to_owned(),
                PayWithin::Length(within) => format!("within {within}"),
            };
            let message = format!("the {what} `{id}` is due {due_words} and payable only after {}", payable.value);
            let fault = warning(Code::PayableAfterDue, payable.span, format!("{place}.payable_after"), message);
            found.push(fault.help("promise a later `pay_within`: both count from the event"));
        }
    }
}

/// Longer on every calendar.
pub(super) fn is_longer(one: Length, other: Length) -> bool {
    if let (Some(one), Some(other)) = (one.micros(), other.micros()) {
        return one > other;
    }
    match most_days(other) {
        Some(most) => least_days(one) > most,
        None => one.unit == other.unit && one.count > other.count,
    }
}

/// The least days from an event's day to the day on which the length is over.
fn least_days(length: Length) -> i64 {
    let count = i64::from(length.count);
    match length.unit {
        LengthUnit::Minutes => count.div_euclid(MINUTES_PER_DAY),
        LengthUnit::Hours => count.div_euclid(24),
        LengthUnit::Days | LengthUnit::BusinessDays => count,
        LengthUnit::Weeks => count.saturating_mul(7),
        // No twelve months have fewer than 365 days, no single one fewer than 28.
        LengthUnit::Months => {
            count.div_euclid(12).saturating_mul(365).saturating_add(count.rem_euclid(12).saturating_mul(28))
        }
        LengthUnit::Years => count.saturating_mul(365),
    }
}

/// The most days; unknown for business days.
fn most_days(length: Length) -> Option<i64> {
    let count = i64::from(length.count);
    match length.unit {
        LengthUnit::Minutes => Some(count.div_euclid(MINUTES_PER_DAY).saturating_add(1)),
        LengthUnit::Hours => Some(count.div_euclid(24).saturating_add(1)),
        LengthUnit::Days => Some(count),
        LengthUnit::BusinessDays => None,
        LengthUnit::Weeks => Some(count.saturating_mul(7)),
        LengthUnit::Months => Some(count.saturating_mul(31)),
        LengthUnit::Years => Some(count.saturating_mul(366)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_two_units_compare_only_where_every_calendar_agrees() {
        let length = |text: &str| Length::parse(text).unwrap();
        let longer = |one: &str, other: &str| is_longer(length(one), length(other));
        assert!(longer("31 days", "30 days") && !longer("30 days", "30 days"));
        assert!(longer("32 days", "1 month") && !longer("31 days", "1 month"));
        assert!(longer("1 month", "27 days") && !longer("1 month", "28 days"));
        assert!(longer("12 months", "364 days") && longer("6 business days", "5 business days"));
        assert!(longer("3 hours", "48 minutes") && longer("5 days", "48 hours") && !longer("3 days", "48 hours"));
        assert!(!longer("30 days", "5 business days"), "there may be holidays");
    }
}
