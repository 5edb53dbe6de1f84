//! The simulated cloud without HTTP: the trait [`Cloud`] on a [`SharedWorld`], with the same limits, faults and
//! latency as over the protocol. Retries are nobody's here: what a call meets is what its caller sees.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::droplet::Droplet as SimulatedDroplet;
use super::fault::Fate;
use super::world;
use super::{ApiError, LabelledSamples, SharedWorld, World, balancer, size};
use crate::cloud::{
    Account, Action, ActionId, ActionStatus, Clock, Cloud, CloudError, NewDroplet, Remedy, Result, ServerClock,
    TagSummary, Usage, Window,
};
use crate::cluster::{
    Address, Droplet, DropletId, DropletSeries, DropletStatus, Image, LabelledSeries, LoadBalancer, LoadBalancerId,
    LoadBalancerSeries, Membership, Price, Sample, Size,
};

/// How long a call that is never answered is waited for.
const DEADLINE: Duration = Duration::from_secs(30);

/// A client of a shared world.
#[derive(Debug, Clone)]
pub struct SimulatedCloud {
    world: SharedWorld,
    clock: ServerClock,
    caller: u32,
}

impl SimulatedCloud {
    /// A client with this local clock, which need not be right: the world's own is the server's.
    #[must_use]
    pub fn new(world: SharedWorld, clock: Arc<dyn Clock>) -> Self {
        Self { world, clock: ServerClock::new(clock), caller: 0 }
    }

    /// The same, with a number by which the world's log tells it from others.
    #[must_use]
    pub fn with_caller(self, caller: u32) -> Self {
        Self { caller, ..self }
    }

    /// The world.
    #[must_use]
    pub fn world(&self) -> &SharedWorld {
        &self.world
    }

    async fn call<T>(
        &self,
        method: &'static str,
        path: String,
        mut deed: impl FnMut(&mut World) -> std::result::Result<T, ApiError>,
    ) -> Result<T> {
        let admission = self.world.with(|world| world.admit(self.caller, method, &path));
        let request = format!("{method} {path}");
        // Half of it on the way there, half on the way back.
        let way = admission.latency / 2;
        sleep(way).await;
        let lost = |message: &str| CloudError {
            remedy: Remedy::Unreachable,
            request: request.clone(),
            status: None,
            message: message.to_owned(),
            request_id: None,
        };
        match admission.fate {
            Fate::Refused(error) => return Err(error_of(&request, &error)),
            Fate::Lost => return Err(lost("the connection was closed")),
            Fate::Hangs => {
                sleep(DEADLINE).await;
                return Err(lost("no answer in time"));
            }
            Fate::Orphaned { done: false } => std::future::pending().await,
            _ => {}
        }
        let done = self.world.with(|world| {
            let mut done = deed(world);
            if admission.fate == Fate::Twice {
                done = deed(world).or(done);
            }
            world.carried_out(&admission.call);
            done
        });
        sleep(way).await;
        self.clock.heard(self.world.clock().now());
        match admission.fate {
            Fate::RefusedAfter(error) => Err(error_of(&request, &error)),
            Fate::Orphaned { .. } => std::future::pending().await,
            Fate::AnswerLost => Err(lost("the connection was closed before the answer")),
            Fate::Garbage => {
                Err(CloudError { remedy: Remedy::Nonsense, status: Some(200), ..lost("the answer is not JSON") })
            }
            _ => done.map_err(|error| error_of(&request, &error)),
        }
    }
}

async fn sleep(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// What a caller can do about a refusal.
fn error_of(request: &str, error: &ApiError) -> CloudError {
    let is_busy = error.message.contains("processes previous actions") || error.message.contains("pending event");
    let remedy = match error.status {
        _ if is_busy => Remedy::Retry,
        401 => Remedy::Token,
        403 => Remedy::Scope { scope: "droplet:read" },
        404 => Remedy::Gone,
        422 if error.message.contains("droplet limit") => Remedy::Limit,
        429 => Remedy::RateLimited { retry_after: error.retry_after_s.map(Duration::from_secs) },
        500.. => Remedy::Retry,
        _ => Remedy::Refused,
    };
    CloudError {
        remedy,
        request: request.to_owned(),
        status: Some(error.status),
        message: error.message.clone(),
        request_id: None,
    }
}

/// A deletion of something that is gone is a success.
fn gone_is_done(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.is_gone() => Ok(()),
        other => other,
    }
}

