//! The names that expressions may use, and the numbers behind them: facts, measures, tiers, rewards, shared by all versions.
use super::compiled::{DeclaredMeasure, EventKind, Fact, Measure, Owner, Source};
use super::document::{Constant, Data, Document, FactOwner, FactType, MeasureDeclaration, STAGES};
use super::document_rules::Per;
use super::library_lists::{HOST, LibraryList, library_list};
use super::measure_types::MeasureTypes;
use super::paths::under;
use crate::base::{Interner, Period, Unit};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::expr::{Scope, Slot, TableSchema, Type, Value};
use std::sync::Arc;

/// Numbers that all versions share.
#[derive(Default)]
pub(super) struct Numbers {
    pub(super) facts: Vec<Fact>,
    pub(super) account_facts: Vec<(String, Type)>,
    pub(super) company_facts: Vec<(String, Type)>,
    pub(super) assessment_ids: Vec<String>,
    pub(super) slots: Vec<Source>,
    pub(super) kinds: Vec<String>,
    pub(super) reward_ids: Vec<String>,
    pub(super) campaign_ids: Vec<String>,
    pub(super) limit_ids: Vec<String>,
    pub(super) reversal_ids: Vec<String>,
    pub(super) measures: Vec<DeclaredMeasure>,
    pub(super) totals: Vec<TotalShape>,
    /// By what rewards are given once.
    pub(super) once: Vec<(String, Vec<String>)>,
    /// By what events come once that conditions make.
    pub(super) made: Vec<(String, Vec<String>)>,
    pub(super) ladder_names: Vec<String>,
    pub(super) host_lists: Vec<String>,
}

/// What a running total is, as its reward declares it.
#[derive(PartialEq)]
pub(super) struct TotalShape {
    /// The reward.
    pub(super) reward: String,
    /// The parts of the key.
    pub(super) per: Vec<String>,
    /// The period.
    pub(super) in_each: Period,
    /// The unit.
    pub(super) unit: Unit,
}

/// The position of a word in a list, at its end if it is new.
pub(super) fn number(words: &mut Vec<String>, word: &str) -> u16 {
    let position = words.iter().position(|known| known == word).unwrap_or_else(|| {
        words.push(word.to_owned());
        words.len().saturating_sub(1)
    });
    u16::try_from(position).unwrap_or(u16::MAX)
}

/// The type of a declared fact.
pub(super) fn fact_type(written: &FactType) -> Type {
    match written {
        FactType::Bool => Type::Bool,
        FactType::Int => Type::Int,
        FactType::Decimal => Type::Decimal,
        FactType::Text => Type::Text,
        FactType::Date => Type::Date,
        FactType::Instant => Type::Instant,
        FactType::OneOf(words) => Type::OneOf(words.iter().map(|word| word.value.clone()).collect()),
        FactType::ListOfText => Type::List(Box::new(Type::Text)),
        FactType::ListOfInt => Type::List(Box::new(Type::Int)),
        FactType::ListOfDecimal => Type::List(Box::new(Type::Decimal)),
        FactType::ListOfDate => Type::List(Box::new(Type::Date)),
    }
}

/// A constant as a value of an expression.
pub(super) fn constant(written: &Constant) -> Value {
    match written {
        Constant::Text(text) => Value::Text(text.clone()),
        Constant::Number(number) => number.to_i64().map_or(Value::Decimal(*number), Value::Int),
        Constant::Bool(value) => Value::Bool(*value),
        Constant::Date(day) => Value::Date(*day),
    }
}

/// The type that holds all of the constants; whole numbers among exact ones are exact.
pub(super) fn constant_type<'a>(mut values: impl Iterator<Item = &'a Constant>) -> Type {
    values
        .try_fold(None, |found, value| {
            let kind = match value {
                Constant::Text(_) => Type::Text,
                Constant::Number(number) if number.to_i64().is_some() => Type::Int,
                Constant::Number(_) => Type::Decimal,
                Constant::Bool(_) => Type::Bool,
                Constant::Date(_) => Type::Date,
            };
            match (found, kind) {
                (_, Type::Decimal) => Err(Type::Decimal),
                (found, kind) => Ok(Some(found.unwrap_or(kind))),
            }
        })
        .map_or_else(|decimal| decimal, |found| found.unwrap_or(Type::Text))
}

/// A constant as a value of the type.
pub(super) fn constant_of(written: &Constant, kind: &Type) -> Value {
    match (written, kind) {
        (Constant::Number(number), Type::Decimal) => Value::Decimal(*number),
        _ => constant(written),
    }
}

