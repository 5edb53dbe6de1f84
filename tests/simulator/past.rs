//! What was measured before the world began: any range has a past, which the recorded samples go on from.

use dropscale::cluster::{DropletSeries, LoadBalancerSeries};

use dropscale::simulator::{LabelledSamples, NewDroplet, Scenario, World};

const NOW: i64 = 1_763_985_600;

const RANGES: [i64; 5] = [15 * 60, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600];

fn demo() -> World {
    World::new(&Scenario::named("demo").unwrap(), 7, NOW * 1000).unwrap()
}

fn droplets(world: &World) -> Vec<u64> {
    world.droplets_tagged("web").iter().map(|droplet| droplet.id).collect()
}

fn balancer(world: &World) -> String {
    world.balancers().last().unwrap().id.clone()
}

fn only(series: Vec<LabelledSamples>) -> Vec<(i64, f64)> {
    assert_eq!(series.len(), 1);
    series.into_iter().flat_map(|(_, samples)| samples).collect()
}

/// That samples fill a range without a hole, and not with one and the same value.
fn fill(samples: &[(i64, f64)], range: i64, what: &str) {
    assert!((200..=450).contains(&samples.len()), "{what}: {} samples", samples.len());
    let step = samples[1].0 - samples[0].0;
    assert!(samples.windows(2).all(|pair| pair[1].0 - pair[0].0 == step), "{what}: even steps");
    assert!(samples[0].0 <= NOW - range + step, "{what}: from the begin of the range");
    assert!(samples.last().unwrap().0 >= NOW - 2 * step.max(2), "{what}: to its end");
    let (low, high) = samples.iter().fold((f64::MAX, 0.0_f64), |(low, high), (_, v)| (low.min(*v), high.max(*v)));
    assert!(low >= 0.0 && high.is_finite() && high > low, "{what}: {low} to {high}");
}

#[test]
fn every_range_is_full_of_plausible_samples() {
    let world = demo();
    let id = droplets(&world)[0];
    for range in RANGES {
        let of = |series| only(world.droplet_series(id, series, NOW - range, NOW));
        let load = of(DropletSeries::Load1);
        fill(&load, range, "load");
        let mean = load.iter().map(|(_, value)| value).sum::<f64>() / f64::from(u32::try_from(load.len()).unwrap());
        assert!((0.4..1.6).contains(&mean), "the usual load, {range} s: {mean}");
        fill(&of(DropletSeries::MemoryAvailable), range, "memory");
        fill(&of(DropletSeries::PublicOutbound), range, "traffic");
        let of = |series| only(world.balancer_series(&balancer(&world), series, NOW - range, NOW));
        fill(&of(LoadBalancerSeries::DropletsHttpResponseTime95p), range, "response time");
        fill(&of(LoadBalancerSeries::HttpRequestsPerSecond), range, "requests");
    }
}

#[test]
fn what_is_recorded_goes_on_from_it() {
    let mut world = demo();
    world.advance((NOW + 120) * 1000);
    let id = droplets(&world)[0];
    let cpu = world.droplet_series(id, DropletSeries::Cpu, NOW - 120, NOW + 120);
    let all = |at: usize| cpu.iter().map(|(_, samples)| samples[at].1).sum::<f64>();
    let steps = cpu[0].1.len();
    assert!(steps >= 74 && cpu[0].1.windows(2).all(|pair| pair[1].0 - pair[0].0 == 3), "{:?}", cpu[0].1);
    for at in 1..steps {
        let spent = all(at) - all(at - 1);
        assert!((spent - 3.0).abs() < 1e-3, "one processor spends three seconds in three: {spent} at {at}");
        for (labels, samples) in &cpu {
            assert!(samples[at].1 + 1e-6 >= samples[at - 1].1 && samples[at].1 >= 0.0, "{labels:?} at {at}");
        }
    }
    let load = only(world.droplet_series(id, DropletSeries::Load1, NOW - 120, NOW + 120));
    let jumps = load.windows(2).map(|pair| (pair[1].0, (pair[1].1 - pair[0].1).abs()));
    let (at_seam, elsewhere): (Vec<_>, Vec<_>) = jumps.partition(|(at, _)| (NOW - 2..=NOW + 4).contains(at));
    let most = |jumps: &[(i64, f64)]| jumps.iter().map(|(_, jump)| *jump).fold(0.0, f64::max);
    assert!(most(&at_seam) < most(&elsewhere), "the load goes on without a jump: {at_seam:?}");
}

#[test]
fn what_is_made_later_has_no_past_and_what_is_recorded_stays() {
    let mut world = demo();
    let image = world.images().last().unwrap().id;
    let new = NewDroplet {
        name: "web002".to_owned(),
        region: "nyc3".to_owned(),
        size: "s-1vcpu-1gb".to_owned(),
        image,
        tags: vec!["web".to_owned()],
        monitoring: true,
        vpc: None,
    };
    let (made, _) = world.create_droplet(&new).unwrap();
    world.advance((NOW + 60) * 1000);
    let load = |world: &World, id| world.droplet_series(id, DropletSeries::Load1, NOW - 3600, NOW + 60);
    assert!(only(load(&world, made)).iter().all(|(at, _)| *at > NOW));
    let base = droplets(&world)[0];
    assert_eq!(load(&world, base), load(&world, base), "the same whenever one asks");
}

#[test]
fn without_it_in_the_scenario_there_is_none() {
    let plain = Scenario::parse("description = \"x\"\nworkload = { base = 9.0 }", "x").unwrap();
    let world = World::new(&plain, 7, NOW * 1000).unwrap();
    assert_eq!(world.droplet_series(droplets(&world)[0], DropletSeries::Load1, NOW - 3600, NOW), []);
    assert_eq!(world.balancer_series(&balancer(&world), LoadBalancerSeries::HttpResponses, NOW - 3600, NOW), []);
}

#[test]
fn a_world_that_runs_longer_than_it_keeps_all_samples_has_no_hole_in_longer_ranges() {
    let mut world = demo();
    let passed = 5 * 3600;
    world.advance((NOW + passed) * 1000);
    let (id, balancer, end) = (droplets(&world)[0], balancer(&world), NOW + passed);
    for range in [6 * 3600, 24 * 3600] {
        let load = only(world.droplet_series(id, DropletSeries::Load1, end - range, end));
        let requests =
            only(world.balancer_series(&balancer, LoadBalancerSeries::HttpRequestsPerSecond, end - range, end));
        for samples in [load, requests] {
            let apart = |pair: &[(i64, f64)]| pair[1].0 - pair[0].0;
            let most = samples.windows(2).map(apart).max().unwrap_or(i64::MAX);
            let usual = samples.windows(2).last().map_or(0, apart);
            assert!(most <= 2 * usual && samples.len() <= 450, "{most} s apart, usually {usual}, in {range} s");
            assert!(samples[0].0 <= end - range + 2 * usual, "from the begin of the range");
        }
    }
}
