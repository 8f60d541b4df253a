//! The names that an expression may use.
use super::layers::Layers;
use super::types::{Slot, Type};
use super::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The shape of a table: the type of its keys and the columns of its rows.
#[derive(Clone, PartialEq, Debug)]
pub struct TableSchema {
    /// The type of the keys: text, one-of or int; an exact number for a table of bands.
    pub key: Type,
    /// The columns. One without a name is the table's only value: `credit[tier]`; else `stage_reward[tier].per_close`.
    pub columns: Vec<(Option<String>, Type)>,
    /// The position of the table in [`Env::tables`](super::Env::tables).
    pub index: usize,
}

/// What a name stands for.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Named {
    Variable {
        ty: Type,
        slot: Slot,
    },
    Constant {
        value: Value,
        ty: Type,
    },
    /// A list of the host: the slot says whether it was given.
    HostList {
        slot: Slot,
        list: usize,
    },
    Table(TableSchema),
}

/// The names that an expression may use: facts and measures, constant lists, tables, rewards that were granted before.
///
/// # Example
/// ```
/// use referral_rules::base::Interner;
/// use referral_rules::expr::{Expected, Scope, Slot, Type, compile};
/// let mut scope = Scope::default();
/// scope.variable("referee.employees", Type::Int, Slot(0));
/// let mut diagnostics = Vec::new();
/// let place = |span| span;
/// let source = "referee.employes >= 50";
/// let compiled = compile(source, &place, Expected::Bool, &scope, &mut Interner::default(), &mut diagnostics);
/// assert!(compiled.is_none());
/// assert_eq!(diagnostics[0].help, "did you mean `referee.employees`?");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Scope {
    names: Layers,
    /// Constants lie apart, as other scopes take them all.
    constants: Layers,
    granted: Arc<BTreeMap<String, Slot>>,
    elsewhere: Vec<Elsewhere>,
    definitions: Arc<BTreeSet<String>>,
}

/// Names that other places know and this one does not, with help. Of several the last holds.
#[derive(Clone, Debug)]
enum Elsewhere {
    Names(Arc<BTreeMap<Arc<str>, &'static str>>),
    /// All that another place knew and this one did not: looked for only where a name is unknown.
    Besides {
        known: [Layers; 2],
        except: [Layers; 2],
        help: &'static str,
    },
}

impl Elsewhere {
    fn find(&self, path: &str) -> Option<&'static str> {
        match self {
            Self::Names(names) => names.get(path).copied(),
            Self::Besides { known, except, help } => {
                let is_in = |names: &[Layers]| names.iter().any(|names| names.has(path));
                (is_in(known) && !is_in(except)).then_some(*help)
            }
        }
    }
}

impl Scope {
    /// A fact, measure or tier under its dotted name.
    pub fn variable(&mut self, path: &str, ty: Type, slot: Slot) {
        self.put(path, Named::Variable { ty, slot });
    }

    /// A constant list, seen as `lists.<name>`.
    pub fn list(&mut self, name: &str, values: Vec<Value>, element: Type) {
        self.constant(&format!("lists.{name}"), Value::List(values), Type::List(Box::new(element)));
    }

    /// A list that the host gives, seen as `lists.<name>`: its number in [`Env::lists`](super::Env::lists), and the slot that says whether
    /// it was given.
    pub fn host_list(&mut self, name: &str, slot: Slot, list: usize) {
        self.put(&format!("lists.{name}"), Named::HostList { slot, list });
    }

    /// A constant, or a list of constants, under its dotted name.
    pub fn constant(&mut self, path: &str, value: Value, ty: Type) {
        self.constants.put(path, Some(Arc::new(Named::Constant { value, ty })));
    }

    fn put(&mut self, path: &str, named: Named) {
        self.names.put(path, Some(Arc::new(named)));
    }

    /// Takes over the names of another scope that are of a kind.
    fn take(&mut self, other: &Self, wanted: impl Fn(&Named) -> bool) {
        for (name, named) in other.names.all().into_iter().filter(|(_, named)| wanted(named)) {
            self.names.put(Arc::clone(name), Some(Arc::clone(named)));
        }
    }

    /// Takes over the constants and lists of another scope.
    pub fn constants_of(&mut self, other: &Self) {
        self.constants.put_all(&other.constants);
        self.elsewhere.extend(other.elsewhere.iter().cloned());
    }

    /// Takes over the tables of another scope.
    pub fn tables_of(&mut self, other: &Self) {
        self.take(other, |named| matches!(named, Named::Table(_)));
        if self.definitions.is_empty() {
            self.definitions = Arc::clone(&other.definitions);
        } else {
            Arc::make_mut(&mut self.definitions).extend(other.definitions.iter().cloned());
        }
    }

    /// What a party has is known elsewhere only, and why.
    pub fn without_party(&mut self, party: &str, help: &'static str) {
        let prefix = format!("{party}.");
        let names = self.names.all().into_keys().filter(|name| name.starts_with(&prefix));
        let names: Vec<Arc<str>> = names.cloned().collect();
        names.iter().for_each(|name| self.without(name, help));
    }

    /// Takes over what another scope has besides.
    pub fn variables_of(&mut self, other: &Self) {
        self.take(other, |named| matches!(named, Named::Variable { .. }));
    }

