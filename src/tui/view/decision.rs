//! What auto would do now, why, and what stops it.

use std::borrow::Cow;
use std::time::Duration;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::{Cut, NO_BREAK, Sheet, wrap};
use super::{Scene, words};
use crate::cluster::{FailureClass, Metric, elapsed};
use crate::policy::{Action, Decision, Reason};
use crate::scaling::Level;
use crate::tui::{Awaited, Theme};
use crate::worker::{ClusterState, Connection};

/// More names than this push away what matters.
const NAMES: usize = 4;

/// The lines of the panel, broken to `columns`, the weightiest first.
pub fn lines(scene: &Scene, cluster: &ClusterState, columns: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut lines = Vec::new();
    match (&cluster.decision, &cluster.connection) {
        (Some(decision), _) => decided(scene, cluster, decision, columns, &mut lines),
        (None, Connection::Starting) => paragraph(&mut lines, "·", "asking DigitalOcean…", theme.text, columns),
        (None, _) => {
            paragraph(
                &mut lines,
                "?",
                "nothing is decided: the cluster has not been seen yet",
                theme.attention,
                columns,
            );
        }
    }
    lines
}

/// What auto would do if it were switched on now, in the same form.
pub fn foreseen(scene: &Scene, cluster: &ClusterState, columns: u16) -> Vec<Line<'static>> {
    let failing = matches!(cluster.connection, Connection::Failing { .. });
    let Some(decision) = cluster.decision.as_deref().filter(|_| !failing) else {
        return lines(scene, cluster, columns);
    };
    let when = if cluster.operates() { "Once the operation is done" } else { "Now" };
    let (symbol, verb, style) = wish(scene.theme, decision);
    let mut lines = Vec::new();
    let lead = if obstacles(cluster, decision).next().is_some() {
        format!("{when} it would hold, though it wants to {verb}:")
    } else {
        format!("{when} it would {verb}:")
    };
    told(scene, cluster, decision, (symbol, &lead, style), columns, &mut lines);
    lines
}

fn decided(scene: &Scene, cluster: &ClusterState, decision: &Decision, columns: u16, lines: &mut Vec<Line<'static>>) {
    let theme = scene.theme;
    let (symbol, verb, style) = wish(theme, decision);
    // What is held back even when the operation here is done is but a wish; the obstacles below say why.
    let stopped = obstacles(cluster, decision).next().is_some();
    let would = if stopped { "it wants to" } else { "it would" };
    let failing = matches!(cluster.connection, Connection::Failing { .. });
    let awaits =
        matches!(&decision.because, Reason::Unknown { metrics, .. } if Awaited::of(metrics, cluster).is_some());
    let (lead, style) = match (cluster.auto, stopped) {
        (true, _) if awaits && !failing => ("not decided yet:".to_owned(), style),
        (false, _) if awaits && !failing => ("auto is off; nothing is decided yet:".to_owned(), theme.strong),
        (true, _) if cluster.operates() => (format!("{}, {would} {verb}:", afterwards(scene, decision)), style),
        (true, _) if failing => (format!("waiting for the API; last decided to {verb}:"), theme.strong),
        (false, _) if failing => (format!("waiting for the API; auto is off, it last wanted to {verb}:"), theme.strong),
        (true, false) => (format!("{verb}:"), style),
        (true, true) => (format!("hold, though {would} {verb}:"), style),
        (false, _) => (format!("auto is off; {would} {verb}:"), theme.strong),
    };
    told(scene, cluster, decision, (symbol, &lead, style), columns, lines);
}

/// What is wanted and why, behind what leads to it; and what stops it.
fn told(
    scene: &Scene,
    cluster: &ClusterState,
    decision: &Decision,
    (symbol, lead, style): (&str, &str, Style),
    columns: u16,
    lines: &mut Vec<Line<'static>>,
) {
    let theme = scene.theme;
    let because = reason(scene, cluster, decision, &decision.because);
    headline(lines, symbol, lead, &because, style, theme.text, columns);
    for obstacle in obstacles(cluster, decision) {
        paragraph(lines, "  but", &reason(scene, cluster, decision, obstacle), theme.text, columns);
    }
}

