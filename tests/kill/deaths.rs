//! The program is killed at each request in turn, before it is carried out and after. What is run next, on
//! the same machine or another, finishes or undoes what it had begun.

use std::fmt;

use crate::cases;
use crate::stage::{At, Stage};
use crate::story::{self, Story};

/// A death.
struct Death<'a> {
    story: &'a Story,
    at: At,
    done: bool,
}

impl fmt::Display for Death<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = if self.done { "after" } else { "before" };
        write!(f, "{}, killed at {:?}, {when} it was carried out", self.story.name, self.at)
    }
}

/// Each request of a story once as it was not carried out and once as it was.
fn deaths(story: &Story) -> Vec<Death<'_>> {
    let (changes, reads) = Stage::new(story).undisturbed();
    let at = (1..=changes).map(At::Change).chain((1..=reads).map(At::Read));
    at.flat_map(|at| [false, true].map(|done| Death { story, at, done })).collect()
}

fn die(death: &Death<'_>) -> Result<(), String> {
    let stage = Stage::new(death.story);
    let struck = stage.kill(death.story.command, death.at, death.done)?;
    stage.come_back().map_err(|wrong| format!("{struck}\n  {wrong}"))
}

#[test]
fn killed_at_any_request_it_leaves_nothing_that_the_next_run_does_not_settle() {
    let deaths: Vec<Death<'_>> = story::ALL.iter().flat_map(deaths).collect();
    cases::all("deaths", 8, &deaths, die);
}
