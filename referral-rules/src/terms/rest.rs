//! What stands behind the rules: the end, rounding, moments, days off, lists, facts, constants, and what always holds.
use super::Page;
use super::language::{code, plain};
use super::sentences::Say;
use super::words::Words;
use crate::program::document::{
    Accepted, AsOf, CalendarText, ConstantList, Data, Definition, Document, FactDeclaration, FactOwner, FactType,
    InForce, UnderWay,
};

/// The grammar of documents that this library reads.
const SCHEMA: &str = "1";

impl Words<'_> {
    pub(super) fn end(&self, page: &mut Page) {
        let InForce { first_day: _, last_day, under_way } = &self.version.document.in_force;
        page.heading(2, &self.word(Say::HeadEnd));
        let Some(last) = last_day else {
            page.line(self.word(Say::EndNone));
            return;
        };
        page.paragraph(&[
            self.say(Say::EndRefused, &[("last_day", &last.value.to_string())]),
            match under_way.value {
                UnderWay::GoOn => self.word(Say::EndGoOn),
                UnderWay::Stop => self.word(Say::EndStop),
                UnderWay::For(length) => self.say(Say::EndFor, &[("length", &self.length(length))]),
            },
        ]);
    }

    pub(super) fn amounts(&self, page: &mut Page) {
        let Document { rounding, as_of, .. } = &*self.version.document;
        let AsOf { version, tier, campaign } = as_of;
        page.heading(2, &self.word(Say::HeadAmounts));
        page.item(0, &self.say(Say::RoundingDefault, &[("rounding", &self.rounding(rounding.value))]));
        page.item(0, &self.word(Say::OrderOfSteps));
        page.item(0, &self.say(Say::AsOfVersion, &[("moment", &self.moment(version.value))]));
        page.item(0, &self.say(Say::AsOfTier, &[("moment", &self.moment(tier.value))]));
        page.item(0, &self.say(Say::AsOfCampaign, &[("moment", &self.happening(campaign.value))]));
    }

    pub(super) fn days(&self, page: &mut Page) {
        let CalendarText { weekend, holidays } = &self.version.document.calendar;
        page.heading(2, &self.word(Say::HeadDays));
        let weekend: Vec<String> = weekend.iter().map(|day| self.weekday(day.value)).collect();
        let holidays: Vec<String> = holidays.iter().map(|day| day.value.to_string()).collect();
        page.paragraph(&[
            match weekend.as_slice() {
                [] => self.word(Say::NoWeekend),
                days => self.say(Say::Weekend, &[("days", &self.listed(days, Say::And))]),
            },
            match holidays.as_slice() {
                [] => self.word(Say::NoHolidays),
                days => self.say(Say::Holidays, &[("days", &self.listed(days, Say::And))]),
            },
        ]);
    }

    pub(super) fn definitions(&self, page: &mut Page) {
        let definitions = &self.version.document.definitions;
        if definitions.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadNames));
        for Definition { name, formula, used: _ } in definitions {
            let places = [("name", &*self.name(&name.value)), ("value", &*self.formula(formula))];
            page.item(0, &self.say(Say::Definition, &places));
        }
    }

    pub(super) fn lists(&self, page: &mut Page) {
        let lists = &self.version.document.lists;
        if lists.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadLists));
        for ConstantList { name, values, from } in lists {
            if let Some(from) = from {
                let places = [("name", &*self.name(&name.value)), ("from", from.as_str())];
                let say = if from == "host" { Say::ListFromHost } else { Say::ListFrom };
                page.item(0, &self.say(say, &places));
                continue;
            }
            let items: Vec<String> = values.iter().map(|value| self.constant(&value.value)).collect();
            let items = self.listed(&items, Say::And);
            page.item(0, &self.say(Say::List, &[("name", &self.name(&name.value)), ("items", &items)]));
        }
    }

    pub(super) fn facts(&self, page: &mut Page) {
        let facts = &self.version.document.facts;
        if facts.iter().all(|fact| fact.owner == FactOwner::Company) {
            return;
        }
        page.heading(2, &self.word(Say::HeadFacts));
        // What the company knows of itself decides about no referral.
        let shown = facts.iter().filter(|fact| fact.owner != FactOwner::Company);
        for FactDeclaration { owner, name, fact_type } in shown {
            let heading = match owner {
                FactOwner::Account => "account",
                FactOwner::Referrer => "referrer",
                FactOwner::Referee => "referee",
                FactOwner::Referral => "referral",
                FactOwner::Event => "event",
                FactOwner::Company => "company",
            };
            let shown = [("name", &*self.name(&name.value)), ("owner", &*self.owner(*owner))];
            let kind = match &fact_type.value {
                FactType::Bool => self.word(Say::TypeBool),
                FactType::Int => self.word(Say::TypeInt),
                FactType::Decimal => self.word(Say::TypeDecimal),
                FactType::Text => self.word(Say::TypeText),
                FactType::Date => self.word(Say::TypeDate),
                FactType::Instant => self.word(Say::TypeInstant),
                FactType::OneOf(words) => {
                    let words: Vec<String> = words.iter().map(|word| code(&word.value)).collect();
                    self.say(Say::TypeOneOf, &[("words", &self.listed(&words, Say::Or))])
                }
                FactType::ListOfText | FactType::ListOfInt | FactType::ListOfDecimal | FactType::ListOfDate => {
                    self.word(Say::TypeList)
                }
            };
            let path = format!("{heading}.{}", name.value);
            let fact = self.say(Say::FactOf, &shown);
            page.item(0, &self.say(Say::Fact, &[("fact", &fact), ("path", &path), ("kind", &kind)]));
        }
    }

    pub(super) fn data(&self, page: &mut Page) {
        let Data::Table(entries) = &self.version.document.data else { return };
        if entries.is_empty() {
            return;
        }
        page.heading(2, &self.word(Say::HeadData));
        entries.iter().for_each(|(key, value)| self.datum(Some(key), value, 0, page));
    }

    fn datum(&self, key: Option<&str>, value: &Data, depth: usize, page: &mut Page) {
        let name = key.map(|key| format!("{}: ", plain(&self.name(key)))).unwrap_or_default();
        match value {
            Data::Value(constant) => page.item(depth, &format!("{name}{}", self.constant_plain(constant))),
            Data::List(items) if items.iter().all(|item| item.as_constant().is_some()) => {
                let items: Vec<String> =
                    items.iter().filter_map(Data::as_constant).map(|item| self.constant_plain(item)).collect();
                page.item(depth, &format!("{name}{}", items.join("; ")));
            }
            Data::List(items) => {
                page.item(depth, name.trim_end());
                let inside = depth.saturating_add(1);
                items.iter().for_each(|item| page.item(inside, &self.in_one_line(item)));
            }
            Data::Table(entries) => {
                page.item(depth, name.trim_end());
                entries.iter().for_each(|(key, value)| self.datum(Some(key), value, depth.saturating_add(1), page));
            }
        }
    }

    fn in_one_line(&self, value: &Data) -> String {
        match value {
            Data::Value(constant) => self.constant_plain(constant),
            Data::List(items) => items.iter().map(|item| self.in_one_line(item)).collect::<Vec<_>>().join(", "),
            Data::Table(entries) => {
                let entry =
                    |(key, value): &(String, Data)| format!("{}: {}", plain(&self.name(key)), self.in_one_line(value));
                entries.iter().map(entry).collect::<Vec<_>>().join("; ")
            }
        }
    }

    /// A constant that no rule compares with anything: texts are sentences.
    fn constant_plain(&self, constant: &crate::program::Constant) -> String {
        match constant {
            crate::program::Constant::Text(text) => plain(text),
            other => self.constant(other),
        }
    }

    pub(super) fn always(&self, page: &mut Page) {
        page.heading(2, &self.word(Say::HeadAlways));
        for say in [Say::Always1, Say::Always2, Say::Always4, Say::Always5] {
            page.item(0, &self.word(say));
        }
        page.item(0, &self.say(Say::GrammarVersion, &[("schema", SCHEMA)]));
        for Accepted { code, path: _, why } in &self.version.document.accepted {
            page.item(0, &self.say(Say::AcceptedWarning, &[("code", &code.value), ("why", &plain(&why.value))]));
        }
    }
}
