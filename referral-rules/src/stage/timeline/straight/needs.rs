//! What a program asks of the timeline, so that nothing else is worked out.
use crate::expr::Compiled;
use crate::program::{
    BelowZero, EventKind, Ladder, LadderBy, Limit, Measure, Moment, OverLimit, Per, Program, Source, Version,
};

/// What is needed.
pub(super) struct Needs {
    /// Built-in measures that tiers go by or expressions read, as bits.
    pub(super) measures: u8,
    /// Expressions read measures.
    pub(super) counts: bool,
    /// Expressions or campaigns read when later stages were reached.
    pub(super) reached: bool,
    /// The most ladders of a version.
    pub(super) ladders: usize,
    /// The stages at which some ladder's level is taken for good, as bits.
    pub(super) locks: u8,
    /// Kinds of event that some version has rewards or goals on, as bits by rank; later kinds share the last.
    answered: u64,
    /// By version and ladder, the counts from which each level holds.
    pub(super) levels: Vec<Vec<Levels>>,
    /// By version, the stages at which its ladders are taken for good, as bits; with bit 7 where one never is.
    taken_at: Vec<u8>,
    /// By version, whether the version of the submission governs whatever happens.
    by_submission: Vec<bool>,
    /// Some campaign has a goal.
    pub(super) goals: bool,
}

/// A ladder by a built-in measure.
pub(super) struct Levels {
    /// The measure, if it goes by one.
    pub(super) measure: Option<usize>,
    /// Whether the event itself counts.
    pub(super) counts_this_event: bool,
    /// When it is taken.
    pub(super) taken_at: Moment,
    /// By level, the least count; nothing where every count will do.
    at_least: Vec<i64>,
}

impl Levels {
    fn of(ladder: &Ladder) -> Self {
        let measure = match ladder.by {
            LadderBy::BuiltIn(measure) => Some(measure.index()),
            LadderBy::Declared(_) | LadderBy::Conditions => None,
        };
        // A count is whole: it reaches a bound when it reaches the next whole number.
        let least = |level: &crate::program::Level| {
            let ceiling = |bound| crate::base::Rounding::Ceiling.settle(bound, 0).unwrap_or(i64::MAX);
            level.at_least.map_or(i64::MIN, ceiling)
        };
        Self {
            measure,
            counts_this_event: ladder.counts_this_event,
            taken_at: ladder.taken_at,
            at_least: ladder.levels.iter().map(least).collect(),
        }
    }

    /// The highest level that holds at a count: 0 below the first, else its position plus one.
    #[inline]
    pub(super) fn at(&self, count: i64) -> u8 {
        let reached = self.at_least.iter().rposition(|least| *least <= count);
        reached.map_or(0, |at| u8::try_from(at.saturating_add(1)).unwrap_or(u8::MAX))
    }
}

/// Every expression that is evaluated along the timeline.
fn expressions(version: &Version) -> impl Iterator<Item = &Compiled> {
    let rewards = version.rewards.iter().flat_map(|reward| {
        let keys = reward.once_per.iter().flatten().filter_map(Per::expression);
        let amounts =
            [&reward.amount].into_iter().chain(&reward.amount_in).chain(&reward.at_least).chain(&reward.at_most);
        reward.as_long_as.iter().chain(&reward.when).chain(amounts).chain(keys)
    });
    let campaigns = version.campaigns.iter().flat_map(|campaign| {
        let of = campaign.goal.iter().filter_map(|goal| goal.of.as_ref());
        campaign.when.iter().chain(campaign.operators.iter().map(|(_, operand)| operand)).chain(of)
    });
    rewards.chain(campaigns)
}

/// Whether a version's rules look only ahead.
pub(super) fn version_looks_ahead(version: &Version) -> bool {
    let plain = |limit: &Limit| {
        let keyed = limit.per.iter().all(|per| !matches!(per, Per::Expression(_)));
        keyed && limit.asks.is_none() && limit.when.is_empty() && limit.over_limit != OverLimit::PayLater
    };
    let by_counts = |ladder: &Ladder| matches!(ladder.by, LadderBy::BuiltIn(_));
    version.clocks.is_empty()
        && !version.judges_events()
        && !version.claims.can_be_taken_over()
        && version.claims.shares.is_none()
        && !version.asks_for_recruiters
        && version.reversals.is_empty()
        && version.limits.iter().all(plain)
        && version.ladders.iter().all(by_counts)
        && !version.rewards.iter().any(|reward| {
            reward.reads_ledger || reward.below_zero == BelowZero::TakeBack || reward.account.is_some()
        })
        // A ledger in columns does not say of which of its kinds an entry is, where an event brings others along.
        && (version.implied.is_empty() || version.rewards.iter().all(|reward| reward.on.len() == 1))
}

