//! Reversals: on an event, what was granted before is taken back, as a part of the grant that it is taken from.
//!
//! Of each grant is kept what it gave and which share of that each reversal takes. What is taken in all is settled from the sum of the
//! shares, and the new part is the difference to what was taken before: so several refunds never take more than was given.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::candidates::{Cause, Change, Rule, Step};
use super::chunk::number;
use super::drawing::{AT_ONCE, Drawing, Granted, NotApplied, Part, Passing};
use super::drawn::{DrawKey, Drawn};
use super::grants::{GrantSoFar, ShareSoFar, Taken};
use super::items::What;
use super::keys::period_of;
use crate::base::{Instant, Number, Period, index, position};
use crate::expr::{Column, Compiled, Scratch, Status};
use crate::program::{EventKind, Reversal, Reward, TakeBack, Version};
use crate::stage::env;
use crate::stage::inputs::in_unit;

/// A share of an amount, settled the reward's way.
fn settled(amount: i64, share: Number, reward: &Reward) -> Option<i64> {
    let exact = in_unit(amount, reward).checked_mul(share)?;
    reward.rounding.settle(exact, reward.unit.digits())
}

/// A reversal at an event: which, under which version, and at which row.
#[derive(Clone, Copy)]
struct Asked<'a> {
    version: &'a Version,
    reversal: &'a Reversal,
    number: u16,
    row: usize,
    restores: bool,
}

