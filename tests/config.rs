//! Configuration files, the seed's environment variables, and what goes before what.

#![expect(clippy::panic, reason = "a failure here is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dropscale::cluster::{CloneSpec, Metric, Timing};
use dropscale::config::{Config, Environment, Flags, Origin, Setting, load, parse_str};
use proptest::prelude::*;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configs").join(name)
}

/// A folder where nothing is.
fn nowhere() -> PathBuf {
    folder("no-such-home")
}

fn flags(config: &Path) -> Flags {
    Flags { config: Some(config.to_owned()), ..Flags::default() }
}

fn load_file(path: &Path) -> Result<Config, String> {
    load(&flags(path), &Environment::new(&nowhere(), [])).map_err(|errors| errors.to_string())
}

fn setting<'a>(settings: &'a [Setting], key: &str) -> &'a Setting {
    settings.iter().find(|setting| setting.key == key).unwrap_or_else(|| panic!("no setting {key}"))
}

const SEED: [(&str, &str); 5] = [
    ("BASE_DROPLET", "base"),
    ("SNAPSHOT", "snap"),
    ("CLUSTER_TAG", "auto-tag"),
    ("CLONE_PREFIX", "auto"),
    ("LOAD_BALANCER", "lb"),
];

fn seed<'a>(more: &[(&'a str, &'a str)]) -> Result<Config, String> {
    let variables = SEED.iter().chain(more).copied();
    load(&Flags::default(), &Environment::new(&nowhere(), variables)).map_err(|errors| errors.to_string())
}

/// A line that ends in `#! text` must have one problem with that text, and no other line one. `#! text` on a
/// line of its own stands for a problem without a place.
#[test]
fn every_mistake_of_every_invalid_file_is_told_at_its_line_and_nothing_else() {
    let mut files = 0;
    for entry in fs::read_dir(folder("invalid")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let Err(errors) = load(&flags(&path), &Environment::new(&nowhere(), [])) else {
            panic!("{} is accepted", path.display())
        };
        let mut left: Vec<_> = errors.problems().iter().collect();
        for (index, line) in text.lines().enumerate() {
            let Some((before, expected)) = line.split_once("#!") else { continue };
            let expected = expected.trim();
            let fits = |origin: &Option<Origin>| match origin {
                Some(Origin::File(place)) => {
                    place.line == index + 1 && Path::new(&*place.file) == path && place.column <= line.chars().count()
                }
                _ => before.is_empty(),
            };
            let found = left.iter().position(|p| fits(&p.origin) && p.text.contains(expected));
            let found =
                found.unwrap_or_else(|| panic!("{} line {}: {expected:?} not in\n{errors}", path.display(), index + 1));
            left.remove(found);
        }
        assert!(left.is_empty(), "{}: unexpected {left:#?}", path.display());
        assert!(!errors.to_string().contains("secret-do-not-show"));
        files += 1;
    }
    assert!(files >= 12);
}

#[test]
fn a_place_is_file_line_and_column() {
    let errors = parse_str("# ä\n[clusters.web]\n  tga = \"x\"\n", "my.toml").unwrap_err().to_string();
    assert!(errors.contains("my.toml:3:3: unknown key \"tga\": did you mean \"tag\"?"), "{errors}");
    assert!(errors.contains("my.toml:2:11: cluster \"web\" lacks \"snapshot\" (or set SNAPSHOT)"), "{errors}");
    assert!(errors.starts_with("the configuration has 6 mistakes:\n"), "{errors}");
}

#[test]
fn what_is_left_out_has_the_documented_default() {
    let config = load_file(&folder("valid/minimal.toml")).unwrap();
    let cluster = config.cluster();
    assert_eq!(cluster.spec.name, "web");
    assert_eq!(cluster.spec.timing, Timing::default());
    assert_eq!(cluster.spec.clone, CloneSpec::default());
    assert_eq!((cluster.policy.min, cluster.policy.max), (1, 5));
    assert_eq!(cluster.policy.scaling_interval, Duration::from_secs(120));
    let up = [(Metric::Load, 0.35), (Metric::FreeMemory, 800.0), (Metric::OutboundBandwidth, 2.5)];
    let down = [(Metric::Load, 0.15), (Metric::FreeMemory, 900.0), (Metric::OutboundBandwidth, 1.5)];
    assert_eq!(cluster.policy.scale_up, up.into());
    assert_eq!(cluster.policy.scale_down, down.into());
    assert!(!cluster.auto && !config.read_only && config.warnings.is_empty());
    assert_eq!(config.api_url.to_string(), "https://api.digitalocean.com");
    assert_eq!(setting(&cluster.settings, "clone.size").value, "as the base droplet");
    assert_eq!(setting(&cluster.settings, "scale_up.cpu").value, "off");
    assert_eq!(setting(&cluster.settings, "scaling_interval").value, "2m");
    assert!(matches!(&setting(&cluster.settings, "tag").origin, Origin::File(place) if place.line == 2));
}

