//! The binary against an API that answers: exit codes, messages, and the seed's documents by the seed's
//! variables alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is a failed test")]

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

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
    for operation in [&["status"][..], &["info"], &["up", "--yes"], &["down", "--yes"], &["auto"], &["auto", "--watch"]] {
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
