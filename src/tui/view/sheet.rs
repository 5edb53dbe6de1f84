//! The surface that the widgets write on: text that is cleaned and cut with an ellipsis, never outside its place,
//! and rectangles that are cut into smaller ones.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use super::spark::Plot;
use crate::column::Column;
use crate::tui::text::{clean, fit};
use crate::tui::{Target, Targets, Theme};

/// Takes pieces off a rectangle; the rectangle keeps the rest. Nothing is ever larger than what is left.
pub trait Cut {
    fn take_top(&mut self, rows: u16) -> Rect;
    fn take_bottom(&mut self, rows: u16) -> Rect;
    fn take_left(&mut self, columns: u16) -> Rect;
    fn take_right(&mut self, columns: u16) -> Rect;
    /// Without this many columns on either side.
    fn narrowed(self, columns: u16) -> Rect;
}

impl Cut for Rect {
    fn take_top(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.height);
        let piece = Rect { height: rows, ..*self };
        self.y += rows;
        self.height -= rows;
        piece
    }

    fn take_bottom(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.height);
        self.height -= rows;
        Rect { y: self.y + self.height, height: rows, ..*self }
    }

    fn take_left(&mut self, columns: u16) -> Rect {
        let columns = columns.min(self.width);
        let piece = Rect { width: columns, ..*self };
        self.x += columns;
        self.width -= columns;
        piece
    }

    fn take_right(&mut self, columns: u16) -> Rect {
        let columns = columns.min(self.width);
        self.width -= columns;
        Rect { x: self.x + self.width, width: columns, ..*self }
    }

    fn narrowed(self, columns: u16) -> Rect {
        let columns = columns.min(self.width / 2);
        Rect { x: self.x + columns, width: self.width - 2 * columns, ..self }
    }
}

/// A length as columns or rows; what does not fit a terminal is cut off.
pub fn cells(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// The columns that a text takes.
pub fn width(text: &str) -> u16 {
    cells(text.width())
}

/// The columns that some spans take.
pub fn spans_width(spans: &[Span]) -> u16 {
    cells(spans.iter().map(|span| span.content.width()).sum())
}

/// A buffer with a theme.
pub struct Sheet<'a> {
    buffer: &'a mut Buffer,
    targets: Targets,
    columns: Vec<Column>,
    plot: Option<Plot>,
    said: Vec<String>,
    /// The styles.
    pub theme: &'a Theme,
}

/// So many columns beside a frame show nothing of use.
const SLIVER: u16 = 4;

