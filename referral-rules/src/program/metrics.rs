//! Metrics, compiled: what is counted or summed over which rows, and by what it is told apart.
use super::compile::{Compiling, unit};
use super::compiled::{Measure, Source};
use super::document::{
    Better, By, Document, FactOwner, Figure as Written, FigureOf, Metric as WrittenMetric, Over, RowMoment, STAGES,
};
use super::names::{Numbers, Scopes};
use super::paths::{numbered, under};
use crate::base::{Number, Unit};
use crate::diag::{Code, Diagnostic, Span};
use crate::expr::{Compiled, Expected, Scope, Type, Value};

/// A number by which a program is judged.
#[derive(Debug)]
pub struct Metric {
    /// The id.
    pub id: String,
    /// A name for people.
    pub label: String,
    /// What is counted or summed.
    pub numerator: Vec<Figure>,
    /// What that is divided by; one without it.
    pub denominator: Option<Vec<Figure>>,
    /// By what it is told apart, as the document writes it.
    pub by: Vec<Breakdown>,
    /// The lower end of what good looks like.
    pub at_least: Option<Number>,
    /// The upper end of it.
    pub at_most: Option<Number>,
    /// Which side is the better one.
    pub better: Better,
    /// What helps where it falls short.
    pub remedies: Vec<String>,
    /// Where it stands in the document.
    pub span: Span,
}

/// By what a metric is told apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Breakdown {
    /// The month of a row's moment.
    Month,
    /// The month in which a row's referral was submitted.
    Cohort,
    /// Each campaign that touched a row.
    Campaign,
    /// The value of an expression, as it is written: figures have it compiled.
    Expression(String),
}

impl Breakdown {
    /// The word in answers.
    pub fn word(&self) -> &str {
        match self {
            Self::Month => "month",
            Self::Cohort => "cohort",
            Self::Campaign => "campaign",
            Self::Expression(source) => source,
        }
    }
}

/// A part of a numerator or denominator.
#[derive(Debug)]
pub struct Figure {
    /// What it is made of.
    pub of: Part,
    /// What is counted, in words.
    pub definition: String,
}

/// What a part of a metric is made of.
#[derive(Debug)]
pub enum Part {
    /// Rows are counted, or a value of each is summed.
    Rows(Box<Rows>),
    /// What the host gives under a name.
    Given(String),
    /// Another metric.
    Ratio(Vec<Figure>, Option<Vec<Figure>>),
}

/// Rows that are counted or summed.
#[derive(Debug)]
pub struct Rows {
    /// Which rows.
    pub over: Over,
    /// What is summed; rows are counted without it.
    pub sum: Option<Compiled>,
    /// What must hold.
    pub when: Vec<Compiled>,
    /// Which moment a row belongs to.
    pub at: RowMoment,
    /// In which unit entries are.
    pub unit: Unit,
    /// By the metric's breakdowns, the expressions of them.
    pub by: Vec<Option<Compiled>>,
}

/// What reports know of the rows of an answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reported {
    /// `referral.accepted`
    Accepted,
    /// `referral.stage`
    Stage,
    /// `referral.stage_at`
    StageAt,
    /// `entry.reward`
    EntryReward,
    /// `entry.kind`
    EntryKind,
    /// `entry.party`
    EntryParty,
    /// `entry.amount`
    EntryAmount,
    /// `entry.earned_at`
    EntryEarnedAt,
    /// `entry.booked_at`
    EntryBookedAt,
    /// `entry.state`
    EntryState,
}

impl Reported {
    /// Its name in expressions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "referral.accepted",
            Self::Stage => "referral.stage",
            Self::StageAt => "referral.stage_at",
            Self::EntryReward => "entry.reward",
            Self::EntryKind => "entry.kind",
            Self::EntryParty => "entry.party",
            Self::EntryAmount => "entry.amount",
            Self::EntryEarnedAt => "entry.earned_at",
            Self::EntryBookedAt => "entry.booked_at",
            Self::EntryState => "entry.state",
        }
    }
}

/// What metrics may look at, by their rows.
struct RowScopes {
    referrals: Scope,
    accounts: Scope,
    events: Scope,
    entries: Scope,
    constants: Scope,
}

