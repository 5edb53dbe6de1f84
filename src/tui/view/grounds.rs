//! What a decision rests on: each metric with its thresholds, its vote and the readings behind it; then how votes
//! become a decision, what bounds it, what makes it wait, and when the next look is.

use std::time::Duration;

use ratatui::text::{Line, Span};

use super::{Scene, decision, metrics, value, words};
use crate::cluster::{Backoff, Busy, Metric, Observation, Scope, Unit, elapsed};
use crate::policy::{Policy, Rule, Vote};
use crate::worker::{ClusterState, Connection};

/// The columns of the names of the facts.
const NAME: u16 = 11;

/// The heads of the table; that of the values says of when they are.
const HEADS: [&str; 8] = ["METRICS", "", "down when", "up when", "vote", "readings", "newest", "one less"];

/// The columns whose cells stand at the right: those of values.
const RIGHT: [usize; 2] = [1, 7];

/// Looks that come quicker than this are over before anybody has read when they are.
const READABLE: Duration = Duration::from_secs(10);

/// A look that is to come, and one that is under way and does not end.
const NEXT_LOOK: &str = "next look";
const LOOKING: &str = "looking since";

/// From here on the last column has room, whatever the others hold.
const WIDE: u16 = 90;

/// All of it, broken to `columns`.
pub fn lines(scene: &Scene, cluster: &ClusterState, columns: u16) -> Vec<Line<'static>> {
    let rows: Vec<_> = cluster.policy.metrics().map(|metric| row(scene, cluster, metric)).collect();
    let mut lines = table(scene, cluster, &rows, columns).unwrap_or_else(|| listed(scene, &rows));
    lines.push(Line::default());
    lines.extend(rules(scene, cluster, columns));
    decision::fact(&mut lines, scene.theme, (NEXT_LOOK, NAME), &look(scene, cluster), columns);
    lines
}

/// How votes become a decision, what bounds it, and what makes it wait.
pub fn rules(scene: &Scene, cluster: &ClusterState, columns: u16) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (name, text) in facts(scene, cluster) {
        decision::fact(&mut lines, scene.theme, (name, NAME), &text, columns);
    }
    lines
}

/// When the next look is, or since when one is under way that does not end; `None` before the first, and while they
/// come so quickly that it would say nothing.
pub fn next_look(scene: &Scene, cluster: &ClusterState) -> Option<String> {
    look_at(scene, cluster).map(|(word, clock)| format!("{word} {clock}"))
}

/// The same in its two parts: what happens, and when.
fn look_at(scene: &Scene, cluster: &ClusterState) -> Option<(&'static str, String)> {
    let at = cluster.next_look?;
    let poll = cluster.spec.timing.poll;
    let clock = words::clock(at, scene.zone);
    // A look takes a moment: as long as it is not late, nothing on the screen changes.
    if elapsed(at, scene.now) > poll.max(READABLE) / 2 {
        return Some((LOOKING, clock));
    }
    (poll >= READABLE).then_some((NEXT_LOOK, clock))
}

/// The same beside a decision that auto carries out. What fails or runs tells of its looks itself.
pub fn next_look_of_auto(scene: &Scene, cluster: &ClusterState) -> String {
    let is_told = cluster.auto && cluster.connection == Connection::Live && !cluster.operates();
    next_look(scene, cluster).filter(|_| is_told).unwrap_or_default()
}

