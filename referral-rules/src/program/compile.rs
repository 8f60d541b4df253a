//! Documents become a [`Program`]: names get numbers, expressions are checked and compiled, every fault of every version is
//! reported at once.
mod groups;
mod ladders;
mod limits;
mod reversals;
mod rewards;
mod tables;
pub(in crate::program) use rewards::unit;
use rewards::{connect, connect_prizes};
pub(super) use tables::schema;

use super::compiled::{Campaign, Clock, EventKind, Goal, Ladder, Limit, Operator, Program, Reward, Source, Version};
use super::contests::ContestEnds;
use super::document::{self, CountedFrom, Definition, Document, ExpressionText, Notation, UnderWay};
use super::library_lists::lists;
use super::lint::{self, Checked, Expressions};
use super::names::{Numbers, Scopes, number};
use super::paths::{numbered, under};
use super::scope::scope_of;
use crate::base::limits::{EVENT_KINDS_MAX, LADDERS_MAX, VERSIONS_MAX};
use crate::base::{Calendar, Day, Interner, Weekday, Zone};
use crate::diag::{Code, Diagnostic, Severity, Span, render};
use crate::expr::{Compiled, Expected, Scope, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A document's text, and the name that people know it by.
#[derive(Clone, Debug)]
pub struct SourceText<'a> {
    /// Such as `program.toml`.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// TOML or JSON.
    pub notation: Notation,
}

/// The faults of documents that do not compile.
#[derive(Clone, Debug)]
pub struct Faults {
    /// Every fault, by document, then by place. Warnings are among them.
    pub diagnostics: Vec<Diagnostic>,
    rendered: String,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.rendered.trim_end())
    }
}

impl std::error::Error for Faults {}

impl Program {
    /// Compiles one document in TOML.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::Program;
    /// let (program, warnings) = Program::from_toml(
    ///     "schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\n\
    ///      currency = \"USD\"\ntime_zone = \"UTC\"\n",
    /// )?;
    /// assert_eq!(program.id, "acme");
    /// assert!(warnings.is_empty());
    /// # Ok::<(), referral_rules::program::Faults>(())
    /// ```
    ///
    /// # Errors
    /// [`Faults`], all of them.
    pub fn from_toml(text: &str) -> Result<(Self, Vec<Diagnostic>), Faults> {
        Self::from_sources(&[SourceText { name: "program.toml", text, notation: Notation::Toml }])
    }

    /// Compiles all versions of a program. What is returned beside it are warnings.
    ///
    /// # Errors
    /// [`Faults`] of all documents.
    pub fn from_sources(sources: &[SourceText<'_>]) -> Result<(Self, Vec<Diagnostic>), Faults> {
        let mut diagnostics = Vec::new();
        let mut rendered = String::new();
        let mut documents = Vec::new();
        let mut failed = false;
        let mut report = |source: &SourceText<'_>, mut found: Vec<Diagnostic>| {
            for fault in &mut found {
                fault.place.source = source.name.to_owned();
            }
            rendered.push_str(&render(&found, source.name, source.text));
            failed |= found.iter().any(|fault| fault.severity == Severity::Error);
            diagnostics.extend(found);
        };
        for source in sources {
            let (document, found) = match source.notation {
                Notation::Toml => Document::from_toml(source.text),
                Notation::Json => Document::from_json(source.text),
            };
            match document {
                Some(document) => documents.push((source, Arc::new(document), found)),
                None => report(source, found),
            }
        }
        let (program, found) = compile_all(&documents);
        for ((source, _, mut read), found) in documents.into_iter().zip(found) {
            read.extend(found.into_iter().map(|fault| {
                let path = fault.place.path.clone();
                let located = fault.located(source.name, source.text);
                located.path(path)
            }));
            read.sort_by_key(|fault| (fault.span, fault.code));
            report(source, read);
        }
        if sources.is_empty() {
            let fault = Diagnostic::error(Code::MissingKey, Span::default(), "there is no document");
            report(
                &SourceText { name: "", text: "", notation: Notation::Toml },
                vec![fault.help("give one document at least")],
            );
        }
        match program {
            Some(program) if !failed => Ok((program, diagnostics)),
            _ => Err(Faults { diagnostics, rendered }),
        }
    }
}

type Written<'a, 'b> = (&'a SourceText<'b>, Arc<Document>, Vec<Diagnostic>);

