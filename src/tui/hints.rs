//! Which keys do something now: the table of keys against what is open.

use super::view::KeyHint;
use super::{Overlay, Page, Ui};
use crate::cluster::DropletId;
use crate::keymap::{Action, Binding, Context, Keymap, On};
use crate::worker::AppState;

impl Context {
    /// Who hears keys now.
    #[must_use]
    pub fn of(ui: &Ui) -> Self {
        match ui.overlay {
            None => Self::of_page(ui.page),
            Some(Overlay::Confirm(_) | Overlay::Event(_) | Overlay::Notice { .. }) => Self::Dialog,
            Some(Overlay::Help { .. }) => Self::Help,
            Some(Overlay::Filter(_)) => Self::Filter,
            Some(Overlay::Choice(_)) => Self::Choice,
            Some(Overlay::Columns { .. }) => Self::Columns,
            Some(Overlay::Palette(_)) => Self::Palette,
        }
    }

    /// Who hears keys while nothing lies over this page.
    #[must_use]
    pub fn of_page(page: Page) -> Self {
        if page.metric().is_some() { Self::Chart } else { Self::Page }
    }
}

impl On {
    /// Why an action does nothing here; `None` where it does something.
    #[must_use]
    pub fn why_not(self, ui: &Ui, state: &AppState) -> Option<&'static str> {
        const READ_ONLY: &str = "read-only: nothing may be changed";
        let (holds, why) = match self {
            Self::Every => (true, ""),
            Self::Table => (ui.page == Page::Cluster, "only where droplets are listed"),
            Self::Droplet if state.read_only => (false, READ_ONLY),
            Self::Droplet => (ui.in_front().is_some(), "no droplet is selected here"),
            Self::Removable if state.hides_plans().is_some() => (false, READ_ONLY),
            Self::Removable => match ui.in_front() {
                None => (false, "no droplet is selected here"),
                Some(id) => (!is_base(state, ui, id), "the base droplet is never removed"),
            },
            Self::Rows => {
                let happened = || state.clusters.get(ui.cluster).is_some_and(|cluster| !cluster.events.is_empty());
                let has_rows = match ui.page {
                    Page::Cluster => ui.table.selected.is_some(),
                    Page::Overview => true,
                    Page::Events => happened(),
                    Page::Droplet(_) | Page::Chart(_) | Page::DropletChart(..) | Page::Why => false,
                };
                (has_rows, "no row is selected here")
            }
            Self::Copyable => {
                let copyable = ui.in_front().is_some() || ui.page == Page::Events;
                (copyable, "nothing is selected here")
            }
            Self::Chart => (ui.page.metric().is_some(), "only on a chart"),
            Self::Deeper => (ui.page != Page::Cluster || !ui.table.filter.is_empty(), "there is nothing to go back to"),
            Self::Clusters => (state.clusters.len() > 1, "there is only one cluster"),
            Self::Writable => (state.hides_plans().is_none(), READ_ONLY),
            Self::Question => {
                let leads_on = matches!(&ui.overlay, Some(Overlay::Event(told)) if told.droplet.is_some());
                let is_asked = matches!(&ui.overlay, Some(Overlay::Confirm(confirm)) if confirm.may_agree(state));
                (leads_on || is_asked, "nothing is asked")
            }
        };
        (!holds).then_some(why)
    }
}

impl Action {
    /// What it means on this page: on a droplet's own page, to remove one is to remove this one.
    #[must_use]
    pub fn on(self, page: Page) -> Self {
        if self == Self::ScaleDown && page.droplet().is_some() { Self::RemoveSelected } else { self }
    }
}

fn is_base(state: &AppState, ui: &Ui, id: DropletId) -> bool {
    let seen = state.clusters.get(ui.cluster).and_then(|cluster| cluster.observation.as_ref());
    seen.and_then(|seen| seen.base_member()).is_some_and(|base| base.droplet.id == id)
}

/// The word for what a key does now, where another than that of the table says more: in a dialog what the button with
/// the focus does, on the main page what there is to go back from.
fn word(binding: &Binding, ui: &Ui, state: &AppState) -> Option<&'static str> {
    match (binding.action, &ui.overlay) {
        (Action::Press, Some(Overlay::Confirm(confirm))) if confirm.may_agree(state) => {
            Some(if confirm.accept_focused { confirm.question.consent() } else { "cancel" })
        }
        (Action::Accept, Some(Overlay::Confirm(confirm))) => Some(confirm.question.consent()),
        (Action::Accept, Some(Overlay::Event(_))) => Some("show it"),
        (Action::Press, Some(Overlay::Event(told))) if told.droplet_focused => Some("show it"),
        (Action::Press, Some(Overlay::Confirm(_) | Overlay::Event(_) | Overlay::Notice { .. })) => Some("close"),
        (Action::Back, None) if ui.page == Page::Cluster => Some("drop filter"),
        (Action::Back, None) if ui.cursor.is_some() => Some("now"),
        _ => None,
    }
}

