//! A program: the document as written, read from TOML or JSON; checks; the compiled program.
mod document;
mod document_rules;

pub use document::{
    AsOf, Attribution, CalendarText, Clock, Constant, ConstantList, CreditGoesTo, DayRange, Document, EventDeclaration,
    ExpressionText, FactDeclaration, FactOwner, FactType, Heading, Level, Moment, Refuses, Requirement, Table,
    TableRow, ThisEvent, TierLadder,
};
pub use document_rules::{Campaign, Limit, OverLimit, Party, PayWithin, Per, Reward, RewardKind};