impl Drawing<'_> {
    /// What reversals take back, or give back, at an event. Each grant goes by the version that governed it.
    pub(super) fn take_back(&self, row: usize, state: &mut Drawn, scratch: &mut Scratch<'_>, out: &mut Granted) {
        let kind = self.offering.applied.kind[row];
        let answers = |reversal: &Reversal| reversal.on.contains(&kind) || reversal.restored_by == Some(kind);
        let versions = &self.offering.program.versions;
        if !versions.iter().flat_map(|version| &version.reversals).any(answers) {
            return;
        }
        let referral = self.offering.applied.referral[row];
        let mut grants = state.grants.remove(&referral).unwrap_or_default();
        let mut concerned: Vec<u16> = grants.iter().map(|grant| grant.version).collect();
        concerned.push(self.offering.applied.version[row]);
        concerned.sort_unstable();
        concerned.dedup();
        for number in concerned {
            let version = &versions[usize::from(number)];
            for (at, reversal) in (0_u16..).zip(&version.reversals).filter(|(_, reversal)| answers(reversal)) {
                let restores = reversal.restored_by == Some(kind);
                let asked = Asked { version, reversal, number, row, restores };
                if let Err(cause) = self.reverse(asked, &mut grants, state, scratch, out) {
                    let rule = Rule::Reversal(at);
                    out.not_applied.push(NotApplied { row: position(row), version: number, rule, cause });
                }
            }
        }
        if !grants.is_empty() {
            state.grants.insert(referral, grants);
        }
    }

    fn reverse(
        &self,
        asked: Asked<'_>,
        grants: &mut [GrantSoFar],
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
        out: &mut Granted,
    ) -> Result<(), Cause> {
        if !asked.restores {
            for (at, condition) in (0_u16..).zip(&asked.reversal.when) {
                if !self.is_true(condition, asked, scratch)? {
                    return Err(Cause::Condition(at));
                }
            }
        }
        let mut meant = self.meant(asked, grants, scratch)?;
        if !asked.restores {
            let there = meant.len();
            meant.retain(|at| self.in_time(asked, &grants[*at]));
            if meant.len() < there && meant.is_empty() {
                return Err(Cause::TooLate);
            }
        }
        let now = self.now(asked, scratch)?;
        let mut changed = false;
        let mut without_whole = false;
        for at in meant {
            let grant = &mut grants[at];
            let Some(before) = grant.share() else { return Err(Cause::Fault(Status::OVERFLOW)) };
            let Some(share) = grant.of(asked.reversal.number) else { continue };
            match (asked.restores, &asked.reversal.take_back) {
                (true, _) => (share.share, share.refunded) = (Number::ZERO, Number::ZERO),
                (false, TakeBack::InProportion { .. }) => {
                    let Some(whole) = share.out_of else {
                        without_whole = true;
                        continue;
                    };
                    let overflow = Cause::Fault(Status::OVERFLOW);
                    let refunded = share.refunded.checked_add(now).ok_or(overflow)?;
                    let part = refunded.checked_div(whole).ok_or(overflow)?;
                    (share.refunded, share.share) = (refunded, part.min(Number::ONE));
                }
                (false, TakeBack::All | TakeBack::Share(_)) => share.share = share.share.max(now.min(Number::ONE)),
            }
            let Some(after) = grant.share() else { return Err(Cause::Fault(Status::OVERFLOW)) };
            if after != before {
                changed |= self.settle_share(asked, grant, after, state, out);
            }
        }
        match (changed, asked.restores) {
            (true, _) => Ok(()),
            (false, _) if without_whole => Err(Cause::NoWhole),
            (false, true) => Err(Cause::NothingToRestore),
            (false, false) => Err(Cause::NothingToTake),
        }
    }

    /// The grants that are meant: those of the event that is named; without a name where one is needed, those of the only event that
    /// could be meant; else all.
    fn meant(&self, asked: Asked<'_>, grants: &[GrantSoFar], scratch: &mut Scratch<'_>) -> Result<Vec<usize>, Cause> {
        let in_proportion = matches!(asked.reversal.take_back, TakeBack::InProportion { .. });
        let covered = |grant: &GrantSoFar| {
            let share = grant.takes(asked.reversal.number).filter(|_| grant.version == asked.number && grant.gave());
            share.is_some_and(|share| if asked.restores { share.share > Number::ZERO } else { true })
        };
        let all: Vec<usize> = (0..grants.len()).filter(|at| covered(&grants[*at])).collect();
        let nothing = if asked.restores { Cause::NothingToRestore } else { Cause::NothingToTake };
        let named = match &asked.reversal.of_event {
            Some(of_event) => self.text(of_event, asked, scratch)?,
            None => None,
        };
        let meant: Vec<usize> = match named {
            Some(name) => all.into_iter().filter(|at| self.is_event(&grants[*at], &name)).collect(),
            None if asked.reversal.of_event.is_some() || in_proportion => {
                let could_be = |at: &usize| {
                    let share = grants[*at].takes(asked.reversal.number);
                    !in_proportion || share.is_some_and(|share| share.out_of.is_some())
                };
                let some: Vec<usize> = all.iter().copied().filter(could_be).collect();
                // Without any that could be meant it is told what is wrong with those that are there.
                let some = if some.is_empty() { all } else { some };
                let mut events: Vec<u32> = some.iter().map(|at| grants[*at].event()).collect();
                events.sort_unstable();
                events.dedup();
                if events.len() > 1 {
                    return Err(Cause::SeveralEvents);
                }
                some
            }
            None => all,
        };
        if meant.is_empty() { Err(nothing) } else { Ok(meant) }
    }

    /// How much was refunded now, or which share is to be taken.
    fn now(&self, asked: Asked<'_>, scratch: &mut Scratch<'_>) -> Result<Number, Cause> {
        let asks = match &asked.reversal.take_back {
            _ if asked.restores => return Ok(Number::ZERO),
            TakeBack::All => return Ok(Number::ONE),
            TakeBack::InProportion { refunded: asks, .. } | TakeBack::Share(asks) => asks,
        };
        let now = self.number_at(asks, asked.version, asked.row, scratch)?;
        if now.is_negative() { Err(Cause::Negative) } else { Ok(now) }
    }

    /// Takes or gives back what is between the share of a grant that is to be taken and what is taken already. True unless that
    /// cannot be told.
    fn settle_share(
        &self,
        asked: Asked<'_>,
        grant: &mut GrantSoFar,
        share: Number,
        state: &mut Drawn,
        out: &mut Granted,
    ) -> bool {
        let reward = &asked.version.rewards[usize::from(grant.rule)];
        let whole = grant.given.saturating_add(grant.spared);
        let Some(due) = settled(whole, share, reward) else { return false };
        let before = grant.taken.saturating_add(grant.spared);
        let amount = before.saturating_sub(due);
        if amount > 0 {
            // What was not released is given now.
            let spared = grant.spared.min(amount);
            grant.spared = grant.spared.saturating_sub(spared);
            grant.given = grant.given.saturating_add(spared);
            grant.taken = grant.taken.saturating_sub(amount.saturating_sub(spared));
        } else {
            grant.taken = grant.taken.saturating_sub(amount);
        }
        self.give_room(asked, grant, amount, state);
        let steps = (position(out.steps.len()), self.steps_of(asked, reward, (whole, share, due, before), out));
        let row = asked.row;
        out.parts.push(Part {
            row: position(row),
            rule: grant.rule,
            payee: grant.payee,
            release: AT_ONCE,
            base: in_unit(whole.saturating_neg(), reward),
            amount,
            steps,
            moment: self.offering.applied.known[row],
            taken: Some(Taken {
                reversal: asked.reversal.number,
                what: grant.what,
                kind: grant.kind,
                place: grant.place,
                version: grant.version,
                tiers: grant.tiers,
            }),
        });
        true
    }

    /// From all that was given to what is taken now.
    fn steps_of(
        &self,
        asked: Asked<'_>,
        reward: &Reward,
        (whole, share, due, taken): (i64, Number, i64, i64),
        out: &mut Granted,
    ) -> u32 {
        let first = out.steps.len();
        let all = in_unit(whole.saturating_neg(), reward);
        let rounded = in_unit(due.saturating_neg(), reward);
        let exact = all.checked_mul(share).unwrap_or(rounded);
        out.steps.push(Step { change: Change::TakenBack(asked.reversal.number), before: all, after: exact });
        if rounded != exact {
            out.steps.push(Step { change: Change::Rounding(reward.rounding), before: exact, after: rounded });
        }
        if taken != 0 {
            let after = in_unit(taken.saturating_sub(due), reward);
            out.steps.push(Step { change: Change::TakenBefore, before: rounded, after });
        }
        position(out.steps.len().saturating_sub(first))
    }

    /// What is taken back was not granted, and leaves room where a limit says so.
    fn give_room(&self, asked: Asked<'_>, grant: &GrantSoFar, amount: i64, state: &mut Drawn) {
        let applied = self.offering.applied;
        let reward = asked.version.rewards[usize::from(grant.rule)].number;
        if let Some(granted) = state.granted.get_mut(&(applied.referral[asked.row], reward)) {
            *granted = granted.saturating_add(amount);
        }
        if let Some(key) = grant.total {
            let total = state.totals.entry(key).or_insert_with(|| self.total_opened(key));
            total.given = total.given.saturating_add(amount).max(0);
        }
        let day = self.offering.program.zone.day_of(Instant(applied.at[asked.row]));
        for key in &grant.room {
            let Some(limit) = asked.version.limits.iter().find(|limit| limit.number == key.limit) else { continue };
            let key = DrawKey { period: period_of(limit.in_each, day), ..*key };
            self.draw(key, matches!(limit.in_each, Period::Rolling { .. }), day, amount, state);
        }
    }

    /// What is put off is released less the share of it that is taken back.
    pub(super) fn spare(&self, (row, rule, amount): (u32, u16, i64), state: &mut Drawn, steps: &mut Vec<Step>) -> i64 {
        let applied = self.offering.applied;
        let row = index(row);
        let version = &self.offering.program.versions[usize::from(applied.version[row])];
        let reward = &version.rewards[usize::from(rule)];
        let found = find(state, applied.referral[row], (applied.what[row], applied.kind[row]), rule);
        let Some(grant) = found else { return amount };
        grant.put_off = grant.put_off.saturating_sub(amount);
        let whole = grant.given.saturating_add(grant.spared).saturating_add(amount);
        let due = grant.share().and_then(|share| settled(whole, share, reward)).unwrap_or(0);
        let taken = grant.taken.saturating_add(grant.spared);
        let spared = due.saturating_sub(taken).clamp(0, amount);
        let by = grant.shares.iter().find(|share| share.share > Number::ZERO).map(|share| share.reversal);
        let Some(by) = by.filter(|_| spared > 0) else { return amount };
        grant.spared = grant.spared.saturating_add(spared);
        let left = amount.saturating_sub(spared);
        let total = grant.total;
        if let Some(key) = total {
            let total = state.totals.entry(key).or_insert_with(|| self.total_opened(key));
            total.given = total.given.saturating_sub(spared).max(0);
        }
        let (before, after) = (in_unit(amount, reward), in_unit(left, reward));
        steps.push(Step { change: Change::TakenBack(by), before, after });
        left
    }

    /// Keeps what was granted, where it may be taken back.
    pub(super) fn remember(
        &self,
        version: &Version,
        reward: &Reward,
        passing: &Passing,
        (release, put_off): (i64, i64),
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
    ) {
        if reward.reversals.is_empty() {
            return;
        }
        let applied = self.offering.applied;
        let row = index(passing.row);
        let event = (applied.what[row], applied.kind[row]);
        let room: Vec<DrawKey> =
            state.keys.iter().filter(|on| on.gives_room && !on.counts_grants).map(|on| on.key).collect();
        if release != AT_ONCE {
            let Some(grant) = find(state, applied.referral[row], event, passing.rule) else { return };
            grant.given = grant.given.saturating_add(passing.amount.max(0));
            grant.put_off = grant.put_off.saturating_add(put_off);
            let new = room.into_iter().filter(|key| !grant.room.iter().any(|old| same_account(old, key)));
            grant.room.extend(new.collect::<Vec<_>>());
            return;
        }
        let grant = GrantSoFar {
            what: event.0,
            kind: event.1,
            place: applied.place[row],
            version: applied.version[row],
            rule: passing.rule,
            payee: passing.payee,
            tiers: applied.tiers[row],
            given: passing.amount.max(0),
            put_off,
            spared: 0,
            taken: 0,
            room,
            total: self.total_key(version, reward, passing.row, scratch),
            shares: self.shares(version, reward, row, scratch),
        };
        if grant.gave() {
            state.grants.entry(applied.referral[row]).or_default().push(grant);
        }
    }

    /// Of how much something would be refunded, as far as reversals ask, at the event that grants.
    fn shares(&self, version: &Version, reward: &Reward, row: usize, scratch: &mut Scratch<'_>) -> Vec<ShareSoFar> {
        let of = |at: &u16| {
            let reversal = version.reversals.get(usize::from(*at))?;
            let out_of = match &reversal.take_back {
                TakeBack::InProportion { out_of, .. } => self.number_at(out_of, version, row, scratch).ok(),
                TakeBack::All | TakeBack::Share(_) => None,
            };
            Some(ShareSoFar {
                reversal: reversal.number,
                out_of: out_of.filter(|whole| *whole > Number::ZERO),
                refunded: Number::ZERO,
                share: Number::ZERO,
            })
        };
        reward.reversals.iter().filter_map(of).collect()
    }
}