#[test]
fn everything_that_is_given_arrives() {
    let path = folder("valid/full.toml");
    let config = load_file(&path).unwrap();
    assert_eq!(config.cluster().spec.name, "shop", "default_cluster is the one that is meant");
    assert!(config.read_only);
    let web = &config.clusters[0];
    assert_eq!((web.spec.base_droplet.as_str(), web.spec.snapshot.as_str()), ("4001", "12345"));
    assert_eq!((web.policy.min, web.policy.max, web.auto), (2, 2, true));
    assert_eq!(web.policy.scaling_interval, Duration::from_secs(90));
    assert_eq!(web.policy.stale_after, Duration::from_secs(900));
    assert_eq!(web.policy.scale_up, [(Metric::Cpu, 75.0), (Metric::ResponseTime, 400.0)].into());
    assert_eq!(web.policy.scale_down, [(Metric::Cpu, 30.5)].into(), "what a table leaves out is off");
    assert_eq!(web.spec.protect, ["web-base", "4002"]);
    let clone = &web.spec.clone;
    assert_eq!(clone.size.as_deref(), Some("s-2vcpu-4gb"));
    assert_eq!(clone.ssh_keys, ["289794", "3b:16:e4:bf"]);
    assert_eq!(clone.user_data.as_deref(), Some("#cloud-config\npackages: [nginx]\n"));
    assert_eq!((clone.monitoring, clone.extra_tags.as_slice()), (false, &["env:test".to_owned()][..]));
    assert_eq!(web.spec.timing.drain, Duration::from_secs(90));
    assert_eq!(web.spec.timing.step_poll, Duration::from_millis(500));
    assert_eq!(web.spec.timing.boot, Timing::default().boot);
    let keys = config.keymap.markdown();
    assert!(keys.contains("| `ctrl-u` `f2` | add a clone") && keys.contains("| `u` | look at"), "{keys}");
    assert_eq!(setting(&config.settings, "keys.scale_up").value, "ctrl-u, F2");
}

