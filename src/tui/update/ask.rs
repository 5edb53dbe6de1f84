//! Questions before the cloud is changed. A question stands only where there is a plan to agree to; else a
//! notice says why not. Cancel always has the focus: what was pressed by mistake is not agreed to by Enter.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Action, Effect, Outcome, Seen, Ui, everywhere, toast, walk};
use crate::cluster::DropletId;
use crate::scaling::{DownPlan, Level, Refusal, Terms, plan_down};
use crate::tui::{Asked, Confirm, Overlay, Question};
use crate::worker::{ClusterState, Command};

const NOT_YET: &str = "the cluster is being looked at: try again when that has ended";

const UNDER_WAY: &str = "an operation is under way on this cluster: wait for it to end";

const CANCELLED: &str = "cancelled: nothing was changed";

const GOES_ON: &str = "cancelled: dropscale goes on";

/// What became of a question ends with the next one: there it would be about that.
pub fn forget_last(ui: &mut Ui) {
    ui.toasts.retain(|toast| ![CANCELLED, GOES_ON].contains(&toast.text.as_str()));
}

const POSSIBLE_NOW: &str = "nothing stands in its way any more: close this and ask again";

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
    ask(ui, seen, Asked::Up)
}

pub fn down(ui: &mut Ui, seen: &Seen) -> Outcome {
    ask(ui, seen, Asked::Down(None))
}

pub fn remove_selected(ui: &mut Ui, seen: &Seen) -> Outcome {
    ui.in_front().map(|id| ask(ui, seen, Asked::Down(Some(id)))).unwrap_or_default()
}

impl Asked {
    fn title(self) -> &'static str {
        match self {
            Self::Up => "Add a clone",
            Self::Down(_) => "Remove a clone",
        }
    }

    /// The question to be agreed to now, or why it is refused.
    fn plan(self, cluster: &ClusterState) -> Result<Question, String> {
        if cluster.operates() {
            return Err(UNDER_WAY.to_owned());
        }
        let planned = match self {
            Self::Up => cluster.up.as_ref().map(|plan| plan.as_ref().map(|_| Question::Up).map_err(Refusal::to_string)),
            Self::Down(None) => {
                let question = |plan: &Arc<DownPlan>| Question::Down(plan.droplet);
                cluster.down.as_ref().map(|plan| plan.as_ref().map(question).map_err(Refusal::to_string))
            }
            Self::Down(Some(id)) => {
                let question = |_| Question::Down(id);
                down_plan(cluster, id).map(|plan| plan.map(question).map_err(|refusal| refusal.to_string()))
            }
        };
        planned.unwrap_or_else(|| Err(NOT_YET.to_owned()))
    }
}

/// Plans anew what stands in front, since the state has changed: what has become impossible is no question any more,
/// and a refusal goes with its reason.
pub fn follow(ui: &mut Ui, cluster: &ClusterState) {
    let asked = match &ui.overlay {
        Some(Overlay::Confirm(Confirm { question: Question::Up, .. })) => Asked::Up,
        Some(Overlay::Confirm(Confirm { question: Question::Down(id), .. })) => Asked::Down(Some(*id)),
        Some(Overlay::Notice { asked: Some(asked), .. }) => *asked,
        _ => return,
    };
    match (asked.plan(cluster), &mut ui.overlay) {
        (Ok(_), Some(Overlay::Notice { text, .. })) => POSSIBLE_NOW.clone_into(text),
        (Err(why), Some(Overlay::Notice { text, .. })) => *text = why,
        (Err(why), _) => drop(refuse(ui, asked, why)),
        (Ok(_), _) => {}
    }
}

/// Stopping needs no question: it leaves the cloud alone.
pub fn auto(ui: &mut Ui, seen: &Seen) -> Outcome {
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    if cluster.auto {
        return Command::Auto { cluster: ui.cluster, on: false }.into();
    }
    if let Some(refusal) = seen.state.forbids() {
        return forbidden(ui, &refusal, seen);
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
    let confirm = confirm.clone();
    ui.overlay = None;
    if accepted {
        return agreed(ui, confirm.question, seen);
    }
    if confirm.may_agree(seen.state) {
        let text = if confirm.question == Question::Quit { GOES_ON } else { CANCELLED };
        toast(ui, Level::Info, text, seen.now);
    }
    Outcome::default()
}

/// Scrolls the question, the event or the notice in front, where it has more lines than room.
pub fn scroll(ui: &mut Ui, action: Action, seen: &Seen) {
    if matches!(ui.overlay, Some(Overlay::Confirm(_) | Overlay::Event(_) | Overlay::Notice { .. })) {
        let list = seen.drawn.list;
        ui.dialog_scroll = walk::step(ui.dialog_scroll, list.last_offset + 1, action, list.rows);
    }
}

/// The user agrees to what is shown; that may have become impossible while the question stood.
fn agreed(ui: &mut Ui, question: Question, seen: &Seen) -> Outcome {
    let Some(state) = seen.cluster(ui) else { return Outcome::default() };
    if let Some(refusal) = seen.state.forbids().filter(|_| question != Question::Quit) {
        return forbidden(ui, &refusal, seen);
    }
    let cluster = ui.cluster;
    let (asked, command) = match question {
        Question::Quit => return Effect::Quit.into(),
        Question::Auto => return Command::Auto { cluster, on: true }.into(),
        Question::Up => (Asked::Up, Command::Up { cluster }),
        Question::Down(droplet) => (Asked::Down(Some(droplet)), Command::Down { cluster, droplet }),
    };
    match asked.plan(state) {
        Ok(_) => command.into(),
        Err(why) => refuse(ui, asked, why),
    }
}

/// Asks; in a dry run the question only shows what would be done.
fn ask(ui: &mut Ui, seen: &Seen, asked: Asked) -> Outcome {
    if let Some(refusal) = seen.state.hides_plans() {
        return forbidden(ui, &refusal, seen);
    }
    let Some(cluster) = seen.cluster(ui) else { return Outcome::default() };
    match asked.plan(cluster) {
        Ok(question) => {
            confirm(ui, question);
            Outcome::default()
        }
        Err(why) => refuse(ui, asked, why),
    }
}

fn confirm(ui: &mut Ui, question: Question) {
    ui.dialog_scroll = 0;
    ui.overlay = Some(Overlay::Confirm(Confirm { question, accept_focused: false }));
}

fn refuse(ui: &mut Ui, asked: Asked, why: String) -> Outcome {
    ui.dialog_scroll = 0;
    ui.overlay = Some(Overlay::Notice { title: asked.title(), text: why, asked: Some(asked) });
    Outcome::default()
}

fn forbidden(ui: &mut Ui, refusal: &Refusal, seen: &Seen) -> Outcome {
    toast(ui, Level::Warning, refusal.to_string(), seen.now);
    Outcome::default()
}
