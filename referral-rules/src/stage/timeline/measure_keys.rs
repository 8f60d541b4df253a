//! The keys of declared measures: under which one an event counts, and which one it reads.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::Applied;
use super::key_text::KeyText;
use super::levels::Levels;
use crate::base::index;
use crate::book::Book;
use crate::expr::{Compiled, Scratch};
use crate::program::{Contribution, Per, Program, Version};
use crate::stage::env;
use crate::stage::inputs::Counted;
use std::sync::Arc;

/// A part of a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyPart {
    /// It is missing.
    Missing,
    /// A text of the book, by its number.
    Id(u32),
    /// Any other text.
    Text(Arc<str>),
}

/// What events that are put together have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum MeasureKey {
    /// Nothing: the whole program.
    Program,
    /// One id of the book.
    Id(u32),
    /// Several parts, or others.
    Parts(Arc<[KeyPart]>),
}

impl MeasureKey {
    /// The key of these parts.
    pub fn of(parts: Vec<KeyPart>) -> Self {
        match parts.as_slice() {
            [] => Self::Program,
            [KeyPart::Id(id)] => Self::Id(*id),
            _ => Self::Parts(parts.into()),
        }
    }

    /// The parts, one by one.
    pub fn parts(&self) -> Vec<KeyPart> {
        match self {
            Self::Program => Vec::new(),
            Self::Id(id) => vec![KeyPart::Id(*id)],
            Self::Parts(parts) => parts.to_vec(),
        }
    }
}

/// A text as a part of a key.
pub fn key_part(book: &Book, text: &str) -> KeyPart {
    book.texts.find(text).map_or_else(|| KeyPart::Text(text.into()), |id| KeyPart::Id(id.0))
}

/// Reads keys.
#[derive(Clone, Copy)]
pub struct MeasureKeys<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
}

impl MeasureKeys<'_> {
    /// The key under which an event of a referral reads a measure, where the event itself has no part in it.
    pub fn plain(&self, contribution: &Contribution, referral: u32) -> Option<MeasureKey> {
        let referrals = &self.book.referrals;
        let id = |per: &Per| match per {
            Per::Referrer => Some(referrals.referrer[index(referral)].0),
            Per::Referee => Some(referrals.referee[index(referral)].0),
            Per::Referral => Some(referrals.id[index(referral)].0),
            Per::Reward | Per::Campaign | Per::Expression(_) => None,
        };
        match contribution.per.as_slice() {
            [] => Some(MeasureKey::Program),
            [only] => id(only).map(MeasureKey::Id),
            all => all.iter().map(|per| id(per).map(KeyPart::Id)).collect::<Option<_>>().map(MeasureKey::of),
        }
    }

    /// The keys of applied events, which the version governs, by their parts.
    pub fn at(
        &self,
        version: &Version,
        per: &[Per],
        rows: &[u32],
        applied: &Applied,
        scratch: &mut Scratch<'_>,
    ) -> Vec<MeasureKey> {
        let mut parts: Vec<Vec<KeyPart>> = vec![Vec::with_capacity(per.len()); rows.len()];
        let referrals = &self.book.referrals;
        for per in per {
            if let Per::Expression(expression) = per {
                self.written(version, expression, rows, applied, &mut parts, scratch);
                continue;
            }
            let ids = rows.iter().map(|row| {
                let referral = index(applied.referral[index(*row)]);
                match per {
                    Per::Referrer => referrals.referrer[referral],
                    Per::Referee => referrals.referee[referral],
                    _ => referrals.id[referral],
                }
            });
            parts.iter_mut().zip(ids).for_each(|(parts, id)| parts.push(KeyPart::Id(id.0)));
        }
        parts.into_iter().map(MeasureKey::of).collect()
    }

    /// A part that an expression gives.
    fn written(
        &self,
        version: &Version,
        expression: &Compiled,
        rows: &[u32],
        applied: &Applied,
        parts: &mut [Vec<KeyPart>],
        scratch: &mut Scratch<'_>,
    ) {
        let env = env(self.program, version, self.book);
        let levels = Levels { program: self.program, book: self.book };
        let inputs = levels.inputs(applied, rows, Counted::After);
        let result = expression.evaluate(&inputs, rows.len(), &env, scratch).clone();
        for (at, parts) in parts.iter_mut().enumerate() {
            parts.push(match KeyText::of(&result, at) {
                KeyText::Id(id) => key_part(self.book, scratch.texts().text(id)),
                KeyText::Text(text) => key_part(self.book, &text),
                KeyText::Missing => KeyPart::Missing,
            });
        }
    }
}
