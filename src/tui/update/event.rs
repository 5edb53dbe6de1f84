//! An event in front: all of it, and the way to the droplet of which it tells.

use super::{Action, Outcome, Page, Seen, Ui, ask, everywhere, turn_to};
use crate::cluster::Droplet;
use crate::tui::{EventDetail, Overlay};
use crate::worker::{ClusterState, Event};

/// Shows all of the selected event.
pub fn open(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    if let Some(event) = cluster.events.iter().rev().nth(ui.events.selected) {
        let droplet = droplet(cluster, event).map(|droplet| (droplet.id, droplet.name.clone()));
        ui.dialog_scroll = 0;
        ui.overlay = Some(Overlay::Event(EventDetail { event: event.clone(), droplet, droplet_focused: false }));
    }
    Outcome::default()
}

/// A key while an event is in front.
pub fn hear(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    let Some(Overlay::Event(told)) = &mut ui.overlay else { return Outcome::default() };
    let leads_on = match action {
        Action::MoveFocus => {
            told.droplet_focused = told.droplet.is_some() && !told.droplet_focused;
            return Outcome::default();
        }
        Action::Press => told.droplet_focused,
        Action::Accept if told.droplet.is_some() => true,
        Action::Cancel => false,
        other => {
            ask::scroll(ui, other, seen);
            return everywhere(other);
        }
    };
    let droplet = told.droplet.take().filter(|_| leads_on);
    ui.overlay = None;
    droplet.map(|(id, _)| turn_to(ui, Page::Droplet(id))).unwrap_or_default()
}

/// The droplet of which an event tells: the only one that its text names.
fn droplet<'a>(cluster: &'a ClusterState, event: &Event) -> Option<&'a Droplet> {
    let seen = cluster.observation.as_ref()?;
    let droplets = seen.members.iter().map(|m| &m.droplet).chain(&seen.leaving);
    let mut named = droplets.filter(|d| names(&event.text, &d.name));
    named.next().filter(|_| named.next().is_none())
}

/// Whether a name stands in a text by itself, and not as a part of another one.
fn names(text: &str, name: &str) -> bool {
    let joins = ['-', '.', '_'];
    let is_whole = |(at, _): (usize, &str)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.trim_end_matches(joins).ends_with(char::is_alphanumeric)
            && !after.trim_start_matches(joins).starts_with(char::is_alphanumeric)
    };
    !name.is_empty() && text.match_indices(name).any(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::DropletId;
    use crate::scaling::Level;
    use crate::tui::fixtures::{self, Fixture};

    #[test]
    fn an_event_tells_of_a_droplet_only_when_it_names_it_and_no_other() {
        let cluster = Fixture::new(3).build().clusters.remove(0);
        let found = |text: &str| {
            let event = Event { at: fixtures::now(), level: Level::Info, text: text.to_owned(), count: 1 };
            droplet(&cluster, &event).map(|droplet| droplet.id)
        };
        let web001 = Some(DropletId(1001));
        assert_eq!(found("web001 is off"), web001);
        assert_eq!(found("web001: removed; web001 (1001) is gone, web001."), web001);
        for other in ["web0011 is off", "web001.example.com is off", "old-web001 is off", "my-web001-2 is off"] {
            assert_eq!(found(other), None, "{other}");
        }
        assert_eq!(found("2 droplets send no metrics: web001, web002"), None, "one of several");
        assert_eq!(found("auto is on"), None);
    }
}
