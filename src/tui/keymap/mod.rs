//! The keys: one table, from which the handling, the help, the footer and the documentation come. Nothing is
//! bound to Ctrl-A, B, H, Q or S, which belong to tmux, screen and the terminal itself.

mod table;

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::view::KeyHint;
use super::{Overlay, Page, Ui};
use crate::worker::AppState;

/// What a key does; the table says what each of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    ScaleUp,
    ScaleDown,
    RemoveSelected,
    ToggleAuto,
    Refresh,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Back,
    Filter,
    Sort,
    Reverse,
    Zoom,
    Shorter,
    Longer,
    Freeze,
    Events,
    Overview,
    NextCluster,
    PreviousCluster,
    /// The cluster with this index.
    Cluster(usize),
    MoreLoad,
    LessLoad,
    KillDroplet,
    ToggleOutage,
    Help,
    Repaint,
    Suspend,
    Quit,
    QuitAtOnce,
    Press,
    MoveFocus,
    Accept,
    Cancel,
}

/// Who hears a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A page.
    Page,
    /// A question or a notice.
    Dialog,
    /// The help.
    Help,
    /// The line in which the filter is typed; other keys are text.
    Filter,
}

impl Context {
    /// Who hears keys now.
    #[must_use]
    pub fn of(ui: &Ui) -> Self {
        match ui.overlay {
            None => Self::Page,
            Some(Overlay::Confirm(_) | Overlay::Notice { .. }) => Self::Dialog,
            Some(Overlay::Help { .. }) => Self::Help,
            Some(Overlay::Filter(_)) => Self::Filter,
        }
    }
}

/// A key, with what is held down beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    code: KeyCode,
    control: bool,
}

const fn ch(c: char) -> Key {
    Key { code: KeyCode::Char(c), control: false }
}

const fn ctrl(c: char) -> Key {
    Key { code: KeyCode::Char(c), control: true }
}

const fn key(code: KeyCode) -> Key {
    Key { code, control: false }
}

impl From<&KeyEvent> for Key {
    fn from(event: &KeyEvent) -> Self {
        Self { code: event.code, control: event.modifiers.contains(KeyModifiers::CONTROL) }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("ctrl-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("space"),
            KeyCode::Char(c) => f.write_char(c),
            KeyCode::Up => f.write_str("up"),
            KeyCode::Down => f.write_str("down"),
            KeyCode::Left => f.write_str("left"),
            KeyCode::Right => f.write_str("right"),
            KeyCode::PageUp => f.write_str("pgup"),
            KeyCode::PageDown => f.write_str("pgdn"),
            KeyCode::BackTab => f.write_str("shift-tab"),
            code => f.write_str(&code.to_string().to_lowercase()),
        }
    }
}

/// The pages on which a key does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// On each.
    Every,
    /// Where droplets are listed.
    Table,
    /// Where one droplet is selected.
    Droplet,
    /// Where rows can be opened.
    Rows,
    /// Where it is chosen what is shown.
    Chart,
    /// Where there is a page to go back to.
    Deeper,
    /// With more than one cluster.
    Clusters,
    /// On each page, if anything may be changed.
    Writable,
    /// Where there is a question, and not only a notice.
    Question,
}

impl On {
    fn includes(self, ui: &Ui, state: &AppState) -> bool {
        match self {
            Self::Every => true,
            Self::Table => ui.page == Page::Cluster,
            Self::Droplet => matches!(ui.page, Page::Cluster | Page::Droplet(_)) && !state.read_only,
            Self::Rows => matches!(ui.page, Page::Cluster | Page::Events | Page::Overview),
            Self::Chart => matches!(ui.page, Page::Chart(_)),
            Self::Deeper => ui.page != Page::Cluster || !ui.table.filter.is_empty(),
            Self::Clusters => state.clusters.len() > 1,
            Self::Writable => !state.read_only,
            Self::Question => matches!(ui.overlay, Some(Overlay::Confirm(_))),
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone)]
struct Binding {
    name: &'static str,
    action: Action,
    keys: Cow<'static, [Key]>,
    contexts: &'static [Context],
    on: On,
    group: &'static str,
    short: &'static str,
    describe: &'static str,
}

impl Binding {
    fn keys(&self) -> String {
        if let Action::Cluster(_) = self.action {
            return "1-9".to_owned();
        }
        self.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" / ")
    }

    fn is_demo(&self) -> bool {
        self.group == table::DEMO
    }
}

/// All keys.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self { bindings: table::BINDINGS.to_vec() }
    }
}

impl Keymap {
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

    /// The keys as the help and the footer show them, in their order.
    #[must_use]
    pub fn hints(&self, ui: &Ui, state: &AppState) -> Vec<KeyHint> {
        let context = Context::of(ui);
        let hint = |binding: &Binding| KeyHint {
            name: binding.name,
            keys: binding.keys(),
            short: binding.short,
            describe: binding.describe,
            group: binding.group,
            applies: binding.contexts.contains(&context) && binding.on.includes(ui, state),
            demo: binding.is_demo(),
        };
        self.bindings.iter().filter(|binding| state.demo || !binding.is_demo()).map(hint).collect()
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
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixtures::{self, Fixture};

    fn press(context: Context, demo: bool, key: Key) -> Option<Action> {
        let modifiers = if key.control { KeyModifiers::CONTROL } else { KeyModifiers::NONE };
        Keymap::default().action(context, demo, &KeyEvent::new(key.code, modifiers))
    }

    #[test]
    fn no_key_does_two_things_in_one_place_and_none_is_taken_from_tmux_or_the_terminal() {
        for context in [Context::Page, Context::Dialog, Context::Help, Context::Filter] {
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
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Keymap::default().action(Context::Page, false, &shifted), Some(Action::Last));
        for context in [Context::Page, Context::Dialog, Context::Help, Context::Filter] {
            assert_eq!(press(context, false, ctrl('c')), Some(Action::QuitAtOnce));
        }
    }

    #[test]
    fn the_keys_of_the_demo_do_nothing_on_a_real_cloud() {
        assert_eq!(press(Context::Page, true, ch('x')), Some(Action::KillDroplet));
        assert_eq!(press(Context::Page, false, ch('x')), None);
        let hints = Keymap::default().hints(&fixtures::ui(), &Fixture::new(2).build());
        assert!(hints.iter().all(|hint| !hint.demo));
    }

    #[test]
    fn hints_say_what_applies_here() {
        let applies = |ui: &Ui, state: &AppState, short: &str| {
            Keymap::default().hints(ui, state).iter().any(|hint| hint.short == short && hint.applies)
        };
        let (mut ui, state) = (fixtures::ui(), Fixture::new(2).build());
        assert!(applies(&ui, &state, "up") && applies(&ui, &state, "filter") && !applies(&ui, &state, "back"));
        assert!(!applies(&ui, &Fixture::new(2).read_only().build(), "up"), "nothing may be changed");
        ui.page = Page::Events;
        assert!(applies(&ui, &state, "back") && !applies(&ui, &state, "filter"));
        ui.overlay = Some(Overlay::Help { scroll: 0 });
        assert!(!applies(&ui, &state, "up") && applies(&ui, &state, "close"));
        ui.overlay = Some(Overlay::Notice { title: "Add a clone", text: String::new() });
        assert!(applies(&ui, &state, "press") && !applies(&ui, &state, "yes"), "there is nothing to agree to");
    }

    #[test]
    fn the_documentation_has_every_key() {
        let text = Keymap::default().markdown();
        for part in ["| `u` |", "| `k` `up` |", "| `ctrl-c` |", "| `1-9` |", "| **Demo** | |"] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
    }
}
