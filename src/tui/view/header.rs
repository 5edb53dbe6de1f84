//! The first two lines: which cluster, is it healthy, what is under way, how many droplets, is auto on; and beneath,
//! how fresh the data is, what it costs, and how many requests are left. What matters less gives way first when there
//! is no room: it becomes shorter, or goes.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::parts::{self, Part, badge, part, words_of};
use super::sheet::{Cut, Sheet};
use super::{Scene, held, problems, progress, words};
use crate::cloud::Remedy;
use crate::cluster::{Health, Member, Observation, elapsed};
use crate::policy::Reason;
use crate::scaling::{Level, Refusal};
use crate::tui::text::fit;
use crate::tui::{Awaited, Theme};
use crate::worker::{ClusterState, Connection};

/// How many lines the header takes.
pub const HEIGHT: u16 = 2;

/// A name longer than this is cut, so that it does not push out what matters.
const NAME: usize = 24;

/// What is left of the news behind a held picture where there is no room at all.
const NEWS: usize = 12;

/// After so many looks that did not come, what is shown is older than it should be.
const LATE: u32 = 4;

/// Draws both lines.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene) {
    let Some(cluster) = scene.cluster() else { return };
    let (left, right) = first_line(scene, cluster);
    parts::line(sheet, at.take_top(1), left, right);
    let (left, right) = second_line(scene, cluster);
    parts::line(sheet, at.take_top(1), left, right);
}

fn first_line(scene: &Scene, cluster: &ClusterState) -> (Vec<Part>, Vec<Part>) {
    let theme = scene.theme;
    let verdict = verdict(theme, cluster);
    let news = held::told(scene, cluster);
    // What is wrong on a held picture stays in sight, unless what came behind it is worse.
    let verdict_stays = news.as_ref().is_none_or(|(_, level)| held::rank(*level) >= held::rank(verdict.level));
    let mut left = vec![name(scene, cluster)];
    match verdict.outage {
        // Nothing matters more, and nothing stands before it.
        Some(outage) => {
            let word = |text: &str| badge(3, text, theme.bad);
            left.insert(0, word(&verdict.text).or(vec![word(&outage.brief()).spans]));
        }
        None => left.push(part(if verdict_stays { 0 } else { 3 }, vec![verdict.span()])),
    }
    left.extend(verdict.more.map(|more| words_of(7, more, theme.text)));
    left.extend(under_way(theme, cluster).map(|doing| part(4, vec![doing.span()])));
    if let Some(seen) = &cluster.observation {
        left.extend(of_seen(scene, cluster, seen, verdict.outage.is_some()));
    }
    let news = news.map(|(news, _)| {
        let shorter = vec![Span::styled(fit(&news.content, NEWS), news.style)];
        let news = part(1, vec![news]).or(vec![shorter]);
        if verdict_stays { news.or_nothing() } else { news }
    });
    (left, badges(scene, cluster, news))
}

/// How many droplets there are and serve, the load balancer, the region.
fn of_seen(scene: &Scene, cluster: &ClusterState, seen: &Observation, is_outage: bool) -> Vec<Part> {
    let theme = scene.theme;
    let (_, usual) = styles(scene, cluster);
    let mut parts = vec![droplets(scene, cluster, seen)];
    let serving = seen.serving().count();
    if serving != seen.count() && !is_outage {
        // Fewer serve while one comes or goes: that is as it should be.
        let settled = seen.members.iter().filter(|m| !m.is_arriving() && !m.is_leaving()).count();
        let style = if serving < settled { theme.attention } else { usual };
        parts.push(words_of(8, format!("{serving} serving"), style));
    }
    parts.push(match &seen.load_balancer {
        Some(balancer) => {
            let style = if balancer.status == "active" { usual } else { theme.attention };
            let name = Span::styled(fit(&balancer.name, NAME), usual);
            part(9, vec![name, Span::styled(format!(" {}", balancer.status), style)])
        }
        None => words_of(7, "no load balancer", theme.bad),
    });
    parts.extend(seen.base_member().map(|base| words_of(10, base.droplet.region.clone(), theme.faint)));
    parts
}

