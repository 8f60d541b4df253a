//! A program: the document as written, read from TOML or JSON; checks; the compiled program.
mod assessments;
mod changes;
mod claims;
mod compile;
mod compiled;
mod compiled_rules;
mod contents;
mod contests;
mod data;
mod defaults;
pub mod document;
mod document_assessments;
mod document_contests;
mod document_measures;
mod document_metrics;
mod document_notices;
mod document_payouts;
mod document_requirements;
mod document_reversals;
mod document_rules;
mod library_lists;
pub mod lint;
mod made;
mod measure_types;
mod metrics;
mod names;
mod notices;
mod paths;
mod payouts;
mod read;
mod recruiters;
mod requirements;
mod scope;
mod shares;
mod slot_names;
mod stages;
pub mod standard;
mod template_names;
mod templates;

pub use assessments::{Assessment, AssessmentItem, AssessmentVerdict, ItemCount};
pub use changes::{Change, Changes, What};
pub use claims::ClaimTerms;
pub use compile::{Faults, SourceText};
pub use compiled::{
    Campaign, Clock, Contribution, DeclaredMeasure, EventKind, Fact, Goal, Group, Judged, Ladder, LadderBy, Level,
    Limit, ListFrom, Measure, Operator, Owner, Per, Program, Requirement, Reversal, Reward, RunningTotal, Source,
    TakeBack, Version,
};
pub use contents::Content;
pub(crate) use contests::CONTEST_KIND;
pub use contests::{Contest, ContestEnds, Prize};
pub use data::Data;
pub use defaults::DEFAULTS;
pub use document::{
    Aggregate, BelowZero, Better, Constant, CountedFrom, CreditGoesTo, Disqualified, Document, JudgedAt, Medium,
    Moment, Moves, Notation, OnFailure, Over, OverLimit, Party, PayWithin, Refuses, RowMoment, TakenBack, Ties,
    WhenPaid, Which, Wins,
};
pub use library_lists::{LIBRARY_LISTS, LibraryList};
pub use lint::{About, Bound, BoundPart, Why};
pub use made::Maker;
pub use metrics::{Breakdown, Figure, Metric, Part, Reported, Rows};
pub use notices::{Notice, Trigger};
pub use payouts::Payout;
pub use scope::Scope;
pub use shares::{Share, Shares};
pub use templates::{Filling, Templates, filled};

/// The `schema` of the documents that this build reads.
pub const DOCUMENT_SCHEMA: u32 = 1;

/// The JSON Schema (2020-12) of a document, for editors and checkers: whether names, conditions and amounts make sense, only the
/// compiler says.
///
/// # Example
/// ```
/// use referral_rules::program::SCHEMA;
/// assert!(SCHEMA.contains("\"title\": \"A referral program\""));
/// ```
pub const SCHEMA: &str = include_str!("document.schema.json");
