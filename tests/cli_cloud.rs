//! The binary against an API that answers: exit codes, messages, and the seed's documents by the seed's
//! variables alone.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, ExitStatus, Output, Stdio};

use assert_cmd::Command;
use serde_json::{Value, json};
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

mod small_cloud;

use small_cloud::{Cloud, epoch};

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
    assert_eq!(info["info"]["droplets"][1]["networks"]["v6"], json!([]), "the API's own objects");
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
        (&["up", "--yes"][..], "the maximum of 5"),
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
    let server = Cloud::new(1, "0.9").tag_base(&format!("scaling-web-{}", epoch() - 30)).serve().await;
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
    let server = Cloud::new(1, "0.9").rename_base("renamed").serve().await;
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
    assert!(shown.contains("\u{1b}[33mscale up: Load per vCPU 0.90 is above 0.35"), "{shown}");
    let api = server.uri();
    let never = ["status", "--color", "never", "--ascii"];
    let (_, shown) = tokio::task::spawn_blocking(move || in_terminal(&api, &never, "")).await.unwrap();
    assert!(shown.is_ascii() && !shown.contains('\u{1b}'), "{shown}");
}

/// The same command, to be started and not waited for.
fn plain(command: &Command) -> std::process::Command {
    let mut plain = std::process::Command::new(command.get_program());
    plain.args(command.get_args()).env_clear();
    plain.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    plain
}

