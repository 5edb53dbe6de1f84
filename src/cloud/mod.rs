//! What we need of a cloud, in our words: the trait [`Cloud`] and its errors, sorted by what can be done
//! about them. `cloud::digitalocean` speaks to the real API; `simulator` implements the same trait in memory.
//!
//! Every call may fail, be answered late, or be carried out although its answer was lost; [`CloudError`] says
//! which of these is possible.

mod clock;
pub mod digitalocean;
mod error;
mod request;
pub mod trail;
mod usage;

use std::future::Future;

use serde::Serialize;

use crate::cluster::{
    Droplet, DropletId, DropletSeries, Image, LabelledSeries, LoadBalancer, LoadBalancerId, LoadBalancerSeries, Size,
};

pub use clock::{Clock, ServerClock, SystemClock};
pub use error::{CloudError, Remedy};
pub use request::{Account, Action, ActionId, ActionStatus, Deed, NewDroplet, TagSummary, Window};
pub use usage::Usage;

/// The result of a call to the cloud.
pub type Result<T> = std::result::Result<T, CloudError>;

/// A cloud with droplets, load balancers, tags and metrics.
///
/// All methods read to the last page, have a deadline, and repeat by themselves what is safe to repeat.
/// [`Cloud::create_droplet`] is never repeated blindly.
pub trait Cloud: Send + Sync + 'static {
    /// All droplets with this tag. A droplet made a moment ago may be missing.
    fn droplets(&self, tag: &str) -> impl Future<Output = Result<Vec<Droplet>>> + Send;

    /// The same droplets as the API's own JSON objects, for output that promises them.
    fn droplet_documents(&self, tag: &str) -> impl Future<Output = Result<Vec<serde_json::Value>>> + Send;

    /// One droplet; [`Remedy::Gone`] when there is none, or none yet.
    fn droplet(&self, id: DropletId) -> impl Future<Output = Result<Droplet>> + Send;

    /// Makes a droplet. On an error for which [`CloudError::may_have_happened`] is true it may exist all the
    /// same: look for it by a tag that only it has before making another.
    fn create_droplet(&self, new: &NewDroplet) -> impl Future<Output = Result<Droplet>> + Send;

    /// Deletes a droplet for good. One that is already gone is a success.
    fn delete_droplet(&self, id: DropletId) -> impl Future<Output = Result<()>> + Send;

    /// Asks the droplet's operating system to shut down. One that is off already is a success, with no action.
    fn shut_down(&self, id: DropletId) -> impl Future<Output = Result<Option<ActionId>>> + Send;

    /// How an action on a droplet stands.
    fn action(&self, droplet: DropletId, action: ActionId) -> impl Future<Output = Result<Action>> + Send;

    /// What was done to a droplet lately, newest first.
    fn actions(&self, droplet: DropletId) -> impl Future<Output = Result<Vec<Action>>> + Send;

    /// All snapshots of droplets.
    fn snapshots(&self) -> impl Future<Output = Result<Vec<Image>>> + Send;

    /// All private images.
    fn private_images(&self) -> impl Future<Output = Result<Vec<Image>>> + Send;

    /// All load balancers.
    fn load_balancers(&self) -> impl Future<Output = Result<Vec<LoadBalancer>>> + Send;

    /// One load balancer.
    fn load_balancer(&self, id: &LoadBalancerId) -> impl Future<Output = Result<LoadBalancer>> + Send;

    /// Adds droplets by id; one that is a member already is a success.
    fn attach(&self, id: &LoadBalancerId, droplets: &[DropletId]) -> impl Future<Output = Result<()>> + Send;

    /// Removes droplets by id; one that is no member is a success.
    fn detach(&self, id: &LoadBalancerId, droplets: &[DropletId]) -> impl Future<Output = Result<()>> + Send;

    /// All tags of the account.
    fn tags(&self) -> impl Future<Output = Result<Vec<TagSummary>>> + Send;

    /// Makes a tag; one that exists is a success.
    fn create_tag(&self, tag: &str) -> impl Future<Output = Result<()>> + Send;

    /// Deletes a tag and takes it off everything that carries it. One that is gone is a success.
    fn delete_tag(&self, tag: &str) -> impl Future<Output = Result<()>> + Send;

    /// Puts a tag, which must exist, on a droplet.
    fn tag_droplet(&self, tag: &str, id: DropletId) -> impl Future<Output = Result<()>> + Send;

    /// Takes a tag off a droplet; a success when it is not there.
    fn untag_droplet(&self, tag: &str, id: DropletId) -> impl Future<Output = Result<()>> + Send;

    /// The account's limits.
    fn account(&self) -> impl Future<Output = Result<Account>> + Send;

    /// All droplet sizes.
    fn sizes(&self) -> impl Future<Output = Result<Vec<Size>>> + Send;

    /// A metric of a droplet. Empty when the droplet has no agent, or is too new.
    fn droplet_series(
        &self,
        id: DropletId,
        series: DropletSeries,
        window: Window,
    ) -> impl Future<Output = Result<Vec<LabelledSeries>>> + Send;

    /// A metric of a load balancer.
    fn load_balancer_series(
        &self,
        id: &LoadBalancerId,
        series: LoadBalancerSeries,
        window: Window,
    ) -> impl Future<Output = Result<Vec<LabelledSeries>>> + Send;

    /// The time by the server's clock.
    fn clock(&self) -> &ServerClock;

    /// How much of the request budget is used.
    fn usage(&self) -> Usage;
}

/// A call that would change the cloud, as `--dry-run` prints it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedRequest {
    /// The HTTP method.
    pub method: &'static str,
    /// The path below the API's address; what is known only later stands in angle brackets.
    pub path: String,
    /// The body, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
}
