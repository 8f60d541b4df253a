//! Entries: the lines of the ledger, with the way from the base to the amount.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::Evaluation;
use crate::base::{Amount, Day, Instant, NONE, Number, TextId, Unit, index};
use crate::book::Finding;
use crate::diag::{Code, Span};
use crate::program::{EventKind, Party, Program, Reward, Version};
use crate::stage::schedule::{dates, rule};
use crate::stage::timeline::{Change, EntryRow, Step, What, touched_by};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// Whom an entry goes to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Beneficiary {
    /// `referrer` or `referee`.
    pub party: &'static str,
    /// The account's id; for a referee without one, the referral's id.
    pub id: String,
}

/// The event that an entry is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EventReference {
    /// The kind.
    pub kind: String,
    /// The host's id; empty for the submission and for what the clock made.
    pub id: String,
}

/// A tier that held when the entry was earned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Tier {
    /// The ladder.
    pub ladder: String,
    /// The level.
    pub level: String,
}

/// Where the rule stands in the document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DocumentPlace {
    /// The document.
    pub source: String,
    /// The line, from 1.
    pub line: usize,
}

impl DocumentPlace {
    /// The place of a rule.
    pub(crate) fn of(version: &Version, reward: &Reward) -> Self {
        Self::at(version, reward.span)
    }

    /// A place in a version's document.
    pub(crate) fn at(version: &Version, span: Span) -> Self {
        Self { source: version.source.clone(), line: version.line(span.start) }
    }
}

/// What changed an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepWord {
    /// Converted from another currency.
    Converted,
    /// A campaign multiplied it.
    CampaignTimes,
    /// A campaign added to it.
    CampaignPlus,
    /// A campaign replaced it.
    CampaignInstead,
    /// A campaign's own rounding.
    CampaignRounding,
    /// The running total before: what remains is the difference.
    TotalBefore,
    /// What a total fell by, in proportion to what was given.
    InProportion,
    /// The reward's minimum.
    AtLeast,
    /// The reward's maximum.
    AtMost,
    /// The share of one of those who share a claim.
    Share,
    /// Rounding to the unit's digits.
    Rounding,
    /// A limit; the rest is lost.
    Limit,
    /// A limit; the rest is granted later.
    Deferred,
    /// What a limit deferred is granted now.
    Released,
    /// A reversal takes its share.
    TakenBack,
    /// What was taken back before.
    TakenBefore,
}

/// One step from the base to the amount.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StepText {
    /// What changed it.
    pub step: StepWord,
    /// The campaign, the limit, the rounding's name, the place among those who share, the running total before, or the two currencies and the rate; empty otherwise.
    pub by: String,
    /// The amount before, exactly.
    #[serde(serialize_with = "exact")]
    pub before: Number,
    /// The amount after, exactly.
    #[serde(serialize_with = "exact")]
    pub after: Number,
}

/// One line of the ledger. It never changes; late news adds lines.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Entry {
    /// The grant's id and the sequence number.
    pub id: String,
    /// What the entry belongs to: program, rule, referral, event and beneficiary.
    pub grant: String,
    /// The referral.
    pub referral: String,
    /// Whom it goes to.
    pub beneficiary: Beneficiary,
    /// The reward rule.
    pub rule: String,
    /// The rule's label for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The version of the terms.
    pub version: String,
    /// The event.
    pub event: EventReference,
    /// account-credit, cash, …
    pub kind: String,
    /// The currency or unit.
    pub unit: String,
    /// The amount as the rule states it, exactly.
    #[serde(serialize_with = "exact")]
    pub base: Number,
    /// The way from the base to the amount.
    pub steps: Vec<StepText>,
    /// The amount; negative for what is taken back.
    #[serde(serialize_with = "decimal")]
    pub amount: Decimal,
    /// The reversal that took this back, or gave it back, at the event; empty for what was granted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reversal: String,
    /// True when late news made this entry.
    pub correction: bool,
    /// The tiers that held.
    pub tiers: Vec<Tier>,
    /// The campaigns that touched it.
    pub campaigns: Vec<String>,
    /// When it was earned: the event's moment.
    #[serde(serialize_with = "shown")]
    pub earned_at: Instant,
    /// When it was booked: from then on it is in the ledger.
    #[serde(serialize_with = "shown")]
    pub booked_at: Instant,
    /// The first day on which it may be paid.
    #[serde(serialize_with = "shown")]
    pub payable_on: Day,
    /// The last day on which it must be paid, if that was promised.
    #[serde(serialize_with = "shown_if_any")]
    pub due_on: Option<Day>,
    /// By when the beneficiary must be told, if that was promised.
    #[serde(serialize_with = "shown_if_any")]
    pub notify_by: Option<Instant>,
    /// Where the rule stands.
    pub place: DocumentPlace,
}