#[test]
fn the_configuration_of_the_measuring_example_is_one() {
    let config = load_file(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/terminal_cost/minute.toml")).unwrap();
    assert_eq!(config.cluster().spec.timing.metrics_step, Duration::from_secs(60));
}

#[test]
fn an_empty_table_of_thresholds_turns_them_all_off_and_says_so() {
    let config = load_file(&folder("valid/thresholds_off.toml")).unwrap();
    let policy = &config.cluster().policy;
    assert!(policy.scale_up.is_empty() && policy.scale_down.is_empty());
    assert!(config.warnings[0].contains("no scale-up threshold is set"), "{:?}", config.warnings);
}

#[test]
fn the_seeds_variables_are_enough() {
    let config = seed(&[]).unwrap();
    let cluster = config.cluster();
    assert_eq!((cluster.spec.name.as_str(), cluster.spec.tag.as_str()), ("auto-tag", "auto-tag"));
    assert_eq!((cluster.policy.max, cluster.policy.scaling_interval.as_secs()), (5, 120));
    assert_eq!(config.file, None);
    let tag = setting(&cluster.settings, "tag");
    assert_eq!(tag.origin, Origin::Variable("CLUSTER_TAG".to_owned()));

    let config = seed(&[
        ("MAX_DROPLETS_IN_CLUSTER", "12"),
        ("SCALING_INTERVAL", "300"),
        ("SCALE_UP_WHEN_LOAD", "0.9"),
        ("SCALE_DOWN_WHEN_LOAD", "0.5"),
        ("SCALE_UP_WHEN_FREE_MEMORY", "off"),
        ("SCALE_DOWN_WHEN_FREE_MEMORY", "-1"),
        ("SCALE_UP_WHEN_OUTBOUND_BANDWIDTH", " 4 "),
        ("SCALE_DOWN_WHEN_OUTBOUND_BANDWIDTH", ""),
    ])
    .unwrap();
    let policy = &config.cluster().policy;
    assert_eq!((policy.max, policy.scaling_interval.as_secs()), (12, 300));
    assert_eq!(policy.scale_up, [(Metric::Load, 0.9), (Metric::OutboundBandwidth, 4.0)].into());
    assert_eq!(policy.scale_down, [(Metric::Load, 0.5), (Metric::OutboundBandwidth, 1.5)].into());
}

#[test]
fn a_wrong_or_missing_variable_is_named() {
    for (name, value) in [
        ("MAX_DROPLETS_IN_CLUSTER", "1"),
        ("MAX_DROPLETS_IN_CLUSTER", "1001"),
        ("MAX_DROPLETS_IN_CLUSTER", "many"),
        ("SCALING_INTERVAL", "29"),
        ("SCALING_INTERVAL", "2401"),
        ("SCALE_UP_WHEN_LOAD", "NaN"),
        ("SCALE_UP_WHEN_LOAD", "0.1"),
        ("SCALE_DOWN_WHEN_LOAD", "201"),
        ("SCALE_UP_WHEN_FREE_MEMORY", "50001"),
        ("SCALE_DOWN_WHEN_OUTBOUND_BANDWIDTH", "inf"),
    ] {
        let error = seed(&[(name, value)]).unwrap_err();
        assert!(error.starts_with(&format!("{name}: ")), "{error}");
    }
    for prefix in ["a-b", "a.b", "a_b"] {
        assert!(seed(&[("CLONE_PREFIX", prefix)]).unwrap_err().starts_with("CLONE_PREFIX: "), "{prefix}");
    }
    let some = Environment::new(&nowhere(), [("CLUSTER_TAG", "web"), ("CLONE_PREFIX", "web"), ("SNAPSHOT", " ")]);
    let error = load(&Flags::default(), &some).unwrap_err().to_string();
    for name in ["BASE_DROPLET", "SNAPSHOT", "LOAD_BALANCER"] {
        assert!(error.contains(&format!("{name} is not set")), "{error}");
    }
    assert!(!error.contains("CLUSTER_TAG is not set"), "{error}");
}

#[test]
fn no_configuration_at_all_is_one_mistake_that_says_what_to_do() {
    let error = load(&Flags::default(), &Environment::new(&nowhere(), [])).unwrap_err();
    assert_eq!(error.problems().len(), 1);
    let error = error.to_string();
    for words in ["dropscale init", "BASE_DROPLET", "LOAD_BALANCER", "dropscale demo", "config.toml"] {
        assert!(error.contains(words), "{error}");
    }
    let error = load_file(&folder("valid/absent.toml")).unwrap_err();
    assert!(error.contains("absent.toml") && error.contains("does not exist"), "{error}");
    assert!(load_file(&folder("valid")).unwrap_err().contains("cannot be read"));
}

#[test]
fn flags_go_before_environment_before_file_before_defaults() {
    let path = folder("valid/full.toml");
    let environment = Environment::new(
        &nowhere(),
        [
            ("SNAPSHOT", "newer"),
            ("SCALE_UP_WHEN_FREE_MEMORY", "600"),
            ("DIGITALOCEAN_API_URL", "https://env.example.com"),
        ],
    );
    let config = load(&flags(&path), &environment).unwrap();
    assert_eq!(config.cluster().spec.snapshot, "newer");
    assert_eq!(config.cluster().policy.scale_up, [(Metric::FreeMemory, 600.0)].into());
    assert_eq!(config.clusters[0].spec.snapshot, "12345", "only the cluster that is meant is touched");
    assert!(config.api_url.to_string().starts_with("https://env.example.com"));
    assert_eq!(setting(&config.cluster().settings, "snapshot").origin.to_string(), "environment variable SNAPSHOT");
    assert!(setting(&config.cluster().settings, "tag").origin.to_string().ends_with("full.toml:25"));

    let flags = Flags {
        cluster: Some("web".to_owned()),
        api_url: Some("http://127.0.0.1:9".to_owned()),
        read_only: true,
        ..flags(&path)
    };
    let config = load(&flags, &environment).unwrap();
    assert_eq!(config.cluster().spec.name, "web");
    assert!(config.api_url.to_string().starts_with("http://127.0.0.1:9"));
    assert_eq!(setting(&config.settings, "read_only").origin.to_string(), "flag --read-only");
    let unknown = Flags { cluster: Some("shpo".to_owned()), ..flags };
    let error = load(&unknown, &environment).unwrap_err().to_string();
    assert_eq!(error, "--cluster: there is no cluster \"shpo\" (there is web, shop): did you mean \"shop\"?");
}

#[test]
fn what_shows_all_clusters_needs_none_to_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("two.toml");
    let cluster = |name: &str| {
        format!(
            "[clusters.{name}]\ntag = \"{name}\"\nbase_droplet = \"{name}\"\nsnapshot = \"s\"\n\
             clone_prefix = \"{name}\"\nload_balancer = \"{name}-lb\"\n"
        )
    };
    fs::write(&path, cluster("a") + &cluster("b")).unwrap();
    let environment =
        |variables: &[(&'static str, &'static str)]| Environment::new(&nowhere(), variables.iter().copied());
    let any = Flags { any_cluster: true, ..flags(&path) };
    let config = load(&any, &environment(&[])).unwrap();
    assert_eq!((config.clusters.len(), config.chosen, config.selected()), (2, None, 0));
    let named = Flags { cluster: Some("b".to_owned()), ..any.clone() };
    let config = load(&named, &environment(&[])).unwrap();
    assert_eq!(config.chosen, Some(1));
    // Of which cluster should it be?
    let error = load(&any, &environment(&[("SNAPSHOT", "newer")])).unwrap_err().to_string();
    assert!(error.contains("which cluster?"), "{error}");
    assert!(load(&flags(&path), &environment(&[])).unwrap_err().to_string().contains("which cluster?"));
}

