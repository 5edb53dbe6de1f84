//! All about one droplet: every metric with its past, its facts, what was done to it lately, and what is wrong.

use std::fmt::Write as _;

use jiff::Timestamp;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sheet::{Cut, Sheet, cells};
use super::spark::{self, Bounds};
use super::{KeyHint, Scene, Scrolled, decision, footer, metrics, table, value, words};
use crate::cloud::ActionStatus;
use crate::cluster::{DropletId, Health, Image, LabelledSeries, Metric, Role, Scope, Series, Unit, elapsed};
use crate::keymap::Action;
use crate::tui::Row;
use crate::worker::{ClusterState, DropletDetail};

/// From here on the pictures stand beside the facts.
const WIDE: u16 = 110;
const TITLE: u16 = 14;
const VALUE: u16 = 10;
/// The columns of the scale beside a picture.
const SCALE: u16 = 11;

/// Draws the page.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState, id: DropletId) -> Scrolled {
    let Some(row) = find(cluster, id) else {
        let text = format!("The droplet {id} is no longer in the cluster.");
        sheet.text(at, &text, scene.theme.attention);
        return Scrolled::default();
    };
    let mut heading = at.take_top(1);
    let used = sheet.text(heading, &row.droplet.name, scene.theme.strong);
    heading.take_left(used + 2);
    let (symbol, style) = table::state_mark(scene, &row);
    let used = sheet.spans(heading, &[Span::styled(format!("{symbol} {} ", row.state()), style)]);
    heading.take_left(used + 1);
    sheet.heading(heading, "", &words::zone(scene.now, scene.zone));
    let detail = cluster.detail.as_deref().filter(|detail| detail.droplet == id);
    let shown: Vec<Metric> = Metric::ALL.into_iter().filter(|m| m.scope() == Scope::Droplet).collect();
    if at.width >= WIDE {
        let mut right = at.take_right(at.width / 2);
        right.take_left(3);
        let rows = (right.height.saturating_sub(1) / cells(shown.len()).max(1)).clamp(1, 6);
        draw_metrics(sheet, right, scene, cluster, &row, &shown, rows);
    } else {
        let panel = at.take_top(1 + cells(shown.len()));
        draw_metrics(sheet, panel, scene, cluster, &row, &shown, 1);
        at.take_top(1);
    }
    let lines = lines(scene, cluster, &row, detail, at.width);
    let is_cut = lines.len() > usize::from(at.height);
    let foot = at.take_bottom(u16::from(is_cut));
    let drawn = super::scrolled(scene.ui.scroll, None, at.height.into(), lines.len());
    if let Some(text) = super::rest(scene, drawn, lines.len(), super::UP_AND_DOWN) {
        sheet.text(foot, text.trim(), scene.theme.strong);
    }
    let end = (drawn.offset + usize::from(at.height)).min(lines.len());
    decision::draw(sheet, at, &lines[drawn.offset..end]);
    drawn
}

/// What is known of a droplet that is a member, or on its way out.
pub fn find(cluster: &ClusterState, id: DropletId) -> Option<Row<'_>> {
    let seen = cluster.observation.as_deref()?;
    match seen.member(id) {
        Some(member) => Some(Row { droplet: &member.droplet, member: Some(member) }),
        None => seen.leaving.iter().find(|d| d.id == id).map(|droplet| Row { droplet, member: None }),
    }
}

fn draw_metrics(
    sheet: &mut Sheet,
    mut at: Rect,
    scene: &Scene,
    cluster: &ClusterState,
    row: &Row,
    shown: &[Metric],
    rows: u16,
) {
    let theme = scene.theme;
    let heading = at.take_top(1);
    draw_heading(sheet, heading, scene, cluster);
    for metric in shown {
        let mut place = at.take_top(rows);
        if place.height == 0 {
            return;
        }
        let bounds = metrics::bounds(cluster, *metric);
        let series = cluster.history.droplets.get(&row.droplet.id).and_then(|all| all.get(metric));
        let foot = Rect { y: place.y + place.height - 1, height: 1, ..place };
        sheet.text(Rect { width: TITLE.min(foot.width), ..foot }, metric.title(), theme.text);
        let place_of_value = Rect { x: foot.x + TITLE, width: VALUE.min(foot.width.saturating_sub(TITLE)), ..foot };
        let shown = value::at_present(scene, cluster, row.metric(*metric, cluster));
        value::draw(sheet, place_of_value, shown, bounds, theme.strong);
        place.take_left(TITLE + VALUE + 2);
        if place.height > 2 {
            place.take_top(1);
        }
        if series.is_none_or(Series::is_empty) {
            sheet.text(Rect { y: foot.y, height: 1, ..place }, "no data", theme.faint);
        }
        let scale = place.take_right(SCALE);
        place.take_right(1);
        if let Some(top) =
            spark::draw(sheet, place, series, shown.map(|s| s.value), metrics::window(scene, cluster), bounds)
        {
            // The picture has no line for the other threshold.
            spark::draw_scale(sheet, scale, top, Bounds { down: None, ..bounds });
        }
    }
}

