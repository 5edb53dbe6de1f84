//! How many colours a terminal has, by its environment alone, and the nearest of them for any colour. A terminal
//! is never sent a code for colours that it does not have.

use std::fmt;

use ratatui::style::{Color, Modifier, Style};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None; bold, dim and reverse at most.
    None,
    /// The eight of the codes 30 to 37.
    Eight,
    /// These and eight bright ones, 90 to 97.
    Sixteen,
    /// 256 by their numbers.
    Indexed,
    /// Red, green and blue as numbers.
    True,
}

impl Depth {
    /// All, from few to many, by the words of the configuration.
    pub const ALL: [(&'static str, Self); 5] =
        [("none", Self::None), ("8", Self::Eight), ("16", Self::Sixteen), ("256", Self::Indexed), ("true", Self::True)];

    /// The one with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, depth)| *depth)
    }

    /// By <https://no-color.org>, and by what the terminal has.
    #[must_use]
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let forbidden = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        if forbidden { Self::None } else { Self::of_terminal(variable) }
    }

    /// By what the terminal has, whatever `NO_COLOR` says.
    #[must_use]
    pub fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        const NONE: [&str; 8] = ["dumb", "vt52", "vt100", "vt102", "vt220", "vt320", "vt420", "wy60"];
        const TRUE: [&str; 6] = ["alacritty", "foot", "wezterm", "xterm-kitty", "xterm-ghostty", "contour"];
        let term = variable("TERM").unwrap_or_default();
        let is_one_of = |names: &[&str]| names.contains(&term.as_str());
        if is_one_of(&NONE) || term.ends_with("-mono") || term.ends_with("-m") {
            return Self::None;
        }
        if is_one_of(&TRUE) || term.contains("-direct") || term.contains("truecolor") {
            return Self::True;
        }
        let promises_true = matches!(variable("COLORTERM").as_deref(), Some("truecolor" | "24bit"));
        // The Linux console and its like say so with less; what somebody else's variable says is not theirs.
        let is_console = ["linux", "cons25", "vt", "ansi", "cygwin"].iter().any(|name| term.starts_with(name));
        // GNU screen hands on what its terminal promised, and shows 256 colours at most.
        let in_screen = variable("STY").is_some_and(|value| !value.is_empty());
        match term.as_str() {
            _ if is_console => Self::Eight,
            _ if promises_true && !in_screen => Self::True,
            _ if promises_true || term.contains("256") => Self::Indexed,
            "xterm" | "konsole" | "xterm-16color" | "rxvt-16color" => Self::Sixteen,
            _ => Self::Eight,
        }
    }

    /// The style with the nearest colours that there are. Text never vanishes in its background: when both come
    /// out the same, they are reversed in place of it.
    #[must_use]
    pub fn fit(self, style: Style) -> Style {
        let mut fitted = style;
        fitted.fg = style.fg.and_then(|color| self.nearest(color));
        fitted.bg = style.bg.and_then(|color| self.nearest(color)).map(|color| self.without_brightness(color));
        if let (Self::Eight, Some(color)) = (self, fitted.fg) {
            if is_bright(color) {
                fitted = fitted.add_modifier(Modifier::BOLD);
            }
            fitted.fg = Some(self.without_brightness(color));
        }
        let had_background = style.bg.is_some_and(|color| color != Color::Reset);
        if had_background && fitted.fg.unwrap_or(Color::Reset) == fitted.bg.unwrap_or(Color::Reset) {
            (fitted.fg, fitted.bg) = (None, None);
            fitted = fitted.add_modifier(Modifier::REVERSED);
        }
        fitted
    }

    /// The nearest colour; with eight a bright one is given as it is, to become bold. `None` without colours.
    fn nearest(self, color: Color) -> Option<Color> {
        match (self, color) {
            (Self::None, _) => None,
            (Self::Indexed, Color::Rgb(r, g, b)) => Some(Color::Indexed(nearest_index([r, g, b]))),
            (Self::Eight | Self::Sixteen, Color::Rgb(r, g, b)) => Some(nearest_named([r, g, b])),
            (Self::Eight | Self::Sixteen, Color::Indexed(index)) => Some(match NAMED.get(usize::from(index)) {
                Some((named, _)) => *named,
                None => nearest_named(rgb_of(index)),
            }),
            // The terminal's own, or one that it has.
            _ => Some(color),
        }
    }

    fn without_brightness(self, color: Color) -> Color {
        let place = NAMED.iter().position(|(named, _)| *named == color);
        match place {
            Some(place) if self == Self::Eight => NAMED[place % 8].0,
            _ => color,
        }
    }
}

/// As in the configuration.
impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(_, depth)| depth == self).map_or("", |(name, _)| *name);
        f.write_str(name)
    }
}

/// The sixteen by their numbers, and how most terminals show them.
const NAMED: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

fn is_bright(color: Color) -> bool {
    NAMED.iter().skip(8).any(|(named, _)| *named == color)
}

/// The steps of the cube of 216 colours.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colour of a number from 16 upwards: the cube, then 24 greys.
fn rgb_of(index: u8) -> [u8; 3] {
    if index >= 232 {
        return [8 + (index - 232) * 10; 3];
    }
    let cube = index.saturating_sub(16);
    [cube / 36, cube / 6 % 6, cube % 6].map(|step| CUBE[usize::from(step)])
}

