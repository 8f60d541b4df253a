//! Metrics: numerator, denominator and quotient, over all rows and for each group, beside what good looks like.
use super::gather::{Gathering, Grouping};
use super::groups::{Group, Groups, MonthText, quotient};
use crate::base::{Day, Number, Rounding};
use crate::evaluation::{Evaluation, exact_if_any};
use crate::program::{Better, Breakdown, Figure, Metric};
use serde::Serialize;
use std::collections::BTreeSet;

/// To so many digits quotients are settled, half even.
const DIGITS: u32 = 4;

/// A metric over all its rows, or over those of one group.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct MetricRow {
    /// The metric.
    pub metric: String,
    /// Its name for people.
    pub label: String,
    /// By what it is told apart: `month`, `cohort`, `campaign` or an expression; none over all rows.
    pub by: Option<String>,
    /// The group, such as `2026-03`; none over all rows, and for rows without a value.
    pub group: Option<String>,
    /// What is counted or summed, exactly; none where it cannot be told.
    #[serde(serialize_with = "exact_if_any")]
    pub numerator: Option<Number>,
    /// What that is divided by; none where the metric has no denominator, or it cannot be told.
    #[serde(serialize_with = "exact_if_any")]
    pub denominator: Option<Number>,
    /// What is counted or summed, in words.
    pub numerator_is: String,
    /// What it is divided by, in words.
    pub denominator_is: Option<String>,
    /// The quotient, settled to four digits, half even; none where the denominator is nothing.
    #[serde(serialize_with = "exact_if_any")]
    pub value: Option<Number>,
    /// By how much of the month before it is more or less than that, settled likewise.
    #[serde(serialize_with = "exact_if_any")]
    pub change: Option<Number>,
    /// Whether what is counted can still change: a referral is under way, or the month is not over.
    pub open: bool,
    /// The lower end of what good looks like.
    #[serde(serialize_with = "exact_if_any")]
    pub at_least: Option<Number>,
    /// The upper end of it.
    #[serde(serialize_with = "exact_if_any")]
    pub at_most: Option<Number>,
    /// `worse`, `good` or `better` than that; none without a value, or where the document does not say what is good.
    pub comparison: Option<&'static str>,
    /// What is missing to the worse end, settled likewise.
    #[serde(serialize_with = "exact_if_any")]
    pub short_by: Option<Number>,
}

/// The metrics of the version in force on the day of the answer (else the last one), in the document's order: each over all its rows, then
/// by what it is told apart, group after group.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Book, Given, GivenTable};
/// use referral_rules::program::Program;
/// let (program, _) = Program::from_toml(r#"
/// schema = 1
/// id = "acme"
/// version = "1"
/// in_force = { first_day = 2026-01-01 }
/// currency = "USD"
/// time_zone = "UTC"
/// [[metric]]
/// id = "qualification-rate"
/// numerator = { count = "referrals", at = "qualified" }
/// denominator = { count = "referrals" }
/// "#)?;
/// let referrals = GivenTable::from_csv("id,referrer,submitted_at,qualified_at\nR-1,ada,2026-03-02,2026-03-05\nR-2,ada,2026-03-03,\nR-3,bob,2026-03-04,\n")?;
/// let book = Book::new(&program, &Given { referrals, ..Given::default() });
/// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// let metrics = referral_rules::report::metrics(&evaluation);
/// assert_eq!(metrics[0].value.unwrap().to_string(), "0.3333");
/// assert_eq!(metrics[0].denominator_is.as_deref(), Some("referrals"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn metrics(evaluation: &Evaluation<'_>) -> Vec<MetricRow> {
    let Some((number, version)) = evaluation.version_now().filter(|(_, version)| !version.metrics.is_empty()) else {
        return Vec::new();
    };
    let mut gathering = Gathering::new(evaluation, (number, version));
    version.metrics.iter().flat_map(|metric| of_metric(metric, &mut gathering)).collect()
}

fn of_metric(metric: &Metric, gathering: &mut Gathering<'_>) -> Vec<MetricRow> {
    let breakdowns = metric.by.iter().enumerate().map(|(at, by)| Grouping::By(at, by));
    let groupings: Vec<Grouping<'_>> = std::iter::once(Grouping::All).chain(breakdowns).collect();
    let above = gathering.sums(&metric.numerator, &groupings);
    let below = metric.denominator.as_ref().map(|figures| gathering.sums(figures, &groupings));
    let mut out = Vec::new();
    for (at, above) in above.iter().enumerate() {
        let below = below.as_ref().and_then(|below| below.get(at));
        let by = at.checked_sub(1).and_then(|at| metric.by.get(at));
        table(metric, by, (above, below), gathering, &mut out);
    }
    out
}

