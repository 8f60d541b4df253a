//! Contents, compiled: texts that a host puts where it likes.
use super::assessments::{Assessment, Subjects};
use super::compile::Compiling;
use super::document::{self, Document, Subject};
use super::names::Scopes;
use super::notices::Notice;
use super::paths::{numbered, under};
use super::templates::Templates;
use crate::expr::{Compiled, Expected};

/// A content.
#[derive(Debug)]
pub struct Content {
    /// The id.
    pub id: String,
    /// Of what it is.
    pub of: Subject,
    /// Only of those for which all of these hold.
    pub when: Vec<Compiled>,
    /// Only of the best: by what, and how many places there are.
    pub best: Option<(Compiled, usize)>,
    /// The texts.
    pub templates: Templates,
}

impl Compiling<'_> {
    /// What helps to run the program.
    pub(super) fn running(
        &mut self,
        document: &Document,
        scopes: &Scopes,
    ) -> (Vec<Assessment>, Vec<Notice>, Vec<Content>) {
        let mut subjects = Subjects::new(document, scopes);
        (self.assessments(&mut subjects), self.notices(&mut subjects), self.contents(&mut subjects))
    }

    fn contents(&mut self, subjects: &mut Subjects<'_>) -> Vec<Content> {
        let document = subjects.document;
        let mut out = Vec::with_capacity(document.contents.len());
        for (at, written) in document.contents.iter().enumerate() {
            out.push(self.content(at, written, subjects));
        }
        out
    }

    fn content(&mut self, at: usize, written: &document::Content, subjects: &mut Subjects<'_>) -> Content {
        let path = numbered("content", at);
        let of = written.of.value;
        let scope = self.numbers.with_verdicts(of, subjects);
        let best = written.best.as_ref().and_then(|best| {
            let by = self.expression(&best.by, Expected::Number, &scope, &format!("{path}.best.by"))?;
            Some((by, usize::try_from(best.places.value).unwrap_or(usize::MAX)))
        });
        Content {
            id: written.id.value.clone(),
            of,
            when: self.conditions(&written.when, &scope, &under(&path, "when")),
            best,
            templates: self.templates(&written.text, &scope, &["program"], &path),
        }
    }
}