    /// The type and slot of a fact, measure or tier.
    pub fn variable_of(&self, path: &str) -> Option<(Type, Slot)> {
        match self.find(path) {
            Some(Named::Variable { ty, slot }) => Some((ty.clone(), *slot)),
            _ => None,
        }
    }

    /// Notes a name that there is and that no expression can use, with help for those who do.
    pub fn unusable(&mut self, path: &str, help: &'static str) {
        if let Some(Elsewhere::Names(names)) = self.elsewhere.last_mut() {
            Arc::make_mut(names).insert(path.into(), help);
        } else {
            self.elsewhere.push(Elsewhere::Names(Arc::new(BTreeMap::from([(path.into(), help)]))));
        }
    }

    /// A name that was put in where expressions name it, and that those may mean who misspell it.
    pub fn definition(&mut self, name: &str) {
        Arc::make_mut(&mut self.definitions).insert(name.to_owned());
    }

    /// A table, seen by its name with an index.
    pub fn table(&mut self, name: &str, schema: TableSchema) {
        self.put(name, Named::Table(schema));
    }

    /// The names of the tables.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        let tables = self.names.all().into_iter().filter(|(_, named)| matches!(named.as_ref(), Named::Table(_)));
        tables.map(|(name, _)| &**name)
    }

    /// Every name, by its letters.
    fn all(&self) -> BTreeSet<&str> {
        let all = self.names.all().into_keys().chain(self.constants.all().into_keys());
        all.map(|name| &**name).collect()
    }

    /// A reward whose grants so far are seen as `granted('reward-id')`, a decimal.
    pub fn granted(&mut self, reward: &str, slot: Slot) {
        Arc::make_mut(&mut self.granted).insert(reward.to_owned(), slot);
    }

    /// Notes the names that another place knows and this one does not, with help for those who use them here.
    pub fn known_elsewhere(&mut self, other: &Self, help: &'static str) {
        let all = |scope: &Self| [scope.names.clone(), scope.constants.clone()];
        let (known, except) = (all(other), all(self));
        self.elsewhere.push(Elsewhere::Besides { known, except, help });
    }

    /// The name is known elsewhere only, and why.
    pub fn without(&mut self, name: &str, help: &'static str) {
        self.names.put(name, None);
        self.unusable(name, help);
    }

    pub(super) fn find_elsewhere(&self, path: &str) -> Option<&'static str> {
        self.elsewhere.iter().rev().find_map(|names| names.find(path))
    }

    pub(super) fn find(&self, path: &str) -> Option<&Named> {
        self.names.find(path).or_else(|| self.constants.find(path))
    }

    pub(super) fn find_granted(&self, reward: &str) -> Option<Slot> {
        self.granted.get(reward).copied()
    }

    pub(super) fn rewards(&self) -> impl Iterator<Item = &str> {
        self.granted.keys().map(String::as_str)
    }

    /// True if some longer name starts with the path and a dot.
    pub(super) fn has_party(&self, party: &str) -> bool {
        let prefix = [party, "."].concat();
        self.names.has_beginning(&prefix) || self.constants.has_beginning(&prefix)
    }

    /// The name that was most likely meant. With a known party, only its facts are looked at.
    pub(super) fn suggest(&self, path: &str) -> Option<String> {
        let party = path.split_once('.').map(|(party, _)| party).filter(|party| self.has_party(party));
        match party {
            Some(party) => {
                let prefix = format!("{party}.");
                let facts = self.all().into_iter().filter_map(|name| name.strip_prefix(&prefix));
                let fact = path.strip_prefix(&prefix).unwrap_or(path);
                closest(fact, facts).map(|fact| format!("{prefix}{fact}"))
            }
            None => {
                let known = self.all().into_iter().chain(self.definitions.iter().map(String::as_str));
                closest(path, known).map(str::to_owned).or_else(|| self.suggest_party(path))
            }
        }
    }

    fn suggest_party(&self, path: &str) -> Option<String> {
        let Some((party, rest)) = path.split_once('.') else {
            let suffix = format!(".{path}");
            return self.all().into_iter().find(|name| name.ends_with(&suffix)).map(str::to_owned);
        };
        let all = self.all();
        let parties: BTreeSet<&str> = all.into_iter().filter_map(|name| Some(name.split_once('.')?.0)).collect();
        let meant = format!("{}.{rest}", closest(party, parties.into_iter())?);
        self.find(&meant).map(|_| meant)
    }

    /// The longest beginning of the path that names start with; else its first part.
    pub(super) fn nearest<'p>(&self, path: &'p str) -> &'p str {
        let mut beginnings = path.match_indices('.').map(|(dot, _)| path.get(..dot).unwrap_or(path));
        let longest = beginnings.rfind(|beginning| self.has_party(beginning));
        longest.or_else(|| path.split('.').next()).unwrap_or(path)
    }

    /// What may be written after the party and a dot, for help without a suggestion.
    pub(super) fn facts_of(&self, party: &str) -> Vec<&str> {
        let prefix = format!("{party}.");
        self.all().into_iter().filter_map(|name| name.strip_prefix(prefix.as_str())).collect()
    }
}

/// The candidate that is few typing mistakes away from the name, if there is one; of several the first.
pub(super) fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_ascii_lowercase();
    let allowed = lower.chars().count().div_ceil(3).min(3);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= 12)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
