//! What is known of the inputs where an expression stands: which events come to it, and what those have behind them.
use super::Terms;
use crate::base::Number;
use crate::expr::{Foresight, Possible, Range, Slot, Type, Values};
use crate::program::compiled::{EventKind, Judged, Ladder, LadderBy, Level, Measure, Owner, Source};
use crate::program::document::{Aggregate, Moment, STAGES};
use std::collections::BTreeMap;

/// When an expression is asked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Asked {
    /// At submission.
    AtSubmission,
    /// At events of these kinds.
    At(Vec<EventKind>),
}

/// Whether something has happened by an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Had {
    /// In every case.
    Always,
    /// In no case.
    Never,
    /// It depends.
    Maybe,
}

/// Whether a referral has reached the stage of a measure when an event of the kind is taken in.
pub(super) fn had(stage: Measure, kind: EventKind) -> Had {
    let declared = !kind.is_stage();
    match stage {
        Measure::Submitted => Had::Always,
        _ if usize::from(kind.0) == stage.index() => Had::Always,
        _ if kind == EventKind::SUBMITTED => Had::Never,
        Measure::Qualified if kind == EventKind::OPPORTUNITY || kind == EventKind::CLOSED => Had::Always,
        Measure::Closed if !declared && kind != EventKind::DISQUALIFIED => Had::Never,
        _ => Had::Maybe,
    }
}

/// The least count that a referrer has on a ladder when an event of the kind is taken in; only the built-in measures tell.
pub(super) fn least_count(ladder: &Ladder, kind: EventKind) -> Option<Number> {
    let LadderBy::BuiltIn(by) = ladder.by else { return None };
    if ladder.goes_up.period().is_some() {
        return Some(Number::ZERO);
    }
    let locked = match ladder.taken_at {
        Moment::Event => None,
        Moment::Submitted => Some(EventKind::SUBMITTED),
        Moment::Qualified => Some(EventKind::QUALIFIED),
        Moment::Closed => Some(EventKind::CLOSED),
    };
    let counted = |kind| counted(by, ladder.counts_this_event, kind);
    // Once the stage has come, the count is that of the stage; before, that of the event.
    let stage = locked.and_then(|stage| Measure::ALL.into_iter().find(|measure| measure.index() == stage.index()));
    let least = match stage.map(|stage| had(stage, kind)) {
        Some(Had::Always) => counted(locked.unwrap_or(kind)),
        Some(Had::Maybe) => counted(kind).min(counted(locked.unwrap_or(kind))),
        Some(Had::Never) | None => counted(kind),
    };
    Some(Number::from(least))
}

fn counted(by: Measure, counts_this_event: bool, kind: EventKind) -> i64 {
    let counts_itself = counts_this_event || usize::from(kind.0) != by.index();
    // What a disqualification takes out is out at that event.
    let is_out = kind == EventKind::DISQUALIFIED && by != Measure::Submitted;
    i64::from(counts_itself && !is_out && had(by, kind) == Had::Always)
}

