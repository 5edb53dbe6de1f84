//! A key as it is pressed and as it is written: `u`, `G`, `space`, `f5`, `ctrl-u`, `alt-x`. Only what terminals
//! can tell apart has a name of its own.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key, with what is held down beside it. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    pub code: KeyCode,
    pub control: bool,
    pub alt: bool,
}

pub const fn key(code: KeyCode) -> Key {
    Key { code, control: false, alt: false }
}

pub const fn ch(c: char) -> Key {
    key(KeyCode::Char(c))
}

pub const fn ctrl(c: char) -> Key {
    Key { control: true, ..ch(c) }
}

/// The names of keys that are no characters; the first for a key is the one that is shown.
const NAMES: [(&str, KeyCode); 23] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("ins", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pageup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("pagedown", KeyCode::PageDown),
];

impl Key {
    /// Whether it is a character, or takes one away, where text is typed.
    pub fn is_text(self) -> bool {
        let edits = matches!(self.code, KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete);
        edits && !self.control && !self.alt
    }
}

impl From<&KeyEvent> for Key {
    fn from(event: &KeyEvent) -> Self {
        Self {
            code: event.code,
            control: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.control {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        let name = NAMES.iter().find(|(_, code)| *code == self.code);
        match (name, self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => f.write_char(c),
            (None, code) => f.write_str(&code.to_string().to_lowercase()),
        }
    }
}

const HOW: &str = "write a character such as \"u\" or \"G\", a name such as \"space\", \"enter\", \"pgup\" or \"f5\", or \
                   one of them after \"ctrl-\" or \"alt-\"";

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |advice: &str| Err(format!("{text:?} is no key: {advice}"));
        let (mut rest, mut control, mut alt) = (text, false, false);
        while let Some((held, after)) = rest.split_once(['-', '+']).filter(|(held, after)| {
            !after.is_empty() && ["ctrl", "control", "c", "alt", "meta", "m"].contains(&held.to_lowercase().as_str())
        }) {
            if held.to_lowercase().starts_with('c') {
                control = true;
            } else {
                alt = true;
            }
            rest = after;
        }
        let Some(code) = code(rest) else {
            return match rest.to_lowercase().strip_prefix("shift-").filter(|c| c.chars().count() == 1) {
                Some(c) => wrong(&format!("the character says it: write {:?}", c.to_uppercase())),
                None => wrong(HOW),
            };
        };
        let key = Self { code, control, alt };
        if !control {
            return Ok(key);
        }
        match code {
            KeyCode::Char(c) if c.is_ascii_alphabetic() => {
                let c = c.to_ascii_lowercase();
                let same =
                    [('i', "tab"), ('m', "enter"), ('h', "backspace")].into_iter().find(|(other, _)| *other == c);
                match same {
                    Some((_, name)) => wrong(&format!("for a terminal it is the same as {name:?}")),
                    None => Ok(Self { code: KeyCode::Char(c), ..key }),
                }
            }
            KeyCode::Char(' ') => Ok(key),
            KeyCode::Char(_) | KeyCode::Enter | KeyCode::Esc | KeyCode::Tab | KeyCode::BackTab | KeyCode::Backspace => {
                wrong("terminals cannot tell it with ctrl from the key without: use a letter")
            }
            _ => Ok(key),
        }
    }
}

/// The key that a word stands for.
fn code(word: &str) -> Option<KeyCode> {
    let mut characters = word.chars();
    if let (Some(c), None) = (characters.next(), characters.next()) {
        return (!c.is_control()).then_some(KeyCode::Char(c));
    }
    let word = word.to_lowercase();
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == word) {
        return Some(*code);
    }
    let number = word.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_read_as_people_write_them() {
        for (written, shown) in [
            ("u", "u"),
            ("G", "G"),
            ("-", "-"),
            ("é", "é"),
            (" ", "space"),
            ("Space", "space"),
            ("Return", "enter"),
            ("PageUp", "pgup"),
            ("shift-tab", "shift-tab"),
            ("F5", "f5"),
            ("ctrl-u", "ctrl-u"),
            ("Ctrl+U", "ctrl-u"),
            ("C-u", "ctrl-u"),
            ("alt-x", "alt-x"),
            ("M-X", "alt-X"),
            ("ctrl-alt-x", "ctrl-alt-x"),
            ("ctrl-space", "ctrl-space"),
            ("ctrl-left", "ctrl-left"),
        ] {
            assert_eq!(written.parse::<Key>().map(|key| key.to_string()), Ok(shown.to_owned()), "{written}");
        }
    }

    #[test]
    fn what_is_no_key_is_told_with_what_to_write() {
        for (written, advice) in [
            ("", "write a character"),
            ("spcae", "write a character"),
            ("f13", "write a character"),
            ("ctrl-", "write a character"),
            ("shift-g", "write \"G\""),
            ("ctrl-m", "same as \"enter\""),
            ("ctrl-i", "same as \"tab\""),
            ("ctrl-1", "use a letter"),
            ("\u{1b}", "write a character"),
        ] {
            let told = written.parse::<Key>().unwrap_err();
            assert!(told.contains(advice), "{written:?}: {told}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_can_be_written(text in "((ctrl|alt|C|M|shift)[-+]){0,2}([!-~]|[a-z]{2,9}|f[0-9]{1,2})") {
            if let Ok(key) = text.parse::<Key>() {
                prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
            }
        }
    }
}
