//! Decisions: for every referral a verdict with all its reasons, where it stands, and what it brought.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::entry::{DocumentPlace, Tier, shown, tiers};
use super::{Evaluation, EventReference, Failure, StageEvent};
use crate::base::{Instant, index};
use crate::diag::Code;
use crate::expr::{Scratch, Value};
use crate::program::EventKind;
use crate::stage::attribution::Standing;
use crate::stage::schedule::rule;
use crate::stage::submission::{BuiltIn, Sides};
use crate::stage::timeline::{Rule, touched_by};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// Whether a referral counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It counts, at least for one side.
    Accepted,
    /// It does not.
    Refused,
}

/// A fact that decided, with what was needed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Operand {
    /// What was looked at, as the document writes it.
    pub subject: String,
    /// What it was; `missing` where nothing is known.
    pub actual: String,
    /// How it was compared.
    pub operator: String,
    /// With what; empty where the operator needs nothing.
    pub expected: String,
}

/// Why a referral, or one side of it, is refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reason {
    /// The requirement's code, or a built-in one.
    pub code: String,
    /// eligibility, validity, fraud, attribution or program.
    pub heading: String,
    /// The sentence for people.
    pub message: String,
    /// Who gets nothing for it: `both`, `referrer` or `referee`.
    pub refuses: String,
    /// What decided.
    pub operands: Vec<Operand>,
    /// The line of the document, 0 for built-in reasons.
    pub line: usize,
}

/// A rule that gave nothing for an event of its kind.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NotGranted {
    /// The event.
    pub event: EventReference,
    /// The rule.
    pub rule: String,
    /// A built-in reason code.
    pub code: String,
    /// The sentence for people.
    pub message: String,
    /// Where the rule stands: in the version that governed the event.
    pub place: DocumentPlace,
}

/// What a referral brought to one side in one unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Total {
    /// `referrer` or `referee`.
    pub party: String,
    /// The currency or unit.
    pub unit: String,
    /// How much.
    #[serde(serialize_with = "super::entry::decimal")]
    pub amount: Decimal,
}

/// The decision on one referral.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Decision {
    /// The referral.
    pub referral: String,
    /// Who refers.
    pub referrer: String,
    /// When it was submitted.
    #[serde(serialize_with = "shown")]
    pub submitted_at: Instant,
    /// Whether it counts.
    pub verdict: Verdict,
    /// Why not, for whom not; in the order of precedence, the first is *the* reason.
    pub reasons: Vec<Reason>,
    /// The version in force at submission; empty when none was.
    pub version: String,
    /// The stage as of now; empty when refused.
    pub stage: String,
    /// What put it into its stage; none when refused.
    pub stage_event: Option<StageEvent>,
    /// The tiers at its latest event.
    pub tiers: Vec<Tier>,
    /// The campaigns that touched what it brought.
    pub campaigns: Vec<String>,
    /// The limits that cut or put off what it brought.
    pub limits: Vec<String>,
    /// What it brought, by side and unit.
    pub totals: Vec<Total>,
    /// Rules that gave nothing for an event of their kind.
    pub not_granted: Vec<NotGranted>,
    /// Requirements that failed at events, and those at submission that only tell.
    pub failures: Vec<Failure>,
}

/// A value as an operand shows it.
pub(crate) fn value_text(value: &Value) -> String {
    match value {
        Value::Missing => "missing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Decimal(value) => value.to_string(),
        Value::Text(value) => format!("'{value}'"),
        Value::Map(_) => "a map".to_owned(),
        Value::Date(value) => value.to_string(),
        Value::Instant(value) => value.to_string(),
        Value::Duration(micros) => format!("{} s", micros / 1_000_000),
        Value::List(values) => {
            let shown: Vec<String> = values.iter().take(12).map(value_text).collect();
            let more = if values.len() > 12 { ", …" } else { "" };
            format!("[{}{more}]", shown.join(", "))
        }
    }
}

