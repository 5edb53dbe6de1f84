//! A line of parts, some at its left end and some at its right. Where there is no room for all, what matters less becomes
//! shorter first, or goes.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::sheet::{Cut, Sheet, spans_width};
use crate::tui::Theme;

/// A part of a line: what it shows, how soon it gives way, and to what. What has rank 0 and nothing shorter stays.
pub struct Part {
    /// What it shows.
    pub spans: Vec<Span<'static>>,
    rank: u8,
    shorter: Vec<Vec<Span<'static>>>,
}

impl Part {
    /// Becomes shorter, if it can be; from its shortest form on it stays, unless that is nothing. Tells whether there is
    /// still something of it.
    fn gives_way(&mut self) -> bool {
        if self.shorter.is_empty() {
            return false;
        }
        self.spans = self.shorter.remove(0);
        if self.shorter.is_empty() {
            self.rank = 0;
        }
        !self.spans.is_empty()
    }

    /// With shorter forms, the longest first, of which the last one stays.
    pub fn or(self, shorter: Vec<Vec<Span<'static>>>) -> Self {
        Self { shorter, ..self }
    }

    /// And in the end it goes.
    pub fn or_nothing(mut self) -> Self {
        self.shorter.push(Vec::new());
        self
    }
}

/// A part.
pub fn part(rank: u8, spans: Vec<Span<'static>>) -> Part {
    Part { spans, rank, shorter: Vec::new() }
}

/// A part in one style.
pub fn words_of(rank: u8, text: impl Into<String>, style: Style) -> Part {
    part(rank, vec![Span::styled(text.into(), style)])
}

/// A part that stands out as a label.
pub fn badge(rank: u8, text: &str, style: Style) -> Part {
    words_of(rank, format!(" {text} "), Theme::badge(style))
}

/// From this rank on parts stand closer together before any gives way.
const CLOSE: u8 = 4;

/// Draws parts from the left and from the right, with columns between; what has no room gives way.
pub fn line(sheet: &mut Sheet, at: Rect, mut left: Vec<Part>, mut right: Vec<Part>) {
    let (mut gap, mut right_gap) = (3, 2);
    let wide = |parts: &[Part], gap: u16| -> u16 {
        parts.iter().map(|p| spans_width(&p.spans).saturating_add(gap)).fold(0, u16::saturating_add)
    };
    while wide(&left, gap).saturating_add(wide(&right, right_gap)) > at.width + right_gap {
        let worst = left.iter().chain(&right).map(|p| p.rank).max().unwrap_or(0);
        if worst <= CLOSE && gap > 2 {
            (gap, right_gap) = (2, 1);
            continue;
        }
        if worst == 0 {
            break;
        }
        for parts in [&mut left, &mut right] {
            parts.retain_mut(|part| part.rank < worst || part.gives_way());
        }
    }
    let mut rest = at;
    for part in right.iter().rev() {
        let place = rest.take_right(spans_width(&part.spans));
        sheet.spans(place, &part.spans);
        rest.take_right(right_gap);
    }
    for part in &left {
        let used = sheet.spans(rest, &part.spans);
        rest.take_left(used + gap);
    }
}
