//! Tables, campaigns, groups and limits in words.
use super::Page;
use super::language::{code, plain, title_of};
use super::sentences::Say;
use super::words::Words;
use crate::diag::Spanned;
use crate::program::document::{Band, Campaign, ExpressionText, Goal, Group, Limit, Members, Table, TableRow};
use crate::program::{OverLimit, TakenBack, Wins};

impl Words<'_> {
    pub(super) fn tables(&self, page: &mut Page) {
        let tables = &self.version.document.tables;
        if tables.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadTables));
        tables.iter().for_each(|table| self.table(table, page));
    }

    fn table(&self, table: &Table, page: &mut Page) {
        let Table { name, by, columns, rows, bands, otherwise } = table;
        let places = [("name", &*self.name(&name.value)), ("by", &*self.expression(by))];
        let after = if otherwise.is_some() { String::new() } else { self.word(Say::TableNoRow) };
        page.paragraph(&[self.say(Say::TableBy, &places), after]);
        page.blank();
        let mut heads = vec![self.word(Say::TableKey)];
        match columns.as_slice() {
            [] => heads.push(self.word(Say::TableValue)),
            several => heads.extend(several.iter().map(|column| plain(&self.name(&column.value)))),
        }
        page.line(format!("| {} |", heads.join(" | ")));
        page.line(format!("|{}", " --- |".repeat(heads.len())));
        let mut row = |key: String, values: &[Spanned<crate::program::Constant>]| {
            let values: Vec<String> =
                values.iter().map(|value| self.constant(&value.value).replace('|', "\\|")).collect();
            page.line(format!("| {} | {} |", key.replace('|', "\\|"), values.join(" | ")));
        };
        for TableRow { key, values } in rows {
            row(code(&key.value), values);
        }
        for band in bands.iter().flatten() {
            row(self.band(band), &band.values);
        }
        if let Some(otherwise) = otherwise {
            row(self.word(Say::TableOtherwise), otherwise);
        }
    }

    fn band(&self, band: &Band) -> String {
        let Band { low, high, values: _ } = band;
        let edge = |edge: &crate::program::document::Edge, with: Say, without: Say| {
            let number = self.language.number(edge.number.value);
            self.say(if edge.included { with } else { without }, &[("number", &number)])
        };
        let low = low.as_ref().map(|low| edge(low, Say::BandFrom, Say::BandAbove));
        let high = high.as_ref().map(|high| edge(high, Say::BandUpTo, Say::BandBelow));
        match (low, high) {
            (Some(low), Some(high)) => format!("{low}, {high}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => self.word(Say::BandAll),
        }
    }

    pub(super) fn campaigns(&self, page: &mut Page) {
        let campaigns = &self.version.document.campaigns;
        if campaigns.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadCampaigns));
        if campaigns.len() > 1 {
            page.line(self.word(Say::CampaignsStack));
        }
        campaigns.iter().for_each(|campaign| self.campaign(campaign, page));
    }

    fn campaign(&self, campaign: &Campaign, page: &mut Page) {
        let Campaign {
            span: _,
            id,
            first_day,
            last_day,
            counts_if_in_window,
            when,
            rewards,
            reward_instead,
            reward_times,
            reward_plus,
            rounding,
            theme,
            goal,
        } = campaign;
        let title = theme.as_ref().map_or_else(String::new, |theme| plain(&theme.value));
        page.heading(3, &title_of(&title, &id.value));
        let moment = self.happening(counts_if_in_window.value);
        let places = [
            ("first_day", &*first_day.value.to_string()),
            ("last_day", &*last_day.value.to_string()),
            ("moment", &*moment),
        ];
        page.item(0, &self.say(Say::CampaignWindow, &places));
        page.item(
            0,
            &match rewards {
                None => self.word(Say::CampaignAllRewards),
                Some(rewards) => {
                    let rewards = self.codes(rewards.iter().map(|id| id.value.as_str()));
                    self.say(Say::CampaignRewards, &[("rewards", &rewards)])
                }
            },
        );
        if !when.is_empty() {
            let condition = self.all_of(when);
            page.item(0, &self.say(Say::CampaignWhen, &[("condition", &condition)]));
        }
        let unit = self.unit_of(rewards.as_deref());
        let of = |written: &ExpressionText| match &unit {
            Some(unit) => self.amount_of(written, unit),
            None => self.expression(written),
        };
        if let Some(amount) = reward_instead {
            page.item(0, &self.say(Say::CampaignInstead, &[("amount", &of(amount))]));
        }
        if let Some(factor) = reward_times {
            page.item(0, &self.say(Say::CampaignTimes, &[("amount", &self.expression(factor))]));
        }
        if let Some(amount) = reward_plus {
            page.item(0, &self.say(Say::CampaignPlus, &[("amount", &of(amount))]));
        }
        if let Some(rounding) = rounding {
            page.item(0, &self.say(Say::CampaignRounding, &[("rounding", &self.rounding(rounding.value))]));
        }
        if let Some(Goal { at_least, on, of }) = goal {
            let (number, event) = (self.language.number(at_least.value), self.event(&on.value));
            let sum = of.as_ref().map(|of| self.expression(of));
            let places = [("number", number.as_str()), ("event", &event), ("of", sum.as_deref().unwrap_or(""))];
            let say = if sum.is_some() { Say::CampaignGoalSum } else { Say::CampaignGoalCount };
            page.item(0, &self.say(say, &places));
        }
    }

    /// The unit that all of the rewards have, if it is one.
    fn unit_of(&self, rewards: Option<&[Spanned<String>]>) -> Option<String> {
        let document = &self.version.document;
        let named = |id: &str| rewards.is_none_or(|rewards| rewards.iter().any(|reward| reward.value == id));
        let own = document.rewards.iter().filter(|reward| named(&reward.id.value));
        let mut units: Vec<&str> = own.map(|reward| reward.unit_name(&document.currency.value)).collect();
        units.dedup();
        match units.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    }

    pub(super) fn all_of(&self, when: &[ExpressionText]) -> String {
        let conditions: Vec<String> = when.iter().map(|when| self.condition(when)).collect();
        self.listed(&conditions, Say::And)
    }

    pub(super) fn groups(&self, page: &mut Page) {
        let groups = &self.version.document.groups;
        if groups.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadGroups));
        for Group { span: _, id, members, wins } in groups {
            let (say, members) = match (members, wins.value) {
                (Members::Rewards(members), Wins::Best) => (Say::GroupRewardsBest, members),
                (Members::Rewards(members), Wins::First) => (Say::GroupRewardsFirst, members),
                (Members::Campaigns(members), Wins::Best) => (Say::GroupCampaignsBest, members),
                (Members::Campaigns(members), Wins::First) => (Say::GroupCampaignsFirst, members),
            };
            let members = self.codes(members.iter().map(|id| id.value.as_str()));
            page.item(0, &format!("`{}`: {}", id.value, self.say(say, &[("members", &members)])));
        }
    }

    pub(super) fn limits(&self, page: &mut Page) {
        page.heading(2, &self.word(Say::HeadLimits));
        let limits = &self.version.document.limits;
        if limits.is_empty() {
            page.line(self.word(Say::NoLimits));
        }
        limits.iter().for_each(|limit| page.item(0, &self.limit(limit).join(" ")));
    }

    /// A limit: how much, in which period, for whom, of what, and what happens beyond.
    pub(super) fn limit(&self, limit: &Limit) -> Vec<String> {
        let Limit { span: _, id, rewards, campaigns, when, per, in_each, at_most, unit, over_limit, taken_back } =
            limit;
        let counts = unit.value == Limit::GRANTS;
        let amount = match limit.constant() {
            Some(number) if counts => self.language.number(number),
            None if counts => self.expression(at_most),
            _ => self.amount_of(at_most, &unit.value),
        };
        let (per, period) = (self.per(per.iter().map(|per| &per.value)), self.period(in_each.value));
        let places = [("id", id.value.as_str()), ("amount", &amount), ("per", &per), ("period", &period)];
        let mut said = vec![self.say(if counts { Say::LimitGrants } else { Say::LimitAmount }, &places)];
        said.push(match rewards {
            None if counts => self.word(Say::LimitAllGrants),
            None => self.word(Say::LimitAllRewards),
            Some(rewards) => {
                let rewards = self.codes(rewards.iter().map(|id| id.value.as_str()));
                self.say(Say::LimitRewards, &[("rewards", &rewards)])
            }
        });
        if let Some(campaigns) = campaigns {
            let campaigns = self.codes(campaigns.iter().map(|id| id.value.as_str()));
            said.push(self.say(Say::LimitCampaigns, &[("campaigns", &campaigns)]));
        }
        if !when.is_empty() {
            said.push(self.say(Say::LimitWhen, &[("condition", &self.all_of(when))]));
        }
        said.push(self.word(match over_limit.value {
            OverLimit::PayWhatFits => Say::OverPart,
            OverLimit::PayNothing => Say::OverNothing,
            OverLimit::PayLater => Say::OverLater,
        }));
        if !counts {
            said.push(self.word(match taken_back.value {
                TakenBack::UsesRoom => Say::TakenBackUses,
                TakenBack::GivesRoom => Say::TakenBackGives,
            }));
        }
        said
    }
}
