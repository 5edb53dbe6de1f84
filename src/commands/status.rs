//! `status`: the metrics and what they recommend. It changes nothing, ever.

use super::console::Console;
use super::exit::{Exit, Failure};
use super::json::Status;
use super::session::Session;
use super::{json, text};
use crate::cloud::Cloud;
use crate::worker::Look;

/// Shows it.
pub async fn run(session: &Session, console: Console) -> Result<Exit, Failure> {
    let look = session.control().look().await?;
    let status = of(&look, session);
    console.show(|| json::status(status), || text::status(session.spec(), status, console.style))?;
    Ok(Exit::Done)
}

/// What a look says.
#[must_use]
pub fn of<'a>(look: &'a Look, session: &'a Session) -> Status<'a> {
    Status {
        observation: &look.observation,
        decision: &look.decision,
        policy: session.policy(),
        findings: &look.findings,
        usage: session.client.usage(),
        reach: &session.reach,
    }
}
