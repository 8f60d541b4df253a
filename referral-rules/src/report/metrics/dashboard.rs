//! What a referrer sees: what became of each referral, what was earned, a place among others; and the same of a month.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::gather::{Gathering, Grouping};
use super::groups::{Group, Groups, quotient};
use super::rows::{month_now, month_text, settled};
use crate::base::{Instant, Number, Unit, compare_ids, index};
use crate::evaluation::{Evaluation, decimal, exact_if_any, shown};
use crate::program::{Better, EventKind, Metric, Party, Version};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a referrer sees as of the moment of the answer.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DashboardRow {
    /// The referrer's account id.
    pub referrer: String,
    /// How many referrals it has submitted, refused ones included.
    pub submitted: usize,
    /// How many stand where, in the order of the stages, refused ones last; only where some do.
    pub stages: Vec<StageCount>,
    /// Each referral and where it stands, in the order of submission.
    pub referrals: Vec<ReferralStatus>,
    /// What it has earned as a referrer, by unit.
    pub earned: Vec<Earned>,
    /// What the document adds: the metrics in `figures`, over its own referrals.
    pub figures: Vec<FigureValue>,
    /// Its place by `rank_by`, from 1; those with the same value share one. None without a value, or without `rank_by`.
    pub rank: Option<usize>,
    /// How many have a place.
    pub ranked: usize,
    /// Where it stands on each ladder, and what is missing to the next level.
    pub levels: Vec<LevelStatus>,
}

/// How many referrals stand at a stage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StageCount {
    /// The stage, or `refused`.
    pub stage: &'static str,
    /// How many.
    pub count: usize,
}

/// Where a referral stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReferralStatus {
    /// The referral.
    pub referral: String,
    /// `refused`, or the stage.
    pub status: &'static str,
    /// Since when: the submission of one that is refused.
    #[serde(serialize_with = "shown")]
    pub since: Instant,
}

/// What was earned in a unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Earned {
    /// The currency or unit.
    pub unit: String,
    /// All of it; of a month what was booked in it.
    #[serde(serialize_with = "decimal")]
    pub earned: Decimal,
    /// What is held or payable, and still to come.
    #[serde(serialize_with = "decimal")]
    pub pending: Decimal,
    /// What was paid; of a month what was paid in it.
    #[serde(serialize_with = "decimal")]
    pub paid: Decimal,
}

/// A metric over what one referrer has brought.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FigureValue {
    /// The metric.
    pub metric: String,
    /// Its name for people.
    pub label: String,
    /// What it is; none where it cannot be told.
    #[serde(serialize_with = "exact_if_any")]
    pub value: Option<Number>,
}

/// A level and the next one.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LevelStatus {
    /// The ladder.
    pub ladder: String,
    /// The level; none below the first.
    pub level: Option<String>,
    /// The next level; none at the top.
    pub next_level: Option<String>,
    /// How much is missing to it.
    #[serde(serialize_with = "exact_if_any")]
    pub missing: Option<Number>,
}

/// What a referrer hears of a month.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DigestRow {
    /// The referrer's account id.
    pub referrer: String,
    /// The month.
    pub month: String,
    /// Whether the month is over.
    pub month_over: bool,
    /// How many referrals were submitted in it.
    pub submitted: usize,
    /// How many were qualified in it.
    pub qualified: usize,
    /// How many became opportunities in it.
    pub opportunities: usize,
    /// How many were closed in it.
    pub closed: usize,
    /// How many were disqualified or lost, or expired, in it.
    pub ended: usize,
    /// How many are under way now.
    pub under_way: usize,
    /// How many of those are opportunities.
    pub active_opportunities: usize,
    /// How many it has submitted in all.
    pub total_submitted: usize,
    /// What was booked and paid in the month, and what is still to come, by unit.
    pub earned: Vec<Earned>,
    /// What the document adds: the metrics in `digest`, over what belongs to the month.
    pub figures: Vec<FigureValue>,
}

/// The referrals of each referrer, by the referrer's id.
fn of_referrers(evaluation: &Evaluation<'_>) -> Vec<(String, Vec<u32>)> {
    let mut rows: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for row in evaluation.undisputed() {
        let referrer = evaluation.book.referrals.referrer[index(row)];
        if !evaluation.book.is_nobody(referrer) {
            rows.entry(referrer.0).or_default().push(row);
        }
    }
    let id = |rows: &[u32]| rows.first().map(|row| evaluation.referrer_text(*row).to_owned()).unwrap_or_default();
    let mut out: Vec<_> = rows.into_values().map(|rows| (id(&rows), rows)).filter(|(id, _)| !id.is_empty()).collect();
    out.sort_by(|(left, _), (right, _)| compare_ids(left, right));
    out
}

/// What entries to referrers bring each of them, by unit: all of it, what is still to come, what was paid.
type Sums = BTreeMap<String, BTreeMap<Unit, [i128; 3]>>;