pub(crate) fn exact<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

pub(crate) fn exact_if_any<S: Serializer>(number: &Option<Number>, serializer: S) -> Result<S::Ok, S::Error> {
    shown_if_any(number, serializer)
}

pub(crate) fn decimal<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

pub(crate) fn shown<T: std::fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(crate) fn shown_if_any<T: std::fmt::Display, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// The event of an id.
pub(crate) fn event_part(evaluation: &Evaluation<'_>, what: What, kind: EventKind) -> String {
    let book = evaluation.book;
    let kind = evaluation.program.kind_word(kind);
    match what {
        What::Submission => kind.to_owned(),
        What::Event(event) => format!("{kind}:{}", book.text(book.events.id[index(event)])),
        What::PeriodEnd(last) => format!("{kind}@{last}"),
        What::Clock(NONE) => format!("{kind}@submitted"),
        What::Clock(anchor) => format!("{kind}@{}", book.text(book.events.id[index(anchor)])),
    }
}

/// A part of an id: what would end it is written as `%2F`, `%25`.
pub(crate) fn part(text: &str) -> String {
    text.replace('%', "%25").replace('/', "%2F")
}

impl Evaluation<'_> {
    /// The new entries, in the order of the ledger: all of it, unless the host gave what it has booked.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let rows = self.ledger_rows();
        self.fresh_rows().map(|row| self.entry(&rows[index(row)]))
    }

    /// The whole ledger, booked entries included.
    pub fn ledger(&self) -> impl Iterator<Item = Entry> + '_ {
        self.ledger_rows().iter().map(|row| self.entry(row))
    }

    /// The beneficiary of an entry.
    pub fn beneficiary(&self, row: &EntryRow) -> Beneficiary {
        let (_, reward) = rule(self.program, row);
        Beneficiary { party: reward.to.word(), id: self.book.text(self.beneficiary_id(row)).to_owned() }
    }

    /// The id of the one for whom an entry is.
    pub(super) fn beneficiary_id(&self, row: &EntryRow) -> TextId {
        let referral = index(row.referral);
        match rule(self.program, row).1.to {
            Party::Referrer => self.book.referrals.referrer[referral],
            Party::Referee => self.book.referrals.referee[referral],
            Party::Recruiter | Party::Account => TextId(row.payee),
        }
    }

    /// The grant that an entry belongs to.
    pub fn grant_id(&self, row: &EntryRow) -> String {
        let (_, reward) = rule(self.program, row);
        let beneficiary = self.beneficiary(row);
        format!(
            "{}/{}/{}/{}/{}:{}",
            self.program.id,
            self.program.reward_ids[usize::from(reward.number)],
            part(self.book.text(self.book.referrals.id[index(row.referral)])),
            part(&event_part(self, row.what, row.kind)),
            beneficiary.party,
            part(&beneficiary.id),
        )
    }

    /// The id of an entry.
    pub fn entry_id(&self, row: &EntryRow) -> String {
        format!("{}/{}", self.grant_id(row), row.sequence)
    }

    /// The event of a row.
    pub fn event_reference(&self, what: What, kind: EventKind) -> EventReference {
        let id = match what {
            What::Event(event) => self.book.text(self.book.events.id[index(event)]).to_owned(),
            What::Submission | What::Clock(_) | What::PeriodEnd(_) => String::new(),
        };
        EventReference { kind: self.program.kind_word(kind).to_owned(), id }
    }

    /// The steps of an entry.
    pub fn steps(&self, row: &EntryRow) -> &[Step] {
        let first = index(row.steps.0);
        self.timeline.all_steps().get(first..first.saturating_add(index(row.steps.1))).unwrap_or_default()
    }

    /// The amount of an entry.
    pub fn amount(&self, row: &EntryRow) -> Amount {
        Amount { minor: row.amount, unit: rule(self.program, row).1.unit.clone() }
    }

    /// A row of the ledger as plain values.
    pub fn entry(&self, row: &EntryRow) -> Entry {
        let (version, reward) = rule(self.program, row);
        let dates = dates(self.program, row);
        let grant = self.grant_id(row);
        let (what, kind) = row.made_by();
        let reversal = row.by.and_then(|by| self.program.reversal_ids.get(usize::from(by.reversal)));
        Entry {
            id: format!("{grant}/{}", row.sequence),
            grant,
            referral: self.book.text(self.book.referrals.id[index(row.referral)]).to_owned(),
            beneficiary: self.beneficiary(row),
            rule: self.program.reward_ids[usize::from(reward.number)].clone(),
            label: reward.label.clone(),
            version: version.name.clone(),
            event: self.event_reference(what, kind),
            kind: reward.kind.clone(),
            unit: reward.unit.name().to_owned(),
            base: row.base,
            steps: self.steps(row).iter().map(|step| step_text(self.program, &reward.unit, step)).collect(),
            amount: self.amount(row).to_decimal(),
            reversal: reversal.cloned().unwrap_or_default(),
            correction: row.correction,
            tiers: tiers(self.program, row.version, &row.tiers),
            campaigns: touched_by(self.steps(row))
                .into_iter()
                .map(|number| self.program.campaign_ids[usize::from(number)].clone())
                .collect(),
            earned_at: Instant(row.earned_at()),
            booked_at: Instant(row.booked_at),
            payable_on: dates.payable_on,
            due_on: dates.due_on,
            notify_by: dates.notify_by,
            place: DocumentPlace::of(version, reward),
        }
    }
}

