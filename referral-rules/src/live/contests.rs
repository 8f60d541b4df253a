//! Between what contests carry and the forms in which states keep it.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::convert::{place, place_form};
use super::forms::{ContributedForm, PlaceForm};
use super::measures::{measure_name, measure_number, value, value_form};
use crate::base::{Day, Instant, TextId, index};
use crate::program::Program;
use crate::stage::Facts;
use crate::stage::timeline::{Contests, CountedEvent, Place, What};
use serde::{Deserialize, Serialize};

/// What contests carry from step to step.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ContestsForm {
    /// The measures that contests went by when this was made, by name.
    #[serde(default)]
    pub measures: Vec<String>,
    /// The last days of periods in which something happened and that have not ended.
    pub ends: Vec<i32>,
    /// What counted.
    pub counted: Vec<CountedForm>,
}

/// What counted for a measure that a contest goes by.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CountedForm {
    /// The measure.
    pub measure: String,
    /// The referrer.
    pub referrer: String,
    /// The first day of the period.
    pub bucket: i32,
    /// The referral.
    pub referral: String,
    /// The place of the event, but for its id.
    pub place: PlaceForm,
    /// From when on it is known.
    pub known: i64,
    /// What it contributed.
    pub value: ContributedForm,
}

/// What contests carry, with positions; what counts of referrals that are not in the book is left over. `None` where the program does not
/// know a measure.
pub fn contests(facts: Facts<'_>, form: &ContestsForm, out: &mut Contests) -> Option<Vec<CountedForm>> {
    let book = facts.book;
    let mut others = Vec::new();
    out.ends.extend(form.ends.iter().copied().map(Day));
    for counted in &form.counted {
        let (Some(referral), Some(referrer)) = (book.referral(&counted.referral), book.texts.find(&counted.referrer))
        else {
            others.push(counted.clone());
            continue;
        };
        let ranked = place(book, &counted.place);
        let sharer_rank = if ranked.share > 0 { book.referral_rank[index(referral)] } else { 0 };
        let event = CountedEvent {
            place: Place { event_rank: 0, sharer_rank, ..ranked },
            happened_to: book.referral(&counted.place.referral).unwrap_or(referral),
            referral,
            known: counted.known,
            value: value(&counted.value)?,
        };
        let number = measure_number(facts.program, &counted.measure)?;
        let is = facts.program.measures[usize::from(number)].is;
        out.count((number, referrer.0), counted.bucket, is, event);
    }
    Some(others)
}

/// The same with names, and what was left over.
pub fn contests_form(facts: Facts<'_>, contests: &Contests, others: &[CountedForm]) -> ContestsForm {
    let book = facts.book;
    let mut counted = others.to_vec();
    for ((measure, referrer), periods) in &contests.counted {
        for (bucket, events) in periods {
            counted.extend(events.values().map(|event| CountedForm {
                measure: measure_name(facts.program, *measure),
                referrer: book.text(TextId(*referrer)).to_owned(),
                bucket: *bucket,
                referral: book.text(book.referrals.id[index(event.referral)]).to_owned(),
                place: place_form(book, &event.place, event.happened_to, What::Submission),
                known: event.known,
                value: value_form(&event.value),
            }));
        }
    }
    counted.sort_by(|left, right| {
        fn key(form: &CountedForm) -> (&str, i32, &str) {
            (&form.measure, form.bucket, &form.referral)
        }
        key(left).cmp(&key(right)).then_with(|| left.place.order(&right.place))
    });
    let measures = facts.program.contested_measures().map(str::to_owned).collect();
    ContestsForm { measures, ends: contests.ends.iter().map(|day| day.0).collect(), counted }
}

impl ContestsForm {
    /// Whether it was kept what counts for each measure that a contest goes by.
    pub fn is_whole(&self, program: &Program) -> bool {
        program.contested_measures().all(|name| self.measures.iter().any(|known| known == name))
    }

    /// The referrals that count in periods that have ended by a moment: places are worked out among them.
    pub fn due<'a>(&'a self, program: &'a Program, as_of: i64) -> impl Iterator<Item = String> + 'a {
        let ends = self.ends.iter().filter_map(|day| program.end_of(Day(*day))).filter(move |end| *end <= as_of);
        let last = ends.max();
        let counted = self.counted.iter().filter(move |form| last.is_some_and(|end| form.place.at < end));
        counted.flat_map(|form| [form.referral.clone(), form.place.referral.clone()])
    }
}

/// The period that ended at an instant.
pub fn period_end(program: &Program, at: i64) -> What {
    let day = program.zone.day_of(Instant(at));
    What::PeriodEnd(day.checked_add_days(-1).unwrap_or(day))
}
