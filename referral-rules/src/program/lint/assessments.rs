//! Assessments that ask for much.
use super::{Terms, warning};
use crate::diag::{Code, Diagnostic};
use crate::program::document::Subject;
use std::collections::BTreeSet;

/// How many fields people are asked for at most.
const FIELDS: usize = 4;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, assessment) in terms.document.assessments.iter().enumerate() {
        if assessment.of.value != Subject::Referral {
            continue;
        }
        let prefix = format!("assessment[{at}].item[");
        let own = terms.expressions.range(prefix.clone()..).take_while(|(path, _)| path.starts_with(&prefix));
        let fields: BTreeSet<&str> = own.flat_map(|(_, checked)| checked.compiled.needs()).collect();
        let fields = fields.into_iter().filter(|name| name.starts_with("referee.") || name.starts_with("referral."));
        let fields: Vec<&str> = fields.collect();
        if fields.len() > FIELDS {
            let message = format!("{} fields are asked for: {}", fields.len(), fields.join(", "));
            let fault = warning(Code::ManyRequiredFields, assessment.id.span, format!("assessment[{at}].id"), message);
            found.push(fault.help("ask for four at most, such as name, e-mail, company and phone"));
        }
    }
}
