//! Each request that changes something is answered as it should not be. What the program makes of it, or what
//! the next run makes of what it left, is what was wanted.

use std::fmt;

use dropscale::simulator::{ApiError, Fate};

use crate::cases;
use crate::stage::{At, Blow, Stage};
use crate::story::{self, Story};

/// A wrong answer.
struct Mishap<'a> {
    story: &'a Story,
    at: At,
    fate: Fate,
    /// Whether all later changes are answered so as well.
    goes_on: bool,
}

impl fmt::Display for Mishap<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = if self.goes_on { " and all later ones" } else { "" };
        write!(f, "{}, {:?}{until}: {:?}", self.story.name, self.at, self.fate)
    }
}

/// What is answered soon.
fn soon() -> Vec<Fate> {
    vec![
        Fate::Lost,
        Fate::AnswerLost,
        Fate::RefusedAfter(ApiError::new(500, "Unexpected server-side error")),
        Fate::Refused(ApiError::rate_limited(Some(1))),
        Fate::Refused(ApiError::balancer_busy()),
    ]
}

fn mishaps<'a>(story: &'a Story, fates: &[Fate], goes_on: bool) -> Vec<Mishap<'a>> {
    let (changes, _) = Stage::new(story).undisturbed();
    let mishap = |at, fate: &Fate| Mishap { story, at: At::Change(at), fate: fate.clone(), goes_on };
    (1..=changes).flat_map(|at| fates.iter().map(move |fate| mishap(at, fate))).collect()
}

fn meet(mishap: &Mishap<'_>) -> Result<(), String> {
    let stage = Stage::new(mishap.story);
    let fate = mishap.fate.clone();
    let blow = if mishap.goes_on { Blow::AnswerAll(fate) } else { Blow::Answer(fate) };
    let (struck, ended) = stage.strike(mishap.story.command, mishap.at, blow)?;
    if !matches!(ended.code, Some(0 | 1 | 3)) {
        return Err(format!("{struck}: {ended:?}"));
    }
    stage.come_back().map_err(|wrong| format!("{struck}\n  {wrong}\n  {}", ended.said))
}

#[test]
fn whatever_a_change_is_answered_nothing_is_left_that_the_next_run_does_not_settle() {
    let mishaps: Vec<Mishap<'_>> = story::BY_ID.iter().flat_map(|story| mishaps(story, &soon(), false)).collect();
    cases::all("wrong answers", 24, &mishaps, meet);
}

/// A timeout, a used up hour and garbage; an API that takes no change any more; and a load balancer by tag.
///
/// `cargo test --test kill -- --ignored --nocapture however_long`
#[test]
#[ignore = "takes minutes, since the deadline of a request is half of one or more"]
fn however_long_a_change_is_answered_wrongly_the_next_run_settles_all() {
    let late = [
        Fate::Hangs,
        Fate::Garbage,
        Fate::Refused(ApiError::new(500, "Unexpected server-side error")),
        Fate::Refused(ApiError::rate_limited(None)),
    ];
    let once = story::ALL.iter().flat_map(|story| mishaps(story, &late, false));
    let always = story::ALL.iter().flat_map(|story| mishaps(story, &soon(), true));
    let by_tag = [story::UP_BY_TAG, story::DOWN_BY_TAG];
    let by_tag = by_tag.iter().flat_map(|story| mishaps(story, &soon(), false));
    let mishaps: Vec<Mishap<'_>> = once.chain(always).chain(by_tag).collect();
    cases::all("wrong answers for long", 100, &mishaps, meet);
}
