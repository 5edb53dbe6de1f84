//! Where a command prints and asks: documents or text on standard output, progress, warnings and questions on
//! standard error, so that what is piped on stays clean.

use std::io::{self, BufRead, IsTerminal, Write};

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Value, json};

use super::exit::{Exit, Failure};
use crate::cli::{ColorChoice, Global, OutputFormat};
use crate::config::Environment;

/// The standard streams, and how they are to be used.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    /// What is printed: text or JSON.
    pub format: OutputFormat,
    /// How text looks.
    pub style: Style,
    /// Whether somebody can be asked.
    pub can_ask: bool,
    progress: bool,
    out_is_terminal: bool,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether there are colours.
    pub color: bool,
    /// Whether there is ASCII only.
    pub ascii: bool,
}

/// An emphasis; each has a meaning, and none carries it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// A heading.
    Strong,
    /// Less important.
    Faint,
    /// As it should be.
    Good,
    /// Somebody should look at it.
    Warning,
    /// Wrong.
    Bad,
}

impl Style {
    /// The text with this emphasis.
    #[must_use]
    pub fn paint(self, ink: Ink, text: &str) -> String {
        let code = match ink {
            _ if !self.color => return text.to_owned(),
            Ink::Strong => "1",
            Ink::Faint => "2",
            Ink::Good => "32",
            Ink::Warning => "33",
            Ink::Bad => "31",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// A name from elsewhere, without what could steer the terminal or turn the writing direction.
#[must_use]
pub fn safe(text: &str, style: Style) -> String {
    let is_bidi = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = text.chars().filter(|c| !c.is_control() && !is_bidi(*c));
    shown.map(|c| if style.ascii && !c.is_ascii() { '?' } else { c }).collect()
}

impl Console {
    /// The console of this process, as its flags and its environment ask for it.
    #[must_use]
    pub fn new(global: &Global, environment: &Environment) -> Self {
        let out_is_terminal = io::stdout().is_terminal();
        let on_terminal = if out_is_terminal { OutputFormat::Text } else { OutputFormat::Json };
        let format = global.output.unwrap_or(on_terminal);
        let color = match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => out_is_terminal && environment.variable("NO_COLOR").is_none(),
        };
        let err_is_terminal = io::stderr().is_terminal();
        Self {
            format,
            style: Style { color, ascii: global.ascii },
            can_ask: format == OutputFormat::Text && io::stdin().is_terminal() && err_is_terminal,
            progress: err_is_terminal,
            out_is_terminal,
        }
    }

    /// Prints text as it is.
    pub fn print(self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// Prints a document.
    pub fn document(self, document: &Value) -> Result<(), Failure> {
        self.print(&pretty(document))
    }

    /// Prints a document on one line.
    pub fn document_line(self, document: &Value) -> Result<(), Failure> {
        self.print(&format!("{document}\n"))
    }

    /// Prints a document, or its text, as it was asked for.
    pub fn show(self, document: impl FnOnce() -> Value, text: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.format {
            OutputFormat::Json => self.document(&document()),
            OutputFormat::Text => self.print(&text()),
        }
    }

    /// Says something beside the result.
    pub fn say(self, text: &str) {
        // Nobody to say it to is no reason to fail.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Says how far it has come, if somebody watches.
    pub fn progress(self, text: &str) {
        if self.progress {
            self.say(text);
        }
    }

    /// Warns.
    pub fn warn(self, text: &str) {
        self.say(&format!("warning: {text}"));
    }

    /// Tells of a failure. Where a program reads the output, it is told there as well, as the seed did.
    #[must_use]
    pub fn fail(self, failure: &Failure) -> Exit {
        let Some(message) = &failure.message else { return failure.exit };
        if self.format == OutputFormat::Json {
            let told = self.document_line(&json!({ "error": message }));
            if self.out_is_terminal && told.is_ok() {
                return failure.exit;
            }
        }
        self.say(&format!("error: {message}"));
        failure.exit
    }

    /// Asks; anything but a clear yes is a no.
    pub fn confirm(self, question: &str) -> Result<(), Failure> {
        let mut err = io::stderr().lock();
        let mut answer = String::new();
        let asked = write!(err, "{question} [y/N] ").and_then(|()| err.flush());
        let heard = asked.and_then(|()| io::stdin().lock().read_line(&mut answer));
        match (heard, answer.trim().to_lowercase().as_str()) {
            (Ok(_), "y" | "yes") => Ok(()),
            _ => Err(Failure::new(Exit::Refused, "not confirmed: nothing was changed")),
        }
    }
}

/// With one space of indentation, as the seed's consumers know it.
fn pretty(document: &Value) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b" "));
    match document.serialize(&mut serializer) {
        Ok(()) => format!("{}\n", String::from_utf8_lossy(&bytes)),
        Err(_) => format!("{document}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_indented_by_one_space_and_keep_their_order() {
        let document = json!({ "b": { "a": [1] }, "a": true });
        assert_eq!(pretty(&document), "{\n \"b\": {\n  \"a\": [\n   1\n  ]\n },\n \"a\": true\n}\n");
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        let style = Style { color: true, ascii: false };
        assert_eq!(safe("we\u{1b}[2Jb\n\u{202e}x\u{9b}", style), "we[2Jbx");
        assert_eq!(safe("wäb", Style { ascii: true, ..style }), "w?b");
        assert_eq!(Style::default().paint(Ink::Bad, "x"), "x");
    }
}