/// The levels behind tier positions.
pub(crate) fn tiers(program: &Program, version: u16, tiers: &[u8]) -> Vec<Tier> {
    let Some(version) = program.versions.get(usize::from(version)) else { return Vec::new() };
    let named = version.ladders.iter().zip(tiers).filter_map(|(ladder, tier)| {
        let level = ladder.levels.get(usize::from(tier.checked_sub(1)?))?;
        let ladder = program.ladder_names.get(usize::from(ladder.number))?.clone();
        Some(Tier { ladder, level: level.name.clone() })
    });
    named.collect()
}

/// A step in words.
pub(crate) fn step_text(program: &Program, unit: &Unit, step: &Step) -> StepText {
    use crate::program::Operator;
    let campaign = |number: u16| program.campaign_ids[usize::from(number)].clone();
    let limit = |number: u16| program.limit_ids[usize::from(number)].clone();
    let (word, by) = match step.change {
        Change::Converted(from) => (StepWord::Converted, exchange(&from, unit, step)),
        Change::Campaign(number, Operator::Times) => (StepWord::CampaignTimes, campaign(number)),
        Change::Campaign(number, Operator::Plus) => (StepWord::CampaignPlus, campaign(number)),
        Change::Campaign(number, Operator::Instead) => (StepWord::CampaignInstead, campaign(number)),
        Change::CampaignRounding(number, _) => (StepWord::CampaignRounding, campaign(number)),
        Change::TotalBefore => {
            let total = step.before.checked_sub(step.after).unwrap_or(Number::ZERO);
            (StepWord::TotalBefore, total.to_string())
        }
        Change::InProportion => (StepWord::InProportion, String::new()),
        Change::AtLeast => (StepWord::AtLeast, String::new()),
        Change::AtMost => (StepWord::AtMost, String::new()),
        Change::Share(place, of) => (StepWord::Share, format!("{place} of {of}")),
        Change::Rounding(rounding) => (StepWord::Rounding, rounding.name().to_owned()),
        Change::Limit(number) => (StepWord::Limit, limit(number)),
        Change::Deferred(number) => (StepWord::Deferred, limit(number)),
        Change::Released(number) => (StepWord::Released, limit(number)),
        Change::TakenBack(number) => {
            let id = program.reversal_ids.get(usize::from(number));
            (StepWord::TakenBack, id.cloned().unwrap_or_default())
        }
        Change::TakenBefore => {
            let before = step.after.checked_sub(step.before).unwrap_or(Number::ZERO);
            (StepWord::TakenBefore, before.to_string())
        }
    };
    StepText { step: word, by, before: step.before, after: step.after }
}

