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

/// Each request of a story once as it was not carried out and once as it was; of those that only look, every
/// `step`-th.
fn deaths(story: &Story, step: usize) -> Vec<Death<'_>> {
    let (changes, reads) = Stage::new(story).undisturbed();
    let at = (1..=changes).map(At::Change).chain((1..=reads).step_by(step).map(At::Read));
    at.flat_map(|at| [false, true].map(|done| Death { story, at, done })).collect()
}

fn die(death: &Death<'_>) -> Result<(), String> {
    let stage = Stage::new(death.story);
    let struck = stage.kill(death.story.command, death.at, death.done)?;
    stage.come_back().map_err(|wrong| format!("{struck}\n  {wrong}"))
}

#[test]
fn killed_at_any_change_it_leaves_nothing_that_the_next_run_does_not_settle() {
    let deaths: Vec<Death<'_>> = story::ALL.iter().flat_map(|story| deaths(story, 3)).collect();
    cases::all("deaths", 12, &deaths, die);
}

/// Those that only look as well, without exception.
///
/// `cargo test --test kill -- --ignored --nocapture killed_at_any_request`
#[test]
#[ignore = "the changes and a third of the looks are enough for each day"]
fn killed_at_any_request_it_leaves_nothing_that_the_next_run_does_not_settle() {
    let deaths: Vec<Death<'_>> = story::ALL.iter().flat_map(|story| deaths(story, 1)).collect();
    cases::all("deaths at any request", 12, &deaths, die);
}

/// Who comes next dies as well, at any change.
///
/// `cargo test --test kill -- --ignored --nocapture killed_twice`
#[test]
#[ignore = "takes minutes"]
fn killed_twice_it_leaves_nothing_that_the_third_run_does_not_settle() {
    let all: Vec<Death<'_>> = story::ALL.iter().flat_map(|story| deaths(story, 1)).collect();
    let firsts = || all.iter().filter(|death| matches!(death.at, At::Change(_)));
    let seconds = || (1..=14).flat_map(|at| [false, true].map(|done| (at, done)));
    let deaths: Vec<Deaths<'_>> =
        firsts().flat_map(|first| seconds().map(move |(second, done)| Deaths { first, second, done })).collect();
    cases::all("two deaths", 8, &deaths, |deaths| {
        let (first, stage) = (deaths.first, Stage::new(deaths.first.story));
        stage.kill(first.story.command, first.at, first.done)?;
        stage.kill_the_next(At::Change(deaths.second), deaths.done);
        stage.come_back()
    });
}

/// A death, and that of whoever comes next.
struct Deaths<'a> {
    first: &'a Death<'a>,
    second: usize,
    done: bool,
}

impl fmt::Display for Deaths<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, and the next at its change {}, done: {}", self.first, self.second, self.done)
    }
}
