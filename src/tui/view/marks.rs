//! The marks of a chart where droplets came and went, each with how many serve from there on.

use ratatui::layout::Rect;

use super::sheet::{Sheet, cells, width};
use super::spark::Window;
use crate::cluster::Series;

/// The mark where droplets came, and where they went.
pub const CAME: char = '▲';
pub const WENT: char = '▼';

/// What the marks are, for those who see them for the first time.
pub const LEGEND: &str = "▲▼ so many serve from then on";

/// What stands beside such a mark.
pub fn how_many(serving: f64) -> String {
    let serve = if (serving - 1.0).abs() < 0.5 { "serves" } else { "serve" };
    format!("{serving:.0} {serve}")
}

/// A change of how many droplets serve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    column: u16,
    sign: char,
    /// How many serve from there on.
    serving: f64,
}

/// The changes in a window, the newest first; of several in one column the newest.
pub fn of(serving: &Series, window: Window, columns: u16) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for pair in serving.samples().windows(2).rev() {
        // Counts are whole numbers.
        if (pair[0].value - pair[1].value).abs() < 0.5 {
            continue;
        }
        let Some(column) = window.column_of(pair[1].at, columns.into()).map(cells) else { continue };
        if marks.last().is_none_or(|newer| newer.column != column) {
            let sign = if pair[1].value > pair[0].value { CAME } else { WENT };
            marks.push(Mark { column, sign, serving: pair[1].value });
        }
    }
    marks
}

/// Draws them. A text stands right at its mark, on its other side is a blank, and it hides no other mark: where there
/// is no room it is only the number, or nothing.
pub fn draw(sheet: &mut Sheet, at: Rect, marks: &[Mark]) {
    let style = sheet.theme.strong;
    for (column, text) in texts(marks, at.width) {
        sheet.text(Rect { x: at.x + column, width: width(&text), ..at }, &text, style);
    }
}

/// What stands from which column on.
fn texts(marks: &[Mark], columns: u16) -> Vec<(u16, String)> {
    let mut texts = Vec::new();
    // What is to the left of the newer ones ends before this column, with a blank after it.
    let mut limit = columns + 1;
    for (mark, older) in marks.iter().zip(marks.iter().skip(1).map(Some).chain([None])) {
        let begin = older.map_or(0, |older| older.column + 2);
        let (column, text) = text(*mark, begin, limit, columns);
        limit = column;
        texts.push((column, text));
    }
    texts
}

/// The longest text of a mark that has room, with the column where it begins: behind the mark or, most of all at the
/// right edge, before it.
fn text(mark: Mark, begin: u16, limit: u16, columns: u16) -> (u16, String) {
    let Mark { column, sign, serving } = mark;
    let (long, short) = (how_many(serving), format!("{serving:.0}"));
    let is_at_edge = column + 1 + width(&long) > columns;
    for (text, may_mirror) in [(long, is_at_edge), (short, true)] {
        if column + 1 + width(&text) < limit {
            return (column, format!("{sign}{text}"));
        }
        let start = column.checked_sub(width(&text)).filter(|start| *start >= begin);
        if let Some(start) = start.filter(|_| may_mirror) {
            return (start, format!("{text}{sign}"));
        }
    }
    (column, sign.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row of these marks, the oldest first.
    fn row(marks: &[(u16, f64)], columns: u16) -> String {
        let marks: Vec<Mark> =
            marks.iter().rev().map(|&(column, serving)| Mark { column, sign: CAME, serving }).collect();
        let mut row: Vec<char> = vec![' '; columns.into()];
        for (column, text) in texts(&marks, columns) {
            for (at, sign) in (usize::from(column)..).zip(text.chars()) {
                assert_eq!(row[at], ' ', "nothing hides anything");
                row[at] = sign;
            }
        }
        row.into_iter().collect()
    }

    #[test]
    fn a_text_stands_at_its_mark_on_either_side() {
        assert_eq!(row(&[(2, 3.0)], 20), "  ▲3 serve          ");
        assert_eq!(row(&[(19, 3.0)], 20), "            3 serve▲");
        assert_eq!(row(&[(2, 3.0), (19, 4.0)], 20), "  ▲3 serve  4 serve▲");
        assert_eq!(row(&[(12, 3.0)], 20), "            ▲3 serve");
    }

    #[test]
    fn a_number_alone_comes_before_nothing_and_no_mark_is_hidden() {
        assert_eq!(row(&[(2, 3.0), (8, 4.0)], 20), "  ▲3    ▲4 serve    ");
        assert_eq!(row(&[(17, 3.0), (19, 4.0)], 20), "          3 serve▲ ▲", "between them it could be of either");
        assert_eq!(row(&[(11, 3.0), (19, 4.0)], 20), "           ▲3     4▲");
        assert_eq!(row(&[(4, 2.0), (5, 3.0), (6, 4.0)], 20), "   2▲▲▲4 serve      ");
    }

    #[test]
    fn anything_fits_any_width() {
        for columns in 1..40 {
            for first in 0..columns {
                for second in first + 1..columns {
                    let row = row(&[(first, 9.0), (second, 10.0)], columns);
                    assert_eq!(row.matches(CAME).count(), 2, "{row:?}");
                }
            }
        }
    }
}
