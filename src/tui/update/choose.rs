//! What can be picked of a list: which text of a droplet is copied, in which format the open page is written into a
//! file, and which columns the table has.

use super::{Action, Effect, Outcome, Page, Seen, Ui, everywhere, toast};
use crate::cluster::{Droplet, DropletId};
use crate::column::{self, Column};
use crate::scaling::Level;
use crate::tui::terminal::CLIPBOARD_LIMIT;
use crate::tui::text::clean;
use crate::tui::view::begun_columns;
use crate::tui::{Choice, Contents, Export, Overlay, Pick, Picked};

/// Copies what is selected, or asks what of it.
pub fn copy(ui: &mut Ui, seen: &Seen) -> Outcome {
    match ui.page {
        Page::Events => {
            let event = seen.cluster(ui).and_then(|cluster| cluster.events.iter().rev().nth(ui.events.selected));
            event.map(|event| to_clipboard(ui, &event.text, seen)).unwrap_or_default()
        }
        Page::Droplet(id) | Page::DropletChart(id, _) => {
            let picks = droplet(ui, id, seen).map(texts).unwrap_or_default();
            offer(ui, "Copy", picks)
        }
        Page::Cluster => {
            let Some(droplet) = ui.table.selected.and_then(|id| droplet(ui, id, seen)) else {
                return Outcome::default();
            };
            match address(droplet, true) {
                Some(ip) => to_clipboard(ui, ip, seen),
                None => offer(ui, "Copy", texts(droplet)),
            }
        }
        Page::Chart(_) | Page::Why | Page::Overview => Outcome::default(),
    }
}

/// Asks how the open page is written down, and says into which file of which folder.
pub fn export(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    let pick = |(label, export): (_, Export)| Pick {
        label,
        text: export.file_name(cluster, seen.at),
        does: Picked::Export(export),
    };
    let title = Contents::question(ui.page, cluster);
    let picks = Contents::of(ui.page).into_iter().map(pick).collect();
    ask(ui, Choice { title, folder: Some(seen.folder.to_owned()), picks, selected: 0 })
}

/// A key while the list is open.
pub fn hear(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    let Some(Overlay::Choice(choice)) = &mut ui.overlay else { return Outcome::default() };
    let count = choice.picks.len().max(1);
    match action {
        Action::Up => choice.selected = (choice.selected + count - 1) % count,
        Action::Down => choice.selected = (choice.selected + 1) % count,
        Action::First => choice.selected = 0,
        Action::Last => choice.selected = count - 1,
        Action::Cancel => ui.overlay = None,
        Action::Press => {
            let pick = choice.picks.get(choice.selected).cloned();
            ui.overlay = None;
            return pick.map(|pick| take(ui, &pick, seen)).unwrap_or_default();
        }
        _ => {}
    }
    everywhere(action)
}

/// A key while the columns are being chosen: the table changes at once.
pub fn columns(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    let Some(Overlay::Columns { selected }) = ui.overlay else { return Outcome::default() };
    let all = Column::all();
    let turn_to = |step: usize| Some(Overlay::Columns { selected: (selected + step) % all.len() });
    match action {
        Action::Up => ui.overlay = turn_to(all.len() - 1),
        Action::Down => ui.overlay = turn_to(1),
        Action::First => ui.overlay = Some(Overlay::Columns { selected: 0 }),
        Action::Last => ui.overlay = Some(Overlay::Columns { selected: all.len() - 1 }),
        Action::Cancel => ui.overlay = None,
        Action::Press => {
            let begun = |cluster| begun_columns(&seen.drawn.columns, cluster);
            let shown = || seen.cluster(ui).map(begun).unwrap_or_default();
            let mut chosen = ui.table.columns.clone().unwrap_or_else(shown);
            column::toggle(&mut chosen, all[selected]);
            ui.table.columns = Some(chosen);
        }
        _ => {}
    }
    everywhere(action)
}

fn take(ui: &mut Ui, pick: &Pick, seen: &Seen) -> Outcome {
    match pick.does {
        Picked::Copy => to_clipboard(ui, &pick.text, seen),
        Picked::Export(export) => Effect::Export { export, name: pick.text.clone() }.into(),
    }
}

fn offer(ui: &mut Ui, title: &str, picks: Vec<Pick>) -> Outcome {
    ask(ui, Choice { title: title.to_owned(), folder: None, picks, selected: 0 })
}

fn ask(ui: &mut Ui, choice: Choice) -> Outcome {
    if !choice.picks.is_empty() {
        ui.overlay = Some(Overlay::Choice(choice));
    }
    Outcome::default()
}

fn to_clipboard(ui: &mut Ui, text: &str, seen: &Seen) -> Outcome {
    let text = clean(text).into_owned();
    if text.len() > CLIPBOARD_LIMIT {
        toast(ui, Level::Warning, "too long for the clipboard of a terminal: export it", seen.now);
        return Outcome::default();
    }
    toast(ui, Level::Done, format!("copied {text}, if the terminal allows it (OSC 52)"), seen.now);
    Effect::Copy(text).into()
}

fn droplet<'a>(ui: &Ui, id: DropletId, seen: &Seen<'a>) -> Option<&'a Droplet> {
    seen.cluster(ui)?.observation.as_deref()?.droplet(id)
}

/// What of a droplet is worth copying.
fn texts(droplet: &Droplet) -> Vec<Pick> {
    let texts = [
        ("public address", address(droplet, true).map(ToOwned::to_owned)),
        ("private address", address(droplet, false).map(ToOwned::to_owned)),
        ("name", Some(droplet.name.clone())),
        ("id", Some(droplet.id.to_string())),
        ("tags", Some(droplet.tags.join(",")).filter(|tags| !tags.is_empty())),
    ];
    let pick = |(label, text): (&'static str, Option<String>)| {
        Some(Pick { label, text: clean(&text?).into_owned(), does: Picked::Copy })
    };
    texts.into_iter().filter_map(pick).collect()
}

/// Its first IPv4 address of this kind.
fn address(droplet: &Droplet, public: bool) -> Option<&str> {
    let is_v4 = |ip: &str| ip.parse::<std::net::Ipv4Addr>().is_ok();
    droplet.addresses.iter().find(|address| address.public == public && is_v4(&address.ip)).map(|a| a.ip.as_str())
}