/// What stops a decision, but for the operation that runs here.
fn obstacles<'a>(cluster: &'a ClusterState, decision: &'a Decision) -> impl Iterator<Item = &'a Reason> {
    let is_stopped = decision.action != decision.wanted;
    decision.stopped_by.iter().filter(move |reason| is_stopped && !is_of_running(reason, cluster))
}

/// Whether what stops a decision is but the operation that runs here, which is shown step by step.
fn is_of_running(reason: &Reason, cluster: &ClusterState) -> bool {
    let Some(running) = cluster.running() else { return false };
    match reason {
        Reason::InFlight | Reason::Cooldown { .. } => true,
        Reason::Unsettled { droplets } => droplets.iter().all(|name| running.droplet_name.as_ref() == Some(name)),
        _ => false,
    }
}

/// When a decision can be carried out, while an operation runs here.
fn afterwards(scene: &Scene, decision: &Decision) -> &'static str {
    let passed = elapsed(decision.at, scene.now);
    let cools = |reason: &Reason| matches!(reason, Reason::Cooldown { remaining } if *remaining > passed);
    if decision.stopped_by.iter().any(cools) { "once that is done and cooled down" } else { "once that is done" }
}

/// The symbol, the words and the style of what the metrics ask for.
fn wish(theme: &Theme, decision: &Decision) -> (&'static str, &'static str, Style) {
    match decision.wanted {
        Action::Up => ("▲", "scale up", theme.attention),
        Action::Down => ("▼", "scale down", theme.strong),
        Action::Hold => ("·", "hold", theme.strong),
    }
}

/// The decision in two or three words, where there is little room.
pub fn short(scene: &Scene, cluster: &ClusterState) -> Option<Span<'static>> {
    let decision = cluster.decision.as_deref()?;
    let (symbol, verb, style) = wish(scene.theme, decision);
    let held = match decision.action == decision.wanted {
        true => "",
        false if cluster.operates() => ", afterwards",
        false => ", held back",
    };
    Some(Span::styled(format!("{symbol} {verb}{held}"), style))
}

/// A reason in words: those that count down do so here, by the clock, and long lists of names are cut.
fn reason(scene: &Scene, cluster: &ClusterState, decision: &Decision, reason: &Reason) -> String {
    let passed = elapsed(decision.at, scene.now);
    let left = |remaining: &Duration| Some(remaining.saturating_sub(passed)).filter(|left| !left.is_zero());
    match reason {
        Reason::Busy { .. } | Reason::NotAllCalm { .. } => decision.why_with(whole),
        Reason::WouldBounce { metrics } => {
            let rules = decision.rules.iter().filter(|rule| metrics.contains(&rule.metric));
            let projected = rules.filter_map(|rule| {
                let (projected, up) = (rule.projected?.value, rule.up?);
                let is_beyond = rule.metric.is_busier(projected, up);
                let how = if is_beyond { "beyond" } else { "too close to" };
                let [value, up] = [projected, up].map(|value| whole(rule.metric, value));
                Some(format!("{} at {value}, {how} {up}", rule.metric.title()))
            });
            let projected = projected.collect::<Vec<_>>().join("; ");
            format!("one droplet less would leave {projected}")
        }
        Reason::Cooldown { remaining } => left(remaining).map_or_else(
            || "the cooldown ends now: the next look decides".to_owned(),
            |left| format!("cooling down, {} left", words::left(left)),
        ),
        Reason::BackingOff { remaining, failures, class } => backing_off(left(remaining), *failures, *class),
        Reason::Unsettled { droplets } => {
            format!("{} must be settled first", words::listed(droplets, NAMES))
        }
        Reason::Unknown { metrics, droplets } => {
            awaiting(cluster, decision, metrics, droplets).unwrap_or_else(|| unknown(metrics, droplets))
        }
        other => other.to_string(),
    }
}

/// What failed how often, and when it is tried again.
pub fn backing_off(left: Option<Duration>, failures: u32, class: FailureClass) -> String {
    let when = left.map_or_else(|| "with the next look".to_owned(), |left| format!("in {}", words::left(left)));
    class.tried_again(failures, &when)
}

