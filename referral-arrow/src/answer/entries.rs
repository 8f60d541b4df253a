//! Entries: a row per line of the ledger.
use super::build::{Amounts, Columns, Lists, TextLists, Texts, Words, days, instants, number};
use super::digits;
use arrow_array::{BooleanArray, Int64Array, RecordBatch};
use arrow_schema::ArrowError;
use referral_rules::base::{Day, Instant};
use referral_rules::evaluation::{Entry, Evaluation, StepText, StepWord, Tier};

/// The new entries: all of them, unless the host gave what it has booked.
///
/// # Errors
/// Where Arrow cannot hold them.
pub fn entries(evaluation: &Evaluation<'_>) -> Result<RecordBatch, ArrowError> {
    batch(evaluation, evaluation.entries())
}

/// The whole ledger, booked entries included.
///
/// # Errors
/// Where Arrow cannot hold it.
pub fn ledger(evaluation: &Evaluation<'_>) -> Result<RecordBatch, ArrowError> {
    batch(evaluation, evaluation.ledger())
}

fn batch(evaluation: &Evaluation<'_>, entries: impl Iterator<Item = Entry>) -> Result<RecordBatch, ArrowError> {
    let mut rows = Rows::new(digits(evaluation));
    for entry in entries {
        rows.identity(&entry)?;
        rows.money(&entry)?;
        rows.dates(&entry);
    }
    rows.finish()
}

/// The columns as they are filled.
struct Rows {
    id: Texts,
    grant: Texts,
    referral: Texts,
    party: Words,
    beneficiary: Texts,
    rule: Words,
    label: Words,
    version: Words,
    event_kind: Words,
    event: Texts,
    kind: Words,
    unit: Words,
    base: Texts,
    steps: Steps,
    amount: Amounts,
    reversal: Words,
    correction: Vec<bool>,
    tiers: Tiers,
    campaigns: TextLists,
    earned_at: Vec<Option<Instant>>,
    booked_at: Vec<Option<Instant>>,
    payable_on: Vec<Option<Day>>,
    due_on: Vec<Option<Day>>,
    notify_by: Vec<Option<Instant>>,
    source: Words,
    line: Vec<i64>,
}

impl Rows {
    fn new(digits: u32) -> Self {
        Self {
            id: Texts::new(),
            grant: Texts::new(),
            referral: Texts::new(),
            party: Words::new(),
            beneficiary: Texts::new(),
            rule: Words::new(),
            label: Words::new(),
            version: Words::new(),
            event_kind: Words::new(),
            event: Texts::new(),
            kind: Words::new(),
            unit: Words::new(),
            base: Texts::new(),
            steps: Steps::default(),
            amount: Amounts::new(digits),
            reversal: Words::new(),
            correction: Vec::new(),
            tiers: Tiers::default(),
            campaigns: TextLists::default(),
            earned_at: Vec::new(),
            booked_at: Vec::new(),
            payable_on: Vec::new(),
            due_on: Vec::new(),
            notify_by: Vec::new(),
            source: Words::new(),
            line: Vec::new(),
        }
    }

    fn identity(&mut self, entry: &Entry) -> Result<(), ArrowError> {
        self.id.append_value(&entry.id);
        self.grant.append_value(&entry.grant);
        self.referral.append_value(&entry.referral);
        self.party.append(entry.beneficiary.party)?;
        self.beneficiary.append_value(&entry.beneficiary.id);
        self.rule.append(&entry.rule)?;
        self.label.append_option(Some(&entry.label).filter(|label| !label.is_empty()));
        self.version.append(&entry.version)?;
        self.event_kind.append(&entry.event.kind)?;
        self.event.append_value(&entry.event.id);
        self.kind.append(&entry.kind)?;
        self.source.append(&entry.place.source)?;
        self.line.push(number(entry.place.line));
        Ok(())
    }

    fn money(&mut self, entry: &Entry) -> Result<(), ArrowError> {
        self.unit.append(&entry.unit)?;
        self.base.append_value(entry.base.to_string());
        self.steps.push(&entry.steps)?;
        self.amount.push(entry.amount.mantissa(), entry.amount.scale())?;
        self.reversal.append_option(Some(&entry.reversal).filter(|reversal| !reversal.is_empty()));
        self.correction.push(entry.correction);
        self.tiers.push(&entry.tiers)?;
        self.campaigns.push(&entry.campaigns)
    }

