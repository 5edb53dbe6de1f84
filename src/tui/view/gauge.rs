//! Where a value stands between the two thresholds, on a bar whose left end is calm and whose right end is busy,
//! whichever way the metric goes.

use ratatui::layout::Rect;

use super::sheet::Sheet;
use super::spark::Bounds;
use crate::cluster::Busy;

/// Draws the bar: a tick for each threshold, and a mark for the value, if it is known.
pub fn draw(sheet: &mut Sheet, at: Rect, value: Option<f64>, bounds: Bounds) {
    if at.width < 7 || at.height == 0 {
        return;
    }
    let last = at.width - 1;
    let (calm, busy) = ticks(at.width);
    let faint = sheet.theme.faint;
    sheet.fill(Rect { height: 1, ..at }, '─', faint);
    if bounds.down.is_some() {
        sheet.glyph(at.x + calm, at.y, '┼', sheet.theme.text);
    }
    if bounds.up.is_some() {
        sheet.glyph(at.x + busy, at.y, '┼', sheet.theme.text);
    }
    let Some((value, place)) = value.and_then(|v| Some((v, place(v, bounds)?))) else { return };
    let column = f64::from(calm) + place * f64::from(busy - calm);
    let glyph = match column {
        c if c < 0.0 => '◀',
        c if c > f64::from(last) => '▶',
        _ => '●',
    };
    let style = if bounds.is_beyond(value) { sheet.theme.attention } else { sheet.theme.strong };
    sheet.glyph(at.x + beside(column, calm, busy, last), at.y, glyph, style);
}

/// The columns of the two thresholds.
fn ticks(width: u16) -> (u16, u16) {
    let outside = (width / 4).max(2);
    (outside, width - 1 - outside)
}

/// Where a value lies: 0 at the calm threshold, 1 at the busy one, outside on either side.
fn place(value: f64, bounds: Bounds) -> Option<f64> {
    let (calm, busy) = match (bounds.down, bounds.up, bounds.metric.busy()) {
        (Some(down), Some(up), _) => (down, up),
        (None, Some(up), Busy::High) => (0.0, up),
        (None, Some(up), Busy::Low) => (up * 2.0, up),
        (Some(down), None, Busy::High) => (down, down * 2.0),
        (Some(down), None, Busy::Low) => (down, 0.0),
        (None, None, _) => return None,
    };
    let place = (value - calm) / (busy - calm);
    place.is_finite().then_some(place)
}

/// The column of the mark: never on the wrong side of a threshold, and never hiding its tick unless it is there.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the bar")]
fn beside(column: f64, calm: u16, busy: u16, last: u16) -> u16 {
    let rounded = column.round().clamp(0.0, f64::from(last)) as u16;
    if column > f64::from(busy) && rounded <= busy {
        busy + 1
    } else if column < f64::from(calm) && rounded >= calm {
        calm - 1
    } else if column > f64::from(calm) && column < f64::from(busy) {
        rounded.clamp(calm + 1, busy.saturating_sub(1).max(calm + 1))
    } else {
        rounded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Metric;
    use crate::tui::Theme;
    use ratatui::buffer::Buffer;

    fn bar(metric: Metric, down: Option<f64>, up: Option<f64>, value: Option<f64>) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 13, 1));
        let theme = Theme::terminal();
        draw(&mut Sheet::new(&mut buffer, &theme), Rect::new(0, 0, 13, 1), value, Bounds { metric, up, down });
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn left_is_calm_and_right_is_busy_whichever_way_the_metric_goes() {
        let cpu = |value| bar(Metric::Cpu, Some(20.0), Some(70.0), Some(value));
        assert_eq!(cpu(10.0), "──●┼─────┼───");
        assert_eq!(cpu(45.0), "───┼──●──┼───");
        assert_eq!(cpu(69.9), "───┼────●┼───");
        assert_eq!(cpu(70.1), "───┼─────┼●──");
        assert_eq!(cpu(400.0), "───┼─────┼──▶");
        let free = |value| bar(Metric::FreeMemory, Some(500.0), Some(200.0), Some(value));
        assert_eq!(free(900.0), "◀──┼─────┼───");
        assert_eq!(free(190.0), "───┼─────┼●──");
    }

    #[test]
    fn one_threshold_or_an_unknown_value_is_enough_for_a_bar() {
        assert_eq!(bar(Metric::Cpu, None, Some(70.0), Some(35.0)), "──────●──┼───");
        assert_eq!(bar(Metric::Cpu, Some(20.0), None, None), "───┼─────────");
    }
}
