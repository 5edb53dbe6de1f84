//! The keys, from the keymap, what the symbols on the screen mean, and the words, from the glossary.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::sheet::{Cut, Sheet, cells, width};
use super::{Scene, Scrolled, decision, marks};
use crate::glossary;
use crate::keymap::{MOUSE, MOUSE_TITLE};
use crate::tui::Theme;

/// What is not obvious on the screen. The texts stand here once, for the help.
const LEGEND: [(&str, &str); 11] = [
    ("▲ up", "the metric is busier than its scale-up threshold; one such metric is enough"),
    ("▼ down", "calmer than its scale-down threshold; all metrics must be"),
    ("· between", "between the two"),
    ("? unknown", "too few droplets have readings: nothing is removed"),
    ("? awaited", "the same, but nothing is wrong: after scaling only new samples count"),
    ("! unusable", "the threshold could never be met on droplets of this size"),
    ("newest", "the clone made last: the first to go"),
    ("+ arriving", "being made: not yet in the load balancer, or not yet healthy"),
    ("− leaving", "being removed: connections end, then it is deleted"),
    ("–", "not known, which is not zero"),
    ("~0.42", "measured last, but nothing is decided by it: new samples are awaited, or it is too old"),
];

/// The groups of keys that come before the signs and the words: what acts and what one looks for.
const FIRST: usize = 2;

/// Draws the help over everything.
pub fn draw(sheet: &mut Sheet, area: Rect, scene: &Scene, scroll: u16) -> Scrolled {
    let columns = area.width.saturating_sub(4).min(92);
    let lines = lines(scene, columns.saturating_sub(4));
    let rows = cells(lines.len()).saturating_add(2).min(area.height.saturating_sub(2));
    let frame = super::centred(area, columns, rows);
    let inside = sheet.frame(frame, "HELP", scene.theme.text).narrowed(1);
    let drawn = super::scrolled(scroll.into(), None, inside.height.into(), lines.len());
    let end = (drawn.offset + usize::from(inside.height)).min(lines.len());
    decision::draw(sheet, inside, &lines[drawn.offset..end]);
    super::draw_rest(sheet, frame, scene, drawn, lines.len(), super::UP_AND_DOWN);
    drawn
}

fn lines(scene: &Scene, columns: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let mut groups: Vec<&str> = Vec::new();
    for hint in scene.keys {
        if !groups.contains(&hint.group) {
            groups.push(hint.group);
        }
    }
    let keys = scene.keys.iter().map(|hint| width(&hint.keys)).max().unwrap_or(0).clamp(10, 14);
    let mut lines = Vec::new();
    let styled = |lines: &mut Vec<Line>, key: &str, style: Style, text: &str| {
        let indent = usize::from(keys) + 4;
        let wrapped = super::sheet::wrap(text, columns.saturating_sub(cells(indent)));
        // Many keys for one thing take a line of their own.
        let key = if usize::from(width(key)) + 3 > indent {
            lines.push(Line::styled(format!("  {key}"), style));
            ""
        } else {
            key
        };
        for (i, text) in wrapped.into_iter().enumerate() {
            let lead = if i == 0 { key } else { "" };
            let gap = indent.saturating_sub(2 + usize::from(width(lead)));
            lines.push(Line::from(vec![
                Span::styled(format!("  {lead}{}", " ".repeat(gap)), style),
                Span::styled(text, theme.text),
            ]));
        }
    };
    let entry = |lines: &mut Vec<Line>, key: &str, text: &str| styled(lines, key, theme.strong, text);
    let text = "first the keys that one needs most, then signs, colours and words, then all other keys";
    lines.extend([Line::styled(text, theme.faint), Line::default()]);
    for (index, group) in groups.into_iter().enumerate() {
        if index == FIRST {
            explain(&mut lines, theme, &styled);
        }
        lines.push(Line::styled(group.to_uppercase(), theme.strong));
        for hint in scene.keys.iter().filter(|hint| hint.group == group) {
            // What has no key is in the palette.
            let keys = if hint.keys.is_empty() { format!(":{}", hint.name) } else { hint.keys.clone() };
            entry(&mut lines, &keys, hint.describe);
        }
        lines.push(Line::default());
    }
    lines.push(Line::styled(MOUSE_TITLE.to_uppercase(), theme.strong));
    for (gesture, does) in MOUSE {
        entry(&mut lines, gesture, does);
    }
    lines
}

/// What signs, colours and words mean.
fn explain(lines: &mut Vec<Line<'static>>, theme: &Theme, entry: &impl Fn(&mut Vec<Line>, &str, Style, &str)) {
    let title = |lines: &mut Vec<Line>, text: &str| lines.push(Line::styled(text.to_uppercase(), theme.strong));
    title(lines, "Signs");
    for (sign, text) in LEGEND {
        entry(lines, sign, theme.strong, text);
    }
    for (mark, what) in [(marks::CAME, "came"), (marks::WENT, "went")] {
        let text = format!("in a chart: droplets {what} here, and so many serve from there on");
        entry(lines, &format!("{mark}{}", marks::how_many(3.0)), theme.strong, &text);
    }
    lines.push(Line::default());
    title(lines, "Colours");
    let colours = [
        ("like this", theme.good, "in order, or done"),
        ("like this", theme.attention, "worth a look: beyond its threshold, not known, or a warning"),
        ("like this", theme.bad, "broken or failed"),
        ("like this", theme.faint, "a label, or a value that is old or does not count"),
    ];
    for (sample, style, text) in colours {
        entry(lines, sample, style, text);
    }
    lines.push(Line::default());
    title(lines, glossary::TITLE);
    for (word, meaning) in glossary::WORDS {
        entry(lines, word, theme.strong, meaning);
    }
    lines.push(Line::default());
}