/// Of when the values are, how far back the pictures go, and that their scale stands beside them.
fn draw_heading(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState) {
    let theme = scene.theme;
    let title = at.take_left(TITLE);
    sheet.text(title, "METRICS", theme.strong);
    let value = at.take_left(VALUE);
    sheet.right(value, &value::heading(scene, cluster), theme.faint);
    at.take_left(2);
    let scale = at.take_right(SCALE);
    sheet.right(scale, "scale", theme.faint);
    sheet.text(at, &format!("last {}", words::range(scene.ui.range)), theme.faint);
}

/// The facts, the actions and the problems, one line each.
fn lines(
    scene: &Scene,
    cluster: &ClusterState,
    row: &Row,
    detail: Option<&DropletDetail>,
    columns: u16,
) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut lines = Vec::new();
    for finding in cluster.findings.iter().filter(|f| f.droplet == Some(row.droplet.id)) {
        let (symbol, style) = decision::level(theme, finding.level);
        let key = removal_key(scene).filter(|_| finding.offers_removal);
        let how = key.map(|key| format!(" ({key})")).unwrap_or_default();
        decision::paragraph(&mut lines, symbol, &format!("{}{how}", finding.text), style, columns);
    }
    for problem in detail.iter().flat_map(|detail| &detail.problems) {
        decision::paragraph(&mut lines, "!", problem, theme.attention, columns);
    }
    for (name, value) in facts(scene, cluster, row) {
        decision::fact(&mut lines, theme, (name, TITLE), &value, columns);
    }
    lines.push(Line::default());
    match detail {
        Some(detail) => details(scene, cluster, row, detail, &mut lines),
        // While the picture is held nobody asks.
        None if scene.live.is_some() => {
            lines.push(Line::styled("paused: its actions are not asked for", theme.faint));
        }
        None => lines.push(Line::styled("asking for its actions…", theme.faint)),
    }
    lines
}

/// The key that removes the droplet, as the footer has it.
fn removal_key<'a>(scene: &Scene<'a>) -> Option<&'a str> {
    let removes = |hint: &&KeyHint| hint.action == Action::RemoveSelected && hint.applies;
    scene.keys.iter().find(removes).map(footer::key)
}

fn facts(scene: &Scene, cluster: &ClusterState, row: &Row) -> Vec<(&'static str, String)> {
    let droplet = row.droplet;
    let role = match row.role() {
        Role::Base => "base: the others are copies of it; never removed",
        Role::Clone => "clone: made by scaling up, removed by scaling down",
        Role::Guest => "guest: counted, never touched",
    };
    let balancer = match row.member {
        Some(member) if member.attached => match member.health_now() {
            Health::Healthy => "in, healthy",
            Health::Unhealthy => "in, UNHEALTHY: the health check fails",
            Health::Unknown => "in, its health is not known",
        },
        _ => "out: it is sent no requests",
    };
    let addresses = droplet.addresses.iter().map(|a| {
        let kind = if a.public { "public" } else { "private" };
        format!("{} ({kind})", a.ip)
    });
    let created = format!(
        "{} ({})",
        words::date(droplet.created_at, scene.zone),
        words::ago(elapsed(droplet.created_at, scene.now))
    );
    let heard = row.member.and_then(|member| member.last_sample);
    let size = &droplet.size;
    let mut facts = vec![
        ("id", droplet.id.to_string()),
        ("role", role.to_owned()),
        ("balancer", balancer.to_owned()),
        (
            "metrics",
            heard
                .and_then(|at| ago(scene, cluster, at))
                .map_or_else(|| "none yet".to_owned(), |ago| format!("last heard {ago}")),
        ),
        ("size", words::size(size)),
        ("price", words::price(size.price)),
        ("created", created),
        ("region", droplet.region.clone()),
        ("image", droplet.image.as_ref().map_or_else(unknown, image)),
        ("addresses", joined(&addresses.collect::<Vec<_>>())),
        ("VPC", droplet.vpc.clone().unwrap_or_else(unknown)),
        ("tags", joined(&droplet.tags)),
        ("features", joined(&droplet.features)),
    ];
    if droplet.is_protected(&cluster.spec) {
        facts.insert(2, ("protected", "yes: never removed".to_owned()));
    }
    if droplet.locked {
        facts.insert(2, ("locked", "yes: an action is running on it".to_owned()));
    }
    facts
}

/// With its distribution, as in the control panel, and its number.
fn image(image: &Image) -> String {
    let distribution = image.distribution.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
    format!("{distribution}{} (id {})", image.name, image.id)
}

fn unknown() -> String {
    words::UNKNOWN.to_owned()
}

