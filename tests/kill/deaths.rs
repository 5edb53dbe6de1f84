//! The program is killed at each request in turn, before it is carried out and after. What is run next, on
//! the same machine or another, finishes or undoes what it had begun.

use std::fmt;

use crate::cases;
use crate::stage::{At, Blow, Stage};
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

/// Each request of a story once as it was not carried out and once as it was; of those that only read, every
/// `step`-th.
fn deaths(story: &Story, step: usize) -> Vec<Death<'_>> {
    let stage = Stage::new(story);
    let ended = stage.run(story.command);
    assert_eq!(ended.code, Some(0), "{}: {}", story.name, ended.said);
    let (changes, reads) = stage.requests();
    assert_eq!(stage.judge(), Ok(()), "{} undisturbed", story.name);
    let at = (1..=changes).map(At::Change).chain((1..=reads).step_by(step).map(At::Read));
    at.flat_map(|at| [false, true].map(|done| Death { story, at, done })).collect()
}

fn die(death: &Death<'_>) -> Result<(), String> {
    let stage = Stage::new(death.story);
    stage.set(death.at, Blow::Kill { done: death.done });
    let ended = stage.run(death.story.command);
    let Some(struck) = stage.struck() else { return Err(format!("it was not killed: {ended:?}")) };
    if ended.code.is_some() {
        return Err(format!("{struck} did not kill it: {ended:?}"));
    }
    stage.grow_old();
    stage.run(death.story.command);
    stage.settle().map_err(|wrong| format!("{struck}\n  {wrong}"))
}

#[test]
fn killed_at_any_change_or_look_it_leaves_nothing_that_the_next_run_does_not_settle() {
    let deaths: Vec<Death<'_>> = story::ALL.iter().flat_map(|story| deaths(story, 3)).collect();
    cases::all("deaths", 8, &deaths, die);
}
