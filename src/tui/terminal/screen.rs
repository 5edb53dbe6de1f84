//! Turns the difference between two frames into bytes. A frame is collected and leaves in one write, between
//! the marks of a synchronized update, so that no half of it is ever seen; no difference is no byte at all.
//! Nothing is ever asked of the terminal.

use std::fmt::Write as _;
use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use super::tty::Output;

const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// The screen of an [`Output`].
pub struct Screen<O> {
    output: O,
    /// The frame that is being collected; kept between frames for its memory.
    frame: String,
    cursor: Position,
    cursor_shown: bool,
}

impl<O: Output> Screen<O> {
    /// A screen that was just entered: nothing on it, no cursor.
    pub fn new(output: O) -> Self {
        Self { output, frame: String::with_capacity(64 * 1024), cursor: Position::ORIGIN, cursor_shown: false }
    }

    /// The cursor is hidden again, by somebody else.
    pub fn forget_cursor(&mut self) {
        self.cursor_shown = false;
    }

    /// Sends what is no picture, with the next frame.
    pub fn send(&mut self, bytes: &str) {
        self.put(bytes);
    }

    /// Drops what is collected and not yet written.
    pub fn forget_frame(&mut self) {
        self.frame.clear();
    }

    fn put(&mut self, bytes: &str) {
        if self.frame.is_empty() {
            self.frame.push_str(BEGIN);
        }
        self.frame.push_str(bytes);
    }

    fn move_to(&mut self, Position { x, y }: Position) {
        self.put("");
        // Writing to a string cannot fail.
        let _ = write!(self.frame, "\x1b[{};{}H", y.saturating_add(1), x.saturating_add(1));
    }

    fn set_style(&mut self, from: &Pen, to: &Pen) {
        if from.modifier == to.modifier {
            if from.fg != to.fg {
                self.set_sgr(|frame| push_color(frame, to.fg, Layer::Foreground));
            }
            if from.bg != to.bg {
                self.set_sgr(|frame| push_color(frame, to.bg, Layer::Background));
            }
            return;
        }
        self.set_sgr(|frame| {
            frame.push('0');
            for (modifier, code) in MODIFIERS {
                if to.modifier.contains(modifier) {
                    let _ = write!(frame, ";{code}");
                }
            }
            for (color, layer) in [(to.fg, Layer::Foreground), (to.bg, Layer::Background)] {
                if color != Color::Reset {
                    frame.push(';');
                    push_color(frame, color, layer);
                }
            }
        });
    }

    fn set_sgr(&mut self, codes: impl FnOnce(&mut String)) {
        self.put("\x1b[");
        codes(&mut self.frame);
        self.frame.push('m');
    }
}

/// How characters are written at the moment.
#[derive(Clone, Copy, PartialEq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };
}

const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

#[derive(Clone, Copy)]
enum Layer {
    Foreground = 30,
    Background = 40,
}

/// The terminal's own 16 colours by the codes that every terminal with colours knows.
fn push_color(codes: &mut String, color: Color, layer: Layer) {
    let base = layer as u8;
    let _ = match color {
        Color::Reset => write!(codes, "{}", base + 9),
        Color::Black => write!(codes, "{base}"),
        Color::Red => write!(codes, "{}", base + 1),
        Color::Green => write!(codes, "{}", base + 2),
        Color::Yellow => write!(codes, "{}", base + 3),
        Color::Blue => write!(codes, "{}", base + 4),
        Color::Magenta => write!(codes, "{}", base + 5),
        Color::Cyan => write!(codes, "{}", base + 6),
        Color::Gray => write!(codes, "{}", base + 7),
        Color::DarkGray => write!(codes, "{}", base + 60),
        Color::LightRed => write!(codes, "{}", base + 61),
        Color::LightGreen => write!(codes, "{}", base + 62),
        Color::LightYellow => write!(codes, "{}", base + 63),
        Color::LightBlue => write!(codes, "{}", base + 64),
        Color::LightMagenta => write!(codes, "{}", base + 65),
        Color::LightCyan => write!(codes, "{}", base + 66),
        Color::White => write!(codes, "{}", base + 67),
        Color::Indexed(index) => write!(codes, "{};5;{index}", base + 8),
        Color::Rgb(r, g, b) => write!(codes, "{};2;{r};{g};{b}", base + 8),
    };
}