impl Needs {
    pub(super) fn of(program: &Program) -> Self {
        let sources = || {
            let slots = program.versions.iter().flat_map(expressions).flat_map(Compiled::inputs);
            slots.filter_map(|slot| program.slots.get(usize::from(slot.0)).copied())
        };
        let ladders = || program.versions.iter().flat_map(|version| &version.ladders);
        let mut measures = 0_u8;
        for ladder in ladders() {
            if let LadderBy::BuiltIn(measure) = ladder.by {
                measures |= 1 << measure.index();
            }
        }
        let counts = sources().any(|source| matches!(source, Source::Measure(_)));
        if counts {
            Measure::ALL.iter().for_each(|measure| measures |= 1 << measure.index());
        }
        let later = |moment: Moment| matches!(moment, Moment::Qualified | Moment::Closed);
        let campaigns = || program.versions.iter().flat_map(|version| &version.campaigns);
        let reached = campaigns().any(|campaign| later(campaign.counts))
            || sources().any(|source| matches!(source, Source::StageAt(measure) if measure != Measure::Submitted));
        let mut locks = 0_u8;
        for ladder in ladders() {
            if let Some(stage) = lock_stage(ladder.taken_at) {
                locks |= 1 << stage;
            }
        }
        let mut answered = 0_u64;
        for version in &program.versions {
            let rewards = version.rewards.iter().flat_map(|reward| reward.on.iter().copied());
            let goals = version.campaigns.iter().filter_map(|campaign| campaign.goal.as_ref()).map(|goal| goal.on);
            rewards.chain(goals).for_each(|kind| answered |= bit(kind));
        }
        let levels = |version: &Version| version.ladders.iter().map(Levels::of).collect::<Vec<_>>();
        let levels: Vec<Vec<Levels>> = program.versions.iter().map(levels).collect();
        Self {
            measures,
            counts,
            reached,
            ladders: program.ladders_at_most(),
            locks,
            answered,
            taken_at: program
                .versions
                .iter()
                .map(|version| {
                    let bits = |ladder: &Ladder| lock_stage(ladder.taken_at).map_or(NEVER_TAKEN, |stage| 1 << stage);
                    version.ladders.iter().map(bits).fold(0, |all, bits| all | bits)
                })
                .collect(),
            by_submission: program.versions.iter().map(|version| version.governs_at == Moment::Submitted).collect(),
            levels,
            goals: campaigns().any(|campaign| campaign.goal.is_some()),
        }
    }

    /// Whether a version that governs at the submission governs all that happens.
    #[inline]
    pub(super) fn by_submission(&self, version: u16) -> bool {
        self.by_submission.get(usize::from(version)) == Some(&true)
    }

    /// Whether some version may answer events of the kind.
    pub(super) fn answers(&self, kind: EventKind) -> bool {
        self.answered & bit(kind) != 0
    }
}

/// A level that is taken anew at each event.
const NEVER_TAKEN: u8 = 1 << 7;

impl Needs {
    /// Whether the levels of the moment decide some tier of an event under a version, by the stages that are reached.
    #[inline]
    pub(super) fn asks(&self, version: u16, reached: u8) -> bool {
        self.taken_at.get(usize::from(version)).is_some_and(|taken| taken & !(reached & 15) != 0)
    }
}

fn bit(kind: EventKind) -> u64 {
    1 << kind.index().min(63)
}

/// The stage at which a level is taken for good.
pub(super) const fn lock_stage(moment: Moment) -> Option<usize> {
    match moment {
        Moment::Submitted => Some(0),
        Moment::Qualified => Some(1),
        Moment::Closed => Some(3),
        Moment::Event => None,
    }
}