impl RowScopes {
    fn of(&self, over: Over) -> &Scope {
        match over {
            Over::Referrals => &self.referrals,
            Over::Accounts => &self.accounts,
            Over::Events => &self.events,
            Over::Entries => &self.entries,
        }
    }
}

impl Compiling<'_> {
    pub(super) fn metrics(&mut self, document: &Document, scopes: &Scopes) -> Vec<Metric> {
        if document.metrics.is_empty() {
            return Vec::new();
        }
        let scopes = self.numbers.row_scopes(document, scopes);
        let before = self.diagnostics.len();
        let all = document.metrics.iter().enumerate();
        let out = all.map(|(at, written)| self.metric(at, written, document, &scopes)).collect();
        // What several figures compile, each for its rows, is told once.
        let mut told: Vec<(Code, Span)> = Vec::new();
        let mut at = 0_usize;
        self.diagnostics.retain(|fault| {
            at = at.saturating_add(1);
            let place = (fault.code, fault.span);
            let is_new = at <= before || !told.contains(&place);
            told.push(place);
            is_new
        });
        out
    }

    fn metric(&mut self, at: usize, written: &WrittenMetric, document: &Document, scopes: &RowScopes) -> Metric {
        let path = numbered("metric", at);
        let mut part = |figures: &[Written], key: &str| {
            let place = |number: usize| {
                let path = under(&path, key);
                if figures.len() > 1 { numbered(&path, number) } else { path }
            };
            let figures = figures.iter().enumerate();
            figures.map(|(number, one)| self.figure(one, written, document, scopes, (&place(number), &path))).collect()
        };
        let numerator = part(&written.numerator, "numerator");
        let denominator = written.denominator.as_ref().map(|figures| part(figures, "denominator"));
        let (at_least, at_most) = self.good(written, &path, scopes);
        Metric {
            id: written.id.value.clone(),
            label: written.label.as_ref().unwrap_or(&written.id).value.clone(),
            numerator,
            denominator,
            by: written.by.iter().map(|by| breakdown(&by.value)).collect(),
            at_least,
            at_most,
            better: written.better.value,
            remedies: written.remedies.iter().map(|remedy| remedy.value.clone()).collect(),
            span: written.id.span,
        }
    }

    fn figure(
        &mut self,
        written: &Written,
        of: &WrittenMetric,
        document: &Document,
        scopes: &RowScopes,
        (path, metric): (&str, &str),
    ) -> Figure {
        match &written.of {
            FigureOf::Rows { over, sum, at, unit: own } => {
                let scope = scopes.of(over.value);
                let sum_path = under(path, "sum");
                let compiled = sum.as_ref().and_then(|sum| self.expression(sum, Expected::Number, scope, &sum_path));
                let rows = Rows {
                    over: over.value,
                    sum: compiled,
                    when: self.conditions(&written.when, scope, &under(path, "when")),
                    at: at.value,
                    unit: unit(own.as_ref().map_or(&document.currency.value, |unit| &unit.value)),
                    by: self.breakdowns(of, scope, metric),
                };
                let definition = definition(written, over.value, sum.as_ref().map(|sum| sum.text.as_str()), &rows);
                Figure { of: Part::Rows(Box::new(rows)), definition }
            }
            FigureOf::Given(name) => {
                Figure { of: Part::Given(name.value.clone()), definition: format!("given `{}`", name.value) }
            }
            FigureOf::Metric(id) => {
                let other = document.metrics.iter().find(|metric| metric.id.value == id.value);
                let mut figures = |figures: &[Written]| -> Vec<Figure> {
                    let plain = figures.iter().filter(|figure| !matches!(figure.of, FigureOf::Metric(_)));
                    plain.map(|figure| self.figure(figure, of, document, scopes, (path, metric))).collect()
                };
                let numerator = other.map(|other| figures(&other.numerator)).unwrap_or_default();
                let denominator = other.and_then(|other| other.denominator.as_deref()).map(figures);
                Figure { of: Part::Ratio(numerator, denominator), definition: format!("metric `{}`", id.value) }
            }
        }
    }

    fn breakdowns(&mut self, of: &WrittenMetric, scope: &Scope, path: &str) -> Vec<Option<Compiled>> {
        let mut out = Vec::with_capacity(of.by.len());
        for (at, by) in of.by.iter().enumerate() {
            let By::Expression(written) = &by.value else {
                out.push(None);
                continue;
            };
            let path = under(path, "by");
            let path = if of.by.len() > 1 { numbered(&path, at) } else { path };
            let compiled = self.expression(written, Expected::Any, scope, &path);
            let told_apart = |ty: &Type| !matches!(ty, Type::List(_) | Type::Map(..) | Type::Nothing);
            if let Some(found) = compiled.as_ref().filter(|found| !told_apart(found.result_type())) {
                let message = format!("`{}` is no text, number, date, or true or false", found.source());
                let fault = Diagnostic::error(Code::TypeMismatch, by.span, message).path(path);
                self.diagnostics.push(fault.help("tell apart by one value"));
            }
            out.push(compiled);
        }
        out
    }

    /// What good looks like: constants.
    fn good(&mut self, written: &WrittenMetric, path: &str, scopes: &RowScopes) -> (Option<Number>, Option<Number>) {
        let Some(good) = &written.good else { return (None, None) };
        let mut bound = |bound: Option<&super::document::ExpressionText>, key: &str| {
            let compiled =
                self.expression(bound?, Expected::Number, &scopes.constants, &under(&under(path, "good"), key))?;
            match compiled.is_constant() {
                Some(Value::Int(whole)) => Some(Number::from(whole)),
                Some(Value::Decimal(number)) => Some(number),
                _ => None,
            }
        };
        let (least, most) = (bound(good.at_least.as_ref(), "at_least"), bound(good.at_most.as_ref(), "at_most"));
        if let (Some(low), Some(high), Some(place)) = (least, most, &good.at_most) {
            if high < low {
                let message = format!("the upper end {high} is below the lower end {low}");
                let fault = Diagnostic::error(Code::BadValue, place.span, message);
                self.diagnostics.push(fault.path(format!("{path}.good.at_most")).help("exchange the two"));
            }
        }
        (least, most)
    }
}