impl Evaluation<'_> {
    /// The decisions on all referrals known at the moment, by submission, then id.
    pub fn decisions(&self) -> impl Iterator<Item = Decision> + '_ {
        self.decisions_of(&self.referrals().collect::<Vec<_>>()).into_iter()
    }

    /// The decision on one referral.
    pub fn decision(&self, referral: &str) -> Option<Decision> {
        let row = self.book.referral(referral)?;
        let known = self.book.referrals.known.get(index(row))?;
        (*known <= self.as_of.0).then(|| self.decide(row, &self.by_referral(), &mut Scratch::new(&self.book.texts)))
    }

    /// The decisions on the referrals at these positions.
    pub(crate) fn decisions_of(&self, rows: &[u32]) -> Vec<Decision> {
        let by_referral = self.by_referral();
        let mut scratch = Scratch::new(&self.book.texts);
        rows.iter().map(|row| self.decide(*row, &by_referral, &mut scratch)).collect()
    }

    /// Positions in the ledger by referral.
    fn by_referral(&self) -> BTreeMap<u32, Vec<usize>> {
        let mut out: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.ledger_rows().iter().enumerate() {
            out.entry(row.referral).or_default().push(at);
        }
        out
    }

    fn decide(&self, row: u32, ledger: &BTreeMap<u32, Vec<usize>>, scratch: &mut Scratch<'_>) -> Decision {
        let referral = index(row);
        let standing = self.standings.at(self.book, row, self.as_of.0);
        let accepted = standing.was_accepted();
        let version = self.program.versions.get(usize::from(self.submissions.version[referral]));
        let state = self.state(row).filter(|_| accepted);
        let state = state.as_deref();
        let entries = ledger.get(&row).map_or(&[][..], |rows| rows);
        let rows = if entries.is_empty() { &[][..] } else { self.ledger_rows() };
        let entries = || entries.iter().filter_map(|at| rows.get(*at));
        let mut campaigns: Vec<u16> = entries().flat_map(|row| touched_by(self.steps(row))).collect();
        campaigns.sort_unstable();
        campaigns.dedup();
        Decision {
            referral: self.book.text(self.book.referrals.id[referral]).to_owned(),
            referrer: self.book.text(self.book.referrals.referrer[referral]).to_owned(),
            submitted_at: Instant(self.book.referrals.submitted_at[referral]),
            verdict: if accepted { Verdict::Accepted } else { Verdict::Refused },
            reasons: self.reasons(row, standing, scratch),
            version: version.map(|version| version.name.clone()).unwrap_or_default(),
            stage: state
                .and_then(|state| EventKind::STAGES.get(usize::from(state.stage)))
                .map_or_else(String::new, |stage| (*stage).to_owned()),
            stage_event: state.map(|state| self.stage_event(state)),
            tiers: state
                .map_or_else(Vec::new, |state| tiers(self.program, self.submissions.version[referral], &state.tiers)),
            campaigns: campaigns.iter().map(|number| self.program.campaign_ids[usize::from(*number)].clone()).collect(),
            limits: self.binding_limits(entries()),
            totals: self.totals(entries()),
            not_granted: if accepted { self.not_granted(row) } else { Vec::new() },
            failures: self.failures(row, standing, scratch),
        }
    }

    fn binding_limits<'b>(&self, entries: impl Iterator<Item = &'b crate::stage::timeline::EntryRow>) -> Vec<String> {
        use crate::stage::timeline::Change;
        let mut out: Vec<u16> = entries
            .flat_map(|row| self.steps(row))
            .filter_map(|step| match step.change {
                Change::Limit(number) | Change::Deferred(number) => Some(number),
                _ => None,
            })
            .collect();
        out.sort_unstable();
        out.dedup();
        out.iter().map(|number| self.program.limit_ids[usize::from(*number)].clone()).collect()
    }

    fn totals<'b>(&self, entries: impl Iterator<Item = &'b crate::stage::timeline::EntryRow>) -> Vec<Total> {
        let mut sums: BTreeMap<(&'static str, crate::base::Unit), i128> = BTreeMap::new();
        for row in entries {
            let (_, reward) = rule(self.program, row);
            let sum = sums.entry((reward.to.word(), reward.unit.clone())).or_default();
            *sum = sum.saturating_add(i128::from(row.amount));
        }
        sums.into_iter()
            .map(|((party, unit), minor)| Total {
                party: party.to_owned(),
                unit: unit.name().to_owned(),
                amount: unit.total(minor),
            })
            .collect()
    }

    fn reasons(&self, row: u32, standing: Standing, scratch: &mut Scratch<'_>) -> Vec<Reason> {
        let built_in = |code: Code, message: String, operands: Vec<Operand>, heading: &str| Reason {
            code: code.slug().to_owned(),
            heading: heading.to_owned(),
            message,
            refuses: "both".to_owned(),
            operands,
            line: 0,
        };
        let mut out = Vec::new();
        if standing == Standing::Withdrawn {
            let message =
                "the referral came again with other content; none of the copies counts until that is resolved";
            return vec![built_in(Code::ConflictingCopies, message.to_owned(), Vec::new(), "program")];
        }
        match self.submissions.built_in(self.book, row) {
            None => {}
            Some(BuiltIn::NotInForce) => {
                let message = "no version of the program was in force on the day of submission".to_owned();
                out.push(built_in(Code::NotInForce, message, Vec::new(), "program"));
            }
            Some(BuiltIn::NoReferrer) => {
                let message = "the referral names no referrer".to_owned();
                out.push(built_in(Code::MissingReferrer, message, Vec::new(), "program"));
            }
            Some(BuiltIn::UnknownReferrer) => {
                let message = "the referrer is not in the accounts".to_owned();
                out.push(built_in(Code::UnknownReferrer, message, Vec::new(), "program"));
            }
        }
        self.refusing(row, scratch, &mut out);
        if let Some((winner, key)) = standing.lost_to() {
            let source = self.key_sources.get(usize::from(key)).cloned().unwrap_or_default();
            let (winner, name) = (winner, self.referral_text(winner));
            let (code, actual, message) = match standing {
                Standing::TakenOver(_) => {
                    let message =
                        format!("the referral `{name}` took the claim over; only what happened before counts");
                    (Code::TakenOver, "taken over", message)
                }
                _ => {
                    let message = self.lost_against(winner);
                    (Code::Duplicate, "claimed", message)
                }
            };
            let operand = Operand {
                subject: source,
                actual: actual.to_owned(),
                operator: "by".to_owned(),
                expected: format!("'{name}'"),
            };
            out.push(built_in(code, message, vec![operand], "attribution"));
        }
        if let Some((holder, key)) = standing.shares_with() {
            let name = self.referral_text(holder);
            let operand = Operand {
                subject: self.key_sources.get(usize::from(key)).cloned().unwrap_or_default(),
                actual: "shared".to_owned(),
                operator: "with".to_owned(),
                expected: format!("'{name}'"),
            };
            let message = format!("the referral `{name}` has the claim; what happens to it counts here too");
            out.push(built_in(Code::SharedClaim, message, vec![operand], "attribution"));
        }
        out
    }

    /// Why nothing is to be had from the referral that has the claim.
    fn lost_against(&self, winner: u32) -> String {
        let name = self.referral_text(winner);
        let version = self.submissions.version.get(index(winner)).map_or(usize::MAX, |version| usize::from(*version));
        match self.program.versions.get(version).is_some_and(|version| version.claims.can_be_taken_over()) {
            false => format!("the referral `{name}` has the first claim on this referee"),
            true => format!("the referral `{name}` has the claim on this referee, and keeps it"),
        }
    }

    /// The sides of a referral that its failures refuse.
    pub fn refused_sides(&self, row: u32) -> Sides {
        self.standings.refused_sides(&self.submissions, row)
    }

    fn not_granted(&self, row: u32) -> Vec<NotGranted> {
        let all = &self.timeline.not_applied;
        let from = all.partition_point(|(referral, ..)| *referral < row);
        all[from..]
            .iter()
            .take_while(|(referral, ..)| *referral == row)
            .map(|(_, _, (what, kind), version, rule, cause)| {
                let version = &self.program.versions[usize::from(*version)];
                let (ids, number, span, (code, message)) = match rule {
                    Rule::Reward(rule) => {
                        let reward = &version.rewards[usize::from(*rule)];
                        let why = self.cause(*cause, version, reward);
                        (&self.program.reward_ids, reward.number, reward.span, why)
                    }
                    Rule::Reversal(rule) => {
                        let reversal = &version.reversals[usize::from(*rule)];
                        let why = self.not_reversed(*cause, reversal);
                        (&self.program.reversal_ids, reversal.number, reversal.span, why)
                    }
                };
                NotGranted {
                    event: self.event_reference(*what, *kind),
                    rule: ids.get(usize::from(number)).cloned().unwrap_or_default(),
                    code: code.slug().to_owned(),
                    message,
                    place: DocumentPlace::at(version, span),
                }
            })
            .collect()
    }
}
