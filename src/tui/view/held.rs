//! What a held picture still tells of the present, in the header: how long it is held, and what has come about
//! behind it. All else stands still, so that it can be read; but it must not pass for the present.

use jiff::Timestamp;
use ratatui::text::Span;

use super::header::{self, Verdict};
use super::{News, Scene, progress, words};
use crate::cluster::elapsed;
use crate::scaling::{Level, Outcome};
use crate::worker::ClusterState;

/// What the badge says at least.
pub const PAUSED: &str = "PAUSED";

/// Now, also while the picture is held.
pub fn present(scene: &Scene) -> Timestamp {
    scene.live.map_or(scene.now, |live| live.now)
}

/// That the picture is held, and for how long: in the steps of the other ages, so that little is written.
pub fn badge(scene: &Scene) -> Option<String> {
    let held = elapsed(scene.now, scene.live?.now);
    // In the first step there is nothing to say yet.
    Some(if held.as_secs() < 5 { PAUSED.to_owned() } else { format!("{PAUSED} {}", words::age(held)) })
}

/// `now: API FAILING`: what the header would say of the present, where that is something else. What was worse and has
/// passed is told until the picture is let go: nobody may have looked while it was there. With how much it matters.
pub fn told(scene: &Scene, held: &ClusterState) -> Option<(Span<'static>, Level)> {
    let theme = scene.theme;
    let now = news(scene, held);
    let (when, news) = match (now, scene.live?.worst) {
        (Some(now), Some(worst)) if rank(worst.level) < rank(now.level) => ("while held", worst.clone()),
        (None, Some(worst)) => ("while held", worst.clone()),
        (now, _) => ("now", now?),
    };
    let style = match news.level {
        Level::Done => theme.good,
        Level::Info => theme.strong,
        Level::Warning | Level::Error => theme.attention,
    };
    Some((Span::styled(format!("{when}: {}", news.text), style), news.level))
}

/// The worst that has come about since the picture is held, the present included. That all is well again is no
/// incident.
pub fn worst(scene: &Scene, held: &ClusterState) -> Option<News> {
    let before = scene.live?.worst.cloned();
    let now = news(scene, held).filter(|news| news.level != Level::Done);
    before.into_iter().chain(now).min_by_key(|news| rank(news.level))
}

/// What the present has that the picture does not show. There is room for one thing: the worst.
fn news(scene: &Scene, held: &ClusterState) -> Option<News> {
    let live = scene.live?;
    let present = Scene { state: live.state, now: live.now, live: None, ..*scene };
    let cluster = present.cluster()?;
    let said = |verdict: Option<Verdict>| verdict.map(|v| News { text: v.text, level: v.level });
    let verdict = |cluster| said(Some(header::verdict(scene.theme, cluster)));
    let under_way = |cluster| said(header::under_way(scene.theme, cluster));
    let failed = newly_failed(&present, held).map(|text| News { text, level: Level::Error });
    let changed = verdict(cluster).filter(|now| Some(now) != verdict(held).as_ref());
    let begun = under_way(cluster).filter(|now| Some(now) != under_way(held).as_ref());
    [changed, failed, begun].into_iter().flatten().min_by_key(|news| rank(news.level))
}

/// The worse, the smaller.
pub fn rank(level: Level) -> u8 {
    match level {
        Level::Error => 0,
        Level::Warning => 1,
        Level::Info => 2,
        Level::Done => 3,
    }
}

/// Which operation has failed since.
fn newly_failed(present: &Scene, held: &ClusterState) -> Option<String> {
    let operation = progress::shown(present, present.cluster()?)?;
    let is_new = held.operation.as_deref() != Some(operation);
    let has_failed = matches!(operation.outcome, Some(Outcome::Failed(_)));
    (is_new && has_failed).then(|| format!("{} failed", progress::doing(operation.kind)))
}