fn breakdown(by: &By) -> Breakdown {
    match by {
        By::Month => Breakdown::Month,
        By::Cohort => Breakdown::Cohort,
        By::Campaign => Breakdown::Campaign,
        By::Expression(written) => Breakdown::Expression(written.text.clone()),
    }
}

/// What is counted, in words: every number stands beside what it is made of.
fn definition(written: &Written, over: Over, sum: Option<&str>, rows: &Rows) -> String {
    let mut out = sum.map(|sum| format!("sum of `{sum}` over ")).unwrap_or_default();
    out.push_str(over.word());
    match (over, rows.at) {
        (Over::Entries, RowMoment::Booked) => out.push_str(&format!(" in {} by booking", rows.unit.name())),
        (Over::Entries, _) => out.push_str(&format!(" in {}", rows.unit.name())),
        (_, RowMoment::Qualified) => out.push_str(" that were qualified"),
        (_, RowMoment::Opportunity) => out.push_str(" that became opportunities"),
        (_, RowMoment::Closed) => out.push_str(" that were closed"),
        (_, RowMoment::Own | RowMoment::Booked) => {}
    }
    for (at, when) in written.when.iter().enumerate() {
        out.push_str(if at == 0 { " with `" } else { " and `" });
        out.push_str(&when.text);
        out.push('`');
    }
    out
}

/// The parties of entries.
const PARTIES: [&str; 4] = ["referrer", "referee", "recruiter", "account"];

/// Where entries stand.
const STATES: [&str; 8] = ["held", "payable", "paid", "reversed", "expired", "void", "forfeited", "kept"];

fn one_of<const N: usize>(words: [&str; N]) -> Type {
    Type::OneOf(words.iter().map(|word| (*word).to_owned()).collect())
}

