//! What the demo's keys do to the simulated cloud. Each says what state comes of it: a word such as `more` alone would
//! leave one guessing, above all when the key is pressed again.

use super::{Outcome, Seen, Ui, toast};
use crate::cluster::{DropletId, DropletStatus};
use crate::scaling::Level;
use crate::worker::{Command, DemoCommand};

/// By how much a step multiplies the load.
const STEP: f64 = 1.25;

/// The most steps up or down: about twenty times the load, or a twentieth of it.
const MOST: i32 = 13;

/// A step more of load, or less.
pub fn load(ui: &mut Ui, step: i32, seen: &Seen) -> Outcome {
    let wanted = (ui.demo.load + step).clamp(-MOST, MOST);
    let is_end = wanted == ui.demo.load;
    ui.demo.load = wanted;
    let factor = STEP.powi(wanted);
    let times = if factor < 10.0 { format!("{factor:.2}") } else { format!("{factor:.1}") };
    let text = match wanted {
        0 => "demo traffic as it was at the start".to_owned(),
        _ if is_end && wanted > 0 => format!("demo traffic ×{times}: the demo has no more"),
        _ if is_end => format!("demo traffic ×{times}: the demo has no less"),
        _ => format!("demo traffic ×{times} of that at the start"),
    };
    // Of a key that is pressed again and again the last word counts.
    ui.toasts.retain(|toast| Some(&toast.text) != ui.demo.told.as_ref());
    ui.demo.told = Some(text.clone());
    toast(ui, Level::Info, text, seen.now);
    Command::Demo(DemoCommand::Load(factor)).into()
}

/// The API fails, or works again.
pub fn outage(ui: &mut Ui, seen: &Seen) -> Outcome {
    ui.demo.outage = !ui.demo.outage;
    let text = if ui.demo.outage {
        let binding = seen.keymap.bindings().iter().find(|binding| binding.name == "outage");
        let again =
            binding.and_then(|binding| binding.keys.first()).map(|key| format!("; press {key} again to end that"));
        format!("the API fails from now on{}", again.unwrap_or_default())
    } else {
        "the API works again: the next look will find it".to_owned()
    };
    toast(ui, Level::Info, text, seen.now);
    Command::Demo(DemoCommand::Outage(ui.demo.outage)).into()
}

/// A droplet goes off.
pub fn crash(ui: &mut Ui, id: DropletId, seen: &Seen) -> Outcome {
    let droplet = seen.cluster(ui).and_then(|cluster| cluster.observation.as_ref()?.droplet(id));
    let name = droplet.map_or_else(|| "the droplet".to_owned(), |droplet| droplet.name.clone());
    if droplet.is_some_and(|droplet| droplet.status == DropletStatus::Off) {
        toast(ui, Level::Info, format!("{name} is off already"), seen.now);
        return Outcome::default();
    }
    toast(ui, Level::Info, format!("{name} crashed: it is off now"), seen.now);
    Command::Demo(DemoCommand::KillDroplet(id)).into()
}
