//! The one table of keys: name, kind with its range, default, environment variable and meaning. Reading,
//! defaults, suggestions, `info`, the starting file and docs/configuration.md all come from it.

use std::time::Duration;

use super::schema::{Fallback, Key, Kind, Section};
use super::value::Value;
use crate::cluster::{CloneSpec, Metric, Timing};
use crate::keymap::{Binding, Keymap};

const AS_BASE: Fallback = Fallback::Unset("as the base droplet");
const OFF: Fallback = Fallback::Unset("off");

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The keys of a table.
#[must_use]
pub fn of(section: Section) -> Vec<Key> {
    match section {
        Section::Top => top(),
        Section::Cluster => cluster(),
        Section::ScaleUp | Section::ScaleDown => thresholds(section),
        Section::Clone => clone(),
        Section::Timing => timing(),
        Section::Keys => bindings(),
    }
}

fn top() -> Vec<Key> {
    let key = |name, kind, fallback, doc| Key::new(Section::Top, name, kind, fallback, doc);
    vec![
        key(
            "default_cluster",
            Kind::Name,
            Fallback::Unset("the only cluster"),
            "The cluster that is meant when `--cluster` is not given. Needed with several clusters only; without it the \
             terminal interface opens on all of them.",
        )
        .example(text("web")),
        key(
            "api_url",
            Kind::Address,
            Fallback::Value(text("https://api.digitalocean.com")),
            "The address of the API. `--api-url` goes before it.",
        )
        .variable("DIGITALOCEAN_API_URL"),
        key(
            "read_only",
            Kind::Flag,
            Fallback::Value(Value::Flag(false)),
            "Never change anything in the cloud; the same as `--read-only`.",
        ),
        key(
            "theme",
            Kind::Theme,
            Fallback::Value(text("terminal")),
            "How the terminal interface looks: a theme by its name, or the path of a theme file. `--theme` goes \
             before it.",
        ),
        key(
            "colors",
            Kind::OneOf(&["auto", "none", "8", "16", "256", "true"]),
            Fallback::Value(text("auto")),
            "How many colours the terminal has, where its environment tells it wrongly. `--color` goes before it.",
        ),
        key(
            "mouse",
            Kind::Flag,
            Fallback::Value(Value::Flag(false)),
            "Whether the terminal interface hears the mouse; the same as `--mouse`. To select text as usual one then \
             holds Shift down.",
        ),
        key(
            "journal",
            Kind::Flag,
            Fallback::Value(Value::Flag(true)),
            "Whether operations are written down in the state folder, for `dropscale history`.",
        ),
        key(
            "columns",
            Kind::Columns,
            Fallback::Unset("those that matter"),
            "The columns of the table of droplets after the name, in this order; from the first that does not fit \
             the rest is left out. In the interface `C` chooses them.",
        )
        .example(Value::List(["state", "balancer", "cpu", "age", "note"].map(str::to_owned).to_vec())),
    ]
}

fn cluster() -> Vec<Key> {
    use Fallback::{Required, Value as Default};
    let key = |name, kind, fallback, doc| Key::new(Section::Cluster, name, kind, fallback, doc);
    vec![
        key("tag", Kind::Tag, Required, "The tag that makes a droplet a member of the cluster.")
            .variable("CLUSTER_TAG")
            .example(text("web")),
        key(
            "base_droplet",
            Kind::Name,
            Required,
            "The droplet, by name or id, that the clones are copies of. It is never deleted.",
        )
        .variable("BASE_DROPLET")
        .example(text("web-base")),
        key("snapshot", Kind::Name, Required, "The snapshot of the base droplet, by name or id.")
            .variable("SNAPSHOT")
            .example(text("web-snapshot")),
        key(
            "clone_prefix",
            Kind::Prefix,
            Required,
            "What the names of clones begin with; a number follows. One prefix for each cluster.",
        )
        .variable("CLONE_PREFIX")
        .example(text("web")),
        key("load_balancer", Kind::Name, Required, "The load balancer in front of the cluster, by name or id.")
            .variable("LOAD_BALANCER")
            .example(text("web-lb")),
        key(
            "min",
            Kind::Count { min: 1, max: 1000 },
            Default(Value::Count(1)),
            "Never fewer serving droplets than this, the base droplet included.",
        ),
        key(
            "max",
            Kind::Count { min: 1, max: 1000 },
            Default(Value::Count(5)),
            "Never more droplets than this, the base droplet included.",
        )
        .variable_of("MAX_DROPLETS_IN_CLUSTER", Kind::Count { min: 2, max: 1000 }),
        key(
            "scaling_interval",
            Kind::Duration { min: seconds(10), max: seconds(86_400) },
            Default(Value::Duration(seconds(120))),
            "The cooldown: for this long from the beginning of an operation nothing more is begun by itself.",
        )
        .variable_of("SCALING_INTERVAL", Kind::Duration { min: seconds(30), max: seconds(2400) }),
        key(
            "stale_after",
            Kind::Duration { min: seconds(10), max: seconds(86_400) },
            Default(Value::Duration(seconds(600))),
            "A reading older than this counts as unknown, and what is unknown forbids scaling down.",
        ),
        key(
            "protect",
            Kind::Names,
            Default(Value::List(Vec::new())),
            "Droplets, by name or id, that are never removed. The tag `dropscale:protect` does the same.",
        )
        .example(Value::List(vec!["web007".to_owned()])),
        key(
            "auto",
            Kind::Flag,
            Default(Value::Flag(false)),
            "Whether the terminal interface starts with automatic scaling on.",
        ),
    ]
}

