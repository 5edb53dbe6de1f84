//! The terminal interface: the worker's state and its own [`Ui`] become a frame, keys become commands.

#[doc(hidden)]
pub mod fixtures;
mod keymap;
mod options;
mod rows;
mod run;
mod terminal;
pub mod text;
mod theme;
mod ui;
mod update;
pub mod view;

pub use keymap::Keymap;
pub use options::Options;
pub use rows::{Row, rows, sort_columns};
pub use run::{Exit, run};
pub use terminal::TuiError;
pub use theme::{Depth, Theme, ThemeError, ThemeMistake};
pub use ui::{Confirm, List, Overlay, Page, Question, SortBy, Table, Toast, Ui};
pub use update::down_plan;
