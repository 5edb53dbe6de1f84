//! Questions before the cloud is changed. A question stands only where there is a plan to agree to; else a
//! notice says why not. Cancel always has the focus: what was pressed by mistake is not agreed to by Enter.

use std::borrow::Cow;

use super::{Action, Effect, Outcome, Seen, Ui, everywhere, toast, walk};
use crate::cluster::DropletId;
use crate::scaling::{DownPlan, Level, Refusal, Terms, plan_down};
use crate::tui::{Confirm, Overlay, Question};
use crate::worker::{ClusterState, Command};

const NOT_YET: &str = "the cluster is being looked at: try again when that has ended";

const UNDER_WAY: &str = "an operation is under way on this cluster: wait for it to end";

/// What removing this droplet would do now, or why it is refused: the state's own plan where that is about it.
/// `None` before the first look.
#[must_use]
pub fn down_plan(cluster: &ClusterState, id: DropletId) -> Option<Result<Cow<'_, DownPlan>, Refusal>> {
    if let Some(Ok(plan)) = &cluster.down
        && plan.droplet == id
    {
        return Some(Ok(Cow::Borrowed(plan)));
    }
    let seen = cluster.observation.as_ref()?;
    let terms = Terms { own: None, insist: true };
    Some(plan_down(seen, &cluster.spec, &cluster.policy, Some(id), terms).map(Cow::Owned))
}

pub fn up(ui: &mut Ui, seen: &Seen) -> Outcome {
    let plan = |cluster: &ClusterState| match &cluster.up {
        None => Err(NOT_YET.to_owned()),
        Some(Ok(_)) => Ok(Question::Up),
        Some(Err(refusal)) => Err(refusal.to_string()),
    };
    ask(ui, seen, "Add a clone", plan)
}

pub fn down(ui: &mut Ui, seen: &Seen) -> Outcome {
    let plan = |cluster: &ClusterState| match &cluster.down {
        None => Err(NOT_YET.to_owned()),
        Some(Ok(plan)) => Ok(Question::Down(plan.droplet)),
        Some(Err(refusal)) => Err(refusal.to_string()),
    };
    ask(ui, seen, "Remove a clone", plan)
}

pub fn remove_selected(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(id) = ui.in_front() else { return Outcome::default() };
    let plan = |cluster: &ClusterState| match down_plan(cluster, id) {
        None => Err(NOT_YET.to_owned()),
        Some(Ok(_)) => Ok(Question::Down(id)),
        Some(Err(refusal)) => Err(refusal.to_string()),
    };
    ask(ui, seen, "Remove this droplet", plan)
}

/// Stopping needs no question: it leaves the cloud alone.
pub fn auto(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    if cluster.auto {
        return Command::Auto { cluster: ui.cluster, on: false }.into();
    }
    if seen.state.read_only {
        return read_only(ui, seen);
    }
    confirm(ui, Question::Auto);
    Outcome::default()
}

pub fn quit(ui: &mut Ui, seen: &Seen) -> Outcome {
    if is_needed(seen) {
        confirm(ui, Question::Quit);
    }
    quit_without_asking(seen)
}

/// Leaves if nobody has to be asked.
pub fn quit_without_asking(seen: &Seen) -> Outcome {
    if is_needed(seen) { Outcome::default() } else { Effect::Quit.into() }
}

/// Whether something ends with the program.
fn is_needed(seen: &Seen) -> bool {
    seen.state.clusters.iter().any(|cluster| cluster.operates() || cluster.auto)
}

/// A key while a question stands.
pub fn answer(ui: &mut Ui, action: Action, seen: &Seen) -> Outcome {
    let Some(Overlay::Confirm(confirm)) = &mut ui.overlay else { return Outcome::default() };
    let accepted = match action {
        Action::MoveFocus => {
            confirm.accept_focused = !confirm.accept_focused;
            return Outcome::default();
        }
        Action::Press => confirm.accept_focused,
        Action::Accept => true,
        Action::Cancel => false,
        other => {
            scroll(ui, other, seen);
            return everywhere(other);
        }
    };
    let question = confirm.question;
    ui.overlay = None;
    if accepted { agreed(ui, question, seen) } else { Outcome::default() }
}

/// Scrolls the question, the event or the notice in front, where it has more lines than room.
pub fn scroll(ui: &mut Ui, action: Action, seen: &Seen) {
    if matches!(ui.overlay, Some(Overlay::Confirm(_) | Overlay::Told(_) | Overlay::Notice { .. })) {
        let list = seen.drawn.list;
        ui.dialog_scroll = walk::step(ui.dialog_scroll, list.last_offset + 1, action, list.rows);
    }
}

/// The user agrees to what is shown; that may have become impossible while the question stood.
fn agreed(ui: &mut Ui, question: Question, seen: &Seen) -> Outcome {
    let Some(state) = seen.cluster(ui) else { return Outcome::default() };
    let cluster = ui.cluster;
    let (title, refused, command) = match question {
        Question::Quit => return Effect::Quit.into(),
        Question::Auto => return Command::Auto { cluster, on: true }.into(),
        Question::Up => {
            let refused = state.up.as_ref().and_then(|plan| plan.as_ref().err().cloned());
            ("Add a clone", refused, Command::Up { cluster })
        }
        Question::Down(droplet) => {
            let refused = down_plan(state, droplet).and_then(Result::err);
            ("Remove a clone", refused, Command::Down { cluster, droplet })
        }
    };
    match refused {
        _ if state.operates() => notice(ui, title, UNDER_WAY.to_owned()),
        None => command.into(),
        Some(refusal) => notice(ui, title, refusal.to_string()),
    }
}

fn ask(
    ui: &mut Ui,
    seen: &Seen,
    title: &'static str,
    plan: impl FnOnce(&ClusterState) -> Result<Question, String>,
) -> Outcome {
    if seen.state.read_only {
        return read_only(ui, seen);
    }
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    if cluster.operates() {
        return notice(ui, title, UNDER_WAY.to_owned());
    }
    match plan(cluster) {
        Ok(question) => {
            confirm(ui, question);
            Outcome::default()
        }
        Err(why) => notice(ui, title, why),
    }
}

fn confirm(ui: &mut Ui, question: Question) {
    ui.dialog_scroll = 0;
    ui.overlay = Some(Overlay::Confirm(Confirm { question, accept_focused: false }));
}

fn notice(ui: &mut Ui, title: &'static str, text: String) -> Outcome {
    ui.dialog_scroll = 0;
    ui.overlay = Some(Overlay::Notice { title, text });
    Outcome::default()
}

fn read_only(ui: &mut Ui, seen: &Seen) -> Outcome {
    toast(ui, Level::Warning, Refusal::ReadOnly.to_string(), seen.now);
    Outcome::default()
}