impl<O: Output> Backend for Screen<O> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut pen = Pen::PLAIN;
        let mut next = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                self.move_to(Position { x, y });
            }
            next = Some((x + 1, y));
            let wanted = Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
            self.set_style(&pen, &wanted);
            pen = wanted;
            self.put(cell.symbol());
        }
        if pen != Pen::PLAIN {
            self.put("\x1b[0m");
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.cursor_shown) {
            self.put("\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.cursor_shown, true) {
            self.put("\x1b[?25h");
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        // Whatever was drawn has moved it.
        if !self.frame.is_empty() || self.cursor != position {
            self.move_to(position);
            self.cursor = position;
        }
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.put(match region {
            ClearType::All => "\x1b[0m\x1b[2J",
            ClearType::AfterCursor => "\x1b[J",
            ClearType::BeforeCursor => "\x1b[1J",
            ClearType::CurrentLine => "\x1b[2K",
            ClearType::UntilNewLine => "\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        self.output.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.push_str(END);
        let result = self.output.write_frame(self.frame.as_bytes());
        self.frame.clear();
        result
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell as Slot, RefCell};
    use std::rc::Rc;

    use ratatui::Terminal;
    use ratatui::style::Style;
    use ratatui::text::Span;

    use super::*;

    #[derive(Clone, Default)]
    struct Recorder(Rc<RefCell<Vec<String>>>, Rc<Slot<Size>>);

    impl Output for Recorder {
        fn write_frame(&self, bytes: &[u8]) -> io::Result<()> {
            self.0.borrow_mut().push(String::from_utf8(bytes.to_vec()).unwrap());
            Ok(())
        }

        fn size(&self) -> io::Result<Size> {
            Ok(self.1.get())
        }
    }

    fn terminal() -> (Recorder, Terminal<Screen<Recorder>>) {
        let recorder = Recorder::default();
        recorder.1.set(Size::new(20, 3));
        let terminal = Terminal::new(Screen::new(recorder.clone())).unwrap();
        (recorder, terminal)
    }

    fn show(terminal: &mut Terminal<Screen<Recorder>>, text: &str, style: Style, cursor: Option<(u16, u16)>) {
        terminal
            .draw(|frame| {
                frame.render_widget(Span::styled(text, style), frame.area());
                if let Some(cursor) = cursor {
                    frame.set_cursor_position(cursor);
                }
            })
            .unwrap();
    }

    #[test]
    fn a_frame_is_one_synchronized_write_and_the_same_frame_again_is_none() {
        let (written, mut terminal) = terminal();
        show(&mut terminal, "load 0.42", Style::new(), None);
        show(&mut terminal, "load 0.42", Style::new(), None);
        show(&mut terminal, "load 0.43", Style::new(), None);
        assert_eq!(
            *written.0.borrow(),
            ["\x1b[?2026h\x1b[1;1Hload\x1b[1;6H0.42\x1b[?2026l", "\x1b[?2026h\x1b[1;9H3\x1b[?2026l"]
        );
    }

    #[test]
    fn what_is_copied_leaves_with_the_next_frame_and_never_after_a_suspension() {
        let (written, mut terminal) = terminal();
        show(&mut terminal, "load", Style::new(), None);
        terminal.backend_mut().send("\x1b]52;c;d2Vi\x07");
        show(&mut terminal, "lead", Style::new(), None);
        assert_eq!(written.0.borrow()[1..], ["\x1b[?2026h\x1b]52;c;d2Vi\x07\x1b[1;2He\x1b[?2026l"]);
        terminal.backend_mut().send("\x1b]52;c;d2Vi\x07");
        terminal.backend_mut().forget_frame();
        show(&mut terminal, "lead", Style::new(), None);
        assert_eq!(written.0.borrow().len(), 2);
    }

    #[test]
    fn a_cursor_that_stays_costs_nothing_and_one_that_goes_is_hidden_once() {
        let (written, mut terminal) = terminal();
        for cursor in [Some((4, 0)), Some((4, 0)), Some((5, 0)), None, None] {
            show(&mut terminal, "/web", Style::new(), cursor);
        }
        let written = written.0.borrow();
        assert_eq!(written.len(), 3, "{written:?}");
        assert_eq!(written[1], "\x1b[?2026h\x1b[1;6H\x1b[?2026l");
        assert_eq!(written[2], "\x1b[?2026h\x1b[?25l\x1b[?2026l");
    }

    #[test]
    fn styles_use_the_codes_that_every_terminal_knows_and_end_with_the_frame() {
        let (written, mut terminal) = terminal();
        show(&mut terminal, "x", Style::new().red().bold().reversed(), None);
        assert!(written.0.borrow()[0].contains("\x1b[1;1H\x1b[0;1;7;31mx\x1b["), "{written:?}", written = written.0);
        assert!(written.0.borrow()[0].ends_with("\x1b[0m\x1b[?2026l"));
        show(&mut terminal, "y", Style::new().light_blue().bg(Color::Indexed(52)), None);
        assert!(written.0.borrow()[1].contains("\x1b[94m\x1b[48;5;52my"));
    }

    #[test]
    fn another_size_is_drawn_anew_in_the_same_write() {
        let (written, mut terminal) = terminal();
        show(&mut terminal, "load", Style::new(), None);
        written.1.set(Size::new(2, 1));
        show(&mut terminal, "load", Style::new(), None);
        let written = written.0.borrow();
        assert_eq!(written.len(), 2);
        assert!(written[1].contains("\x1b[2J") && written[1].contains("lo") && !written[1].contains("loa"));
    }
}