fn timestamp(ms: i64) -> Timestamp {
    // The API's times have whole seconds.
    Timestamp::from_second(ms.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn size_of(size: size::Size) -> Size {
    Size {
        slug: size.slug.to_owned(),
        vcpus: size.vcpus,
        memory_mib: size.memory_mib,
        disk_gib: size.disk_gib,
        price: Some(Price { hourly: size.price_hourly, monthly: size.price_monthly }),
    }
}

fn image_of(image: &world::Image, region: &str) -> Image {
    Image {
        id: image.id,
        name: image.name.clone(),
        distribution: Some(world::DISTRIBUTION.to_owned()),
        created_at: Some(timestamp(image.created_at_ms)),
        regions: vec![region.to_owned()],
        min_disk_gib: image.min_disk_gib,
    }
}

fn droplet_of(droplet: &SimulatedDroplet, world: &World) -> Droplet {
    let addresses = droplet.addresses().map_or_else(Vec::new, |(private, public)| {
        vec![Address { ip: private, public: false }, Address { ip: public, public: true }]
    });
    Droplet {
        id: DropletId(droplet.id),
        name: droplet.name.clone(),
        status: match droplet.status() {
            "new" => DropletStatus::New,
            "active" => DropletStatus::Active,
            "off" => DropletStatus::Off,
            _ => DropletStatus::Unknown,
        },
        locked: droplet.is_locked(),
        created_at: timestamp(droplet.created_at_ms),
        size: size_of(droplet.size),
        region: droplet.region.clone(),
        image: Some(image_of(&world.image_of(droplet), &droplet.region)),
        vpc: Some(droplet.vpc.clone()),
        tags: droplet.tags.iter().cloned().collect(),
        addresses,
        features: droplet.features().iter().map(|feature| (*feature).to_owned()).collect(),
    }
}

fn balancer_of(balancer: &balancer::Balancer) -> LoadBalancer {
    LoadBalancer {
        id: LoadBalancerId(balancer.id.clone()),
        name: balancer.name.clone(),
        status: "active".to_owned(),
        ip: Some("192.0.2.80".to_owned()),
        region: balancer.region.clone(),
        vpc: Some(balancer.vpc.clone()),
        membership: balancer.tag.clone().map_or(Membership::ById, Membership::ByTag),
        members: balancer.members.keys().map(|id| DropletId(*id)).collect(),
    }
}

fn action_of(action: &world::Action, now_ms: i64) -> Action {
    Action {
        id: ActionId(action.id),
        kind: action.kind.to_owned(),
        status: match action.status(now_ms) {
            "completed" => ActionStatus::Completed,
            "errored" => ActionStatus::Errored,
            _ => ActionStatus::InProgress,
        },
        started_at: timestamp(action.started_at_ms),
        completed_at: action.completed_at_ms.filter(|at| *at <= now_ms).map(timestamp),
    }
}

fn series_of(samples: Vec<LabelledSamples>) -> Vec<LabelledSeries> {
    let series = |(labels, samples): LabelledSamples| LabelledSeries {
        labels,
        samples: samples
            .into_iter()
            .filter_map(|(at, value)| Some(Sample { at: Timestamp::from_second(at).ok()?, value }))
            .collect(),
    };
    samples.into_iter().map(series).collect()
}

fn ids(droplets: &[DropletId]) -> Vec<u64> {
    droplets.iter().map(|id| id.0).collect()
}

impl Cloud for SimulatedCloud {
    async fn droplets(&self, tag: &str) -> Result<Vec<Droplet>> {
        self.call("GET", format!("/v2/droplets?tag_name={tag}"), |world| {
            let listed = |droplet: &SimulatedDroplet| Droplet {
                tags: droplet.listed_tags(world.listed_ms()).iter().cloned().collect(),
                ..droplet_of(droplet, world)
            };
            Ok(world.droplets_tagged(tag).into_iter().map(listed).collect())
        })
        .await
    }

    async fn droplet_documents(&self, tag: &str) -> Result<Vec<serde_json::Value>> {
        let droplets = self.droplets(tag).await?;
        Ok(droplets.iter().filter_map(|droplet| serde_json::to_value(droplet).ok()).collect())
    }

    async fn droplet(&self, id: DropletId) -> Result<Droplet> {
        self.call("GET", format!("/v2/droplets/{id}"), |world| {
            world.droplet(id.0).map(|droplet| droplet_of(droplet, world))
        })
        .await
    }

    async fn create_droplet(&self, new: &NewDroplet) -> Result<Droplet> {
        let new = world::NewDroplet {
            name: new.name.clone(),
            region: new.region.clone(),
            size: new.size.clone(),
            image: new.image,
            vpc: new.vpc.clone(),
            tags: new.tags.clone(),
            monitoring: new.monitoring,
        };
        self.call("POST", "/v2/droplets".to_owned(), |world| {
            let (id, _) = world.create_droplet(&new)?;
            world.droplet(id).map(|droplet| droplet_of(droplet, world))
        })
        .await
    }

    async fn delete_droplet(&self, id: DropletId) -> Result<()> {
        gone_is_done(self.call("DELETE", format!("/v2/droplets/{id}"), |world| world.delete_droplet(id.0)).await)
    }

    async fn shut_down(&self, id: DropletId) -> Result<Option<ActionId>> {
        let path = format!("/v2/droplets/{id}/actions");
        match self.call("POST", path, |world| world.shut_down(id.0)).await {
            Ok(action) => Ok(Some(ActionId(action.id))),
            Err(error) if error.message.contains("already powered off") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn action(&self, droplet: DropletId, action: ActionId) -> Result<Action> {
        let path = format!("/v2/droplets/{droplet}/actions/{}", action.0);
        self.call("GET", path, |world| world.action(action.0).map(|action| action_of(action, world.now_ms()))).await
    }

    async fn actions(&self, droplet: DropletId) -> Result<Vec<Action>> {
        self.call("GET", format!("/v2/droplets/{droplet}/actions"), |world| {
            let now = world.now_ms();
            Ok(world.actions(droplet.0)?.into_iter().map(|action| action_of(action, now)).collect())
        })
        .await
    }

    async fn snapshots(&self) -> Result<Vec<Image>> {
        self.call("GET", "/v2/snapshots".to_owned(), |world| {
            // This list alone does not say what is on them.
            let listed = |image| Image { distribution: None, ..image_of(image, &world.scenario().region) };
            Ok(world.images().iter().map(listed).collect())
        })
        .await
    }

    async fn private_images(&self) -> Result<Vec<Image>> {
        self.call("GET", "/v2/images?private=true".to_owned(), |world| {
            Ok(world.images().iter().map(|image| image_of(image, &world.scenario().region)).collect())
        })
        .await
    }

    async fn load_balancers(&self) -> Result<Vec<LoadBalancer>> {
        self.call("GET", "/v2/load_balancers".to_owned(), |world| {
            Ok(world.balancers().iter().map(balancer_of).collect())
        })
        .await
    }

    async fn load_balancer(&self, id: &LoadBalancerId) -> Result<LoadBalancer> {
        self.call("GET", format!("/v2/load_balancers/{id}"), |world| world.balancer(&id.0).map(balancer_of)).await
    }

    async fn attach(&self, id: &LoadBalancerId, droplets: &[DropletId]) -> Result<()> {
        let path = format!("/v2/load_balancers/{id}/droplets");
        self.call("POST", path, |world| world.add_members(&id.0, &ids(droplets))).await
    }

    async fn detach(&self, id: &LoadBalancerId, droplets: &[DropletId]) -> Result<()> {
        let path = format!("/v2/load_balancers/{id}/droplets");
        self.call("DELETE", path, |world| world.remove_members(&id.0, &ids(droplets))).await
    }

    async fn tags(&self) -> Result<Vec<TagSummary>> {
        self.call("GET", "/v2/tags".to_owned(), |world| {
            let summary = |(name, droplets): (&str, usize)| TagSummary {
                name: name.to_owned(),
                droplets: u64::try_from(droplets).unwrap_or(u64::MAX),
            };
            Ok(world.tags().into_iter().map(summary).collect())
        })
        .await
    }

    async fn create_tag(&self, tag: &str) -> Result<()> {
        self.call("POST", "/v2/tags".to_owned(), |world| world.create_tag(tag)).await
    }

    async fn delete_tag(&self, tag: &str) -> Result<()> {
        gone_is_done(self.call("DELETE", format!("/v2/tags/{tag}"), |world| world.delete_tag(tag)).await)
    }

    async fn tag_droplet(&self, tag: &str, id: DropletId) -> Result<()> {
        self.call("POST", format!("/v2/tags/{tag}/resources"), |world| world.tag_droplet(tag, id.0)).await
    }

    async fn untag_droplet(&self, tag: &str, id: DropletId) -> Result<()> {
        let path = format!("/v2/tags/{tag}/resources");
        gone_is_done(self.call("DELETE", path, |world| world.untag_droplet(tag, id.0)).await)
    }

    async fn account(&self) -> Result<Account> {
        self.call("GET", "/v2/account".to_owned(), |world| {
            let limit = world.scenario().account.droplet_limit;
            Ok(Account { droplet_limit: u64::try_from(limit).ok() })
        })
        .await
    }

    async fn sizes(&self) -> Result<Vec<Size>> {
        self.call("GET", "/v2/sizes".to_owned(), |_| Ok(size::SIZES.into_iter().map(size_of).collect())).await
    }

    async fn droplet_series(
        &self,
        id: DropletId,
        series: DropletSeries,
        window: Window,
    ) -> Result<Vec<LabelledSeries>> {
        let (start, end) = (window.start.as_second(), window.end.as_second());
        let path = format!("/v2/monitoring/metrics/droplet/{series:?}?host_id={id}");
        self.call("GET", path, |world| Ok(series_of(world.droplet_series(id.0, series, start, end)))).await
    }

    async fn load_balancer_series(
        &self,
        id: &LoadBalancerId,
        series: LoadBalancerSeries,
        window: Window,
    ) -> Result<Vec<LabelledSeries>> {
        let (start, end) = (window.start.as_second(), window.end.as_second());
        let path = format!("/v2/monitoring/metrics/load_balancer/{series:?}?lb_id={id}");
        self.call("GET", path, |world| Ok(series_of(world.balancer_series(&id.0, series, start, end)))).await
    }

    fn clock(&self) -> &ServerClock {
        &self.clock
    }

    fn usage(&self) -> Usage {
        self.world.with(|world| world.usage())
    }
}
