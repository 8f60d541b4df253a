//! What may be taken back of a referral, between its form and a scope in motion.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::contests::period_end;
use super::convert::{
    draw_form, draw_key, number, number_form, place, place_form, total_form, total_key, version_number,
};
use super::forms::ReferralBody;
use super::grant_forms::{GrantForm, ShareForm};
use super::rows::event_row;
use super::scope::Running;
use crate::base::{NONE, TextId, index};
use crate::program::EventKind;
use crate::stage::Facts;
use crate::stage::timeline::{Draw, Grant, GrantSoFar, ShareSoFar, TotalSoFar, What};

impl Running<'_> {
    /// Puts what may be taken back of a referral where reversals find it. `None` when the program no longer has what it names, or
    /// when nothing was kept.
    pub fn load_grants(&mut self, body: &ReferralBody, referral: u32) -> Option<()> {
        if !self.facts.program.reverses() {
            return Some(());
        }
        let mut grants = Vec::new();
        for form in body.grants.as_ref()? {
            let grant = self.grant_so_far(form)?;
            let key = key(self.facts, referral, &grant);
            self.booking.sequences.insert(key, form.sequence);
            grants.push(grant);
        }
        if !grants.is_empty() {
            self.drawn.grants.insert(referral, grants);
        }
        Some(())
    }

    fn grant_so_far(&mut self, form: &GrantForm) -> Option<GrantSoFar> {
        let Facts { program, book, .. } = self.facts;
        let version = version_number(program, &form.version)?;
        let rewards = &program.versions[usize::from(version)].rewards;
        let rule = rewards.iter().position(|reward| program.reward_ids[usize::from(reward.number)] == form.rule)?;
        let event = match &form.event {
            Some(id) => book.event(id)?,
            None => NONE,
        };
        let room: Option<Vec<_>> = form.room.iter().map(|form| draw_key(program, form, &mut self.scratch)).collect();
        let share = |form: &ShareForm| {
            let reversal = program.reversal_ids.iter().position(|id| *id == form.reversal)?;
            let out_of = match &form.out_of {
                Some(out_of) => Some(number(out_of)?),
                None => None,
            };
            let reversal = u16::try_from(reversal).ok()?;
            Some(ShareSoFar { reversal, out_of, refunded: number(&form.refunded)?, share: number(&form.share)? })
        };
        Some(GrantSoFar {
            what: match form.what {
                0 => What::Submission,
                1 => What::Event(event),
                2 => What::Clock(event),
                _ => period_end(program, form.place.at),
            },
            kind: match form.what {
                3 => EventKind::prize(rewards[rule].number),
                _ => program.kind(&form.kind)?,
            },
            place: place(book, &form.place),
            version,
            rule: u16::try_from(rule).ok()?,
            payee: match &form.payee {
                Some(payee) => book.texts.find(payee)?.0,
                None => NONE,
            },
            tiers: form.tiers,
            given: form.given,
            put_off: form.put_off,
            spared: form.spared,
            taken: form.taken,
            room: room?,
            total: match &form.total {
                Some(total) => Some(total_key(program, total, &mut self.scratch)?),
                None => None,
            },
            shares: form.shares.iter().map(share).collect::<Option<_>>()?,
        })
    }

    /// Takes down what may be taken back of a referral, and the events that it was granted for.
    pub fn save_grants(&self, body: &mut ReferralBody, referral: u32) {
        let Facts { program, book, .. } = self.facts;
        if !program.reverses() {
            return;
        }
        let grants = self.drawn.grants.get(&referral).map_or(&[][..], |grants| grants);
        body.events.clear();
        for event in grants.iter().filter_map(event_of) {
            let id = book.text(book.events.id[index(event)]).to_owned();
            body.events.insert(id, event_row(program, book, event));
        }
        body.grants = Some(grants.iter().map(|grant| self.grant_form(grant, referral)).collect());
    }

    fn grant_form(&self, grant: &GrantSoFar, referral: u32) -> GrantForm {
        let Facts { program, book, .. } = self.facts;
        let version = &program.versions[usize::from(grant.version)];
        let reward = &version.rewards[usize::from(grant.rule)];
        let share = |share: &ShareSoFar| ShareForm {
            reversal: program.reversal_ids[usize::from(share.reversal)].clone(),
            out_of: share.out_of.map(number_form),
            refunded: number_form(share.refunded),
            share: number_form(share.share),
        };
        GrantForm {
            rule: program.reward_ids[usize::from(reward.number)].clone(),
            version: version.name.clone(),
            what: match grant.what {
                What::Submission => 0,
                What::Event(_) => 1,
                What::Clock(_) => 2,
                What::PeriodEnd(_) => 3,
            },
            event: event_of(grant).map(|event| book.text(book.events.id[index(event)]).to_owned()),
            kind: program.kind_word(grant.kind).to_owned(),
            place: place_form(book, &grant.place, referral, grant.what),
            payee: (grant.payee != NONE).then(|| book.text(TextId(grant.payee)).to_owned()),
            tiers: grant.tiers,
            given: grant.given,
            put_off: grant.put_off,
            spared: grant.spared,
            taken: grant.taken,
            room: grant.room.iter().map(|key| draw_form(program, key, &Draw::default(), &self.scratch)).collect(),
            total: grant.total.map(|key| total_form(program, &key, TotalSoFar::default(), &self.scratch)),
            shares: grant.shares.iter().map(share).collect(),
            sequence: self.booking.sequences.get(&key(self.facts, referral, grant)).copied().unwrap_or(0),
        }
    }

    /// The grants that may be taken back, with their keys.
    pub fn grants_kept(&self) -> impl Iterator<Item = Grant> + '_ {
        let of = |(referral, grants): (&u32, &'_ Vec<GrantSoFar>)| {
            grants.iter().map(|grant| key(self.facts, *referral, grant)).collect::<Vec<_>>()
        };
        self.drawn.grants.iter().flat_map(of)
    }
}

/// The host's event of a grant, or that which its clock event follows.
fn event_of(grant: &GrantSoFar) -> Option<u32> {
    match grant.what {
        What::Event(event) | What::Clock(event) => Some(event).filter(|event| *event != NONE),
        What::Submission | What::PeriodEnd(_) => None,
    }
}

fn key(facts: Facts<'_>, referral: u32, grant: &GrantSoFar) -> Grant {
    let reward = &facts.program.versions[usize::from(grant.version)].rewards[usize::from(grant.rule)];
    (referral, (grant.what, grant.kind), reward.number, grant.payee)
}
