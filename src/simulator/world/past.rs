//! What was measured before the world began. It is reckoned when somebody asks, and only for the times of the answer,
//! so that a long past costs nothing at the start. Who was there at the beginning was always there, nobody else was,
//! and all had their share of the workload.

use std::time::Duration;

use super::World;
use super::begin::ms;
use crate::simulator::balancer::Traffic;
use crate::simulator::droplet::Droplet;
use crate::simulator::machine::{Machine, Snapshot};
use crate::simulator::telemetry::BalancerSnapshot;

/// How long machines had been running when the past begins that can be asked for.
const BEFORE_ALL: Duration = Duration::from_secs(86_400);

/// The last moments before a sample are reckoned in steps of at most so many seconds: the waves of a workload may be
/// short.
const FINE_S: i64 = 15;

/// How long these moments are. What was between two samples and them is one step.
const MOMENTS_S: i64 = 30;

/// After so many times its constant nothing is left in an average of what was before.
const FORGOTTEN: u32 = 5;

/// At how many times the usual rate is looked at.
const PROBES: u32 = 64;

impl World {
    /// How long droplets that are there at the beginning have been running.
    pub(super) fn uptime(&self) -> Duration {
        self.scenario.metrics.past.saturating_add(BEFORE_ALL)
    }

    /// The requests a second that each member of the cluster usually gets.
    pub(super) fn usual_share(&self) -> f64 {
        let past = self.scenario.metrics.past.as_secs_f64();
        let rate = |probe| self.workload.requests_per_second(-past * f64::from(probe) / f64::from(PROBES));
        (0..PROBES).map(rate).sum::<f64>() / f64::from(PROBES) / self.founders()
    }

    /// How many droplets the cluster has at the beginning.
    fn founders(&self) -> f64 {
        f64::from(self.scenario.cluster.clones) + 1.0
    }

    /// The samples of a droplet before the beginning.
    pub(super) fn droplet_past(&self, id: u64, start: i64, end: i64) -> Vec<(i64, (Snapshot, bool))> {
        let times = self.times_of_past(start, end);
        let Some(droplet) = self.droplets.get(&id).filter(|droplet| self.was_there(droplet)) else { return Vec::new() };
        if times.is_empty() {
            return Vec::new();
        }
        let mut snapshots = Vec::with_capacity(times.len());
        let mut machine = self.at_first(droplet);
        let mut at = times[0] - MOMENTS_S;
        for time in times {
            self.run(&mut machine, droplet.monitoring, at, time);
            snapshots.push((time, (machine.snapshot(), droplet.agent_reports)));
            at = time;
        }
        self.run(&mut machine, droplet.monitoring, at, self.begun_ms.div_euclid(1000));
        // Counters go on where the recorded ones begin.
        let (reckoned, recorded) = (machine.snapshot().cpu_s, self.at_the_beginning(droplet).snapshot().cpu_s);
        for (_, (snapshot, _)) in &mut snapshots {
            for (mode, (reckoned, recorded)) in snapshot.cpu_s.iter_mut().zip(reckoned.iter().zip(recorded)) {
                *mode += recorded - reckoned;
            }
        }
        snapshots
    }

    /// The samples of the cluster's load balancer before the beginning.
    pub(super) fn balancer_past(&self, id: &str, start: i64, end: i64) -> Vec<(i64, BalancerSnapshot)> {
        let times = self.times_of_past(start, end);
        let is_the_clusters = self.balancers.last().is_some_and(|balancer| balancer.id == id);
        let Some(first) = times.first().filter(|_| is_the_clusters) else { return Vec::new() };
        let members = self.droplets.values().filter(|droplet| droplet.monitoring && self.was_there(droplet));
        let mut machines: Vec<(u64, Machine)> = members.map(|droplet| (droplet.id, self.at_first(droplet))).collect();
        let mut at = first - MOMENTS_S;
        let mut snapshots = Vec::with_capacity(times.len());
        for time in times {
            for (_, machine) in &mut machines {
                self.run(machine, true, at, time);
            }
            let traffic = Traffic::over(self.rate_at(time), machines.iter().map(|(_, machine)| machine.response()));
            let health = machines.iter().map(|(id, _)| (*id, true)).collect();
            snapshots.push((time, BalancerSnapshot::of(&traffic, health)));
            at = time;
        }
        snapshots
    }

    /// The times of the past that an answer has: those at the step that it has anyway.
    fn times_of_past(&self, start: i64, end: i64) -> Vec<i64> {
        let begun = self.begun_ms.div_euclid(1000);
        let first = start.max(begun.saturating_sub(ms(self.scenario.metrics.past) / 1000));
        let last = end.min(begun).min(self.arrived_until());
        let step = self.telemetry.step_of(start, end);
        let mut times = Vec::new();
        let mut at = first.saturating_add(step - 1).div_euclid(step).saturating_mul(step);
        while at <= last {
            times.push(at);
            at += step;
        }
        times
    }

    fn was_there(&self, droplet: &Droplet) -> bool {
        droplet.created_at_ms < self.begun_ms
    }

    /// The machine of a droplet as it is when the world begins.
    pub(super) fn at_the_beginning(&self, droplet: &Droplet) -> Machine {
        let mut machine = self.at_first(droplet);
        let begun = self.begun_ms.div_euclid(1000);
        let lately = self.scenario.metrics.load_smoothing.saturating_mul(FORGOTTEN).min(BEFORE_ALL);
        self.run_closely(&mut machine, droplet.monitoring, begun - ms(lately) / 1000, begun);
        machine
    }

    /// The machine of a droplet that has done the usual work for long.
    fn at_first(&self, droplet: &Droplet) -> Machine {
        let mut machine = droplet.machine.clone();
        machine.reboot();
        machine.advance(self.uptime().as_secs_f64(), if droplet.monitoring { self.usual } else { 0.0 });
        machine
    }

    /// Requests a second at an epoch second before the beginning.
    #[expect(clippy::cast_precision_loss, reason = "seconds of at most years")]
    fn rate_at(&self, at: i64) -> f64 {
        self.workload.requests_per_second((at - self.started_ms.div_euclid(1000)) as f64)
    }

    /// Lets a machine work from one epoch second to another, closely only in the last moments.
    fn run(&self, machine: &mut Machine, is_member: bool, from: i64, to: i64) {
        let lately = (to - MOMENTS_S).max(from);
        self.serve(machine, is_member, (from, lately), i64::midpoint(from, lately));
        self.run_closely(machine, is_member, lately, to);
    }

    /// The same, all of it closely.
    fn run_closely(&self, machine: &mut Machine, is_member: bool, from: i64, to: i64) {
        let step = FINE_S.min(ms(self.scenario.metrics.step) / 1000).max(1);
        let mut at = from;
        while at < to {
            let next = to.min(at + step);
            self.serve(machine, is_member, (at, next), next);
            at = next;
        }
    }

    /// One step of work, at the rate of one moment.
    #[expect(clippy::cast_precision_loss, reason = "seconds of at most years")]
    fn serve(&self, machine: &mut Machine, is_member: bool, (from, to): (i64, i64), moment: i64) {
        let share = if is_member { self.rate_at(moment) / self.founders() } else { 0.0 };
        machine.advance((to - from) as f64, share);
    }
}
