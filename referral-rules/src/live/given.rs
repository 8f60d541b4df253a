//! For what rules give no more, in states: with the referral where the key names it, with the scope otherwise.
#![expect(clippy::indexing_slicing, reason = "positions come from the compiled program")]
use super::forms::GivenForm;
use crate::base::{NONE, TextId};
use crate::expr::Scratch;
use crate::program::{Per, Program};
use crate::stage::timeline::{Done, GivenKey};
use rustc_hash::{FxHashMap, FxHashSet};

/// The parts of a reward's key, which is the same in all versions.
fn key_of(program: &Program, reward: u16) -> &[Per] {
    let keys = program.versions.iter().filter_map(|version| version.reward_numbered(reward)?.once_per.as_deref());
    keys.into_iter().next().unwrap_or_default()
}

/// What is kept with each referral, and with the scope: that is where there is none.
pub type GivenForms = FxHashMap<Option<TextId>, Vec<GivenForm>>;

/// What is kept with each referral, and with the scope.
pub fn given_forms(program: &Program, given: &FxHashSet<GivenKey>, scratch: &Scratch<'_>) -> GivenForms {
    let mut out = GivenForms::default();
    for key in given {
        let per = match key.done {
            Done::Given => key_of(program, key.reward),
            Done::Ended => &[Per::Referral],
        };
        let of = per.iter().zip(key.parts).find(|(per, _)| matches!(per, Per::Referral)).map(|(_, part)| TextId(part));
        let text = |part: &u32| (*part != NONE).then(|| scratch.texts().text(TextId(*part)).to_owned());
        let parts = key.parts.iter().take(per.len()).map(text).collect();
        let reward = program.reward_ids[usize::from(key.reward)].clone();
        out.entry(of).or_default().push(GivenForm { reward, parts, ended: key.done == Done::Ended });
    }
    out.values_mut().for_each(|forms| forms.sort());
    out
}

/// The key with positions; `None` when the program no longer has what it names.
pub fn given_key(program: &Program, form: &GivenForm, scratch: &mut Scratch<'_>) -> Option<GivenKey> {
    let reward = program.reward_ids.iter().position(|id| *id == form.reward).and_then(|at| u16::try_from(at).ok())?;
    let mut parts = [NONE; 4];
    for (slot, part) in parts.iter_mut().zip(&form.parts) {
        *slot = part.as_ref().map_or(NONE, |part| scratch.texts_mut().intern(part).0);
    }
    let done = if form.ended { Done::Ended } else { Done::Given };
    Some(GivenKey { reward, done, parts })
}
