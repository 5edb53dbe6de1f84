//! The terminal interface: the worker's state and its own [`Ui`] become a frame, keys become commands.

#[doc(hidden)]
pub mod fixtures;
pub mod text;
mod theme;
mod ui;
pub mod view;

pub use theme::Theme;
pub use ui::{Confirm, Overlay, Page, Question, SortBy, Table, Toast, Ui};
