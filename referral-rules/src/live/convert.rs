//! Between the forms of states and the columns of a small book.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::contests::period_end;
pub use super::exact::{number, number_form};
use super::forms::{AppliedForm, DrawForm, PlaceForm, StandingForm, StepForm, TotalForm};
use crate::base::{NONE, Rounding, TextId, index};
use crate::book::{Book, NEVER};
use crate::expr::Scratch;
use crate::program::{EventKind, Operator, Per, Program, Share};
use crate::stage::timeline::{
    Applied, Change, Draw, DrawKey, Hold, NO_STAGE, Origin, Place, ReferralState, Step, TotalKey, TotalSoFar, What,
};
use std::collections::BTreeMap;

/// A place with ids instead of ranks.
pub fn place_form(book: &Book, place: &Place, referral: u32, what: What) -> PlaceForm {
    let event = match what {
        What::Event(event) | What::Clock(event) if event != NONE => book.text(book.events.id[index(event)]),
        _ => "",
    };
    PlaceForm {
        at: place.at,
        origin: match place.origin {
            Origin::PeriodEnd => 0,
            Origin::Host => 1,
            Origin::Clock => 2,
        },
        kind: place.kind.0,
        sequence: place.sequence,
        referral: book.text(book.referrals.id[index(referral)]).to_owned(),
        event: event.to_owned(),
        share: place.share,
        made: place.made,
    }
}

fn some(at: i64) -> Option<i64> {
    (at != NEVER).then_some(at)
}

/// When the first event of each kind happened, with names.
fn first_form(program: &Program, first: &[i64]) -> BTreeMap<String, i64> {
    let there = program.first_kinds.iter().zip(first).filter(|(_, at)| **at != NEVER);
    there.map(|(kind, at)| (program.kind_word(*kind).to_owned(), *at)).collect()
}

/// When the first event of each kind happened that the program asks for.
fn first(program: &Program, form: &BTreeMap<String, i64>) -> Box<[i64]> {
    let kinds = program.first_kinds.iter().map(|kind| program.kind_word(*kind));
    kinds.map(|kind| form.get(kind).copied().unwrap_or(NEVER)).collect()
}

/// Whether a state was made before the program asked when a kind of event first came, and has had one.
fn lacks_first(program: &Program, form: &StandingForm) -> bool {
    let mut asked = program.first_kinds.iter().map(|kind| program.kind_word(*kind));
    asked.any(|kind| form.kinds.iter().any(|had| had == kind) && !form.first.contains_key(kind))
}

/// A state with names.
pub fn standing_form(program: &Program, state: &ReferralState) -> StandingForm {
    let version = program.versions.get(usize::from(state.submitted_version));
    let kinds = program.kinds.iter().enumerate().filter(|(rank, _)| state.kinds >> rank & 1 == 1);
    StandingForm {
        stage: (state.stage != NO_STAGE).then(|| program.kind_word(EventKind(state.stage)).to_owned()),
        version: version.map(|version| version.name.clone()).unwrap_or_default(),
        reached: state.reached.map(some),
        first: first_form(program, &state.first),
        counted: state.counted,
        kinds: kinds.map(|(_, kind)| kind.clone()).collect(),
        locked: state.locked,
        tiers: state.tiers,
        released: some(state.hold.released),
        claimed_until: some(state.hold.until),
        locked_at: some(state.hold.locked),
        latest: some(state.hold.latest),
    }
}

/// The position of a version by its name.
pub fn version_number(program: &Program, name: &str) -> Option<u16> {
    program.versions.iter().position(|version| version.name == name).and_then(|at| u16::try_from(at).ok())
}

/// A state with positions; `None` when the program no longer has what it names, or asks for what it does not tell.
pub fn standing(program: &Program, form: &StandingForm) -> Option<ReferralState> {
    if lacks_first(program, form) {
        return None;
    }
    let mut kinds = 0_u64;
    for kind in &form.kinds {
        kinds |= 1_u64.checked_shl(u32::from(program.kind(kind)?.0))?;
    }
    let stage = match &form.stage {
        Some(word) => program.kind(word)?.0,
        None => NO_STAGE,
    };
    Some(ReferralState {
        stage,
        submitted_version: version_number(program, &form.version)?,
        reached: form.reached.map(|at| at.unwrap_or(NEVER)),
        first: first(program, &form.first),
        counted: form.counted,
        kinds,
        locked: form.locked,
        tiers: form.tiers,
        hold: Hold {
            released: form.released.unwrap_or(NEVER),
            until: form.claimed_until.unwrap_or(NEVER),
            locked: form.locked_at.unwrap_or(NEVER),
            latest: form.latest.unwrap_or(NEVER),
        },
        ..ReferralState::default()
    })
}

