//! What answers are read as: whole, odd, paged, or no answer of the API at all.

use dropscale::cloud::{Cloud, Remedy};
use dropscale::cluster::{DropletId, DropletStatus, LoadBalancerId, Membership};
use serde_json::{Value, json};

use crate::calls::{DOES, READS, balancer, call, droplet};
use crate::server::{Reply, Server, ok};

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
        let error = call(&client, name).await.unwrap_err();
        assert_eq!(error.remedy, Remedy::Nonsense, "{name}");
        assert!(error.message.ends_with("an HTML page, not the API's answer"), "{name}: {error}");
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
async fn members_that_are_so_already_are_a_success() {
    let id = LoadBalancerId("4de7ac8b-495b-4884-9a69-1050c6793cd6".into());
    let server = Server::start(|asked, _| {
        if asked.line.starts_with("GET") {
            return ok(200, json!({"load_balancer": balancer(&json!("web"), &json!([1, "2"]))}).to_string().as_bytes());
        }
        ok(422, br#"{"id":"unprocessable_entity","message":"this balancer goes by tag"}"#)
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
async fn snapshots_of_volumes_are_no_images() {
    let snapshot = |id: &str, of: &str| json!({"id": id, "name": "n", "resource_type": of, "min_disk_size": 25});
    let list = [snapshot("fbe805e8-866b-11e6-96bf-000f53315a41", "volume"), snapshot("133741337", "droplet")];
    let server = Server::always(200, json!({"snapshots": list}).to_string());
    let read = server.client().snapshots().await.unwrap();
    assert_eq!(read.iter().map(|image| (image.id, image.min_disk_gib)).collect::<Vec<_>>(), [(133_741_337, 25)]);
}