fn joined(parts: &[String]) -> String {
    if parts.is_empty() { unknown() } else { parts.join(", ") }
}

/// What was asked for besides: actions, and series beyond the catalogue.
fn details(scene: &Scene, cluster: &ClusterState, row: &Row, detail: &DropletDetail, lines: &mut Vec<Line<'static>>) {
    actions(scene, cluster, detail, lines);
    for group in &detail.series {
        lines.push(Line::default());
        let newest = group.all.iter().filter_map(measured_at).max();
        let varies = group.all.iter().any(|series| extremes(series, group.unit).is_some());
        let range = varies.then(|| format!("range of the last {}", words::range(group.range)));
        lines.push(heading(scene, cluster, group.title, newest, range.as_deref()));
        for series in &group.all {
            let labels: Vec<&str> = series.labels.values().map(String::as_str).collect();
            lines.push(labelled(scene, &labels.join(" "), figures(scene, cluster, series, group.unit, newest)));
        }
        if group.unit == Unit::Megabytes {
            let shown = value::at_present(scene, cluster, row.metric(Metric::FreeMemory, cluster));
            let bounds = metrics::bounds(cluster, Metric::FreeMemory);
            let text = format!("{}, the same as {}", value::text(shown, bounds), Metric::FreeMemory.title());
            lines.push(labelled(scene, "available", text));
        }
    }
}

/// A title, of when its figures are, and what else is to be said of them.
fn heading(
    scene: &Scene,
    cluster: &ClusterState,
    title: &str,
    at: Option<Timestamp>,
    note: Option<&str>,
) -> Line<'static> {
    let age = at.and_then(|at| ago(scene, cluster, at));
    let notes: Vec<&str> = age.as_deref().into_iter().chain(note).collect();
    Line::from(vec![
        Span::styled(title.to_uppercase(), scene.theme.strong),
        Span::styled(format!(" {}", notes.join(", ")), scene.theme.faint),
    ])
}

fn actions(scene: &Scene, cluster: &ClusterState, detail: &DropletDetail, lines: &mut Vec<Line<'static>>) {
    let theme = scene.theme;
    lines.push(heading(scene, cluster, "actions", detail.actions_at, None));
    if detail.actions.is_empty() {
        let text = if detail.actions_at.is_some() { "none lately" } else { words::UNKNOWN };
        lines.push(Line::styled(text, theme.faint));
    }
    for action in &detail.actions {
        let (symbol, style, word) = match action.status {
            ActionStatus::InProgress => ("▶", theme.strong, "running"),
            ActionStatus::Completed => ("✓", theme.good, "done"),
            ActionStatus::Errored => ("✗", theme.bad, "failed"),
        };
        let took = action.completed_at.map(|end| format!(" in {}", words::span(elapsed(action.started_at, end))));
        lines.push(Line::from(vec![
            Span::styled(format!("{}  ", words::date(action.started_at, scene.zone)), theme.faint),
            Span::styled(format!("{symbol} "), style),
            Span::styled(format!("{} {word}{}", action.kind, took.unwrap_or_default()), theme.text),
        ]));
    }
}

/// How long before the last look something was, so that nothing moves between two.
fn ago(scene: &Scene, cluster: &ClusterState, at: Timestamp) -> Option<String> {
    metrics::age(scene, cluster, at).map(words::ago)
}

fn measured_at(series: &LabelledSeries) -> Option<Timestamp> {
    series.samples.last().map(|sample| sample.at)
}

/// The last value of a series, and its lowest and highest where they are others. Of one that is more than a step older
/// than the newest of its group, how old it is.
fn figures(
    scene: &Scene,
    cluster: &ClusterState,
    series: &LabelledSeries,
    unit: Unit,
    newest: Option<Timestamp>,
) -> String {
    let Some(last) = series.samples.last() else { return unknown() };
    let mut text = unit.format(last.value);
    if let Some((low, high)) = extremes(series, unit) {
        let _ = write!(text, ", lowest {}, highest {}", unit.format_number(low), unit.format(high));
    }
    let is_behind = newest.is_some_and(|newest| elapsed(last.at, newest) > cluster.spec.timing.metrics_step);
    if let Some(age) = ago(scene, cluster, last.at).filter(|_| is_behind) {
        let _ = write!(text, " ({age})");
    }
    text
}

/// The lowest and the highest value, where one sees a difference.
fn extremes(series: &LabelledSeries, unit: Unit) -> Option<(f64, f64)> {
    let values = || series.samples.iter().map(|s| s.value).filter(|v| v.is_finite());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    (unit.format(low) != unit.format(high)).then_some((low, high))
}

fn labelled(scene: &Scene, label: &str, text: String) -> Line<'static> {
    let label = format!("{:wide$}", format!("{label}  "), wide = usize::from(TITLE));
    Line::from(vec![Span::styled(label, scene.theme.faint), Span::styled(text, scene.theme.text)])
}
