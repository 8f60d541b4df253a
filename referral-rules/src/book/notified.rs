//! What the host has told, by the ids of notices.
use super::build::Builder;
use super::given::GivenTable;
use crate::diag::Code;
use crate::expr::Type;

/// That a notice was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notified {
    /// The notice, by the id that the answer has for it.
    pub notice: String,
    /// When.
    pub at: i64,
    /// From when on that is known.
    pub known: i64,
}

impl Builder<'_> {
    /// Reads the table. A row that does not say which notice, or when, is a finding and left out.
    pub(super) fn notified(&mut self, given: &GivenTable) -> Vec<Notified> {
        if given.is_nothing() {
            return Vec::new();
        }
        self.start("notified", given);
        let notices = self.texts_of(given, "notice");
        let at = self.integer_column(given, "at", &Type::Instant);
        let recorded = self.integer_column(given, "recorded_at", &Type::Instant);
        self.unknown_columns(given);
        let mut out = Vec::with_capacity(given.rows);
        for (row, notice) in notices.into_iter().enumerate() {
            let moment = at.get(row).copied().flatten();
            if notice.is_none() {
                let help = "give the id that the answer has for it";
                self.report(Code::MissingId, row, "notice", "the row names no notice".to_owned(), help);
            }
            if moment.is_none() {
                let message = "the row does not say when it was told".to_owned();
                self.report(Code::MissingMoment, row, "at", message, "give `at`");
            }
            if let (Some(notice), Some(at)) = (notice, moment) {
                let known = recorded.get(row).copied().flatten().map_or(at, |recorded| recorded.max(at));
                out.push(Notified { notice, at, known });
            }
        }
        out
    }
}
