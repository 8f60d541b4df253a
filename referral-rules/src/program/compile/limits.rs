//! Limits and the parts of keys, compiled.
use super::Compiling;
use super::rewards::unit;
use crate::base::Rounding;
use crate::diag::{Spanned, did_you_mean};
use crate::expr::{Expected, Scope};
use crate::program::compiled::{Limit, Per};
use crate::program::document::{self, Document};
use crate::program::names::{Scopes, number};

/// The words that parts of keys can be.
const WORDS: [&str; 6] = ["referrer", "referral", "referee", "program", "reward", "campaign"];

impl Compiling<'_> {
    /// The parts of a key; the whole program is none.
    pub(in crate::program) fn key(
        &mut self,
        written: &[Spanned<document::Per>],
        scope: &Scope,
        path: &str,
    ) -> Vec<Per> {
        let mut out = Vec::with_capacity(written.len());
        for (position, key) in written.iter().enumerate() {
            out.extend(match &key.value {
                document::Per::Program => None,
                document::Per::Referrer => Some(Per::Referrer),
                document::Per::Referee => Some(Per::Referee),
                document::Per::Referral => Some(Per::Referral),
                document::Per::Reward => Some(Per::Reward),
                document::Per::Campaign => Some(Per::Campaign),
                document::Per::Expression(written) => {
                    let before = self.diagnostics.len();
                    let found = self.expression(written, Expected::Any, scope, &format!("{path}[{position}]"));
                    // A single word may be one of those for keys, misspelt.
                    let word = Some(written.text.trim()).filter(|text| !text.contains(['.', '(', '[', '\'']));
                    let guess = word.and_then(|word| did_you_mean(word, WORDS));
                    for fault in self.diagnostics.iter_mut().skip(before).filter(|_| found.is_none()) {
                        fault.help = guess.clone().unwrap_or(std::mem::take(&mut fault.help));
                    }
                    found.map(|key| Per::Expression(Box::new(key)))
                }
            });
        }
        out
    }

    pub(super) fn limit(
        &mut self,
        at: usize,
        written: &document::Limit,
        document: &Document,
        scopes: &Scopes,
    ) -> Limit {
        let counts_grants = written.unit.value == document::Limit::GRANTS;
        let unit = unit(&written.unit.value);
        let digits = if counts_grants { 0 } else { unit.digits() };
        let constant = written.constant();
        let at_most = constant.and_then(|most| Rounding::Down.settle(most, digits)).unwrap_or(i64::MAX);
        let path = format!("limit[{at}].at_most");
        let asks = match constant {
            Some(_) => None,
            None => self.expression(&written.at_most, Expected::Number, &scopes.event, &path),
        };
        let per = self.key(&written.per, &scopes.event, &format!("limit[{at}].per"));
        let campaigns = written.campaigns.iter().flatten().filter_map(|id| {
            let position = document.campaigns.iter().position(|campaign| campaign.id.value == id.value)?;
            u16::try_from(position).ok()
        });
        Limit {
            number: number(&mut self.numbers.limit_ids, &written.id.value),
            campaigns: campaigns.collect(),
            when: self.conditions(&written.when, &scopes.event, &format!("limit[{at}].when")),
            per,
            in_each: written.in_each.value,
            at_most,
            asks,
            counts_grants,
            unit,
            over_limit: written.over_limit.value,
            taken_back: written.taken_back.value,
        }
    }
}
