//! The terminal interface: the worker's state and its own [`Ui`] become a frame, keys become commands.

#[doc(hidden)]
pub mod fixtures;
mod rows;
pub mod text;
mod theme;
mod ui;
pub mod view;

pub use rows::{Row, rows, sort_columns};
pub use theme::Theme;
pub use ui::{Confirm, List, Overlay, Page, Question, SortBy, Table, Toast, Ui};
