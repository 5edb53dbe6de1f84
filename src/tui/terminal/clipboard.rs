//! Text for the clipboard of the terminal, as an OSC 52 sequence: it works over SSH, where no other clipboard can
//! be reached. The terminal may not allow it, and does not say so. tmux and screen pass it on only when asked to.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What stands between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Multiplexer {
    /// Nothing.
    #[default]
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// The most bytes of text that are copied: terminals cut off or refuse what is much longer.
pub const LIMIT: usize = 8 * 1024;

/// The most bytes that screen takes in one piece, with room to spare.
const CHUNK: usize = 240;

impl Multiplexer {
    /// By the environment. tmux calls its terminal `screen` as well, so it is asked for first.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let term = variable("TERM").unwrap_or_default();
        if is_set("TMUX") {
            Self::Tmux
        } else if is_set("STY") || term == "screen" || term.starts_with("screen.") {
            Self::Screen
        } else {
            Self::None
        }
    }

    /// The bytes that put a text on the clipboard.
    #[must_use]
    pub fn copy(self, text: &str) -> String {
        let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
        match self {
            Self::None => plain,
            // One of the two arrives: tmux takes the first with `set-clipboard on`, the second with
            // `allow-passthrough on`.
            Self::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")),
            Self::Screen => {
                let mut wrapped = String::with_capacity(plain.len() * 2);
                let mut rest = plain.as_str();
                while !rest.is_empty() {
                    let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
                    let _ = write!(wrapped, "\x1bP{chunk}\x1b\\");
                    rest = after;
                }
                wrapped
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bytes_are_those_that_terminals_know() {
        assert_eq!(Multiplexer::None.copy("203.0.113.7"), "\x1b]52;c;MjAzLjAuMTEzLjc=\x07");
        assert_eq!(Multiplexer::Tmux.copy("web"), "\x1b]52;c;d2Vi\x07\x1bPtmux;\x1b\x1b]52;c;d2Vi\x07\x1b\\");
        assert_eq!(Multiplexer::Screen.copy("web"), "\x1bP\x1b]52;c;d2Vi\x07\x1b\\");
    }

    #[test]
    fn the_environment_tells_what_stands_between() {
        let detect = |variables: &[(&str, &str)]| {
            Multiplexer::detect(|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(detect(&[("TERM", "xterm-256color")]), Multiplexer::None);
        assert_eq!(detect(&[("TERM", "screen-256color"), ("TMUX", "/run/tmux,1,0")]), Multiplexer::Tmux);
        assert_eq!(detect(&[("TERM", "screen.xterm-256color")]), Multiplexer::Screen);
        assert_eq!(detect(&[("TERM", "xterm"), ("STY", "1.pts")]), Multiplexer::Screen);
    }

    proptest! {
        #[test]
        fn screen_gets_no_piece_that_it_would_cut(text in ".{0,900}") {
            let copied = Multiplexer::Screen.copy(&text);
            let pieces: Vec<&str> = copied.split_terminator("\x1b\\").map(|p| p.strip_prefix("\x1bP").unwrap()).collect();
            prop_assert!(pieces.iter().all(|piece| piece.len() <= CHUNK));
            prop_assert_eq!(pieces.concat(), Multiplexer::None.copy(&text));
            prop_assert!(copied.is_ascii());
        }
    }
}
