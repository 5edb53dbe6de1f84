//! The same as the documents, for people: units, ages, thresholds, the reasons of a decision, and money.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::console::{Ink, Style, safe};
use super::json::Status;
use super::reach::Reach;
use crate::cluster::{ClusterSpec, Cost, Health, Member, Metric, Observation, Price, Reading, elapsed, plural};
use crate::config::{Config, Setting, format_duration};
use crate::policy::{Action, Decision, Rule, Vote};
use crate::scaling::{DownPlan, Finding, Level, UpPlan, removal};

/// Columns of text, each as wide as its widest cell. The first row is the head.
pub(super) struct Table {
    rows: Vec<Vec<(String, Option<Ink>)>>,
}

impl Table {
    pub(super) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|title| ((*title).to_owned(), Some(Ink::Faint))).collect()] }
    }

    pub(super) fn row(&mut self, cells: Vec<(String, Option<Ink>)>) {
        self.rows.push(cells);
    }

    pub(super) fn render(&self, style: Style) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|c| c.0.width()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (index, (cell, ink)) in row.iter().enumerate() {
                let painted = ink.map_or_else(|| cell.clone(), |ink| style.paint(ink, cell));
                let last = index + 1 == row.len();
                let gap = if last { 0 } else { widths[index] - cell.width() + 2 };
                let _ = write!(line, "{painted}{}", " ".repeat(gap));
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

pub(super) fn plain(text: impl Into<String>) -> (String, Option<Ink>) {
    (text.into(), None)
}

/// A time as one glances at it: `45s`, `3m`, `2h 5m`.
fn age(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    let coarse = if seconds >= 600 { seconds / 60 * 60 } else { seconds };
    format_duration(std::time::Duration::from_secs(coarse))
}

fn price(price: Option<Price>) -> String {
    price.map_or_else(|| "price unknown".to_owned(), |price| format!("${:.2} a month", price.monthly))
}

/// What a cluster costs; what is not known is said.
#[must_use]
pub fn cost(cost: Cost) -> String {
    let at_least = if cost.unknown > 0 { "at least " } else { "" };
    format!("{at_least}${:.4} an hour, ${:.2} a month", cost.hourly, cost.monthly)
}

/// What `status` prints.
#[must_use]
pub fn status(spec: &ClusterSpec, status: Status<'_>, style: Style) -> String {
    let Status { observation: seen, decision, policy, findings, usage, reach } = status;
    let dot = if style.ascii { "-" } else { "·" };
    let balancer = seen.load_balancer.as_ref().map_or("no load balancer", |balancer| balancer.name.as_str());
    let region = seen.base_member().map_or("no base droplet", |base| base.droplet.region.as_str());
    let mut text = format!(
        "{}  {region} {dot} {}, {} serving (min {}, max {}) {dot} {} {dot} {}\n\n",
        style.paint(Ink::Strong, &safe(&spec.name, style)),
        plural(seen.count(), "droplet"),
        seen.serving().count(),
        policy.min,
        policy.max,
        safe(balancer, style),
        cost(seen.cost()),
    );
    text.push_str(&rules(decision, style));
    text.push('\n');
    text.push_str(&members(seen, decision, style));
    text.push('\n');
    text.push_str(&conclusion(decision, style));
    if let Some(left) = seen.cooldown(policy.scaling_interval) {
        let _ = writeln!(text, "The cluster cools down for {} more.", age(left));
    }
    text.push_str(&warnings(findings, seen, reach, style));
    let requests = format!("{} of {} requests left in this hour", usage.hour_left, usage.hour_limit);
    let _ = writeln!(text, "{}", style.paint(Ink::Faint, &requests));
    text
}

/// The decision in a line, with its colour.
#[must_use]
pub fn conclusion(decision: &Decision, style: Style) -> String {
    let ink = match decision.action {
        Action::Up => Ink::Warning,
        Action::Down => Ink::Good,
        Action::Hold => Ink::Strong,
    };
    format!("{}\n", style.paint(ink, &safe(&decision.to_string(), style)))
}

fn rules(decision: &Decision, style: Style) -> String {
    let mut table = Table::new(&["METRIC", "VALUE", "UP WHEN", "DOWN WHEN", "ONE LESS", "SAYS", "AGE"]);
    for rule in &decision.rules {
        let metric = rule.metric;
        let value = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| metric.format(value));
        let limit = |limit: Option<f64>, up: bool| {
            let sign = if metric.is_busier(1.0, 0.0) == up { ">" } else { "<" };
            limit.map_or_else(|| "off".to_owned(), |limit| format!("{sign} {}", metric.format(limit)))
        };
        let projected = rule.projected.map_or_else(String::new, |projected| metric.format(projected.value));
        let too_busy = rule.projected.is_some_and(|projected| projected.too_busy);
        let since = rule.at.map_or_else(String::new, |at| age(elapsed(at, decision.at)));
        table.row(vec![
            plain(metric.title()),
            plain(value(rule.value)),
            plain(limit(rule.up, true)),
            plain(limit(rule.down, false)),
            (projected, too_busy.then_some(Ink::Warning)),
            vote(rule),
            plain(since),
        ]);
    }
    if decision.rules.is_empty() { "No threshold is set.\n".to_owned() } else { table.render(style) }
}