impl Numbers {
    /// What is known of the rows that metrics are over, as of the moment of the answer.
    fn row_scopes(&mut self, document: &Document, scopes: &Scopes) -> RowScopes {
        let mut constants = Scope::default();
        constants.constants_of(&scopes.submission);
        constants.known_elsewhere(
            &scopes.event,
            "what good looks like is a constant: write a number, or a value of `[data]`",
        );
        let mut referrals = scopes.submission.clone();
        for stage in ["qualified", "opportunity", "closed"] {
            if let Some((kind, slot)) = scopes.event.variable_of(&format!("referral.{stage}_at")) {
                referrals.variable(&format!("referral.{stage}_at"), kind, slot);
            }
        }
        for ladder in &document.tiers {
            if let Some((kind, slot)) = scopes.event.variable_of(&ladder.name.value) {
                referrals.variable(&ladder.name.value, kind, slot);
            }
        }
        for (name, kind, source) in [
            ("referral.accepted", Type::Bool, Reported::Accepted),
            ("referral.stage", one_of(STAGES), Reported::Stage),
            ("referral.stage_at", Type::Instant, Reported::StageAt),
        ] {
            referrals.variable(name, kind, self.slot(Source::Reported(source)));
        }
        let mut events = referrals.clone();
        for name in ["event.kind", "event.id", "event.at"] {
            if let Some((kind, slot)) = scopes.event.variable_of(name) {
                events.variable(name, kind, slot);
            }
        }
        for fact in document.facts.iter().filter(|fact| fact.owner == FactOwner::Event) {
            let name = under("event", &fact.name.value);
            if let Some((kind, slot)) = scopes.event.variable_of(&name) {
                events.variable(&name, kind, slot);
            }
        }
        let mut entries = referrals.clone();
        let rewards = document.rewards.iter().chain(document.prizes()).map(|reward| reward.id.value.clone()).collect();
        for (name, kind, source) in [
            ("entry.reward", Type::OneOf(rewards), Reported::EntryReward),
            ("entry.kind", Type::Text, Reported::EntryKind),
            ("entry.party", one_of(PARTIES), Reported::EntryParty),
            ("entry.amount", Type::Decimal, Reported::EntryAmount),
            ("entry.earned_at", Type::Instant, Reported::EntryEarnedAt),
            ("entry.booked_at", Type::Instant, Reported::EntryBookedAt),
            ("entry.state", one_of(STATES), Reported::EntryState),
        ] {
            entries.variable(name, kind, self.slot(Source::Reported(source)));
        }
        let mut accounts = accounts(document, scopes);
        let help = "the rows do not have it: write `over = \"events\"` for facts of events, `\"accounts\"` for counts and measures";
        let of_entries = "only entries have it: write `count = \"entries\"`, or `over = \"entries\"`";
        for scope in [&mut referrals, &mut events, &mut accounts] {
            scope.known_elsewhere(&entries, of_entries);
        }
        let of_referrals = "accounts do not have it: write `count = \"referrals\"`, or `over = \"referrals\"`";
        accounts.known_elsewhere(&referrals, of_referrals);
        for scope in [&mut referrals, &mut events, &mut entries] {
            scope.known_elsewhere(&scopes.event, help);
        }
        RowScopes { referrals, accounts, events, entries, constants }
    }
}

/// What is known of an account: its facts, and what its referrals have brought.
fn accounts(document: &Document, scopes: &Scopes) -> Scope {
    let mut out = scopes.payout.clone();
    let help = "an account is seen as `referrer.…`";
    for name in ["payout.rule", "payout.amount", "payout.day", "payout.paid_in_year", "payout.last_paid_on", "payee.id"]
    {
        out.without(name, help);
    }
    for fact in &document.facts {
        if fact.owner == FactOwner::Account {
            out.without(&under("payee", &fact.name.value), help);
        }
        if matches!(fact.owner, FactOwner::Account | FactOwner::Referrer) {
            let name = under("referrer", &fact.name.value);
            if let Some((kind, slot)) = scopes.submission.variable_of(&name) {
                out.variable(&name, kind, slot);
            }
        }
    }
    if let Some((kind, slot)) = scopes.submission.variable_of("referrer.id") {
        out.variable("referrer.id", kind, slot);
    }
    debug_assert!(Measure::ALL.iter().all(|measure| out.variable_of(measure.word()).is_some()));
    out.known_elsewhere(
        &scopes.event,
        "an account is seen as `referrer.…`; facts of referrals need `over = \"referrals\"`",
    );
    out
}
