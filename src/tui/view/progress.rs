//! The operation that runs, step by step: what is done, what runs with its elapsed, usual and longest time, what
//! is to come; and for a while, how the last one ended.

use std::time::Duration;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::{spans_width, width, wrap};
use super::{Scene, decision, words};
use crate::cluster::elapsed;
use crate::scaling::{Kind, OperationState, Outcome, Phase, PhaseState};
use crate::worker::ClusterState;

/// How long the end of an operation is shown when it went well, and when not.
const SHOWN_DONE: Duration = Duration::from_secs(60);
const SHOWN_FAILED: Duration = Duration::from_secs(600);

/// What takes less is not said in seconds: they would be none.
const NOTICED: Duration = Duration::from_secs(1);

/// The columns of the bar of the running phase.
const BAR: u16 = 12;

/// The operation to show now, if there is one.
pub fn shown<'a>(scene: &Scene, cluster: &'a ClusterState) -> Option<&'a OperationState> {
    let operation = cluster.operation.as_deref()?;
    let visible = match (&operation.outcome, operation.ended_at) {
        (Some(Outcome::Done(_)), Some(at)) => elapsed(at, scene.now) < SHOWN_DONE,
        (Some(_), Some(at)) => elapsed(at, scene.now) < SHOWN_FAILED,
        _ => true,
    };
    visible.then_some(operation)
}

/// What it does.
pub fn doing(kind: Kind) -> &'static str {
    match kind {
        Kind::Up => "scaling up",
        Kind::Down => "scaling down",
        Kind::Recover => "recovering",
    }
}

/// Its name when it has ended.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Up => "scale up",
        Kind::Down => "scale down",
        Kind::Recover => "recovery",
    }
}

/// What it does and with which droplet, or that it has ended.
pub fn title(operation: &OperationState) -> String {
    let kind = operation.kind;
    match (&operation.droplet_name, operation.outcome.is_some()) {
        (Some(name), false) => format!("{}: {name}", doing(kind)),
        (None, false) => doing(kind).to_owned(),
        (Some(name), true) => format!("last: {} of {name}", noun(kind)),
        (None, true) => format!("last: {}", noun(kind)),
    }
}

/// A word or two for each phase, where there is little room.
fn short(phase: Phase) -> &'static str {
    match phase {
        Phase::Claim => "claim",
        Phase::Create => "create",
        Phase::Boot => "boot",
        Phase::Attach => "join LB",
        Phase::Health => "health",
        Phase::Mark => "mark",
        Phase::Detach => "leave LB",
        Phase::Drain => "drain",
        Phase::Shutdown => "shut down",
        Phase::Delete => "delete",
        Phase::Settle => "settle",
    }
}

/// All phases of an operation with how far each has come; those of a recovery are known only as they come.
fn phases(operation: &OperationState) -> Vec<(Phase, Option<&PhaseState>)> {
    let planned = Phase::of(operation.kind);
    let begun = |phase: Phase| operation.phases.iter().rev().find(|p| p.phase == phase);
    let mut all: Vec<_> = planned.iter().map(|phase| (*phase, begun(*phase))).collect();
    all.extend(operation.phases.iter().filter(|p| !planned.contains(&p.phase)).map(|p| (p.phase, Some(p))));
    all
}

/// The phase in which an operation ended early: the last one before it left its plan to undo what was done.
fn broken_off(operation: &OperationState) -> Option<Phase> {
    let is_early = operation.outcome.as_ref().is_some_and(|outcome| !outcome.is_done());
    let planned = Phase::of(operation.kind);
    let begun = &operation.phases;
    let as_planned = begun.iter().zip(planned).take_while(|(state, phase)| state.phase == **phase).count();
    let last = if planned.is_empty() { begun.last() } else { begun.get(as_planned.checked_sub(1)?) };
    last.filter(|_| is_early).map(|state| state.phase)
}

/// Whether it ended so long ago that how it ended is no news.
pub fn is_old(scene: &Scene, operation: &OperationState) -> bool {
    operation.ended_at.is_some_and(|at| elapsed(at, scene.now) >= SHOWN_DONE)
}

/// How it ended and when, if it has.
fn ending(scene: &Scene, operation: &OperationState, columns: u16) -> Option<Vec<Line<'static>>> {
    let outcome = operation.outcome.as_ref()?;
    let (mark, how, style) = match outcome {
        Outcome::Done(_) => ("✓", "done", scene.theme.good),
        Outcome::Refused(_) => ("!", "refused", scene.theme.attention),
        Outcome::Failed(_) => ("✗", "failed", scene.theme.bad),
    };
    let when = operation.ended_at.map(|at| format!(" {}", words::clock(at, scene.zone))).unwrap_or_default();
    let lead = format!("{} {how}{when}:", noun(operation.kind));
    let is_old = is_old(scene, operation);
    let (style, text_style) = if is_old { (scene.theme.faint, scene.theme.faint) } else { (style, scene.theme.text) };
    let mut lines = Vec::new();
    decision::headline(&mut lines, mark, &lead, outcome.text(), style, text_style, columns);
    Some(lines)
}