/// The rows of one way of telling apart.
fn table(
    metric: &Metric,
    by: Option<&Breakdown>,
    (above, below): (&Groups, Option<&Groups>),
    gathering: &Gathering<'_>,
    out: &mut Vec<MetricRow>,
) {
    let mut groups: BTreeSet<Group> =
        above.groups().chain(below.into_iter().flat_map(Groups::groups)).cloned().collect();
    let in_months = matches!(by, Some(Breakdown::Month | Breakdown::Cohort));
    let (now, is_over) = month_now(gathering.evaluation);
    if by.is_none() {
        groups.insert(Group::All);
    }
    if in_months {
        let month = |group: &Group| match group {
            Group::Month(month) => Some(*month),
            _ => None,
        };
        let first = groups.iter().find_map(month);
        let last = groups.iter().rev().find_map(month);
        if let (Some(first), Some(last)) = (first, last) {
            groups.extend((first..=last.max(now)).map(Group::Month));
        }
    }
    let mut before: Option<Number> = None;
    for group in groups {
        let above = above.of_group(&group);
        let below = below.map(|below| below.of_group(&group));
        let exact = match below {
            Some(below) => quotient(above.number, below.number),
            None => above.number,
        };
        let month_open = match group {
            Group::Month(month) => month > now || (month == now && !is_over),
            _ => false,
        };
        let change = exact.zip(before).and_then(|(now, before)| quotient(now.checked_sub(before), Some(before)));
        before = exact.filter(|_| in_months && matches!(group, Group::Month(_)));
        let under_way = above.under_way || below.is_some_and(|below| below.under_way);
        let row = Told { by, group: &group, above: above.number, below: below.and_then(|below| below.number), exact };
        out.push(MetricRow { change: change.and_then(settled), open: under_way || month_open, ..row.of(metric) });
    }
}

/// The month of the moment, and whether it is over.
pub(super) fn month_now(evaluation: &Evaluation<'_>) -> (i32, bool) {
    let day = evaluation.program.zone.day_of(evaluation.as_of);
    let (year, month, _) = day.ymd();
    let month = year.saturating_mul(12).saturating_add(i32::try_from(month).unwrap_or(1)).saturating_sub(1);
    let last: Day = day.last_of_month();
    (month, evaluation.program.zone.last_instant(last) <= evaluation.as_of)
}

/// A month as `2026-03`.
pub(super) fn month_text(month: i32) -> String {
    MonthText(month).to_string()
}

/// What was found of one group.
struct Told<'a> {
    by: Option<&'a Breakdown>,
    group: &'a Group,
    above: Option<Number>,
    below: Option<Number>,
    exact: Option<Number>,
}

impl Told<'_> {
    fn of(&self, metric: &Metric) -> MetricRow {
        let value = if metric.denominator.is_some() { self.exact.and_then(settled) } else { self.exact };
        let (comparison, short_by) = compared(metric, self.exact);
        MetricRow {
            metric: metric.id.clone(),
            label: metric.label.clone(),
            by: self.by.map(|by| by.word().to_owned()),
            group: self.group.shown(),
            numerator: self.above,
            denominator: self.below,
            numerator_is: in_words(&metric.numerator),
            denominator_is: metric.denominator.as_deref().map(in_words),
            value,
            change: None,
            open: false,
            at_least: metric.at_least,
            at_most: metric.at_most,
            comparison,
            short_by: short_by.and_then(settled),
        }
    }
}

/// What a numerator or denominator is made of.
pub(super) fn in_words(figures: &[Figure]) -> String {
    figures.iter().map(|figure| figure.definition.as_str()).collect::<Vec<_>>().join(" + ")
}

/// Settled to four digits, half even.
pub(super) fn settled(number: Number) -> Option<Number> {
    Rounding::HalfEven.settle_i128(number, DIGITS).and_then(|units| Number::from_scaled(units, DIGITS))
}

/// How an exact value compares with what is good, and what is missing to that.
pub(super) fn compared(metric: &Metric, exact: Option<Number>) -> (Option<&'static str>, Option<Number>) {
    let Some(value) = exact.filter(|_| metric.at_least.is_some() || metric.at_most.is_some()) else {
        return (None, None);
    };
    let below = metric.at_least.filter(|least| value < *least);
    let above = metric.at_most.filter(|most| value > *most);
    let distance = |bound: Number| if bound < value { value.checked_sub(bound) } else { bound.checked_sub(value) };
    match (metric.better, below, above) {
        (Better::More, Some(bound), _) | (Better::Less, None, Some(bound)) => (Some("worse"), distance(bound)),
        (Better::More, None, Some(_)) | (Better::Less, Some(_), _) => (Some("better"), None),
        (_, None, None) => (Some("good"), None),
    }
}