fn earned_by(evaluation: &Evaluation<'_>, belongs: impl Fn(i64) -> bool) -> Sums {
    let mut out = Sums::new();
    for entry in evaluation.entries_standing().into_iter().filter(|entry| entry.reward.to == Party::Referrer) {
        let units = out.entry(evaluation.referrer_text(entry.row.referral).to_owned()).or_default();
        let sums = units.entry(entry.reward.unit.clone()).or_default();
        let amount = i128::from(entry.row.amount);
        for (slot, counts) in [
            (0, belongs(entry.row.booked_at)),
            (1, matches!(entry.state, "held" | "payable")),
            (2, entry.paid_at.is_some_and(|at| belongs(at.0))),
        ] {
            if counts {
                sums[slot] = sums[slot].saturating_add(if slot == 2 { i128::from(entry.paid) } else { amount });
            }
        }
    }
    out
}

fn earned(sums: Option<&BTreeMap<Unit, [i128; 3]>>) -> Vec<Earned> {
    let rows = sums.into_iter().flatten().map(|(unit, [earned, pending, paid])| Earned {
        unit: unit.name().to_owned(),
        earned: unit.total(*earned),
        pending: unit.total(*pending),
        paid: unit.total(*paid),
    });
    rows.collect()
}

/// The metrics of some ids by referrer.
struct Figures<'a> {
    all: Vec<(&'a Metric, Groups, Option<Groups>)>,
}

impl<'a> Figures<'a> {
    fn of(
        ids: impl Iterator<Item = &'a str>,
        version: &'a Version,
        grouping: Grouping<'_>,
        gathering: &mut Gathering<'_>,
    ) -> Self {
        let metrics = ids.filter_map(|id| version.metrics.iter().find(|metric| metric.id == id));
        let mut first = |figures| gathering.sums(figures, &[grouping]).pop().unwrap_or_default();
        let all =
            metrics.map(|metric| (metric, first(&metric.numerator), metric.denominator.as_deref().map(&mut first)));
        Self { all: all.collect() }
    }

    fn exact(&self, at: usize, referrer: &str) -> Option<Number> {
        let (_, above, below) = self.all.get(at)?;
        let group = Group::Text(referrer.to_owned());
        match below {
            Some(below) => quotient(above.of_group(&group).number, below.of_group(&group).number),
            None => above.of_group(&group).number,
        }
    }

    fn values(&self, referrer: &str) -> Vec<FigureValue> {
        let all = self.all.iter().enumerate();
        all.map(|(at, (metric, _, below))| {
            let exact = self.exact(at, referrer);
            FigureValue {
                metric: metric.id.clone(),
                label: metric.label.clone(),
                value: if below.is_some() { exact.and_then(settled) } else { exact },
            }
        })
        .collect()
    }
}

/// What each referrer of a known referral sees, by its id.
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
/// id = "qualified"
/// numerator = { count = "referrals", at = "qualified" }
/// [dashboard]
/// rank_by = "qualified"
/// "#)?;
/// let referrals = GivenTable::from_csv("id,referrer,submitted_at,qualified_at\nR-1,ada,2026-03-02,\nR-2,bob,2026-03-03,2026-03-09\n")?;
/// let book = Book::new(&program, &Given { referrals, ..Given::default() });
/// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// let rows = referral_rules::report::dashboard(&evaluation);
/// assert_eq!((rows[0].rank, rows[1].rank), (Some(2), Some(1)));
/// assert_eq!(rows[1].referrals[0].status, "qualified");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn dashboard(evaluation: &Evaluation<'_>) -> Vec<DashboardRow> {
    let Some((number, version)) = evaluation.version_now() else { return Vec::new() };
    let mut gathering = Gathering::with_moments(evaluation, (number, version));
    let written = &version.document.dashboard;
    let ids = written.figures.iter().map(|id| id.value.as_str());
    let figures = Figures::of(ids, version, Grouping::Referrer, &mut gathering);
    let ranking = written.rank_by.iter().map(|id| id.value.as_str());
    let ranking = Figures::of(ranking, version, Grouping::Referrer, &mut gathering);
    let sums = earned_by(evaluation, |_| true);
    let mut levels: BTreeMap<String, Vec<LevelStatus>> = BTreeMap::new();
    for standing in evaluation.standings() {
        levels.entry(standing.referrer).or_default().push(LevelStatus {
            ladder: standing.ladder,
            level: standing.level,
            next_level: standing.next_level,
            missing: standing.missing,
        });
    }
    let referrers = of_referrers(evaluation);
    let ranks = ranks(&referrers, &ranking);
    let ranked = ranks.iter().flatten().count();
    let rows = referrers.into_iter().zip(ranks).map(|((referrer, rows), rank)| {
        let referrals: Vec<ReferralStatus> = rows.iter().map(|row| status(*row, &gathering)).collect();
        DashboardRow {
            submitted: rows.len(),
            stages: stages(&referrals),
            referrals,
            earned: earned(sums.get(&referrer)),
            figures: figures.values(&referrer),
            rank,
            ranked,
            levels: levels.remove(&referrer).unwrap_or_default(),
            referrer,
        }
    });
    rows.collect()
}

