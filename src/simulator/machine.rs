//! What a droplet does with the requests that it gets: load, processor time, memory, traffic and response
//! times. A simple queue: a request costs [`CPU_SECONDS`] of one processor, and what can't be served waits.

/// Processor time of a request.
pub const CPU_SECONDS: f64 = 0.010;

/// Megabits that a request sends out, about 20 kB.
const MEGABITS_OUT: f64 = 0.16;

/// Megabits that a request takes in.
const MEGABITS_IN: f64 = 0.016;

/// The longest queue: what comes on top is refused, in seconds of work for all processors.
const LONGEST_QUEUE_S: f64 = 1.0;

/// What a droplet does without any request, in processors.
const AT_REST: f64 = 0.02;

/// Processes that want a processor for each second of work that waits: a server takes in a few at a time.
const WAITING_PER_SECOND_OF_WORK: f64 = 2.0;

/// How fast averages follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// The time constant of the load average of one minute, in seconds.
    pub load_1_s: f64,
}

/// All series of a droplet at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Snapshot {
    /// Load averages of 1, 5 and 15 minutes.
    pub load: [f64; 3],
    /// Processor seconds since the boot, over all processors: see [`MODES`].
    pub cpu_s: [f64; 8],
    /// Bytes that hold nothing.
    pub memory_free: f64,
    /// Bytes that programs could have.
    pub memory_available: f64,
    /// Bytes of page cache.
    pub memory_cached: f64,
    /// Bytes in all.
    pub memory_total: f64,
    /// Bytes free on the disk.
    pub disk_free: f64,
    /// Bytes of the disk.
    pub disk_size: f64,
    /// Megabits a second to the internet.
    pub public_out: f64,
    /// Megabits a second from the internet.
    pub public_in: f64,
    /// Megabits a second into the VPC.
    pub private_out: f64,
    /// Megabits a second from the VPC.
    pub private_in: f64,
}

/// The modes of processor time, in the order of [`Snapshot::cpu_s`].
pub const MODES: [&str; 8] = ["idle", "iowait", "irq", "nice", "softirq", "steal", "system", "user"];

/// How requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Response {
    /// Answered in a second.
    pub served_rps: f64,
    /// Refused in a second.
    pub failed_rps: f64,
    /// Mean response time in seconds.
    pub avg_s: f64,
    /// Half of them take less.
    pub p50_s: f64,
    /// 95 % of them take less.
    pub p95_s: f64,
    /// 99 % of them take less.
    pub p99_s: f64,
    /// Requests that wait.
    pub queue: f64,
}

/// A droplet's inside.
#[derive(Debug, Clone)]
pub struct Machine {
    vcpus: f64,
    pace: Pace,
    wobble: f64,
    /// Work that waits, in processor seconds.
    backlog: f64,
    busy: f64,
    state: Snapshot,
    response: Response,
}

impl Machine {
    /// A machine that was just switched on.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sizes of memory and disks are far below 2^52")]
    pub fn new(vcpus: u32, memory_mib: u64, disk_gib: u64, seed: u64, pace: Pace) -> Self {
        let total = memory_mib as f64 * 1_048_576.0;
        let disk = disk_gib as f64 * 1_073_741_824.0;
        let state = Snapshot { memory_total: total, disk_size: disk, disk_free: disk * 0.7, ..Snapshot::default() };
        let wobble = 0.94 + 0.12 * fastrand::Rng::with_seed(seed).f64();
        let mut machine = Self {
            vcpus: f64::from(vcpus),
            pace,
            wobble,
            backlog: 0.0,
            busy: 0.0,
            state,
            response: Response::default(),
        };
        machine.use_memory(0.0);
        machine
    }

    /// Lets time pass in which requests come at this rate.
    pub fn advance(&mut self, seconds: f64, requests_per_second: f64) {
        if seconds <= 0.0 {
            return;
        }
        let asked = requests_per_second * CPU_SECONDS * self.wobble;
        let work = (asked + AT_REST) * seconds + self.backlog;
        let done = work.min(self.vcpus * seconds);
        let longest = self.vcpus * LONGEST_QUEUE_S;
        let refused = (work - done - longest).max(0.0);
        self.backlog = (work - done).min(longest);
        self.busy = done / seconds;
        let demand = (asked + AT_REST).min(self.vcpus) + self.backlog * WAITING_PER_SECOND_OF_WORK;
        self.average(seconds, demand);
        self.spend(seconds);
        self.answer(requests_per_second, refused / CPU_SECONDS / self.wobble / seconds);
        self.use_memory(seconds);
        let served = self.response.served_rps;
        (self.state.public_out, self.state.public_in) = (served * MEGABITS_OUT * self.wobble, served * MEGABITS_IN);
        (self.state.private_out, self.state.private_in) = (served * MEGABITS_IN * 0.5, served * MEGABITS_IN * 0.7);
    }

