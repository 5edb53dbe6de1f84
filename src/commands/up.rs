//! `up`: adds a clone, after showing what it will be and cost, and asking.

use super::console::Console;
use super::exit::{Exit, Failure};
use super::operation::{Proposal, by_hand, reconcile_first, reporter, tell, unless_ended};
use super::session::Session;
use super::signals::Ends;
use super::{json, text};
use crate::cli::UpArgs;
use crate::scaling::Refusal;

/// Adds one.
pub async fn run(args: &UpArgs, session: &Session, console: Console) -> Result<Exit, Failure> {
    let mut ends = Ends::listen()?;
    let mut control = session.control();
    let look = control.look().await?;
    let plan = look.up.clone()?;
    let proposal = Proposal {
        text: text::plan_up(&plan, session.spec(), console.style),
        document: json::planned(&*plan),
        requests: plan.requests.clone(),
        warnings: plan.warnings.clone(),
    };
    if session.dry_run {
        return proposal.show_only(console);
    }
    if session.config.read_only {
        return Err(Refusal::ReadOnly.into());
    }
    proposal.agree(args.yes, "Add", console)?;
    reconcile_first(&mut control, &look, session, &mut ends, console).await?;
    let stop = control.stopper();
    let (operation, _) = unless_ended(control.up(by_hand(), reporter(console)), stop, &mut ends, console).await?;
    session.settle(console);
    tell(&operation, console)
}
