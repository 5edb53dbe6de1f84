//! What the terminal interface itself remembers: which page is open, what is selected, which dialog is shown.
//! Everything else on the screen comes from the worker's [`AppState`](crate::worker::AppState).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::cluster::{DropletId, Metric};
use crate::scaling::Level;

use super::palette::Palette;
use super::{Export, Target};
use crate::column::Column;
use crate::worker::{AppState, Event};

/// The whole of it.
#[derive(Debug, Clone)]
pub struct Ui {
    /// The cluster that is looked at: an index into the state's clusters.
    pub cluster: usize,
    /// What fills the screen below the header.
    pub page: Page,
    /// What lies over it and takes the keys.
    pub overlay: Option<Overlay>,
    /// The table of droplets.
    pub table: Table,
    /// The page of events; row 0 is the newest.
    pub events: List,
    /// The page of all clusters.
    pub overview: List,
    /// Lines scrolled on a page that is only read: that of a droplet or of the decision.
    pub scroll: usize,
    /// Lines scrolled in the question or the notice in front.
    pub dialog_scroll: usize,
    /// How far back sparklines and charts go.
    pub range: Duration,
    /// The time on a chart of which is said what stood there: when the bar begins that is looked at.
    pub cursor: Option<Timestamp>,
    /// Whether the picture is held while the worker goes on.
    pub paused: bool,
    /// The commands that were run from the palette, newest last.
    pub history: Vec<String>,
    /// Short messages about what just happened, newest last.
    pub toasts: Vec<Toast>,
    /// What the mouse did last.
    pub pointer: Pointer,
    /// What was done to the simulated cloud of the demo.
    pub demo: Demo,
}

impl Ui {
    /// The time ranges that can be chosen: 15 minutes, 1, 6 and 24 hours, 7 days.
    pub const RANGES: [Duration; 5] = [
        Duration::from_secs(15 * 60),
        Duration::from_secs(3600),
        Duration::from_secs(6 * 3600),
        Duration::from_secs(24 * 3600),
        Duration::from_secs(7 * 24 * 3600),
    ];

    /// The droplet that a key is about.
    #[must_use]
    pub fn in_front(&self) -> Option<DropletId> {
        self.page.droplet().or(self.table.selected.filter(|_| self.page == Page::Cluster))
    }
}

impl Default for Ui {
    /// As it is after the start.
    fn default() -> Self {
        Self {
            cluster: 0,
            page: Page::Cluster,
            overlay: None,
            table: Table::default(),
            events: List::default(),
            overview: List::default(),
            scroll: 0,
            dialog_scroll: 0,
            range: Self::RANGES[1],
            cursor: None,
            paused: false,
            history: Vec::new(),
            toasts: Vec::new(),
            pointer: Pointer::default(),
            demo: Demo::default(),
        }
    }
}

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The cluster: panels, decision, droplets, events.
    Cluster,
    /// All about one droplet.
    Droplet(DropletId),
    /// One metric of the cluster as a chart.
    Chart(Metric),
    /// One metric of a droplet as a chart.
    DropletChart(DropletId, Metric),
    /// The whole decision with all that it rests on, and all that is wrong.
    Why,
    /// All events.
    Events,
    /// All configured clusters.
    Overview,
}

impl Page {
    /// The droplet that it is all about, if it is about one.
    #[must_use]
    pub fn droplet(self) -> Option<DropletId> {
        match self {
            Self::Droplet(id) | Self::DropletChart(id, _) => Some(id),
            Self::Cluster | Self::Chart(_) | Self::Why | Self::Events | Self::Overview => None,
        }
    }

    /// The metric of which it is a chart, if it is one.
    #[must_use]
    pub fn metric(self) -> Option<Metric> {
        match self {
            Self::Chart(metric) | Self::DropletChart(_, metric) => Some(metric),
            Self::Cluster | Self::Droplet(_) | Self::Why | Self::Events | Self::Overview => None,
        }
    }

    /// The page from which this one is a look at a detail.
    #[must_use]
    pub fn before(self) -> Self {
        if let Self::DropletChart(id, _) = self { Self::Droplet(id) } else { Self::Cluster }
    }
}

/// What lies over the page.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// The keys, scrolled down by this many lines.
    Help {
        /// Lines scrolled.
        scroll: u16,
    },
    /// A question before the cloud is changed.
    Confirm(Confirm),
    /// The filter of the table is being typed.
    Filter(FilterLine),
    /// One of a few things is to be picked.
    Choice(Choice),
    /// The columns of the table are being chosen.
    Columns {
        /// The selected one, counted among those that can be chosen.
        selected: usize,
    },
    /// A command is being typed.
    Palette(Palette),
    /// All of an event.
    Event(EventDetail),
    /// Why something is not done; there is only Close.
    Notice {
        /// What was wished for, such as `Remove a clone`.
        title: &'static str,
        /// Why not.
        text: String,
        /// What was asked for, so that the answer can follow the state.
        asked: Option<Asked>,
    },
}

