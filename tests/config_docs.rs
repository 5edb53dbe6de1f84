//! The starting file, config.example.toml and docs/configuration.md say what the table of keys says.
//! `DROPSCALE_WRITE_DOCS=1 cargo test --test config_docs` writes them anew.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use dropscale::config::{document, parse_str};

const BEGIN: &str = "<!-- keys: written from the table of keys -->\n";
const END: &str = "<!-- end of keys -->\n";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn agrees(path: &str, wanted: &str) {
    if std::env::var_os("DROPSCALE_WRITE_DOCS").is_some() {
        fs::write(project(path), wanted).unwrap();
    }
    let found = fs::read_to_string(project(path)).unwrap_or_default();
    assert!(found == wanted, "{path} is out of date: DROPSCALE_WRITE_DOCS=1 cargo test --test config_docs writes it");
}

#[test]
fn the_example_is_the_starting_file() {
    agrees("config.example.toml", &document::starting_file());
}

#[test]
fn the_reference_has_every_key() {
    let text = fs::read_to_string(project("docs/configuration.md")).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    agrees("docs/configuration.md", &format!("{head}{BEGIN}\n{}\n{END}{tail}", document::reference()));
}

#[test]
fn the_starting_file_loads_and_means_the_defaults() {
    let started = parse_str(&document::starting_file(), "config.toml").unwrap();
    let plain = "[clusters.web]\ntag='web'\nbase_droplet='web-base'\nsnapshot='web-snapshot'\nclone_prefix='web'\n\
                 load_balancer='web-lb'\n";
    let plain = parse_str(plain, "config.toml").unwrap();
    assert_eq!(started.cluster().spec, plain.cluster().spec);
    assert_eq!(started.cluster().policy, plain.cluster().policy);
    assert!(started.warnings.is_empty(), "{:?}", started.warnings);
}

#[test]
fn every_line_that_is_commented_out_is_legal() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cloud-init.yaml"), "#cloud-config\n").unwrap();
    let is_key = |line: &str| line.strip_prefix("# ").is_some_and(|rest| rest.split(' ').nth(1) == Some("="));
    let uncomment = |line: &str| if is_key(line) { line[2..].to_owned() } else { line.to_owned() };
    let text = document::starting_file();
    let live: Vec<String> = text.lines().map(uncomment).collect();
    assert!(live.iter().filter(|line| line.contains(" = ")).count() > 40);
    let name = folder.path().join("config.toml");
    let config = parse_str(&live.join("\n"), name.to_str().unwrap()).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.cluster().policy.scale_up.len(), 7);
}
