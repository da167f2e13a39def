//! A map for the phone: a sorted list of boxed entries. Every `BTreeMap` of other types costs the browser some 10 kB of
//! code; this costs a tenth. Inserting moves pointers only, which is nothing at the sizes that a phone holds.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Index;

/// Entries in order of their keys, each key once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortedMap<K, V> {
    // Boxed, so that inserting does not move the entries themselves.
    entries: Vec<Box<Entry<K, V>>>,
}

/// The key lies first whatever the value is, so that searches of one type of key become one function in wasm.
#[derive(Debug, Clone, PartialEq, Eq)]
#[repr(C)]
struct Entry<K, V> {
    key: K,
    value: V,
}

impl<K: Ord, V> SortedMap<K, V> {
    /// Without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value at `key`.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key).ok()?;
        self.entries.get(at).map(|it| &it.value)
    }

    /// The value at `key`, to change.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.find(key).ok()?;
        self.entries.get_mut(at).map(|it| &mut it.value)
    }

    /// The value at `key`, to change; a missing one is made first.
    pub fn get_or_insert_with(&mut self, key: &K, make: impl FnOnce() -> V) -> &mut V
    where
        K: Clone,
    {
        let at = match self.find(key) {
            Ok(at) => at,
            Err(at) => {
                let (key, value) = (key.clone(), make());
                self.entries.insert(at, Box::new(Entry { key, value }));
                at
            }
        };
        &mut self.entries[at].value
    }

    /// Whether there is a value at `key`.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// Puts `value` at `key` in place of what is there.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(&key) {
            Ok(at) => self.entries[at].value = value,
            Err(at) => self.entries.insert(at, Box::new(Entry { key, value })),
        }
    }

    /// Takes out the value at `key`.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.find(key).ok()?;
        Some(self.entries.remove(at).value)
    }

    /// Keeps the entries whose key passes.
    pub fn retain_keys(&mut self, pass: impl Fn(&K) -> bool) {
        self.entries.retain(|it| pass(&it.key));
    }

    /// Every entry, in order.
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter(self.entries.iter())
    }

    /// The entries from `key` on, in order.
    pub fn iter_from(&self, key: &K) -> Iter<'_, K, V> {
        let (Ok(at) | Err(at)) = self.find(key);
        Iter(self.entries.get(at..).unwrap_or_default().iter())
    }

    /// The entries from `from` on and before `to`, in order.
    pub fn range(&self, from: &K, to: &K) -> Iter<'_, K, V> {
        let (Ok(from) | Err(from), Ok(to) | Err(to)) = (self.find(from), self.find(to));
        Iter(self.entries.get(from..to).unwrap_or_default().iter())
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.entries.iter().map(|it| &it.key)
    }

    /// Every value, in order of the keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.entries.iter().map(|it| &it.value)
    }

    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        // What comes in order is put at the end: a whole load is such.
        if (self.entries.last()).is_some_and(|it| it.key.borrow() < key) {
            return Err(self.entries.len());
        }
        self.entries.binary_search_by(|it| it.key.borrow().cmp(key))
    }
}

impl<K: Ord, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, V> Index<&Q> for SortedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is there")
    }
}

impl<K: Ord, V: PartialEq> PartialEq<BTreeMap<K, V>> for SortedMap<K, V> {
    fn eq(&self, other: &BTreeMap<K, V>) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Ord, V: PartialEq> PartialEq<SortedMap<K, V>> for BTreeMap<K, V> {
    fn eq(&self, other: &SortedMap<K, V>) -> bool {
        other == self
    }
}

/// Borrowed entries, in order.
#[derive(Debug)]
pub struct Iter<'a, K, V>(std::slice::Iter<'a, Box<Entry<K, V>>>);

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|it| (&it.key, &it.value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|it| (&it.key, &it.value))
    }
}

impl<'a, K: Ord, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Owned entries, in order.
#[derive(Debug)]
pub struct IntoIter<K, V>(std::vec::IntoIter<Box<Entry<K, V>>>);

impl<K, V> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|it| (it.key, it.value))
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter(self.entries.into_iter())
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut map = Self::new();
        for (key, value) in items {
            map.insert(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_a_tree_would_be(steps in prop::collection::vec((0_u8..24, any::<bool>()), 0..80)) {
            let mut map = SortedMap::new();
            let mut tree = BTreeMap::new();
            for (at, (key, keep)) in steps.into_iter().enumerate() {
                if keep {
                    map.insert(key, at);
                    tree.insert(key, at);
                } else {
                    prop_assert_eq!(map.remove(&key), tree.remove(&key));
                }
                prop_assert_eq!(map.get(&key), tree.get(&key));
                prop_assert!(map.iter_from(&key).eq(tree.range(key..)));
                prop_assert!(map.range(&key, &20).eq(tree.range(key..20.max(key))));
                prop_assert!(map.iter().rev().eq(tree.iter().rev()));
            }
            prop_assert_eq!(&map, &tree);
            prop_assert!(map.into_iter().eq(tree));
        }
    }
}
