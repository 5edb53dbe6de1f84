//! The terminal interface: the worker's state and its own [`Ui`] become a frame, keys become commands.

pub mod text;
mod ui;

pub use ui::{Confirm, Overlay, Page, Question, SortBy, Table, Toast, Ui};
