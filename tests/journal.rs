//! The journal, `history` and `doctor`: the binary against an API that answers, with a state folder of its own.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use wiremock::MockServer;

#[expect(dead_code, reason = "other tests need more of it")]
mod small_cloud;

use small_cloud::Cloud;

const TOKEN: &str = "dop_v1_0123456789abcdef";

struct Desk {
    home: tempfile::TempDir,
    server: MockServer,
}

impl Desk {
    async fn new(cloud: &Cloud) -> Self {
        let home = tempfile::tempdir().unwrap();
        let timing = "claim_settle = '10ms'\nstep_poll = '20ms'\nboot = '2s'\ndrain = 0\nhealth = '5s'\n";
        let cluster =
            "tag = 'web'\nbase_droplet = 'base'\nsnapshot = 'snap'\nclone_prefix = 'web'\nload_balancer = 'lb'\n";
        let text = format!("[clusters.web]\n{cluster}[clusters.web.timing]\n{timing}");
        fs::write(home.path().join("config.toml"), text).unwrap();
        Self { home, server: cloud.serve().await }
    }

    fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    fn journal(&self) -> PathBuf {
        self.state().join("dropscale/journal.jsonl")
    }

    /// Exit code, standard output and standard error.
    async fn run(&self, api: &str, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::cargo_bin("dropscale").unwrap();
        let config = self.home.path().join("config.toml");
        command.env_clear().env("HOME", self.home.path()).env("XDG_STATE_HOME", self.state());
        command.env("USER", "ann").env("API_TOKEN", TOKEN).env("DIGITALOCEAN_API_URL", api);
        command.arg("--config").arg(config).args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!format!("{out}{err}").contains(TOKEN), "{out}{err}");
        (output.status.code().unwrap(), out, err)
    }

    async fn ask(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run(&self.server.uri(), arguments).await
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_is_written_down_with_its_reason_its_figures_and_its_requests() {
    let desk = Desk::new(&Cloud::new(1, "0.9")).await;
    let (code, out, err) = desk.ask(&["auto"]).await;
    assert_eq!(code, 0, "{out}{err}");
    let text = fs::read_to_string(desk.journal()).unwrap();
    assert!(!text.contains(TOKEN));
    assert_eq!((mode(&desk.journal()), mode(desk.journal().parent().unwrap())), (0o600, 0o700));
    let records = lines(&text);
    let first = &records[0];
    assert_eq!(
        (&first["event"], &first["kind"], &first["who"]["user"]),
        (&"evaluation".into(), &"up".into(), &"ann".into())
    );
    let rules = first["decision"]["rules"].as_array().unwrap();
    let load = rules.iter().find(|rule| rule["metric"] == "load").unwrap();
    assert_eq!((load["value"].as_f64(), load["up"].as_f64()), (Some(0.9), Some(0.35)));
    let events: Vec<&str> = records.iter().filter_map(|record| record["event"].as_str()).collect();
    assert_eq!(events[1..3], ["phase_begun", "phase_ended"]);
    let last = records.last().unwrap();
    assert_eq!(
        (&last["event"], &last["outcome"], &last["droplet_name"]),
        (&"ended".into(), &"done".into(), &"web002".into())
    );
    let requests: Vec<&str> = records
        .iter()
        .filter_map(|record| record["requests"].as_array())
        .flatten()
        .filter_map(|sent| sent["request"].as_str())
        .collect();
    assert!(requests.contains(&"POST /v2/droplets"), "{requests:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_shows_journal_and_cloud_by_time_and_the_journal_alone_without_the_cloud() {
    let desk = Desk::new(&Cloud::new(1, "0.25")).await;
    let (code, out, err) = desk.ask(&["history"]).await;
    assert!(code == 0 && err.contains("is empty") && lines(&out).iter().all(|l| l["source"] == "cloud"), "{out}{err}");
    assert_eq!(desk.ask(&["up", "--yes"]).await.0, 0);
    fs::write(desk.journal(), fs::read_to_string(desk.journal()).unwrap() + "{\"journal\":1,\"at\"").unwrap();
    let (code, out, err) = desk.ask(&["history"]).await;
    assert!(code == 0 && err.contains("1 line of the journal is damaged"), "{err}");
    let all = lines(&out);
    assert!(all.iter().any(|l| l["source"] == "journal") && all.iter().any(|l| l["action"]["kind"] == "shutdown"));
    let times: Vec<jiff::Timestamp> = all.iter().map(|l| l["at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(times.is_sorted());
    let (_, out, _) = desk.ask(&["history", "--since", "24h", "--limit", "2"]).await;
    assert_eq!(lines(&out).len(), 2);
    let (code, out, err) = desk.run("http://127.0.0.1:9", &["history", "--output", "text"]).await;
    assert!(code == 0 && err.contains("what the cloud remembers is not shown"), "{err}");
    assert!(out.contains("why: by hand; by ann@") && !out.contains("its end is not written"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_a_droplet_that_is_gone_is_told_by_the_account() {
    let desk = Desk::new(&Cloud::new(1, "0.25")).await;
    for operation in ["up", "down"] {
        assert_eq!(desk.ask(&[operation, "--yes"]).await.0, 0);
    }
    let (code, out, err) = desk.ask(&["history"]).await;
    assert_eq!((code, err.as_str()), (0, ""));
    let destroyed: Vec<Value> = lines(&out).into_iter().filter(|line| line["action"]["kind"] == "destroy").collect();
    assert_eq!(destroyed.len(), 1, "{destroyed:#?}");
    assert_eq!((&destroyed[0]["droplet"], &destroyed[0]["droplet_name"]), (&3.into(), &"web002".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_cannot_be_written_is_a_warning_and_no_failure() {
    let desk = Desk::new(&Cloud::new(1, "0.25")).await;
    fs::write(desk.state(), "").unwrap();
    let (code, _, err) = desk.ask(&["up", "--yes"]).await;
    assert_eq!((code, err.matches("warning: the journal").count()), (0, 1), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_what_is_over_and_repairs_only_when_told_to() {
    let cloud = Cloud::new(1, "0.25").tag_base("scaling-web-1000000000");
    let desk = Desk::new(&cloud).await;
    let (code, out, _) = desk.ask(&["doctor"]).await;
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["success"]), (1, &false.into()), "{out}");
    assert!(report["checks"].as_array().unwrap().iter().any(|check| check["fix"] == "delete_tag"), "{out}");
    assert_eq!(desk.ask(&["doctor", "--fix"]).await.0, 3, "nobody can be asked");
    assert_eq!(desk.ask(&["doctor", "--fix", "--yes", "--read-only"]).await.0, 3);
    assert_eq!(desk.ask(&["doctor", "--fix", "--yes", "--dry-run"]).await.0, 1);
    assert_eq!(cloud.tags_of(1, "scaling-web-").len(), 1, "nothing was changed");
    let (code, out, err) = desk.ask(&["doctor", "--fix", "--yes"]).await;
    assert_eq!((code, cloud.tags_of(1, "scaling-web-").len()), (0, 0), "{out}{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finishes_what_was_left_and_says_what_it_cost() {
    let draining = "dropscale:draining:1000000000:00000000deadbeef";
    let cloud = Cloud::new(2, "0.25").tag(3, draining);
    let desk = Desk::new(&cloud).await;
    let (code, out, _) = desk.ask(&["doctor", "--output", "text"]).await;
    assert_eq!(code, 1, "{out}");
    let left = "web002 was being removed by somebody who is gone";
    let told = out.lines().find(|line| line.contains(left)).unwrap();
    assert!(told.contains("($12.00 a month)") && told.ends_with("--fix finishes or undoes it"), "{told}");
    assert!(out.contains("What serves nobody costs $12.00 a month."), "{out}");
    assert_eq!(cloud.names().0, ["base", "web001", "web002"], "looking changes nothing");
    let (code, out, err) = desk.ask(&["doctor", "--fix", "--yes"]).await;
    assert_eq!(
        cloud.names(),
        (vec!["base".to_owned(), "web001".to_owned()], vec!["base".to_owned(), "web001".to_owned()])
    );
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["operation"]["kind"]), (0, &"recover".into()), "{out}{err}");
    assert_eq!(desk.ask(&["doctor"]).await.0, 0, "nothing is left");
}