    fn average(&mut self, seconds: f64, demand: f64) {
        let constants = [self.pace.load_1_s, self.pace.load_1_s * 5.0, self.pace.load_1_s * 15.0];
        for (load, constant) in self.state.load.iter_mut().zip(constants) {
            let keep = (-seconds / constant.max(0.1)).exp();
            *load = *load * keep + demand * (1.0 - keep);
        }
    }

    fn spend(&mut self, seconds: f64) {
        let busy = self.busy * seconds;
        let idle = (self.vcpus * seconds - busy).max(0.0);
        let parts = [idle * 0.99, idle * 0.01, 0.0, 0.0, busy * 0.03, busy * 0.02, busy * 0.2, busy * 0.75];
        for (mode, part) in self.state.cpu_s.iter_mut().zip(parts) {
            *mode += part;
        }
    }

    fn answer(&mut self, arriving: f64, failed: f64) {
        let failed = failed.min(arriving);
        let use_of_all = (self.busy / self.vcpus).min(0.97);
        // A single queue: the nearer to saturation, the longer; and what waits comes on top.
        let mean = CPU_SECONDS * 3.0 / (1.0 - use_of_all) + self.backlog / self.vcpus;
        self.response = Response {
            served_rps: arriving - failed,
            failed_rps: failed,
            avg_s: mean,
            p50_s: mean * 0.7,
            p95_s: mean * 2.4,
            p99_s: mean * 3.6,
            queue: self.backlog / CPU_SECONDS,
        };
    }

    /// Programs need a part, more of it under load; the page cache takes what nobody needs, slowly.
    fn use_memory(&mut self, seconds: f64) {
        let total = self.state.memory_total;
        let needed =
            total * (0.26 + 0.22 * (self.busy / self.vcpus).min(1.0) + 0.1 * (self.backlog / self.vcpus).min(1.0));
        let room = (total - needed).max(0.0);
        let wanted = room * 0.8;
        let keep = (-seconds / 3600.0).exp();
        let cached = (self.state.memory_cached * keep + wanted * (1.0 - keep)).min(room * 0.95);
        self.state.memory_cached = cached;
        self.state.memory_free = (room - cached).max(0.0);
        self.state.memory_available = room * 0.97;
    }

    /// Switched off and on again: counters begin anew.
    pub fn reboot(&mut self) {
        (self.backlog, self.busy) = (0.0, 0.0);
        let Snapshot { memory_total, disk_free, disk_size, .. } = self.state;
        self.state = Snapshot { memory_total, disk_free, disk_size, ..Snapshot::default() };
        self.response = Response::default();
        self.use_memory(0.0);
    }

