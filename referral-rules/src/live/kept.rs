//! Between what referrers keep of their levels and the form in which states keep it.
#![expect(clippy::indexing_slicing, reason = "positions come from the compiled program")]
use super::convert::version_number;
use super::forms::KeptForm;
use crate::base::Day;
use crate::program::Program;
use crate::stage::timeline::Kept;

/// What a referrer keeps, with names.
pub fn kept_form(program: &Program, kept: &Kept) -> KeptForm {
    let name = |number: u16| program.versions[usize::from(number)].name.clone();
    let levels = kept.levels.iter().map(|((version, ladder), level)| (name(*version), *ladder, *level));
    KeptForm { day: kept.day.0, levels: levels.collect() }
}

/// What a referrer keeps; `None` when the program no longer has a version that it names.
pub fn kept(program: &Program, form: &KeptForm) -> Option<Kept> {
    let level =
        |(version, ladder, level): &(String, u16, u8)| Some(((version_number(program, version)?, *ladder), *level));
    Some(Kept { day: Day(form.day), levels: form.levels.iter().map(level).collect::<Option<_>>()? })
}
