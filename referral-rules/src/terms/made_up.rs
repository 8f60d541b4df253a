//! Made-up referrals that meet what a document asks for: the conditions are read as wishes, each fact gets a value that
//! grants them.
use super::words::Words;
use crate::base::{Day, Instant, MICROS_PER_HOUR, Number};
use crate::book::{Cell, Given, GivenTable};
use crate::expr::{Kind, Node, Operator, tree};
use crate::program::document::{FactDeclaration, FactOwner, FactType, JudgedAt, STAGES};
use crate::program::{Constant, Data, EventKind, Party, Reward};
use std::collections::BTreeMap;

/// The most referrals that an example has.
pub(super) const COPIES_MAX: usize = 20;

/// Days between the submission and the first event, and from event to event.
const DAYS_APART: i64 = 7;

/// How far an example looks ahead where the clock must act: further than any length reaches.
const CLOCK_DAYS: i64 = 36_600;

/// A number for which nothing is asked.
const PLAIN_NUMBER: &str = "1000";

/// Facts of referrals that are all alike.
pub(super) struct MadeUp<'p> {
    words: Words<'p>,
    /// How many referrals there are; the example is about the last.
    pub(super) copies: usize,
    /// By path; nothing where the fact is missing.
    facts: BTreeMap<String, Option<String>>,
    /// Kinds of events in their order, without the submission and what the clock makes.
    events: Vec<String>,
    by_clock: bool,
    recruited: bool,
}

impl<'p> MadeUp<'p> {
    /// Facts by which the reward may be earned on an event of the kind.
    pub(super) fn new(words: &Words<'p>, reward: &Reward, kind: EventKind) -> Self {
        let document = &words.version.document;
        let mut out = Self {
            words: *words,
            copies: 1,
            facts: BTreeMap::new(),
            events: Vec::new(),
            by_clock: false,
            recruited: reward.to == Party::Recruiter || words.version.asks_for_recruiters,
        };
        out.way_to(words.program.kind_word(kind), 0);
        for fact in &document.facts {
            out.by_default(fact);
        }
        let submitted = |judged: &JudgedAt| matches!(judged, JudgedAt::Submitted);
        let (first, later): (Vec<_>, Vec<_>) =
            document.requirements.iter().partition(|requirement| submitted(&requirement.judged_at));
        for requirement in later.into_iter().chain(first) {
            requirement.require.iter().for_each(|condition| out.wish(&tree(&condition.text), true));
        }
        for condition in &reward.when {
            out.wish(&tree(condition.source()), true);
        }
        out
    }

    /// The events that lead to one of the kind, itself included.
    fn way_to(&mut self, kind: &str, depth: usize) {
        let document = &self.words.version.document;
        let declared = document.events.iter().find(|event| event.kind.value == kind);
        if let Some(clock) = declared.and_then(|event| event.clock.as_ref()).filter(|_| depth < 8) {
            self.by_clock = true;
            let from = clock.from.value.clone();
            self.way_to(&from, depth.saturating_add(1));
            return;
        }
        let way: &[&str] = match kind {
            "submitted" => &[],
            "qualified" => &["qualified"],
            "opportunity" => &["qualified", "opportunity"],
            "closed" => &["qualified", "closed"],
            "disqualified" => &["qualified", "disqualified"],
            "lost" => &["qualified", "lost"],
            "nurture" => &["nurture"],
            "expired" => &["expired"],
            _ => &["qualified", "closed"],
        };
        self.events = way.iter().map(|kind| (*kind).to_owned()).collect();
        if !STAGES.contains(&kind) {
            self.events.push(kind.to_owned());
        }
    }

