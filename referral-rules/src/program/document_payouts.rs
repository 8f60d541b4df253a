//! The payout rules of a document as written.
use super::document::ExpressionText;
use crate::base::{DayOff, Length, Number, PayoutDay};
use crate::diag::{Span, Spanned};

/// `[[payout]]`: when what is payable is paid out, and what must be there for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payout {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// The rewards that it pays; those of the kind `cash` in its unit unless written.
    pub rewards: Option<Vec<Spanned<String>>>,
    /// The currency or unit: the document's currency unless written.
    pub unit: Spanned<String>,
    /// The days on which it pays; every day unless written.
    pub on_day: Vec<Spanned<PayoutDay>>,
    /// Where a day moves that is no business day.
    pub day_off: Spanned<DayOff>,
    /// Only what could be paid so long before the day.
    pub cut_off: Option<Spanned<Length>>,
    /// The least that is paid out; less is carried over.
    pub at_least: Option<ExpressionText>,
    /// What is kept back.
    pub fee: Option<ExpressionText>,
}

impl Payout {
    /// The least, if it is a bare number.
    pub fn constant_minimum(&self) -> Option<Number> {
        self.at_least.as_ref().and_then(|least| Number::parse(&least.text))
    }
}
