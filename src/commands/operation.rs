//! What `up`, `down` and `auto` share: show what would be done, ask, tell how far it has come and how it ended.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::console::{Console, Ink, Style, safe};
use super::exit::{Exit, Failure};
use super::session::{ClientControl, Session};
use super::signals::Ends;
use super::{json, text};
use crate::cli::OutputFormat;
use crate::cloud::PlannedRequest;
use crate::scaling::{OperationState, Order, Outcome, Reporter, has_leftovers};
use crate::worker::Look;

/// What an operation would do, ready to be shown.
#[derive(Debug)]
pub struct Proposal {
    /// For people.
    pub text: String,
    /// For programs.
    pub document: Value,
    /// The requests that would change something.
    pub requests: Vec<PlannedRequest>,
    /// What speaks against it; in the text already.
    pub warnings: Vec<String>,
}

impl Proposal {
    /// Shows it, with its requests, in place of doing it.
    pub fn show_only(&self, console: Console) -> Result<Exit, Failure> {
        let text = || format!("{}{}", self.text, text::requests(&self.requests, console.style));
        console.show(|| self.document.clone(), text)?;
        Ok(Exit::Done)
    }

    /// Shows it and has it confirmed, unless that was done already by `--yes`; what speaks against it is said
    /// all the same.
    pub fn agree(&self, yes: bool, verb: &str, console: Console) -> Result<(), Failure> {
        match console.format {
            OutputFormat::Text => console.print(&self.text)?,
            OutputFormat::Json => self.warnings.iter().for_each(|warning| console.warn(&safe(warning, console.style))),
        }
        let nevertheless = if self.warnings.is_empty() { "" } else { " all the same" };
        confirm(yes, &format!("{verb} it{nevertheless}?"), console)
    }
}

/// Has something confirmed, unless that was done already by `--yes`.
pub fn confirm(yes: bool, question: &str, console: Console) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !console.can_ask {
        let text = "nobody can be asked here, so nothing was changed: give --yes to agree beforehand";
        return Err(Failure::new(Exit::Refused, text));
    }
    console.confirm(question)
}

/// The order of somebody who asked for it, and who knows of the cooldown because the plan says so.
#[must_use]
pub fn by_hand() -> Order {
    Order { reason: "by hand".to_owned(), insist: true }
}

/// Tidies up, and finishes or undoes what somebody has left; tells how that ended, if there was anything.
pub async fn reconcile(
    control: &mut ClientControl,
    look: &Look,
    session: &Session,
    ends: &mut Ends,
    console: Console,
) -> Result<Option<OperationState>, Failure> {
    control.tidy(look).await;
    if !has_leftovers(&look.observation, session.spec()) {
        return Ok(None);
    }
    console.say("an operation was left unfinished: that comes first");
    let stop = control.stopper();
    let (recovery, _) = unless_ended(control.recover(reporter(console)), stop, ends, console).await?;
    Ok(Some(recovery))
}

/// The same before something else is begun, which then must have gone well.
pub async fn reconcile_first(
    control: &mut ClientControl,
    look: &Look,
    session: &Session,
    ends: &mut Ends,
    console: Console,
) -> Result<(), Failure> {
    let Some(recovery) = reconcile(control, look, session, ends, console).await? else { return Ok(()) };
    match recovery.outcome.as_ref().filter(|outcome| !outcome.is_done()) {
        None => Ok(()),
        // Somebody else has settled it meanwhile.
        Some(Outcome::Refused(_)) if recovery.droplet.is_none() => Ok(()),
        Some(outcome) => {
            session.settle(console);
            Err(Failure::new(exit_of(&recovery), format!("nothing was begun: {}", outcome.text())))
        }
    }
}

/// Waits for an operation, and tells whether the program was asked to end meanwhile. Then the operation is
/// stopped first, so that it gives back its claim; a second time, it is left as it is.
pub async fn unless_ended<T>(
    work: impl Future<Output = T>,
    stop: impl Fn(),
    ends: &mut Ends,
    console: Console,
) -> Result<(T, bool), Failure> {
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return Ok((done, false)),
        () = ends.asked() => {}
    }
    console.say("stopping; once more to leave at once");
    stop();
    tokio::select! {
        done = work => Ok((done, true)),
        () = ends.asked() => {
            Err(Failure::new(Exit::Failed, "left before the end of the operation: the next look goes on with it"))
        }
    }
}

/// Tells, on standard error, each phase as it begins, and what it waits for.
#[must_use]
pub fn reporter(console: Console) -> Reporter {
    let last = Mutex::new(String::new());
    Arc::new(move |state: &OperationState| {
        let Some(phase) = state.current() else { return };
        let name = state.droplet_name.as_deref().map_or_else(String::new, |name| format!("{name}: "));
        let note = phase.note.as_deref().map_or_else(String::new, |note| format!(" ({note})"));
        let line = safe(&format!("{name}{}{note}", phase.phase.describe()), console.style);
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            console.progress(&line);
            *last = line;
        }
    })
}

/// Tells how an operation ended.
pub fn tell(operation: &OperationState, console: Console) -> Result<Exit, Failure> {
    console.show(|| json::scaled(operation), || ending(operation, console.style))?;
    Ok(exit_of(operation))
}

/// How an operation ended, as an exit code.
#[must_use]
pub fn exit_of(operation: &OperationState) -> Exit {
    operation.outcome.as_ref().map_or(Exit::Failed, Exit::from)
}

/// How an operation ended, in a line.
#[must_use]
pub fn ending(operation: &OperationState, style: Style) -> String {
    let (word, ink) = match &operation.outcome {
        Some(Outcome::Done(_)) => ("done", Ink::Good),
        Some(Outcome::Refused(_)) => ("refused", Ink::Warning),
        Some(Outcome::Failed(_)) | None => ("failed", Ink::Bad),
    };
    let what = operation.outcome.as_ref().map_or("not ended", Outcome::text);
    format!("{}: {}\n", style.paint(ink, word), safe(what, style))
}