impl<'a> Sheet<'a> {
    pub fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, targets: Targets::default(), columns: Vec::new(), plot: None, said: Vec::new(), theme }
    }

    /// Notes what can be clicked here.
    pub fn target(&mut self, at: Rect, target: Target) {
        self.targets.put(at.intersection(self.buffer.area), target);
    }

    /// Notes which columns of the table have found room.
    pub fn note_columns(&mut self, columns: Vec<Column>) {
        self.columns = columns;
    }

    /// Notes where a chart has its columns.
    pub fn note_plot(&mut self, plot: Plot) {
        self.plot = Some(plot);
    }

    /// Notes what is told of what happened.
    pub fn note_said(&mut self, text: &str) {
        self.said.push(text.to_owned());
    }

    /// Whether this stands here already.
    pub fn has_said(&self, text: &str) -> bool {
        self.said.iter().any(|said| said == text)
    }

    /// The columns of the table; none where there is no table.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// All that can be clicked, the columns of the table, and those of the chart.
    pub fn into_notes(self) -> (Targets, Vec<Column>, Option<Plot>) {
        (self.targets, self.columns, self.plot)
    }

    /// Writes into the first row of a place; tells how many columns were used.
    pub fn text(&mut self, at: Rect, text: &str, style: Style) -> u16 {
        let at = at.intersection(self.buffer.area);
        if at.is_empty() {
            return 0;
        }
        // Nearly all text is short and plain: no cleaning, no graphemes.
        if text.len() <= usize::from(at.width) && text.bytes().all(|b| matches!(b, b' '..=b'~')) {
            for (x, byte) in (at.x..).zip(text.bytes()) {
                let cell = &mut self.buffer[(x, at.y)];
                cell.reset();
                cell.set_char(char::from(byte)).set_style(style);
            }
            return cells(text.len());
        }
        let text = fit(text, at.width.into());
        self.clear(Rect { width: width(&text), height: 1, ..at });
        let (x, _) = self.buffer.set_stringn(at.x, at.y, text, at.width.into(), style);
        x - at.x
    }

    /// Writes at the right end of the first row of a place.
    pub fn right(&mut self, at: Rect, text: &str, style: Style) {
        let text = clean(text);
        let used = width(&text).min(at.width);
        self.text(Rect { x: at.x + at.width - used, width: used, ..at }, &text, style);
    }

    /// Writes spans one after the other; tells how many columns were used.
    pub fn spans(&mut self, at: Rect, spans: &[Span]) -> u16 {
        let mut rest = at;
        for span in spans {
            let used = self.text(rest, &span.content, span.style);
            rest.take_left(used);
        }
        at.width - rest.width
    }

    /// One character.
    pub fn glyph(&mut self, x: u16, y: u16, glyph: char, style: Style) {
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            cell.reset();
            cell.set_char(glyph).set_style(style);
        }
    }

    /// One character all over a place.
    pub fn fill(&mut self, at: Rect, glyph: char, style: Style) {
        for position in at.intersection(self.buffer.area).positions() {
            self.glyph(position.x, position.y, glyph, style);
        }
    }

    /// A thin line down a column, over what is there: between blanks, and through what is filled.
    pub fn line_over(&mut self, at: Rect, style: Style) {
        for position in at.intersection(self.buffer.area).positions() {
            let cell = &mut self.buffer[position];
            match cell.symbol() {
                " " => cell.set_char('│').set_style(style),
                "█" => cell.set_char('│').set_style(Modifier::REVERSED),
                _ => cell,
            };
        }
    }

    /// Takes colours and emphasis from everything, and what it does when it is clicked: something else is in front
    /// now.
    pub fn fade(&mut self, at: Rect) {
        self.target(at, Target::Outside);
        let faint = self.theme.faint;
        for position in at.intersection(self.buffer.area).positions() {
            let cell = &mut self.buffer[position];
            cell.set_style(ratatui::style::Style::reset()).set_style(faint);
        }
    }

    /// Adds a style to what is there.
    pub fn restyle(&mut self, at: Rect, style: Style) {
        self.buffer.set_style(at.intersection(self.buffer.area), style);
    }

    /// Empties a place.
    pub fn clear(&mut self, at: Rect) {
        for position in at.intersection(self.buffer.area).positions() {
            self.buffer[position].reset();
        }
    }

    /// The heading of a section: the title, what belongs to it in faint text, and a rule to the end.
    pub fn heading(&mut self, at: Rect, title: &str, note: &str) {
        let mut rest = at;
        if !title.is_empty() {
            let used = self.text(rest, title, self.theme.strong);
            rest.take_left(used + 1);
        }
        if !note.is_empty() {
            let used = self.text(rest, note, self.theme.faint);
            rest.take_left(used + 1);
        }
        self.fill(Rect { height: rest.height.min(1), ..rest }, '─', self.theme.faint);
    }

    /// A frame of lines around a place, with a title; gives the place inside.
    pub fn frame(&mut self, at: Rect, title: &str, style: Style) -> Rect {
        // A column of air on either side keeps the frame apart from what lies under it.
        self.target(at, Target::Inside);
        let all = self.buffer.area;
        // Where hardly more would be left at its sides than single letters, nothing is.
        let air = if all.width - at.width.min(all.width) <= 2 * SLIVER { SLIVER } else { 1 };
        let left = at.x.saturating_sub(air);
        self.clear(Rect { x: left, width: at.right().saturating_add(air).min(all.right()) - left, ..at });
        if at.width < 2 || at.height < 2 {
            return Rect { width: 0, height: 0, ..at };
        }
        let (right, bottom) = (at.right() - 1, at.bottom() - 1);
        for x in at.x..=right {
            self.glyph(x, at.y, '─', style);
            self.glyph(x, bottom, '─', style);
        }
        for y in at.y..=bottom {
            self.glyph(at.x, y, '│', style);
            self.glyph(right, y, '│', style);
        }
        for (x, y, corner) in [(at.x, at.y, '┌'), (right, at.y, '┐'), (at.x, bottom, '└'), (right, bottom, '┘')]
        {
            self.glyph(x, y, corner, style);
        }
        let title = format!(" {title} ");
        self.text(Rect { x: at.x + 2, width: at.width.saturating_sub(4), ..at }, &title, self.theme.strong);
        Rect { x: at.x + 1, y: at.y + 1, width: at.width - 2, height: at.height - 2 }
    }
}

/// A space at which no line breaks.
pub const NO_BREAK: char = '\u{a0}';

/// Breaks a text into lines of at most `columns`, at spaces where there are any. The text is cleaned first.
pub fn wrap(text: &str, columns: u16) -> Vec<String> {
    let columns = usize::from(columns.max(1));
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    // Spaces that held a value and its unit together have done their work.
    lines.iter_mut().filter(|l| l.contains(NO_BREAK)).for_each(|l| *l = l.replace(NO_BREAK, " "));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_never_larger_than_what_is_left() {
        let mut area = Rect::new(0, 0, 10, 3);
        assert_eq!(area.take_top(2), Rect::new(0, 0, 10, 2));
        assert_eq!(area.take_bottom(5), Rect::new(0, 2, 10, 1));
        assert_eq!(area.height, 0);
        assert_eq!(area.take_left(20).width, 10);
        assert_eq!(Rect::new(0, 0, 1, 1).narrowed(3), Rect::new(0, 0, 1, 1));
    }

    #[test]
    fn text_stays_in_its_place_and_shows_that_it_was_cut() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let theme = Theme::terminal();
        let mut sheet = Sheet::new(&mut buffer, &theme);
        sheet.text(Rect::new(1, 0, 5, 1), "web-server", Style::new());
        sheet.text(Rect::new(0, 7, 5, 1), "below", Style::new());
        sheet.right(Rect::new(6, 0, 2, 1), "9", Style::new());
        assert_eq!(buffer, Buffer::with_lines([" web-… 9"]));
    }

    #[test]
    fn lines_break_at_spaces() {
        assert_eq!(wrap("the token is wrong", 10), ["the token", "is wrong"]);
        assert_eq!(wrap("CPU 70\u{a0}% and", 8), ["CPU 70 %", "and"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
    }
}
