//! A program: the document as written, read from TOML or JSON; checks; the compiled program.
mod document;
mod document_rules;
mod read;

pub use document::{
    AsOf, Attribution, CalendarText, Clock, Constant, ConstantList, CreditGoesTo, DayRange, Document, EventDeclaration,
    ExpressionText, FactDeclaration, FactOwner, FactType, Heading, Level, MEASURES, Moment, Refuses, Requirement,
    STAGES, Table, TableRow, ThisEvent, TierLadder,
};
pub use document_rules::{Campaign, Limit, OverLimit, Party, PayWithin, Per, Reward, RewardKind};
pub use read::Notation;
