//! Other keys than those of the table, as the user wishes, and what stands in the way of that. What one presses
//! to get out, Ctrl-C everywhere and Esc in front of a page, cannot be taken away.

use std::borrow::Cow;
use std::fmt;

use super::{Action, Binding, Context, Key, Keymap};

/// The keys that an action of this name shall have.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The action, by its name in the table.
    pub name: &'static str,
    /// Its keys; none to have it in the palette only.
    pub keys: Vec<Key>,
}

/// Why a wish cannot be granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The action that was to have the key.
    pub name: &'static str,
    key: Key,
    why: Why,
}

#[derive(Debug, Clone, PartialEq)]
enum Why {
    /// Another action has it where this one is heard.
    Taken { by: &'static str, describe: &'static str },
    /// Both were wished.
    Twice { by: &'static str },
    /// It must always do what it does.
    Fixed { describe: &'static str },
    /// It is a character where text is typed.
    Text,
    /// The key that asks would also agree.
    Agrees { with: &'static str },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, key, why } = self;
        match why {
            Why::Taken { by, describe } => write!(
                f,
                "{key:?} is the key of {by} ({describe}): choose another for {name}, or give {by} another or none, \
                 [], in this table",
                key = key.to_string()
            ),
            Why::Twice { by } => {
                write!(f, "{:?} is given to {by} as well: a key does one thing", key.to_string())
            }
            Why::Fixed { describe } => {
                write!(f, "{key} always works ({describe}) and cannot be taken away: choose another for {name}")
            }
            Why::Text => write!(
                f,
                "{name} is heard while text is typed, where {:?} edits it: choose one with ctrl- or alt-, or one \
                 such as \"f5\"",
                key.to_string()
            ),
            Why::Agrees { with } => write!(
                f,
                "{:?} is also the key of {with}, and held down it would ask and agree at once: choose another",
                key.to_string()
            ),
        }
    }
}

impl Binding {
    /// The key that it never loses.
    fn fixed(&self) -> Option<Key> {
        match self.action {
            Action::QuitAtOnce => Some(super::ctrl('c')),
            Action::Cancel => Some(super::key(crossterm::event::KeyCode::Esc)),
            _ => None,
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.contexts.iter().any(|context| other.contexts.contains(context))
    }

    fn takes_text(&self) -> bool {
        self.contexts.iter().any(|context| context.is_text())
    }
}

impl Context {
    /// Whether keys that are bound to nothing are text there.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Filter | Self::Palette)
    }
}

impl Keymap {
    /// The keys with these wishes, or all that stands in their way.
    pub fn remapped(&self, wishes: &[Wish]) -> Result<Self, Vec<Conflict>> {
        let has_wish = |binding: &Binding| wishes.iter().any(|wish| wish.name == binding.name);
        let mut bindings = self.bindings.clone();
        for binding in &mut bindings {
            if let Some(wish) = wishes.iter().find(|wish| wish.name == binding.name) {
                let mut keys = wish.keys.clone();
                keys.extend(binding.fixed().filter(|fixed| !keys.contains(fixed)));
                binding.keys = Cow::Owned(keys);
            }
        }
        // What only the demo has gives way by itself; it stays in the palette.
        let given: Vec<Key> = wishes.iter().flat_map(|wish| wish.keys.iter().copied()).collect();
        for binding in bindings.iter_mut().filter(|binding| binding.is_demo() && !has_wish(binding)) {
            binding.keys = binding.keys.iter().copied().filter(|key| !given.contains(key)).collect();
        }
        let mut conflicts = Vec::new();
        for (index, binding) in bindings.iter().enumerate().filter(|(_, binding)| has_wish(binding)) {
            for key in binding.keys.iter().copied().filter(|key| Some(*key) != binding.fixed()) {
                let why = obstacle(&bindings, index, key, &has_wish);
                conflicts.extend(why.map(|why| Conflict { name: binding.name, key, why }));
            }
        }
        if conflicts.is_empty() { Ok(Self { bindings }) } else { Err(conflicts) }
    }
}

/// What speaks against this key of the binding with this index.
fn obstacle(bindings: &[Binding], index: usize, key: Key, has_wish: &impl Fn(&Binding) -> bool) -> Option<Why> {
    let binding = &bindings[index];
    if binding.takes_text() && key.is_text() {
        return Some(Why::Text);
    }
    if binding.action == Action::Accept {
        let asking = bindings.iter().find(|other| other.action.asks() && other.keys.contains(&key));
        if let Some(other) = asking {
            return Some(Why::Agrees { with: other.name });
        }
    }
    let has_it = |(at, other): &(usize, &Binding)| *at != index && other.overlaps(binding) && other.keys.contains(&key);
    let (at, other) = bindings.iter().enumerate().find(has_it)?;
    if other.fixed() == Some(key) {
        Some(Why::Fixed { describe: other.describe })
    } else if !has_wish(other) {
        Some(Why::Taken { by: other.name, describe: other.describe })
    } else {
        // Told once, of the later one.
        (at < index).then_some(Why::Twice { by: other.name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyEvent, KeyModifiers};
    use proptest::prelude::*;

    fn wish(name: &str, keys: &[&str]) -> Wish {
        let keymap = Keymap::default();
        let name = keymap.bindings.iter().find(|binding| binding.name == name).unwrap().name;
        Wish { name, keys: keys.iter().map(|key| key.parse().unwrap()).collect() }
    }

    fn told(wishes: &[Wish]) -> Vec<String> {
        Keymap::default().remapped(wishes).unwrap_err().iter().map(|c| format!("{}: {c}", c.name)).collect()
    }

    fn press(keymap: &Keymap, context: Context, demo: bool, text: &str) -> Option<Action> {
        let key: Key = text.parse().unwrap();
        let mut modifiers = KeyModifiers::NONE;
        modifiers.set(KeyModifiers::CONTROL, key.control);
        modifiers.set(KeyModifiers::ALT, key.alt);
        keymap.action(context, demo, &KeyEvent::new(key.code, modifiers))
    }

    #[test]
    fn a_wish_replaces_the_keys_of_the_table() {
        let keymap =
            Keymap::default().remapped(&[wish("scale_up", &["ctrl-u", "f2"]), wish("refresh", &["u"])]).unwrap();
        assert_eq!(press(&keymap, Context::Page, false, "ctrl-u"), Some(Action::ScaleUp));
        assert_eq!(press(&keymap, Context::Page, false, "f2"), Some(Action::ScaleUp));
        assert_eq!(press(&keymap, Context::Page, false, "u"), Some(Action::Refresh));
        assert_eq!(press(&keymap, Context::Page, false, "r"), None);
        let keymap = Keymap::default().remapped(&[wish("cluster", &["f1", "f2"])]).unwrap();
        assert_eq!(press(&keymap, Context::Page, false, "f2"), Some(Action::Cluster(1)));
        let keymap = Keymap::default().remapped(&[wish("quit", &[])]).unwrap();
        assert_eq!(press(&keymap, Context::Page, false, "q"), None);
    }

    #[test]
    fn all_conflicts_are_told_at_once() {
        let told = told(&[wish("refresh", &["u"]), wish("pause", &["F", "d"]), wish("reverse", &["F"])]);
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[0].starts_with("reverse: ") || told[0].starts_with("pause: "), "{told:?}");
        assert!(told.iter().any(|t| t.contains("\"u\" is the key of scale_up (add a clone; asks first)")), "{told:?}");
        assert!(told.iter().any(|t| t.contains("\"d\" is the key of scale_down")), "{told:?}");
        assert!(told.iter().any(|t| t.contains("\"F\" is given to") && t.contains("as well")), "{told:?}");
    }

    #[test]
    fn the_same_key_may_do_different_things_in_different_places() {
        let keymap = Keymap::default().remapped(&[wish("yes", &["o"])]).unwrap();
        assert_eq!(press(&keymap, Context::Dialog, false, "o"), Some(Action::Accept));
        assert_eq!(press(&keymap, Context::Page, false, "o"), Some(Action::Overview));
    }

    #[test]
    fn the_ways_out_cannot_be_taken_away() {
        let told = told(&[wish("refresh", &["ctrl-c"]), wish("press", &["esc"])]);
        assert!(told[0].contains("ctrl-c always works (leave at once) and cannot be taken away"), "{told:?}");
        assert!(told[1].contains("esc always works"), "{told:?}");
        let keymap = Keymap::default().remapped(&[wish("quit_at_once", &["ctrl-x"]), wish("no", &["N"])]).unwrap();
        for key in ["ctrl-x", "ctrl-c"] {
            assert_eq!(press(&keymap, Context::Filter, false, key), Some(Action::QuitAtOnce));
        }
        assert_eq!(press(&keymap, Context::Dialog, false, "esc"), Some(Action::Cancel));
    }

    #[test]
    fn a_character_stays_a_character_where_text_is_typed() {
        let told = told(&[wish("suspend", &["z"]), wish("keep_filter", &["backspace"])]);
        assert!(told.iter().all(|t| t.contains("while text is typed")), "{told:?}");
    }

    #[test]
    fn one_key_cannot_ask_and_agree() {
        let told = told(&[wish("yes", &["u"])]);
        assert!(told[0].contains("held down it would ask and agree at once"), "{told:?}");
    }

    #[test]
    fn the_demo_gives_way() {
        let keymap = Keymap::default().remapped(&[wish("refresh", &["x"])]).unwrap();
        assert_eq!(press(&keymap, Context::Page, true, "x"), Some(Action::Refresh));
    }

    proptest! {
        /// Whatever is granted, no key does two things in one place, and the ways out are there.
        #[test]
        fn no_granted_wish_makes_a_key_do_two_things(
            wishes in proptest::collection::btree_map(0..40_usize, proptest::collection::vec("[a-zA-Z0-9/?]|ctrl-[a-g]|esc|enter|tab|f[1-9]", 0..3), 0..6),
        ) {
            let default = Keymap::default();
            let wishes: Vec<Wish> = wishes
                .into_iter()
                .filter_map(|(at, keys)| {
                    let keys = keys.iter().map(|key| key.parse()).collect::<Result<_, _>>().ok()?;
                    Some(Wish { name: default.bindings.get(at)?.name, keys })
                })
                .collect();
            if let Ok(keymap) = default.remapped(&wishes) {
                for (i, one) in keymap.bindings.iter().enumerate() {
                    for other in &keymap.bindings[i + 1..] {
                        let shared = one.keys.iter().any(|key| other.keys.contains(key));
                        prop_assert!(!(one.overlaps(other) && shared), "{} and {}", one.name, other.name);
                    }
                }
                prop_assert_eq!(press(&keymap, Context::Page, false, "ctrl-c"), Some(Action::QuitAtOnce));
                prop_assert_eq!(press(&keymap, Context::Dialog, false, "esc"), Some(Action::Cancel));
            }
        }
    }
}
