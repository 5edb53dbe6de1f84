//! Documents and texts from observations made by hand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::console::Style;
use super::json::Status;
use super::reach::Reach;
use super::{json as documents, text};
use crate::cli::Global;
use crate::cloud::Usage;
use crate::cluster::{
    ClusterSpec, Droplet, DropletId, DropletStatus, Health, LoadBalancer, LoadBalancerId, Marker, Member, Membership,
    Metric, Observation, Reading, Role,
};
use crate::config::{Config, parse_str};
use crate::policy::{Action, Decision, Policy, decide};
use crate::scaling::{Terms, findings, plan_down, plan_up};

const CONFIG: &str = "[clusters.web]\ntag = 'web'\nbase_droplet = 'base'\nsnapshot = 'snap'\nclone_prefix = 'web'\n\
                      load_balancer = 'lb'\n";

fn now() -> Timestamp {
    Timestamp::from_second(1_763_935_200).unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_763_935_200 - seconds).unwrap()
}

struct Scene {
    config: Config,
    reach: Reach,
    seen: Observation,
}

impl Scene {
    /// A base and a clone, both busy in the same way.
    fn new(load: f64, memory: f64, bandwidth: f64) -> Self {
        let config = parse_str(CONFIG, "config.toml").unwrap();
        let values = [(Metric::Load, load), (Metric::FreeMemory, memory), (Metric::OutboundBandwidth, bandwidth)];
        let readings: BTreeMap<Metric, Reading> =
            values.into_iter().map(|(metric, value)| (metric, Reading { value, at: ago(45) })).collect();
        let member = |id, name: &str, role| Member {
            droplet: droplet(id, name),
            role,
            attached: true,
            health: Health::Healthy,
            readings: readings.clone(),
            last_sample: Some(ago(45)),
            asked_at: Some(ago(5)),
        };
        let mut seen = Observation::empty(now());
        seen.members = vec![member(1, "base", Role::Base), member(2, "web001", Role::Clone)];
        seen.base = Some(DropletId(1));
        seen.load_balancer = Some(LoadBalancer {
            id: LoadBalancerId("4de7".to_owned()),
            name: "lb".to_owned(),
            status: "active".to_owned(),
            ip: None,
            region: "nyc3".to_owned(),
            vpc: None,
            membership: Membership::ById,
            members: vec![DropletId(1), DropletId(2)],
        });
        seen.snapshot = Some(crate::cluster::Image {
            id: 77,
            name: "snap".to_owned(),
            distribution: None,
            created_at: None,
            regions: vec!["nyc3".to_owned()],
            min_disk_gib: 25,
        });
        Self { config, reach: Reach::default(), seen }
    }

    fn spec(&self) -> &ClusterSpec {
        &self.config.cluster().spec
    }

    fn policy(&self) -> &Arc<Policy> {
        &self.config.cluster().policy
    }

    fn decision(&self) -> Decision {
        decide(&self.seen, self.spec(), self.policy())
    }

