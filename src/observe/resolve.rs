//! From the names in the configuration to load balancer, snapshot and limits. Names are looked up over all
//! pages, once; afterwards the load balancer is asked for by its id. What cannot be found is a problem with a
//! text, not an error: the rest of the cluster can still be looked at.

use std::time::Duration;

use futures::future::{self, OptionFuture};
use jiff::Timestamp;

use crate::cloud::{Cloud, CloudError};
use crate::cluster::{ClusterSpec, Image, LoadBalancer, LoadBalancerId, Membership, elapsed};

/// How long a snapshot and the account's limit are believed.
const NAMES_HOLD: Duration = Duration::from_secs(900);

/// What the names stand for.
#[derive(Debug, Clone, Default)]
pub struct Resolved {
    /// The load balancer.
    pub load_balancer: Option<LoadBalancer>,
    /// The snapshot.
    pub snapshot: Option<Image>,
    /// The account's limit of droplets, where the token may ask.
    pub droplet_limit: Option<u64>,
    /// What was not found.
    pub problems: Vec<String>,
}

/// Names that have been looked up.
#[derive(Debug, Clone, Default)]
pub struct Names {
    load_balancer: Option<LoadBalancerId>,
    by_tag: Option<String>,
    images: Option<(Timestamp, Found<Image>)>,
    limit: Option<(Timestamp, Option<u64>)>,
}

#[derive(Debug, Clone)]
struct Found<T> {
    thing: Option<T>,
    problem: Option<String>,
}

impl Names {
    pub fn forget(&mut self) {
        *self = Self { by_tag: self.by_tag.take(), ..Self::default() };
    }

    /// Whether the balancer takes its members by the cluster's own tag, as far as is known.
    pub fn is_by_cluster_tag(&self, spec: &ClusterSpec) -> bool {
        self.by_tag.as_deref() == Some(&spec.tag)
    }

    pub async fn resolve(&mut self, cloud: &impl Cloud, spec: &ClusterSpec) -> Result<Resolved, CloudError> {
        let now = cloud.clock().now();
        let holds = |at: &Timestamp| elapsed(*at, now) < NAMES_HOLD;
        let ask_image = !self.images.as_ref().is_some_and(|(at, found)| holds(at) && found.thing.is_some());
        let ask_limit = !self.limit.as_ref().is_some_and(|(at, _)| holds(at));
        let known = self.load_balancer.clone();
        let (balancer, image, limit) = future::join3(
            find_load_balancer(cloud, known.as_ref(), &spec.load_balancer),
            OptionFuture::from(ask_image.then(|| find_image(cloud, &spec.snapshot))),
            OptionFuture::from(ask_limit.then(|| cloud.account())),
        )
        .await;
        let balancer = balancer?;
        self.load_balancer = balancer.thing.as_ref().map(|lb| lb.id.clone());
        if let Some(lb) = &balancer.thing {
            self.by_tag = match &lb.membership {
                Membership::ByTag(tag) => Some(tag.clone()),
                Membership::ById => None,
            };
        }
        let mut problems: Vec<String> = balancer.problem.into_iter().collect();
        match image {
            Some(Ok(found)) => self.images = Some((now, found)),
            Some(Err(error)) if error.is_unauthorized() => return Err(error),
            Some(Err(error)) => problems.push(format!("the snapshot could not be looked up: {error}")),
            None => {}
        }
        match limit {
            Some(Ok(account)) => self.limit = Some((now, account.droplet_limit)),
            // The limit is a courtesy: a token without account:read works as well.
            Some(Err(error)) if !error.is_transient() => self.limit = Some((now, None)),
            _ => {}
        }
        let images = self.images.as_ref().map(|(_, found)| found.clone());
        problems.extend(images.as_ref().and_then(|found| found.problem.clone()));
        Ok(Resolved {
            load_balancer: balancer.thing,
            snapshot: images.and_then(|found| found.thing),
            droplet_limit: self.limit.and_then(|(_, limit)| limit),
            problems,
        })
    }
}

async fn find_load_balancer(
    cloud: &impl Cloud,
    known: Option<&LoadBalancerId>,
    wanted: &str,
) -> Result<Found<LoadBalancer>, CloudError> {
    if let Some(id) = known {
        match cloud.load_balancer(id).await {
            Ok(balancer) => return Ok(Found { thing: Some(balancer), problem: None }),
            Err(error) if error.is_gone() => {}
            Err(error) => return Err(error),
        }
    }
    let all = cloud.load_balancers().await?;
    let by_id = all.iter().find(|lb| lb.id.0 == wanted);
    let named: Vec<&LoadBalancer> = all.iter().filter(|lb| lb.name == wanted).collect();
    Ok(match (by_id.or(named.first().copied()), named.len()) {
        (Some(balancer), _) if by_id.is_some() || named.len() == 1 => {
            Found { thing: Some(balancer.clone()), problem: None }
        }
        (_, 0) => Found {
            thing: None,
            problem: Some(format!("there is no load balancer {wanted:?}: make one, or correct load_balancer")),
        },
        (_, several) => Found {
            thing: None,
            problem: Some(format!(
                "{several} load balancers are named {wanted:?}: give the id of the right one as load_balancer"
            )),
        },
    })
}

/// Snapshots first; a private image serves as well. Of several with one name the newest is taken, and said.
async fn find_image(cloud: &impl Cloud, wanted: &str) -> Result<Found<Image>, CloudError> {
    let snapshots = match cloud.snapshots().await {
        Ok(snapshots) => pick_image(snapshots, wanted),
        // Without snapshot:read the private images tell the same.
        Err(error) if matches!(error.remedy, crate::cloud::Remedy::Scope { .. }) => None,
        Err(error) => return Err(error),
    };
    if let Some(found) = snapshots {
        return Ok(found);
    }
    let images = match cloud.private_images().await {
        Ok(images) => images,
        Err(error) if matches!(error.remedy, crate::cloud::Remedy::Scope { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    Ok(pick_image(images, wanted).unwrap_or_else(|| Found {
        thing: None,
        problem: Some(format!("there is no snapshot {wanted:?}: make one of the base droplet, or correct snapshot")),
    }))
}

fn pick_image(images: Vec<Image>, wanted: &str) -> Option<Found<Image>> {
    if let Some(image) = images.iter().find(|i| i.id.to_string() == wanted) {
        return Some(Found { thing: Some(image.clone()), problem: None });
    }
    let mut named: Vec<Image> = images.into_iter().filter(|i| i.name == wanted).collect();
    named.sort_by_key(|i| (i.created_at, i.id));
    let newest = named.pop()?;
    let problem = (!named.is_empty()).then(|| {
        format!(
            "{} snapshots are named {wanted:?}: the newest is used, {}; give its id as snapshot to be sure",
            named.len() + 1,
            newest.id
        )
    });
    Some(Found { thing: Some(newest), problem })
}
