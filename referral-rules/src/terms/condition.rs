//! Expressions in words: conditions that hold or do not, and what values are. What has no wording stands there as it is
//! written, so that nothing is lost.
use super::language::code;
use super::sentences::Say;
use super::words::Words;
use crate::base::Number;
use crate::expr::{Kind, Node, Operator, tree};
use crate::program::document::{ExpressionText, FactOwner, FactType, STAGES};
use crate::program::{Constant, Data};

/// How strongly the parts of a phrase hold together; what holds less than its place asks for gets brackets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Binding {
    Choice,
    Or,
    And,
    Comparison,
    List,
    Sum,
    Product,
    Whole,
}

struct Phrase {
    text: String,
    binding: Binding,
}

impl Phrase {
    fn whole(text: String) -> Self {
        Self { text, binding: Binding::Whole }
    }

    fn within(self, least: Binding) -> String {
        if self.binding < least { format!("({})", self.text) } else { self.text }
    }
}

impl Words<'_> {
    /// A value.
    pub(super) fn expression(&self, written: &ExpressionText) -> String {
        self.value_of(&written.text)
    }

    /// A value in the middle of a sentence.
    pub(super) fn operand(&self, written: &ExpressionText) -> String {
        let phrasing = Phrasing { words: *self, source: &written.text };
        phrasing.value(&tree(&written.text)).within(Binding::Comparison)
    }

    /// A value by its text.
    pub(super) fn value_of(&self, text: &str) -> String {
        let phrasing = Phrasing { words: *self, source: text };
        phrasing.value(&tree(text)).text
    }

    /// A condition, as what must hold.
    pub(super) fn condition(&self, written: &ExpressionText) -> String {
        let phrasing = Phrasing { words: *self, source: &written.text };
        phrasing.holds(&tree(&written.text), true).text
    }

    /// A condition or a value, whichever it is.
    pub(super) fn formula(&self, written: &ExpressionText) -> String {
        let node = tree(&written.text);
        let asks = match &node.kind {
            Kind::Not(_) | Kind::And(_) | Kind::Or(_) => true,
            Kind::Binary { operator, .. } => operator.compares(),
            Kind::Call { name, .. } => matches!(name.value.as_str(), "has" | "is_email"),
            _ => false,
        };
        if asks { self.condition(written) } else { self.expression(written) }
    }

    /// An amount with its unit: a bare number is one, anything else is said to be in it.
    pub(super) fn amount_of(&self, written: &ExpressionText, unit: &str) -> String {
        match Number::parse(written.text.trim()) {
            Some(number) => self.amount(number, unit),
            None => format!("{} ({})", self.expression(written), self.unit(unit)),
        }
    }
}

struct Phrasing<'w> {
    words: Words<'w>,
    source: &'w str,
}

