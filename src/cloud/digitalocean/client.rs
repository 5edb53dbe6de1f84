//! The calls of [`Cloud`], each as its requests. What is done already counts as done, whatever status says so.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::connection::Connection;
use super::options::ClientOptions;
use super::request::Request;
use super::{metrics, pages, wire};
use crate::cloud::{
    Account, Action, ActionId, Cloud, CloudError, Deed, NewDroplet, Result, ServerClock, TagSummary, Usage, Window,
};
use crate::cluster::{
    Droplet, DropletId, DropletSeries, Image, LabelledSeries, LoadBalancer, LoadBalancerId, LoadBalancerSeries, Size,
};

/// Things on a page; the API's maximum.
const PER_PAGE: u32 = 200;
/// Load balancers on a page: pages of 200 of them are known to time out.
const BALANCERS_PER_PAGE: u32 = 50;

/// A client of the API. Clones share connections, budget and clock.
#[derive(Clone)]
pub struct Client {
    connection: Arc<Connection>,
}

impl Client {
    /// A client; no request is made yet. Fails when the token cannot be one.
    pub fn new(options: ClientOptions) -> Result<Self> {
        Ok(Self { connection: Arc::new(Connection::new(options)?) })
    }

    /// What was done lately to droplets of the account, those included that there are no more: the latest page of its
    /// actions. Needs the scope `actions:read`, as nothing else does.
    pub async fn latest_deeds(&self) -> Result<Vec<Deed>> {
        let request = Request::get(&["actions"], "actions:read").with("per_page", PER_PAGE);
        let (status, mut answer) = self.connection.json(&request).await?;
        let Some(Value::Array(mut actions)) = answer.get_mut("actions").map(Value::take) else {
            return Err(self.connection.nonsense(&request, status, "the answer has no actions"));
        };
        actions.retain(|action| action["resource_type"] == "droplet");
        self.read_all::<wire::AccountAction, _>(&request, "actions", actions)
    }

    /// All things of a list; a thing that moved to the next page meanwhile is taken once.
    async fn list<W, T>(&self, request: Request, key: &str, per_page: u32) -> Result<Vec<T>>
    where
        W: DeserializeOwned,
        T: TryFrom<W, Error = String>,
    {
        let things = self.documents(&request, key, per_page).await?;
        self.read_all::<W, T>(&request, key, things)
    }

    fn read_all<W, T>(&self, request: &Request, key: &str, things: Vec<Value>) -> Result<Vec<T>>
    where
        W: DeserializeOwned,
        T: TryFrom<W, Error = String>,
    {
        let read = |thing| wire::read::<W, T>(thing, singular(key));
        let things: std::result::Result<_, _> = things.into_iter().map(read).collect();
        things.map_err(|message| self.connection.nonsense(request, 200, &message))
    }

    async fn documents(&self, request: &Request, key: &str, per_page: u32) -> Result<Vec<Value>> {
        let mut things = pages::all(&self.connection, request, key, per_page).await?;
        let mut seen = HashSet::new();
        things.retain(|thing| thing.get("id").is_none_or(|id| seen.insert(id.to_string())));
        Ok(things)
    }

    async fn one<W, T>(&self, request: Request, key: &str) -> Result<T>
    where
        W: DeserializeOwned,
        T: TryFrom<W, Error = String>,
    {
        let (status, mut answer) = self.connection.json(&request).await?;
        wire::thing(&mut answer, key)
            .and_then(|thing| wire::read::<W, T>(thing, key))
            .map_err(|message| self.connection.nonsense(&request, status, &message))
    }

    async fn series(&self, request: Request, window: Window) -> Result<Vec<LabelledSeries>> {
        let request = request.with("start", window.start.as_second()).with("end", window.end.as_second());
        let (status, answer) = self.connection.json(&request).await?;
        wire::series(&answer).map_err(|message| self.connection.nonsense(&request, status, &message))
    }

