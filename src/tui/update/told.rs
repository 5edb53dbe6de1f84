//! An event in front: all of it, and the way to the droplet of which it tells.

use super::{Action, Outcome, Page, Seen, Ui, ask, everywhere, turn_to};
use crate::cluster::Droplet;
use crate::tui::{Overlay, Told};
use crate::worker::{ClusterState, Event};

/// Shows all of the selected event.
pub fn open(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    if let Some(event) = cluster.events.iter().rev().nth(ui.events.selected) {
        let droplet = droplet(cluster, event).map(|droplet| (droplet.id, droplet.name.clone()));
        ui.dialog_scroll = 0;
        ui.overlay = Some(Overlay::Told(Told { event: event.clone(), droplet, droplet_focused: false }));
    }
    Outcome::default()
}

/// A key while an event is in front.
pub fn hear(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    let Some(Overlay::Told(told)) = &mut ui.overlay else { return Outcome::default() };
    let leads_on = match action {
        Action::MoveFocus => {
            told.droplet_focused = told.droplet.is_some() && !told.droplet_focused;
            return Outcome::default();
        }
        Action::Press => told.droplet_focused,
        Action::Accept => true,
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

/// The droplet of which an event tells: the longest name that occurs in its text.
fn droplet<'a>(cluster: &'a ClusterState, event: &Event) -> Option<&'a Droplet> {
    let seen = cluster.observation.as_ref()?;
    let droplets = seen.members.iter().map(|m| &m.droplet).chain(&seen.leaving);
    droplets.filter(|d| event.text.contains(&d.name)).max_by_key(|d| d.name.len())
}
