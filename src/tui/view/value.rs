//! A metric's value in its place: plain when decisions go by it, faint and marked when they don't, because it is older
//! than it should be or new samples are awaited.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::sheet::{Sheet, width};
use super::spark::Bounds;
use super::{Scene, header, words};
use crate::tui::{Shown, Theme};
use crate::worker::ClusterState;

/// What stands before a value that does not count. Colours and faint text may be missing; this is always there.
pub const MARK: char = '~';

/// The value as it is now: one that is older than it should be does not count.
pub fn at_present(scene: &Scene, cluster: &ClusterState, shown: Option<Shown>) -> Option<Shown> {
    let is_stale = header::is_stale(scene, cluster);
    shown.map(|shown| Shown { counts: shown.counts && !is_stale, ..shown })
}

/// What stands over the values: that they are of now, or how old they are.
pub fn heading(scene: &Scene, cluster: &ClusterState) -> String {
    header::stale_for(scene, cluster).map_or_else(|| "now".to_owned(), words::ago)
}

/// The value with its mark, or that it is not known.
pub fn text(shown: Option<Shown>, bounds: Bounds) -> String {
    match shown {
        Some(Shown { value, counts: true, .. }) => bounds.metric.format(value),
        Some(Shown { value, counts: false, .. }) => format!("{MARK}{}", bounds.metric.format(value)),
        None => words::UNKNOWN.to_owned(),
    }
}

/// The same with as many more decimals as tell it apart from the thresholds, if two are enough, and if so much fits.
pub fn apart(shown: Option<Shown>, bounds: Bounds, columns: u16) -> String {
    let usual = text(shown, bounds);
    let Some(Shown { value, counts, .. }) = shown else { return usual };
    let written = |value: f64, more: usize| bounds.metric.format_finer(value, more);
    let others: Vec<f64> =
        [bounds.up, bounds.down].into_iter().flatten().filter(|bound| bound.total_cmp(&value).is_ne()).collect();
    let is_apart = |more: &usize| others.iter().all(|bound| written(*bound, *more) != written(value, *more));
    let Some(more) = (0..3).find(is_apart) else { return usual };
    let finer = if counts { written(value, more) } else { format!("{MARK}{}", written(value, more)) };
    if width(&finer) <= columns { finer } else { usual }
}

/// How it is drawn, with this style when nothing is to be said of it.
pub fn style(theme: &Theme, shown: Option<Shown>, bounds: Bounds, usual: Style) -> Style {
    shown.map_or(theme.faint, |shown| shown.style(bounds.is_beyond(shown.value), usual, theme))
}

/// Draws it at the right end of its place. The mark may stand in the gap before a column that is just wide enough for
/// the numbers.
pub fn draw(sheet: &mut Sheet, place: Rect, shown: Option<Shown>, bounds: Bounds, usual: Style) {
    draw_text(sheet, place, &text(shown, bounds), style(sheet.theme, shown, bounds, usual));
}

/// The same with a text that is there already.
pub fn draw_text(sheet: &mut Sheet, place: Rect, text: &str, style: Style) {
    let sticks_out = u16::from(width(text) == place.width + 1).min(place.x);
    let place = Rect { x: place.x - sticks_out, width: place.width + sticks_out, ..place };
    sheet.right(place, text, style);
}