/// What kind of session this is, whether the picture is held and what came behind it, and whether auto is on.
fn badges(scene: &Scene, cluster: &ClusterState, news: Option<Part>) -> Vec<Part> {
    let theme = scene.theme;
    let mut badges = Vec::new();
    if scene.state.demo {
        badges.push(badge(0, "DEMO", theme.text));
    }
    let forbids = scene.state.forbids();
    if let Some(refusal) = &forbids {
        let word = if *refusal == Refusal::DryRun { "DRY RUN" } else { "READ-ONLY" };
        badges.push(badge(0, word, theme.text));
    }
    if let Some(text) = held::badge(scene) {
        badges.push(badge(2, &text, theme.strong).or(vec![badge(0, held::PAUSED, theme.strong).spans]));
    }
    badges.extend(news);
    // Where nothing may be changed, auto is off anyway.
    let rank = if forbids.is_some() { 3 } else { 0 };
    badges.push(if cluster.auto { badge(0, "AUTO ON", theme.good) } else { words_of(rank, "AUTO OFF", theme.strong) });
    badges
}

/// The name, and which of how many clusters it is.
fn name(scene: &Scene, cluster: &ClusterState) -> Part {
    let named = |columns| Span::styled(fit(&cluster.spec.name, columns), scene.theme.strong);
    let all = scene.state.clusters.len();
    let which = (all > 1).then(|| format!(" {} of {all}", scene.ui.cluster + 1));
    let whole = |columns| {
        let which = which.iter().map(|which| Span::styled(which.clone(), scene.theme.faint));
        std::iter::once(named(columns)).chain(which).collect()
    };
    part(5, whole(NAME)).or(vec![whole(NAME / 2), vec![named(NAME / 2)], vec![named(NAME / 4)]])
}

/// `3 droplets (max 5)`, with the minimum where that says something; where there is hardly any room,
/// `3/5`.
fn droplets(scene: &Scene, cluster: &ClusterState, seen: &Observation) -> Part {
    let (policy, count) = (&cluster.policy, seen.count());
    let (strong, text) = styles(scene, cluster);
    let counted = |what: &str, bounds: String| {
        vec![Span::styled(count.to_string(), strong), Span::styled(format!("{what} ({bounds})"), text)]
    };
    let word = if count == 1 { " droplet" } else { " droplets" };
    let max = || format!("max {}", policy.max);
    let shortest = vec![Span::styled(count.to_string(), strong), Span::styled(format!("/{}", policy.max), text)];
    let mut forms = vec![counted(word, max()), counted("", max()), shortest];
    if policy.min > 1 {
        forms.insert(0, counted(word, format!("min {}, {}", policy.min, max())));
    }
    let longest = forms.remove(0);
    part(6, longest).or(forms)
}

/// What there is to say of a cluster in one or two words.
pub struct Verdict {
    symbol: &'static str,
    /// The words.
    pub text: String,
    /// What else there is to say, where there is room.
    more: Option<&'static str>,
    style: Style,
    /// How much it matters; when all is as it should be, [`Level::Done`].
    pub level: Level,
    /// That nobody does the work.
    outage: Option<Outage>,
}

impl Verdict {
    /// As it is drawn.
    pub fn span(&self) -> Span<'static> {
        Span::styled(format!("{} {}", self.symbol, self.text), self.style)
    }

    /// The same where there is little room.
    pub fn brief(&self) -> Span<'static> {
        self.outage
            .map_or_else(|| self.span(), |down| Span::styled(format!("{} {}", self.symbol, down.brief()), self.style))
    }
}

/// That there are droplets and not one of them can answer a request.
#[derive(Debug, Clone, Copy)]
struct Outage {
    droplets: usize,
    /// What none of them is.
    lacking: &'static str,
}

impl Outage {
    fn of(seen: &Observation) -> Option<Self> {
        let mut serving = seen.serving().peekable();
        let lacking = if serving.peek().is_some() { "healthy" } else { "serving" };
        let is_down = !seen.members.is_empty() && serving.all(|member| member.health == Health::Unhealthy);
        is_down.then_some(Self { droplets: seen.count(), lacking })
    }

