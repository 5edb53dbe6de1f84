//! `down`: removes the clone made last, or the named one, after showing which and asking.

use super::console::Console;
use super::exit::{Exit, Failure};
use super::operation::{Proposal, by_hand, reconcile_first, reporter, tell, unless_ended};
use super::session::Session;
use super::signals::Ends;
use super::{json, text};
use crate::cli::DownArgs;
use crate::cluster::{DropletId, Observation};
use crate::scaling::{Refusal, Terms, plan_down};

/// Removes one.
pub async fn run(args: &DownArgs, session: &Session, console: Console) -> Result<Exit, Failure> {
    let mut ends = Ends::listen()?;
    let mut control = session.control();
    let look = control.look().await?;
    let named = args.name.as_deref().map(|name| find(&look.observation, name)).transpose()?;
    let terms = Terms { own: None, insist: true };
    let plan = plan_down(&look.observation, session.spec(), session.policy(), named, terms)?;
    let proposal = Proposal {
        text: text::plan_down(&plan, &look.observation, session.spec(), console.style),
        document: json::planned(&plan),
        requests: plan.requests.clone(),
        warnings: plan.warnings.clone(),
    };
    if session.dry_run {
        return proposal.show_only(console);
    }
    if session.config.read_only {
        return Err(Refusal::ReadOnly.into());
    }
    proposal.agree(args.yes, "Remove", console)?;
    reconcile_first(&mut control, &look, session, &mut ends, console).await?;
    // The one that was shown, whatever has been made since.
    let stop = control.stopper();
    let work = control.down(Some(plan.droplet), by_hand(), reporter(console));
    let (operation, _) = unless_ended(work, stop, &mut ends, console).await?;
    session.settle(console);
    tell(&operation, console)
}

/// The droplet of this name or id.
fn find(seen: &Observation, name: &str) -> Result<DropletId, Failure> {
    let droplets = seen.members.iter().map(|member| &member.droplet);
    if let Some(droplet) = droplets.clone().find(|droplet| droplet.id.to_string() == name) {
        return Ok(droplet.id);
    }
    let ids: Vec<DropletId> = droplets.filter(|droplet| droplet.name == name).map(|droplet| droplet.id).collect();
    match ids.as_slice() {
        [id] => Ok(*id),
        [] => Err(Failure::new(
            Exit::Usage,
            format!("no droplet {name:?} is in the cluster: `dropscale status` lists them"),
        )),
        several => {
            let several: Vec<String> = several.iter().map(ToString::to_string).collect();
            let text =
                format!("{} droplets are named {name:?}: give one of their ids, {}", several.len(), several.join(", "));
            Err(Failure::new(Exit::Usage, text))
        }
    }
}