/// The seed's defaults; metrics that it did not know are off.
fn default_threshold(section: Section, metric: Metric) -> Option<f64> {
    let (up, down) = match metric {
        Metric::Load => (0.35, 0.15),
        Metric::FreeMemory => (800.0, 900.0),
        Metric::OutboundBandwidth => (2.5, 1.5),
        _ => return None,
    };
    Some(if section == Section::ScaleUp { up } else { down })
}

/// What a threshold of a metric the seed did not know may look like.
fn example_threshold(section: Section, metric: Metric) -> f64 {
    let (up, down) = match metric {
        Metric::Cpu => (70.0, 30.0),
        Metric::Memory => (80.0, 50.0),
        Metric::Requests => (200.0, 80.0),
        _ => (500.0, 150.0),
    };
    if section == Section::ScaleUp { up } else { down }
}

fn thresholds(section: Section) -> Vec<Key> {
    let (variable, verb) =
        if section == Section::ScaleUp { ("SCALE_UP_WHEN", "up") } else { ("SCALE_DOWN_WHEN", "down") };
    let key = |metric: Metric| {
        let (min, max) = metric.threshold_range();
        let busier = metric.is_busier(2.0, 1.0) == (section == Section::ScaleUp);
        let doc = format!(
            "Scale {verb} {} this{}: {}.",
            if busier { "above" } else { "below" },
            unit(metric),
            metric.describe()
        );
        let default = default_threshold(section, metric);
        let fallback = default.map_or(OFF, |number| Fallback::Value(Value::Number(number)));
        let key = Key::new(section, metric.key(), Kind::Threshold { min, max }, fallback, &doc);
        match default {
            Some(_) => key.variable(&format!("{variable}_{}", metric.key().to_uppercase())),
            None => key.example(Value::Number(example_threshold(section, metric))),
        }
    };
    Metric::ALL.into_iter().map(key).collect()
}

fn unit(metric: Metric) -> &'static str {
    use crate::cluster::Unit;
    match metric.unit() {
        Unit::Plain => "",
        Unit::Percent => ", in percent",
        Unit::Megabytes => ", in MB of 10^6 bytes",
        Unit::Gigabytes => ", in GB of 2^30 bytes",
        Unit::MegabitsPerSecond => ", in megabits a second",
        Unit::PerSecond => ", in requests a second",
        Unit::Milliseconds => ", in milliseconds",
    }
}

fn clone() -> Vec<Key> {
    let key = |name, kind, fallback, doc| Key::new(Section::Clone, name, kind, fallback, doc);
    vec![
        key("size", Kind::Slug, AS_BASE, "The slug of the size.").example(text("s-1vcpu-2gb")),
        key("region", Kind::Slug, AS_BASE, "The slug of the region; the snapshot must be there.").example(text("nyc3")),
        key("vpc", Kind::Slug, AS_BASE, "The UUID of the VPC; the load balancer's, or it is not reached.")
            .example(text("c33931f2-a26a-4e61-b85c-4e95a2ec431b")),
        key(
            "ssh_keys",
            Kind::Names,
            Fallback::Value(Value::List(Vec::new())),
            "Ids or fingerprints of the SSH keys to install. The API does not tell which the base droplet has.",
        )
        .example(Value::List(vec!["289794".to_owned()])),
        key(
            "user_data_file",
            Kind::File,
            Fallback::Unset("none"),
            "A file for cloud-init, relative to this file; at most 64 KiB. It is read at the start.",
        )
        .example(text("cloud-init.yaml")),
        key(
            "monitoring",
            Kind::Flag,
            Fallback::Value(Value::Flag(CloneSpec::default().monitoring)),
            "Whether the metrics agent is installed. Without it load, CPU and memory are not known.",
        ),
        key("extra_tags", Kind::Tags, Fallback::Value(Value::List(Vec::new())), "Tags beside the cluster's.")
            .example(Value::List(vec!["env:production".to_owned()])),
    ]
}