/// An applied event with names.
pub fn applied_form(program: &Program, book: &Book, applied: &Applied, row: usize) -> AppliedForm {
    let (what, event) = match applied.what[row] {
        What::Submission => (0, NONE),
        What::Event(event) => (1, event),
        What::Clock(anchor) => (2, anchor),
        What::PeriodEnd(_) => (3, NONE),
    };
    let name = |event: u32| book.text(book.events.id[index(event)]).to_owned();
    AppliedForm {
        referral: book.text(book.referrals.id[index(applied.referral[row])]).to_owned(),
        what,
        event: (event != NONE).then(|| name(event)),
        place: place_form(book, &applied.place[row], applied.happened_to(row), applied.what[row]),
        kind: applied.kind[row].0,
        known: applied.known[row],
        version: program.versions[usize::from(applied.version[row])].name.clone(),
        counts: applied.counts[row],
        recruiter: applied
            .recruiter
            .get(row)
            .filter(|recruiter| **recruiter != NONE)
            .map(|recruiter| book.text(TextId(*recruiter)).to_owned()),
        measures: super::measures::reading_forms(program, applied, row),
        reached: applied.reached[row].map(some),
        first: first_form(program, applied.first.get(row).map_or(&[], |first| first)),
        tiers: applied.tiers[row],
    }
}

/// Appends an applied event; `None` when the book or the program no longer has what it names.
pub fn push_applied(program: &Program, book: &Book, form: &AppliedForm, out: &mut Applied) -> Option<u32> {
    let referral = book.referral(&form.referral)?;
    let event = match &form.event {
        Some(id) => book.event(id)?,
        None => NONE,
    };
    let what = match form.what {
        0 => What::Submission,
        1 => What::Event(event),
        2 => What::Clock(event),
        _ => period_end(program, form.place.at),
    };
    let version = version_number(program, &form.version)?;
    let row = crate::base::position(out.referral.len());
    if program.asks_for_recruiters() {
        let recruiter = form.recruiter.as_ref();
        out.recruiter.push(recruiter.and_then(|recruiter| book.texts.find(recruiter)).map_or(NONE, |id| id.0));
    }
    if program.shares_claims() {
        // What is put off has its amount already.
        let holder = book.referral(&form.place.referral)?;
        out.share.push(Share { holder, version, place: form.place.share, of: 1 });
    }
    out.referral.push(referral);
    out.what.push(what);
    out.event.push(what.event());
    let place = place(book, &form.place);
    let sharer_rank = if place.share > 0 { book.referral_rank[index(referral)] } else { 0 };
    out.place.push(Place { sharer_rank, ..place });
    out.kind.push(EventKind(form.kind));
    out.at.push(form.place.at);
    out.known.push(form.known);
    out.version.push(version);
    out.counts.push(form.counts);
    if program.measures_events() {
        out.before.push(form.counts);
        super::measures::push_readings(program, &form.measures, out)?;
    }
    out.reached.push(form.reached.map(|at| at.unwrap_or(NEVER)));
    if !program.first_kinds.is_empty() {
        out.first.push(first(program, &form.first));
    }
    out.tiers.push(form.tiers);
    Some(row)
}

/// A place with the ranks of this book.
pub fn place(book: &Book, form: &PlaceForm) -> Place {
    let rank = |row: Option<u32>, ranks: &[u32]| row.and_then(|row| ranks.get(index(row)).copied()).unwrap_or(NONE);
    Place {
        at: form.at,
        origin: match form.origin {
            0 => Origin::PeriodEnd,
            1 => Origin::Host,
            _ => Origin::Clock,
        },
        kind: EventKind(form.kind),
        sequence: form.sequence,
        referral_rank: rank(book.referral(&form.referral), &book.referral_rank),
        event_rank: if form.event.is_empty() { 0 } else { rank(book.event(&form.event), &book.event_rank) },
        share: form.share,
        sharer_rank: 0,
        made: form.made,
    }
}

const OPERATORS: [Operator; 3] = [Operator::Instead, Operator::Times, Operator::Plus];

/// A step before the limits with names.
pub fn step_form(program: &Program, step: &Step) -> StepForm {
    let campaign = |number: u16| program.campaign_ids.get(usize::from(number)).cloned().unwrap_or_default();
    let (change, campaign, rounding) = match step.change {
        Change::Converted(from) => return converted_form(from, step),
        Change::Campaign(number, operator) => (operator.word(), campaign(number), ""),
        Change::CampaignRounding(number, rounding) => ("rounding", campaign(number), rounding.name()),
        Change::Rounding(rounding) => ("rounding", String::new(), rounding.name()),
        Change::AtLeast => ("at least", String::new(), ""),
        Change::Share(place, of) => (SHARE, format!("{place}/{of}"), ""),
        Change::TotalBefore => (TOTAL_BEFORE, String::new(), ""),
        Change::InProportion => (IN_PROPORTION, String::new(), ""),
        // What follows the limits is no part of what is put off.
        Change::AtMost
        | Change::Limit(_)
        | Change::Deferred(_)
        | Change::Released(_)
        | Change::TakenBack(_)
        | Change::TakenBefore => ("at most", String::new(), ""),
    };
    StepForm {
        change: change.to_owned(),
        campaign,
        rounding: rounding.to_owned(),
        before: number_form(step.before),
        after: number_form(step.after),
    }
}

/// The words of the steps of running totals.
const TOTAL_BEFORE: &str = "total before";
const IN_PROPORTION: &str = "in proportion";

/// The word of a share's step, of which place and number stand where others have their campaign.
const SHARE: &str = "share";

