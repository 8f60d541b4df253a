//! What falls short of what good looks like, the weakest first, and what helps.
use super::gather::{Gathering, Grouping};
use super::groups::{Group, quotient};
use super::rows::{compared, in_words, settled};
use crate::base::Number;
use crate::evaluation::{Evaluation, exact, exact_if_any};
use crate::program::{Better, Metric};
use serde::Serialize;
use std::cmp::Ordering;

/// A metric that is worse than what good looks like, over all its rows.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Weakness {
    /// The metric.
    pub metric: String,
    /// Its name for people.
    pub label: String,
    /// What it is, settled to four digits, half even.
    #[serde(serialize_with = "exact")]
    pub value: Number,
    /// The lower end of what good looks like.
    #[serde(serialize_with = "exact_if_any")]
    pub at_least: Option<Number>,
    /// The upper end of it.
    #[serde(serialize_with = "exact_if_any")]
    pub at_most: Option<Number>,
    /// What is missing to the worse end, settled likewise.
    #[serde(serialize_with = "exact_if_any")]
    pub short_by: Option<Number>,
    /// How large that is beside that end, settled likewise; none where that is nothing.
    #[serde(serialize_with = "exact_if_any")]
    pub shortfall: Option<Number>,
    /// Whether it can still change: a referral that is counted is under way.
    pub open: bool,
    /// What is counted or summed, in words.
    pub numerator_is: String,
    /// What it is divided by, in words.
    pub denominator_is: Option<String>,
    /// What helps.
    pub remedies: Vec<String>,
}

/// The metrics that are worse than what good looks like, over all their rows: what misses it by the greatest part first, then in the
/// document's order.
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
/// good = { at_least = 0.5 }
/// remedies = ["say in the form whom we can serve"]
/// "#)?;
/// let referrals = GivenTable::from_csv("id,referrer,submitted_at,qualified_at\nR-1,ada,2026-03-02,2026-03-05\nR-2,ada,2026-03-03,\nR-3,bob,2026-03-04,\n")?;
/// let book = Book::new(&program, &Given { referrals, ..Given::default() });
/// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// let weakest = &referral_rules::report::diagnosis(&evaluation)[0];
/// assert_eq!(weakest.short_by.unwrap().to_string(), "0.1667");
/// assert_eq!(weakest.remedies, ["say in the form whom we can serve"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diagnosis(evaluation: &Evaluation<'_>) -> Vec<Weakness> {
    let Some((number, version)) = evaluation.version_now().filter(|(_, version)| !version.metrics.is_empty()) else {
        return Vec::new();
    };
    let mut gathering = Gathering::new(evaluation, (number, version));
    let mut out: Vec<(Option<Number>, Weakness)> = Vec::new();
    for metric in version.metrics.iter().filter(|metric| metric.at_least.is_some() || metric.at_most.is_some()) {
        out.extend(weakness(metric, &mut gathering));
    }
    // What is good at nothing alone is missed by more than any part of it.
    out.sort_by(|(left, _), (right, _)| match (left, right) {
        (Some(left), Some(right)) => right.cmp(left),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    out.into_iter().map(|(_, weakness)| weakness).collect()
}

/// A metric that falls short, and by which part of what is good.
fn weakness(metric: &Metric, gathering: &mut Gathering<'_>) -> Option<(Option<Number>, Weakness)> {
    let above = gathering.sums(&metric.numerator, &[Grouping::All]).first()?.of_group(&Group::All);
    let below = match metric.denominator.as_deref() {
        Some(figures) => Some(gathering.sums(figures, &[Grouping::All]).first()?.of_group(&Group::All)),
        None => None,
    };
    let exact = match below {
        Some(below) => quotient(above.number, below.number),
        None => above.number,
    };
    let (Some("worse"), Some(short_by)) = compared(metric, exact) else { return None };
    let bound = match metric.better {
        Better::More => metric.at_least,
        Better::Less => metric.at_most,
    };
    let size = bound.map(|bound| if bound.is_negative() { bound.negated() } else { bound });
    let shortfall = quotient(Some(short_by), size);
    let value = if metric.denominator.is_some() { exact.and_then(settled) } else { exact };
    let out = Weakness {
        metric: metric.id.clone(),
        label: metric.label.clone(),
        value: value?,
        at_least: metric.at_least,
        at_most: metric.at_most,
        short_by: settled(short_by),
        shortfall: shortfall.and_then(settled),
        open: above.under_way || below.is_some_and(|below| below.under_way),
        numerator_is: in_words(&metric.numerator),
        denominator_is: metric.denominator.as_deref().map(in_words),
        remedies: metric.remedies.clone(),
    };
    Some((shortfall, out))
}
