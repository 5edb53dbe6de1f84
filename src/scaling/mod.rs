//! The steps of up and down, the claim, the marker, and recovery. Each step has a deadline and an undo, and
//! is written in the cloud, as a tag, before it is begun: whoever runs next, on any machine, can finish it.
//!
//! `planning` says what an operation would do (pure), `scaler` carries one out from order to outcome, `claim`,
//! `up`, `down` and `recover` are its steps, `run` is what they share, `findings` finds what is told
//! to people.

mod alike;
mod claim;
mod down;
mod finding;
mod findings;
mod housekeeping;
mod phase;
mod plan;
mod planning;
mod recover;
mod run;
mod scaler;
mod up;

pub use alike::{Alike, alike};
pub use finding::{Finding, FindingKind, Level, Several};
pub use findings::findings;
pub use housekeeping::{Housekeeping, has_young_strays, is_leaving_tag_left, stray_tags, worn_out_tags};
pub use phase::{Kind, OperationState, Outcome, Phase, PhaseState};
pub use plan::{DownPlan, Refusal, UpPlan};
pub use planning::{Terms, new_droplet, plan_down, plan_up, removal};
pub use recover::{has_leftovers, left_behind};
pub use run::Reporter;
pub use scaler::{Nonces, Order, Scaler};

#[cfg(test)]
pub(crate) mod tests;