type Row = [Span<'static>; HEADS.len()];

/// A metric of the table.
fn row(scene: &Scene, cluster: &ClusterState, metric: Metric) -> Row {
    let theme = scene.theme;
    let bounds = metrics::bounds(cluster, metric);
    let rule = metrics::rule(cluster, metric);
    let shown = metrics::now(scene, cluster, metric);
    let (vote, vote_style) = rule.map_or((words::UNKNOWN, theme.faint), |rule| metrics::vote(theme, cluster, rule));
    let is_whole = rule.is_none_or(|rule| rule.known == rule.serving);
    let is_awaited = rule.is_some_and(|rule| metrics::is_awaited(cluster, rule));
    // The readings of nobody have no age.
    let is_of_nobody = rule.is_some_and(|rule| rule.serving == 0 && metric.scope() == Scope::Droplet);
    let newest = newest(cluster, metric).filter(|_| !is_of_nobody).and_then(|at| metrics::age(scene, cluster, at));
    let projected = rule.and_then(|rule| rule.projected);
    let projected_style = if projected.is_some_and(|p| p.too_busy) { theme.attention } else { theme.text };
    [
        Span::styled(metric.title(), theme.text),
        Span::styled(value::apart(shown, bounds, u16::MAX), value::style(theme, shown, bounds, theme.strong)),
        Span::styled(threshold(metric, bounds.down, metric.busy() == Busy::Low), theme.text),
        Span::styled(threshold(metric, bounds.up, metric.busy() == Busy::High), theme.text),
        Span::styled(vote, if metrics::is_past(scene, cluster) { theme.faint } else { vote_style }),
        Span::styled(
            rule.map_or_else(unknown, metrics::readings),
            if is_whole || is_awaited { theme.text } else { theme.attention },
        ),
        Span::styled(newest.map_or_else(unknown, words::age), theme.text),
        Span::styled(projected.map_or_else(unknown, |p| most(metric, p.value)), projected_style),
    ]
}

/// A projected value; of all that there is, more cannot be used.
fn most(metric: Metric, value: f64) -> String {
    let is_more_than_all = metric.unit() == Unit::Percent && value > 100.0;
    if is_more_than_all { format!("> {}", metric.format(100.0)) } else { metric.format(value) }
}

fn unknown() -> String {
    words::UNKNOWN.to_owned()
}

fn threshold(metric: Metric, value: Option<f64>, is_above: bool) -> String {
    let sign = if is_above { '>' } else { '<' };
    value.map_or_else(|| "never".to_owned(), |value| format!("{sign} {}", metric.format(value)))
}

/// The newest sample in a value; while none counts, the newest that there is.
fn newest(cluster: &ClusterState, metric: Metric) -> Option<jiff::Timestamp> {
    let seen = cluster.observation.as_deref()?;
    let counted = match metric.scope() {
        Scope::Droplet => seen.serving().filter_map(|m| m.readings.get(&metric)).map(|reading| reading.at).max(),
        Scope::LoadBalancer => seen.cluster_readings.get(&metric).map(|reading| reading.at),
    };
    counted.or_else(|| Some(cluster.history.cluster.get(&metric)?.last()?.at))
}

/// The metrics as a table, when there is room for it.
fn table(scene: &Scene, cluster: &ClusterState, rows: &[Row], columns: u16) -> Option<Vec<Line<'static>>> {
    let theme = scene.theme;
    let mut heads = HEADS.map(|head| Span::styled(head, theme.faint));
    heads[0].style = theme.strong;
    heads[1].content = value::heading(scene, cluster).into();
    let width = |column: usize| rows.iter().chain([&heads]).map(|row| row[column].width()).max().unwrap_or(0);
    let fits = |&(shown, gap): &(usize, usize)| {
        (0..shown).map(width).sum::<usize>() + gap * (shown - 1) <= usize::from(columns)
    };
    let shown = if columns < WIDE { HEADS.len() - 1 } else { HEADS.len() };
    let (shown, gap) = [(shown, 2), (HEADS.len() - 1, 1)].into_iter().find(fits)?;
    let line = |row: &Row| {
        let padded = row.iter().enumerate().take(shown).map(|(column, cell)| {
            let (wide, gap) = (width(column), if column + 1 < shown { gap } else { 0 });
            let text = &cell.content;
            let text = if RIGHT.contains(&column) { format!("{text:>wide$}") } else { format!("{text:<wide$}") };
            Span::styled(text + &" ".repeat(gap), cell.style)
        });
        Line::from(padded.collect::<Vec<_>>())
    };
    Some([&heads].into_iter().chain(rows).map(line).collect())
}

/// The same where a table has no room: two lines each.
fn listed(scene: &Scene, rows: &[Row]) -> Vec<Line<'static>> {
    let faint = |text: &'static str| Span::styled(text, scene.theme.faint);
    let mut lines = vec![Line::styled(HEADS[0], scene.theme.strong)];
    for [title, value, down, up, vote, readings, newest, _] in rows {
        let title = Span::styled(format!("{:<14}", title.content), title.style);
        let value = Span::styled(format!("{:>10}  ", value.content), value.style);
        lines.push(Line::from(vec![title, value, vote.clone()]));
        let of = [faint("  down "), down.clone(), faint(", up "), up.clone(), faint("; readings "), readings.clone()];
        lines.push(Line::from([of.as_slice(), &[faint(", newest "), newest.clone()]].concat()));
    }
    lines
}

