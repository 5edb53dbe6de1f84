//! What lies in front and has buttons: the question before the cloud is changed, why something is not done, and all
//! of an event. A question says what will be made or removed, what it costs, what speaks against it, and has two
//! buttons of which the one that does nothing has the focus first. Under them stands which keys answer, and on the
//! frame which key shows the rest of a text that is longer than the terminal.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::{Cut, Sheet, cells, spans_width, width, wrap};
use super::{Scene, Scrolled, decision, progress, words};
use crate::cloud::PlannedRequest;
use crate::cluster::{DropletId, Price};
use crate::keymap::Action;
use crate::policy::Action as Wish;
use crate::scaling::{DownPlan, Kind, Level, OperationState, Phase, UpPlan, removal};
use crate::tui::text::clean;
use crate::tui::{Confirm, EventDetail, Page, Question, Target, down_plan, rows};
use crate::worker::{ClusterState, Connection};

/// What a dialog shows.
struct Dialog {
    title: Cow<'static, str>,
    lines: Vec<Line<'static>>,
    /// None when it cannot be done.
    accept: Option<Accept>,
    /// The word on the button that does nothing.
    leave: &'static str,
}

/// How one agrees.
struct Accept {
    /// The word on the button, and its style.
    button: (Cow<'static, str>, Style),
    /// What the key for it does, in two words.
    key: &'static str,
}

/// The words on the button that does nothing: where something is asked, and where something is but told.
const CANCEL: &str = "Cancel";
const CLOSE: &str = "Close";

/// Draws the question over everything.
pub fn draw(sheet: &mut Sheet, area: Rect, scene: &Scene, cluster: &ClusterState, confirm: &Confirm) -> Scrolled {
    let inside = columns(area).saturating_sub(6);
    let dialog = match confirm.question {
        Question::Up => up(scene, cluster, inside),
        Question::Down(droplet) => down(scene, cluster, droplet, inside),
        Question::Auto => auto(scene, cluster, inside),
        Question::Quit => quit(scene, inside),
    };
    show(sheet, area, scene, &dialog, confirm.accept_focused)
}

/// Draws why something is not done.
pub fn notice(sheet: &mut Sheet, area: Rect, scene: &Scene, title: &'static str, text: &str) -> Scrolled {
    let lines = plain(text, scene.theme.text, columns(area).saturating_sub(6));
    show(sheet, area, scene, &Dialog { title: title.into(), lines, accept: None, leave: CLOSE }, false)
}

/// Draws all of an event: when it was, of which droplet it tells, and its text.
pub fn event(sheet: &mut Sheet, area: Rect, scene: &Scene, detail: &EventDetail) -> Scrolled {
    let inside = columns(area).saturating_sub(6);
    let EventDetail { event, droplet, droplet_focused } = detail;
    let level = match event.level {
        Level::Info => "info",
        Level::Done => "done",
        Level::Warning => "warning",
        Level::Error => "failed",
    };
    let mut rows = vec![("when", words::date(event.at, scene.zone)), ("level", level.to_owned())];
    if event.count > 1 {
        rows.push(("how often", format!("{} times in a row; the time is that of the last", event.count)));
    }
    rows.extend(droplet.iter().map(|(id, name)| ("droplet", format!("{name}, id {id}"))));
    let mut lines = facts(scene, &rows, inside);
    lines.push(Line::default());
    lines.extend(plain(&event.text, scene.theme.text, inside));
    let leads_on = |(_, name): &(DropletId, String)| accept(format!("Show {name}"), scene.theme.strong, "show it");
    let dialog = Dialog { title: "Event".into(), lines, accept: droplet.as_ref().map(leads_on), leave: CLOSE };
    show(sheet, area, scene, &dialog, *droplet_focused)
}

/// How wide a dialog is.
fn columns(area: Rect) -> u16 {
    area.width.saturating_sub(4).min(74)
}

fn show(sheet: &mut Sheet, area: Rect, scene: &Scene, dialog: &Dialog, accept_focused: bool) -> Scrolled {
    let rows = cells(dialog.lines.len()).saturating_add(6).min(area.height);
    let frame = super::centred(area, columns(area), rows);
    let mut inside = sheet.frame(frame, &dialog.title, sheet.theme.text).narrowed(2);
    // On a low terminal the text gives way, never the buttons.
    let mut foot = inside.take_bottom(2);
    let buttons = foot.take_top(1);
    inside.take_top(1);
    let all = dialog.lines.len();
    let drawn = super::scrolled(scene.ui.dialog_scroll, None, inside.height.into(), all);
    let end = (drawn.offset + usize::from(inside.height)).min(all);
    decision::draw(sheet, inside, &dialog.lines[drawn.offset..end]);
    super::draw_rest(sheet, frame, scene, drawn, all, super::UP_AND_DOWN);
    draw_buttons(sheet, buttons, dialog, accept_focused);
    draw_keys(sheet, foot, scene, dialog);
    drawn
}

/// Which keys answer, so that nobody has to guess.
fn draw_keys(sheet: &mut Sheet, at: Rect, scene: &Scene, dialog: &Dialog) {
    let theme = scene.theme;
    let answers = match &dialog.accept {
        Some(accept) => vec![(scene.keys_of("yes", 1), accept.key)],
        None => Vec::new(),
    };
    let leave = dialog.leave.to_lowercase();
    let answers = answers.into_iter().chain([(scene.keys_of("no", 2), leave.as_str())]);
    let mut spans = Vec::new();
    for (key, word) in answers.filter(|(key, _)| !key.is_empty()) {
        let gap = if spans.is_empty() { "" } else { " · " };
        spans.extend([Span::raw(gap), Span::styled(key, theme.strong), Span::raw(format!(" {word}"))]);
    }
    let mut rest = at;
    let place = rest.take_right(spans_width(&spans) + 2);
    sheet.spans(place, &spans);
}

fn draw_buttons(sheet: &mut Sheet, at: Rect, dialog: &Dialog, accept_focused: bool) {
    let theme = sheet.theme;
    let mut rest = at;
    let none = dialog.accept.is_none();
    let mut buttons = vec![(dialog.leave, theme.text, none || !accept_focused, Action::Cancel)];
    if let Some(Accept { button: (word, style), .. }) = &dialog.accept {
        buttons.push((word, *style, accept_focused, Action::Accept));
    }
    let wide: u16 = buttons.iter().map(|(word, ..)| width(word) + 4 + 3).sum();
    rest.take_left(rest.width.saturating_sub(wide));
    for (word, style, focused, action) in buttons {
        // The brackets say what has the focus where neither reverse nor colour can be seen.
        let text = if focused { format!("[ {word} ]") } else { format!("  {word}  ") };
        let style = if focused { style.patch(theme.selected).patch(theme.strong) } else { style };
        let used = sheet.text(rest, &text, style);
        sheet.target(rest.take_left(used), Target::Act(action));
        rest.take_left(3);
    }
}

fn accept(button: impl Into<Cow<'static, str>>, style: Style, key: &'static str) -> Accept {
    Accept { button: (button.into(), style), key }
}

/// Facts with their labels aligned.
fn facts(scene: &Scene, facts: &[(&str, String)], columns: u16) -> Vec<Line<'static>> {
    let label = facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (name, value) in facts {
        for (i, line) in wrap(value, columns.saturating_sub(label + 3)).into_iter().enumerate() {
            let name = if i == 0 { name } else { "" };
            let wide = usize::from(label) + 3;
            lines.push(Line::from(vec![
                Span::styled(format!("{name:wide$}"), scene.theme.faint),
                Span::styled(line, scene.theme.text),
            ]));
        }
    }
    lines
}