/// How many referrals stand where.
fn stages(referrals: &[ReferralStatus]) -> Vec<StageCount> {
    let all = EventKind::STAGES.into_iter().chain(["refused"]);
    let counted = all
        .map(|stage| StageCount { stage, count: referrals.iter().filter(|referral| referral.status == stage).count() });
    counted.filter(|counted| counted.count > 0).collect()
}

/// The place of each referrer: one more than those who are better.
fn ranks(referrers: &[(String, Vec<u32>)], ranking: &Figures<'_>) -> Vec<Option<usize>> {
    let better = ranking.all.first().map(|(metric, ..)| metric.better);
    let values: Vec<Option<Number>> = referrers.iter().map(|(referrer, _)| ranking.exact(0, referrer)).collect();
    let mut sorted: Vec<Number> = values.iter().flatten().copied().collect();
    sorted.sort_unstable();
    let place = |value: Number| match better {
        Some(Better::Less) => sorted.partition_point(|other| *other < value),
        _ => sorted.len().saturating_sub(sorted.partition_point(|other| *other <= value)),
    };
    values.into_iter().map(|value| value.map(|value| place(value).saturating_add(1))).collect()
}

fn status(row: u32, gathering: &Gathering<'_>) -> ReferralStatus {
    let (evaluation, now) = (gathering.evaluation, gathering.now());
    let stage = EventKind::STAGES.get(usize::from(now.stage[index(row)])).copied();
    let submitted_at = evaluation.book.referrals.submitted_at[index(row)];
    let since = stage.and_then(|_| now.moments.get(index(row))).map_or(submitted_at, |(at, _)| *at);
    ReferralStatus {
        referral: evaluation.referral_text(row).to_owned(),
        status: stage.unwrap_or("refused"),
        since: Instant(since),
    }
}

/// What each referrer hears of the calendar month that holds the day of the answer, by its id: of those alone for whom something is under
/// way, or happened in it.
pub fn digest(evaluation: &Evaluation<'_>) -> Vec<DigestRow> {
    let Some((number, version)) = evaluation.version_now() else { return Vec::new() };
    let mut gathering = Gathering::with_moments(evaluation, (number, version));
    let (month, month_over) = month_now(evaluation);
    let ids = version.document.dashboard.digest.iter().map(|id| id.value.as_str());
    let figures = Figures::of(ids, version, Grouping::ReferrerIn(month), &mut gathering);
    let day = evaluation.program.zone.day_of(evaluation.as_of);
    let first = evaluation.program.zone.first_instant(day.first_of_month()).0;
    let last = evaluation.program.zone.last_instant(day.last_of_month()).0;
    let belongs = |at: i64| (first..=last).contains(&at);
    let sums = earned_by(evaluation, belongs);
    let mut out = Vec::new();
    for (referrer, rows) in of_referrers(evaluation) {
        let earned = earned(sums.get(&referrer));
        let row = DigestRow {
            month: month_text(month),
            month_over,
            total_submitted: rows.len(),
            figures: figures.values(&referrer),
            ..counted(&rows, &gathering, belongs)
        };
        let moved = [row.submitted, row.qualified, row.opportunities, row.closed, row.ended, row.under_way];
        let paid = earned.iter().any(|one| !one.earned.is_zero() || !one.paid.is_zero());
        if paid || moved.iter().any(|count| *count > 0) {
            out.push(DigestRow { referrer, earned, ..row });
        }
    }
    out
}

/// What happened to referrals in a month, and what is under way.
fn counted(rows: &[u32], gathering: &Gathering<'_>, belongs: impl Fn(i64) -> bool) -> DigestRow {
    let (book, now) = (gathering.evaluation.book, gathering.now());
    let count = |holds: &dyn Fn(u32) -> bool| rows.iter().filter(|row| holds(**row)).count();
    let reached = |stage: usize| count(&|row| now.reached(row, stage).is_some_and(&belongs));
    let stage = |row: u32| EventKind(now.stage[index(row)]);
    let ends = [EventKind::DISQUALIFIED, EventKind::LOST, EventKind::EXPIRED];
    DigestRow {
        referrer: String::new(),
        month: String::new(),
        month_over: false,
        submitted: count(&|row| belongs(book.referrals.submitted_at[index(row)])),
        qualified: reached(1),
        opportunities: reached(2),
        closed: reached(3),
        ended: count(&|row| {
            ends.contains(&stage(row)) && now.moments.get(index(row)).is_some_and(|(at, _)| belongs(*at))
        }),
        under_way: count(&|row| now.under_way[index(row)]),
        active_opportunities: count(&|row| now.under_way[index(row)] && stage(row) == EventKind::OPPORTUNITY),
        total_submitted: rows.len(),
        earned: Vec::new(),
        figures: Vec::new(),
    }
}
