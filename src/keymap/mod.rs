//! The keys: one table, from which the handling, the help, the footer, the palette, the configuration and the
//! documentation come. Nothing of the table is bound to Ctrl-A, B, H, Q or S, which belong to tmux, screen and the
//! terminal itself. `action` says what a key can do, `key` how keys are written, `table` holds the table, and
//! `remap` changes it as the user wishes.

mod action;
mod key;
mod remap;
mod table;

use std::borrow::Cow;
use std::fmt::Write as _;

use crossterm::event::KeyEvent;

pub use action::Action;
pub use key::Key;
use key::{ch, ctrl, key};
pub use remap::Wish;

/// Who hears a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A page.
    Page,
    /// A page with a chart.
    Chart,
    /// A question or a notice.
    Dialog,
    /// The help.
    Help,
    /// The line in which the filter is typed; other keys are text.
    Filter,
    /// A list of which one is to be picked.
    Choice,
    /// The list of columns of which some are to be chosen.
    Columns,
    /// The line in which a command is typed; other keys are text.
    Palette,
}

/// Where an action does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// On each page.
    Every,
    /// Where droplets are listed.
    Table,
    /// Where one droplet is selected.
    Droplet,
    /// Where a droplet is selected that may be removed.
    Removable,
    /// Where rows can be opened.
    Rows,
    /// Where something selected can be copied.
    Copyable,
    /// Where it is chosen what is shown.
    Chart,
    /// Where there is a page to go back to.
    Deeper,
    /// With more than one cluster.
    Clusters,
    /// On each page, if anything may be changed.
    Writable,
    /// Where there is a question, or a way on, and not only something that is told.
    Question,
}

/// What the mouse does for those who asked for it: for the help and the documentation.
pub const MOUSE: [(&str, &str); 9] = [
    ("--mouse", "switch it on; or mouse = true in the configuration. Under tmux its own option must be on, too"),
    ("click a row", "select it; again: all about it"),
    ("click a head", "sort by this column; again: the other way round"),
    ("click a chart", "the cursor at this time"),
    ("click a hint", "what its key does; what changes the cloud asks first"),
    ("click a button", "the answer to the question"),
    ("click beside", "close the list or the help in front"),
    ("wheel", "scroll what is in front"),
    ("shift-drag", "select text, as without it; in some terminals with Option or Fn"),
];

/// The heading for it.
pub const MOUSE_TITLE: &str = "Mouse";

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// What it is called where people write about it: in the configuration and the palette.
    pub name: &'static str,
    /// What it does.
    pub action: Action,
    /// Its keys; the first is the one that the footer shows.
    pub keys: Cow<'static, [Key]>,
    /// Who hears them.
    pub contexts: &'static [Context],
    /// Where it does something.
    pub on: On,
    /// The heading under which the help lists it.
    pub group: &'static str,
    /// What it does, in one or two words for the footer; empty for one that only the help shows.
    pub short: &'static str,
    /// What it does, in one sentence for the help.
    pub describe: &'static str,
}

impl Binding {
    /// Its keys for people: `k / up`.
    #[must_use]
    pub fn keys(&self) -> String {
        if *self.keys == *table::DIGITS {
            return "1-9".to_owned();
        }
        self.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" / ")
    }

    /// Whether it exists only in the demo.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.group == table::DEMO
    }
}

/// All keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { bindings: table::BINDINGS.to_vec() }
    }
}

impl Keymap {
    /// The table, in the order of the help.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }

    /// What a key does here, if anything.
    #[must_use]
    pub fn action(&self, context: Context, demo: bool, event: &KeyEvent) -> Option<Action> {
        let pressed = Key::from(event);
        let heard = |binding: &&Binding| binding.contexts.contains(&context) && (demo || !binding.is_demo());
        self.bindings.iter().filter(heard).find_map(|binding| {
            let index = binding.keys.iter().position(|key| *key == pressed)?;
            Some(if let Action::Cluster(_) = binding.action { Action::Cluster(index) } else { binding.action })
        })
    }

    /// The table of the documentation.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("| key | what it does |\n|---|---|\n");
        let mut group = "";
        for binding in &self.bindings {
            if binding.group != group {
                group = binding.group;
                let _ = writeln!(text, "| **{group}** | |");
            }
            let keys: Vec<String> = binding.keys().split(" / ").map(|key| format!("`{key}`")).collect();
            let _ = writeln!(text, "| {} | {} |", keys.join(" "), binding.describe.replace('|', "\\|"));
        }
        let _ = writeln!(text, "| **{MOUSE_TITLE}** | |");
        for (gesture, does) in MOUSE {
            let _ = writeln!(text, "| {gesture} | {does} |");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn press(context: Context, demo: bool, key: Key) -> Option<Action> {
        let modifiers = if key.control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        Keymap::default().action(context, demo, &KeyEvent::new(key.code, modifiers))
    }

    #[test]
    fn no_key_does_two_things_in_one_place_and_none_is_taken_from_tmux_or_the_terminal() {
        for context in [Context::Page, Context::Chart, Context::Dialog, Context::Help, Context::Filter] {
            let mut seen: Vec<(Key, Action)> = Vec::new();
            for binding in Keymap::default().bindings.iter().filter(|b| b.contexts.contains(&context)) {
                for key in binding.keys.iter() {
                    let twice = seen.iter().find(|(other, _)| other == key);
                    assert!(twice.is_none(), "{key} in {context:?}: {twice:?} and {:?}", binding.action);
                    seen.push((*key, binding.action));
                    let reserved = matches!(key.code, KeyCode::Char('a' | 'b' | 'h' | 'q' | 's'));
                    assert!(!(key.control && reserved), "{key} belongs to somebody else");
                }
            }
        }
    }

    #[test]
    fn no_two_lines_have_one_name() {
        let bindings = Keymap::default().bindings;
        let names: std::collections::BTreeSet<&str> = bindings.iter().map(|binding| binding.name).collect();
        assert_eq!(names.len(), bindings.len());
    }

    #[test]
    fn keys_are_heard_where_they_mean_something() {
        assert_eq!(press(Context::Page, false, ch('u')), Some(Action::ScaleUp));
        assert_eq!(press(Context::Dialog, false, ch('u')), None);
        assert_eq!(press(Context::Filter, false, ch('u')), None, "it is text there");
        assert_eq!(press(Context::Dialog, false, ch('y')), Some(Action::Accept));
        assert_eq!(press(Context::Page, false, ch('3')), Some(Action::Cluster(2)));
        assert_eq!(press(Context::Chart, false, ch('3')), Some(Action::Cluster(2)));
        assert_eq!(
            [Context::Page, Context::Chart].map(|c| press(c, false, ch('j'))),
            [Some(Action::Down), Some(Action::NextMetric)]
        );
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Keymap::default().action(Context::Page, false, &shifted), Some(Action::Last));
        for context in [Context::Page, Context::Chart, Context::Dialog, Context::Help, Context::Filter] {
            assert_eq!(press(context, false, ctrl('c')), Some(Action::QuitAtOnce));
        }
    }

    #[test]
    fn the_documentation_has_every_key() {
        let text = Keymap::default().markdown();
        for part in ["| `u` |", "| `k` `up` |", "| `ctrl-c` |", "| `1-9` |", "| **Demo** | |"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