    fn by_default(&mut self, fact: &FactDeclaration) {
        let name = fact.name.value.as_str();
        let owners: &[&str] = match fact.owner {
            FactOwner::Account => &["referrer", "referee"],
            FactOwner::Referrer => &["referrer"],
            FactOwner::Referee => &["referee"],
            FactOwner::Referral => &["referral"],
            FactOwner::Event => &["event"],
            FactOwner::Company => &[],
        };
        for owner in owners {
            // `#` stands for the number of the referral, so that each is about somebody else.
            let mark = if *owner == "referrer" { "" } else { "#" };
            let value = match &fact.fact_type.value {
                FactType::Bool => Some("false".to_owned()),
                FactType::Int | FactType::Decimal => Some(PLAIN_NUMBER.to_owned()),
                FactType::Text if name.contains("mail") => Some(format!("anna{mark}@{owner}{mark}.example")),
                FactType::Text if name.contains("phone") => Some(format!("+1555010{mark}")),
                FactType::Text if name.contains("currency") => Some(self.words.version.document.currency.value.clone()),
                FactType::Text => Some(format!("{name}{mark}")),
                FactType::Date | FactType::Instant => Some(self.submitted(1).to_string()),
                FactType::OneOf(words) => words.first().map(|word| word.value.clone()),
                FactType::ListOfText | FactType::ListOfInt | FactType::ListOfDecimal | FactType::ListOfDate => None,
            };
            self.facts.insert(format!("{owner}.{name}"), value);
        }
    }

    /// The day on which a referral is submitted, the first is 1: some days after the terms began, within them.
    pub(super) fn submitted(&self, copy: usize) -> Day {
        let first = self.words.version.first_day;
        let later = i64::try_from(copy.saturating_sub(1)).unwrap_or_default();
        let day = first.checked_add_days(later.saturating_add(30)).unwrap_or(first);
        let last = self.words.version.last_day.unwrap_or(day);
        if day > last { first } else { day }
    }

    fn instant(&self, day: Day) -> Instant {
        self.words.program.zone.instant_of(day, MICROS_PER_HOUR.saturating_mul(10))
    }

    fn event_day(&self, copy: usize, at: usize) -> Day {
        let steps = i64::try_from(at).unwrap_or_default().saturating_add(1);
        let day = self.submitted(copy);
        day.checked_add_days(steps.saturating_mul(DAYS_APART)).unwrap_or(day)
    }

    /// The moment of the answer.
    pub(super) fn as_of(&self) -> Instant {
        let days = if self.by_clock { CLOCK_DAYS } else { 1 };
        let last = self.event_day(self.copies, self.events.len());
        self.words.program.zone.last_instant(last.checked_add_days(days).unwrap_or(last))
    }

    /// The id of the referral that the example is about.
    pub(super) fn last_referral(&self) -> String {
        format!("example-{}", self.copies)
    }

    /// Whether events of the kind happen in it.
    pub(super) fn has(&self, kind: &str) -> bool {
        kind == "submitted" || self.events.iter().any(|event| event.as_str() == kind)
    }

    /// The value of a fact, for people.
    pub(super) fn shown(&self, path: &str) -> Option<String> {
        let value = self.facts.get(path)?.as_ref()?;
        Some(value.replace('#', &self.copies.to_string()))
    }

    /// The tables.
    pub(super) fn given(&self) -> Option<Given> {
        let mut referrals = GivenTable::default();
        if self.recruited {
            let row = self.row(0)?;
            referrals.push_row(row);
        }
        for copy in 1..=self.copies {
            referrals.push_row(self.row(copy)?);
        }
        Some(Given { referrals, ..Given::default() })
    }

    fn row(&self, copy: usize) -> Option<Vec<(String, Cell)>> {
        let text = |value: String| Cell::Raw(value);
        let (referrer, referee) = match copy {
            0 => ("example-recruiter".to_owned(), "example-referrer".to_owned()),
            _ => ("example-referrer".to_owned(), format!("example-referee-{copy}")),
        };
        let day = if copy == 0 { self.words.version.first_day } else { self.submitted(copy) };
        let mut row = vec![
            ("id".to_owned(), text(format!("example-{copy}"))),
            ("referrer".to_owned(), text(referrer)),
            ("referee".to_owned(), text(referee)),
            ("submitted_at".to_owned(), text(self.instant(day).to_string())),
        ];
        let number = copy.to_string();
        let value = |value: &Option<String>| match value {
            Some(value) => Cell::Raw(value.replace('#', &number)),
            None => Cell::Missing,
        };
        for (path, found) in self.facts.iter().filter(|(path, _)| !path.starts_with("event.")) {
            row.push((path.clone(), value(found)));
        }
        for (at, kind) in self.events.iter().enumerate().filter(|_| copy > 0) {
            let at = self.instant(self.event_day(copy, at)).to_string();
            row.push((format!("{kind}_at"), text(at)));
            for (path, found) in &self.facts {
                let Some(name) = path.strip_prefix("event.") else { continue };
                row.push((format!("{kind}.{name}"), value(found)));
            }
        }
        Some(row)
    }

