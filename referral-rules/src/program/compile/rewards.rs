//! Rewards of a document become rules: whose they are, when they apply, what they give.
use super::Compiling;
use crate::base::{Unit, currency_digits};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::expr::{Compiled, Expected, Scope};
use crate::program::compiled::{Per, Reward, RunningTotal, Source};
use crate::program::document::{self, Document, ExpressionText, Party};
use crate::program::names::{Scopes, TotalShape, key_texts, number};
use crate::program::paths::{numbered, under};

impl Compiling<'_> {
    /// Rewards in order; each may ask what those above it granted.
    pub(super) fn rewards(&mut self, document: &Document, scopes: &Scopes) -> Vec<Reward> {
        let mut scope = scopes.event.clone();
        let mut out = Vec::with_capacity(document.rewards.len());
        for (at, written) in document.rewards.iter().enumerate() {
            out.extend(self.reward(&numbered("reward", at), written, document, scopes, &scope));
            let number = number(&mut self.numbers.reward_ids, &written.id.value);
            let slot = self.numbers.slot(Source::Granted(number));
            scope.granted(&written.id.value, slot);
        }
        out
    }

    /// A rule of the section at a place: of a reward, or of a prize.
    pub(in crate::program) fn reward(
        &mut self,
        place: &str,
        written: &document::Reward,
        document: &Document,
        scopes: &Scopes,
        scope: &Scope,
    ) -> Option<Reward> {
        let path = |key: &str| under(place, key);
        let when = self.conditions(&written.when, scope, &path("when"));
        let as_long_as = self.conditions(&written.as_long_as, scope, &path("as_long_as"));
        let one = ExpressionText { text: "1".to_owned(), ..ExpressionText::default() };
        let (amount, key) = match &written.total {
            Some(total) => (&total.formula, "total"),
            None => (written.amount.as_ref().unwrap_or(&one), "amount"),
        };
        let amount = self.expression(amount, Expected::Number, scope, &path(key));
        let amount_in = written.amount_in.as_ref().map(|from| match currency_digits(&from.text) {
            Some(_) => ExpressionText { text: format!("'{}'", from.text), ..from.clone() },
            None => from.clone(),
        });
        let amount_in = amount_in.and_then(|from| self.expression(&from, Expected::Text, scope, &path("amount_in")));
        let mut bound = |bound: &Option<ExpressionText>, key: &str| {
            bound.as_ref().and_then(|bound| self.expression(bound, Expected::Number, scope, &path(key)))
        };
        let at_least = bound(&written.at_least, "at_least");
        let at_most = bound(&written.at_most, "at_most");
        let hold_while = written
            .hold_while
            .as_ref()
            .and_then(|hold| self.expression(hold, Expected::Bool, &scopes.submission, &path("hold_while")));
        let account = written.account.as_ref().map(|account| self.account(account, scope, &path("to.account")));
        let unit = unit(written.unit_name(&document.currency.value));
        let total = written.total.as_ref().map(|total| self.total(place, written, total, &unit, scopes));
        let once_per = written.once_per.as_ref().map(|per| self.once_per(place, written, per, scopes));
        let amount = amount?;
        let account = match account {
            None => None,
            Some(account) => Some(account?),
        };
        let operands =
            when.iter().chain(&as_long_as).chain([&amount]).chain(&amount_in).chain(&at_least).chain(&at_most);
        let reads_ledger = operands.into_iter().any(Compiled::reads_ledger) || total.is_some();
        Some(Reward {
            number: number(&mut self.numbers.reward_ids, &written.id.value),
            reads_ledger,
            to: written.to.value,
            account,
            on: written.on.iter().map(|kind| self.numbers.kind(&kind.value)).collect(),
            when,
            as_long_as,
            once_per,
            kind: written.kind.value.word().to_owned(),
            unit,
            amount,
            amount_in,
            total,
            below_zero: written.below_zero.value,
            at_least,
            at_most,
            rounding: written.rounding.value,
            notify_within: written.notify_within.as_ref().map(|within| within.value),
            pay_within: written.pay_within.as_ref().map(|within| within.value),
            payable_after: written.payable_after.as_ref().map(|after| after.value),
            hold_until: written.hold_until.as_ref().map(|kind| self.numbers.kind(&kind.value)),
            hold_while,
            forfeited_after: written.forfeited_after.as_ref().map(|after| after.value),
            counted_from: written.counted_from.value,
            expires_after: written.expires_after.as_ref().map(|after| after.value),
            kept_alive_by: written.kept_alive_by.iter().map(|kind| self.numbers.kind(&kind.value)).collect(),
            label: written.label.as_ref().map(|label| label.value.clone()).unwrap_or_default(),
            campaigns: Vec::new(),
            limits: Vec::new(),
            reversals: Vec::new(),
            span: written.id.span,
        })
    }

    /// For what a reward is given once, which is the same in all versions that say so: what was given is looked up by it.
    fn once_per(
        &mut self,
        place: &str,
        written: &document::Reward,
        per: &[Spanned<document::Per>],
        scopes: &Scopes,
    ) -> Vec<Per> {
        let path = format!("{place}.once_per");
        let texts = key_texts(per);
        let id = &written.id.value;
        match self.numbers.once.iter().find(|(reward, _)| reward == id) {
            None => self.numbers.once.push((id.clone(), texts)),
            Some((_, known)) if *known == texts => {}
            Some(_) => {
                let message = format!("`{id}` is given once per something else in another version");
                let span = per.first().map_or(written.id.span, |part| part.span);
                let fault = Diagnostic::error(Code::VersionsDiffer, span, message).path(&path);
                self.diagnostics.push(fault.help("give the reward the same `once_per` in all versions, or another id"));
            }
        }
        self.key(per, &scopes.event, &path)
    }

    /// The account that gets a reward: a text fact as it stands, for an id is looked up and never made.
    fn account(&mut self, written: &ExpressionText, scope: &Scope, path: &str) -> Option<Compiled> {
        let compiled = self.expression(written, Expected::Text, scope, path)?;
        let name = written.text.trim();
        let fact = match compiled.inputs() {
            [slot] => self.numbers.slots.get(usize::from(slot.0)),
            _ => None,
        };
        let is_plain = match fact {
            Some(Source::Fact(fact)) => self.numbers.facts.get(usize::from(*fact)).is_some_and(|fact| {
                name.split_once('.').is_some_and(|(owner, own)| owner == fact.owner.word() && own == fact.name)
            }),
            _ => false,
        };
        if !is_plain {
            let message = format!("`{}` is no fact that can name an account", crate::diag::shown(name));
            let help = "write a text fact as it stands, such as `event.payee`";
            self.diagnostics.push(Diagnostic::error(Code::BadValue, written.span, message).path(path).help(help));
            return None;
        }
        Some(compiled)
    }

    /// Whose total a reward goes by, which is the same in all versions: what was before is looked up by it.
    fn total(
        &mut self,
        place: &str,
        written: &document::Reward,
        total: &document::RunningTotal,
        unit: &Unit,
        scopes: &Scopes,
    ) -> RunningTotal {
        let per = self.key(&total.per, &scopes.event, &format!("{place}.total_per"));
        let shape = TotalShape {
            reward: written.id.value.clone(),
            per: key_texts(&total.per),
            in_each: total.in_each.value,
            unit: unit.clone(),
        };
        match self.numbers.totals.iter().find(|known| known.reward == shape.reward) {
            None => self.numbers.totals.push(shape),
            Some(known) if *known == shape => {}
            Some(_) => {
                let id = &written.id.value;
                let message = format!("the running total of `{id}` is another one in another version");
                let fault = Diagnostic::error(Code::VersionsDiffer, total.formula.span, message);
                let help = "give the reward the same unit, `total_per` and `total_in` in all versions, or another id";
                self.diagnostics.push(fault.path(format!("{place}.total")).help(help));
            }
        }
        RunningTotal { per, in_each: total.in_each.value }
    }
}

