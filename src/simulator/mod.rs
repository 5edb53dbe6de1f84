//! A DigitalOcean that exists only here: droplets that boot, take load, report late and fail, with limits and
//! faults. `dropscale demo` runs on it, users learn on it, tests break it.
//!
//! `scenario` says what a world holds, `world` is the world, `workload`, `machine`, `telemetry` and `track` are its
//! load and its metrics, `fault` and `limits` what refuses requests. `cloud` offers it in memory, `http` over the
//! real protocol. It shares no wire types with the client: they check each other.

mod balancer;
mod clock;
mod cloud;
mod droplet;
mod duration;
mod error;
mod fault;
pub mod http;
mod limits;
mod machine;
mod scenario;
mod shared;
mod size;
mod telemetry;
mod track;
mod workload;
mod world;

pub use balancer::{Balancer, Member, Traffic};
pub use clock::TokioClock;
pub use cloud::SimulatedCloud;
pub use droplet::{Droplet, State};
pub use error::ApiError;
pub use fault::{Call, Fate, FaultConfig, FaultKind};
pub use limits::LimitHeaders;
pub use scenario::{Scenario, ScenarioError};
pub use shared::SharedWorld;
pub use size::{SIZES, Size};
pub use telemetry::LabelledSamples;
pub use world::{Action, Admission, Image, NewDroplet, World};