    /// Gives facts values by which the condition is as wanted, where it is plain which.
    fn wish(&mut self, node: &Node, wanted: bool) {
        match &node.kind {
            Kind::Not(inner) => self.wish(inner, !wanted),
            Kind::And(terms) if wanted => terms.iter().for_each(|term| self.wish(term, true)),
            Kind::Or(terms) if !wanted => terms.iter().for_each(|term| self.wish(term, false)),
            Kind::And(terms) | Kind::Or(terms) => {
                if let Some(first) = terms.first() {
                    self.wish(first, wanted);
                }
            }
            Kind::Conditional { condition, yes, no } => {
                let fails = matches!(yes.kind, Kind::Bool(value) if value != wanted);
                self.wish(condition, !fails);
                self.wish(if fails { no } else { yes }, wanted);
            }
            Kind::Name(_) | Kind::Select { .. } => {
                if let Some(path) = node.path().filter(|path| self.facts.contains_key(path)) {
                    self.facts.insert(path, Some(wanted.to_string()));
                }
            }
            Kind::Call { name, arguments, .. } if name.value == "has" => {
                let path = arguments.first().and_then(Node::path).unwrap_or_default();
                if wanted {
                    self.let_happen(&path);
                } else if let Some(value) = self.facts.get_mut(&path) {
                    *value = None;
                }
            }
            Kind::Binary { operator, left, right } if operator.compares() => {
                self.compare(*operator, left, right, wanted);
            }
            _ => {}
        }
    }

    /// A declared kind whose first moment is asked for happens, before the last event.
    fn let_happen(&mut self, path: &str) {
        let Some(name) = path.strip_prefix("referral.").and_then(|rest| rest.strip_suffix("_at")) else { return };
        let declared = self.words.version.document.events.iter().map(|event| event.kind.value.as_str());
        let kind = declared.filter(|kind| !STAGES.contains(kind)).find(|kind| kind.replace(['-', '.'], "_") == name);
        if let Some(kind) = kind.filter(|kind| !self.events.iter().any(|event| event == kind)) {
            let before = self.events.len().saturating_sub(1);
            self.events.insert(before, kind.to_owned());
        }
    }

    fn compare(&mut self, operator: Operator, left: &Node, right: &Node, wanted: bool) {
        let known = |made_up: &Self, node: &Node| node.path().filter(|path| made_up.facts.contains_key(path));
        if let Some(path) = known(self, left) {
            if let Some(value) = self.constant(right) {
                let value = chosen(operator, wanted, &value, self.facts.get(&path).cloned().flatten());
                self.facts.insert(path, value);
            } else if let Some(items) = self.items(right) {
                let inside = (operator == Operator::In) == wanted;
                let current = self.facts.get(&path).cloned().flatten().unwrap_or_default();
                if inside && !items.contains(&current) {
                    self.facts.insert(path, items.first().cloned());
                }
            }
            return;
        }
        if let (Some(path), Some(value)) = (known(self, right), self.constant(left)) {
            let value = chosen(operator.mirrored(), wanted, &value, self.facts.get(&path).cloned().flatten());
            self.facts.insert(path, value);
            return;
        }
        if let Kind::Name(_) = left.kind {
            self.count(operator, right, wanted);
            return;
        }
        if let Kind::Call { name, arguments, .. } = &left.kind {
            let days = match name.value.as_str() {
                "days_between" | "business_days" => 1,
                "months_between" | "months_since" => 31,
                _ => return,
            };
            if let (Some(from), Some(to)) = (arguments.first(), arguments.get(1)) {
                self.apart(from, to, operator, wanted, days, right);
            }
        }
    }

    /// A count or measure takes that many referrals.
    fn count(&mut self, operator: Operator, right: &Node, wanted: bool) {
        let Some(number) = self.constant(right).and_then(|text| Number::parse(&text)).and_then(Number::to_i64) else {
            return;
        };
        let least = match (operator, wanted) {
            (Operator::AtLeast | Operator::Equal, true) | (Operator::Less, false) => number,
            (Operator::Greater, true) | (Operator::AtMost, false) => number.saturating_add(1),
            _ => return,
        };
        let least = usize::try_from(least).unwrap_or(1);
        self.copies = self.copies.max(least.clamp(1, COPIES_MAX));
    }

