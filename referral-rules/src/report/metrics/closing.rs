//! The end of a report: what the program is measured by, what is weakest, which promises are overdue.
use super::diagnosis::diagnosis;
use super::rows::{MetricRow, metrics};
use crate::base::Number;
use crate::evaluation::Evaluation;
use crate::report::text::{Align, Table, clipped, counted, heading, push_line, wrapped};

/// A few lines in plain text: each metric over all its rows beside what good looks like, the weakest step with what helps, how many
/// promises are overdue, and how many notices are due.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Book, Given};
/// use referral_rules::program::{Program, standard};
/// let (program, _) = Program::from_toml(standard::CUSTOMER_REFERRALS)?;
/// let book = Book::new(&program, &Given::default());
/// let as_of = Instant::parse("2026-11-17T05:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// assert!(referral_rules::report::closing(&evaluation).contains("No promise is overdue."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn closing(evaluation: &Evaluation<'_>) -> String {
    let mut out = String::new();
    heading(&mut out, "In short", '-');
    let mut table = Table::new(&[
        ("measured", Align::Left),
        ("value", Align::Right),
        ("good", Align::Left),
        ("", Align::Left),
        ("of", Align::Left),
    ]);
    for row in metrics(evaluation).into_iter().filter(|row| row.by.is_none()) {
        table.row(vec![
            clipped(&row.label, 48),
            number(row.value),
            good(&row),
            row.comparison.unwrap_or_default().to_owned(),
            clipped(&made_of(&row), 30),
        ]);
    }
    if !table.is_empty() {
        table.write(2, &mut out);
    }
    if let Some(weakest) = diagnosis(evaluation).into_iter().next() {
        let helps = if weakest.remedies.is_empty() {
            String::new()
        } else {
            format!("; what helps: {}", weakest.remedies.join(", "))
        };
        let text = format!("The weakest step: {}, short by {}{helps}.", weakest.label, number(weakest.short_by));
        wrapped(&mut out, "", &text);
    }
    push_line(&mut out, &overdue(evaluation));
    let notices = evaluation.notices_without_texts();
    let of = |state: &str| notices.iter().filter(|notice| notice.state == state).count();
    if !notices.is_empty() {
        push_line(&mut out, &format!("Notices: {} due, {} overdue.", of("due"), of("overdue")));
    }
    out
}

fn number(value: Option<Number>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// `0.3 to 0.5`, `from 3`, `up to 0.5`.
fn good(row: &MetricRow) -> String {
    match (row.at_least, row.at_most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("from {least}"),
        (None, Some(most)) => format!("up to {most}"),
        (None, None) => String::new(),
    }
}

/// `10 of 24`, and whether that can still change.
fn made_of(row: &MetricRow) -> String {
    let open = if row.open { ", open" } else { "" };
    match (row.numerator, row.denominator) {
        (Some(above), Some(below)) => format!("{above} of {below}{open}"),
        _ => open.trim_start_matches(", ").to_owned(),
    }
}

/// How many promises are overdue.
fn overdue(evaluation: &Evaluation<'_>) -> String {
    let positions = evaluation.positions();
    let of = |promise: fn(&crate::evaluation::Position) -> &str| {
        positions.iter().filter(|position| promise(position) == "overdue").count()
    };
    let (pay, tell) = (of(|position| &position.pay), of(|position| &position.notify));
    let payouts = evaluation.payouts().iter().filter(|payout| payout.state == "overdue").count();
    let all = [(pay, "payment", "payments"), (tell, "message", "messages"), (payouts, "payout", "payouts")];
    let told: Vec<String> =
        all.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, more)| counted(count, one, more)).collect();
    if told.is_empty() { "No promise is overdue.".to_owned() } else { format!("Overdue: {}.", told.join(", ")) }
}
