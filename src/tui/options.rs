//! What the interface is told at the start, and what the environment says of the terminal. The terminal itself is
//! never asked: an answer may not come, and a bad line delays it.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::terminal::Multiplexer;
use super::{Column, Depth, Keymap, Page, Theme, Ui};
use crate::cloud::{Clock, SystemClock};

/// What the interface is told at the start.
#[derive(Clone)]
pub struct Options {
    /// The styles.
    pub theme: Theme,
    /// Whether only characters below 0x80 may be written.
    pub ascii: bool,
    /// What stands between us and the terminal's clipboard.
    pub multiplexer: Multiplexer,
    /// The keys.
    pub keymap: Keymap,
    /// The columns of the table of droplets; `None` for those that matter.
    pub columns: Option<Vec<Column>>,
    /// Whether the mouse is ours, and not the terminal's to select text with.
    pub mouse: bool,
    /// The cluster that is looked at first: an index.
    pub cluster: usize,
    /// The page that is open at first.
    pub page: Page,
    /// How far back sparklines and charts go at first.
    pub range: Duration,
    /// The zone in which times of day are shown.
    pub zone: TimeZone,
    /// The local clock that the state's offset is about.
    pub clock: Arc<dyn Clock>,
}

impl Options {
    /// The options for a terminal with this environment. `depth` is the user's word, `None` to go by the
    /// environment; `ascii` asks for plain ASCII, which a locale without UTF-8 does as well.
    #[must_use]
    pub fn detect(theme: Theme, depth: Option<Depth>, ascii: bool, variable: impl Fn(&str) -> Option<String>) -> Self {
        let depth = depth.unwrap_or_else(|| Depth::detect(&variable));
        Self {
            theme: theme.at(depth),
            ascii: ascii || !is_utf8(&variable),
            multiplexer: Multiplexer::detect(&variable),
            keymap: Keymap::default(),
            columns: None,
            mouse: false,
            cluster: 0,
            page: Page::Cluster,
            range: Ui::default().range,
            zone: TimeZone::system(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// Whether the locale's characters are UTF-8: the first variable that is set counts. Without any of them, as in
/// a container, most terminals are all the same.
fn is_utf8(variable: &impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let names_utf8 = |locale: String| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    locale.is_none_or(names_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> (bool, bool) {
        let get = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let options = Options::detect(Theme::terminal(), None, false, get);
        (options.theme != Theme::monochrome(), options.ascii)
    }

    #[test]
    fn colours_are_used_unless_they_are_forbidden_or_missing() {
        assert!(detect(&[("TERM", "xterm-256color")]).0);
        assert!(!detect(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).0);
        assert!(!detect(&[("TERM", "vt100")]).0);
        let forbidding = |name: &str| (name == "NO_COLOR").then(|| "1".to_owned());
        let forced = Options::detect(Theme::terminal(), Some(Depth::Sixteen), false, forbidding);
        assert!(forced.theme != Theme::monochrome(), "the user's word counts more");
    }

    #[test]
    fn ascii_is_used_when_the_locale_is_not_utf8() {
        assert!(!detect(&[("LANG", "de_DE.UTF-8")]).1);
        assert!(!detect(&[("LC_ALL", "C.utf8"), ("LANG", "C")]).1);
        assert!(detect(&[("LANG", "C")]).1);
        assert!(detect(&[("LC_CTYPE", "de_DE.ISO-8859-1"), ("LANG", "de_DE.UTF-8")]).1);
        assert!(detect(&[("LC_ALL", ""), ("LANG", "POSIX")]).1, "empty is as good as not set");
        assert!(!detect(&[]).1);
        assert!(Options::detect(Theme::terminal(), None, true, |_| None).ascii);
    }
}
