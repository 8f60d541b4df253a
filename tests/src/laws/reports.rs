//! Laws of metrics: what is told apart adds up to the whole.
use crate::generate::{Seeds, Shape};
use referral_rules::base::Number;
use referral_rules::evaluation::Evaluation;
use referral_rules::report::{MetricRow, dashboard, diagnosis, digest, metrics};

/// Everything that reports say of what is measured.
pub(super) fn reports(evaluation: &Evaluation<'_>) -> String {
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}",
        metrics(evaluation),
        diagnosis(evaluation),
        dashboard(evaluation),
        digest(evaluation)
    )
}

/// The groups of a metric add up to the whole, numerator and denominator; what belongs to several campaigns stands under each.
///
/// # Errors
/// What does not add up.
pub fn groups_add_up(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let Some(as_of) = case.moments(&book).last().copied() else { return Ok(()) };
    let evaluation = case.evaluate(&book, as_of)?;
    let rows = metrics(&evaluation);
    for whole in rows.iter().filter(|row| row.by.is_none()) {
        let mut breakdowns: Vec<&String> =
            rows.iter().filter(|row| row.metric == whole.metric).filter_map(|row| row.by.as_ref()).collect();
        breakdowns.dedup();
        for by in breakdowns.into_iter().filter(|by| *by != "campaign") {
            let groups = || rows.iter().filter(|row| row.metric == whole.metric && row.by.as_ref() == Some(by));
            let sum = |of: fn(&MetricRow) -> Option<Number>| {
                groups().try_fold(Number::ZERO, |sum, row| sum.checked_add(of(row).unwrap_or(Number::ZERO)))
            };
            for (name, of) in [
                ("numerator", (|row| row.numerator) as fn(&MetricRow) -> Option<Number>),
                ("denominator", |row| row.denominator),
            ] {
                let (whole_is, groups_are) = (of(whole), sum(of));
                if whole_is.is_some() && groups_are != whole_is {
                    let told: Vec<&MetricRow> = groups().collect();
                    let message =
                        format!("{} by {by}: the {name} of {whole:#?} is not that of {told:#?}", whole.metric);
                    return Err(case.fault(&message));
                }
            }
        }
    }
    Ok(())
}
