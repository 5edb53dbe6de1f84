//! The styles of the screen, named by what they mean. The default uses the terminal's own 16 colours on its own
//! background, and only those that can be read on dark and on light: no white, no black, no yellow. Colour is
//! never the only sign of a state; without colours, bold, dim and reverse remain.

use ratatui::style::{Color, Modifier, Style};

/// A style for each meaning; there are few on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What matters less: labels, units, rules, what is still to come.
    pub faint: Style,
    /// Headings, and what the eye should find first.
    pub strong: Style,
    /// Healthy, done, on.
    pub good: Style,
    /// Somebody should look: busy, a warning, something under way.
    pub attention: Style,
    /// Failed, broken, or taking something away.
    pub bad: Style,
    /// Pictures of measured values.
    pub data: Style,
    /// The selected row, and the button that has the focus.
    pub selected: Style,
}

impl Theme {
    /// The terminal's own colours.
    #[must_use]
    pub const fn terminal() -> Self {
        Self {
            text: Style::new(),
            faint: Style::new().add_modifier(Modifier::DIM),
            strong: Style::new().add_modifier(Modifier::BOLD),
            good: Style::new().fg(Color::Green),
            attention: Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD),
            bad: Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
            data: Style::new().fg(Color::Cyan),
            selected: Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// No colour at all, as `NO_COLOR` asks; bold, dim and reverse stay.
    #[must_use]
    pub const fn monochrome() -> Self {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        Self { good: Style::new(), attention: bold, bad: bold, data: Style::new(), ..Self::terminal() }
    }

    /// A word that stands out like a label stuck on: the style, reversed and bold.
    #[must_use]
    pub const fn badge(style: Style) -> Style {
        style.add_modifier(Modifier::REVERSED).add_modifier(Modifier::BOLD)
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::terminal()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styles(theme: &Theme) -> [Style; 8] {
        let Theme { text, faint, strong, good, attention, bad, data, selected } = *theme;
        [text, faint, strong, good, attention, bad, data, selected]
    }

    #[test]
    fn only_colours_that_can_be_read_on_dark_and_light() {
        for style in styles(&Theme::terminal()) {
            assert_eq!(style.bg, None, "the background is the terminal's own");
            assert!(
                matches!(style.fg, None | Some(Color::Red | Color::Green | Color::Magenta | Color::Cyan)),
                "{style:?}"
            );
        }
    }

    #[test]
    fn without_colours_what_matters_is_still_told_apart() {
        let theme = Theme::monochrome();
        assert!(styles(&theme).iter().all(|style| style.fg.is_none() && style.bg.is_none()));
        assert!(theme.bad.add_modifier.contains(Modifier::BOLD));
        assert!(theme.selected.add_modifier.contains(Modifier::REVERSED));
        assert!(Theme::badge(theme.good).add_modifier.contains(Modifier::REVERSED));
    }
}
