//! The API client against a server that answers as told: well, oddly, late, half, or not at all.

#[path = "client/calls.rs"]
mod calls;
#[path = "client/server.rs"]
mod server;

use std::time::Duration;

use calls::{DOES, READS, balancer, call, droplet, new_droplet};
use dropscale::cloud::digitalocean::Client;
use dropscale::cloud::{Cloud, Remedy};
use dropscale::cluster::{DropletId, DropletStatus, LoadBalancerId, Membership};
use serde_json::{Value, json};
use server::{Reply, Server, TOKEN, ok, options, with_headers};

fn page(items: &[Value], links: &Value) -> Vec<u8> {
    json!({"droplets": items, "links": links, "meta": {"total": 3}}).to_string().into_bytes()
}

#[tokio::test]
async fn a_droplet_is_read_in_full() {
    let server = Server::always(200, json!({"droplet": droplet(7)}).to_string());
    let read = server.client().droplet(DropletId(7)).await.unwrap();
    assert_eq!((read.id, read.name.as_str(), read.status), (DropletId(7), "web001", DropletStatus::Active));
    assert_eq!((read.size.vcpus, read.size.memory_mib, read.size.disk_gib), (1, 1024, 25));
    assert_eq!(read.size.price.map(|p| (p.hourly, p.monthly)), Some((0.00893, 6.0)));
    assert_eq!(
        read.addresses.iter().map(|a| (a.ip.as_str(), a.public)).collect::<Vec<_>>(),
        [("10.108.0.3", false), ("192.0.2.14", true)]
    );
    assert_eq!(read.image.map(|image| image.id), Some(133_741_337));
    assert_eq!((read.region.as_str(), read.tags, read.locked), ("nyc3", vec!["web".to_owned()], false));
}

#[tokio::test]
async fn what_nothing_depends_on_may_be_odd() {
    for (field, odd) in [
        ("networks", json!({})),
        ("networks", json!(null)),
        ("networks", json!({"v4": null})),
        ("image", json!(null)),
        ("image", json!({"id": "x"})),
        ("vpc_uuid", json!(null)),
        ("features", json!(null)),
        ("size", json!(null)),
        ("size", json!({"slug": "s", "price_hourly": "free"})),
        ("status", json!("dreaming")),
        ("id", json!("3164444")),
        ("memory", json!("1024")),
        ("tags", json!(null)),
    ] {
        let mut document = droplet(3_164_444);
        document[field] = odd.clone();
        let server = Server::always(200, json!({"droplet": document}).to_string());
        let read = server.client().droplet(DropletId(3_164_444)).await;
        let read = read.unwrap_or_else(|e| panic!("{field} {odd}: {e}"));
        assert_eq!((read.id.0, read.size.memory_mib), (3_164_444, 1024), "{field} {odd}");
        assert!(field != "size" || read.size.price.is_none(), "an unknown price is not free");
    }
}

#[tokio::test]
async fn a_wrong_type_of_what_counts_is_an_error_and_never_a_zero() {
    let server = Server::start(|asked, _| {
        let (_, field, odd) = split(asked.line.split("tag_name=").nth(1).unwrap());
        let mut document = droplet(1);
        document[field] = odd;
        ok(200, &page(&[document], &json!({})))
    });
    let client = server.client();
    for field in ["id", "name", "status", "locked", "created_at", "region", "tags"] {
        for odd in ["[1]", "{}", "true", "-1"] {
            if field == "locked" && odd == "true" {
                continue;
            }
            let error = client.droplets(&format!("{field}={odd}")).await.unwrap_err();
            assert_eq!(error.remedy, Remedy::Nonsense, "{field} {odd}");
        }
    }
    for (field, odd) in [("vcpus", "0"), ("memory", "0"), ("memory", "1.5"), ("vcpus", "99999999999"), ("disk", "[]")] {
        let error = client.droplets(&format!("{field}={odd}")).await.unwrap_err();
        assert_eq!(error.remedy, Remedy::Nonsense, "{field} {odd}");
    }
}

/// The field and its value in the query of the test above.
fn split(query: &str) -> (&str, String, Value) {
    let url = reqwest::Url::parse(&format!("http://localhost/?q={query}")).unwrap();
    let text = url.query_pairs().next().unwrap().1.into_owned();
    let (field, odd) = text.split_once('=').unwrap();
    (query, field.to_owned(), serde_json::from_str(odd).unwrap())
}

#[tokio::test]
async fn all_pages_are_read_and_always_from_the_configured_address() {
    let stranger = Server::always(200, page(&[droplet(99)], &json!({})));
    let elsewhere = stranger.address.clone();
    let server = Server::start(move |asked, _| {
        let next = |n: u32| json!({"pages": {"next": format!("{elsewhere}/v2/droplets?page={n}&per_page=1")}});
        match asked.line.split("page=").nth(1).map(|rest| rest.chars().next()) {
            Some(Some('1')) => ok(200, &page(&[droplet(1)], &next(2))),
            Some(Some('2')) => ok(200, &page(&[droplet(1), droplet(2)], &next(3))),
            _ => ok(200, &page(&[droplet(3)], &json!({"pages": {"prev": "x"}}))),
        }
    });
    let read = server.client().droplets("web").await.unwrap();
    assert_eq!(read.iter().map(|d| d.id.0).collect::<Vec<_>>(), [1, 2, 3], "on page 1 and on page 3, each once");
    assert_eq!(server.lines().len(), 3);
    assert_eq!(server.lines()[2], "GET /v2/droplets?tag_name=web&page=3&per_page=200");
    assert_eq!(server.connections(), 1, "the connection is used again");
    assert!(stranger.asked().is_empty(), "a link to another host is not followed there");
}