/// Compiles what could be read; a document with faults is compiled all the same, so that all its faults are found.
fn compile_all(documents: &[Written<'_, '_>]) -> (Option<Program>, Vec<Vec<Diagnostic>>) {
    let mut numbers = Numbers::default();
    let mut texts = Interner::default();
    let mut found: Vec<Vec<Diagnostic>> = documents.iter().map(|_| Vec::new()).collect();
    let Some((_, first, _)) = documents.first() else { return (None, found) };
    for (_, document, _) in documents {
        numbers.declare_kinds(document);
    }
    let zone = Zone::named(&first.time_zone.value).or_else(|| Zone::named("UTC"));
    let Some(zone) = zone else { return (None, found) };
    let mut versions: Vec<Version> = Vec::new();
    let mut expressions: Vec<Expressions> = Vec::new();
    for ((source, document, _), diagnostics) in documents.iter().zip(&mut found) {
        same_program(first, document, diagnostics);
        if versions.len() >= VERSIONS_MAX {
            let message = format!("there are more than {VERSIONS_MAX} versions");
            diagnostics.push(Diagnostic::error(Code::TooLarge, document.version.span, message));
            continue;
        }
        let repeated = versions.iter().any(|version| version.name == document.version.value);
        if repeated || versions.iter().any(|version| version.first_day == document.in_force.first_day.value) {
            let (span, what) = if repeated {
                (document.version.span, "have this name")
            } else {
                (document.in_force.first_day.span, "start on this day")
            };
            let fault = Diagnostic::error(Code::VersionsDiffer, span, format!("two versions {what}"));
            diagnostics.push(fault.help("give each version a name and a first day of its own"));
        }
        let (numbers, texts, definitions) = (&mut numbers, &mut texts, &document.definitions);
        let mut compiling = Compiling { numbers, texts, diagnostics, definitions, expressions: Expressions::new() };
        versions.push(compiling.version(source, document));
        expressions.push(compiling.expressions);
    }
    versions.sort_by_key(|version| version.first_day);
    let scope = scope_of(&versions);
    let scope_widened = versions.get(..1).is_some_and(|first| scope_of(first) < scope);
    let looked_back = looked_back(&versions);
    let first_kinds = first_kinds(&numbers, &expressions);
    let needed_facts = numbers.needed_facts(documents.iter().map(|(_, document, _)| &**document));
    let contest_ends = ContestEnds::read(&versions, &numbers.measures);
    let mut program = Program {
        id: first.id.value.clone(),
        versions,
        zone,
        kinds: numbers.kinds,
        needed_facts,
        facts: numbers.facts,
        account_facts: numbers.account_facts,
        company_facts: numbers.company_facts,
        assessment_ids: numbers.assessment_ids,
        slots: numbers.slots,
        reward_ids: numbers.reward_ids,
        host_lists: numbers.host_lists,
        campaign_ids: numbers.campaign_ids,
        limit_ids: numbers.limit_ids,
        reversal_ids: numbers.reversal_ids,
        first_kinds,
        measures: numbers.measures,
        contest_ends,
        ladder_names: numbers.ladder_names,
        texts,
        scope,
        scope_widened,
        looked_back,
    };
    let written: Vec<(&Document, &Expressions)> =
        documents.iter().map(|(_, document, _)| &**document).zip(&expressions).collect();
    super::requirements::check_measures(&program, &written, &mut found);
    super::made::check(&mut program, &written, &mut found);
    let is_error = |fault: &Diagnostic| fault.severity == Severity::Error;
    if !documents.iter().any(|(_, _, read)| read.iter().any(is_error)) && !found.iter().flatten().any(is_error) {
        for (warnings, found) in lint::warnings(&program, &written).into_iter().zip(&mut found) {
            found.extend(warnings);
        }
    }
    (Some(program), found)
}

/// The kinds of which it is asked afterwards when they happened.
fn looked_back(versions: &[Version]) -> BTreeSet<EventKind> {
    let pays = versions.iter().any(|version| !version.payouts.is_empty());
    let asked = |reward: &Reward| {
        let dates = pays || reward.forfeited_after.is_some() || reward.counted_from == CountedFrom::Release;
        reward.hold_until.filter(|_| dates).into_iter().chain(reward.kept_alive_by.iter().copied()).collect::<Vec<_>>()
    };
    versions.iter().flat_map(|version| &version.rewards).flat_map(asked).collect()
}

/// The kinds of which some expression asks when the first event happened.
fn first_kinds(numbers: &Numbers, expressions: &[Expressions]) -> Vec<EventKind> {
    let compiled = expressions.iter().flat_map(BTreeMap::values).flat_map(|checked| checked.compiled.inputs());
    let kinds = compiled.filter_map(|slot| match numbers.slots.get(usize::from(slot.0)) {
        Some(Source::FirstAt(kind)) => Some(*kind),
        _ => None,
    });
    kinds.collect::<BTreeSet<_>>().into_iter().collect()
}