    fn text(self) -> String {
        format!("DOWN: 0 of {} {}", self.droplets, self.lacking)
    }

    /// For the least room.
    fn brief(self) -> String {
        format!("DOWN 0/{}", self.droplets)
    }
}

/// What runs now.
pub fn under_way(theme: &Theme, cluster: &ClusterState) -> Option<Verdict> {
    let text = progress::doing(cluster.running()?.kind).to_owned();
    Some(Verdict { symbol: "▶", text, more: None, style: theme.strong, level: Level::Info, outage: None })
}

/// Is it healthy, is something wrong?
pub fn verdict(theme: &Theme, cluster: &ClusterState) -> Verdict {
    let one = |symbol, text: String, style| {
        let (more, level, outage) = (None, Level::Warning, None);
        Verdict { symbol, text, more, style, level, outage }
    };
    let serious = |text| Verdict { level: Level::Error, ..one("✗", text, theme.bad) };
    if let Connection::Failing { remedy, .. } = &cluster.connection {
        return serious(failure(remedy).to_owned());
    }
    let Some(seen) = &cluster.observation else { return one("·", "starting".to_owned(), theme.faint) };
    if let Some(outage) = Outage::of(seen) {
        return Verdict { outage: Some(outage), ..serious(outage.text()) };
    }
    let errors = cluster.findings.iter().filter(|f| f.level == Level::Error).count();
    let minor = cluster.findings.iter().filter(|f| f.level == Level::Warning).count();
    let minor = minor + problems::unread(cluster).count();
    // What is being made is not healthy yet, and what is removed no longer: that is no trouble.
    let in_work = cluster.running().and_then(|operation| operation.droplet);
    let is_unhealthy = |m: &&Member| {
        let fails = m.health == Health::Unhealthy || (m.is_off() && !m.is_leaving());
        fails && Some(m.droplet.id) != in_work
    };
    let unhealthy = seen.members.iter().filter(is_unhealthy).count();
    if errors > 0 {
        serious(words::plural(errors + minor, "problem"))
    } else if unhealthy > 0 {
        one("!", format!("{unhealthy} unhealthy"), theme.attention)
    } else if minor > 0 {
        one("!", words::plural(minor, "warning"), theme.attention)
    } else if seen.members.is_empty() {
        one("!", "no droplets".to_owned(), theme.attention)
    } else if cluster.decision.as_ref().is_some_and(|d| matches!(d.because, Reason::Busy { .. })) {
        one("▲", "busy".to_owned(), theme.attention)
    } else if let Some(awaited) = Awaited::by_decision(cluster) {
        let (why, more) = match awaited {
            // What runs is told beside it.
            Awaited::Scaling => ("samples awaited", None),
            Awaited::Scaled => ("just scaled", Some("waiting for new samples")),
            Awaited::New => ("new droplet", Some("waiting for new samples")),
        };
        Verdict { more, level: Level::Info, ..one("·", why.to_owned(), theme.text) }
    } else if cluster.decision.as_ref().is_some_and(|d| matches!(d.because, Reason::Unknown { .. })) {
        one("?", "metrics missing".to_owned(), theme.attention)
    } else {
        Verdict { level: Level::Done, ..one("●", "healthy".to_owned(), theme.good) }
    }
}

/// What kind of failure it is, in two words.
fn failure(remedy: &Remedy) -> &'static str {
    match remedy {
        Remedy::Token => "TOKEN REFUSED",
        Remedy::Scope { .. } => "SCOPE MISSING",
        Remedy::RateLimited { .. } => "RATE LIMITED",
        Remedy::Unreachable => "UNREACHABLE",
        _ => "API FAILING",
    }
}

