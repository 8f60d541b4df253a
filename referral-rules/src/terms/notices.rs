//! Notices in words: what referrers and those referred are told. What others hear, and reminders, are nobody's right.
use super::Page;
use super::sentences::Say;
use super::words::Words;
use crate::program::document::{Notice, Trigger};

impl Words<'_> {
    pub(super) fn notices(&self, page: &mut Page) {
        let told = self.version.document.notices.iter().filter_map(|notice| self.notice(notice));
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            page.heading(2, &self.word(Say::HeadNotices));
            told.iter().for_each(|said| page.item(0, said));
        }
    }

    fn notice(&self, notice: &Notice) -> Option<String> {
        let Notice { span: _, id: _, to, trigger, of: _, when, within, text: _ } = notice;
        let Trigger::On(kinds) = trigger else { return None };
        let party = match to.value.as_str() {
            "referrer" => Say::PartyReferrer,
            "referee" => Say::PartyReferee,
            _ => return None,
        };
        let declared = |kind: &str| self.program.kind(kind).is_some();
        let event = |kind: &str| match kind {
            Notice::REFUSED if !declared(kind) => self.word(Say::RefusalEvent),
            kind => self.event(kind),
        };
        let events: Vec<String> = kinds.iter().map(|kind| event(&kind.value)).collect();
        let places = [("party", &*self.word(party)), ("events", &*self.listed(&events, Say::Or))];
        let mut said = vec![self.say(Say::NoticeOn, &places)];
        if !when.is_empty() {
            let conditions: Vec<String> = when.iter().map(|when| self.condition(when)).collect();
            said.push(self.say(Say::NoticeWhen, &[("condition", &self.listed(&conditions, Say::And))]));
        }
        said.extend(
            within.as_ref().map(|within| self.say(Say::NoticeWithin, &[("length", &self.length(within.value))])),
        );
        Some(said.join(" "))
    }
}
