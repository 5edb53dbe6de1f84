//! The beginning of a world: what the scenario says is there, and the past that it says has happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::{Image, PUBLIC_IMAGE, World};
use crate::simulator::balancer::{Balancer, Traffic};
use crate::simulator::droplet::{Blueprint, State};
use crate::simulator::limits::Limits;
use crate::simulator::telemetry::Telemetry;
use crate::simulator::workload::Workload;
use crate::simulator::{Scenario, ScenarioError, size};

const VPC: &str = "760e09ef-dc84-11e8-981e-3cfdfeaae000";

/// A duration in milliseconds.
pub(super) fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl World {
    /// The world of this scenario at this time. The same seed gives the same world.
    pub fn new(scenario: &Scenario, seed: u64, now_ms: i64) -> Result<Self, ScenarioError> {
        let invalid = |problem| ScenarioError::Invalid { name: scenario.description.clone(), problem };
        let workload = Workload::new(&scenario.workload, scenario.folder.as_deref(), seed).map_err(invalid)?;
        let begin_ms = now_ms - ms(scenario.history);
        let step_s = ms(scenario.metrics.step) / 1000;
        let mut world = Self {
            scenario: Arc::new(scenario.clone()),
            rng: fastrand::Rng::with_seed(seed),
            now_ms: begin_ms,
            started_ms: now_ms,
            begun_ms: begin_ms,
            usual: 0.0,
            droplets: BTreeMap::new(),
            departed: Vec::new(),
            tags: BTreeSet::new(),
            images: Vec::new(),
            balancers: Vec::new(),
            actions: Vec::new(),
            next_id: 3_164_000,
            workload,
            load_factor: 1.0,
            outage: false,
            telemetry: Telemetry::new(step_s, ms(scenario.metrics.retention) / 1000, ms(scenario.metrics.past) / 1000),
            next_sample_ms: (begin_ms.div_euclid(step_s * 1000) + 1) * step_s * 1000,
            limits: Limits::new(scenario.limits.hour, scenario.limits.minute),
            injection: None,
            before: None,
            after: None,
            log: None,
            calls: 0,
        };
        world.usual = world.usual_share();
        world.add_others();
        world.add_cluster();
        world.advance(now_ms);
        Ok(world)
    }

    fn add_others(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        let others = scenario.others;
        let blueprint = |n: u32| Blueprint {
            name: format!("other-{n:03}"),
            size: size::SIZES[0],
            region: scenario.region.clone(),
            vpc: VPC.to_owned(),
            image: 1,
            tags: BTreeSet::from(["other".to_owned()]),
            monitoring: false,
        };
        for n in 1..=others.droplets {
            self.place(blueprint(n));
        }
        for n in 1..=others.snapshots {
            self.add_image(&format!("other-snapshot-{n:03}"), 1);
        }
        for n in 1..=others.load_balancers {
            self.add_balancer(&format!("other-lb-{n:03}"), None);
        }
        self.tags.extend((1..=others.tags).map(|n| format!("other-tag-{n:03}")));
    }

    fn add_cluster(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        let cluster = &scenario.cluster;
        let size = size::by_slug(&cluster.size).unwrap_or(size::SIZES[0]);
        let mut image = PUBLIC_IMAGE;
        let mut members = Vec::new();
        let names = (1..=cluster.clones).map(|n| format!("{}{n:03}", cluster.prefix));
        for name in std::iter::once(cluster.base.clone()).chain(names) {
            let id = self.place(Blueprint {
                name,
                size,
                region: scenario.region.clone(),
                vpc: VPC.to_owned(),
                image,
                tags: BTreeSet::from([cluster.tag.clone()]),
                monitoring: true,
            });
            if image == PUBLIC_IMAGE {
                image = self.add_image(&cluster.snapshot, id);
            }
            members.push(id);
        }
        self.add_balancer(&scenario.load_balancer.name, scenario.load_balancer.tag.clone());
        if let Some(balancer) = self.balancers.last_mut()
            && balancer.tag.is_none()
        {
            balancer.set_members(members);
        }
        self.refresh_members();
        if !self.scenario.metrics.past.is_zero() {
            // Whoever was always there was always healthy.
            let since = self.now_ms - ms(self.uptime());
            let members = self.balancers.iter_mut().flat_map(|balancer| balancer.members.values_mut());
            members.for_each(|member| member.answering_since_ms = Some(since));
            self.refresh_members();
        }
    }

    /// A droplet that has been there for a day, or as long as one may ask for its past, and does its work.
    fn place(&mut self, blueprint: Blueprint) -> u64 {
        let id = self.make(blueprint);
        let silent = self.scenario.metrics.silent;
        let reports = self.rng.f64() >= silent;
        let (created_at_ms, order) = (self.now_ms - ms(self.uptime()), i64::try_from(id % 1000).unwrap_or(0) * 1000);
        let has_past = !self.scenario.metrics.past.is_zero();
        let warm = self.droplets.get(&id).filter(|_| has_past).map(|droplet| self.at_the_beginning(droplet));
        if let Some(droplet) = self.droplets.get_mut(&id) {
            droplet.machine = warm.unwrap_or_else(|| droplet.machine.clone());
            droplet.created_at_ms = created_at_ms + order;
            droplet.state = State::Active;
            droplet.ready_at_ms = Some(created_at_ms);
            droplet.agent_reports &= reports;
            droplet.retag(i64::MIN + 1, |_| {});
        }
        id
    }

    fn add_image(&mut self, name: &str, droplet: u64) -> u64 {
        let id = self.take_id() + 130_000_000;
        let created_at_ms = self.now_ms - 20 * 86_400_000;
        self.images.push(Image { id, name: name.to_owned(), created_at_ms, droplet, min_disk_gib: 25 });
        id
    }

    fn add_balancer(&mut self, name: &str, tag: Option<String>) {
        let number = self.take_id();
        self.balancers.push(Balancer {
            id: format!("4de7ac8b-495b-4884-9a69-{number:012x}"),
            name: name.to_owned(),
            region: self.scenario.region.clone(),
            vpc: VPC.to_owned(),
            created_at_ms: self.now_ms - 20 * 86_400_000,
            tag,
            members: BTreeMap::new(),
            busy_until_ms: 0,
            traffic: Traffic::default(),
        });
    }

    /// The VPC that droplets land in when none is asked for.
    pub(super) fn default_vpc() -> String {
        VPC.to_owned()
    }
}
