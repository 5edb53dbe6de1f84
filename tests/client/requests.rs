//! What is sent: the form of requests, where they go, and where the token does not.

use dropscale::cloud::digitalocean::Client;
use dropscale::cloud::{Cloud, Remedy};

use crate::calls::{DOES, call};
use crate::server::{Server, TOKEN, with_headers};

#[tokio::test]
async fn redirects_are_not_followed() {
    let stranger = Server::always(200, r#"{"account":{"droplet_limit":1}}"#);
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/v2/account\r\n", stranger.address);
        let server = Server::start(move |_, _| with_headers(status, &location, b""));
        let error = server.client().account().await.unwrap_err();
        assert_eq!((error.remedy, error.status), (Remedy::Nonsense, Some(status)));
    }
    assert!(stranger.asked().is_empty());
}

#[tokio::test]
async fn requests_have_the_form_the_api_wants() {
    let server = Server::always(204, "");
    let client = server.client();
    for name in DOES {
        call(&client, name).await.unwrap();
    }
    let asked = server.asked();
    let (lb, resource) = (
        "/v2/load_balancers/4de7ac8b-495b-4884-9a69-1050c6793cd6/droplets",
        r#"{"resources":[{"resource_id":"3164444","resource_type":"droplet"}]}"#,
    );
    let seen: Vec<(&str, &str)> = asked.iter().map(|a| (a.line.as_str(), a.body.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("DELETE /v2/droplets/3164444", ""),
            (format!("POST {lb}").as_str(), r#"{"droplet_ids":[3164444]}"#),
            (format!("DELETE {lb}").as_str(), r#"{"droplet_ids":[3164444]}"#),
            ("POST /v2/tags", r#"{"name":"scaling-web-1763935200"}"#),
            ("DELETE /v2/tags/scaling-web-1763935200", ""),
            ("POST /v2/tags/web/resources", resource),
            ("DELETE /v2/tags/web/resources", resource),
        ]
    );
    assert!(asked[0].headers.contains(&format!("authorization: bearer {TOKEN}")));
    assert!(asked[0].headers.contains(concat!("user-agent: dropscale/", env!("CARGO_PKG_VERSION"))));
    let series = Server::always(200, r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#);
    assert_eq!(call(&series.client(), "droplet_series").await.unwrap(), "[]");
    assert_eq!(
        series.lines(),
        ["GET /v2/monitoring/metrics/droplet/bandwidth?host_id=3164444&interface=public&direction=outbound\
         &start=1763934960&end=1763935200"]
    );
}

#[tokio::test]
async fn a_name_never_changes_the_path_of_a_request() {
    let server = Server::always(204, "");
    let client = server.client();
    for tag in ["", "..", "."] {
        assert_eq!(client.delete_tag(tag).await.unwrap_err().remedy, Remedy::Refused, "{tag:?}");
    }
    client.delete_tag("a/../../droplets?x#y").await.unwrap();
    assert_eq!(server.lines(), ["DELETE /v2/tags/a%2F..%2F..%2Fdroplets%3Fx%23y"]);
}

#[tokio::test]
async fn the_token_is_nowhere_to_be_read() {
    let echo = format!("x-request-id: {TOKEN}\r\n");
    let body = format!(r#"{{"message":"\u001b[31mno: Bearer {TOKEN}"}}"#);
    let server = Server::start(move |_, _| with_headers(401, &echo, body.as_bytes()));
    let client = server.client();
    let error = client.account().await.unwrap_err();
    assert_eq!(error.remedy, Remedy::Token);
    assert_eq!(error.message, "[31mno: Bearer [token]");
    let garbage = Server::always(200, format!("<html>{TOKEN}</html>"));
    let odd = garbage.client().account().await.unwrap_err();
    for text in [format!("{error} {error:?}"), format!("{odd} {odd:?}"), format!("{client:?} {:?}", server.options())] {
        assert!(!text.contains("5ecre7"), "{text}");
    }
    for bad in ["", "  ", "dop\nv1", "dop v1", "d\u{f6}p"] {
        let mut options = server.options();
        options.token = bad.into();
        assert_eq!(Client::new(options).unwrap_err().remedy, Remedy::Token);
    }
}

/// In a process of its own: which lines are wanted is decided once for each place that logs, and a test beside it
/// that wants none may be the first to get there.
#[test]
fn the_log_has_neither_token_nor_user_data() {
    let program = std::env::current_exe().unwrap();
    let alone = ["--ignored", "--exact", "requests::alone_in_its_process"];
    let ended = std::process::Command::new(program).args(alone).output();
    let text = String::from_utf8(ended.unwrap().stdout).unwrap();
    assert!(text.contains("1 passed"), "{text}");
}

#[tokio::test]
#[ignore = "run by the test above"]
async fn alone_in_its_process() {
    #[derive(Clone, Default)]
    struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let server = Server::start(|asked, _| with_headers(422, "x-request-id: r77\r\n", asked.headers.as_bytes()));
    {
        let _guard = tracing::subscriber::set_default(subscriber.finish());
        call(&server.client(), "create_droplet").await.unwrap_err();
    }
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("/v2/droplets") && text.contains("r77") && text.contains("422"), "{text}");
    assert!(!text.contains("5ecre7") && !text.contains("hunter2"), "{text}");
}