    /// Adds or removes members. A refusal is no failure when the balancer shows that nothing was left to do.
    async fn change_members(&self, request: Request, id: &LoadBalancerId, ids: &[DropletId], on: bool) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let Err(error) = self.connection.done(&request).await else { return Ok(()) };
        if !matches!(error.status, Some(404 | 409 | 422)) || error.is_transient() {
            return Err(error);
        }
        match self.load_balancer(id).await {
            Ok(balancer) if ids.iter().all(|droplet| balancer.has(*droplet) == on) => Ok(()),
            _ => Err(error),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("api_url", self.connection.api_url()).finish_non_exhaustive()
    }
}

impl Cloud for Client {
    async fn droplets(&self, tag: &str) -> Result<Vec<Droplet>> {
        self.list::<wire::Droplet, _>(tagged(tag), "droplets", PER_PAGE).await
    }

    async fn droplet_documents(&self, tag: &str) -> Result<Vec<Value>> {
        self.documents(&tagged(tag), "droplets", PER_PAGE).await
    }

    async fn droplet(&self, id: DropletId) -> Result<Droplet> {
        let request = Request::get(&["droplets", &id.to_string()], "droplet:read");
        self.one::<wire::Droplet, _>(request, "droplet").await
    }

    async fn create_droplet(&self, new: &NewDroplet) -> Result<Droplet> {
        let request = Request::post(&["droplets"], "droplet:create", wire::create_body(new)).once();
        self.one::<wire::Droplet, _>(request, "droplet").await
    }

    async fn delete_droplet(&self, id: DropletId) -> Result<()> {
        let request = Request::delete(&["droplets", &id.to_string()], "droplet:delete");
        gone_is_fine(self.connection.done(&request).await)
    }