/// `EUR/USD 1.08`: the currencies and the rate, which an amount of zero does not show.
fn exchange(from: &[u8; 3], to: &Unit, step: &Step) -> String {
    let pair = format!("{}/{}", String::from_utf8_lossy(from), to.name());
    step.after.checked_div(step.before).map_or_else(|| pair.clone(), |rate| format!("{pair} {rate}"))
}

/// Host events that the stage machine could not take in become findings.
pub(super) fn report_refusals(evaluation: &mut Evaluation<'_>) {
    let program = evaluation.program;
    let book = evaluation.book;
    let findings: Vec<Finding> = evaluation
        .timeline
        .refusals
        .iter()
        .map(|refusal| {
            let event = index(refusal.event);
            let kind = program.kind_word(book.events.kind[event]);
            let stage = EventKind::STAGES.get(usize::from(refusal.stage)).copied().unwrap_or("not accepted");
            let (message, help) = match refusal.code {
                Code::RepeatedStage => {
                    (format!("the referral is `{stage}` already"), "remove the event, or correct its kind")
                }
                Code::ImpossibleStage => (
                    format!("a referral that is `{stage}` cannot become `{kind}`"),
                    "correct the event, or add the one that is missing between",
                ),
                Code::SharedClaimEvent => (
                    "the referral shares the claim of another: what happens to that one counts".to_owned(),
                    "report the event for the referral that has the claim",
                ),
                _ => (
                    format!("`{kind}` happened before the referral was submitted"),
                    "correct the moment of the event, or that of the submission",
                ),
            };
            Finding {
                code: refusal.code,
                table: "events",
                id: book.text(book.events.id[event]).to_owned(),
                column: "kind".to_owned(),
                message,
                help: help.to_owned(),
                row: index(book.events.row[event]),
                known: i64::MIN,
            }
        })
        .collect();
    let as_of = evaluation.as_of.0;
    let waiting = (0..book.events.id.len())
        .filter(|event| book.events.heard[*event] <= as_of && as_of < book.events.known[*event])
        .map(|event| {
            let referral = book.text(book.referrals.id[index(book.events.referral[event])]);
            Finding {
                code: Code::UnknownReferral,
                table: "events",
                id: book.text(book.events.id[event]).to_owned(),
                column: "referral".to_owned(),
                message: format!("there is no referral `{referral}`"),
                help: "add the referral, or correct the id; the event is left out until then".to_owned(),
                row: index(book.events.row[event]),
                known: i64::MIN,
            }
        });
    evaluation.findings.extend(findings.into_iter().chain(waiting));
}
