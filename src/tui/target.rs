//! What can be clicked, and where the last frame has it. The view notes each thing as it draws it, so that nobody
//! else knows the layout; a click is then about the thing and not about a place.

use jiff::Timestamp;
use ratatui::layout::{Position, Rect};

use super::SortBy;
use crate::cluster::DropletId;
use crate::keymap::Action;

/// Something that can be clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The hint of a key, or a button.
    #[doc(hidden)]
    Act(Action),
    /// A row of the table.
    Droplet(DropletId),
    /// The head of a column of the table.
    Head(SortBy),
    /// A row of the page of events; 0 is the newest.
    Event(usize),
    /// A row of the page of clusters.
    Cluster(usize),
    /// An entry of the list in front: the palette, a choice, the columns.
    Entry(usize),
    /// The column of a chart that begins at this time.
    Moment(Timestamp),
    /// What lies in front, where it is nothing else.
    Inside,
    /// What lies behind it.
    Outside,
}

/// The places of all that can be clicked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Targets(Vec<(Rect, Target)>);

impl Targets {
    /// Notes that something stands here, in front of what was there.
    pub fn put(&mut self, at: Rect, target: Target) {
        if !at.is_empty() {
            self.0.push((at, target));
        }
    }

    /// What stands here, if anything.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<Target> {
        let position = Position::new(column, row);
        self.0.iter().rev().find(|(place, _)| place.contains(position)).map(|(_, target)| *target)
    }

    /// The first place where this stands.
    #[must_use]
    pub fn find(&self, target: Target) -> Option<Rect> {
        self.0.iter().find(|(_, other)| *other == target).map(|(place, _)| *place)
    }

    /// Nothing can be clicked any more: what is on the screen is not what it was.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}
