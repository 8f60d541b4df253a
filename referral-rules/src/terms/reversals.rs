//! What is taken back, in words.
use super::Page;
use super::sentences::Say;
use super::words::Words;
use crate::program::document::{Reversal, TakeBack, WhenPaid};

impl Words<'_> {
    pub(super) fn reversals(&self, page: &mut Page) {
        let reversals = &self.version.document.reversals;
        if reversals.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadReversals));
        reversals.iter().for_each(|reversal| page.item(0, &self.reversal(reversal).join(" ")));
    }

    fn reversal(&self, reversal: &Reversal) -> Vec<String> {
        let Reversal { span: _, id, on, when, rewards, of_event, within, take_back, when_paid, restored_by } = reversal;
        let events = self.events(on.iter().map(|kind| kind.value.as_str()));
        let mut said = vec![self.say(Say::ReversalOn, &[("id", &id.value), ("events", &events)])];
        if !when.is_empty() {
            let conditions: Vec<String> = when.iter().map(|when| self.condition(when)).collect();
            said.push(self.say(Say::ReversalWhen, &[("condition", &self.listed(&conditions, Say::And))]));
        }
        said.push(match rewards {
            None => self.word(Say::ReversalAll),
            Some(rewards) => {
                let rewards = self.codes(rewards.iter().map(|id| id.value.as_str()));
                self.say(Say::ReversalRewards, &[("rewards", &rewards)])
            }
        });
        said.push(match of_event {
            Some(event) => self.say(Say::ReversalOf, &[("value", &self.expression(event))]),
            None => self.word(Say::ReversalOfAll),
        });
        said.push(match within {
            Some(length) => self.say(Say::ReversalWithin, &[("length", &self.length(length.value))]),
            None => self.word(Say::ReversalNoEnd),
        });
        said.push(match take_back {
            TakeBack::All => self.word(Say::TakeAll),
            TakeBack::Share(share) => self.say(Say::TakeShare, &[("value", &self.expression(share))]),
            TakeBack::InProportion { refunded, out_of } => {
                let whole = self.expression(out_of.as_ref().unwrap_or(refunded));
                let refunded = self.expression(refunded);
                self.say(Say::TakeProportion, &[("refunded", &refunded), ("whole", &whole)])
            }
        });
        said.push(self.word(match when_paid.value {
            WhenPaid::TakeBack => Say::PaidTaken,
            WhenPaid::Keep => Say::PaidKept,
        }));
        said.extend(restored_by.as_ref().map(|kind| self.say(Say::RestoredBy, &[("event", &self.event(&kind.value))])));
        said
    }
}