/// The nearest of the numbers whose colours are the same everywhere: those below 16 are the user's to choose.
fn nearest_index(color: [u8; 3]) -> u8 {
    (16..=255).min_by_key(|index| distance(color, rgb_of(*index))).unwrap_or(16)
}

/// The nearest of the sixteen. A pale colour would be nearest to a grey and lose its meaning, so its hue is
/// looked at with the paleness taken out.
fn nearest_named(color: [u8; 3]) -> Color {
    let (least, most) = (color.iter().min().copied().unwrap_or(0), color.iter().max().copied().unwrap_or(0));
    let is_grey = most - least < 40;
    let among = NAMED.iter().enumerate().filter(|(place, _)| matches!(place, 0 | 7 | 8 | 15) == is_grey);
    let vivid = color.map(|part| if is_grey { part } else { stretched(part, least, most) });
    let nearest = among.min_by_key(|(_, (_, rgb))| distance(vivid, *rgb));
    nearest.map_or(Color::Reset, |(_, (named, _))| *named)
}

/// A part of a colour when its weakest part is taken out, with the strongest left as it is.
fn stretched(part: u8, least: u8, most: u8) -> u8 {
    let range = u16::from(most - least).max(1);
    u8::try_from(u16::from(part - least) * u16::from(most) / range).unwrap_or(most)
}

/// How different two colours look, roughly: the eye sees red differently in bright and in dark colours.
fn distance(a: [u8; 3], b: [u8; 3]) -> i32 {
    let [red, green, blue] = [0, 1, 2].map(|part| i32::from(a[part]) - i32::from(b[part]));
    let mean = i32::midpoint(a[0].into(), b[0].into());
    (((512 + mean) * red * red) >> 8) + 4 * green * green + (((767 - mean) * blue * blue) >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(variables: &[(&str, &str)]) -> Depth {
        Depth::detect(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        for (term, wanted) in [
            ("dumb", Depth::None),
            ("vt100", Depth::None),
            ("xterm-mono", Depth::None),
            ("linux", Depth::Eight),
            ("vt340", Depth::Eight),
            ("screen", Depth::Eight),
            ("", Depth::Eight),
            ("xterm", Depth::Sixteen),
            ("xterm-256color", Depth::Indexed),
            ("tmux-256color", Depth::Indexed),
            ("xterm-kitty", Depth::True),
            ("xterm-direct", Depth::True),
        ] {
            assert_eq!(depth(&[("TERM", term)]), wanted, "{term}");
        }
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "screen"), ("COLORTERM", "truecolor"), ("STY", "1.a")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "linux"), ("COLORTERM", "truecolor")]), Depth::Eight, "left from elsewhere");
        assert_eq!(depth(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm-kitty"), ("NO_COLOR", "")]), Depth::True, "empty forbids nothing");
        assert!(
            Depth::ALL.iter().all(|(name, depth)| depth.to_string() == *name && Depth::named(name) == Some(*depth))
        );
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_there_is() {
        let orange = Color::Rgb(0xff, 0x87, 0x00);
        assert_eq!(Depth::True.nearest(orange), Some(orange));
        assert_eq!(Depth::Indexed.nearest(orange), Some(Color::Indexed(208)));
        assert_eq!(Depth::Indexed.nearest(Color::Rgb(120, 120, 120)), Some(Color::Indexed(243)));
        for (color, sixteen) in [
            (Color::Rgb(0x8f, 0xd1, 0x7c), Color::Green),
            (Color::Rgb(0xff, 0x7a, 0x70), Color::LightRed),
            (Color::Rgb(0xb3, 0x14, 0x1c), Color::Red),
            (Color::Rgb(0x2f, 0x7f, 0xd0), Color::LightBlue),
            (Color::Rgb(0x00, 0x5f, 0x87), Color::LightBlue),
            (Color::Rgb(0x80, 0x80, 0x80), Color::DarkGray),
            (Color::Rgb(250, 250, 250), Color::White),
            (Color::Indexed(9), Color::LightRed),
            (Color::Indexed(196), Color::LightRed),
            (Color::Cyan, Color::Cyan),
            (Color::Reset, Color::Reset),
        ] {
            assert_eq!(Depth::Sixteen.nearest(color), Some(sixteen), "{color}");
        }
        assert_eq!(Depth::None.nearest(Color::Red), None);
    }

    #[test]
    fn with_eight_colours_bright_ones_are_bold_and_text_never_vanishes() {
        let fit = |style| Depth::Eight.fit(style);
        assert_eq!(fit(Style::new().fg(Color::LightRed)), Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
        assert_eq!(fit(Style::new().bg(Color::LightBlue)).bg, Some(Color::Blue));
        let same = fit(Style::new().fg(Color::Indexed(52)).bg(Color::Indexed(88)));
        assert_eq!(same, Style::new().add_modifier(Modifier::REVERSED));
        let plain = Depth::None.fit(Style::new().fg(Color::Black).bg(Color::Cyan));
        assert_eq!(plain, Style::new().add_modifier(Modifier::REVERSED));
    }
}