    async fn shut_down(&self, id: DropletId) -> Result<Option<ActionId>> {
        let segments = ["droplets", &id.to_string(), "actions"];
        let request = Request::post(&segments, "droplet:update", json!({"type": "shutdown"})).once();
        match self.one::<wire::Action, Action>(request, "action").await {
            Ok(action) => Ok(Some(action.id)),
            Err(error) if says_already(&error, "off") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn action(&self, droplet: DropletId, action: ActionId) -> Result<Action> {
        let segments = ["droplets", &droplet.to_string(), "actions", &action.0.to_string()];
        self.one::<wire::Action, _>(Request::get(&segments, "droplet:read"), "action").await
    }

    async fn actions(&self, droplet: DropletId) -> Result<Vec<Action>> {
        let request = Request::get(&["droplets", &droplet.to_string(), "actions"], "droplet:read");
        let mut actions: Vec<Action> = self.list::<wire::Action, _>(request, "actions", PER_PAGE).await?;
        actions.sort_by_key(|action| std::cmp::Reverse(action.started_at));
        Ok(actions)
    }

    async fn snapshots(&self) -> Result<Vec<Image>> {
        let request = Request::get(&["snapshots"], "snapshot:read").with("resource_type", "droplet");
        let mut things = self.documents(&request, "snapshots", PER_PAGE).await?;
        // Snapshots of volumes are numbered otherwise, and no droplet can be made from them.
        things.retain(|thing| thing.get("resource_type").is_none_or(|kind| kind == "droplet"));
        self.read_all::<wire::Image, _>(&request, "snapshots", things)
    }

    async fn private_images(&self) -> Result<Vec<Image>> {
        let request = Request::get(&["images"], "image:read").with("private", "true");
        self.list::<wire::Image, _>(request, "images", PER_PAGE).await
    }

    async fn load_balancers(&self) -> Result<Vec<LoadBalancer>> {
        let request = Request::get(&["load_balancers"], "load_balancer:read");
        self.list::<wire::LoadBalancer, _>(request, "load_balancers", BALANCERS_PER_PAGE).await
    }

    async fn load_balancer(&self, id: &LoadBalancerId) -> Result<LoadBalancer> {
        let request = Request::get(&["load_balancers", &id.0], "load_balancer:read");
        self.one::<wire::LoadBalancer, _>(request, "load_balancer").await
    }

    async fn attach(&self, id: &LoadBalancerId, droplets: &[DropletId]) -> Result<()> {
        let segments = ["load_balancers", &id.0, "droplets"];
        let request = Request::post(&segments, "load_balancer:update", json!({"droplet_ids": droplets}));
        self.change_members(request, id, droplets, true).await
    }

    async fn detach(&self, id: &LoadBalancerId, droplets: &[DropletId]) -> Result<()> {
        let segments = ["load_balancers", &id.0, "droplets"];
        let request = Request::delete(&segments, "load_balancer:update").with_body(json!({"droplet_ids": droplets}));
        self.change_members(request, id, droplets, false).await
    }

    async fn tags(&self) -> Result<Vec<TagSummary>> {
        self.list::<wire::Tag, _>(Request::get(&["tags"], "tag:read"), "tags", PER_PAGE).await
    }

    async fn create_tag(&self, tag: &str) -> Result<()> {
        let request = Request::post(&["tags"], "tag:create", json!({"name": tag}));
        match self.connection.done(&request).await {
            Err(error) if says_already(&error, "exist") => Ok(()),
            other => other,
        }
    }

    async fn delete_tag(&self, tag: &str) -> Result<()> {
        gone_is_fine(self.connection.done(&Request::delete(&["tags", tag], "tag:delete")).await)
    }

    async fn tag_droplet(&self, tag: &str, id: DropletId) -> Result<()> {
        let request = Request::post(&["tags", tag, "resources"], "tag:create", resources(id));
        self.connection.done(&request).await
    }

    async fn untag_droplet(&self, tag: &str, id: DropletId) -> Result<()> {
        let request = Request::delete(&["tags", tag, "resources"], "tag:delete").with_body(resources(id));
        gone_is_fine(self.connection.done(&request).await)
    }

    async fn account(&self) -> Result<Account> {
        self.one::<wire::Account, _>(Request::get(&["account"], "account:read"), "account").await
    }

    async fn sizes(&self) -> Result<Vec<Size>> {
        self.list::<wire::Size, _>(Request::get(&["sizes"], "sizes:read"), "sizes", PER_PAGE).await
    }

    async fn droplet_series(
        &self,
        id: DropletId,
        series: DropletSeries,
        window: Window,
    ) -> Result<Vec<LabelledSeries>> {
        let (name, traffic) = metrics::of_droplet(series);
        let mut request = monitoring("droplet", name).with("host_id", id);
        if let Some((interface, direction)) = traffic {
            request = request.with("interface", interface).with("direction", direction);
        }
        self.series(request, window).await
    }

    async fn load_balancer_series(
        &self,
        id: &LoadBalancerId,
        series: LoadBalancerSeries,
        window: Window,
    ) -> Result<Vec<LabelledSeries>> {
        let request = monitoring("load_balancer", metrics::of_load_balancer(series)).with("lb_id", id);
        self.series(request, window).await
    }

    fn clock(&self) -> &ServerClock {
        self.connection.clock()
    }

    fn usage(&self) -> Usage {
        self.connection.usage()
    }
}

fn tagged(tag: &str) -> Request {
    Request::get(&["droplets"], "droplet:read").with("tag_name", tag)
}

fn monitoring(of: &str, name: &str) -> Request {
    Request::get(&["monitoring", "metrics", of, name], "monitoring:read")
}

/// The API wants a droplet's number as text here.
fn resources(id: DropletId) -> Value {
    json!({"resources": [{"resource_id": id.to_string(), "resource_type": "droplet"}]})
}

fn singular(key: &str) -> &str {
    key.strip_suffix('s').unwrap_or(key)
}

fn gone_is_fine(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}

/// Whether a refusal says that what was asked for is so already.
fn says_already(error: &CloudError, state: &str) -> bool {
    let message = error.message.to_lowercase();
    matches!(error.status, Some(409 | 422)) && message.contains("already") && message.contains(state)
}
