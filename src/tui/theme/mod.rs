//! The styles of the screen, named by what they mean. Themes are TOML files: those of [`Theme::names`] are in the
//! program, others come from the user. `file` reads them, `depth` brings their colours down to those that a
//! terminal has. Colour is never the only sign of a state; without colours, bold, dim and reverse remain.

mod depth;
mod file;
#[cfg(test)]
mod tests;

use ratatui::style::{Modifier, Style};

pub use depth::Depth;
pub use file::{ThemeError, ThemeMistake};

/// A style for each meaning; there are few on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What matters less: labels, units, rules, what is still to come.
    pub faint: Style,
    /// Headings, what runs now, and what the eye should find first.
    pub strong: Style,
    /// Healthy, done, on.
    pub good: Style,
    /// Somebody should look: above a threshold, a warning. What runs as it should is no such thing.
    pub attention: Style,
    /// Failed, broken, or taking something away.
    pub bad: Style,
    /// Pictures of measured values.
    pub data: Style,
    /// Where scaling begins, as a line in these pictures.
    pub threshold: Style,
    /// The selected row, and the button that has the focus.
    pub selected: Style,
}

/// The themes in the program: the first is the default.
const EMBEDDED: [(&str, &str); 6] = [
    ("terminal", include_str!("../../../assets/themes/terminal.toml")),
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../../assets/themes/colour-blind.toml")),
    ("mono", include_str!("../../../assets/themes/mono.toml")),
];

impl Theme {
    /// The terminal's own colours on its own background, and only those that can be read on dark and on light: no
    /// white, no black, no yellow. What a theme leaves out is as here.
    #[must_use]
    pub const fn terminal() -> Self {
        use ratatui::style::Color::{Cyan, Green, Magenta, Red};
        let faint = Style::new().add_modifier(Modifier::DIM);
        Self {
            text: Style::new(),
            faint,
            strong: Style::new().add_modifier(Modifier::BOLD),
            good: Style::new().fg(Green),
            attention: Style::new().fg(Magenta).add_modifier(Modifier::BOLD),
            bad: Style::new().fg(Red).add_modifier(Modifier::BOLD),
            data: Style::new().fg(Cyan),
            threshold: faint,
            selected: Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    /// No colour at all, as `NO_COLOR` asks; bold, dim and reverse stay.
    #[must_use]
    pub fn monochrome() -> Self {
        Self::terminal().at(Depth::None)
    }

    /// The names of the themes in the program, the default first.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        EMBEDDED.iter().map(|(name, _)| *name).collect()
    }

    /// The theme in the program that has this name.
    pub fn named(name: &str) -> Result<Self, ThemeError> {
        match EMBEDDED.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::parse(text, &format!("{name}.toml")),
            None => Err(ThemeError::Unknown { name: name.to_owned() }),
        }
    }

    /// The theme with the colours that a terminal has. What only a colour told apart is bold or reversed when
    /// there is none, and reversed when two colours have become one.
    #[must_use]
    pub fn at(mut self, depth: Depth) -> Self {
        let was_apart = self.bad != self.attention;
        for (_, style) in self.roles() {
            *style = depth.fit(*style);
        }
        if depth == Depth::None {
            let bold = |style: Style| if style.add_modifier.is_empty() { style.bold() } else { style };
            self.attention = bold(self.attention);
            self.bad = bold(self.bad);
        }
        if was_apart && self.bad == self.attention && depth != Depth::None {
            self.bad = self.bad.reversed();
        }
        if self.selected.bg.is_none() && !self.selected.add_modifier.contains(Modifier::REVERSED) {
            self.selected = self.selected.reversed();
        }
        self
    }

    /// A word that stands out like a label stuck on: the style, reversed and bold. Of the terminal's own colours only
    /// the dark ones are kept: on a light background its text on green or cyan could not be read.
    #[must_use]
    pub const fn badge(style: Style) -> Style {
        use ratatui::style::Color::{Blue, Indexed, Magenta, Red, Rgb};
        let fg = match style.fg {
            Some(Red | Magenta | Blue | Rgb(..) | Indexed(_)) => style.fg,
            _ => None,
        };
        Style { fg, ..style }.add_modifier(Modifier::REVERSED).add_modifier(Modifier::BOLD)
    }

    /// Each style with the word that stands for it in a file.
    fn roles(&mut self) -> [(&'static str, &mut Style); 9] {
        [
            ("text", &mut self.text),
            ("faint", &mut self.faint),
            ("strong", &mut self.strong),
            ("good", &mut self.good),
            ("attention", &mut self.attention),
            ("bad", &mut self.bad),
            ("data", &mut self.data),
            ("threshold", &mut self.threshold),
            ("selected", &mut self.selected),
        ]
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::terminal()
    }
}
