//! The terminal interface: draws the application state, turns keys into commands.