    /// All series now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.state
    }

    /// How requests are answered now.
    #[must_use]
    pub fn response(&self) -> Response {
        self.response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(rate: f64) -> Machine {
        let mut machine = Machine::new(1, 1024, 25, 7, Pace { load_1_s: 60.0 });
        (0..600).for_each(|_| machine.advance(1.0, rate));
        machine
    }

    #[test]
    fn half_the_requests_are_half_the_load() {
        let (whole, half) = (after(60.0).snapshot(), after(30.0).snapshot());
        let ratio = whole.load[0] / half.load[0];
        assert!((1.8..2.1).contains(&ratio), "{ratio}");
        assert!(whole.memory_available < half.memory_available);
        assert!(whole.public_out > 1.9 * half.public_out);
    }

    #[test]
    fn beyond_its_capacity_it_queues_refuses_and_slows_down() {
        let (calm, over) = (after(40.0), after(140.0));
        assert!(over.snapshot().load[0] > 1.5, "{:?}", over.snapshot().load);
        assert!(over.response().failed_rps > 20.0 && calm.response().failed_rps == 0.0);
        assert!(over.response().p95_s > 10.0 * calm.response().p95_s);
    }

    #[test]
    fn processor_seconds_are_those_of_all_processors_and_begin_anew_after_a_boot() {
        let mut machine = Machine::new(2, 2048, 50, 7, Pace { load_1_s: 60.0 });
        machine.advance(100.0, 50.0);
        let before: f64 = machine.snapshot().cpu_s.iter().sum();
        assert!((199.0..201.0).contains(&before), "{before}");
        machine.reboot();
        machine.advance(1.0, 50.0);
        assert!(machine.snapshot().cpu_s.iter().sum::<f64>() < before);
    }

    #[test]
    fn processor_seconds_never_fall_between_boots() {
        let mut machine = Machine::new(1, 1024, 25, 7, Pace { load_1_s: 4.0 });
        let mut last = machine.snapshot().cpu_s;
        for rate in [0.0, 30.0, 500.0, 90.0, 0.0].repeat(20) {
            machine.advance(7.0, rate);
            let now = machine.snapshot().cpu_s;
            assert!(now.iter().zip(last).all(|(now, last)| *now >= last), "{last:?} {now:?}");
            last = now;
        }
    }

    #[test]
    fn the_load_follows_demand_at_its_pace_and_a_new_machine_is_soon_warm() {
        let at = |load_1_s: f64, seconds: u32| {
            let mut machine = Machine::new(1, 1024, 25, 7, Pace { load_1_s });
            (0..seconds).for_each(|_| machine.advance(1.0, 50.0));
            machine.snapshot().load[0]
        };
        let settled = at(4.0, 600);
        assert!((0.45..0.58).contains(&settled), "{settled}");
        // One time constant is 63 % of the way.
        assert!((0.60..0.66).contains(&(at(60.0, 60) / settled)));
        assert!((0.60..0.66).contains(&(at(4.0, 4) / settled)));
        assert!(at(4.0, 20) > 0.98 * settled);
    }

    #[test]
    fn the_load_is_the_same_in_small_steps_and_in_large_ones() {
        let in_steps = |steps: u32| {
            let mut machine = Machine::new(2, 2048, 50, 7, Pace { load_1_s: 60.0 });
            (0..steps).for_each(|_| machine.advance(60.0 / f64::from(steps), 80.0));
            machine.snapshot()
        };
        let (fine, coarse) = (in_steps(240), in_steps(4));
        assert!((fine.load[0] - coarse.load[0]).abs() < 1e-9);
        assert!((fine.cpu_s[7] - coarse.cpu_s[7]).abs() < 1e-6);
    }

    #[test]
    fn answers_take_longer_the_nearer_it_is_to_saturation() {
        let p95: Vec<f64> = [10.0, 50.0, 80.0, 92.0, 140.0].map(|rate| after(rate).response().p95_s).into();
        assert!(p95.windows(2).all(|pair| pair[1] > pair[0]), "{p95:?}");
        assert!(p95[3] - p95[2] > p95[1] - p95[0], "{p95:?}");
        let worst = after(100_000.0).response();
        assert!(worst.p99_s.is_finite() && worst.p99_s < 20.0, "{worst:?}");
        assert!(worst.avg_s < worst.p95_s && worst.p50_s < worst.avg_s && worst.p95_s < worst.p99_s);
    }

    #[test]
    fn a_boot_begins_anew_with_all_of_its_memory_accounted_for() {
        let mut machine = after(90.0);
        machine.reboot();
        let (booted, fresh) = (machine.snapshot(), Machine::new(1, 1024, 25, 7, Pace { load_1_s: 60.0 }).snapshot());
        assert_eq!(booted, fresh);
        assert!(booted.memory_free <= booted.memory_total && booted.memory_free > 0.5 * booted.memory_total);
    }

    #[test]
    fn the_page_cache_takes_free_memory_and_leaves_what_is_available() {
        let mut machine = Machine::new(1, 1024, 25, 7, Pace { load_1_s: 60.0 });
        machine.advance(10.0, 30.0);
        let young = machine.snapshot();
        (0..500).for_each(|_| machine.advance(60.0, 30.0));
        let old = machine.snapshot();
        assert!(old.memory_free < 0.4 * young.memory_free);
        assert!((old.memory_available - young.memory_available).abs() < 0.05 * young.memory_available);
    }
}
