//! What changes by itself when a new state comes: selections whose droplet is gone, questions that have no
//! object any more, and toasts for what just happened.

use std::sync::Arc;
use std::time::Instant;

use super::{Seen, Ui, ask, chart, toast, turn_to};
use crate::cluster::DropletId;
use crate::scaling::Level;
use crate::tui::{Confirm, Overlay, Page, Question, rows};
use crate::worker::{AUTO_OFF, AUTO_ON, AppState, ClusterState, Command, Event};

/// Brings the interface in line with the state. A selection whose droplet is gone stays on its row.
pub fn follow(ui: &mut Ui, seen: &Seen) {
    super::palette::suggest(ui, seen);
    let Some(cluster) = seen.cluster(ui) else { return };
    let rows = rows(cluster, &ui.table);
    let here = rows.iter().position(|row| Some(row.droplet.id) == ui.table.selected);
    ui.table.row = here.unwrap_or(ui.table.row.min(rows.len().saturating_sub(1)));
    ui.table.selected = rows.get(ui.table.row).map(|row| row.droplet.id);
    super::mouse::forget_if_moved(ui, cluster);
    ui.events.selected = ui.events.selected.min(cluster.events.len().saturating_sub(1));
    if let Some(id) = ui.page.droplet()
        && is_gone(cluster, id)
    {
        turn_to(ui, Page::Cluster);
        toast(ui, Level::Info, "the droplet is gone", seen.now);
    }
    if let Some(Overlay::Confirm(Confirm { question: Question::Down(id), .. })) = ui.overlay
        && is_gone(cluster, id)
    {
        ui.overlay = None;
        toast(ui, Level::Info, "the droplet is gone already", seen.now);
    }
    chart::follow(ui, cluster, seen);
    ask::follow(ui, cluster);
}

fn is_gone(cluster: &ClusterState, id: DropletId) -> bool {
    cluster.observation.as_ref().is_some_and(|seen| seen.droplet(id).is_none())
}

/// The droplet whose page is open, with its cluster, as the worker was told.
#[derive(Debug, Default)]
pub struct LookedAt(Option<(usize, DropletId)>);

impl LookedAt {
    /// Tells the worker what it has to know: the page is kept fresh while it is open, but for a picture that is held.
    /// What could not be sent is sent the next time.
    pub fn follow(&mut self, ui: &Ui, mut send: impl FnMut(Command) -> bool) {
        let now = match ui.page {
            Page::Droplet(id) if !ui.paused => Some((ui.cluster, id)),
            _ => None,
        };
        if self.0 == now {
            return;
        }
        let left = self.0.filter(|(cluster, _)| now.is_none_or(|(other, _)| other != *cluster));
        let left = left.map(|(cluster, _)| Command::Inspect { cluster, droplet: None });
        let opened = now.map(|(cluster, id)| Command::Inspect { cluster, droplet: Some(id) });
        if left.into_iter().chain(opened).all(&mut send) {
            self.0 = now;
        }
    }
}

/// Which events were heard of already, for each cluster.
#[derive(Debug, Default)]
pub struct Heard {
    last: Vec<Arc<Vec<Event>>>,
}

impl Heard {
    /// Nothing that is in this state is new.
    #[must_use]
    pub fn all_of(state: &AppState) -> Self {
        Self { last: state.clusters.iter().map(|cluster| Arc::clone(&cluster.events)).collect() }
    }

    /// Shows what happened since; mere information only stands in the list of events, but for auto: the list may not
    /// be on the screen, and what scales by itself from now on is no small thing.
    pub fn tell(&mut self, ui: &mut Ui, state: &AppState, now: Instant) {
        for (index, cluster) in state.clusters.iter().enumerate() {
            let known = self.last.get(index).map_or(&[][..], |events| events.as_slice());
            for event in
                news(&cluster.events, known).iter().filter(|event| event.level != Level::Info || is_auto(event))
            {
                let named = |text: &str| {
                    if index == ui.cluster { text.to_owned() } else { format!("{}: {text}", cluster.spec.name) }
                };
                if is_auto(event) {
                    // It is the one or the other.
                    let before = [AUTO_ON, AUTO_OFF].map(named);
                    ui.toasts.retain(|toast| !before.contains(&toast.text));
                }
                let text = named(&event.text);
                toast(ui, event.level, text, now);
            }
        }
        *self = Self::all_of(state);
    }
}

/// Whether it tells that auto was switched.
fn is_auto(event: &Event) -> bool {
    [AUTO_ON, AUTO_OFF].contains(&event.text.as_str())
}

/// The events after the last known one. The same again, only counted up, is no news.
fn news<'a>(events: &'a [Event], known: &[Event]) -> &'a [Event] {
    let Some(last) = known.last() else { return events };
    let same = |event: &Event| event.text == last.text && event.level == last.level && event.at >= last.at;
    let after =
        events.iter().rposition(same).map_or_else(|| events.partition_point(|event| event.at <= last.at), |at| at + 1);
    &events[after..]
}
