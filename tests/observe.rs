//! What is looked at never changes what is decided: readings do not depend on how much of the past is fetched.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::cluster::Metric;
use dropscale::config;
use dropscale::observe::{Observer, Wanted};
use dropscale::simulator::{Scenario, SharedWorld, SimulatedCloud, TokioClock, World};
use jiff::Timestamp;
use tokio::time::sleep;

/// Traffic that changes from one sample to the next, as the mean of a long time does not.
const SCENARIO: &str = r#"
    description = "up and down"
    history = "20m"
    limits = { hour = 10000000, minute = 1000000 }
    cluster = { clones = 2 }
    metrics = { step = "3s", lag = "0s", load_smoothing = "1s", past = "168h" }
    [workload]
    base = 90.0
    noise = 0.4
    bursts = { every = "7s", length = "3s", factor = 3.0 }
"#;

struct Stage {
    world: SharedWorld,
    cloud: Arc<SimulatedCloud>,
}

impl Stage {
    fn new() -> Self {
        let scenario = Scenario::parse(SCENARIO, "test").unwrap();
        let clock = Arc::new(TokioClock::starting_at(Timestamp::from_second(1_780_000_000).unwrap()));
        let world = SharedWorld::new(&scenario, 1, clock.clone() as Arc<dyn Clock>).unwrap();
        world.with(World::keep_log);
        let cloud = Arc::new(SimulatedCloud::new(world.clone(), clock));
        Self { world, cloud }
    }

    fn observer(&self, range: Duration) -> Observer<SimulatedCloud> {
        let config = config::parse_str(include_str!("../assets/demo.toml"), "demo.toml").unwrap();
        let shown = Metric::ALL.to_vec();
        let wanted = Wanted { essential: vec![Metric::Load, Metric::Cpu], shown, range };
        Observer::new(Arc::clone(&self.cloud), Arc::clone(&config.cluster().spec), wanted)
    }

    /// How many requests for series were made until now.
    fn asked(&self) -> usize {
        self.world.with(|world| world.log().iter().filter(|c| c.path.contains("/monitoring/")).count())
    }
}

const DAYS: Duration = Duration::from_secs(7 * 86_400);

#[tokio::test(start_paused = true)]
async fn readings_do_not_depend_on_how_much_of_the_past_is_fetched() {
    let stage = Stage::new();
    let mut short = stage.observer(Duration::from_secs(60));
    let mut long = stage.observer(DAYS);
    let mut widened = stage.observer(Duration::from_secs(60));
    for turn in 0..40 {
        if turn % 4 == 1 {
            widened.set_range(DAYS * (turn + 1) / 40);
        }
        let seen = tokio::join!(short.observe(), long.observe(), widened.observe());
        let readings = [seen.0, seen.1, seen.2].map(|seen| {
            let seen = seen.unwrap();
            (seen.members.into_iter().map(|member| member.readings).collect::<Vec<_>>(), seen.cluster_readings)
        });
        assert!(readings[0].0.iter().all(|readings| readings.contains_key(&Metric::Cpu)));
        assert_eq!(readings[0], readings[1], "with a past of days, turn {turn}");
        assert_eq!(readings[0], readings[2], "with a past that grows, turn {turn}");
        sleep(Duration::from_secs(3)).await;
    }
    for observer in [&long, &widened] {
        let load = observer.samples().cluster()[&Metric::Load].samples().to_vec();
        let past = load.last().unwrap().at.duration_since(load[0].at);
        assert!(past.as_hours() > 150, "the past is there as well: {past}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_past_that_is_known_is_not_asked_for_again() {
    let stage = Stage::new();
    let mut observer = stage.observer(DAYS / 2);
    observer.observe().await.unwrap();
    let first = stage.asked();
    sleep(Duration::from_secs(3)).await;
    observer.observe().await.unwrap();
    let usual = stage.asked() - first;
    assert!(first >= usual * 2 - 1, "what is recent and what is past: {first}, then {usual}");
    // A longer past: what is recent is known, and so is health.
    observer.set_range(DAYS);
    let before = stage.asked();
    observer.observe().await.unwrap();
    let longer = stage.asked() - before;
    assert!(longer > 0 && longer < usual, "{longer} of {usual}");
    let before = stage.asked();
    observer.set_range(DAYS / 2);
    observer.observe().await.unwrap();
    assert_eq!(stage.asked(), before, "a shorter past needs no request");
}