    fn dates(&mut self, entry: &Entry) {
        self.earned_at.push(Some(entry.earned_at));
        self.booked_at.push(Some(entry.booked_at));
        self.payable_on.push(Some(entry.payable_on));
        self.due_on.push(entry.due_on);
        self.notify_by.push(entry.notify_by);
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let mut out = Columns::default();
        out.add("id", self.id.finish());
        out.add("grant", self.grant.finish());
        out.add("referral", self.referral.finish());
        out.add("beneficiary.party", self.party.finish());
        out.add("beneficiary.id", self.beneficiary.finish());
        out.add("rule", self.rule.finish());
        out.add_optional("label", self.label.finish());
        out.add("version", self.version.finish());
        out.add("event.kind", self.event_kind.finish());
        out.add("event.id", self.event.finish());
        out.add("kind", self.kind.finish());
        out.add("unit", self.unit.finish());
        out.add("base", self.base.finish());
        out.add("steps", self.steps.finish()?);
        out.add("amount", self.amount.finish()?);
        out.add_optional("reversal", self.reversal.finish());
        out.add("correction", BooleanArray::from(self.correction));
        out.add("tiers", self.tiers.finish()?);
        out.add("campaigns", self.campaigns.finish()?);
        out.add("earned_at", instants(self.earned_at));
        out.add("booked_at", instants(self.booked_at));
        out.add("payable_on", days(self.payable_on));
        out.add_optional("due_on", days(self.due_on));
        out.add_optional("notify_by", instants(self.notify_by));
        out.add("place.source", self.source.finish());
        out.add("place.line", Int64Array::from(self.line));
        out.batch()
    }
}

/// The way from the base to the amount.
#[derive(Default)]
struct Steps {
    lists: Lists,
    step: Texts,
    by: Texts,
    before: Texts,
    after: Texts,
    len: usize,
}

impl Steps {
    fn push(&mut self, steps: &[StepText]) -> Result<(), ArrowError> {
        for step in steps {
            self.step.append_value(word(step.step));
            self.by.append_value(&step.by);
            self.before.append_value(step.before.to_string());
            self.after.append_value(step.after.to_string());
        }
        self.len = self.len.saturating_add(steps.len());
        self.lists.end(self.len)
    }

    fn finish(mut self) -> Result<arrow_array::ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("step", self.step.finish());
        items.add("by", self.by.finish());
        items.add("before", self.before.finish());
        items.add("after", self.after.finish());
        self.lists.of(items.structs()?)
    }
}

/// Tiers of a row.
#[derive(Default)]
pub(super) struct Tiers {
    lists: Lists,
    ladder: Texts,
    level: Texts,
    len: usize,
}

impl Tiers {
    pub(super) fn push(&mut self, tiers: &[Tier]) -> Result<(), ArrowError> {
        for tier in tiers {
            self.ladder.append_value(&tier.ladder);
            self.level.append_value(&tier.level);
        }
        self.len = self.len.saturating_add(tiers.len());
        self.lists.end(self.len)
    }

    pub(super) fn finish(mut self) -> Result<arrow_array::ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("ladder", self.ladder.finish());
        items.add("level", self.level.finish());
        self.lists.of(items.structs()?)
    }
}

/// The word of a step, as in JSON.
fn word(step: StepWord) -> &'static str {
    match step {
        StepWord::Converted => "converted",
        StepWord::CampaignTimes => "campaign-times",
        StepWord::CampaignPlus => "campaign-plus",
        StepWord::CampaignInstead => "campaign-instead",
        StepWord::CampaignRounding => "campaign-rounding",
        StepWord::AtLeast => "at-least",
        StepWord::AtMost => "at-most",
        StepWord::Share => "share",
        StepWord::Rounding => "rounding",
        StepWord::Limit => "limit",
        StepWord::Deferred => "deferred",
        StepWord::TotalBefore => "total-before",
        StepWord::InProportion => "in-proportion",
        StepWord::Released => "released",
        StepWord::TakenBack => "taken-back",
        StepWord::TakenBefore => "taken-before",
    }
}
