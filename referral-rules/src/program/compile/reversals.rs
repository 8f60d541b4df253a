//! Reversals of a document, compiled.
use super::Compiling;
use crate::expr::Expected;
use crate::program::compiled::{Reversal, TakeBack};
use crate::program::document::{self, Document};
use crate::program::names::{Scopes, number};

impl Compiling<'_> {
    /// Reversals in order; one with a fault is left out, and the program is not run.
    pub(super) fn reversals(&mut self, document: &Document, scopes: &Scopes) -> Vec<Reversal> {
        let all = document.reversals.iter().enumerate();
        all.filter_map(|(at, written)| self.reversal(at, written, scopes)).collect()
    }

    fn reversal(&mut self, at: usize, written: &document::Reversal, scopes: &Scopes) -> Option<Reversal> {
        let scope = &scopes.event;
        let path = |key: &str| format!("reversal[{at}].{key}");
        let when = self.conditions(&written.when, scope, &path("when"));
        let of_event =
            written.of_event.as_ref().map(|of| self.expression(of, Expected::Text, scope, &path("of_event")));
        let take_back = match &written.take_back {
            document::TakeBack::All => Some(TakeBack::All),
            document::TakeBack::Share(share) => {
                self.expression(share, Expected::Number, scope, &path("take_back")).map(TakeBack::Share)
            }
            document::TakeBack::InProportion { refunded, out_of } => {
                let now = self.expression(refunded, Expected::Number, scope, &path("refunded"));
                let all = match out_of {
                    Some(out_of) => self.expression(out_of, Expected::Number, scope, &path("out_of")),
                    None => now.clone(),
                };
                now.zip(all).map(|(refunded, out_of)| TakeBack::InProportion { refunded, out_of })
            }
        };
        Some(Reversal {
            number: number(&mut self.numbers.reversal_ids, &written.id.value),
            on: written.on.iter().map(|kind| self.numbers.kind(&kind.value)).collect(),
            when,
            of_event: match of_event {
                Some(of_event) => Some(of_event?),
                None => None,
            },
            within: written.within.as_ref().map(|within| within.value),
            take_back: take_back?,
            when_paid: written.when_paid.value,
            restored_by: written.restored_by.as_ref().map(|kind| self.numbers.kind(&kind.value)),
            span: written.id.span,
        })
    }
}
