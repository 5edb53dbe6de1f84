//! What a held picture still tells of the present, in the header: how long it is held, and what has come about
//! behind it. All else stands still, so that it can be read; but it must not pass for the present.

use jiff::Timestamp;
use ratatui::text::Span;

use super::{Scene, header, progress, words};
use crate::cluster::elapsed;
use crate::scaling::Outcome;
use crate::worker::{ClusterState, Connection};

/// Now, also while the picture is held.
pub fn present(scene: &Scene) -> Timestamp {
    scene.live.map_or(scene.now, |live| live.now)
}

/// That the picture is held, and for how long: in the steps of the other ages, so that little is written.
pub fn badge(scene: &Scene) -> Option<String> {
    let held = elapsed(scene.now, scene.live?.now);
    // The first step would be `0 s`.
    Some(if held.as_secs() < 5 { "PAUSED".to_owned() } else { format!("PAUSED {}", words::age(held)) })
}

/// `now: API FAILING`: what the header would say of the present, where that is something else.
pub fn news(scene: &Scene, held: &ClusterState) -> Option<Span<'static>> {
    let theme = scene.theme;
    let live = scene.live?;
    let present = Scene { state: live.state, now: live.now, live: None, ..*scene };
    let cluster = present.cluster()?;
    let verdict = header::verdict(&present, cluster);
    let is_failing = matches!(cluster.connection, Connection::Failing { .. });
    let (text, style) = if let Some(failed) = newly_failed(&present, held).filter(|_| !is_failing) {
        (failed, theme.attention)
    } else if verdict.text != header::verdict(scene, held).text {
        (verdict.text, if verdict.is_well { theme.good } else { theme.attention })
    } else {
        return None;
    };
    Some(Span::styled(format!("now: {text}"), style))
}

/// Which operation has failed since.
fn newly_failed(present: &Scene, held: &ClusterState) -> Option<String> {
    let operation = progress::shown(present, present.cluster()?)?;
    let is_new = held.operation.as_deref() != Some(operation);
    let has_failed = matches!(operation.outcome, Some(Outcome::Failed(_)));
    (is_new && has_failed).then(|| format!("{} failed", progress::doing(operation.kind)))
}