/// The names of what stands under a path of `[data]`.
fn data(written: &Data, path: &str, scope: &mut Scope) {
    match written {
        Data::Value(written) => {
            let kind = constant_type([written].into_iter());
            scope.constant(path, constant_of(written, &kind), kind);
        }
        Data::List(items) => {
            let values: Option<Vec<&Constant>> = items.iter().map(Data::as_constant).collect();
            let Some(values) = values else {
                return scope.unusable(path, "a list of tables is for the host; use a value, or a list of values");
            };
            let element = constant_type(values.iter().copied());
            let values = values.into_iter().map(|value| constant_of(value, &element)).collect();
            scope.constant(path, Value::List(values), Type::List(Box::new(element)));
        }
        Data::Table(entries) => {
            scope.unusable(path, "name a value in this table, such as `data.table.key`");
            for (key, value) in entries {
                data(value, &under(path, key), scope);
            }
        }
    }
}

/// What an expression may look at.
#[derive(Clone)]
pub(super) struct Scopes {
    /// At submission: facts of referrer, referee and referral.
    pub(super) submission: Scope,
    /// What measures are over: those, and the event itself.
    pub(super) happening: Scope,
    /// What levels go by: those, and measures.
    pub(super) level: Scope,
    /// At an event: those, and tiers.
    pub(super) event: Scope,
    /// At a payout: facts of the account that is paid, and the payout.
    pub(super) payout: Scope,
}

impl Scopes {
    /// A table is known everywhere.
    pub(super) fn table(&mut self, name: &str, schema: &TableSchema) {
        for scope in [&mut self.submission, &mut self.happening, &mut self.level, &mut self.event, &mut self.payout] {
            scope.table(name, schema.clone());
        }
    }
}

impl Numbers {
    /// A slot for what fills it.
    pub(super) fn slot(&mut self, source: Source) -> Slot {
        let position = self.slots.iter().position(|known| *known == source).unwrap_or_else(|| {
            self.slots.push(source);
            self.slots.len().saturating_sub(1)
        });
        Slot(u16::try_from(position).unwrap_or(u16::MAX))
    }

    /// Takes in the kinds of event that a version declares.
    pub(super) fn declare_kinds(&mut self, document: &Document) {
        for stage in STAGES {
            number(&mut self.kinds, stage);
        }
        for event in &document.events {
            number(&mut self.kinds, &event.kind.value);
        }
    }

    /// The rank of a kind of event.
    pub(super) fn kind(&self, word: &str) -> EventKind {
        let rank = self.kinds.iter().position(|kind| kind == word).unwrap_or_default();
        EventKind(u16::try_from(rank).unwrap_or_default())
    }

