//! What a frame is drawn from. All of it is borrowed and nothing of it is fetched: the same scene gives the same
//! frame.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::spark::Plot;
use crate::cluster::{Cost, Observation};
use crate::column::Column;
use crate::keymap::Action;
use crate::scaling::Level;
use crate::tui::{Targets, Theme, Ui};
use crate::worker::{AppState, ClusterState};

/// Everything that a frame shows.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The worker's state.
    pub state: &'a AppState,
    /// The interface's own state.
    pub ui: &'a Ui,
    /// The styles.
    pub theme: &'a Theme,
    /// The keys, in the order of the help; the footer shows those that apply.
    pub keys: &'a [KeyHint],
    /// Now, by the server's clock; for a held picture, when it was held.
    pub now: Timestamp,
    /// What goes on behind a held picture; `None` when none is held.
    pub live: Option<Live<'a>>,
    /// The zone in which times of day are shown; those of UTC get a `Z`.
    pub zone: &'a TimeZone,
    /// Whether only characters below 0x80 may be drawn.
    pub ascii: bool,
}

/// The present behind a held picture.
#[derive(Debug, Clone, Copy)]
pub struct Live<'a> {
    /// The worker's newest state.
    pub state: &'a AppState,
    /// Now, by the server's clock.
    pub now: Timestamp,
    /// The worst that has come about since the picture is held, as the frames before noted it; also when it has passed.
    pub worst: Option<&'a News>,
}

/// What has come about behind a held picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// In a few words.
    pub text: String,
    /// How much it matters.
    pub level: Level,
}

/// A key as the footer and the help show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHint {
    /// What it is called where people write about it: in the configuration and the palette.
    pub name: &'static str,
    /// What a click on it does.
    #[doc(hidden)]
    pub action: Action,
    /// The keys, such as `u` or `j / down`.
    pub keys: String,
    /// What it does, in one or two words for the footer; empty for a key that only the help shows.
    pub short: &'static str,
    /// What it does, in one sentence for the help.
    pub describe: &'static str,
    /// The heading under which the help lists it.
    pub group: &'static str,
    /// Whether it does something on the page that is open.
    pub applies: bool,
    /// Whether it exists only in the demo.
    pub demo: bool,
}

/// What the frame turned out to be: what the handling of keys and clicks needs to know of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// The list in front.
    pub list: Scrolled,
    /// What can be clicked.
    pub targets: Targets,
    /// Whether the terminal was too small for anything but saying so.
    pub too_small: bool,
    /// The columns of the table after the names; none where there is no table.
    pub columns: Vec<Column>,
    /// Where the chart has its columns; none where there is no chart.
    pub plot: Option<Plot>,
    /// The worst that has come about behind a held picture until now.
    pub news: Option<News>,
}

/// Which part of a list was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scrolled {
    /// How many rows of the list in front are visible: what a page up or down moves by.
    pub rows: usize,
    /// The first row visible, after the selection was brought into view.
    pub offset: usize,
    /// How far the list in front can be scrolled.
    pub last_offset: usize,
}

impl<'a> Scene<'a> {
    /// The first keys of what has this name, at most `count`: `n/esc`. Empty when there is none.
    #[must_use]
    pub fn keys_of(&self, name: &str, count: usize) -> String {
        let keys = self.keys.iter().find(|hint| hint.name == name).map_or("", |hint| hint.keys.as_str());
        keys.split(" / ").take(count).collect::<Vec<_>>().join("/")
    }

    /// The cluster that is looked at.
    #[must_use]
    pub fn cluster(&self) -> Option<&'a ClusterState> {
        self.state.clusters.get(self.ui.cluster).or(self.state.clusters.first())
    }

    /// The last complete look at it.
    #[must_use]
    pub fn observation(&self) -> Option<&'a Observation> {
        self.cluster()?.observation.as_deref()
    }

    /// What it costs, if it has been looked at.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.observation().map(Observation::cost)
    }
}
