//! The binary against an API that answers: exit codes, messages, and the seed's documents by the seed's
//! variables alone.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, ExitStatus, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use assert_cmd::Command;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const TOKEN: &str = "dop_v1_0123456789abcdef";

/// The binary with the seed's variables and this API.
fn seed(home: &Path, api: &str, arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("dropscale").unwrap();
    let variables = [
        ("API_TOKEN", TOKEN),
        ("BASE_DROPLET", "base"),
        ("SNAPSHOT", "snap"),
        ("CLUSTER_TAG", "web"),
        ("CLONE_PREFIX", "web"),
        ("LOAD_BALANCER", "lb"),
        ("DIGITALOCEAN_API_URL", api),
    ];
    command.env_clear().env("HOME", home).envs(variables).args(arguments);
    command
}

/// Runs it, and checks what holds for each run: the token is never shown, and standard output is one document.
async fn run(api: &str, arguments: &[&str]) -> (i32, Value, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = seed(home.path(), api, arguments);
    let output: Output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(!format!("{out}{err}").contains(TOKEN), "{out}{err}");
    let document = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error} in {out:?} ({err})"));
    (output.status.code().unwrap(), document, err)
}

async fn always(status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(status).set_body_json(body)).mount(&server).await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_exit_code_4_for_every_operation() {
    let unauthorized = json!({ "id": "unauthorized", "message": "Unable to authenticate you." });
    let server = always(401, unauthorized).await;
    for operation in [&["status"][..], &["info"], &["up", "--yes"], &["down", "--yes"], &["auto"], &["auto", "--watch"]]
    {
        let (code, document, err) = run(&server.uri(), operation).await;
        assert_eq!(code, 4, "{operation:?}");
        assert!(document["error"].as_str().unwrap().contains("Unable to authenticate you"), "{document}");
        assert!(err.contains("The token is wrong, expired or revoked"), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_exit_code_4_and_named() {
    let server = always(403, json!({ "id": "Forbidden", "message": "You are not authorized" })).await;
    let (code, document, _) = run(&server.uri(), &["status"]).await;
    assert_eq!(code, 4);
    assert!(document["error"].as_str().unwrap().contains("lacks the scope"), "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_makes_no_sense_is_one_message_and_exit_code_1() {
    let server = always(200, json!(["not", "the", "API"])).await;
    let (code, document, err) = run(&server.uri(), &["status"]).await;
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    assert!(document["error"].as_str().unwrap().contains("check the API address"), "{document}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_not_there_is_one_message_and_exit_code_1() {
    // Port 9 on this machine: nobody listens.
    let (code, document, err) = run("http://127.0.0.1:9", &["info"]).await;
    assert_eq!((code, err.lines().count()), (1, 1), "{err}");
    assert!(document["error"].as_str().unwrap().contains("Check the network and the API address"), "{document}");
}

fn droplet(id: u64, name: &str, tags: &[&str]) -> Value {
    json!({
        "id": id, "name": name, "memory": 2048, "vcpus": 1, "disk": 50, "locked": false, "status": "active",
        "created_at": format!("2025-11-0{id}T10:00:00Z"), "features": ["monitoring"], "tags": tags,
        "region": { "slug": "nyc3", "name": "New York 3", "sizes": [], "features": [], "available": true },
        "image": { "id": 77, "name": "snap", "distribution": "Ubuntu", "regions": ["nyc3"] },
        "size_slug": "s-1vcpu-2gb", "vpc_uuid": "5a4981aa-9653-4bd1-bef5-d6bff52042e4",
        "size": {
            "slug": "s-1vcpu-2gb", "memory": 2048, "vcpus": 1, "disk": 50, "transfer": 2.0, "available": true,
            "price_monthly": 12.0, "price_hourly": 0.01786, "regions": ["nyc3"], "description": "Basic",
        },
        "networks": { "v4": [], "v6": [] },
    })
}

/// What a cluster is, and how busy.
#[derive(Clone)]
struct Cloud {
    base: &'static str,
    clones: u64,
    base_tags: Vec<String>,
    load: &'static str,
}

impl Cloud {
    fn new(clones: u64, load: &'static str) -> Self {
        Self { base: "base", clones, base_tags: vec!["web".to_owned()], load }
    }

    fn answer(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path();
        let series = |value: &str| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
            let values = [json!([now - 100, value]), json!([now - 40, value])];
            json!({ "status": "success", "data": { "resultType": "matrix", "result": [{ "metric": {}, "values": values }] } })
        };
        let balancer = || {
            let members: Vec<u64> = (1..=self.clones + 1).collect();
            json!({
                "id": "4de7ac8b-495b-4884-9a69-1050c6793cd6", "name": "lb", "status": "active", "ip": "192.0.2.1",
                "region": { "slug": "nyc3" }, "vpc_uuid": "5a4981aa-9653-4bd1-bef5-d6bff52042e4", "tag": "",
                "droplet_ids": members,
            })
        };
        let document = match path {
            _ if request.method.as_str() != "GET" => return ResponseTemplate::new(500),
            "/v2/droplets" => {
                let tags: Vec<&str> = self.base_tags.iter().map(String::as_str).collect();
                let clones = (0..self.clones).map(|n| droplet(n + 2, &format!("web{:03}", n + 1), &["web"]));
                let droplets: Vec<Value> = [droplet(1, self.base, &tags)].into_iter().chain(clones).collect();
                json!({ "droplets": droplets, "links": {}, "meta": { "total": droplets.len() } })
            }
            "/v2/load_balancers" => json!({ "load_balancers": [balancer()], "links": {}, "meta": { "total": 1 } }),
            _ if path.starts_with("/v2/load_balancers/") => json!({ "load_balancer": balancer() }),
            "/v2/snapshots" => {
                let snapshot = json!({
                    "id": "77", "name": "snap", "created_at": "2025-11-01T10:00:00Z", "regions": ["nyc3"],
                    "resource_id": "1", "resource_type": "droplet", "min_disk_size": 50, "size_gigabytes": 3.1, "tags": [],
                });
                json!({ "snapshots": [snapshot], "links": {}, "meta": { "total": 1 } })
            }
            "/v2/account" => json!({ "account": { "droplet_limit": 25, "status": "active" } }),
            _ if path.ends_with("/load_1") => series(self.load),
            _ if path.ends_with("/memory_available") => series("1900000000"),
            _ if path.ends_with("/bandwidth") => series("0.1"),
            _ if path.starts_with("/v2/monitoring/") => {
                json!({ "status": "success", "data": { "resultType": "matrix", "result": [] } })
            }
            _ => return ResponseTemplate::new(404).set_body_json(json!({ "id": "not_found", "message": "no" })),
        };
        ResponseTemplate::new(200).set_body_json(document)
    }

    async fn serve(self) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(move |request: &Request| self.answer(request)).mount(&server).await;
        server
    }
}

async fn only_read(server: &MockServer) -> bool {
    server.received_requests().await.unwrap().iter().all(|request| request.method.as_str() == "GET")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seeds_variables_alone_give_the_seeds_documents() {
    let server = Cloud::new(1, "0.05").serve().await;
    let (code, status, err) = run(&server.uri(), &["status"]).await;
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(keys(&status)[..4], ["dropletMetrics", "clusterMetrics", "scaleUp", "scaleDown"]);
    let m = json!({ "ID": "web001", "valid": true, "load": 0.05, "freeMemory": 1900, "outboundBandwidth": 0.2 });
    for (key, value) in m.as_object().unwrap() {
        assert_eq!(&status["dropletMetrics"][1][key], value, "{key}");
    }
    assert_eq!((&status["scaleUp"], &status["scaleDown"]), (&json!(false), &json!(true)));

    let (code, info, _) = run(&server.uri(), &["info"]).await;
    assert_eq!(code, 0);
    assert_eq!(info["config"]["LoadBalancerName"], "lb");
    assert_eq!(info["info"]["droplets"][1]["networks"], json!({ "v4": [], "v6": [] }), "the API's own objects");
    assert_eq!(info["info"]["baseDroplet"]["name"], "base");
    assert_eq!(info["info"]["snapshotImageID"], 77);
    assert_eq!(info["info"]["loadBalancerID"], "4de7ac8b-495b-4884-9a69-1050c6793cd6");
    assert_eq!(info["token"], "environment variable API_TOKEN");
    assert!(only_read(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_the_requests_and_makes_none() {
    let server = Cloud::new(1, "0.9").serve().await;
    for (operation, method) in [(&["up", "--dry-run"][..], "POST"), (&["down", "--dry-run", "--yes"], "DELETE")] {
        let (code, document, _) = run(&server.uri(), operation).await;
        assert_eq!((code, &document["success"], &document["dryRun"]), (0, &json!(false), &json!(true)));
        let requests = document["plan"]["requests"].as_array().unwrap();
        assert!(requests.iter().any(|request| request["method"] == method), "{document}");
    }
    let (code, document, _) = run(&server.uri(), &["auto", "--dry-run"]).await;
    assert_eq!((code, &document["scaleUp"]["dryRun"]), (0, &json!(true)), "{document}");
    assert!(only_read(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_on_purpose_is_exit_code_3_and_changes_nothing() {
    let server = Cloud::new(4, "0.9").serve().await;
    for (operation, why) in [
        (&["up", "--yes"][..], "the maximum is 5"),
        (&["down"], "give --yes"),
        (&["down", "--yes", "--read-only"], "--read-only"),
        (&["down", "base", "--yes"], "base may not be removed"),
    ] {
        let (code, document, _) = run(&server.uri(), operation).await;
        assert_eq!(code, 3, "{operation:?}");
        assert!(document["error"].as_str().unwrap().contains(why), "{document}");
    }
    let (code, document, _) = run(&server.uri(), &["down", "web009", "--yes"]).await;
    assert_eq!(code, 2);
    assert!(document["error"].as_str().unwrap().contains("`dropscale status` lists them"), "{document}");
    let server_with_room = Cloud::new(1, "0.9").serve().await;
    let (code, document, _) = run(&server_with_room.uri(), &["auto", "--read-only"]).await;
    assert_eq!((code, &document["scaleUp"]["success"]), (3, &json!(false)));
    assert!(document["scaleUp"]["msg"].as_str().unwrap().contains("--read-only"), "{document}");
    assert!(only_read(&server).await && only_read(&server_with_room).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_respects_the_cooldown_and_that_is_no_failure() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut cloud = Cloud::new(1, "0.9");
    cloud.base_tags.push(format!("scaling-web-{}", now - 30));
    let server = cloud.serve().await;
    let (code, document, _) = run(&server.uri(), &["auto"]).await;
    assert_eq!((code, &document["status"]["clusterMetrics"]["valid"]), (0, &json!(false)), "{document}");
    assert_eq!(document["scaleUp"], json!({ "success": false, "msg": "" }));
    // By hand it is only a warning.
    let (_, document, _) = run(&server.uri(), &["up", "--dry-run"]).await;
    assert!(document["plan"]["warnings"][0].as_str().unwrap().contains("cool"), "{document}");
    assert!(only_read(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn info_and_status_work_without_the_base_droplet_and_say_that_it_is_missing() {
    let mut cloud = Cloud::new(1, "0.9");
    cloud.base = "renamed";
    let server = cloud.serve().await;
    let (code, info, _) = run(&server.uri(), &["info"]).await;
    assert_eq!((code, &info["info"]["baseDroplet"], &info["info"]["dropletCount"]), (0, &Value::Null, &json!(2)));
    assert!(info["info"]["problems"][0].as_str().unwrap().contains("tag the base droplet"), "{info}");
    let (code, status, _) = run(&server.uri(), &["status"]).await;
    assert_eq!((code, &status["scaleUp"]), (0, &json!(false)));
    let (code, document, _) = run(&server.uri(), &["up", "--yes"]).await;
    assert_eq!(code, 2);
    assert!(document["error"].as_str().unwrap().contains("correct `base_droplet`"), "{document}");
    assert!(only_read(&server).await);
}

/// What a terminal of 200 columns shows while the binary runs in it, and how it ended.
fn in_terminal(api: &str, arguments: &[&str], typed: &str) -> (u32, String) {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    let home = tempfile::tempdir().unwrap();
    let pair = native_pty_system().openpty(PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 }).unwrap();
    let plain = seed(home.path(), api, arguments);
    let mut command = CommandBuilder::new(plain.get_program());
    command.env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap());
    }
    command.args(arguments);
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().unwrap();
    pair.master.take_writer().unwrap().write_all(typed.as_bytes()).unwrap();
    let mut shown = Vec::new();
    // The end of the other side is an error on Linux; what was read until then counts.
    let _ = reader.read_to_end(&mut shown);
    (child.wait().unwrap().exit_code(), String::from_utf8_lossy(&shown).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_the_plan_is_shown_and_asked_about() {
    let server = Cloud::new(1, "0.9").serve().await;
    let api = server.uri();
    let (code, shown) = tokio::task::spawn_blocking(move || in_terminal(&api, &["up"], "n\n")).await.unwrap();
    assert_eq!(code, 3, "{shown}");
    for part in [
        "Add the clone web002 to cluster web: s-1vcpu-2gb in nyc3, from the snapshot snap.",
        "It costs $12.00 a month ($0.01786 an hour) more; there will be 3 droplets.",
        "Add it? [y/N]",
        "error: not confirmed: nothing was changed",
    ] {
        assert!(shown.contains(part), "{part:?} is missing from\n{shown}");
    }
    assert!(only_read(&server).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_gets_text_in_colour_and_no_color_is_honoured() {
    let server = Cloud::new(1, "0.9").serve().await;
    let api = server.uri();
    let (code, shown) = tokio::task::spawn_blocking(move || in_terminal(&api, &["status"], "")).await.unwrap();
    assert_eq!(code, 0);
    assert!(shown.contains("\u{1b}[33mscale up: Load per vCPU beyond the scale-up threshold"), "{shown}");
    let api = server.uri();
    let never = ["status", "--color", "never", "--ascii"];
    let (_, shown) = tokio::task::spawn_blocking(move || in_terminal(&api, &never, "")).await.unwrap();
    assert!(shown.is_ascii() && !shown.contains('\u{1b}'), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_prints_one_document_a_line_and_ends_when_told_to() {
    let server = Cloud::new(1, "0.25").serve().await;
    let api = server.uri();
    let watch = move |end: fn(Child, BufReader<ChildStdout>) -> ExitStatus| {
        let home = tempfile::tempdir().unwrap();
        let plain = seed(home.path(), &api, &["auto", "--watch", "--every", "1s"]);
        let mut command = std::process::Command::new(plain.get_program());
        command.args(plain.get_args()).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..2 {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            let document: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(keys(&document), ["status", "scaleUp", "scaleDown"]);
        }
        end(child, lines)
    };
    let statuses = tokio::task::spawn_blocking(move || {
        let terminated = watch(|mut child, _lines| {
            let process = rustix::process::Pid::from_child(&child);
            rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
            child.wait().unwrap()
        });
        let unread = watch(|mut child, lines| {
            drop(lines);
            child.wait().unwrap()
        });
        [terminated, unread].map(|status| status.code())
    });
    assert_eq!(statuses.await.unwrap(), [Some(0), Some(0)]);
    assert!(only_read(&server).await);
}