    /// The names of a version; facts that it declares otherwise than an earlier version are reported.
    pub(super) fn scopes(
        &mut self,
        document: &Document,
        texts: &mut Interner,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Scopes {
        self.company_facts(document, diagnostics);
        let mut submission = Scope::default();
        document.definitions.iter().for_each(|definition| submission.definition(&definition.name.value));
        self.facts(document, Owner::Referrer, &mut submission, diagnostics);
        self.facts(document, Owner::Referee, &mut submission, diagnostics);
        self.facts(document, Owner::Referral, &mut submission, diagnostics);
        let mut builtin = |scope: &mut Scope, name: &str, kind: Type, source: Source| {
            let slot = self.slot(source);
            scope.variable(name, kind, slot);
        };
        builtin(&mut submission, "referral.id", Type::Text, Source::ReferralId);
        builtin(&mut submission, "referrer.id", Type::Text, Source::ReferrerId);
        builtin(&mut submission, "referee.id", Type::Text, Source::RefereeId);
        builtin(&mut submission, "referral.submitted_at", Type::Instant, Source::StageAt(Measure::Submitted));
        self.lists(document, &mut submission);
        data(&document.data, "data", &mut submission);
        let mut event = submission.clone();
        let mut builtin = |scope: &mut Scope, name: &str, kind: Type, source: Source| {
            let slot = self.slot(source);
            scope.variable(name, kind, slot);
        };
        builtin(&mut event, "referral.qualified_at", Type::Instant, Source::StageAt(Measure::Qualified));
        builtin(&mut event, "referral.opportunity_at", Type::Instant, Source::StageAt(Measure::Opportunity));
        builtin(&mut event, "referral.closed_at", Type::Instant, Source::StageAt(Measure::Closed));
        let ends = [EventKind::DISQUALIFIED, EventKind::LOST, EventKind::NURTURE, EventKind::EXPIRED];
        for (kind, word) in ends.into_iter().zip(["disqualified", "lost", "nurture", "expired"]) {
            builtin(&mut event, &format!("referral.{word}_at"), Type::Instant, Source::FirstAt(kind));
        }
        for declared in &document.events {
            if let Some(name) = declared.moment_name() {
                let slot = self.slot(Source::FirstAt(self.kind(&declared.kind.value)));
                event.variable(&format!("referral.{name}"), Type::Instant, slot);
            }
        }
        let kinds: Arc<[String]> = self.kinds.iter().cloned().collect();
        let mut builtin = |scope: &mut Scope, name: &str, kind: Type, source: Source| {
            let slot = self.slot(source);
            scope.variable(name, kind, slot);
        };
        builtin(&mut event, "referrer.recruiter", Type::Text, Source::Recruiter);
        builtin(&mut event, "event.kind", Type::OneOf(kinds), Source::EventKind);
        builtin(&mut event, "event.id", Type::Text, Source::EventId);
        builtin(&mut event, "event.at", Type::Instant, Source::EventAt);
        self.facts(document, Owner::Event, &mut event, diagnostics);
        let happening = event.clone();
        for measure in Measure::ALL {
            let slot = self.slot(Source::Measure(measure));
            event.variable(measure.word(), Type::Int, slot);
        }
        let types = MeasureTypes::new(document, &happening, texts);
        for measure in &document.measures {
            let found = declared(measure, types.of(measure, texts));
            let kind = found.kind.clone();
            let slot = Source::Declared(self.measure(found));
            let slot = self.slot(slot);
            event.variable(&measure.name.value, kind, slot);
        }
        let level = event.clone();
        for ladder in &document.tiers {
            let number = number(&mut self.ladder_names, &ladder.name.value);
            let levels = ladder.levels.iter().map(|level| level.name.value.clone()).collect();
            let slot = self.slot(Source::Tier(number));
            event.variable(&ladder.name.value, Type::OneOf(levels), slot);
        }
        for kind in &self.kinds {
            texts.intern(kind);
        }
        let only_asked = self.with_circles(&Scope::default());
        for scope in [&mut submission, &mut event] {
            scope
                .known_elsewhere(&only_asked, "only requirements know it: it is judged when the referral is submitted");
        }
        submission.known_elsewhere(
            &event,
            "only events know it: use it in `when` and in amounts, of rewards, campaigns and limits",
        );
        let payout = self.at_payouts(document, &submission, &level);
        let mut scopes = Scopes { submission, happening, level, event, payout };
        scopes
            .happening
            .known_elsewhere(&scopes.event, "a measure is over events and their facts, not over measures or tiers");
        scopes.level.known_elsewhere(&scopes.event, "a level goes by facts and measures, not by tiers");
        scopes
    }

    /// The lists of a version: those of the host, those that the library carries, those that are written out.
    fn lists(&mut self, document: &Document, submission: &mut Scope) {
        for list in &document.lists {
            let name = list.name.value.as_str();
            match list.from.as_deref() {
                Some(HOST) => {
                    let found = number(&mut self.host_lists, name);
                    submission.host_list(name, self.slot(Source::HostList(found)), usize::from(found));
                    continue;
                }
                Some(from) => {
                    let values = library_list(from).into_iter().flat_map(LibraryList::values);
                    let values = values.map(|value| Value::Text(value.to_owned())).collect();
                    submission.list(name, values, Type::Text);
                    continue;
                }
                None => {}
            }
            let element = constant_type(list.values.iter().map(|value| &value.value));
            let values = list.values.iter().map(|value| constant_of(&value.value, &element)).collect();
            submission.list(&list.name.value, values, element);
        }
    }

    /// The number of a measure. Versions that declare it otherwise are reported where it is compiled.
    fn measure(&mut self, found: DeclaredMeasure) -> u16 {
        let position = self.measures.iter().position(|known| known.name == found.name).unwrap_or_else(|| {
            self.measures.push(found);
            self.measures.len().saturating_sub(1)
        });
        u16::try_from(position).unwrap_or(u16::MAX)
    }

    /// What requirements at submission know besides, which attribution tells them: whether a referral closes a circle, and how many
    /// others are open.
    pub(super) fn with_circles(&mut self, submission: &Scope) -> Scope {
        let mut out = submission.clone();
        out.variable("referral.closes_circle", Type::Bool, self.slot(Source::ClosesCircle));
        out.variable("open_count", Type::Int, self.slot(Source::OpenCount));
        out
    }

    /// What requirements at submission know: also the measures over submissions.
    pub(super) fn at_submission(&mut self, document: &Document, submission: &Scope) -> Scope {
        let mut out = self.with_circles(submission);
        let mut others = Scope::default();
        for measure in &document.measures {
            let name = &measure.name.value;
            let number = self.measures.iter().position(|known| known.name == *name);
            let Some(kind) = number.and_then(|number| self.measures.get(number)).map(|known| known.kind.clone()) else {
                continue;
            };
            let number = number.and_then(|number| u16::try_from(number).ok()).unwrap_or(u16::MAX);
            let slot = self.slot(Source::Declared(number));
            let known = if measure.on.iter().all(|kind| kind.value == "submitted") { &mut out } else { &mut others };
            known.variable(name, kind, slot);
        }
        out.known_elsewhere(&others, "at submission measures over submissions alone are known: `on = \"submitted\"`");
        out
    }

    fn facts(&mut self, document: &Document, owner: Owner, scope: &mut Scope, diagnostics: &mut Vec<Diagnostic>) {
        let own = match owner {
            Owner::Referrer => FactOwner::Referrer,
            Owner::Referee => FactOwner::Referee,
            Owner::Referral => FactOwner::Referral,
            Owner::Event => FactOwner::Event,
        };
        let on_accounts = matches!(owner, Owner::Referrer | Owner::Referee);
        for fact in &document.facts {
            let shadowed =
                || document.facts.iter().any(|other| other.owner == own && other.name.value == fact.name.value);
            let seen = fact.owner == own || on_accounts && fact.owner == FactOwner::Account && !shadowed();
            if !seen {
                continue;
            }
            let kind = fact_type(&fact.fact_type.value);
            let name = fact.name.value.as_str();
            let known = self.facts.iter().position(|known| known.owner == owner && known.name == name);
            let slot = match known.and_then(|known| self.facts.get_mut(known)) {
                Some(known) => {
                    match joined(&known.kind, &kind) {
                        Some(kind) => known.kind = kind,
                        None => diagnostics.push(
                            Diagnostic::error(
                                Code::VersionsDiffer,
                                fact.fact_type.span,
                                format!("`{name}` has another type in another version"),
                            )
                            .help("give a fact of another type another name"),
                        ),
                    }
                    known.slot
                }
                None => {
                    let account = on_accounts.then(|| self.account_fact(name, &kind));
                    let position = u16::try_from(self.facts.len()).unwrap_or(u16::MAX);
                    let slot = self.slot(Source::Fact(position));
                    let column = under(owner.word(), name);
                    self.facts.push(Fact { owner, name: name.to_owned(), column, kind: kind.clone(), account, slot });
                    slot
                }
            };
            scope.variable(&under(owner.word(), name), kind, slot);
        }
    }

    fn account_fact(&mut self, name: &str, kind: &Type) -> u16 {
        let known = self.account_facts.iter().position(|(known, _)| known == name);
        let position = known.unwrap_or_else(|| {
            self.account_facts.push((name.to_owned(), kind.clone()));
            self.account_facts.len().saturating_sub(1)
        });
        if let Some((_, known)) = self.account_facts.get_mut(position) {
            if let Some(joined) = joined(known, kind) {
                *known = joined;
            }
        }
        u16::try_from(position).unwrap_or(u16::MAX)
    }
}

/// The parts of a key as the document writes them; the whole program is none.
pub(super) fn key_texts(parts: &[Spanned<Per>]) -> Vec<String> {
    let part = |per: &Per| match per {
        Per::Program => None,
        Per::Expression(written) => Some(written.text.clone()),
        Per::Referrer => Some("referrer".to_owned()),
        Per::Referee => Some("referee".to_owned()),
        Per::Referral => Some("referral".to_owned()),
        Per::Reward => Some("reward".to_owned()),
        Per::Campaign => Some("campaign".to_owned()),
    };
    parts.iter().filter_map(|per| part(&per.value)).collect()
}

/// A measure as its section declares it; `kind` is the type of its value.
pub(super) fn declared(written: &MeasureDeclaration, kind: Type) -> DeclaredMeasure {
    DeclaredMeasure {
        name: written.name.value.clone(),
        is: written.is.value,
        per: key_texts(&written.per),
        in_each: written.in_each.value,
        which: written.which.value,
        disqualified: written.disqualified.value,
        kind,
    }
}

/// One type for both, if there is one: closed sets of texts are joined.
pub(super) fn joined(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (Type::OneOf(left), Type::OneOf(right)) => {
            let mut all = left.to_vec();
            all.extend(right.iter().filter(|word| !left.contains(word)).cloned());
            Some(Type::OneOf(all.into()))
        }
        _ => (left == right).then(|| left.clone()),
    }
}