fn plain(text: &str, style: Style, columns: u16) -> Vec<Line<'static>> {
    wrap(text, columns).into_iter().map(|line| Line::styled(line, style)).collect()
}

fn warnings(scene: &Scene, warnings: &[String], columns: u16, lines: &mut Vec<Line<'static>>) {
    for warning in warnings {
        decision::paragraph(lines, "!", warning, scene.theme.attention, columns);
    }
}

/// That the metrics ask for the opposite of what is asked for.
fn opposed(scene: &Scene, cluster: &ClusterState, wanted: Wish, columns: u16, lines: &mut Vec<Line<'static>>) {
    let Some(decision) = cluster.decision.as_deref().filter(|decision| decision.wanted == wanted) else { return };
    let what = if wanted == Wish::Up { "more" } else { "fewer" };
    let text = format!("the metrics ask for {what} droplets: {}", decision.why());
    warnings(scene, &[text], columns, lines);
}

/// A blank line between what stands there and what follows.
fn spaced(mut lines: Vec<Line<'static>>) -> Vec<Line<'static>> {
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// That the droplet is none of those that are on the screen.
fn hidden(scene: &Scene, cluster: &ClusterState, id: DropletId, columns: u16, lines: &mut Vec<Line<'static>>) {
    let table = &scene.ui.table;
    let is_shown = || rows(cluster, table).iter().any(|row| row.droplet.id == id);
    if scene.ui.page == Page::Cluster && !table.filter.is_empty() && !is_shown() {
        let text = format!("this droplet is not on the screen: the filter {:?} hides it", table.filter);
        warnings(scene, &[text], columns, lines);
    }
}

/// That what is asked for may fail, and what is shown may be old.
fn failing(scene: &Scene, cluster: &ClusterState, columns: u16, lines: &mut Vec<Line<'static>>) {
    if matches!(cluster.connection, Connection::Failing { .. }) {
        let text = "the API fails at the moment: this is how the cluster was last seen, and it may not be done";
        warnings(scene, &[text.to_owned()], columns, lines);
    }
}

/// How many droplets there will be.
fn then(cluster: &ClusterState, count: usize) -> String {
    format!("{} (max {})", words::plural(count, "droplet"), cluster.policy.max)
}

/// What the cluster will cost after `price` is added (or removed) once.
fn cost_after(cluster: &ClusterState, price: Option<Price>, sign: f64) -> Option<String> {
    // With a price unknown the sum is no sum.
    let before = cluster.observation.as_ref().map(|seen| seen.cost()).filter(|cost| cost.unknown == 0)?;
    let price = price?;
    let after = (before.monthly + sign * price.monthly).max(0.0);
    Some(format!("{} a month (now {})", words::dollars(after), words::dollars(before.monthly)))
}

fn refused(scene: &Scene, title: &'static str, refusal: &str, columns: u16) -> Dialog {
    let mut lines = Vec::new();
    decision::paragraph(&mut lines, "!", refusal, scene.theme.attention, columns);
    Dialog { title: title.into(), lines, accept: None, leave: CLOSE }
}

/// The question; in a dry run what would be requested, and nothing to agree to.
fn asked(
    scene: &Scene,
    title: &'static str,
    mut lines: Vec<Line<'static>>,
    requests: &[PlannedRequest],
    columns: u16,
    accept: Accept,
) -> Dialog {
    let Some(refusal) = scene.state.forbids() else {
        return Dialog { title: title.into(), lines, accept: Some(accept), leave: CANCEL };
    };
    lines.push(Line::default());
    warnings(scene, &[refusal.to_string()], columns, &mut lines);
    lines.push(Line::default());
    lines.extend(plain("These requests would be made:", scene.theme.strong, columns));
    for PlannedRequest { method, path, body } in requests {
        let body = body.as_ref().map_or_else(String::new, |body| format!(" {body}"));
        lines.extend(plain(&clean(&format!("{method} {path}{body}")), scene.theme.text, columns));
    }
    Dialog { title: title.into(), lines, accept: None, leave: CLOSE }
}

const NOT_SEEN: &str = "the cluster is being looked at: try again when that has ended";

fn up(scene: &Scene, cluster: &ClusterState, columns: u16) -> Dialog {
    let title = "Add a clone";
    if let Some(refusal) = scene.state.hides_plans() {
        return refused(scene, title, &refusal.to_string(), columns);
    }
    let plan: &UpPlan = match &cluster.up {
        Some(Ok(plan)) => plan,
        Some(Err(refusal)) => return refused(scene, title, &refusal.to_string(), columns),
        None => return refused(scene, title, NOT_SEEN, columns),
    };
    let mut rows = vec![
        ("droplet", plan.name.clone()),
        ("size", plan.size.clone()),
        ("region", plan.region.clone()),
        ("image", plan.image.clone()),
        ("costs", words::price(plan.price)),
        ("then", then(cluster, plan.count_after)),
    ];
    rows.extend(cost_after(cluster, plan.price, 1.0).map(|cost| ("all of them", cost)));
    // What speaks against it comes first: on a low terminal the end is what has no room.
    let mut lines = Vec::new();
    opposed(scene, cluster, Wish::Down, columns, &mut lines);
    warnings(scene, &plan.warnings, columns, &mut lines);
    failing(scene, cluster, columns, &mut lines);
    let mut lines = spaced(lines);
    lines.extend(facts(scene, &rows, columns));
    let accept = accept(format!("Add {}", plan.name), scene.theme.strong, Question::Up.consent());
    asked(scene, title, lines, &plan.requests, columns, accept)
}

fn down(scene: &Scene, cluster: &ClusterState, droplet: DropletId, columns: u16) -> Dialog {
    let title = "Remove a clone";
    if let Some(refusal) = scene.state.hides_plans() {
        return refused(scene, title, &refusal.to_string(), columns);
    }
    let plan = down_plan(cluster, droplet).and_then(Result::ok);
    let plan: Option<&DownPlan> = plan.as_deref();
    let member = cluster.observation.as_ref().and_then(|seen| seen.member(droplet));
    let Some(member) = member else {
        return refused(scene, title, "the droplet is no longer in the cluster", columns);
    };
    let count = cluster.observation.as_ref().map_or(0, |seen| seen.count());
    let after = plan.map_or(count.saturating_sub(1), |plan| plan.count_after);
    let price = member.droplet.size.price;
    let mut rows = vec![
        ("droplet", format!("{}, id {droplet}{}", member.droplet.name, if member.is_off() { ", off" } else { "" })),
        ("size", member.droplet.size.slug.clone()),
        ("region", member.droplet.region.clone()),
        ("saves", words::price(price)),
        ("then", then(cluster, after)),
    ];
    rows.extend(cost_after(cluster, price, -1.0).map(|cost| ("all of them", cost)));
    let mut lines = Vec::new();
    hidden(scene, cluster, droplet, columns, &mut lines);
    opposed(scene, cluster, Wish::Up, columns, &mut lines);
    if let Some(plan) = plan {
        warnings(scene, &plan.warnings, columns, &mut lines);
    }
    failing(scene, cluster, columns, &mut lines);
    let mut lines = spaced(lines);
    lines.extend(facts(scene, &rows, columns));
    lines.push(Line::default());
    lines.extend(plain(removal(member), scene.theme.text, columns));
    let button = format!("Remove {}", member.droplet.name);
    let requests = plan.map_or(&[][..], |plan| &plan.requests);
    asked(scene, title, lines, requests, columns, accept(button, scene.theme.bad, Question::Down(droplet).consent()))
}

fn auto(scene: &Scene, cluster: &ClusterState, columns: u16) -> Dialog {
    let title = "Switch auto on";
    if let Some(refusal) = scene.state.forbids() {
        return refused(scene, title, &refusal.to_string(), columns);
    }
    let policy = &cluster.policy;
    let text = format!(
        "From now on clones are added and removed without a question, between {} and {}, at most one every {}. That goes \
         on for as long as this program runs.",
        policy.min,
        words::plural(policy.max, "droplet"),
        words::span(policy.scaling_interval)
    );
    let mut lines = Vec::new();
    failing(scene, cluster, columns, &mut lines);
    let mut lines = spaced(lines);
    lines.extend(plain(&text, scene.theme.text, columns));
    lines.push(Line::default());
    lines.extend(decision::foreseen(scene, cluster, columns));
    let accept = accept("Switch auto on", scene.theme.strong, Question::Auto.consent());
    Dialog { title: title.into(), lines, accept: Some(accept), leave: CANCEL }
}

/// What becomes of an operation that is left: what of it is billed, and who goes on.
fn left_behind(operation: &OperationState, demo: bool) -> String {
    if demo {
        return "It stops there, and the demo's cloud ends with this program.".to_owned();
    }
    if operation.current().is_some_and(|state| state.phase == Phase::Claim) {
        return "It stops there: nothing has been changed yet.".to_owned();
    }
    let (left, billed) = match (&operation.droplet_name, operation.kind) {
        (Some(name), Kind::Up) if operation.droplet.is_some() => (format!("{name} is half made"), "It"),
        (_, Kind::Up) => ("the droplet may have been asked for".to_owned(), "Then it"),
        (Some(name), Kind::Down) => (format!("{name} is half removed"), "It"),
        _ => ("what was left is not gone on with".to_owned(), "It"),
    };
    format!(
        "It stops there: {left}. {billed} is billed meanwhile; auto, here or elsewhere, or whoever scales next by hand \
         finishes or undoes it."
    )
}

fn quit(scene: &Scene, columns: u16) -> Dialog {
    let clusters = &scene.state.clusters;
    let mut lines = Vec::new();
    for cluster in clusters {
        if let Some(operation) = cluster.running() {
            lines = spaced(lines);
            let name = if clusters.len() > 1 { format!("{}: ", cluster.spec.name) } else { String::new() };
            let phase = operation.current().map_or("between two steps", |state| state.phase.describe());
            lines.extend(plain(&format!("{name}{}, {phase}", progress::title(operation)), scene.theme.strong, columns));
            lines.extend(plain(&left_behind(operation, scene.state.demo), scene.theme.text, columns));
        }
    }
    if clusters.iter().any(|cluster| cluster.auto) {
        lines = spaced(lines);
        let text = if scene.state.demo {
            "Auto is on, and ends with this program, as the demo's cloud does."
        } else {
            "Auto is on, and ends with this program: then nothing is scaled by itself, unless `dropscale auto --watch` \
             or a timer does so elsewhere."
        };
        lines.extend(plain(text, scene.theme.text, columns));
    }
    if lines.is_empty() {
        lines = plain("Nothing is under way any more, and auto is off.", scene.theme.text, columns);
    }
    let accept = accept("Leave", scene.theme.strong, Question::Quit.consent());
    Dialog { title: "Leave".into(), lines, accept: Some(accept), leave: CANCEL }
}