fn vote(rule: &Rule) -> (String, Option<Ink>) {
    match rule.vote {
        Vote::Up => ("up".to_owned(), Some(Ink::Warning)),
        Vote::Down => ("down".to_owned(), Some(Ink::Good)),
        Vote::Hold => plain("hold"),
        Vote::Unknown => (format!("unknown ({} of {} known)", rule.known, rule.serving), Some(Ink::Bad)),
        Vote::Impossible => ("left out: never met on this size".to_owned(), Some(Ink::Faint)),
    }
}

fn members(seen: &Observation, decision: &Decision, style: Style) -> String {
    let has_readings = |metric: &Metric| seen.members.iter().any(|member| member.readings.contains_key(metric));
    let is_shown = |metric: &Metric| has_readings(metric) || decision.rules.iter().any(|rule| rule.metric == *metric);
    let is_of_droplets = |metric: &Metric| metric.scope() == crate::cluster::Scope::Droplet;
    let metrics: Vec<Metric> = Metric::ALL.into_iter().filter(is_of_droplets).filter(is_shown).collect();
    let mut head = vec!["DROPLET", "ID", "ROLE", "STATE", "BALANCER"];
    head.extend(metrics.iter().map(|metric| metric.short_title()));
    head.extend(["HEARD", "COST"]);
    let mut table = Table::new(&head);
    for member in &seen.members {
        let mut cells = vec![
            plain(safe(&member.droplet.name, style)),
            plain(member.droplet.id.to_string()),
            plain(format!("{:?}", member.role).to_lowercase()),
            plain(state(member)),
            health(member),
        ];
        let reading = |metric: &Metric| member.readings.get(metric).map(|r: &Reading| metric.format(r.value));
        cells.extend(metrics.iter().map(|metric| plain(reading(metric).unwrap_or_else(|| "?".to_owned()))));
        cells.push(plain(member.last_sample.map_or_else(|| "never".to_owned(), |at| age(elapsed(at, seen.at)))));
        cells.push(plain(price(member.droplet.size.price)));
        table.row(cells);
    }
    table.render(style)
}

fn state(member: &Member) -> String {
    if member.is_arriving() {
        "arriving".to_owned()
    } else if member.is_leaving() {
        "leaving".to_owned()
    } else {
        member.droplet.status.to_string()
    }
}

fn health(member: &Member) -> (String, Option<Ink>) {
    match (member.attached, member.health_now()) {
        (false, _) => ("no member".to_owned(), Some(Ink::Warning)),
        (true, Health::Healthy) => ("healthy".to_owned(), Some(Ink::Good)),
        (true, Health::Unhealthy) => ("unhealthy".to_owned(), Some(Ink::Bad)),
        (true, Health::Unknown) => plain("member"),
    }
}

/// A finding in words; of a droplet that can be removed, with the command for it.
#[must_use]
pub fn finding(finding: &Finding, seen: &Observation, reach: &Reach) -> String {
    let droplet = finding.droplet.filter(|_| finding.offers_removal).and_then(|id| seen.droplet(id));
    let command = droplet.map(|droplet| format!(" (`{}`)", reach.down(&droplet.name)));
    finding.text.clone() + &command.unwrap_or_default()
}

fn warnings(findings: &[Finding], seen: &Observation, reach: &Reach, style: Style) -> String {
    let mut text = String::new();
    for found in findings {
        let (word, ink) = match found.level {
            Level::Error => ("error", Ink::Bad),
            Level::Warning => ("warning", Ink::Warning),
            Level::Info | Level::Done => ("note", Ink::Faint),
        };
        let cost = found.monthly.map_or_else(String::new, |monthly| format!(" (${monthly:.2} a month)"));
        let _ = writeln!(text, "{}: {}{cost}", style.paint(ink, word), safe(&finding(found, seen, reach), style));
    }
    text
}