fn facts(scene: &Scene, cluster: &ClusterState) -> Vec<(&'static str, String)> {
    let policy = &cluster.policy;
    let stale = words::span(policy.stale_after);
    let mut facts = votes(policy).to_vec();
    if policy.metrics().next().is_some() {
        let text = format!(
            "to vote up takes readings of half of the serving droplets, any other vote takes all; a reading older than \
             {stale} counts as unknown"
        );
        facts.push(("readings", text));
    }
    facts.extend(cluster.decision.iter().flat_map(|decision| &decision.rules).filter_map(unusable));
    if let Some(seen) = cluster.observation.as_deref() {
        facts.push(("bounds", droplet_bounds(policy, seen)));
        facts.push(("cooldown", cooldown(scene, policy, seen)));
        facts.extend(backoffs(scene, cluster, seen));
    }
    facts
}

/// How votes become a decision.
fn votes(policy: &Policy) -> [(&'static str, String); 2] {
    let (fewer, more) = ("fewer droplets serve than the minimum", "there are more droplets than the maximum");
    let up = match policy.scale_up.len() {
        0 => format!("only when {fewer}"),
        1 => format!("when its metric votes up; or {fewer}"),
        _ => format!("when one metric votes up; or {fewer}"),
    };
    let down = match policy.scale_down.len() {
        0 => format!("only when {more}"),
        _ => format!(
            "when every metric with a threshold for it votes down, and none would be too busy with one droplet less; or \
             {more}"
        ),
    };
    [("up", up), ("down", down)]
}

/// Why a metric is left out.
fn unusable(rule: &Rule) -> Option<(&'static str, String)> {
    let title = rule.metric.title();
    let text = format!("{title} is left out: even a droplet at rest would be beyond its threshold for up");
    (rule.vote == Vote::Impossible).then_some(("unusable", text))
}

fn droplet_bounds(policy: &Policy, seen: &Observation) -> String {
    let (count, serving) = (seen.count(), seen.serving().count());
    let serve = if count == serving { String::new() } else { format!(", of which {serving} serve") };
    format!("min {}, max {}; now {}{serve}", policy.min, policy.max, words::plural(count, "droplet"))
}

/// What is left of a wait that was seen at the last look; `None` when it is over.
fn left(scene: &Scene, seen: &Observation, remaining: Duration) -> Option<Duration> {
    Some(remaining.saturating_sub(elapsed(seen.at, scene.now))).filter(|left| !left.is_zero())
}

fn cooldown(scene: &Scene, policy: &Policy, seen: &Observation) -> String {
    let interval = words::span(policy.scaling_interval);
    let left = seen.cooldown(policy.scaling_interval).and_then(|remaining| left(scene, seen, remaining));
    left.map_or_else(
        || format!("none now; {interval} from the beginning of each scaling"),
        |left| format!("{} left of {interval}", words::left(left)),
    )
}

/// What holds scaling up back after failures, and what holds back all else.
fn backoffs(scene: &Scene, cluster: &ClusterState, seen: &Observation) -> Vec<(&'static str, String)> {
    let told = |of: &str, (backoff, remaining): (&Backoff, Duration)| {
        let left = left(scene, seen, remaining);
        ("backoff", format!("{of}: {}", decision::backing_off(left, backoff.failures, backoff.class)))
    };
    let up = seen.backoff(&cluster.spec);
    let otherwise = seen.backoff_otherwise(&cluster.spec.timing);
    let up = up.map(|backoff| told("scaling up", backoff));
    up.into_iter().chain(otherwise.map(|backoff| told("all else", backoff))).collect()
}

/// When the next look is, how often there is one, and what comes of it.
fn look(scene: &Scene, cluster: &ClusterState) -> String {
    let pace = match cluster.connection {
        Connection::Starting => "the first one is under way".to_owned(),
        Connection::Failing { .. } => "less often while looks fail".to_owned(),
        Connection::Live if cluster.operates() => "every few seconds while an operation runs".to_owned(),
        Connection::Live => format!("every {}", words::span(cluster.spec.timing.poll)),
    };
    let when = match look_at(scene, cluster) {
        // That is the name of the fact.
        Some((NEXT_LOOK, clock)) => format!("{clock}, "),
        Some((word, clock)) => format!("{word} {clock}, "),
        None => String::new(),
    };
    let then = if cluster.auto {
        "auto is on: what is decided then is done"
    } else {
        "auto is off: whatever is decided, nothing is done"
    };
    format!("{when}{pace}; {then}")
}
