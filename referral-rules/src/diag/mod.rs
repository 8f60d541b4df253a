//! Faults as data: the table of codes, a diagnostic, places, suggestions for misspelt names, rendering for people.
mod code;
#[cfg(test)]
mod codes_page;
mod diagnostic;
mod place;
mod render;
mod shown;
mod suggest;

pub use code::{CODES, Code, Kind, Row};
pub use diagnostic::{Diagnostic, Severity};
pub use place::{Place, Span, Spanned, line_and_column};
pub use render::render;
pub(crate) use shown::push_shown;
pub use shown::shown;
pub use suggest::{did_you_mean, suggest};
