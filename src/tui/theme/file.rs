//! Reads a theme from TOML: one line for each style, such as `bad = "bold #ff7a70"`. All mistakes are told at
//! once, each with its place and what was probably meant.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

use super::Theme;
use crate::suggest::did_you_mean;

/// One mistake in a theme file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ThemeMistake {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong, and what to do.
    pub text: String,
}

/// Why there is no theme.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// There is none of this name.
    #[error("there is no theme {name:?}{}", advice(name))]
    Unknown {
        /// The name.
        name: String,
    },
    /// The file cannot be read.
    #[error("the theme {file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file has mistakes.
    #[error("{}", listed(file, mistakes))]
    Mistakes {
        /// The file.
        file: String,
        /// All of them, in its order.
        mistakes: Vec<ThemeMistake>,
    },
}

fn advice(name: &str) -> String {
    let near = did_you_mean(name, Theme::names());
    let known = Theme::names().join(", ");
    format!("{near} (there is {known}; a file of your own is themes/NAME.toml beside the configuration, or a path)")
}

fn listed(file: &str, mistakes: &[ThemeMistake]) -> String {
    let line = |ThemeMistake { line, column, text }: &ThemeMistake| format!("{file}:{line}:{column}: {text}");
    match mistakes {
        [only] => line(only),
        all => {
            let lines: Vec<String> = all.iter().map(line).collect();
            format!("the theme has {} mistakes:\n  {}", all.len(), lines.join("\n  "))
        }
    }
}

/// The words that are not colours.
const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underlined", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

/// The words that are.
const COLORS: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("white", Color::White),
];

impl Theme {
    /// The theme in a file.
    pub fn load(file: &Path) -> Result<Self, ThemeError> {
        let name = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => Self::parse(&text, &name),
            Err(source) => Err(ThemeError::Unreadable { file: name, source }),
        }
    }

    /// The theme of this text; `name` is for messages. What it leaves out is as in [`Theme::terminal`].
    pub fn parse(text: &str, name: &str) -> Result<Self, ThemeError> {
        let mut theme = Self::terminal();
        let mut mistakes = Vec::new();
        let mut complain = |span: Range<usize>, message: String| mistakes.push(mistake(text, span.start, message));
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            complain(error.span().unwrap_or(0..0), format!("this is not TOML: {}", error.message()));
        }
        let mut roles = theme.roles();
        let names = roles.each_ref().map(|(name, _)| *name);
        for (key, value) in table.get_ref() {
            let word = key.get_ref().as_ref();
            let role = roles.iter_mut().find(|(name, _)| *name == word);
            match (role, value.get_ref()) {
                (None, _) => {
                    let near = did_you_mean(word, names);
                    let known = if near.is_empty() { format!(": there is {}", names.join(", ")) } else { near };
                    complain(key.span(), format!("there is no style {word:?}{known}"));
                }
                (Some((_, style)), DeValue::String(words)) => match read_style(words) {
                    Ok(read) => **style = read,
                    Err(wrong) => wrong.into_iter().for_each(|text| complain(value.span(), format!("{word}: {text}"))),
                },
                // What is broken as TOML is told already.
                _ if !errors.is_empty() => {}
                _ => complain(value.span(), format!("{word}: must be a text such as \"bold red\"")),
            }
        }
        if mistakes.is_empty() {
            return Ok(theme);
        }
        mistakes.sort();
        mistakes.dedup();
        Err(ThemeError::Mistakes { file: name.to_owned(), mistakes })
    }
}

fn mistake(text: &str, at: usize, message: String) -> ThemeMistake {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    ThemeMistake { line, column, text: message }
}

/// Modifiers and a colour in any order; a colour after `on` is that of the background.
fn read_style(words: &str) -> Result<Style, Vec<String>> {
    let mut style = Style::new();
    let mut wrong = Vec::new();
    let mut is_background = false;
    for word in words.split_whitespace() {
        if word == "on" && !is_background {
            is_background = true;
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else {
            let place = if is_background { &mut style.bg } else { &mut style.fg };
            match read_color(word) {
                Ok(_) if place.is_some() => {
                    wrong.push(format!("{word:?} is one colour too many: a background is \"on {word}\""));
                }
                // The terminal's own is what there is without any.
                Ok(color) => *place = Some(color),
                Err(text) => wrong.push(text),
            }
            is_background = false;
        }
    }
    if is_background {
        wrong.push("after \"on\" the colour of the background is missing".to_owned());
    }
    let own = |color: Option<Color>| color.filter(|color| *color != Color::Reset);
    (style.fg, style.bg) = (own(style.fg), own(style.bg));
    if wrong.is_empty() { Ok(style) } else { Err(wrong) }
}

fn read_color(word: &str) -> Result<Color, String> {
    if let Some(digits) = word.strip_prefix('#') {
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6 && !digits.starts_with('+'));
        let color = number.map(|number| {
            let [_, red, green, blue] = number.to_be_bytes();
            Color::Rgb(red, green, blue)
        });
        return color.ok_or_else(|| format!("{word:?} is no colour: write six digits, as in \"#ff8700\""));
    }
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return word.parse().map(Color::Indexed).map_err(|_| format!("{word} is no colour: numbers go from 0 to 255"));
    }
    if let Some((_, color)) = COLORS.iter().find(|(name, _)| *name == word) {
        return Ok(*color);
    }
    let known = || COLORS.iter().map(|(name, _)| *name).chain(MODIFIERS.iter().map(|(name, _)| *name));
    let near = did_you_mean(word, known());
    let advice = if near.is_empty() { format!(": there is {}", known().collect::<Vec<_>>().join(", ")) } else { near };
    Err(format!("{word:?} is neither a colour nor a modifier{advice}"))
}

impl fmt::Display for ThemeMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.text)
    }
}
