//! The one place where a frame becomes plain ASCII: the widgets draw as if every terminal knew Unicode, and here
//! each character gets a stand-in below 0x80 of the same width.

use ratatui::buffer::Buffer;

/// Replaces every character that is not ASCII.
pub fn translate(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if !symbol.is_ascii() {
            let stand_in = symbol.chars().next().map_or(' ', stand_in);
            cell.set_char(stand_in);
        }
    }
}

fn stand_in(glyph: char) -> char {
    match glyph {
        '▁' | '⣀' => '_',
        '▂' | '░' | '·' => '.',
        '▃' | '─' | '⠤' | '⠒' | '–' | '−' => '-',
        '▄' => '=',
        '▅' | '┌' | '┐' | '└' | '┘' | '┼' | '┴' | '┤' => '+',
        // Done is as good as healthy, and not the `v` of what goes down.
        '▆' | '●' | '✓' => '*',
        '▇' | '█' => '#',
        '│' => '|',
        '▼' | '↓' => 'v',
        '✗' | '×' => 'x',
        '○' => 'o',
        '▲' | '↑' => '^',
        '▶' | '›' | '≥' | '→' => '>',
        '◀' | '‹' | '←' => '<',
        '…' => '~',
        '’' | '⠉' => '\'',
        '\u{a0}' => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_and_what_goes_down_or_fails_are_told_apart() {
        let signs: Vec<char> = ['✓', '▼', '▲', '✗', '▶', '○', '·', '−'].map(stand_in).to_vec();
        assert!(signs.iter().enumerate().all(|(i, sign)| !signs[..i].contains(sign)), "{signs:?}");
    }

    #[test]
    fn everything_gets_a_stand_in_of_its_own_width() {
        let mut buffer = Buffer::with_lines(["▁▂▃▄▅▆▇█ ● web…", "日本 é –"]);
        let width = buffer.area.width;
        translate(&mut buffer);
        assert!(buffer.content.iter().all(|cell| cell.symbol().is_ascii()));
        assert_eq!(buffer.area.width, width);
        assert_eq!(
            buffer.content[..15].iter().map(ratatui::buffer::Cell::symbol).collect::<String>(),
            "_.-=+*## * web~"
        );
    }
}
