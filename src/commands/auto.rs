//! `auto`: does what the metrics recommend, once, or again and again with `--watch`. It asks nobody, and it
//! respects the cooldown.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;

use super::console::Console;
use super::exit::{Exit, Failure};
use super::operation::{ending, exit_of, reporter, unless_ended};
use super::session::{ClientControl, Session};
use super::signals::Ends;
use super::{json as documents, status, text};
use crate::cli::{AutoArgs, OutputFormat};
use crate::cloud::PlannedRequest;
use crate::policy::Action;
use crate::scaling::{Kind, OperationState, Refusal};
use crate::worker::Look;

/// Runs it.
pub async fn run(args: &AutoArgs, session: &Session, console: Console) -> Result<Exit, Failure> {
    let mut control = session.control();
    let mut ends = Ends::listen()?;
    if args.watch {
        return watch(args, session, &mut control, &mut ends, console).await;
    }
    let turn = Turn::take(session, &mut control, &mut ends, console).await?;
    console.show(|| turn.document(session), || turn.text(session, console))?;
    Ok(turn.exit())
}

/// One line for each evaluation. One that fails is told, and the next one tried; only a token that is refused
/// ends it.
async fn watch(
    args: &AutoArgs,
    session: &Session,
    control: &mut ClientControl,
    ends: &mut Ends,
    console: Console,
) -> Result<Exit, Failure> {
    let mut ticks = tokio::time::interval(args.every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = ends.asked() => return Ok(Exit::Done),
            _ = ticks.tick() => {}
        }
        match Turn::take(session, control, ends, console).await {
            Ok(turn) => {
                match console.format {
                    OutputFormat::Json => console.document_line(&turn.document(session))?,
                    OutputFormat::Text => console.print(&turn.line(console))?,
                }
                if turn.ended {
                    return Ok(Exit::Done);
                }
            }
            Err(failure) if failure.exit == Exit::Unauthorized || failure.message.is_none() => return Err(failure),
            Err(failure) => tell_failure(&failure, console)?,
        }
    }
}

fn tell_failure(failure: &Failure, console: Console) -> Result<(), Failure> {
    let message = failure.message.as_deref().unwrap_or_default();
    match console.format {
        OutputFormat::Json => console.document_line(&json!({ "error": message })),
        OutputFormat::Text => {
            console.say(&format!("error: {message}"));
            Ok(())
        }
    }
}

/// What came of one evaluation.
struct Turn {
    look: Look,
    came: Came,
    /// Whether the program was asked to end meanwhile.
    ended: bool,
}

enum Came {
    /// Nothing was to be done.
    Nothing,
    /// An operation was carried out, whether it went well or not.
    Operation(Box<OperationState>),
    /// An operation would have been begun.
    Planned(Vec<PlannedRequest>, Value),
    /// An operation would have been begun, but must not be.
    ReadOnly,
}

impl Turn {
    async fn take(
        session: &Session,
        control: &mut ClientControl,
        ends: &mut Ends,
        console: Console,
    ) -> Result<Self, Failure> {
        if session.dry_run || session.config.read_only {
            let look = control.look().await?;
            let came = match look.decision.action {
                Action::Hold => Came::Nothing,
                _ if !session.dry_run => Came::ReadOnly,
                Action::Up => {
                    let plan = Arc::clone(look.up.as_ref().map_err(Clone::clone)?);
                    Came::Planned(plan.requests.clone(), documents::planned(&*plan))
                }
                Action::Down => {
                    let plan = Arc::clone(look.down.as_ref().map_err(Clone::clone)?);
                    Came::Planned(plan.requests.clone(), documents::planned(&*plan))
                }
            };
            return Ok(Self { look, came, ended: false });
        }
        let stop = control.stopper();
        let (done, ended) = unless_ended(control.auto(reporter(console)), stop, ends, console).await?;
        let (look, operation) = done?;
        session.settle(console);
        let came = operation.map_or(Came::Nothing, |operation| Came::Operation(Box::new(operation)));
        Ok(Self { look, came, ended })
    }

    fn exit(&self) -> Exit {
        match &self.came {
            Came::Nothing | Came::Planned(..) => Exit::Done,
            Came::Operation(operation) => exit_of(operation),
            Came::ReadOnly => Exit::Refused,
        }
    }

    fn document(&self, session: &Session) -> Value {
        let status = documents::status(status::of(&self.look, session));
        let action = self.look.decision.action;
        match &self.came {
            Came::Nothing => documents::auto(status, Action::Hold, Value::Null),
            Came::Planned(_, plan) => documents::auto(status, action, plan.clone()),
            Came::ReadOnly => documents::auto(status, action, documents::not_scaled(&Refusal::ReadOnly.to_string())),
            Came::Operation(operation) => {
                let ended = documents::scaled(operation);
                match operation.kind {
                    Kind::Up => documents::auto(status, Action::Up, ended),
                    Kind::Down => documents::auto(status, Action::Down, ended),
                    Kind::Recover => {
                        let mut document = documents::auto(status, Action::Hold, Value::Null);
                        document["recovery"] = ended;
                        document
                    }
                }
            }
        }
    }

    fn text(&self, session: &Session, console: Console) -> String {
        let status = text::status(session.spec(), status::of(&self.look, session), console.style);
        match &self.came {
            Came::Nothing => status,
            came => format!("{status}\n{}", came.text(console)),
        }
    }

    /// For a log: when, how many, what and why, and what came of it.
    fn line(&self, console: Console) -> String {
        let decision = &self.look.decision;
        let conclusion = text::conclusion(decision, console.style);
        let came = match &self.came {
            Came::Nothing => String::new(),
            came => came.text(console),
        };
        format!("{:.0}  {} of {} serve  {conclusion}{came}", decision.at, decision.serving, decision.count)
    }
}

impl Came {
    fn text(&self, console: Console) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Operation(operation) => ending(operation, console.style),
            Self::Planned(requests, _) => text::requests(requests, console.style),
            Self::ReadOnly => format!("refused: {}\n", Refusal::ReadOnly),
        }
    }
}
