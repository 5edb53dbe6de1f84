//! A [`Scene`] becomes a frame. Pure: no clock, no I/O, nothing remembered between frames; one file a widget.

mod scene;

use ratatui::Frame;

pub use scene::{Drawn, KeyHint, Scene};

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, scene: &Scene) -> Drawn {
    let _ = (frame.area(), scene.now);
    Drawn::default()
}