#[tokio::test]
async fn pages_that_never_end_are_an_error() {
    for next in ["?page=1", "?page=0", "?page=x", "::"] {
        let links = json!({"pages": {"next": next}});
        let server = Server::always(200, page(&[droplet(1)], &links));
        assert_eq!(server.client().droplets("web").await.unwrap_err().remedy, Remedy::Nonsense, "{next}");
        assert!(server.lines().len() <= 2, "{next}");
    }
    let server = Server::always(200, page(&[], &json!({"pages": {"next": "?page=2"}})));
    assert_eq!(server.client().droplets("web").await.unwrap_err().remedy, Remedy::Nonsense);
}

#[tokio::test]
async fn any_body_at_all_is_an_error_and_never_a_panic_or_a_zero() {
    let keys = [
        "droplets",
        "droplet",
        "action",
        "actions",
        "snapshots",
        "images",
        "load_balancers",
        "load_balancer",
        "tags",
        "account",
        "sizes",
        "data",
    ];
    let all = |value: Value| {
        let mut body: serde_json::Map<_, _> = keys.iter().map(|key| ((*key).to_owned(), value.clone())).collect();
        body.insert("status".into(), json!("success"));
        Value::Object(body).to_string()
    };
    let mut bodies: Vec<String> = ["{", "null", "[]", "{}", "42", "\"x\"", "[[[[", "{\"droplets\":[{\"id\":1", "\u{0}"]
        .map(str::to_owned)
        .to_vec();
    bodies.push("<!DOCTYPE html><html><title>Welcome</title></html>".to_owned());
    bodies.push(String::new());
    bodies.push("[".repeat(100_000));
    bodies.extend([json!(null), json!(1), json!("x"), json!(true), json!([null]), json!([1]), json!([{}])].map(all));
    for body in bodies {
        let shown: String = body.chars().take(40).collect();
        let server = Server::always(200, body);
        let client = server.client();
        for name in READS {
            if name == "droplet_documents" && shown.starts_with("{\"droplets\":[") {
                continue; // It promises the API's own objects, whatever they are.
            }
            match call(&client, name).await {
                Err(error) => assert_eq!(error.remedy, Remedy::Nonsense, "{name} {shown}: {error}"),
                Ok(read) => panic!("{name} {shown}: {read}"),
            }
        }
    }
}

#[tokio::test]
async fn a_web_page_is_no_success_either() {
    let server = Server::always(200, "<html>Please log in to this network</html>");
    let client = server.client();
    for name in DOES {
        assert_eq!(call(&client, name).await.unwrap_err().remedy, Remedy::Nonsense, "{name}");
    }
    let nothing = Server::always(204, "");
    let client = nothing.client();
    for name in DOES {
        assert_eq!(call(&client, name).await.unwrap(), "()", "{name}");
    }
}

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused_with_and_without_its_length() {
    let declared = Server::always(200, vec![b' '; 10 << 20]);
    let error = declared.client().account().await.unwrap_err();
    assert_eq!((error.remedy, error.message.as_str()), (Remedy::Nonsense, "the answer is longer than 8 MiB"));
    let endless = Server::start(|_, _| {
        let mut bytes = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
        bytes.resize(10 << 20, b' ');
        Reply::Close(bytes)
    });
    assert_eq!(endless.client().account().await.unwrap_err().remedy, Remedy::Nonsense);
    let failed = Server::always(422, vec![b'x'; 10 << 20]);
    let error = failed.client().account().await.unwrap_err();
    assert_eq!((error.remedy, error.message.chars().count()), (Remedy::Refused, 300));
}

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
    let headless = |_: &server::Asked, _| Reply::Hang;
    let half = |_: &server::Asked, _| Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec());
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
async fn members_that_are_so_already_are_a_success() {
    let id = LoadBalancerId("4de7ac8b-495b-4884-9a69-1050c6793cd6".into());
    let server = Server::start(|asked, _| match asked.line.starts_with("GET") {
        true => ok(200, json!({"load_balancer": balancer(&json!("web"), &json!([1, "2"]))}).to_string().as_bytes()),
        false => ok(422, br#"{"id":"unprocessable_entity","message":"this balancer goes by tag"}"#),
    });
    let client = server.client();
    assert_eq!(client.load_balancer(&id).await.unwrap().membership, Membership::ByTag("web".into()));
    client.attach(&id, &[DropletId(1), DropletId(2)]).await.unwrap();
    client.detach(&id, &[DropletId(3)]).await.unwrap();
    client.attach(&id, &[]).await.unwrap();
    assert_eq!(client.attach(&id, &[DropletId(3)]).await.unwrap_err().remedy, Remedy::Refused);
    assert_eq!(client.detach(&id, &[DropletId(1)]).await.unwrap_err().remedy, Remedy::Refused);
    for (tag, ids) in [(json!(null), json!(null)), (json!(""), json!([]))] {
        let server = Server::always(200, json!({"load_balancer": balancer(&tag, &ids)}).to_string());
        let read = server.client().load_balancer(&id).await.unwrap();
        assert_eq!((read.membership, read.members), (Membership::ById, Vec::new()));
    }
    let odd = Server::always(200, json!({"load_balancer": balancer(&json!(5), &json!([]))}).to_string());
    assert_eq!(odd.client().load_balancer(&id).await.unwrap_err().remedy, Remedy::Nonsense);
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

#[tokio::test]
async fn the_log_has_neither_token_nor_user_data() {
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