/// That new samples are awaited, and why, when nothing else is the matter.
fn awaiting(cluster: &ClusterState, decision: &Decision, metrics: &[Metric], droplets: &[String]) -> Option<String> {
    let why = match Awaited::of(metrics, cluster)? {
        Awaited::Scaling => " since the scaling began",
        Awaited::Scaled => " since the cluster was scaled",
        Awaited::New => ", as there is a new droplet",
    };
    let titles = metrics.iter().map(|metric| metric.title()).collect::<Vec<_>>().join(", ");
    let is_of_all = droplets.is_empty() || droplets.len() == decision.serving;
    let whose = if is_of_all { String::new() } else { format!(" from {}", words::listed(droplets, NAMES)) };
    Some(format!("waiting for new samples of {titles}{whose}{why}"))
}

fn unknown(metrics: &[Metric], droplets: &[String]) -> String {
    let metrics = metrics.to_vec();
    let droplets = if droplets.len() > NAMES { vec![words::listed(droplets, NAMES)] } else { droplets.to_vec() };
    Reason::Unknown { metrics, droplets }.to_string()
}

/// A value with its unit, which no line end parts.
fn whole(metric: Metric, value: f64) -> String {
    metric.format(value).replace(' ', &NO_BREAK.to_string())
}

/// The symbol and the style of a level.
pub fn level(theme: &Theme, level: Level) -> (&'static str, Style) {
    match level {
        Level::Info => ("·", theme.text),
        Level::Done => ("✓", theme.good),
        Level::Warning => ("!", theme.attention),
        Level::Error => ("✗", theme.bad),
    }
}

/// A text behind a styled mark, its further lines indented to stand below the first.
pub fn paragraph(lines: &mut Vec<Line<'static>>, mark: &str, text: &str, style: Style, columns: u16) {
    let indent = super::sheet::width(mark) + 1;
    for (i, line) in wrap(text, columns.saturating_sub(indent)).into_iter().enumerate() {
        let lead = if i == 0 { format!("{mark} ") } else { " ".repeat(indent.into()) };
        lines.push(Line::from(vec![Span::styled(lead, style), Span::raw(line)]));
    }
}

/// A name in so many columns, and what there is to say of it beside it.
pub fn fact(lines: &mut Vec<Line<'static>>, theme: &Theme, (name, wide): (&str, u16), text: &str, columns: u16) {
    for (i, line) in wrap(text, columns.saturating_sub(wide)).into_iter().enumerate() {
        let (name, wide) = (if i == 0 { name } else { "" }, usize::from(wide));
        lines
            .push(Line::from(vec![Span::styled(format!("{name:wide$}"), theme.faint), Span::styled(line, theme.text)]));
    }
}

/// What is done stands out, why follows.
pub fn headline(
    lines: &mut Vec<Line<'static>>,
    symbol: &str,
    lead: &str,
    because: &str,
    style: Style,
    text: Style,
    columns: u16,
) {
    let sentence = format!("{lead} {because}");
    for (i, line) in wrap(&sentence, columns.saturating_sub(2)).into_iter().enumerate() {
        let mark: Cow<'static, str> = if i == 0 { format!("{symbol} ").into() } else { "  ".into() };
        let mut spans = vec![Span::styled(mark, style)];
        match line.strip_prefix(lead) {
            Some(rest) if i == 0 => {
                spans.push(Span::styled(lead.to_owned(), style));
                spans.push(Span::styled(rest.to_owned(), text));
            }
            _ => spans.push(Span::styled(line, if i == 0 { style } else { text })),
        }
        lines.push(Line::from(spans));
    }
}

/// Draws lines, as many as there are rows: where there may be more, the caller says how they are seen.
pub fn draw(sheet: &mut Sheet, at: ratatui::layout::Rect, lines: &[Line]) {
    let mut rest = at;
    for line in lines.iter().take(at.height.into()) {
        let row = rest.take_top(1);
        let spans: Vec<Span> =
            line.iter().map(|s| Span::styled(s.content.as_ref(), line.style.patch(s.style))).collect();
        sheet.spans(row, &spans);
    }
}