/// Two lines: the phase that runs, then all of them.
pub fn compact(scene: &Scene, cluster: &ClusterState, operation: &OperationState, columns: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    if let Some(ending) = ending(scene, operation, columns) {
        return ending;
    }
    let current = operation.current();
    let mut first = vec![Span::styled(format!("{}  ", title(operation)), theme.strong)];
    if let Some(current) = current {
        first.push(Span::styled(format!("{} ", current.phase.describe()), theme.text));
        let room = columns.saturating_sub(spans_width(&first));
        first.extend(running(scene, cluster, current, room));
    }
    let mut second = vec![Span::raw("  ")];
    for (phase, state) in phases(operation) {
        let (symbol, symbol_style, style) = marks(scene, state, None);
        second.push(Span::styled(format!("{symbol} "), symbol_style));
        second.push(Span::styled(format!("{}  ", short(phase)), style));
    }
    // A scrap of it would read like another phase.
    let note = current.and_then(|state| state.note.as_deref());
    if let Some(note) = note.filter(|note| spans_width(&second) + width(note) <= columns) {
        second.push(Span::styled(note.to_owned(), theme.faint));
    }
    vec![Line::from(first), Line::from(second)]
}

/// A line for each phase.
pub fn full(scene: &Scene, cluster: &ClusterState, operation: &OperationState, columns: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let phases = phases(operation);
    let wide = phases.iter().map(|(phase, _)| phase.describe().len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    let broken_off = broken_off(operation);
    for (phase, state) in phases {
        let outcome = operation.outcome.as_ref().filter(|_| broken_off == Some(phase));
        let (symbol, symbol_style, style) = marks(scene, state, outcome);
        let mut spans = vec![
            Span::styled(format!("{symbol} "), symbol_style),
            Span::styled(format!("{:wide$}  ", phase.describe()), style),
        ];
        match state {
            Some(state) if state.ended_at.is_none() => {
                let room = columns.saturating_sub(spans_width(&spans));
                spans.extend(running(scene, cluster, state, room));
            }
            Some(state) => {
                let took = state.ended_at.map(|end| elapsed(state.started_at, end)).unwrap_or_default();
                spans.push(Span::styled(words::span(took), theme.faint));
            }
            None if operation.outcome.is_some() => spans.push(Span::styled("not begun", theme.faint)),
            None => {
                let usual = phase.expected(&cluster.spec.timing);
                let usual =
                    if usual < NOTICED { "a moment".to_owned() } else { format!("about {}", words::span(usual)) };
                spans.push(Span::styled(usual, theme.faint));
            }
        }
        lines.push(Line::from(spans));
        if let Some(note) = state.filter(|s| s.ended_at.is_none()).and_then(|s| s.note.as_deref()) {
            let indent = columns.saturating_sub(4);
            lines.extend(wrap(note, indent).into_iter().map(|l| Line::styled(format!("  {l}"), theme.faint)));
        }
    }
    lines.extend(ending(scene, operation, columns).into_iter().flatten());
    lines
}

/// The symbol of a phase, its style, and that of the phase's name. `outcome` is of the operation that ended with it.
fn marks(scene: &Scene, state: Option<&PhaseState>, outcome: Option<&Outcome>) -> (&'static str, Style, Style) {
    let theme = scene.theme;
    match state {
        Some(_) if matches!(outcome, Some(Outcome::Failed(_))) => ("✗", theme.bad, theme.text),
        Some(_) if matches!(outcome, Some(Outcome::Refused(_))) => ("!", theme.attention, theme.text),
        Some(state) if state.ended_at.is_none() => ("▶", theme.strong, theme.strong),
        Some(_) => ("✓", theme.good, theme.text),
        None => ("○", theme.faint, theme.faint),
    }
}

/// The bar of the running phase, against the time it usually takes, and the times in words.
fn running(scene: &Scene, cluster: &ClusterState, state: &PhaseState, room: u16) -> Vec<Span<'static>> {
    let theme = scene.theme;
    let timing = &cluster.spec.timing;
    let (usual, longest) = (state.phase.expected(timing), state.phase.deadline(timing));
    let passed = elapsed(state.started_at, scene.now);
    let share = (passed.as_secs_f64() / usual.as_secs_f64().max(0.001)).min(1.0);
    let late = passed > usual * 2;
    let (about, most) = (format!(" of about {}", words::span(usual)), format!(", at most {}", words::span(longest)));
    let times = if usual >= longest {
        vec![format!(" of {}", words::span(longest))]
    } else if usual < NOTICED {
        vec![most]
    } else {
        // What it usually takes says nothing more once it has taken longer.
        let brief = if passed > usual { most.clone() } else { about.clone() };
        vec![about + &most, brief]
    };
    let drawn = |(bar, times): (u16, &String)| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the bar")]
        let full = (share * f64::from(bar)) as usize;
        vec![
            Span::styled("█".repeat(full), if late { theme.attention } else { theme.data }),
            Span::styled("░".repeat(usize::from(bar).saturating_sub(full)), theme.faint),
            Span::styled(format!(" {}", words::span(passed)), theme.strong),
            Span::styled(times.clone(), theme.faint),
        ]
    };
    let mut forms =
        [BAR, BAR / 2, BAR / 4].into_iter().flat_map(|bar| times.iter().map(move |times| (bar, times))).map(drawn);
    let fits = forms.find(|spans| spans_width(spans) <= room);
    fits.unwrap_or_else(|| drawn((BAR / 4, &String::new())))
}
