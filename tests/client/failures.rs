//! What fails: which requests are sent again, which are not, and what the error says.

use std::time::Duration;

use dropscale::cloud::digitalocean::Client;
use dropscale::cloud::{Cloud, Remedy};
use dropscale::cluster::DropletId;
use serde_json::json;

use crate::calls::{call, droplet, new_droplet};
use crate::server::{Asked, Reply, Server, ok, options, with_headers};

#[tokio::test]
async fn a_lost_answer_to_a_creation_is_not_asked_for_again() {
    let half = b"HTTP/1.1 202 OK\r\ncontent-length: 1000\r\n\r\n{\"droplet\":".to_vec();
    for bytes in [Vec::new(), half, b"HTTP/1.1 2".to_vec(), b"garbage\r\n\r\n".to_vec()] {
        let server = Server::start(move |_, _| Reply::Close(bytes.clone()));
        let error = server.client().create_droplet(&new_droplet()).await.unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        assert_eq!(server.lines(), ["POST /v2/droplets"]);
    }
    for (status, body) in [(500, "{}"), (503, "<html>"), (202, "{}"), (202, "<html>"), (302, "")] {
        let server = Server::always(status, body);
        let error = server.client().create_droplet(&new_droplet()).await.unwrap_err();
        assert!(error.may_have_happened(), "{status} {body}: {error}");
        assert_eq!(server.lines().len(), 1, "{status} {body}");
    }
}