/// The word of a step from another currency, whose code stands where others have their campaign.
const CONVERTED: &str = "converted";

fn converted_form(from: [u8; 3], step: &Step) -> StepForm {
    StepForm {
        change: CONVERTED.to_owned(),
        campaign: String::from_utf8_lossy(&from).into_owned(),
        rounding: String::new(),
        before: number_form(step.before),
        after: number_form(step.after),
    }
}

/// A step with positions; `None` when the program no longer has what it names.
pub fn step(program: &Program, form: &StepForm) -> Option<Step> {
    let campaign = || {
        let position = program.campaign_ids.iter().position(|id| *id == form.campaign)?;
        u16::try_from(position).ok()
    };
    let change = match form.change.as_str() {
        CONVERTED => Change::Converted(form.campaign.as_bytes().try_into().ok()?),
        "at least" => Change::AtLeast,
        SHARE => {
            let (place, of) = form.campaign.split_once('/')?;
            Change::Share(place.parse().ok()?, of.parse().ok()?)
        }
        TOTAL_BEFORE => Change::TotalBefore,
        IN_PROPORTION => Change::InProportion,
        "at most" => Change::AtMost,
        "rounding" if form.campaign.is_empty() => Change::Rounding(Rounding::parse(&form.rounding)?),
        "rounding" => Change::CampaignRounding(campaign()?, Rounding::parse(&form.rounding)?),
        word => Change::Campaign(campaign()?, OPERATORS.into_iter().find(|operator| operator.word() == word)?),
    };
    Some(Step { change, before: number(&form.before)?, after: number(&form.after)? })
}

/// The parts of a limit's key, by its number in the program.
fn limit_keys(program: &Program, limit: u16) -> &[Per] {
    let limits = program.versions.iter().rev().flat_map(|version| &version.limits);
    limits.into_iter().find(|found| found.number == limit).map_or(&[], |limit| &limit.per)
}

/// What a limit has drawn, with names.
pub fn draw_form(program: &Program, key: &DrawKey, draw: &Draw, scratch: &Scratch<'_>) -> DrawForm {
    let parts = limit_keys(program, key.limit).iter().zip(key.parts).map(|(per, part)| match per {
        _ if part == NONE => None,
        Per::Reward => program.reward_ids.get(index(part)).cloned(),
        Per::Campaign => program.campaign_ids.get(index(part)).cloned(),
        _ => Some(scratch.texts().text(crate::base::TextId(part)).to_owned()),
    });
    DrawForm {
        limit: program.limit_ids[usize::from(key.limit)].clone(),
        period: key.period,
        parts: parts.collect(),
        sum: draw.sum,
        days: draw.days.iter().map(|day| (day.day, day.amount)).collect(),
    }
}

/// A limit's key with positions; `None` when the program no longer has what it names.
pub fn draw_key(program: &Program, form: &DrawForm, scratch: &mut Scratch<'_>) -> Option<DrawKey> {
    let limit = program.limit_ids.iter().position(|id| *id == form.limit).and_then(|at| u16::try_from(at).ok())?;
    let mut parts = [NONE; 4];
    let number = |ids: &[String], id: &str| ids.iter().position(|known| known == id).map(crate::base::position);
    for ((slot, per), part) in parts.iter_mut().zip(limit_keys(program, limit)).zip(&form.parts) {
        let Some(part) = part else { continue };
        *slot = match per {
            Per::Reward => number(&program.reward_ids, part)?,
            Per::Campaign => number(&program.campaign_ids, part)?,
            _ => scratch.texts_mut().intern(part).0,
        };
    }
    Some(DrawKey { limit, period: form.period, parts })
}

/// How many parts the key of a reward's running total has, which is the same in all versions.
fn total_parts(program: &Program, reward: u16) -> usize {
    let totals = program.versions.iter().filter_map(|version| version.reward_numbered(reward)?.total.as_ref());
    totals.map(|total| total.per.len()).next().unwrap_or(0)
}

/// A running total with names.
pub fn total_form(program: &Program, key: &TotalKey, total: TotalSoFar, scratch: &Scratch<'_>) -> TotalForm {
    let parts = key.parts.iter().take(total_parts(program, key.reward));
    let text = |part: &u32| (*part != NONE).then(|| scratch.texts().text(TextId(*part)).to_owned());
    TotalForm {
        reward: program.reward_ids[usize::from(key.reward)].clone(),
        period: key.period,
        parts: parts.map(text).collect(),
        total: total.total,
        given: total.given,
    }
}

/// The key of a running total with positions; `None` when the program no longer has what it names.
pub fn total_key(program: &Program, form: &TotalForm, scratch: &mut Scratch<'_>) -> Option<TotalKey> {
    let reward = program.reward_ids.iter().position(|id| *id == form.reward).and_then(|at| u16::try_from(at).ok())?;
    let mut parts = [NONE; 4];
    for (slot, part) in parts.iter_mut().zip(&form.parts) {
        *slot = part.as_ref().map_or(NONE, |part| scratch.texts_mut().intern(part).0);
    }
    Some(TotalKey { reward, period: form.period, parts })
}
