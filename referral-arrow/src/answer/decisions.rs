//! Decisions: a row per referral.
use super::build::{Amounts, Columns, Lists, TextLists, Texts, Words, instants, number};
use super::digits;
use super::entries::Tiers;
use arrow_array::{Int64Array, ListArray, RecordBatch};
use arrow_schema::ArrowError;
use referral_rules::base::Instant;
use referral_rules::evaluation::{
    Decision, Evaluation, Failure, NotGranted, Operand, Reason, StageEvent, Total, Verdict,
};

/// What became of each referral, and why.
///
/// # Errors
/// Where Arrow cannot hold it.
pub fn decisions(evaluation: &Evaluation<'_>) -> Result<RecordBatch, ArrowError> {
    let mut rows = Rows {
        referral: Texts::new(),
        referrer: Texts::new(),
        submitted_at: Vec::new(),
        verdict: Words::new(),
        reasons: Reasons::default(),
        version: Words::new(),
        stage: Words::new(),
        stage_event: StageEvents::new(),
        tiers: Tiers::default(),
        campaigns: TextLists::default(),
        limits: TextLists::default(),
        totals: Totals::new(digits(evaluation)),
        not_granted: NotGranteds::default(),
        failures: Failures::default(),
    };
    for decision in evaluation.decisions() {
        rows.push(&decision)?;
    }
    rows.finish()
}

struct Rows {
    referral: Texts,
    referrer: Texts,
    submitted_at: Vec<Option<Instant>>,
    verdict: Words,
    reasons: Reasons,
    version: Words,
    stage: Words,
    stage_event: StageEvents,
    tiers: Tiers,
    campaigns: TextLists,
    limits: TextLists,
    totals: Totals,
    not_granted: NotGranteds,
    failures: Failures,
}

impl Rows {
    fn push(&mut self, decision: &Decision) -> Result<(), ArrowError> {
        self.referral.append_value(&decision.referral);
        self.referrer.append_value(&decision.referrer);
        self.submitted_at.push(Some(decision.submitted_at));
        self.verdict.append(match decision.verdict {
            Verdict::Accepted => "accepted",
            Verdict::Refused => "refused",
        })?;
        self.reasons.push(&decision.reasons)?;
        self.version.append(&decision.version)?;
        self.stage.append(&decision.stage)?;
        self.stage_event.push(decision.stage_event.as_ref())?;
        self.tiers.push(&decision.tiers)?;
        self.campaigns.push(&decision.campaigns)?;
        self.limits.push(&decision.limits)?;
        self.totals.push(&decision.totals)?;
        self.not_granted.push(&decision.not_granted)?;
        self.failures.push(&decision.failures)
    }

    fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let mut out = Columns::default();
        out.add("referral", self.referral.finish());
        out.add("referrer", self.referrer.finish());
        out.add("submitted_at", instants(self.submitted_at));
        out.add("verdict", self.verdict.finish());
        out.add("reasons", self.reasons.finish()?);
        out.add("version", self.version.finish());
        out.add("stage", self.stage.finish());
        self.stage_event.finish(&mut out)?;
        out.add("tiers", self.tiers.finish()?);
        out.add("campaigns", self.campaigns.finish()?);
        out.add("limits", self.limits.finish()?);
        out.add("totals", self.totals.finish()?);
        out.add("not_granted", self.not_granted.finish()?);
        out.add("failures", self.failures.finish()?);
        out.batch()
    }
}

#[derive(Default)]
struct Reasons {
    lists: Lists,
    code: Texts,
    heading: Texts,
    message: Texts,
    refuses: Texts,
    operands: Operands,
    line: Vec<i64>,
}

impl Reasons {
    fn push(&mut self, reasons: &[Reason]) -> Result<(), ArrowError> {
        for reason in reasons {
            self.code.append_value(&reason.code);
            self.heading.append_value(&reason.heading);
            self.message.append_value(&reason.message);
            self.refuses.append_value(&reason.refuses);
            self.operands.push(&reason.operands)?;
            self.line.push(number(reason.line));
        }
        self.lists.end(self.line.len())
    }

    fn finish(mut self) -> Result<ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("code", self.code.finish());
        items.add("heading", self.heading.finish());
        items.add("message", self.message.finish());
        items.add("refuses", self.refuses.finish());
        items.add("operands", self.operands.finish()?);
        items.add("line", Int64Array::from(self.line));
        self.lists.of(items.structs()?)
    }
}

#[derive(Default)]
struct Operands {
    lists: Lists,
    subject: Texts,
    actual: Texts,
    operator: Texts,
    expected: Texts,
    len: usize,
}

impl Operands {
    fn push(&mut self, operands: &[Operand]) -> Result<(), ArrowError> {
        for operand in operands {
            self.subject.append_value(&operand.subject);
            self.actual.append_value(&operand.actual);
            self.operator.append_value(&operand.operator);
            self.expected.append_value(&operand.expected);
        }
        self.len = self.len.saturating_add(operands.len());
        self.lists.end(self.len)
    }

