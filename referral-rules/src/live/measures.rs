//! Between declared measures as they run and the forms in which states keep them.
use super::convert::{number, number_form};
use super::forms::{BucketForm, ContributedForm, MeasureForm, ReadingForm};
use crate::base::TextId;
use crate::book::Book;
use crate::program::{MeasurePer, Program};
use crate::stage::timeline::{Applied, Contributed, Counting, Reading, Readings, Running, Totals};
use std::collections::BTreeMap;

fn bucket_form(bucket: i32, totals: &Totals) -> BucketForm {
    let value = |value: &Contributed| match value {
        Contributed::Number(value) => {
            let (numerator, denominator) = number_form(*value);
            ContributedForm::N(numerator, denominator)
        }
        Contributed::Text(text) => ContributedForm::T(text.clone()),
    };
    BucketForm {
        bucket,
        count: totals.count,
        sum: totals.sum.map(number_form),
        values: totals.values.iter().map(|(found, times)| (value(found), *times)).collect(),
    }
}

fn totals(form: &BucketForm) -> Option<Totals> {
    let sum = match &form.sum {
        Some(sum) => Some(number(sum)?),
        None => None,
    };
    let value = |value: &ContributedForm| match value {
        ContributedForm::N(numerator, denominator) => {
            number(&(numerator.clone(), denominator.clone())).map(Contributed::Number)
        }
        ContributedForm::T(text) => Some(Contributed::Text(text.clone())),
    };
    let values = form.values.iter().map(|(found, times)| Some((value(found)?, *times))).collect::<Option<_>>()?;
    Some(Totals { count: form.count, sum, values })
}

fn measure_number(program: &Program, name: &str) -> Option<u16> {
    let position = program.measures.iter().position(|measure| measure.name == name)?;
    u16::try_from(position).ok()
}

fn measure_name(program: &Program, number: u16) -> String {
    program.measures.get(usize::from(number)).map(|measure| measure.name.clone()).unwrap_or_default()
}

/// The measures of a scope with names, sorted.
pub fn measure_forms(program: &Program, book: &Book, counting: &Counting) -> Vec<MeasureForm> {
    let mut out: Vec<MeasureForm> = Vec::with_capacity(counting.measures.len());
    for ((number, key), running) in &counting.measures {
        let per = program.measures.get(usize::from(*number)).map(|measure| measure.per);
        out.push(MeasureForm {
            measure: measure_name(program, *number),
            referrer: (per == Some(MeasurePer::Referrer)).then(|| book.text(TextId(*key)).to_owned()),
            buckets: running.buckets.iter().map(|(bucket, totals)| bucket_form(*bucket, totals)).collect(),
        });
    }
    out
}

/// Puts a measure back; gives it back where its referrer is not in this book, and nothing where the program does not know it.
pub fn load_measure(
    program: &Program,
    book: &Book,
    form: &MeasureForm,
    counting: &mut Counting,
) -> Option<Option<MeasureForm>> {
    let number = measure_number(program, &form.measure)?;
    let key = match &form.referrer {
        None => 0,
        Some(referrer) => match book.texts.find(referrer) {
            Some(id) => id.0,
            None => return Some(Some(form.clone())),
        },
    };
    let mut buckets = BTreeMap::new();
    for bucket in &form.buckets {
        buckets.insert(bucket.bucket, totals(bucket)?);
    }
    counting.measures.insert((number, key), Running::with(buckets));
    Some(None)
}

/// What a referral contributed, with names.
pub fn contributed_forms(program: &Program, counting: &Counting, referral: u32) -> Vec<(String, BucketForm)> {
    let contributed = counting.contributed.get(&referral).into_iter().flatten();
    contributed
        .map(|((measure, bucket), totals)| (measure_name(program, *measure), bucket_form(*bucket, totals)))
        .collect()
}

/// Puts back what a referral contributed; nothing where the program does not know the measure.
pub fn load_contributed(
    program: &Program,
    forms: &[(String, BucketForm)],
    referral: u32,
    counting: &mut Counting,
) -> Option<()> {
    for (measure, form) in forms {
        let key = (measure_number(program, measure)?, form.bucket);
        counting.contributed.entry(referral).or_default().insert(key, totals(form)?);
    }
    Some(())
}

/// The measures after an applied event, with names.
pub fn reading_forms(program: &Program, applied: &Applied, row: usize) -> BTreeMap<String, ReadingForm> {
    let form = |reading: Reading| match reading {
        Reading::Value(value) => {
            let (numerator, denominator) = number_form(value);
            Some(ReadingForm::V(numerator, denominator))
        }
        Reading::Overflow => Some(ReadingForm::O),
        Reading::None => None,
    };
    let readings = program.measures.iter().zip(&applied.measures);
    readings.filter_map(|(measure, readings)| Some((measure.name.clone(), form(*readings.after.get(row)?)?))).collect()
}

/// Appends the measures of an applied event; those before it are not asked for any more.
pub fn push_readings(program: &Program, forms: &BTreeMap<String, ReadingForm>, out: &mut Applied) -> Option<()> {
    out.measures.resize_with(program.measures.len(), Readings::default);
    for (measure, readings) in program.measures.iter().zip(&mut out.measures) {
        let reading = match forms.get(&measure.name) {
            Some(ReadingForm::V(numerator, denominator)) => {
                Reading::Value(number(&(numerator.clone(), denominator.clone()))?)
            }
            Some(ReadingForm::O) => Reading::Overflow,
            None => Reading::None,
        };
        readings.before.push(reading);
        readings.after.push(reading);
    }
    Some(())
}