    /// Puts a date so many days before or after another.
    fn apart(&mut self, from: &Node, to: &Node, operator: Operator, wanted: bool, days: i64, right: &Node) {
        let Some(number) = self.constant(right).and_then(|text| Number::parse(&text)).and_then(Number::to_i64) else {
            return;
        };
        let apart = match (operator, wanted) {
            (Operator::Greater, true) | (Operator::AtMost, false) => number.saturating_add(1),
            (Operator::Less, true) | (Operator::AtLeast, false) => number.saturating_sub(1),
            _ => number,
        }
        .saturating_mul(days);
        let (moved, path, sign) = match (from.path(), to.path()) {
            (Some(path), _) if self.facts.contains_key(&path) => (to, path, -1_i64),
            (_, Some(path)) if self.facts.contains_key(&path) => (from, path, 1),
            _ => return,
        };
        let base = match moved.path().as_deref() {
            Some("event.at") => self.event_day(1, self.events.len().saturating_sub(1)),
            _ => self.submitted(1),
        };
        let day = base.checked_add_days(apart.saturating_mul(sign)).unwrap_or(base);
        self.facts.insert(path, Some(day.to_string()));
    }

    /// What a node says, if it is a constant.
    fn constant(&self, node: &Node) -> Option<String> {
        let of = |constant: &Constant| match constant {
            Constant::Text(text) => text.clone(),
            Constant::Number(number) => number.to_string(),
            Constant::Bool(value) => value.to_string(),
            Constant::Date(day) => day.to_string(),
        };
        match &node.kind {
            Kind::Int(value) => Some(value.to_string()),
            Kind::Decimal(value) => Some(value.to_string()),
            Kind::Text(text) => Some(text.clone()),
            Kind::Bool(value) => Some(value.to_string()),
            Kind::Call { name, arguments, .. } if matches!(name.value.as_str(), "date" | "timestamp") => {
                arguments.first().and_then(|argument| self.constant(argument))
            }
            _ => {
                let path = node.path()?;
                let found = self.words.version.document.data.get(path.strip_prefix("data.")?);
                found.and_then(Data::as_constant).map(of)
            }
        }
    }

    /// What stands in a list of constants.
    fn items(&self, node: &Node) -> Option<Vec<String>> {
        if let Kind::List(items) = &node.kind {
            return items.iter().map(|item| self.constant(item)).collect();
        }
        let path = node.path()?;
        let name = path.strip_prefix("lists.")?;
        let list = self.words.version.document.lists.iter().find(|list| list.name.value == name)?;
        let of = |constant: &Constant| match constant {
            Constant::Text(text) => text.clone(),
            Constant::Number(number) => number.to_string(),
            Constant::Bool(value) => value.to_string(),
            Constant::Date(day) => day.to_string(),
        };
        Some(list.values.iter().map(|value| of(&value.value)).collect())
    }
}

/// A value that stands to the constant as wanted; the one that it has, where that will do.
fn chosen(operator: Operator, wanted: bool, constant: &str, current: Option<String>) -> Option<String> {
    let differs = current.as_deref() != Some(constant);
    let stands = |current: &str| {
        let (one, other) = (Number::parse(current)?, Number::parse(constant)?);
        Some(match operator {
            Operator::Less => one < other,
            Operator::AtMost => one <= other,
            Operator::Greater => one > other,
            Operator::AtLeast => one >= other,
            _ => return None,
        })
    };
    if current.as_deref().and_then(stands) == Some(wanted) {
        return current;
    }
    let step = |by: i64| {
        let day = Day::parse(constant).ok().and_then(|day| day.checked_add_days(by)).map(|day| day.to_string());
        day.or_else(|| Number::parse(constant)?.checked_add(by.into()).map(|number| number.to_string()))
    };
    match (operator, wanted) {
        (Operator::NotEqual, true) | (Operator::Equal, false) if differs => current,
        (Operator::NotEqual, true) | (Operator::Equal, false) => match constant {
            "true" => Some("false".to_owned()),
            "false" => Some("true".to_owned()),
            _ => step(1),
        },
        (Operator::Greater, true) | (Operator::AtMost, false) => step(1),
        (Operator::Less, true) | (Operator::AtLeast, false) => step(-1),
        _ => Some(constant.to_owned()),
    }
}