/// A duration of [`Timing`]: its key, its range in seconds, its meaning and where it stands.
type TimingField = (&'static str, (f64, u64), &'static str, fn(&mut Timing) -> &mut Duration);

const TIMING: [TimingField; 15] = [
    ("poll", (1.0, 3600), "Between two looks at droplets and load balancer.", |t| &mut t.poll),
    ("metrics_step", (1.0, 3600), "The API's step between two samples; metrics are not asked for more often.", |t| {
        &mut t.metrics_step
    }),
    ("metrics_window", (2.0, 86_400), "The samples of this last while are averaged; at least two steps.", |t| {
        &mut t.metrics_window
    }),
    ("metrics_silent", (2.0, 86_400), "A droplet with no sample for this long is reported as silent.", |t| {
        &mut t.metrics_silent
    }),
    ("claim_settle", (0.01, 60), "From writing a claim to reading it back.", |t| &mut t.claim_settle),
    ("step_poll", (0.01, 60), "Between two looks while an operation waits.", |t| &mut t.step_poll),
    ("create", (1.0, 3600), "How long a create whose answer was lost is looked for.", |t| &mut t.create),
    ("boot", (1.0, 3600), "From created to active.", |t| &mut t.boot),
    ("attach", (1.0, 3600), "For the load balancer to accept a change of its members.", |t| &mut t.attach),
    ("health", (1.0, 3600), "From attached to healthy.", |t| &mut t.health),
    ("drain", (0.0, 3600), "From leaving the load balancer to the shutdown, for connections to end.", |t| &mut t.drain),
    ("shutdown", (0.0, 3600), "For a graceful shutdown.", |t| &mut t.shutdown),
    ("delete", (1.0, 3600), "From the deletion to the droplet being gone.", |t| &mut t.delete),
    ("backoff", (1.0, 86_400), "The first wait after a failed operation; doubled with each failure.", |t| {
        &mut t.backoff
    }),
    ("backoff_max", (1.0, 86_400), "The longest such wait.", |t| &mut t.backoff_max),
];

fn timing() -> Vec<Key> {
    let mut defaults = Timing::default();
    let key = |(name, (min, max), doc, field): TimingField| {
        let kind = Kind::Duration { min: Duration::from_secs_f64(min), max: seconds(max) };
        Key::new(Section::Timing, name, kind, Fallback::Value(Value::Duration(*field(&mut defaults))), doc)
    };
    TIMING.into_iter().map(key).collect()
}

/// The actions of the terminal interface with their keys, from its own table.
fn bindings() -> Vec<Key> {
    let key = |binding: &Binding| {
        let keys = binding.keys.iter().map(ToString::to_string).collect();
        let (first, rest) = binding.describe.split_at(1);
        let doc = format!("{}{rest}.", first.to_uppercase());
        Key::new(Section::Keys, binding.name, Kind::Keys, Fallback::Value(Value::List(keys)), &doc)
    };
    Keymap::default().bindings().iter().map(key).collect()
}

/// The field of [`Timing`] that a key sets.
pub fn timing_field<'a>(timing: &'a mut Timing, name: &str) -> Option<&'a mut Duration> {
    TIMING.into_iter().find(|field| field.0 == name).map(|field| field.3(timing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_and_example_is_in_its_own_range() {
        for key in [Section::Top].into_iter().chain(Section::OF_CLUSTER).chain([Section::Keys]).flat_map(of) {
            let default = match &key.fallback {
                Fallback::Value(value) => Some(value.clone()),
                _ => None,
            };
            for value in default.into_iter().chain(key.example.clone()) {
                let written = value.to_string();
                let toml = toml::de::DeValue::parse(&written).unwrap();
                assert_eq!(Value::from_toml(toml.get_ref(), &key.kind), Ok(value), "{}", key.path());
            }
            assert!(key.doc.ends_with('.'), "{}", key.path());
        }
    }

    #[test]
    fn every_field_of_timing_has_a_key_of_its_own() {
        let mut timing = Timing::default();
        for (index, field) in TIMING.into_iter().enumerate() {
            *field.3(&mut timing) = Duration::from_millis(index as u64 + 7);
        }
        // The derived Debug shows each field; none may have kept its default, none may share its place.
        let shown = format!("{timing:?}");
        for index in 0..TIMING.len() {
            assert_eq!(shown.matches(&format!(" {}ms", index + 7)).count(), 1, "{shown}");
        }
        assert_eq!(shown.matches(": ").count(), TIMING.len(), "{shown}");
    }
}