    fn finish(mut self) -> Result<ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("subject", self.subject.finish());
        items.add("actual", self.actual.finish());
        items.add("operator", self.operator.finish());
        items.add("expected", self.expected.finish());
        self.lists.of(items.structs()?)
    }
}

/// What put referrals into their stages; the facts that came with it as texts, since every program names its own.
struct StageEvents {
    kind: Words,
    id: Texts,
    at: Vec<Option<Instant>>,
    facts: Lists,
    fact: Texts,
    value: Texts,
    len: usize,
}

impl StageEvents {
    fn new() -> Self {
        Self {
            kind: Words::new(),
            id: Texts::new(),
            at: Vec::new(),
            facts: Lists::default(),
            fact: Texts::new(),
            value: Texts::new(),
            len: 0,
        }
    }

    fn push(&mut self, event: Option<&StageEvent>) -> Result<(), ArrowError> {
        self.kind.append_option(event.map(|event| &event.kind));
        self.id.append_option(event.and_then(|event| event.id.as_ref()));
        self.at.push(event.map(|event| event.at));
        for (fact, value) in event.iter().flat_map(|event| &event.facts) {
            self.fact.append_value(fact);
            self.value.append_value(value.0.to_string());
            self.len = self.len.saturating_add(1);
        }
        self.facts.end(self.len)
    }

    fn finish(mut self, out: &mut Columns) -> Result<(), ArrowError> {
        out.add_optional("stage_event.kind", self.kind.finish());
        out.add_optional("stage_event.id", self.id.finish());
        out.add_optional("stage_event.at", instants(self.at));
        let mut items = Columns::default();
        items.add("name", self.fact.finish());
        items.add("value", self.value.finish());
        out.add("stage_event.facts", self.facts.of(items.structs()?)?);
        Ok(())
    }
}

struct Totals {
    lists: Lists,
    party: Texts,
    unit: Texts,
    amount: Amounts,
}

impl Totals {
    fn new(digits: u32) -> Self {
        Self { lists: Lists::default(), party: Texts::new(), unit: Texts::new(), amount: Amounts::new(digits) }
    }

    fn push(&mut self, totals: &[Total]) -> Result<(), ArrowError> {
        for total in totals {
            self.party.append_value(&total.party);
            self.unit.append_value(&total.unit);
            self.amount.push(total.amount.mantissa(), total.amount.scale())?;
        }
        self.lists.end(self.amount.len())
    }

    fn finish(mut self) -> Result<ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("party", self.party.finish());
        items.add("unit", self.unit.finish());
        items.add("amount", self.amount.finish()?);
        self.lists.of(items.structs()?)
    }
}

#[derive(Default)]
struct NotGranteds {
    lists: Lists,
    kind: Texts,
    event: Texts,
    rule: Texts,
    code: Texts,
    message: Texts,
    source: Texts,
    line: Vec<i64>,
}

impl NotGranteds {
    fn push(&mut self, all: &[NotGranted]) -> Result<(), ArrowError> {
        for one in all {
            self.kind.append_value(&one.event.kind);
            self.event.append_value(&one.event.id);
            self.rule.append_value(&one.rule);
            self.code.append_value(&one.code);
            self.message.append_value(&one.message);
            self.source.append_value(&one.place.source);
            self.line.push(number(one.place.line));
        }
        self.lists.end(self.line.len())
    }

    fn finish(mut self) -> Result<ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("event.kind", self.kind.finish());
        items.add("event.id", self.event.finish());
        items.add("rule", self.rule.finish());
        items.add("code", self.code.finish());
        items.add("message", self.message.finish());
        items.add("place.source", self.source.finish());
        items.add("place.line", Int64Array::from(self.line));
        self.lists.of(items.structs()?)
    }
}

#[derive(Default)]
struct Failures {
    lists: Lists,
    code: Texts,
    heading: Texts,
    message: Texts,
    on_failure: Texts,
    kind: Texts,
    event: Texts,
    at: Vec<Option<Instant>>,
    operands: Operands,
    line: Vec<i64>,
}

impl Failures {
    fn push(&mut self, all: &[Failure]) -> Result<(), ArrowError> {
        for one in all {
            self.code.append_value(&one.code);
            self.heading.append_value(&one.heading);
            self.message.append_value(&one.message);
            self.on_failure.append_value(&one.on_failure);
            self.kind.append_value(&one.event.kind);
            self.event.append_value(&one.event.id);
            self.at.push(Some(one.at));
            self.operands.push(&one.operands)?;
            self.line.push(number(one.line));
        }
        self.lists.end(self.line.len())
    }

    fn finish(mut self) -> Result<ListArray, ArrowError> {
        let mut items = Columns::default();
        items.add("code", self.code.finish());
        items.add("heading", self.heading.finish());
        items.add("message", self.message.finish());
        items.add("on_failure", self.on_failure.finish());
        items.add("event.kind", self.kind.finish());
        items.add("event.id", self.event.finish());
        items.add("at", instants(self.at));
        items.add("operands", self.operands.finish()?);
        items.add("line", Int64Array::from(self.line));
        self.lists.of(items.structs()?)
    }
}
