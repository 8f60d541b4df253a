//! The conformance corpus: cases as plain data, read here and run through every door.
//!
//! A case is a TOML file under `cases/`; `cases/README.md` says what may stand in it. The same form serves the authors of
//! programs for tests of their own: those of `examples/programs` belong to the corpus as well.
mod book;
mod case;
mod compare;
mod expected;
mod feed;
mod request;
mod steps;

pub use book::{Tables, json_text};
pub use case::{Case, CaseKind, read_case, read_cases, read_corpus, read_program_tests};
pub use compare::compare;
pub use expected::{Expectations, Expected};
pub use feed::{Feed, feeds, fixed, moment_of, push_booked};
pub use steps::{Asked, Steps, steps};
