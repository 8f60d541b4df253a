//! The names of a scope. Scopes are mostly copies of one another with a few names more: so names lie in layers, which copies
//! share, and a copy costs as much as it has layers.
use super::scope::Named;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// So many layers are looked through; with more, they are put together.
const LAYERS_MAX: usize = 8;

/// A layer; `None` for a name that is gone from those below.
type Layer = BTreeMap<Arc<str>, Option<Arc<Named>>>;

/// Names in layers; of several that have a name the last holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    layers: Vec<Arc<Layer>>,
}

impl Layers {
    /// What a name stands for.
    pub(super) fn find(&self, name: &str) -> Option<&Named> {
        self.layers.iter().rev().find_map(|layer| layer.get(name)).and_then(Option::as_deref)
    }

    /// Whether it is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Puts a name in; with nothing behind it, it is gone.
    pub(super) fn put(&mut self, name: impl Into<Arc<str>>, named: Option<Arc<Named>>) {
        if let Some(own) = self.layers.last_mut().and_then(Arc::get_mut) {
            own.insert(name.into(), named);
            return;
        }
        if self.layers.len() >= LAYERS_MAX {
            let mut all = Layer::new();
            for layer in &self.layers {
                all.extend(layer.iter().map(|(name, named)| (Arc::clone(name), named.clone())));
            }
            self.layers = vec![Arc::new(all)];
            return self.put(name, named);
        }
        self.layers.push(Arc::new(BTreeMap::from([(name.into(), named)])));
    }

    /// All names of others, above the own ones.
    pub(super) fn put_all(&mut self, others: &Self) {
        self.layers.extend(others.layers.iter().cloned());
    }

    /// Every name, by its letters.
    pub(super) fn all(&self) -> BTreeMap<&Arc<str>, &Arc<Named>> {
        let mut all = BTreeMap::new();
        for (name, named) in self.layers.iter().flat_map(|layer| layer.iter()) {
            match named {
                Some(named) => drop(all.insert(name, named)),
                None => drop(all.remove(name)),
            }
        }
        all
    }

    /// True if a name starts so.
    pub(super) fn has_beginning(&self, beginning: &str) -> bool {
        let from = (Bound::Included(beginning), Bound::Unbounded);
        let mut found = self.layers.iter().flat_map(|layer| {
            let names = layer.range::<str, _>(from).map(|(name, _)| name);
            names.take_while(|name| name.starts_with(beginning))
        });
        found.any(|name| self.has(name))
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::{Slot, Type};
    use super::*;

    fn slot(layers: &Layers, name: &str) -> Option<u16> {
        match layers.find(name) {
            Some(Named::Variable { slot, .. }) => Some(slot.0),
            _ => None,
        }
    }

    fn put(layers: &mut Layers, name: &str, slot: u16) {
        layers.put(name, Some(Arc::new(Named::Variable { ty: Type::Int, slot: Slot(slot) })));
    }

    #[test]
    fn copies_share_what_was_there_and_keep_their_own() {
        let mut one = Layers::default();
        put(&mut one, "a.x", 1);
        put(&mut one, "b.x", 2);
        let mut two = one.clone();
        two.put("a.x", None);
        put(&mut two, "b.x", 3);
        put(&mut one, "c", 4);
        assert_eq!((slot(&one, "a.x"), slot(&one, "b.x"), slot(&one, "c")), (Some(1), Some(2), Some(4)));
        assert_eq!((slot(&two, "a.x"), slot(&two, "b.x"), slot(&two, "c")), (None, Some(3), None));
        assert!(one.has_beginning("a.") && !two.has_beginning("a.") && two.has_beginning("b."));
        assert_eq!(two.all().into_keys().map(|name| &**name).collect::<Vec<_>>(), ["b.x"]);
    }

    #[test]
    fn many_layers_are_put_together() {
        let (mut layers, mut copies) = (Layers::default(), Vec::new());
        for number in 0..100 {
            put(&mut layers, &format!("name{number}"), number);
            copies.push(layers.clone());
        }
        assert!(layers.layers.len() <= LAYERS_MAX);
        assert!((0..100).all(|number| slot(&layers, &format!("name{number}")) == Some(number)));
        assert!(!copies.first().is_some_and(|first| first.has("name1")));
    }
}
