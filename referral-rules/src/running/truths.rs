//! Conditions over rows: true, false, or neither.
use crate::base::{Day, Instant};
use crate::evaluation::Evaluation;
use crate::expr::{Column, Compiled, Env, Inputs, Scratch};
use crate::program::Program;
use crate::stage::submission::CHUNK_ROWS;

/// Whether something holds; none where it cannot be told.
pub type Truth = Option<bool>;

/// Lets something read the inputs of rows.
pub type Make<'m> = &'m dyn Fn(&[u32], &mut dyn FnMut(&dyn Inputs));

/// Whether all conditions hold, by row: false if one is false, none if one is missing otherwise.
pub fn truths(
    conditions: &[Compiled],
    rows: &[u32],
    make: Make<'_>,
    env: &Env<'_>,
    scratch: &mut Scratch<'_>,
) -> Vec<Truth> {
    let mut out = vec![Some(true); rows.len()];
    for condition in conditions {
        for (chunk, out) in rows.chunks(CHUNK_ROWS).zip(out.chunks_mut(CHUNK_ROWS)) {
            make(chunk, &mut |inputs| {
                let found = condition.evaluate(inputs, chunk.len(), env, scratch);
                for (at, out) in out.iter_mut().enumerate() {
                    let is_known = found.status.get(at).is_some_and(|status| status.is_ok());
                    let truth = match &found.column {
                        Column::Bool(values) if is_known => values.get(at).copied(),
                        _ => None,
                    };
                    *out = match (*out, truth) {
                        (Some(false), _) | (_, Some(false)) => Some(false),
                        (None, _) | (_, None) => None,
                        (Some(true), Some(true)) => Some(true),
                    };
                }
            });
        }
    }
    out
}

/// The day that an expression gives, or the day of the instant.
pub fn day(
    expression: &Compiled,
    inputs: &dyn Inputs,
    evaluation: &Evaluation<'_>,
    env: &Env<'_>,
    scratch: &mut Scratch<'_>,
) -> Option<Day> {
    let found = expression.evaluate(inputs, 1, env, scratch);
    let at = match &found.column {
        Column::Int(values) if found.status.first().is_some_and(|status| status.is_ok()) => *values.first()?,
        _ => return None,
    };
    day_of(expression, at, evaluation.program)
}

fn day_of(expression: &Compiled, at: i64, program: &Program) -> Option<Day> {
    match expression.result_type() {
        crate::expr::Type::Date => i32::try_from(at).ok().map(Day),
        _ => Some(program.zone.day_of(Instant(at))),
    }
}
