//! Time passes: droplets boot and shut down, load balancers check their members and share out the requests,
//! machines work, and samples are taken.

use super::World;
use super::begin::ms;
use crate::simulator::balancer::Traffic;
use crate::simulator::droplet::State;
use crate::simulator::telemetry::BalancerSnapshot;

/// Nothing is reckoned in larger steps than this, so that a load average is smooth.
const LONGEST_STEP_MS: i64 = 15_000;

impl World {
    /// Lets time pass until `now_ms`; time that has passed already does nothing.
    pub fn advance(&mut self, now_ms: i64) {
        while self.now_ms < now_ms {
            let next = now_ms.min(self.next_sample_ms).min(self.now_ms + LONGEST_STEP_MS);
            self.step(next);
            if self.now_ms == self.next_sample_ms {
                self.sample();
                self.next_sample_ms += ms(self.scenario.metrics.step);
            }
        }
    }

    fn step(&mut self, to_ms: i64) {
        #[expect(clippy::cast_precision_loss, reason = "at most 15,000")]
        let seconds = (to_ms - self.now_ms) as f64 / 1000.0;
        self.now_ms = to_ms;
        self.change_states();
        self.refresh_members();
        self.work(seconds);
        let list_lag = ms(self.scenario.consistency.list_lag);
        let visible_from = to_ms - list_lag;
        self.departed.retain(|(gone_at, _)| *gone_at >= visible_from);
        self.droplets.values_mut().for_each(|droplet| droplet.forget_past(visible_from));
    }

    fn change_states(&mut self) {
        let now = self.now_ms;
        let ready_after = ms(self.scenario.boot.ready_after);
        let mut vanished = Vec::new();
        for droplet in self.droplets.values_mut() {
            match droplet.state {
                State::New { active_at_ms: Some(at) } if at <= now && droplet.vanishes => vanished.push(droplet.id),
                State::New { active_at_ms: Some(at) } if at <= now => {
                    droplet.state = State::Active;
                    droplet.ready_at_ms = Some(at + ready_after);
                }
                State::ShuttingDown { off_at_ms } if off_at_ms <= now => {
                    droplet.state = State::Off;
                    droplet.ready_at_ms = None;
                }
                _ => {}
            }
        }
        for id in vanished {
            self.remove(id);
        }
    }

    /// Brings the members of load balancers that go by a tag up to date, and checks the health of all.
    pub(super) fn refresh_members(&mut self) {
        let now = self.now_ms;
        let healthy_after = ms(self.scenario.load_balancer.healthy_after);
        let droplets = &self.droplets;
        for balancer in &mut self.balancers {
            if let Some(tag) = &balancer.tag {
                let tagged = droplets.values().filter(|d| d.is_on() && d.tags.contains(tag)).map(|d| d.id);
                balancer.set_members(tagged.collect::<Vec<_>>());
            }
            balancer.check_health(now, healthy_after, |id| droplets.get(&id).is_some_and(|d| d.is_ready(now)));
        }
    }

    /// Shares the requests out over the healthy members of the cluster's load balancer, the last in the list.
    fn work(&mut self, seconds: f64) {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of at most years")]
        let since_start = (self.now_ms - self.started_ms) as f64 / 1000.0;
        let total = self.workload.requests_per_second(since_start).max(0.0) * self.load_factor;
        let serving: Vec<u64> = self.balancers.last().map_or_else(Vec::new, |balancer| {
            balancer.members.iter().filter(|(_, member)| member.healthy).map(|(id, _)| *id).collect()
        });
        #[expect(clippy::cast_precision_loss, reason = "a count of droplets")]
        let share = if serving.is_empty() { 0.0 } else { total / serving.len() as f64 };
        let mut responses = Vec::with_capacity(serving.len());
        for droplet in self.droplets.values_mut().filter(|droplet| droplet.is_on()) {
            let is_serving = serving.contains(&droplet.id);
            droplet.machine.advance(seconds, if is_serving { share } else { 0.0 });
            if is_serving {
                responses.push(droplet.machine.response());
            }
        }
        if let Some(balancer) = self.balancers.last_mut() {
            balancer.traffic = Traffic::over(total, responses);
        }
    }

    fn sample(&mut self) {
        let droplets = self.droplets.values().filter(|droplet| droplet.is_on());
        let droplets = droplets.map(|droplet| (droplet.id, droplet.machine.snapshot(), droplet.agent_reports));
        // The others have no traffic, and nobody looks at them.
        let balancers = self.balancers.last().map(|balancer| {
            let health = balancer.members.iter().map(|(id, member)| (*id, member.healthy)).collect();
            let snapshot = BalancerSnapshot::of(&balancer.traffic, health);
            (balancer.id.as_str(), snapshot)
        });
        self.telemetry.record(self.now_ms / 1000, droplets, balancers.into_iter());
    }
}