/// A unit by its name; the reader has refused names that are none.
pub(in crate::program) fn unit(name: &str) -> Unit {
    Unit::parse(name).unwrap_or_else(Unit::percent)
}

/// Gives each prize what names it: limits and reversals.
pub(super) fn connect_prizes(document: &Document, prizes: &mut [Reward]) {
    if document.prizes().count() != prizes.len() {
        return;
    }
    for (prize, written) in prizes.iter_mut().zip(document.prizes()) {
        let names =
            |list: &Option<Vec<Spanned<String>>>| list.iter().flatten().any(|name| name.value == written.id.value);
        let reversals = (0_u16..).zip(&document.reversals).filter(|(_, reversal)| names(&reversal.rewards));
        prize.reversals = reversals.map(|(position, _)| position).collect();
        let limits = (0_u16..).zip(&document.limits).filter(|(_, limit)| names(&limit.rewards));
        prize.limits = limits.map(|(position, _)| position).collect();
    }
}

/// Gives each reward the campaigns that may touch it and the limits that may cover it.
pub(super) fn connect(document: &Document, rewards: &mut [Reward]) {
    let ids: Vec<&str> = document.rewards.iter().map(|reward| reward.id.value.as_str()).collect();
    if ids.len() != rewards.len() {
        return;
    }
    for (reward, id) in rewards.iter_mut().zip(ids) {
        let named = |list: &Option<Vec<Spanned<String>>>, by_default: bool| match list {
            Some(list) => list.iter().any(|name| name.value == id),
            None => by_default,
        };
        let to_referrer = reward.to == Party::Referrer;
        reward.reversals = (0_u16..)
            .zip(&document.reversals)
            .filter(|(_, reversal)| named(&reversal.rewards, true))
            .map(|(position, _)| position)
            .collect();
        reward.campaigns = (0_u16..)
            .zip(&document.campaigns)
            .filter(|(_, campaign)| named(&campaign.rewards, to_referrer))
            .map(|(position, _)| position)
            .collect();
        reward.limits = (0_u16..)
            .zip(&document.limits)
            .filter(|(_, limit)| {
                let in_unit = limit.unit.value == document::Limit::GRANTS || limit.unit.value == reward.unit.name();
                named(&limit.rewards, to_referrer && in_unit)
            })
            .map(|(position, _)| position)
            .collect();
    }
}