impl Terms<'_> {
    /// When the expression at the path is asked.
    pub(super) fn asked(&self, path: &str) -> Asked {
        // What helps to run the program is of no event.
        let is_running = ["assessment[", "notice[", "content[", "metric["].iter().any(|start| path.starts_with(start));
        if is_running && ![".goal", ".hold_while", "ed_when"].iter().any(|part| path.contains(part)) {
            return Asked::At(self.every_kind());
        }
        let position = |prefix: &str| -> Option<usize> {
            path.strip_prefix(prefix)?.strip_prefix('[')?.split_once(']')?.0.parse().ok()
        };
        // What is judged at events sees the referral as it was before them, of whatever kind they are.
        let headings = ["eligibility", "validity", "fraud"];
        let heading = headings.iter().find_map(|heading| Some((*heading, position(heading)?)));
        let judged = heading.and_then(|(heading, at)| {
            self.version.requirements.iter().filter(|requirement| requirement.heading == heading).nth(at)
        });
        let reviews = path.contains("].released_when") || path.contains("].voided_when");
        if reviews || judged.is_some_and(|requirement| matches!(requirement.judged, Judged::At(_))) {
            return Asked::At(self.every_kind());
        }
        let requirement = ["eligibility[", "validity[", "fraud[", "attribution."];
        if requirement.iter().any(|prefix| path.starts_with(prefix)) || path.ends_with(".hold_while") {
            return Asked::AtSubmission;
        }
        if let Some(name) = path.strip_prefix("measures.").and_then(|rest| rest.split('.').next()) {
            let measure = self.document.measures.iter().find(|measure| measure.name.value == name);
            let kinds = measure.iter().flat_map(|measure| &measure.on);
            return Asked::At(kinds.filter_map(|kind| self.program.kind(&kind.value)).collect());
        }
        if let Some(made) = position("event").and_then(|at| self.document.events.get(at)?.made.as_ref()) {
            return Asked::At(made.on.iter().filter_map(|kind| self.program.kind(&kind.value)).collect());
        }
        let goal = position("campaign").and_then(|at| self.document.campaigns.get(at)?.goal.as_ref());
        let goal = goal.and_then(|goal| self.program.kind(&goal.on.value));
        if path.contains(".goal") {
            return Asked::At(goal.into_iter().collect());
        }
        let rewards = position("reward")
            .map(|at| vec![at])
            .or_else(|| position("campaign").map(|at| self.touched(at)))
            .or_else(|| position("limit").map(|at| self.covered(at)));
        let mut kinds = rewards.map(|rewards| self.kinds_of(&rewards)).unwrap_or_default();
        // A goal counts the events for which the campaign's conditions hold.
        kinds.extend(goal.filter(|_| path.contains(".when")));
        Asked::At(if kinds.is_empty() { self.every_kind() } else { kinds })
    }

    fn every_kind(&self) -> Vec<EventKind> {
        (0_u16..).map(EventKind).take(self.program.kinds.len()).collect()
    }

    /// Works with what is known at the time; `narrowed` may know more of an input.
    pub(super) fn foresee<T>(
        &self,
        asked: &Asked,
        narrowed: &dyn Fn(Slot) -> Option<Possible>,
        work: impl FnOnce(&Foresight<'_>) -> T,
    ) -> T {
        let known = |slot: Slot| narrowed(slot).unwrap_or_else(|| self.known(slot, asked));
        work(&Foresight { tables: &self.version.tables, texts: &self.program.texts, known: &known })
    }

    /// What an input may be.
    pub(super) fn known(&self, slot: Slot, asked: &Asked) -> Possible {
        let found = self.known.borrow().get(asked).and_then(|known| known.get(&slot)).cloned();
        found.unwrap_or_else(|| {
            let possible = self.look_up(slot, asked);
            let mut known = self.known.borrow_mut();
            if !known.contains_key(asked) {
                known.insert(asked.clone(), BTreeMap::new());
            }
            known.get_mut(asked).and_then(|known| known.insert(slot, possible.clone()));
            possible
        })
    }

    fn look_up(&self, slot: Slot, asked: &Asked) -> Possible {
        let Some(source) = self.program.slots.get(usize::from(slot.0)) else { return Possible::ANY };
        let any = Possible::ANY.never_missing();
        let kinds = match asked {
            Asked::At(kinds) => kinds.as_slice(),
            Asked::AtSubmission => &[],
        };
        match source {
            // A referral without referrer is refused, but requirements are judged all the same.
            Source::ReferrerId if *asked == Asked::AtSubmission => Possible::ANY,
            Source::ReferralId | Source::ReferrerId => any,
            Source::RefereeId | Source::EventId | Source::Recruiter => Possible::ANY,
            Source::EventAt => Possible::always(Range::default().whole()),
            Source::StageAt(stage) => {
                let found = |wanted| kinds.iter().all(|kind| had(*stage, *kind) == wanted);
                let known = *stage == Measure::Submitted || !kinds.is_empty() && found(Had::Always);
                let instant = Possible::always(Range::default().whole());
                match (known, kinds.is_empty() || !found(Had::Never)) {
                    (true, _) => instant,
                    (false, true) => instant.or_missing(),
                    (false, false) => Possible { present: false, ..instant.or_missing() },
                }
            }
            Source::FirstAt(first) => {
                let instant = Possible::always(Range::default().whole());
                let all = |kind: EventKind| !kinds.is_empty() && kinds.iter().all(|asked| *asked == kind);
                // The event itself counts, except where it is judged before it is taken in: then all kinds are asked.
                match (all(*first), all(EventKind::SUBMITTED)) {
                    (true, _) => instant,
                    (false, true) => Possible { present: false, ..instant.or_missing() },
                    (false, false) => instant.or_missing(),
                }
            }
            Source::PayoutRule => Possible::texts(self.version.payouts.iter().map(|payout| payout.id.clone())),
            Source::PayoutAmount => Possible::always(Range::default()),
            Source::PaidInYear => Possible::always(Range::default()),
            Source::PayoutDay => Possible::always(Range::default().whole()),
            Source::LastPaidOn => Possible::always(Range::default().whole()).or_missing(),
            Source::ClosesCircle => of_type(&Type::Bool),
            Source::HostList(_) => of_type(&Type::Bool).or_missing(),
            Source::Reported(_) => Possible::ANY,
            Source::EventKind => Possible::texts(kinds.iter().map(|kind| self.program.kind_word(*kind).to_owned())),
            Source::Fact(number) => match self.program.facts.get(usize::from(*number)) {
                Some(fact) => {
                    // The submission is a row of its own and carries no facts of events.
                    let none = fact.owner == Owner::Event && kinds.iter().all(|kind| *kind == EventKind::SUBMITTED);
                    Possible { present: !none, ..of_type(&fact.kind).or_missing() }
                }
                None => Possible::ANY,
            },
            Source::Measure(_) | Source::OpenCount => Possible::always(Range::from(0_i64.into()).whole()),
            Source::Declared(number) => self.measured(*number),
            Source::Tier(number) => match self.version.ladders.iter().find(|ladder| ladder.number == *number) {
                Some(ladder) => {
                    let levels = Possible::texts(ladder.levels.iter().map(|level| level.name.clone()));
                    if self.may_be_without(ladder, asked) { levels.or_missing() } else { levels }
                }
                None => Possible::ANY,
            },
            Source::AnswerAt => Possible::always(Range::default().whole()),
            Source::Company(number) => match self.program.company_facts.get(usize::from(*number)) {
                Some((_, kind)) => of_type(kind).or_missing(),
                None => Possible::ANY,
            },
            Source::Stage => Possible::texts(STAGES.iter().map(|stage| (*stage).to_owned())).or_missing(),
            Source::Item(_) => of_type(&Type::Bool).or_missing(),
            Source::ItemCount(_) => Possible::always(Range::from(0_i64.into()).whole()),
            Source::Score => Possible::always(Range::default()),
            Source::Verdict(number) => match self.version.assessments.iter().find(|one| one.number == *number) {
                // It is missing where that assessment is not of this subject.
                Some(found) => Possible::texts(found.verdicts.iter().map(|one| one.name.clone())).or_missing(),
                None => Possible::ANY,
            },
            Source::Granted(_) => Possible::always(Range::from(0_i64.into())),
        }
    }

    fn measured(&self, number: u16) -> Possible {
        let measure = self.program.measures.get(usize::from(number));
        match measure.map(|measure| measure.is) {
            Some(Aggregate::Count | Aggregate::Distinct) => Possible::always(Range::from(0_i64.into()).whole()),
            Some(Aggregate::Sum | Aggregate::Least | Aggregate::Greatest) => {
                Possible::always(Range::default()).or_missing()
            }
            Some(Aggregate::First | Aggregate::Latest) => {
                measure.map_or(Possible::ANY, |measure| of_type(&measure.kind)).or_missing()
            }
            None => Possible::ANY,
        }
    }

    /// True if a referrer may have no level then. What was taken under another version may be of another ladder.
    pub(super) fn may_be_without(&self, ladder: &Ladder, asked: &Asked) -> bool {
        let Asked::At(kinds) = asked else { return true };
        let reaches = |level: &Level, kind: EventKind| {
            let least = least_count(ladder, kind).zip(level.at_least);
            level.when.is_empty() && least.is_some_and(|(least, at_least)| at_least <= least)
        };
        let below = |kind: &EventKind| !ladder.levels.iter().any(|level| reaches(level, *kind));
        self.program.versions.len() > 1 && ladder.taken_at != Moment::Event || kinds.iter().any(below)
    }

    /// The least `at_least` of a ladder on which each level has one: below it, there is certainly no level.
    pub(super) fn first_step(&self, ladder: &Ladder, asked: &Asked) -> Option<Number> {
        let Asked::At(kinds) = asked else { return None };
        let steps: Option<Vec<Number>> = ladder.levels.iter().map(|level| level.at_least).collect();
        let first = steps?.into_iter().min()?;
        let below = |kind: &EventKind| least_count(ladder, *kind).is_some_and(|least| least < first);
        kinds.iter().any(below).then_some(first)
    }
}

fn of_type(kind: &Type) -> Possible {
    let any = Possible::ANY.never_missing();
    match kind {
        Type::Bool => Possible { values: Values::Bools { yes: true, no: true }, ..any },
        Type::Int | Type::Date | Type::Instant | Type::Duration => Possible::always(Range::default().whole()),
        Type::Decimal => Possible::always(Range::default()),
        Type::OneOf(words) => Possible::texts(words.iter().cloned()),
        Type::Text | Type::List(_) | Type::Map(..) | Type::Nothing => any,
    }
}
