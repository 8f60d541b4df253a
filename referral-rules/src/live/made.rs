//! For what events have come that conditions make, in the states of scopes.
use super::forms::{CameForm, ScopeBody};
use super::measures::{key, key_form, load_measure};
use crate::book::Book;
use crate::program::Program;
use crate::stage::timeline::Counting;

/// For what events have come, with names, sorted.
pub fn came_forms(program: &Program, book: &Book, counting: &Counting) -> Vec<CameForm> {
    let form = |(kind, key): &(_, _)| CameForm { kind: program.kind_word(*kind).to_owned(), key: key_form(book, key) };
    let mut out: Vec<CameForm> = counting.came.iter().map(form).collect();
    out.sort();
    out
}

/// Puts it back; nothing where the program does not know the kind.
pub fn load_came(program: &Program, book: &Book, form: &CameForm, counting: &mut Counting) -> Option<()> {
    counting.came.insert((program.kind(&form.kind)?, key(book, &form.key)));
    Some(())
}

/// Loads of a scope what the conditions of events ask.
pub fn load_made(program: &Program, book: &Book, scope: &ScopeBody, counting: &mut Counting) -> Option<()> {
    for form in &scope.measures {
        load_measure(program, book, form, counting)?;
    }
    scope.came.iter().try_for_each(|form| load_came(program, book, form, counting))
}