/// What `info` prints.
#[must_use]
pub fn info(config: &Config, token_origin: &str, seen: &Observation, style: Style) -> String {
    let missing = || "not found".to_owned();
    let base = seen.base_member().map(|member| &member.droplet);
    let mut text = format!("{}\n", style.paint(Ink::Strong, &safe(&config.cluster().spec.name, style)));
    let balancer = seen.load_balancer.as_ref();
    let lines = [
        ("droplets", format!("{} ({} serving)", seen.count(), seen.serving().count())),
        ("base droplet", base.map_or_else(missing, |base| format!("{} ({})", base.name, base.id))),
        ("region", base.map_or_else(missing, |base| base.region.clone())),
        ("size", base.map_or_else(missing, |base| format!("{}, {}", base.size.slug, price(base.size.price)))),
        ("snapshot", seen.snapshot.as_ref().map_or_else(missing, |image| format!("{} ({})", image.name, image.id))),
        ("load balancer", balancer.map_or_else(missing, |balancer| format!("{} ({})", balancer.name, balancer.id))),
        ("costs", cost(seen.cost())),
    ];
    for (title, value) in lines {
        let _ = writeln!(text, "  {title:<14} {}", safe(&value, style));
    }
    for problem in &seen.problems {
        let _ = writeln!(text, "{}: {}", style.paint(Ink::Warning, "warning"), safe(problem, style));
    }
    text.push('\n');
    text.push_str(&configuration(config, token_origin, style));
    text
}

/// What is configured, with the origin of each value.
#[must_use]
pub fn configuration(config: &Config, token_origin: &str, style: Style) -> String {
    let file = config.file.as_ref().map_or_else(|| "none".to_owned(), |file| file.display().to_string());
    let mut text = String::new();
    for (title, value) in [("configuration", file.as_str()), ("token", token_origin)] {
        let _ = writeln!(text, "  {title:<14} {}", safe(value, style));
    }
    text.push('\n');
    text.push_str(&settings(config.settings.iter().chain(&config.cluster().settings), style));
    text
}

fn settings<'a>(settings: impl Iterator<Item = &'a Setting>, style: Style) -> String {
    let mut table = Table::new(&["KEY", "VALUE", "FROM"]);
    for setting in settings {
        let is_default = setting.origin == crate::config::Origin::Default;
        table.row(vec![
            plain(setting.key.clone()),
            plain(safe(&setting.value, style)),
            (safe(&setting.origin.to_string(), style), is_default.then_some(Ink::Faint)),
        ]);
    }
    table.render(style)
}

/// What `up` would do.
#[must_use]
pub fn plan_up(plan: &UpPlan, spec: &ClusterSpec, style: Style) -> String {
    let costs = plan.price.map_or_else(
        || "What it costs is not known".to_owned(),
        |price| format!("It costs ${:.2} a month (${:.5} an hour) more", price.monthly, price.hourly),
    );
    let text = format!(
        "Add the clone {} to cluster {}: {} in {}, from the snapshot {}.\n{costs}; there will be {}.\n",
        plan.name,
        spec.name,
        plan.size,
        plan.region,
        plan.image,
        plural(plan.count_after, "droplet"),
    );
    described(&text, &plan.warnings, style)
}

/// What `down` would do.
#[must_use]
pub fn plan_down(plan: &DownPlan, seen: &Observation, spec: &ClusterSpec, style: Style) -> String {
    let costs = plan.price.map_or_else(
        || "What that saves is not known".to_owned(),
        |price| format!("That saves ${:.2} a month (${:.5} an hour)", price.monthly, price.hourly),
    );
    let how = seen.member(plan.droplet).map_or("", removal);
    let text = format!(
        "Remove the clone {} (id {}) from cluster {}. {how}\n{costs}; there will be {}.\n",
        plan.name,
        plan.droplet,
        spec.name,
        plural(plan.count_after, "droplet"),
    );
    described(&text, &plan.warnings, style)
}

fn described(text: &str, warnings: &[String], style: Style) -> String {
    let mut shown: String = text.lines().map(|line| safe(line, style) + "\n").collect();
    for warning in warnings {
        let _ = writeln!(shown, "{}: {}", style.paint(Ink::Warning, "warning"), safe(warning, style));
    }
    shown
}

/// The requests of a plan, one a line.
#[must_use]
pub fn requests(requests: &[crate::cloud::PlannedRequest], style: Style) -> String {
    let mut text = "Dry run; these requests would be made:\n".to_owned();
    for request in requests {
        let body = request.body.as_ref().map_or_else(String::new, |body| format!(" {body}"));
        let _ = writeln!(text, "  {} {}{}", request.method, request.path, safe(&body, style));
    }
    text
}