fn terminate(child: &Child) {
    rustix::process::kill_process(rustix::process::Pid::from_child(child), rustix::process::Signal::TERM).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_prints_one_document_a_line_and_ends_when_told_to() {
    let server = Cloud::new(1, "0.25").serve().await;
    let api = server.uri();
    let watch = move |end: fn(Child, BufReader<ChildStdout>) -> ExitStatus| {
        let home = tempfile::tempdir().unwrap();
        let mut command = plain(&seed(home.path(), &api, &["auto", "--watch", "--every", "1s"]));
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
            terminate(&child);
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

/// A configuration whose waits are short.
fn quick_config(home: &Path, boot: &str) -> String {
    let path = home.join("config.toml");
    let timing = format!("claim_settle = '10ms'\nstep_poll = '20ms'\nboot = '{boot}'\ndrain = 0\nhealth = '5s'\n");
    let cluster = "tag = 'web'\nbase_droplet = 'base'\nsnapshot = 'snap'\nclone_prefix = 'web'\nload_balancer = 'lb'\n";
    std::fs::write(&path, format!("[clusters.web]\n{cluster}[clusters.web.timing]\n{timing}")).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn quick(cloud: &Cloud, arguments: &[&str]) -> (i32, Value, String) {
    let home = tempfile::tempdir().unwrap();
    let path = quick_config(home.path(), "2s");
    let server = cloud.serve().await;
    run(&server.uri(), &[&["--config", &path], arguments].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_that_is_printed_is_for_the_cluster_that_was_looked_at() {
    let server = Cloud::new(1, "0.25").power_off(2).serve().await;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("my clusters.toml");
    let cluster = "base_droplet = 'base'\nsnapshot = 'snap'\nclone_prefix = 'web'\nload_balancer = 'lb'\n";
    let text = format!("[clusters.live]\ntag = 'live'\n{cluster}[clusters.staging]\ntag = 'web'\n{cluster}");
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap().to_owned();
    for command in ["status", "doctor"] {
        let mut dropscale = seed(home.path(), &server.uri(), &["--config", &file, "--cluster", "staging", command]);
        for variable in ["BASE_DROPLET", "SNAPSHOT", "CLUSTER_TAG", "CLONE_PREFIX", "LOAD_BALANCER"] {
            dropscale.env_remove(variable);
        }
        dropscale.args(["--output", "text"]);
        let output = tokio::task::spawn_blocking(move || dropscale.output().unwrap()).await.unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        let printed = format!("(`dropscale down web001 --config '{file}' --cluster staging`)");
        assert!(out.contains(&printed), "{out}{}", String::from_utf8(output.stderr).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn up_adds_a_clone_and_down_removes_it_again() {
    let cloud = Cloud::new(1, "0.25");
    let (code, document, err) = quick(&cloud, &["up", "--yes"]).await;
    assert_eq!((code, &document["success"]), (0, &json!(true)), "{document} {err}");
    assert!(document["msg"].as_str().unwrap().starts_with("web002 serves"), "{document}");
    assert_eq!(cloud.names().0, ["base", "web001", "web002"]);
    assert_eq!(cloud.names().1, ["base", "web001", "web002"]);
    assert_eq!(cloud.tags_of(1, "scaling-web-").len(), 1, "the seed's marker");
    assert!(cloud.tags_of(3, "dropscale:").is_empty(), "nothing is left unfinished");

    // By hand the cooldown is said, and no obstacle; auto respects it.
    let (code, document, err) = quick(&cloud, &["down", "--yes"]).await;
    assert_eq!((code, &document["success"]), (0, &json!(true)), "{document} {err}");
    assert!(err.contains("warning: ") && err.contains("cool"), "{err}");
    assert_eq!(cloud.names().0, ["base", "web001"]);
    assert_eq!(keys(&document)[..2], ["success", "msg"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn down_removes_the_clone_that_is_named() {
    let cloud = Cloud::new(3, "0.25");
    let (code, document, _) = quick(&cloud, &["down", "web001", "--yes"]).await;
    assert_eq!(code, 0, "{document}");
    assert_eq!(cloud.names().0, ["base", "web002", "web003"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_acts_on_what_the_metrics_say() {
    let cloud = Cloud::new(1, "0.9");
    let (code, document, err) = quick(&cloud, &["auto"]).await;
    assert_eq!((code, &document["scaleUp"]["success"]), (0, &json!(true)), "{document} {err}");
    assert_eq!((&document["status"]["scaleUp"], &document["scaleDown"]["success"]), (&json!(true), &json!(false)));
    assert_eq!(cloud.names().1, ["base", "web001", "web002"]);
    let (code, document, _) = quick(&cloud, &["auto"]).await;
    assert_eq!((code, &document["scaleUp"]["success"]), (0, &json!(false)), "it cools down");
    assert_eq!(cloud.names().0.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_that_does_not_boot_is_taken_back_and_that_is_exit_code_1() {
    let cloud = Cloud::new(1, "0.25").never_boots();
    let (code, document, _) = quick(&cloud, &["up", "--yes"]).await;
    assert_eq!((code, &document["success"]), (1, &json!(false)), "{document}");
    assert!(!document["msg"].as_str().unwrap().is_empty());
    assert_eq!(cloud.names().0, ["base", "web001"], "no orphan");
    assert!(cloud.tags_of(1, "dropscale:claim:").is_empty(), "the claim is given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_is_terminated_gives_its_claim_back_and_leaves_its_tags() {
    let cloud = Cloud::new(1, "0.25").never_boots();
    let server = cloud.serve().await;
    let (api, seen) = (server.uri(), cloud.clone());
    let ended = tokio::task::spawn_blocking(move || {
        let home = tempfile::tempdir().unwrap();
        let path = quick_config(home.path(), "10m");
        let mut command = plain(&seed(home.path(), &api, &["up", "--yes", "--config", &path]));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // As long as the create is not answered the claim is kept.
        while !seen.was_asked_after(3) {
            std::thread::yield_now();
        }
        terminate(&child);
        let mut out = String::new();
        child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        (child.wait().unwrap().code(), serde_json::from_str::<Value>(&out).unwrap())
    });
    let (code, document) = ended.await.unwrap();
    assert_eq!((code, &document["success"]), (Some(1), &json!(false)), "{document}");
    assert!(document["msg"].as_str().unwrap().contains("The next look goes on with it"), "{document}");
    assert!(cloud.tags_of(1, "dropscale:claim:").is_empty(), "the claim is given back");
    assert_eq!(cloud.tags_of(3, "dropscale:pending:").len(), 1, "the next look finds what was left");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_told_on_standard_error_when_asked_for_and_without_the_token() {
    let server = Cloud::new(1, "0.25").serve().await;
    let (code, _, err) = run(&server.uri(), &["status", "-vvv"]).await;
    assert_eq!(code, 0);
    assert!(err.contains("/v2/droplets"), "{err}");
    assert!(!err.contains("Bearer"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_goes_on_after_an_evaluation_that_failed() {
    let server = Cloud::new(1, "0.25").serve().await;
    let nonsense = ResponseTemplate::new(400).set_body_json(json!({ "id": "bad_request", "message": "not today" }));
    Mock::given(path("/v2/droplets")).respond_with(nonsense).up_to_n_times(1).with_priority(1).mount(&server).await;
    let api = server.uri();
    let lines = tokio::task::spawn_blocking(move || {
        let home = tempfile::tempdir().unwrap();
        let mut command = plain(&seed(home.path(), &api, &["auto", "--watch", "--every", "1s"]));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(2);
        let lines: Vec<Value> = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
        terminate(&child);
        assert_eq!(child.wait().unwrap().code(), Some(0));
        lines
    });
    let lines = lines.await.unwrap();
    assert!(lines[0]["error"].as_str().unwrap().contains("not today"), "{}", lines[0]);
    assert_eq!(keys(&lines[1]), ["status", "scaleUp", "scaleDown"]);
}
