//! What a key can do. The table says of each what it is called, and what it does in words.

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    ScaleUp,
    ScaleDown,
    RemoveSelected,
    ToggleAuto,
    Refresh,
    Up,
    Down,
    /// The cursor of a chart, a column back in time.
    Earlier,
    /// And on.
    Later,
    PreviousMetric,
    NextMetric,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Back,
    Filter,
    Sort,
    Reverse,
    Columns,
    Chart,
    Shorter,
    Longer,
    Pause,
    Why,
    Events,
    Overview,
    NextCluster,
    PreviousCluster,
    /// The cluster with this index.
    Cluster(usize),
    MoreLoad,
    LessLoad,
    KillDroplet,
    ToggleOutage,
    Copy,
    Export,
    Help,
    Palette,
    Repaint,
    Suspend,
    Quit,
    QuitAtOnce,
    Press,
    MoveFocus,
    Accept,
    Cancel,
}

impl Action {
    /// Whether it leads to a question before the cloud is changed.
    #[must_use]
    pub fn asks(self) -> bool {
        matches!(self, Self::ScaleUp | Self::ScaleDown | Self::RemoveSelected | Self::ToggleAuto)
    }

    /// Whether nothing is lost when it is done by mistake: neither the cloud is touched nor the program left.
    #[must_use]
    pub fn is_harmless(self) -> bool {
        let leaves = matches!(self, Self::Quit | Self::QuitAtOnce | Self::Suspend);
        let breaks = matches!(self, Self::MoreLoad | Self::LessLoad | Self::KillDroplet | Self::ToggleOutage);
        !(self.asks() || leaves || breaks)
    }
}
