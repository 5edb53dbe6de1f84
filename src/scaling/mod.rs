//! The steps of up and down, the claim, the marker, and recovery. Each step has a deadline and an undo, and
//! is written in the cloud, as a tag, before it is begun: whoever runs next, on any machine, can finish it.

mod finding;
mod phase;
mod plan;
mod planning;
mod run;

pub use finding::{Finding, Level};
pub use phase::{Kind, OperationState, Outcome, Phase, PhaseState};
pub use plan::{DownPlan, Refusal, UpPlan};
pub use planning::{Terms, new_droplet, plan_down, plan_up};
pub use run::{Reporter, Run, Stop};