/// The line in which a filter is typed. It begins empty, as another filter is mostly another one.
#[derive(Debug, Clone, Default)]
pub struct FilterLine {
    /// What is typed.
    pub input: tui_input::Input,
    /// The filter there was before, to which one can go back.
    pub before: String,
}

/// What is asked of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Another clone.
    Up,
    /// One droplet less: this one, or the clone made last.
    Down(Option<DropletId>),
}

/// A few things of which one is to be picked.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What it is about.
    pub title: String,
    /// The folder into which files are written, when they are.
    pub folder: Option<PathBuf>,
    /// The things.
    pub picks: Vec<Pick>,
    /// The selected one.
    pub selected: usize,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// What it is.
    pub label: &'static str,
    /// What comes of it: the text that is copied, the name of the file that is written.
    pub text: String,
    /// What is done with it.
    pub does: Picked,
}

/// What is done with what was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// It is copied.
    Copy,
    /// It is written into a file.
    Export(Export),
}

/// A question before the cloud is changed. What it shows comes from the state's plans.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirm {
    /// What is asked.
    pub question: Question,
    /// Whether the button that does it has the focus, and not Cancel.
    pub accept_focused: bool,
}

impl Confirm {
    /// Whether one can agree, and not only see what would be done.
    #[must_use]
    pub fn may_agree(&self, state: &AppState) -> bool {
        self.question == Question::Quit || state.forbids().is_none()
    }
}

/// An event in front.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDetail {
    /// The event.
    pub event: Event,
    /// The droplet of which it tells, with its name.
    pub droplet: Option<(DropletId, String)>,
    /// Whether the button that leads to the droplet has the focus, and not Close.
    pub droplet_focused: bool,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Add a clone?
    Up,
    /// Remove this clone?
    Down(DropletId),
    /// Scale by itself from now on?
    Auto,
    /// Leave although an operation runs, with which whoever looks next goes on, or although auto is on?
    Quit,
}

impl Question {
    /// What agreeing does, in two words.
    #[must_use]
    pub fn consent(self) -> &'static str {
        match self {
            Self::Up => "add it",
            Self::Down(_) => "remove it",
            Self::Auto => "switch it on",
            Self::Quit => "leave",
        }
    }
}

/// The mouse.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pointer {
    /// On what its button was pressed, and not let go yet.
    pub pressed: Option<Target>,
    /// The event on which it was pressed, when it was one.
    pub event: Option<Event>,
    /// When something was clicked last.
    pub clicked: Option<Instant>,
}

/// What was done to the simulated cloud: the demo's keys say what comes of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Demo {
    /// How many steps the load is above that of the scenario, or below it.
    pub load: i32,
    /// Whether the API fails.
    pub outage: bool,
    /// The message about the load that is shown: the next one takes its place.
    pub told: Option<String>,
}

/// The table of droplets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The selected droplet.
    pub selected: Option<DropletId>,
    /// The row on which it was seen last: where the selection stays when the droplet is gone.
    pub row: usize,
    /// The first row shown.
    pub offset: usize,
    /// The column by which it is sorted.
    pub sort: SortBy,
    /// Whether the order is reversed.
    pub descending: bool,
    /// Only droplets with this in their name, state, role or tags; empty for all.
    pub filter: String,
    /// The columns that were chosen, in their order; `None` for those that matter.
    pub columns: Option<Vec<Column>>,
}

/// A list of which one row is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct List {
    /// The selected row.
    pub selected: usize,
    /// The first row shown.
    pub offset: usize,
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortBy {
    /// The base first, then by age.
    #[default]
    Role,
    /// By name.
    Name,
    /// By state.
    Status,
    /// By what the load balancer says, the worst first.
    Balancer,
    /// By the value of a metric; unknown ones last.
    Metric(Metric),
    /// By age.
    Age,
    /// By price.
    Price,
}

impl SortBy {
    /// How the table is sorted by a column, if it can be.
    #[must_use]
    pub fn of(column: Column) -> Option<Self> {
        let metrics = Metric::ALL.into_iter().map(Self::Metric);
        let all =
            [Self::Role, Self::Name, Self::Status, Self::Balancer, Self::Age, Self::Price].into_iter().chain(metrics);
        all.into_iter().find(|sort| sort.column() == column)
    }

    /// The column by whose values it sorts.
    #[must_use]
    pub fn column(self) -> Column {
        match self {
            Self::Role => Column::Role,
            Self::Name => Column::Name,
            Self::Status => Column::State,
            Self::Balancer => Column::Balancer,
            Self::Metric(metric) => Column::Metric(metric),
            Self::Age => Column::Age,
            Self::Price => Column::Price,
        }
    }
}

/// A short message.
#[derive(Debug, Clone, PartialEq)]
pub struct Toast {
    /// How much it matters.
    pub level: Level,
    /// One line.
    pub text: String,
    /// When it goes away.
    pub until: Instant,
}
