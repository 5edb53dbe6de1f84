//! Who gets the room: what is wide uses the width, what matters stays where there is little.

use dropscale::tui::fixtures::Fixture;

use crate::{at, render, text};

/// The line with the heads of the table of droplets.
fn heads(screen: &str) -> &str {
    screen.lines().find(|line| line.contains("DROPLET ")).unwrap_or_default()
}

#[test]
fn a_wide_terminal_shows_all_columns() {
    for width in [180, 200, 300] {
        let screen = text(&render(&Fixture::new(3).build(), &at(width, 60)));
        for head in ["ROLE", "STATE", "BALANCER", "LOAD", "CPU", "FREE", "MEM", "OUT", "AGE", "$/MO", "NOTE"] {
            assert!(heads(&screen).contains(head), "{head} at {width}:\n{screen}");
        }
        assert!(screen.contains("the next to go"), "{screen}");
    }
}