/// What is kept of a grant.
fn find(state: &mut Drawn, referral: u32, event: (What, EventKind), rule: u16) -> Option<&mut GrantSoFar> {
    let grants = state.grants.get_mut(&referral)?;
    grants.iter_mut().find(|grant| (grant.what, grant.kind) == event && grant.rule == rule)
}

/// Whether two keys of a limit differ in their period alone.
fn same_account(left: &DrawKey, right: &DrawKey) -> bool {
    (left.limit, left.parts) == (right.limit, right.parts)
}

/// Reading expressions at the event that takes back.
impl Drawing<'_> {
    fn in_time(&self, asked: Asked<'_>, grant: &GrantSoFar) -> bool {
        let Some(within) = asked.reversal.within else { return true };
        let until = within.deadline(Instant(grant.place.at), &self.offering.program.zone, &asked.version.calendar);
        until.is_none_or(|until| self.offering.applied.at[asked.row] <= until.0)
    }

    fn is_event(&self, grant: &GrantSoFar, name: &str) -> bool {
        let book = self.offering.book;
        book.events.id.get(index(grant.event())).is_some_and(|id| book.text(*id) == name)
    }

    fn is_true(&self, condition: &Compiled, asked: Asked<'_>, scratch: &mut Scratch<'_>) -> Result<bool, Cause> {
        let env = env(self.offering.program, asked.version, self.offering.book);
        let rows = [position(asked.row)];
        let result = condition.evaluate(&self.offering.inputs(&rows), 1, &env, scratch);
        match (&result.column, result.status.first()) {
            (_, Some(status)) if !status.is_ok() => Err(Cause::of(*status)),
            (Column::Bool(holds), _) => Ok(holds.first() == Some(&true)),
            _ => Ok(false),
        }
    }

    /// A text; none where it is missing or empty.
    fn text(&self, asks: &Compiled, asked: Asked<'_>, scratch: &mut Scratch<'_>) -> Result<Option<String>, Cause> {
        let env = env(self.offering.program, asked.version, self.offering.book);
        let rows = [position(asked.row)];
        let result = asks.evaluate(&self.offering.inputs(&rows), 1, &env, scratch);
        let id = match (&result.column, result.status.first()) {
            (_, Some(status)) if !status.is_ok() && status.missing_slot().is_none() => return Err(Cause::of(*status)),
            (Column::Text(ids), Some(status)) if status.is_ok() => ids.first().copied(),
            _ => None,
        };
        Ok(id.map(|id| scratch.texts().text(id).to_owned()).filter(|name| !name.is_empty()))
    }

    fn number_at(
        &self,
        asks: &Compiled,
        version: &Version,
        row: usize,
        scratch: &mut Scratch<'_>,
    ) -> Result<Number, Cause> {
        let env = env(self.offering.program, version, self.offering.book);
        let rows = [position(row)];
        number(asks.evaluate(&self.offering.inputs(&rows), 1, &env, scratch), 0)
    }
}