fn second_line(scene: &Scene, cluster: &ClusterState) -> (Vec<Part>, Vec<Part>) {
    let theme = scene.theme;
    let mut left = vec![freshness(scene, cluster)];
    let mut right = Vec::new();
    if let Connection::Failing { error, retry_at, .. } = &cluster.connection {
        let retry = match elapsed(scene.now, *retry_at) {
            Duration::ZERO => "trying again".to_owned(),
            wait => format!("retry in {}", words::left(wait)),
        };
        left.push(words_of(0, retry, theme.text));
        left.push(words_of(8, first_sentence(error), theme.bad));
    }
    if let Some(cost) = scene.cost() {
        right.push(words_of(6, words::cost(&cost), theme.text));
    }
    let usage = &scene.state.usage;
    if let Some(until) = usage.held_until.filter(|until| *until > scene.now) {
        let text = format!("rate limit: no requests for {}", words::left(elapsed(scene.now, until)));
        left.push(words_of(5, text, theme.attention));
    }
    let low = u64::from(usage.hour_left) * 10 < u64::from(usage.hour_limit);
    let style = if low { theme.attention } else { theme.faint };
    let left_of_all = format!("{} of {}", usage.hour_left, usage.hour_limit);
    let requests = |words: &str| vec![Span::styled(format!("{left_of_all} {words}"), style)];
    right.insert(0, part(7, requests("API requests left this hour")).or(vec![requests("requests left"), Vec::new()]));
    (left, right)
}

/// How old the data is; what failed is said as well. As long as the next look is not late, a bound is said
/// and not a number that grows: a screen at rest does not change.
fn freshness(scene: &Scene, cluster: &ClusterState) -> Part {
    let theme = scene.theme;
    let age = cluster.observation.as_ref().map(|seen| elapsed(seen.at, held::present(scene)));
    let (poll, fresh) = (cluster.spec.timing.poll, fresh(cluster));
    match (&cluster.connection, age) {
        (Connection::Failing { .. }, Some(age)) if age > fresh => {
            badge(0, &format!("STALE {} old", words::age(age)), theme.bad)
        }
        (Connection::Failing { .. }, None) => badge(0, "NO DATA", theme.bad),
        (Connection::Starting, None) => words_of(0, "asking DigitalOcean…", theme.faint),
        (_, Some(age)) if age > poll * LATE => badge(0, &format!("{} old", words::age(age)), theme.attention),
        (_, Some(age)) if age > fresh => words_of(0, format!("data {} old", words::age(age)), theme.text),
        (_, Some(_)) => words_of(0, format!("data < {} old", words::span(fresh)), theme.faint),
        (_, None) => words_of(0, "not seen yet", theme.faint),
    }
}

/// For how long nothing newer has been seen than what is shown, when that is longer than it should be: when a look is
/// due and fails, or when several did not come.
pub fn stale_for(scene: &Scene, cluster: &ClusterState) -> Option<Duration> {
    let age = elapsed(cluster.observation.as_ref()?.at, scene.now);
    let is_failing = matches!(cluster.connection, Connection::Failing { .. });
    (age > cluster.spec.timing.poll * LATE || (is_failing && age > fresh(cluster))).then_some(age)
}

/// As long as data is no older, the next look is not late. No bound is less than the step in which ages are told.
fn fresh(cluster: &ClusterState) -> Duration {
    (cluster.spec.timing.poll * 3 / 2).max(Duration::from_secs(5))
}

/// Whether what is shown is older than it should be.
pub fn is_stale(scene: &Scene, cluster: &ClusterState) -> bool {
    stale_for(scene, cluster).is_some()
}

/// How what was seen of a cluster is drawn: what stands out, and the rest. What is older than it should be does neither.
pub fn styles(scene: &Scene, cluster: &ClusterState) -> (Style, Style) {
    let theme = scene.theme;
    if is_stale(scene, cluster) { (theme.faint, theme.faint) } else { (theme.strong, theme.text) }
}

/// How old the data of a cluster is, in a narrow column: a bound while the next look is not late.
pub fn age(scene: &Scene, cluster: &ClusterState, seen: &Observation) -> String {
    let fresh = fresh(cluster);
    let age = elapsed(seen.at, scene.now);
    if age > fresh { words::age(age) } else { format!("<{}", words::span(fresh)) }
}

/// What went wrong, without the advice: that stands among the problems.
fn first_sentence(text: &str) -> String {
    text.split_once(". ").map_or(text, |(first, _)| first).to_owned()
}