impl Keymap {
    /// The keys as the help and the footer show them, in their order.
    #[must_use]
    pub fn hints(&self, ui: &Ui, state: &AppState) -> Vec<KeyHint> {
        let context = Context::of(ui);
        let hint = |binding: &Binding| {
            let action = binding.action.on(ui.page);
            let other = self.bindings().iter().find(|other| other.action == action && action != binding.action);
            let bound = other.unwrap_or(binding);
            KeyHint {
                name: binding.name,
                action: bound.action,
                keys: binding.keys(),
                short: word(binding, ui, state).unwrap_or(bound.short),
                describe: binding.describe,
                group: binding.group,
                applies: binding.contexts.contains(&context) && bound.on.why_not(ui, state).is_none(),
                demo: binding.is_demo(),
            }
        };
        self.bindings().iter().filter(|binding| state.demo || !binding.is_demo()).map(hint).collect()
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::tui::fixtures::{self, Fixture};
    use crate::tui::{Confirm, Question};

    #[test]
    fn the_keys_of_the_demo_do_nothing_on_a_real_cloud() {
        let x = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        assert_eq!(Keymap::default().action(Context::Page, true, &x), Some(Action::KillDroplet));
        assert_eq!(Keymap::default().action(Context::Page, false, &x), None);
        let hints = Keymap::default().hints(&fixtures::ui(), &Fixture::new(2).build());
        assert!(hints.iter().all(|hint| !hint.demo));
    }

    #[test]
    fn hints_say_what_applies_here() {
        let applies = |ui: &Ui, state: &AppState, short: &str| {
            Keymap::default().hints(ui, state).iter().any(|hint| hint.short == short && hint.applies)
        };
        let (mut ui, state) = (fixtures::ui(), Fixture::new(2).build());
        assert!(applies(&ui, &state, "scale up") && applies(&ui, &state, "filter") && !applies(&ui, &state, "back"));
        assert!(!applies(&ui, &Fixture::new(2).read_only().build(), "scale up"), "nothing may be changed");
        ui.page = Page::Events;
        assert!(applies(&ui, &state, "back") && !applies(&ui, &state, "filter") && applies(&ui, &state, "detail"));
        let mut quiet = state.clone();
        quiet.clusters[0].events = std::sync::Arc::default();
        assert!(!applies(&ui, &quiet, "detail"), "there is nothing to open");
        ui.overlay = Some(Overlay::Help { scroll: 0 });
        assert!(!applies(&ui, &state, "scale up") && applies(&ui, &state, "close"));
        ui.overlay = Some(Overlay::Notice { title: "Add a clone", text: String::new(), asked: None });
        assert!(applies(&ui, &state, "close") && !applies(&ui, &state, "yes"), "there is nothing to agree to");
        assert!(!applies(&ui, &state, "other button"), "nor another button");
    }

    /// The word for Enter with this in front.
    fn enter(overlay: Overlay, state: &AppState) -> &'static str {
        let ui = Ui { overlay: Some(overlay), ..fixtures::ui() };
        let hints = Keymap::default().hints(&ui, state);
        hints.iter().find(|hint| hint.applies && hint.action == Action::Press).map_or("", |hint| hint.short)
    }

    #[test]
    fn enter_is_called_what_the_button_with_the_focus_does() {
        let state = Fixture::new(3).build();
        let ask = |question, accept_focused| Overlay::Confirm(Confirm { question, accept_focused });
        assert_eq!(enter(ask(Question::Up, false), &state), "cancel");
        assert_eq!(enter(ask(Question::Up, true), &state), "add it");
        assert_eq!(enter(ask(Question::Down(fixtures::BASE), true), &state), "remove it");
        assert_eq!(enter(ask(Question::Auto, true), &state), "switch it on");
        assert_eq!(enter(ask(Question::Up, false), &Fixture::new(3).dry_run().build()), "close");
    }

    #[test]
    fn a_question_says_first_which_key_agrees_and_to_what() {
        let state = Fixture::new(3).build();
        let first = |overlay: Overlay, state: &AppState| {
            let ui = Ui { overlay: Some(overlay), ..fixtures::ui() };
            let hints = Keymap::default().hints(&ui, state);
            hints.into_iter().find(|hint| hint.applies && !hint.short.is_empty()).map(|hint| (hint.keys, hint.short))
        };
        let ask = |question| Overlay::Confirm(Confirm { question, accept_focused: false });
        for (question, word) in [(Question::Up, "add it"), (Question::Down(fixtures::BASE), "remove it")] {
            assert_eq!(first(ask(question), &state), Some(("y".to_owned(), word)));
        }
        let in_dry_run = first(ask(Question::Up), &Fixture::new(3).dry_run().build());
        assert_eq!(in_dry_run.map(|(_, word)| word), Some("close"), "there is nothing to agree to");
    }

    #[test]
    fn on_the_main_page_esc_drops_the_filter_and_enter_needs_a_row() {
        let state = Fixture::new(3).build();
        let mut ui = fixtures::ui();
        "nothing like it".clone_into(&mut ui.table.filter);
        ui.table.selected = None;
        let hints = Keymap::default().hints(&ui, &state);
        let short = |name: &str| hints.iter().find(|hint| hint.name == name && hint.applies).map(|hint| hint.short);
        assert_eq!((short("back"), short("detail")), (Some("drop filter"), None));
    }
}
