//! The terminal interface: the worker's state and its own [`Ui`] become a frame, keys become commands.

mod awaited;
mod export;
#[doc(hidden)]
pub mod fixtures;
mod hints;
mod options;
mod palette;
mod rows;
mod run;
mod shown;
mod target;
mod terminal;
pub mod text;
mod theme;
mod ui;
mod update;
pub mod view;

pub use crate::column::Column;
pub use crate::keymap::Keymap;
pub use awaited::Awaited;
pub use export::{Contents, Export, Format};
pub use options::Options;
pub use palette::{Does, Entry, Palette, commands, refusal};
pub use rows::{Row, newest, rows, sort_columns};
pub use run::{Exit, run};
pub use shown::Shown;
pub use target::{Target, Targets};
pub use terminal::{Multiplexer, TuiError};
pub use theme::{Depth, Theme, ThemeError, ThemeMistake};
pub use ui::{
    Asked, Choice, Confirm, Demo, EventDetail, FilterLine, List, Overlay, Page, Pick, Picked, Pointer, Question,
    SortBy, Table, Toast, Ui,
};
pub use update::down_plan;
