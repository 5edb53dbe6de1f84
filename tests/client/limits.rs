//! Rate limits and the server's clock, and requests side by side.

use std::time::Duration;

use dropscale::cloud::{Cloud, Remedy};

use crate::calls::new_droplet;
use crate::server::{Server, ok, with_headers};

#[tokio::test]
async fn a_long_wait_is_told_and_not_waited_and_meanwhile_nothing_is_sent() {
    let server = Server::start(|_, _| with_headers(429, "retry-after: 100\r\n", br#"{"id":"too_many_requests"}"#));
    let client = server.client();
    let error = client.account().await.unwrap_err();
    assert_eq!(error.remedy, Remedy::RateLimited { retry_after: Some(Duration::from_secs(100)) });
    let clone = client.clone();
    let error = clone.create_droplet(&new_droplet()).await.unwrap_err();
    assert!(matches!(error.remedy, Remedy::RateLimited { retry_after: Some(wait) } if wait.as_secs() >= 98), "{error}");
    assert_eq!(error.status, None);
    assert_eq!(server.lines().len(), 1, "clones share the budget");
    let usage = client.usage();
    let held = usage.held_until.unwrap().duration_since(client.clock().now()).as_secs();
    assert!((98..=100).contains(&held), "{held}");
    assert_eq!(usage.hour_left, 4999, "a burst limit says nothing of the hour");
}

#[tokio::test]
async fn the_hours_limit_holds_requests_back_without_a_time_from_the_server() {
    let server = Server::always(429, r#"{"id":"too_many_requests","message":"API Rate limit exceeded."}"#);
    let client = server.client();
    assert_eq!(client.account().await.unwrap_err().remedy, Remedy::RateLimited { retry_after: None });
    assert!(client.usage().held_until.is_some());
    assert!(matches!(client.account().await.unwrap_err().remedy, Remedy::RateLimited { retry_after: Some(_) }));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn budget_and_clock_follow_the_headers() {
    let headers = "date: Tue, 24 Nov 2020 10:00:00 GMT\r\nratelimit-limit: 6000\r\nratelimit-remaining: 4321\r\n\
                   ratelimit-reset: 1606215600\r\n";
    let server = Server::start(move |_, _| with_headers(200, headers, br#"{"account":{}}"#));
    let client = server.client();
    assert_eq!((client.usage().hour_left, client.clock().offset()), (5000, None));
    assert_eq!(client.account().await.unwrap().droplet_limit, None, "not told is not zero");
    let usage = client.usage();
    assert_eq!((usage.hour_limit, usage.hour_left, usage.minute_left, usage.sent), (6000, 4321, 249, 1));
    assert_eq!(client.clock().now().to_string()[..13], *"2020-11-24T10");
    assert_eq!(usage.held_until, None);
}

#[tokio::test]
async fn independent_requests_run_side_by_side() {
    let gate = std::sync::Arc::new(std::sync::Barrier::new(4));
    // Each request is answered only once four of them are there.
    let server = Server::start(move |_, _| {
        gate.wait();
        ok(200, br#"{"account":{"droplet_limit":25}}"#)
    });
    let client = server.client();
    let all = futures::future::join_all((0..4).map(|_| client.account())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(client.usage().sent, 4);
}
