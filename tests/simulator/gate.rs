//! What every request passes: token, scopes, limits; and the headers of every answer.

use crate::server::{EPOCH, Server};

#[tokio::test]
async fn a_request_without_the_token_is_refused() {
    let server = Server::start("account = { token = \"right\" }").await;
    for headers in ["", "authorization: Bearer wrong\r\n", "authorization: Bearer \r\n", "authorization: right\r\n"] {
        let answer = server.send("GET", "/v2/account", headers, "").await.unwrap();
        assert_eq!((answer.status, answer.body["id"].as_str()), (401, Some("unauthorized")), "{headers:?}");
    }
    let answer = server.send("GET", "/v2/account", "authorization: Bearer right\r\n", "").await.unwrap();
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_token_can_do_what_its_scopes_allow() {
    let server = Server::start("account = { scopes = [\"droplet:read\", \"droplet:create\", \"sizes:read\"] }").await;
    assert_eq!(server.get("/v2/droplets").await.status, 200);
    for path in ["/v2/droplets?tag_name=web", "/v2/sizes", "/v2/tags", "/v2/actions/1"] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.body["id"].as_str()), (403, Some("Forbidden")), "{path}");
    }
    let tagged = r#"{"name": "a", "region": "nyc3", "size": "c-2", "image": 1, "tags": ["web"]}"#;
    assert_eq!(server.ask("POST", "/v2/droplets", tagged).await.status, 403, "an image and a tag need scopes as well");
}

#[tokio::test]
async fn every_answer_tells_the_limits_the_time_and_its_number() {
    let server = Server::start("limits = { hour = 100, minute = 50 }").await;
    let (first, second) = (server.get("/v2/account").await, server.get("/v2/nothing/here").await);
    assert_eq!((first.status, second.status), (200, 404));
    for (answer, left) in [(&first, "99"), (&second, "98")] {
        assert_eq!(answer.header("ratelimit-limit"), Some("100"));
        assert_eq!(answer.header("ratelimit-remaining"), Some(left));
        assert_eq!(answer.header("ratelimit-reset"), Some((EPOCH + 3600).to_string().as_str()));
        assert_eq!(answer.header("date"), Some("Thu, 28 May 2026 20:26:40 GMT"), "the time of the world");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    assert_eq!(second.body["request_id"].as_str(), second.header("x-request-id"));
    server.pass(86_400);
    assert_eq!(server.get("/v2/account").await.header("date"), Some("Fri, 29 May 2026 20:26:40 GMT"));
}

#[tokio::test]
async fn a_burst_is_told_to_wait_and_a_spent_hour_is_not() {
    let server = Server::start("limits = { hour = 3, minute = 2 }").await;
    server.get("/v2/account").await;
    server.get("/v2/account").await;
    let burst = server.get("/v2/account").await;
    assert_eq!((burst.status, burst.header("ratelimit-remaining")), (429, Some("0")));
    assert_eq!(burst.body["id"], "too_many_requests");
    let wait: i64 = burst.header("retry-after").unwrap().parse().unwrap();
    server.pass(wait);
    assert_eq!(server.get("/v2/account").await.status, 200, "waiting that long was enough");
    server.pass(120);
    let spent = server.get("/v2/account").await;
    assert_eq!((spent.status, spent.header("retry-after")), (429, None));
}

#[tokio::test]
async fn a_limit_that_is_off_is_not_told() {
    let server = Server::start("limits = { hour = 0, minute = 0 }").await;
    let answer = server.get("/v2/account").await;
    assert_eq!((answer.status, answer.header("ratelimit-remaining")), (200, None));
}

#[tokio::test]
async fn what_is_no_request_of_the_api_is_refused_in_its_own_way() {
    let server = Server::start("").await;
    assert_eq!(server.get("/v2/account/").await.status, 200, "a slash at the end is taken");
    let cases = [
        ("GET", "/", "", 404),
        ("GET", "/v2/droplets/abc", "", 404),
        ("PUT", "/v2/droplets", "{}", 404),
        ("POST", "/v2/tags", "{not json", 400),
        ("POST", "/v2/tags", "{}", 422),
        ("GET", "/v2/droplets?page=0", "", 400),
    ];
    for (method, path, body, status) in cases {
        let answer = server.ask(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(answer.body["message"].is_string() && answer.body["id"].is_string(), "{method} {path}");
    }
    let bad_tag = server.ask("POST", "/v2/tags", r#"{"name": "a b"}"#).await;
    assert_eq!((bad_tag.status, bad_tag.body.get("id"), bad_tag.body.get("message")), (400, None, None));
}