#[test]
fn the_api_is_spoken_to_over_https_or_on_this_machine_only() {
    for wrong in ["http://api.digitalocean.com", "ftp://localhost", "nonsense", "https://user:pass@example.com"] {
        let error = seed(&[("DIGITALOCEAN_API_URL", wrong)]).unwrap_err();
        assert!(error.starts_with("DIGITALOCEAN_API_URL: "), "{wrong}: {error}");
    }
    assert!(seed(&[("DIGITALOCEAN_API_URL", "http://127.0.0.1:8080")]).is_ok());
}

#[test]
fn a_base_droplet_named_like_a_clone_is_legal_and_warned_of() {
    let config = seed(&[("BASE_DROPLET", "auto001")]).unwrap();
    assert!(config.warnings[0].contains("\"auto001\" is named like a clone"), "{:?}", config.warnings);
    assert!(seed(&[("BASE_DROPLET", "autobase")]).unwrap().warnings.is_empty());
}

#[test]
fn the_configuration_folder_is_xdgs_where_it_is_set() {
    let home = tempfile::tempdir().unwrap();
    let xdg = home.path().join("elsewhere");
    fs::create_dir_all(xdg.join("dropscale")).unwrap();
    fs::copy(folder("valid/minimal.toml"), xdg.join("dropscale/config.toml")).unwrap();
    let environment = Environment::new(home.path(), [("XDG_CONFIG_HOME", xdg.to_str().unwrap())]);
    assert_eq!(load(&Flags::default(), &environment).unwrap().file, Some(xdg.join("dropscale/config.toml")));
    let relative = Environment::new(home.path(), [("XDG_CONFIG_HOME", "elsewhere")]);
    assert_eq!(relative.config_file(), Some(home.path().join(".config/dropscale/config.toml")));
}

#[test]
fn a_file_in_the_home_folder_may_be_named_with_a_tilde() {
    let home = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(folder("valid/minimal.toml")).unwrap();
    let path = home.path().join("config.toml");
    fs::write(&path, text + "clone.user_data_file = \"~/data\"\n").unwrap();
    let environment = Environment::new(home.path(), []);
    assert!(load(&flags(&path), &environment).unwrap_err().to_string().contains("does not exist"));
    fs::write(home.path().join("data"), "#!/bin/sh\n").unwrap();
    let config = load(&flags(&path), &environment).unwrap();
    assert_eq!(config.cluster().spec.clone.user_data.as_deref(), Some("#!/bin/sh\n"));
    fs::write(home.path().join("data"), vec![b'x'; 65 * 1024]).unwrap();
    assert!(load(&flags(&path), &environment).unwrap_err().to_string().contains("at most 65536"));
    fs::write(home.path().join("data"), [0xff, 0xfe]).unwrap();
    assert!(load(&flags(&path), &environment).unwrap_err().to_string().contains("not UTF-8"));
}

/// Lines that a file may have, whole or cut, in any order.
fn lines() -> impl Strategy<Value = String> {
    let words = [
        "[clusters.web]",
        "[clusters.web.scale_up]",
        "[",
        "]",
        "tag = ",
        "max = ",
        "load = ",
        "\"web\"",
        "\"\"\"",
        "5",
        "-1",
    ];
    let words = [
        &words[..],
        &["nan", "1e999", "0x", "true", "{}", "[1, 'a']", "1979-05-27", "=", "\n", "\r\n", "#", "\u{feff}", "ä"],
    ]
    .concat();
    proptest::collection::vec(proptest::sample::select(words), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_text_at_all_gives_mistakes_or_a_configuration_and_never_a_panic(text in prop_oneof![".{0,200}", lines()]) {
        match parse_str(&text, "any.toml") {
            Ok(config) => prop_assert!(!config.clusters.is_empty()),
            Err(errors) => prop_assert!(!errors.problems().is_empty()),
        }
    }
}