impl Phrasing<'_> {
    fn say(&self, say: Say, places: &[(&str, &str)]) -> String {
        self.words.say(say, places)
    }

    fn written(&self, node: &Node) -> Phrase {
        let text = self.source.get(node.span.start..node.span.end).unwrap_or(self.source);
        Phrase::whole(code(&text.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// What it means that the condition is as wanted.
    fn holds(&self, node: &Node, wanted: bool) -> Phrase {
        let sentence =
            |say: Say, places: &[(&str, &str)]| Phrase { text: self.say(say, places), binding: Binding::Comparison };
        match &node.kind {
            Kind::Bool(value) => sentence(if *value == wanted { Say::AlwaysTrue } else { Say::NeverTrue }, &[]),
            Kind::Not(inner) => self.holds(inner, !wanted),
            Kind::And(terms) => self.joined(terms, wanted, wanted),
            Kind::Or(terms) => self.joined(terms, wanted, !wanted),
            Kind::Conditional { condition, yes, no } => self.chosen(condition, yes, no, wanted),
            Kind::Binary { operator, left, right } if operator.compares() => {
                self.compared(*operator, left, right, wanted)
            }
            Kind::Call { target: None, name, arguments } if name.value == "has" && arguments.len() == 1 => {
                let Some(asked) = arguments.first() else { return self.written(node) };
                match asked.path().and_then(|path| self.stage_of(&path)) {
                    Some(event) => sentence(if wanted { Say::Happened } else { Say::NotHappened }, &[("a", &event)]),
                    None => {
                        let a = self.value(asked).text;
                        sentence(if wanted { Say::Known } else { Say::Unknown }, &[("a", &a)])
                    }
                }
            }
            Kind::Call { name, .. } if name.value == "is_email" => match self.arguments(node).as_slice() {
                [asked] => {
                    let a = self.value(asked).text;
                    sentence(if wanted { Say::IsEmail } else { Say::IsNotEmail }, &[("a", &a)])
                }
                _ => self.plainly(node, wanted),
            },
            Kind::Name(_) | Kind::Select { .. } => match node.path().as_deref() {
                Some("referral.closes_circle") => {
                    sentence(if wanted { Say::ClosesCircle } else { Say::ClosesNoCircle }, &[])
                }
                _ => {
                    let a = self.value(node).text;
                    sentence(if wanted { Say::IsTrue } else { Say::IsFalse }, &[("a", &a)])
                }
            },
            _ => self.plainly(node, wanted),
        }
    }

    fn plainly(&self, node: &Node, wanted: bool) -> Phrase {
        let written = self.written(node);
        if wanted {
            return written;
        }
        Phrase { text: self.say(Say::Not, &[("condition", &written.text)]), binding: Binding::Comparison }
    }

    fn joined(&self, terms: &[Node], wanted: bool, all: bool) -> Phrase {
        let (binding, last) = if all { (Binding::And, Say::And) } else { (Binding::Or, Say::Or) };
        let parts: Vec<String> =
            terms.iter().map(|term| self.holds(term, wanted).within(Binding::Comparison)).collect();
        Phrase { text: self.words.listed(&parts, last), binding }
    }

    fn chosen(&self, condition: &Node, yes: &Node, no: &Node, wanted: bool) -> Phrase {
        let is = |node: &Node| match node.kind {
            Kind::Bool(value) => Some(value == wanted),
            _ => None,
        };
        let (asked, then, other) =
            (self.holds(condition, true).text, self.holds(yes, wanted).text, self.holds(no, wanted).text);
        let places = [("condition", asked.as_str()), ("yes", &then), ("no", &other)];
        let text = match (is(yes), is(no)) {
            (_, Some(true)) => self.say(Say::IfOnly, &places),
            (Some(true), _) => self.say(Say::IfElseOnly, &places),
            _ => self.say(Say::IfThen, &places),
        };
        Phrase { text, binding: Binding::Choice }
    }

    fn compared(&self, operator: Operator, left: &Node, right: &Node, wanted: bool) -> Phrase {
        if let (Operator::Equal | Operator::NotEqual, Kind::Bool(value)) = (operator, &right.kind) {
            return self.holds(left, (operator == Operator::Equal) == (*value == wanted));
        }
        let times = self.is_time(left) || self.is_time(right);
        let say = match (operator, wanted) {
            (Operator::Equal, true) | (Operator::NotEqual, false) => Say::Equal,
            (Operator::NotEqual, true) | (Operator::Equal, false) => Say::NotEqual,
            (Operator::Less, true) | (Operator::AtLeast, false) if times => Say::Before,
            (Operator::AtMost, true) | (Operator::Greater, false) if times => Say::NotAfter,
            (Operator::Greater, true) | (Operator::AtMost, false) if times => Say::After,
            (Operator::AtLeast, true) | (Operator::Less, false) if times => Say::NotBefore,
            (Operator::Less, true) | (Operator::AtLeast, false) => Say::Less,
            (Operator::AtMost, true) | (Operator::Greater, false) => Say::MostIs,
            (Operator::Greater, true) | (Operator::AtMost, false) => Say::Greater,
            (Operator::AtLeast, true) | (Operator::Less, false) => Say::LeastIs,
            (Operator::In, true) => Say::In,
            (Operator::In, false) => Say::NotIn,
            (Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide, _) => Say::Equal,
        };
        let (a, b) = (self.value(left).within(Binding::List), self.value(right).within(Binding::List));
        Phrase { text: self.say(say, &[("a", &a), ("b", &b)]), binding: Binding::Comparison }
    }

    /// What a value is.
    fn value(&self, node: &Node) -> Phrase {
        match &node.kind {
            Kind::Int(value) => Phrase::whole(self.words.language.number((*value).into())),
            Kind::Decimal(value) => Phrase::whole(match self.percent(node, *value) {
                Some(percent) => self.say(Say::PercentAlone, &[("number", &percent)]),
                None => self.words.language.number(*value),
            }),
            Kind::Text(text) if text.is_empty() => Phrase::whole(self.words.word(Say::EmptyText)),
            Kind::Text(text) => Phrase::whole(code(text)),
            Kind::Bool(value) => Phrase::whole(self.words.word(if *value { Say::Yes } else { Say::No })),
            Kind::Name(_) | Kind::Select { .. } | Kind::Index { .. } => self.named(node),
            Kind::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item).text).collect();
                Phrase::whole(self.words.listed(&items, Say::Or))
            }
            Kind::Negate(inner) => {
                let a = self.value(inner).within(Binding::Whole);
                Phrase { text: self.say(Say::Negative, &[("a", &a)]), binding: Binding::Product }
            }
            Kind::Binary { operator, left, right } => self.computed(*operator, left, right, node),
            Kind::Conditional { condition, yes, no } => {
                let (asked, then, other) =
                    (self.holds(condition, true).text, self.value(yes).text, self.value(no).text);
                let places = [("condition", asked.as_str()), ("yes", &then), ("no", &other)];
                Phrase { text: self.say(Say::IfThen, &places), binding: Binding::Choice }
            }
            Kind::Call { .. } => self.called(node),
            Kind::Fault | Kind::Broken(_) | Kind::Map(_) | Kind::Not(_) | Kind::And(_) | Kind::Or(_) => {
                self.written(node)
            }
        }
    }

    /// The number before a percent sign.
    fn percent(&self, node: &Node, value: Number) -> Option<String> {
        let written = self.source.get(node.span.start..node.span.end)?;
        let hundred = value.checked_mul(100_i64.into())?;
        written.ends_with('%').then(|| self.words.language.number(hundred))
    }

    fn computed(&self, operator: Operator, left: &Node, right: &Node, whole: &Node) -> Phrase {
        if let (Operator::Multiply, Kind::Decimal(value)) = (operator, &left.kind) {
            if let Some(percent) = self.percent(left, *value) {
                let b = self.value(right).within(Binding::Product);
                let text = self.say(Say::Percent, &[("number", &percent), ("b", &b)]);
                return Phrase { text, binding: Binding::Product };
            }
        }
        let (say, binding, right_least) = match operator {
            Operator::Add => (Say::Plus, Binding::Sum, Binding::Sum),
            Operator::Subtract => (Say::Minus, Binding::Sum, Binding::Product),
            Operator::Multiply => (Say::Times, Binding::Product, Binding::Product),
            Operator::Divide => (Say::Divided, Binding::Product, Binding::Whole),
            _ => return self.written(whole),
        };
        let (a, b) = (self.value(left).within(binding), self.value(right).within(right_least));
        Phrase { text: self.say(say, &[("a", &a), ("b", &b)]), binding }
    }

    /// The target and the arguments of a call.
    fn arguments<'n>(&self, node: &'n Node) -> Vec<&'n Node> {
        match &node.kind {
            Kind::Call { target, arguments, .. } => target.as_deref().into_iter().chain(arguments).collect(),
            _ => Vec::new(),
        }
    }

    fn called(&self, node: &Node) -> Phrase {
        let Kind::Call { name, .. } = &node.kind else { return self.written(node) };
        let arguments = self.arguments(node);
        let value = |at: usize| {
            arguments.get(at).map(|argument| self.value(argument).within(Binding::Product)).unwrap_or_default()
        };
        let text_of = |at: usize| match arguments.get(at).map(|argument| &argument.kind) {
            Some(Kind::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let (say, places) = match (name.value.as_str(), arguments.len()) {
            ("days_between", 2) => (Say::DaysBetween, vec![("a", value(0)), ("b", value(1))]),
            ("months_between" | "months_since", 2) => (Say::MonthsBetween, vec![("a", value(0)), ("b", value(1))]),
            ("business_days", 2) => (Say::BusinessDays, vec![("a", value(0)), ("b", value(1))]),
            ("days_after", 2) => (Say::DaysAfter, vec![("a", value(0)), ("b", value(1))]),
            ("months_after", 2) => (Say::MonthsAfter, vec![("a", value(0)), ("b", value(1))]),
            ("day", 1) => (Say::DayOf, vec![("a", value(0))]),
            ("date" | "timestamp", 1) => {
                return Phrase::whole(if text_of(0).is_empty() { value(0) } else { text_of(0) });
            }
            ("domain" | "normalize_domain", 1) => (Say::DomainOf, vec![("a", value(0))]),
            ("normalize_email" | "normalize_phone" | "normalize_company", 1) => (Say::PlainOf, vec![("a", value(0))]),
            ("min", 1..) => (Say::LeastOf, vec![("list", self.all(&arguments))]),
            ("max", 1..) => (Say::GreatestOf, vec![("list", self.all(&arguments))]),
            ("round", 1) => (Say::RoundedOf, vec![("a", value(0))]),
            ("floor", 1) => (Say::RoundedDownOf, vec![("a", value(0))]),
            ("ceil", 1) => (Say::RoundedUpOf, vec![("a", value(0))]),
            ("abs", 1) => (Say::WithoutSign, vec![("a", value(0))]),
            ("div", 2) => (Say::Whole, vec![("a", value(0)), ("b", value(1))]),
            ("mod", 2) => (Say::Remainder, vec![("a", value(0)), ("b", value(1))]),
            ("size", 1) => (Say::SizeOf, vec![("a", value(0))]),
            ("granted", 1) => (Say::Granted, vec![("reward", text_of(0))]),
            ("by_bands", 2) => (Say::Bands, vec![("table", self.words.name(&text_of(0))), ("number", value(1))]),
            ("converted", 4) => {
                (Say::Converted, vec![("a", value(0)), ("from", value(1)), ("to", value(2)), ("day", value(3))])
            }
            _ => return self.written(node),
        };
        // The last of several values would be read together with what follows.
        let binding = if matches!(say, Say::LeastOf | Say::GreatestOf) { Binding::List } else { Binding::Product };
        let places: Vec<(&str, &str)> = places.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Phrase { text: self.say(say, &places), binding }
    }

    fn all(&self, arguments: &[&Node]) -> String {
        let all: Vec<String> = arguments.iter().map(|argument| self.value(argument).within(Binding::Sum)).collect();
        self.words.listed(&all, Say::And)
    }

    /// A path, a look-up into a table, or a column of one.
    fn named(&self, node: &Node) -> Phrase {
        let looked_up = |of: &Node| match &of.kind {
            Kind::Index { of: table, index } => match &table.kind {
                Kind::Name(table) => Some((self.words.name(table), self.value(index).within(Binding::Product))),
                _ => None,
            },
            _ => None,
        };
        if let Some((table, key)) = looked_up(node) {
            let text = self.say(Say::LookUp, &[("table", &table), ("key", &key)]);
            return Phrase { text, binding: Binding::Product };
        }
        if let Kind::Select { of, field } = &node.kind {
            if let Some((table, key)) = looked_up(of) {
                let column = self.words.name(&field.value);
                let text = self.say(Say::LookUpColumn, &[("column", &column), ("table", &table), ("key", &key)]);
                return Phrase { text, binding: Binding::Product };
            }
        }
        let named = node.path().and_then(|path| self.noun(&path));
        named.map_or_else(|| self.written(node), Phrase::whole)
    }

    /// The kind of event whose first moment a path is.
    fn stage_of(&self, path: &str) -> Option<String> {
        let name = path.strip_prefix("referral.")?.strip_suffix("_at")?;
        let declared = self.words.version.document.events.iter().map(|event| event.kind.value.as_str());
        let kind = STAGES.into_iter().chain(declared).find(|kind| kind.replace(['-', '.'], "_") == name)?;
        let fact = self.fact_type(FactOwner::Referral, &format!("{name}_at"));
        fact.is_none().then(|| self.words.event(kind))
    }

    fn noun(&self, path: &str) -> Option<String> {
        let document = &self.words.version.document;
        let built_in = match path {
            "referrer.id" => Some(Say::IdReferrer),
            "referrer.recruiter" => Some(Say::IdRecruiter),
            "referee.id" => Some(Say::IdReferee),
            "referral.id" => Some(Say::IdReferral),
            "event.id" => Some(Say::IdEvent),
            "event.kind" => Some(Say::EventKindName),
            "event.at" => Some(Say::MomentOfEvent),
            "submitted_count" => Some(Say::CountSubmitted),
            "qualified_count" => Some(Say::CountQualified),
            "opportunity_count" => Some(Say::CountOpportunity),
            "closed_count" => Some(Say::CountClosed),
            "open_count" => Some(Say::CountOpen),
            _ => None,
        };
        if let Some(say) = built_in {
            return Some(self.words.word(say));
        }
        if let Some(event) = self.stage_of(path) {
            return Some(self.say(Say::MomentOf, &[("event", &event)]));
        }
        let Some((first, rest)) = path.split_once('.') else {
            let name = self.words.name(path);
            let is_ladder = document.tiers.iter().any(|ladder| ladder.name.value == path);
            let is_measure = document.measures.iter().any(|measure| measure.name.value == path);
            let is_named = document.definitions.iter().any(|definition| definition.name.value == path);
            return match (is_ladder, is_measure || is_named) {
                (true, _) => Some(self.say(Say::LevelNamed, &[("name", &name)])),
                (_, true) => Some(self.say(Say::MeasureNamed, &[("name", &name)])),
                _ => None,
            };
        };
        let name = self.words.name(rest);
        let owner = match first {
            "lists" => return Some(self.say(Say::ListNamed, &[("name", &name)])),
            "data" => return Some(self.data(rest)),
            "payee" => {
                let owner = self.words.word(Say::OwnerPayee);
                return Some(self.say(Say::FactOf, &[("name", &name), ("owner", &owner)]));
            }
            "referrer" => FactOwner::Referrer,
            "referee" => FactOwner::Referee,
            "referral" => FactOwner::Referral,
            "event" => FactOwner::Event,
            _ => return None,
        };
        let owner = self.words.owner(owner);
        (!rest.contains('.')).then(|| self.say(Say::FactOf, &[("name", &name), ("owner", &owner)]))
    }

    /// A constant of the program, with its value.
    fn data(&self, path: &str) -> String {
        let name = self.words.name(&path.replace('.', ": "));
        let named = self.say(Say::DataNamed, &[("name", &name)]);
        match self.words.version.document.data.get(path).and_then(Data::as_constant) {
            Some(constant) => format!("{named} ({})", self.words.constant(constant)),
            None => named,
        }
    }

    fn fact_type(&self, owner: FactOwner, name: &str) -> Option<&FactType> {
        let own = |fact: FactOwner| {
            fact == owner || fact == FactOwner::Account && matches!(owner, FactOwner::Referrer | FactOwner::Referee)
        };
        let facts = &self.words.version.document.facts;
        facts.iter().find(|fact| own(fact.owner) && fact.name.value == name).map(|fact| &fact.fact_type.value)
    }

    fn is_time(&self, node: &Node) -> bool {
        match &node.kind {
            Kind::Call { name, .. } => {
                matches!(name.value.as_str(), "date" | "timestamp" | "day" | "days_after" | "months_after")
            }
            _ => {
                let Some(path) = node.path() else { return false };
                if path == "event.at" || self.stage_of(&path).is_some() {
                    return true;
                }
                if let Some(Constant::Date(_)) = path
                    .strip_prefix("data.")
                    .and_then(|path| self.words.version.document.data.get(path)?.as_constant())
                {
                    return true;
                }
                let owner = match path.split('.').next() {
                    Some("referrer") => FactOwner::Referrer,
                    Some("referee") => FactOwner::Referee,
                    Some("referral") => FactOwner::Referral,
                    Some("event") => FactOwner::Event,
                    _ => return false,
                };
                let name = path.split_once('.').map_or("", |(_, name)| name);
                matches!(self.fact_type(owner, name), Some(FactType::Date | FactType::Instant))
            }
        }
    }
}