#[tokio::test]
async fn a_lost_answer_on_a_connection_used_before_is_not_asked_for_again_either() {
    let server = Server::start(|_, before| match before {
        0 => ok(200, br#"{"account":{"droplet_limit":25}}"#),
        _ => Reply::Close(Vec::new()),
    });
    let client = server.client();
    assert_eq!(client.account().await.unwrap().droplet_limit, Some(25));
    assert!(client.create_droplet(&new_droplet()).await.unwrap_err().may_have_happened());
    assert_eq!(server.lines(), ["GET /v2/account", "POST /v2/droplets"]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_creation_that_certainly_did_not_happen_is_tried_again() {
    let server = Server::start(|_, before| match before {
        0 => with_headers(429, "retry-after: 0\r\nratelimit-remaining: 0\r\n", b"Too many requests"),
        _ => ok(202, json!({"droplet": droplet(7)}).to_string().as_bytes()),
    });
    assert_eq!(server.client().create_droplet(&new_droplet()).await.unwrap().id, DropletId(7));
    assert_eq!(server.lines().len(), 2);
    let full =
        r#"{"id":"unprocessable_entity","message":"creating this/these droplet(s) will exceed your droplet limit"}"#;
    let server = Server::always(422, full);
    let error = server.client().create_droplet(&new_droplet()).await.unwrap_err();
    assert_eq!((error.remedy.clone(), error.may_have_happened()), (Remedy::Limit, false));
    assert_eq!(server.lines().len(), 1, "a limit does not go away by trying");
}

#[tokio::test]
async fn what_may_be_repeated_is_repeated_and_not_for_ever() {
    let server = Server::start(|_, before| match before {
        0 => Reply::Close(Vec::new()),
        1 => Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec()),
        2 => ok(503, b"<html>busy</html>"),
        _ => ok(200, br#"{"account":{"droplet_limit":25}}"#),
    });
    assert_eq!(server.client().account().await.unwrap().droplet_limit, Some(25));
    assert_eq!(server.lines().len(), 4);
    let broken = Server::always(500, r#"{"id":"server_error","message":"Unexpected server-side error"}"#);
    let error = broken.client().account().await.unwrap_err();
    assert_eq!((error.remedy, error.status, broken.lines().len()), (Remedy::Retry, Some(500), 4));
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_a_success() {
    let server = Server::start(|_, before| match before {
        0 => Reply::Close(Vec::new()),
        _ => ok(404, br#"{"id":"not_found","message":"The resource you were accessing could not be found."}"#),
    });
    server.client().delete_droplet(DropletId(7)).await.unwrap();
    let stranger = Server::always(404, "<html>404 Not Found</html>");
    let error = stranger.client().delete_droplet(DropletId(7)).await.unwrap_err();
    assert_eq!(error.remedy, Remedy::Nonsense, "something that is not the API knows nothing of droplets");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_at_the_deadline() {
    let headless = |_: &Asked, _| Reply::Hang;
    let half = |_: &Asked, _| Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec());
    for server in [Server::start(headless), Server::start(half)] {
        let mut options = server.options();
        options.deadline = Duration::from_millis(60);
        options.create_deadline = Duration::from_millis(60);
        options.retry.attempts = 2;
        let client = Client::new(options).unwrap();
        let error = client.account().await.unwrap_err();
        assert_eq!(error.remedy, Remedy::Unreachable, "{error}");
        assert_eq!(server.lines().len(), 2);
        let error = client.create_droplet(&new_droplet()).await.unwrap_err();
        assert!(error.may_have_happened() && error.to_string().starts_with("POST /v2/droplets: "), "{error}");
        assert_eq!(server.lines().len(), 3);
    }
}

#[tokio::test]
async fn nobody_there_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = Client::new(options(&format!("http://{port}"))).unwrap();
    let error = client.account().await.unwrap_err();
    assert_eq!((error.remedy.clone(), error.status), (Remedy::Unreachable, None));
    assert!(error.message.contains("no connection"), "{error}");
}

#[tokio::test]
async fn a_busy_load_balancer_is_tried_again_and_is_no_missing_scope() {
    let busy = r#"{"id":"forbidden","message":"Load Balancer can't be updated while it processes previous actions","request_id":"r1"}"#;
    let server = Server::start(move |_, before| if before < 2 { ok(403, busy.as_bytes()) } else { ok(204, b"") });
    call(&server.client(), "attach").await.unwrap();
    assert_eq!(server.lines().len(), 3);
    let always = Server::always(403, busy);
    let error = call(&always.client(), "attach").await.unwrap_err();
    assert_eq!((error.remedy, error.request_id.as_deref()), (Remedy::Retry, Some("r1")));
}

#[tokio::test]
async fn a_missing_scope_is_named_for_each_request() {
    let server =
        Server::always(403, r#"{"id":"Forbidden","message":"You are not authorized to perform this operation"}"#);
    let client = server.client();
    for (name, scope) in [
        ("droplets", "droplet:read"),
        ("create_droplet", "droplet:create"),
        ("delete_droplet", "droplet:delete"),
        ("shut_down", "droplet:update"),
        ("snapshots", "snapshot:read"),
        ("private_images", "image:read"),
        ("load_balancers", "load_balancer:read"),
        ("attach", "load_balancer:update"),
        ("tags", "tag:read"),
        ("create_tag", "tag:create"),
        ("delete_tag", "tag:delete"),
        ("account", "account:read"),
        ("sizes", "sizes:read"),
        ("droplet_series", "monitoring:read"),
    ] {
        assert_eq!(call(&client, name).await.unwrap_err().remedy, Remedy::Scope { scope }, "{name}");
    }
}

#[tokio::test]
async fn a_droplet_that_is_off_already_is_shut_down() {
    let server = Server::always(422, r#"{"id":"unprocessable_entity","message":"Droplet is already powered off."}"#);
    assert_eq!(server.client().shut_down(DropletId(7)).await.unwrap(), None);
    let pending = Server::always(422, r#"{"message":"Droplet already has a pending event."}"#);
    assert_eq!(pending.client().shut_down(DropletId(7)).await.unwrap_err().remedy, Remedy::Retry);
    assert_eq!(pending.lines().len(), 1, "an action is not repeated blindly");
    let existing = Server::always(422, r#"{"message":"Tag already exists"}"#);
    existing.client().create_tag("web").await.unwrap();
}

#[tokio::test]
async fn a_handshake_that_fails_sends_nothing_and_names_the_reason() {
    let server = Server::always(200, "");
    let address = server.address.replace("http:", "https:");
    let error = Client::new(options(&address)).unwrap().create_droplet(&new_droplet()).await.unwrap_err();
    assert_eq!((error.remedy.clone(), error.status), (Remedy::Unreachable, None));
    assert!(error.message.starts_with("no connection: "), "{error}");
    assert!(server.asked().iter().all(|asked| !asked.line.contains("droplets")));
}