    fn with<T>(&self, show: impl FnOnce(Status<'_>) -> T) -> T {
        let findings = findings(&self.seen, self.spec(), self.policy());
        let decision = self.decision();
        show(Status {
            observation: &self.seen,
            decision: &decision,
            policy: self.policy(),
            findings: &findings,
            usage: Usage { hour_left: 4990, ..Usage::default() },
            reach: &self.reach,
        })
    }

    fn document(&self) -> Value {
        self.with(documents::status)
    }

    fn text(&self, style: Style) -> String {
        self.with(|status| text::status(self.spec(), status, style))
    }
}

fn droplet(id: u64, name: &str) -> Droplet {
    Droplet { created_at: ago(86_400 - i64::try_from(id).unwrap()), ..Droplet::example(id, name) }
}

/// With each run of blanks as one, so that columns may move.
fn squeezed(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

const M: [&str; 5] = ["ID", "valid", "load", "freeMemory", "outboundBandwidth"];

#[test]
fn status_has_the_seeds_keys_first_and_in_its_order() {
    let document = Scene::new(0.5, 1200.0, 0.25).document();
    assert_eq!(keys(&document)[..4], ["dropletMetrics", "clusterMetrics", "scaleUp", "scaleDown"]);
    assert_eq!(keys(&document["clusterMetrics"])[..5], M);
    assert_eq!(keys(&document["dropletMetrics"][1])[..5], M);
    assert_eq!(document["dropletMetrics"][1]["ID"], "web001");
    assert_eq!(document["clusterMetrics"]["ID"], "");
    assert_eq!(document["clusterMetrics"]["load"], json!(0.5));
    assert_eq!(document["clusterMetrics"]["freeMemory"].to_string(), "1200");
    assert_eq!(document["clusterMetrics"]["valid"], true);
    assert_eq!((&document["scaleUp"], &document["scaleDown"]), (&json!(true), &json!(false)));
    assert!(document["recommendation"].as_str().unwrap().starts_with("scale up: Load per vCPU"));
}

#[test]
fn what_is_unknown_is_not_valid_and_named() {
    let mut scene = Scene::new(0.05, 1800.0, 0.0);
    scene.seen.members[1].readings.remove(&Metric::OutboundBandwidth);
    let document = scene.document();
    let clone = &document["dropletMetrics"][1];
    assert_eq!((&clone["valid"], &clone["outboundBandwidth"]), (&json!(false), &json!(0)));
    assert_eq!(clone["unknown"], json!(["outboundBandwidth"]));
    let base = &document["dropletMetrics"][0];
    assert_eq!((&base["valid"], &base["outboundBandwidth"], base.get("unknown")), (&json!(true), &json!(0), None));
    assert_eq!(document["clusterMetrics"]["valid"], false, "half a mean is not the cluster's");
    assert_eq!(document["scaleDown"], false, "an outage of the metrics scales nothing down");
}

#[test]
fn a_cluster_that_cools_down_is_not_valid_as_in_the_seed() {
    let mut scene = Scene::new(0.5, 1200.0, 0.25);
    scene.seen.markers.push(Marker { at: ago(20) });
    let document = scene.document();
    assert_eq!(document["clusterMetrics"]["valid"], false);
    assert_eq!(document["cooldownRemaining"], 100);
    assert_eq!((&document["scaleUp"], &document["scaleDown"]), (&json!(false), &json!(false)));
    assert!(document["recommendation"].as_str().unwrap().contains("cooling down, 100 s left"));
    assert!(scene.text(Style::default()).contains("The cluster cools down for 1m 40s more."));
}

#[test]
fn info_has_the_seeds_keys_first_and_in_its_order() {
    let scene = Scene::new(0.5, 1200.0, 0.25);
    let droplets = [json!({ "id": 1, "name": "base" }), json!({ "id": 2, "name": "web001" })];
    let document = documents::info(&scene.config, "file t", &scene.seen, &droplets);
    assert_eq!(keys(&document)[..2], ["config", "info"]);
    let of_seed = [
        "tag",
        "baseDropletName",
        "snapshotName",
        "cloneNamePrefix",
        "LoadBalancerName",
        "maxDropletsInCluster",
        "scalingInterval",
        "scaleUpWhen",
        "scaleDownWhen",
    ];
    assert_eq!(keys(&document["config"])[..9], of_seed);
    assert_eq!(document["config"]["scalingInterval"], 120);
    assert_eq!(document["config"]["scaleUpWhen"]["freeMemory"], 800);
    assert_eq!(keys(&document["config"]["scaleUpWhen"])[..5], M);
    let of_seed =
        ["dropletCount", "droplets", "baseDroplet", "region", "dropletSize", "snapshotImageID", "loadBalancerID"];
    assert_eq!(keys(&document["info"])[..7], of_seed);
    assert_eq!(document["info"]["baseDroplet"]["name"], "base");
    assert_eq!(document["info"]["snapshotImageID"], 77);
    let settings = document["settings"].as_array().unwrap();
    let tag = settings.iter().find(|setting| setting["key"] == "tag").unwrap();
    assert_eq!(*tag, json!({ "key": "tag", "value": "web", "origin": "config.toml:2" }));
}

#[test]
fn info_shows_what_is_missing_instead_of_failing() {
    let mut scene = Scene::new(0.5, 1200.0, 0.25);
    scene.seen = Observation::empty(now());
    scene.seen.problems.push("there is no snapshot".to_owned());
    let document = documents::info(&scene.config, "file t", &scene.seen, &[]);
    assert_eq!(document["info"]["baseDroplet"], Value::Null);
    assert_eq!((&document["info"]["snapshotImageID"], &document["info"]["loadBalancerID"]), (&json!(-1), &json!("")));
    let text = squeezed(&text::info(&scene.config, "file t", &scene.seen, Style::default()));
    assert!(text.contains("base droplet not found") && text.contains("warning: there is no snapshot"), "{text}");
    assert!(text.contains("load_balancer lb config.toml:6"), "{text}");
}

#[test]
fn a_threshold_that_is_off_has_the_seeds_word_for_it() {
    let mut scene = Scene::new(0.5, 1200.0, 0.25);
    scene.config = parse_str(&(CONFIG.to_owned() + "scale_up.load = 1\n"), "config.toml").unwrap();
    let document = documents::info(&scene.config, "", &scene.seen, &[]);
    let up = &document["config"]["scaleUpWhen"];
    assert_eq!((&up["load"], &up["freeMemory"], &up["valid"]), (&json!(1), &json!(-1), &json!(true)));
}

#[test]
fn auto_tells_both_directions_and_only_one_acts() {
    let scene = Scene::new(0.5, 1200.0, 0.25);
    let done = json!({ "success": true, "msg": "made" });
    let document = documents::auto(scene.document(), Action::Up, done.clone());
    assert_eq!(keys(&document), ["status", "scaleUp", "scaleDown"]);
    assert_eq!(document["scaleUp"], done);
    assert_eq!(document["scaleDown"], json!({ "success": false, "msg": "" }));
    let document = documents::auto(scene.document(), Action::Hold, Value::Null);
    assert_eq!(document["scaleUp"], json!({ "success": false, "msg": "" }));
}

#[test]
fn people_read_units_thresholds_ages_reasons_and_costs() {
    let text = squeezed(&Scene::new(0.5, 1200.0, 0.25).text(Style::default()));
    for part in [
        "web nyc3 · 2 droplets, 2 serving (min 1, max 5) · lb · $0.0357 an hour, $24.00 a month",
        "METRIC VALUE",
        "Load per vCPU 0.50 > 0.35 < 0.15",
        "Free memory 1200 MB < 800 MB > 900 MB",
        "45s",
        "web001 2 clone active healthy 0.50 1200 MB 0.2 Mbps 45s $12.00 a month",
        "scale up: Load per vCPU 0.50 is above 0.35\n",
        "4990 of 5000 requests left in this hour",
    ] {
        assert!(text.contains(part), "{part:?} is missing from\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn ascii_means_ascii_and_names_are_harmless() {
    let mut scene = Scene::new(0.5, 1200.0, 0.25);
    scene.seen.members[1].droplet.name = "we\u{1b}[31mb\u{202e}ä".to_owned();
    let text = scene.text(Style { color: false, ascii: true });
    assert!(text.is_ascii() && !text.contains('\u{1b}'), "{text}");
    assert!(scene.text(Style { color: true, ascii: false }).contains("\u{1b}[33mup\u{1b}[0m"));
}

#[test]
fn unknown_is_said_and_not_shown_as_zero() {
    let mut scene = Scene::new(0.05, 1800.0, 0.1);
    scene.seen.members[1].readings.clear();
    scene.seen.members[1].last_sample = None;
    let text = squeezed(&scene.text(Style::default()));
    assert!(text.contains("unknown (1 of 2 known)"), "{text}");
    assert!(text.contains("? ? ? never"), "{text}");
}

#[test]
fn a_plan_says_what_is_made_or_removed_and_the_money() {
    let scene = Scene::new(0.5, 1200.0, 0.25);
    let terms = Terms::default();
    let plan = plan_up(&scene.seen, scene.spec(), scene.policy(), terms).unwrap();
    let text = text::plan_up(&plan, scene.spec(), Style::default());
    assert!(
        text.contains("Add the clone web002 to cluster web: s-1vcpu-2gb in nyc3, from the snapshot snap."),
        "{text}"
    );
    assert!(text.contains("It costs $12.00 a month ($0.01786 an hour) more; there will be 3 droplets."), "{text}");
    assert!(text::requests(&plan.requests, Style::default()).contains("  POST /v2/droplets {"));
    let plan = plan_down(&scene.seen, scene.spec(), scene.policy(), None, terms).unwrap();
    let text = text::plan_down(&plan, &scene.seen, scene.spec(), Style::default());
    assert!(text.contains("Remove the clone web001 (id 2) from cluster web"), "{text}");
    assert!(text.contains("That saves $12.00 a month ($0.01786 an hour); there will be 1 droplet."), "{text}");
    assert!(
        text.contains("web. It leaves the load balancer, its connections end, it is shut down and then deleted"),
        "{text}"
    );
    let mut off = Scene::new(0.5, 1200.0, 0.25);
    off.seen.members[1].droplet.status = DropletStatus::Off;
    let of_one_off = text::plan_down(&plan, &off.seen, off.spec(), Style::default());
    assert!(
        of_one_off.contains(". It is off and serves nobody: it leaves the load balancer and is deleted"),
        "{of_one_off}"
    );
    off.seen.members[1].attached = false;
    let of_one_out = text::plan_down(&plan, &off.seen, off.spec(), Style::default());
    assert!(of_one_out.contains(". It is off and serves nobody: it is deleted with its disk.\n"), "{of_one_out}");
    off.seen.members[1].attached = true;
    let status = off.text(Style::default());
    assert!(status.contains("or remove it (`dropscale down web001`) ($12.00 a month)"), "{status}");
    let global = Global { context: Some("staging".to_owned()), ..Global::default() };
    off.reach = Reach::new(&global, &off.config);
    let status = off.text(Style::default());
    assert!(status.contains("(`dropscale down web001 --context staging`)"), "{status}");
    let document = documents::planned(&plan);
    assert_eq!((&document["success"], &document["dryRun"]), (&json!(false), &json!(true)));
    assert_eq!(document["plan"]["name"], "web001");
}

#[test]
fn an_age_is_coarse_when_it_is_long() {
    let scene = {
        let mut scene = Scene::new(0.05, 1800.0, 0.1);
        scene.seen.members[0].last_sample = Some(now() - Duration::from_secs(3725));
        scene
    };
    assert!(scene.text(Style::default()).contains("1h 2m"));
}