fn same_program(first: &Document, document: &Document, diagnostics: &mut Vec<Diagnostic>) {
    let pairs = [
        ("id", &first.id, &document.id),
        ("time_zone", &first.time_zone, &document.time_zone),
        ("currency", &first.currency, &document.currency),
    ];
    for (key, first, other) in pairs {
        if first.value != other.value {
            let message = format!("another version has `{}` as its `{key}`", first.value);
            let fault = Diagnostic::error(Code::VersionsDiffer, other.span, message);
            diagnostics.push(fault.path(key).help("give all versions of one program the same, or run them apart"));
        }
    }
}

/// A version that is being compiled.
pub(super) struct Compiling<'a> {
    pub(super) numbers: &'a mut Numbers,
    texts: &'a mut Interner,
    pub(super) diagnostics: &'a mut Vec<Diagnostic>,
    /// The definitions of the document, which expressions have put in.
    definitions: &'a [Definition],
    /// Every expression of the version, by its path.
    pub(super) expressions: Expressions,
}

impl Compiling<'_> {
    fn version(&mut self, source: &SourceText<'_>, document: &Arc<Document>) -> Version {
        self.sizes(document);
        let mut scopes = self.numbers.scopes(document, self.texts, self.diagnostics);
        let tables = self.tables(document, &mut scopes);
        let requirements = self.requirements(document, &scopes);
        let claims = self.claim_terms(document, &scopes);
        let contributions = self.contributions(document, &scopes);
        let makers = self.makers(document, &scopes);
        let several = document.tiers.len() > 1;
        let ladders: Vec<Ladder> =
            document.tiers.iter().enumerate().map(|(at, ladder)| self.ladder(at, ladder, several, &scopes)).collect();
        let campaigns: Vec<Campaign> =
            document.campaigns.iter().enumerate().map(|(at, campaign)| self.campaign(at, campaign, &scopes)).collect();
        let mut rewards = self.rewards(document, &scopes);
        let (contests, mut prizes) = self.contests(document, rewards.len(), &scopes);
        let limits: Vec<Limit> =
            document.limits.iter().enumerate().map(|(at, limit)| self.limit(at, limit, document, &scopes)).collect();
        let payouts = self.payouts(document, &scopes);
        let reversals = self.reversals(document, &scopes);
        let (assessments, notices, contents) = self.running(document, &scopes);
        let metrics = self.metrics(document, &scopes);
        connect(document, &mut rewards);
        let groups = self.groups(document, &rewards);
        connect_prizes(document, &mut prizes);
        rewards.append(&mut prizes);
        let asks_for_recruiters = self.asks_for_recruiters(&rewards);
        let lasts = |reward: &Reward| reward.once_per.is_some() || !reward.as_long_as.is_empty();
        let settles = !groups.rewards.is_empty() || rewards.iter().any(lasts);
        let mut rewards_by_kind = vec![Vec::new(); self.numbers.kinds.len()];
        for (position, reward) in (0_u16..).zip(&rewards) {
            for kind in &reward.on {
                if let Some(rules) = rewards_by_kind.get_mut(kind.index()) {
                    rules.push(position);
                }
            }
        }
        let weekend: Vec<Weekday> = document.calendar.weekend.iter().map(|day| day.value).collect();
        let holidays = document.calendar.holidays.iter().map(|day| day.value).collect();
        Version {
            name: document.version.value.clone(),
            first_day: document.in_force.first_day.value,
            last_day: document.in_force.last_day.as_ref().map(|day| day.value),
            grants_until: grants_until(&document.in_force),
            governs_at: document.as_of.version.value,
            currency: unit(&document.currency.value),
            calendar: Calendar::new(&weekend, holidays).unwrap_or_default(),
            requirements,
            claims,
            asks_for_recruiters,
            settles,
            contributions,
            ladders,
            tables,
            lists: lists(document),
            data: document.data.clone(),
            clocks: document.events.iter().filter_map(|event| self.clock(event)).collect(),
            makers,
            implied: self.implied(document),
            rewards,
            prize_rules: contests.iter().flat_map(|of| &of.prizes).map(|prize| (prize.kind, [prize.rule])).collect(),
            contests,
            rewards_by_kind,
            campaigns,
            reward_groups: groups.rewards,
            campaign_groups: groups.campaigns,
            limits,
            payouts,
            reversals,
            assessments,
            notices,
            contents,
            metrics,
            source: source.name.to_owned(),
            document: Arc::clone(document),
            text: source.text.to_owned(),
            line_ends: OnceLock::new(),
        }
    }

    fn sizes(&mut self, document: &Document) {
        let last = document.events.last().map(|event| event.kind.span).unwrap_or_default();
        if self.numbers.kinds.len() > EVENT_KINDS_MAX {
            let message = format!("there are {} kinds of event, {EVENT_KINDS_MAX} fit", self.numbers.kinds.len());
            let fault = Diagnostic::error(Code::TooLarge, last, message).path("event");
            self.diagnostics.push(fault.help("tell events apart by a fact, not by their kind"));
        }
        if let Some(ladder) = document.tiers.get(LADDERS_MAX) {
            let message = format!("there are {} tier ladders, {LADDERS_MAX} fit", document.tiers.len());
            self.diagnostics.push(Diagnostic::error(Code::TooLarge, ladder.span, message).path("tiers"));
        }
    }

    pub(super) fn expression(
        &mut self,
        written: &ExpressionText,
        expected: Expected,
        scope: &Scope,
        path: &str,
    ) -> Option<Compiled> {
        if written.text.is_empty() {
            return None;
        }
        let before = self.diagnostics.len();
        let place = |span: Span| written.place(span);
        let compiled = compile(&written.text, &place, expected, scope, self.texts, self.diagnostics);
        let checked = compiled.clone().map(|compiled| Checked { written: written.clone(), compiled });
        self.expressions.extend(checked.map(|checked| (path.to_owned(), checked)));
        for fault in self.diagnostics.iter_mut().skip(before) {
            fault.place.path = path.to_owned();
            let outside = fault.span.start < written.span.start || fault.span.end > written.span.end;
            let holds =
                |of: &&Definition| of.formula.span.start <= fault.span.start && fault.span.end <= of.formula.span.end;
            if let Some(definition) = self.definitions.iter().filter(|_| outside).find(holds) {
                fault.message = format!("in `{}`: {}", definition.name.value, fault.message);
            }
        }
        compiled
    }

    pub(super) fn conditions(&mut self, written: &[ExpressionText], scope: &Scope, path: &str) -> Vec<Compiled> {
        let all = written.iter().enumerate();
        all.filter_map(|(at, condition)| {
            let path = if written.len() == 1 { path.to_owned() } else { numbered(path, at) };
            self.expression(condition, Expected::Bool, scope, &path)
        })
        .collect()
    }

    fn clock(&self, written: &document::EventDeclaration) -> Option<Clock> {
        let clock = written.clock.as_ref()?;
        Some(Clock {
            kind: self.numbers.kind(&written.kind.value),
            after: clock.after.value,
            from: self.numbers.kind(&clock.from.value),
            unless: clock.unless.iter().map(|kind| self.numbers.kind(&kind.value)).collect(),
        })
    }

    fn implied(&self, document: &Document) -> Vec<(EventKind, Vec<EventKind>)> {
        let declared = document.events.iter().filter(|event| !event.implies.is_empty());
        let stages = |event: &document::EventDeclaration| {
            let mut stages: Vec<EventKind> =
                event.implies.iter().map(|stage| self.numbers.kind(&stage.value)).collect();
            stages.sort_unstable();
            stages.dedup();
            stages
        };
        declared.map(|event| (self.numbers.kind(&event.kind.value), stages(event))).collect()
    }

    fn campaign(&mut self, at: usize, written: &document::Campaign, scopes: &Scopes) -> Campaign {
        let scope = &scopes.event;
        let mut operators = Vec::new();
        let written_operators = [
            (Operator::Instead, &written.reward_instead, "reward_instead"),
            (Operator::Times, &written.reward_times, "reward_times"),
            (Operator::Plus, &written.reward_plus, "reward_plus"),
        ];
        for (operator, operand, key) in written_operators {
            let Some(operand) = operand else { continue };
            let path = format!("campaign[{at}].{key}");
            operators
                .extend(self.expression(operand, Expected::Number, scope, &path).map(|operand| (operator, operand)));
        }
        Campaign {
            number: number(&mut self.numbers.campaign_ids, &written.id.value),
            first_day: written.first_day.value,
            last_day: written.last_day.value,
            counts: written.counts_if_in_window.value,
            when: self.conditions(&written.when, scope, &under(&numbered("campaign", at), "when")),
            operators,
            rounding: written.rounding.as_ref().map(|rounding| rounding.value),
            theme: written.theme.as_ref().map(|theme| theme.value.clone()).unwrap_or_default(),
            goal: written.goal.as_ref().map(|goal| Goal {
                at_least: goal.at_least.value,
                on: self.numbers.kind(&goal.on.value),
                of: goal
                    .of
                    .as_ref()
                    .and_then(|of| self.expression(of, Expected::Number, scope, &format!("campaign[{at}].goal.of"))),
            }),
        }
    }
}

/// The last day whose events can bring something to referrals under way.
fn grants_until(in_force: &document::InForce) -> Option<Day> {
    let last_day = in_force.last_day.as_ref()?.value;
    match in_force.under_way.value {
        UnderWay::GoOn => None,
        UnderWay::Stop => Some(last_day),
        UnderWay::For(length) => length.last_day_from(last_day, &Calendar::default()),
    }
}
