//! Between declared measures as they run and the forms in which states keep them.
use super::convert::{number, number_form};
use super::forms::{BucketForm, ContributedForm, ContributionForm, MeasureForm, ReadingForm};
use crate::base::TextId;
use crate::book::Book;
use crate::program::Program;
use crate::stage::timeline::{
    Applied, Contributed, Counting, KeyPart, MeasureKey, Reading, Readings, Running, Totals, key_part,
};
use std::collections::BTreeMap;

pub(super) fn key_form(book: &Book, key: &MeasureKey) -> Vec<Option<String>> {
    let part = |part: &KeyPart| match part {
        KeyPart::Missing => None,
        KeyPart::Id(id) => Some(book.text(TextId(*id)).to_owned()),
        KeyPart::Text(text) => Some(text.to_string()),
    };
    key.parts().iter().map(part).collect()
}

/// A key with what this book knows of it; what it does not know, no event of this book asks for.
pub(super) fn key(book: &Book, form: &[Option<String>]) -> MeasureKey {
    let part = |part: &Option<String>| part.as_ref().map_or(KeyPart::Missing, |text| key_part(book, text));
    MeasureKey::of(form.iter().map(part).collect())
}

pub(super) fn value_form(value: &Contributed) -> ContributedForm {
    match value {
        Contributed::Number(value) => {
            let (numerator, denominator) = number_form(*value);
            ContributedForm::N(numerator, denominator)
        }
        Contributed::Text(text) => ContributedForm::T(text.to_string()),
    }
}

fn bucket_form(bucket: i32, totals: &Totals) -> BucketForm {
    BucketForm {
        bucket,
        count: totals.count,
        sum: totals.sum.map(number_form),
        values: totals.values.iter().map(|(found, times)| (value_form(found), *times)).collect(),
        ordered: totals.ordered.iter().map(|(order, found)| (*order, value_form(found))).collect(),
    }
}

pub(super) fn value(form: &ContributedForm) -> Option<Contributed> {
    match form {
        ContributedForm::N(numerator, denominator) => {
            number(&(numerator.clone(), denominator.clone())).map(Contributed::Number)
        }
        ContributedForm::T(text) => Some(Contributed::Text(text.as_str().into())),
    }
}

fn totals(form: &BucketForm) -> Option<Totals> {
    let sum = match &form.sum {
        Some(sum) => Some(number(sum)?),
        None => None,
    };
    let values = form.values.iter().map(|(found, times)| Some((value(found)?, *times))).collect::<Option<_>>()?;
    let ordered = form.ordered.iter().map(|(order, found)| Some((*order, value(found)?))).collect::<Option<_>>()?;
    Some(Totals { count: form.count, sum, values, ordered })
}

pub(super) fn measure_number(program: &Program, name: &str) -> Option<u16> {
    let position = program.measures.iter().position(|measure| measure.name == name)?;
    u16::try_from(position).ok()
}

pub(super) fn measure_name(program: &Program, number: u16) -> String {
    program.measures.get(usize::from(number)).map(|measure| measure.name.clone()).unwrap_or_default()
}

/// The measures of a scope with names, sorted.
pub fn measure_forms(program: &Program, book: &Book, counting: &Counting) -> Vec<MeasureForm> {
    let mut out: Vec<MeasureForm> = Vec::with_capacity(counting.measures.len());
    for ((number, key), running) in &counting.measures {
        out.push(MeasureForm {
            measure: measure_name(program, *number),
            key: key_form(book, key),
            buckets: running.buckets.iter().map(|(bucket, totals)| bucket_form(*bucket, totals)).collect(),
        });
    }
    out
}

/// Puts a measure back; nothing where the program does not know it.
pub fn load_measure(program: &Program, book: &Book, form: &MeasureForm, counting: &mut Counting) -> Option<()> {
    let number = measure_number(program, &form.measure)?;
    let mut buckets = BTreeMap::new();
    for bucket in &form.buckets {
        buckets.insert(bucket.bucket, totals(bucket)?);
    }
    counting.measures.insert((number, key(book, &form.key)), Running::with(buckets));
    Some(())
}

/// What a referral contributed, with names.
pub fn contributed_forms(program: &Program, book: &Book, counting: &Counting, referral: u32) -> Vec<ContributionForm> {
    let contributed = counting.contributed.get(&referral).into_iter().flatten();
    let form = |((measure, key, bucket), totals): (&(u16, MeasureKey, i32), &Totals)| ContributionForm {
        measure: measure_name(program, *measure),
        key: key_form(book, key),
        bucket: bucket_form(*bucket, totals),
    };
    let mut out: Vec<ContributionForm> = contributed.map(form).collect();
    out.sort_by(|left, right| {
        (&left.measure, &left.key, left.bucket.bucket).cmp(&(&right.measure, &right.key, right.bucket.bucket))
    });
    out
}

/// Puts back what a referral contributed; nothing where the program does not know the measure.
pub fn load_contributed(
    program: &Program,
    book: &Book,
    forms: &[ContributionForm],
    referral: u32,
    counting: &mut Counting,
) -> Option<()> {
    for form in forms {
        let key = (measure_number(program, &form.measure)?, key(book, &form.key), form.bucket.bucket);
        counting.contributed.entry(referral).or_default().insert(key, totals(&form.bucket)?);
    }
    Some(())
}

/// The measures after an applied event, with names.
pub fn reading_forms(program: &Program, applied: &Applied, row: usize) -> BTreeMap<String, ReadingForm> {
    let form = |reading: &Reading| match reading {
        Reading::Value(value) => {
            let (numerator, denominator) = number_form(*value);
            Some(ReadingForm::V(numerator, denominator))
        }
        Reading::Text(text) => Some(ReadingForm::T(text.to_string())),
        Reading::Overflow => Some(ReadingForm::O),
        Reading::None => None,
    };
    let readings = program.measures.iter().zip(&applied.measures);
    readings.filter_map(|(measure, readings)| Some((measure.name.clone(), form(readings.after.get(row)?)?))).collect()
}

/// Appends the measures of an applied event; those before it are not asked for any more.
pub fn push_readings(program: &Program, forms: &BTreeMap<String, ReadingForm>, out: &mut Applied) -> Option<()> {
    out.measures.resize_with(program.measures.len(), Readings::default);
    for (measure, readings) in program.measures.iter().zip(&mut out.measures) {
        let reading = match forms.get(&measure.name) {
            Some(ReadingForm::V(numerator, denominator)) => {
                Reading::Value(number(&(numerator.clone(), denominator.clone()))?)
            }
            Some(ReadingForm::T(text)) => Reading::Text(text.as_str().into()),
            Some(ReadingForm::O) => Reading::Overflow,
            None => Reading::None,
        };
        readings.before.push(reading.clone());
        readings.after.push(reading);
    }
    Some(())
}
