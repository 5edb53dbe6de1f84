//! The resources: their documents, pages and rules.

use serde_json::{Value, json};

use crate::server::{EPOCH, Server};

async fn first(server: &Server, list: &str, field: &str) -> String {
    let name = list.split('?').next().unwrap().rsplit('/').next().unwrap();
    match &server.get(list).await.body[name][0][field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

async fn new_droplet(server: &Server) -> Value {
    let image = first(server, "/v2/images?private=true", "id").await;
    let body = json!({
        "name": "web002", "region": "nyc3", "size": "s-1vcpu-1gb", "image": image, "tags": ["web", "up:1"],
        "ssh_keys": [289_794, "3b:16:bf"], "monitoring": true,
    });
    let answer = server.ask("POST", "/v2/droplets", &body.to_string()).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.body
}

#[tokio::test]
async fn lists_come_in_pages_that_lead_to_each_other() {
    let server = Server::start("others = { droplets = 5 }").await;
    let mut next = format!("http://{}/v2/droplets?per_page=3", server.address);
    let (mut ids, mut pages) = (Vec::new(), 0);
    loop {
        let path = next.strip_prefix(&format!("http://{}", server.address)).expect("a link to this server");
        let body = server.get(path).await.body;
        assert_eq!(body["meta"]["total"], 7);
        ids.extend(body["droplets"].as_array().unwrap().iter().map(|droplet| droplet["id"].as_u64().unwrap()));
        pages += 1;
        match body["links"]["pages"]["next"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    ids.dedup();
    assert_eq!((pages, ids.len()), (3, 7));
    let tagged = server.get("/v2/droplets?tag_name=web&per_page=1").await.body;
    assert_eq!(tagged["meta"]["total"], 2);
    assert!(tagged["links"]["pages"]["next"].as_str().unwrap().contains("tag_name=web"), "the filter stays");
    assert_eq!(server.get("/v2/tags").await.body["links"], json!({}), "one page has no links");
}

#[tokio::test]
async fn a_page_has_twenty_and_at_most_two_hundred() {
    let server = Server::start("others = { tags = 300 }").await;
    for (query, length) in [("", 20), ("?per_page=1000", 200), ("?per_page=200&page=2", 101), ("?page=99", 0)] {
        let tags = server.get(&format!("/v2/tags{query}")).await.body["tags"].as_array().unwrap().len();
        assert_eq!(tags, length, "{query}");
    }
}

#[tokio::test]
async fn a_droplet_is_made_boots_shuts_down_and_goes() {
    let server = Server::start("boot = { time = \"30s\", jitter = 0.0, shutdown = \"8s\" }").await;
    let made = new_droplet(&server).await;
    let (droplet, link) = (&made["droplet"], &made["links"]["actions"][0]);
    assert_eq!((droplet["status"].as_str(), &droplet["locked"]), (Some("new"), &json!(true)));
    assert_eq!(droplet["networks"], json!({ "v4": [], "v6": [] }));
    let path = format!("/v2/droplets/{}", droplet["id"]);
    let action = format!("{path}/actions/{}", link["id"]);
    assert_eq!(server.get(&action).await.body["action"]["status"], "in-progress");
    assert_eq!(server.ask("DELETE", &path, "").await.body["message"], "Droplet already has a pending event.");
    server.pass(31);
    let droplet = server.get(&path).await.body["droplet"].clone();
    assert_eq!((droplet["status"].as_str(), &droplet["locked"]), (Some("active"), &json!(false)));
    assert_eq!(droplet["networks"]["v4"].as_array().unwrap().len(), 2);
    let done = server.get(&action).await.body["action"].clone();
    assert_eq!(
        (done["status"].as_str(), done["completed_at"].as_str()),
        (Some("completed"), Some("2026-05-28T20:27:10Z"))
    );
    let off = server.ask("POST", &format!("{path}/actions"), r#"{"type": "shutdown"}"#).await;
    assert_eq!((off.status, &off.body["action"]["type"]), (201, &json!("shutdown")));
    server.pass(8);
    assert_eq!(server.get(&path).await.body["droplet"]["status"], "off");
    assert_eq!(server.ask("DELETE", &path, "").await.status, 204);
    assert_eq!(server.get(&path).await.status, 404);
    assert_eq!(server.ask("DELETE", &path, "").await.status, 404);
}

#[tokio::test]
async fn an_action_belongs_to_its_droplet() {
    let server = Server::start("").await;
    let base = first(&server, "/v2/droplets", "id").await;
    let made = new_droplet(&server).await;
    let action = &made["links"]["actions"][0]["id"];
    assert_eq!(server.get(&format!("/v2/actions/{action}")).await.status, 200);
    assert_eq!(server.get(&format!("/v2/droplets/{base}/actions/{action}")).await.status, 404);
}

#[tokio::test]
async fn a_droplet_that_cannot_be_is_refused_with_the_reason() {
    let server = Server::start("account = { droplet_limit = 2 }").await;
    let image: u64 = first(&server, "/v2/images", "id").await.parse().unwrap();
    let good = json!({ "name": "web002", "region": "nyc3", "size": "s-1vcpu-1gb", "image": image });
    let cases = [
        ("name", Value::Null, "name"),
        ("name", json!("web 2"), "hostname characters"),
        ("region", json!("ams3"), "invalid region"),
        ("size", json!("huge"), "invalid size"),
        ("image", json!(1), "invalid image"),
        ("image", Value::Null, "invalid image"),
        ("tags", json!("web"), "tags"),
        ("tags", json!(["a b"]), "invalid characters"),
        ("monitoring", json!(true), "exceed your droplet limit"),
    ];
    for (field, value, reason) in cases {
        let mut body = good.clone();
        body[field] = value;
        let answer = server.ask("POST", "/v2/droplets", &body.to_string()).await;
        let message = answer.body["message"].as_str().unwrap();
        assert!(answer.status == 422 && message.contains(reason), "{field}: {} {message}", answer.status);
    }
}

#[tokio::test]
async fn tags_are_put_on_and_taken_off_whether_their_colons_are_encoded_or_not() {
    let server = Server::start("").await;
    let id = first(&server, "/v2/droplets", "id").await;
    let resources = json!({ "resources": [{ "resource_id": id, "resource_type": "droplet" }] }).to_string();
    assert_eq!(server.ask("POST", "/v2/tags/a:b/resources", &resources).await.status, 404, "it must exist first");
    assert_eq!(server.ask("POST", "/v2/tags", r#"{"name": "a:b"}"#).await.status, 201);
    assert_eq!(server.ask("POST", "/v2/tags/a%3Ab/resources", &resources).await.status, 204);
    assert_eq!(server.get("/v2/tags/a:b").await.body["tag"]["resources"]["droplets"]["count"], 1);
    assert_eq!(server.get("/v2/droplets?tag_name=a%3Ab").await.body["meta"]["total"], 1);
    assert_eq!(server.ask("DELETE", "/v2/tags/a:b/resources", &resources).await.status, 204);
    assert_eq!(server.get("/v2/droplets?tag_name=a:b").await.body["meta"]["total"], 0);
    assert_eq!(server.ask("DELETE", "/v2/tags/a%3ab", "").await.status, 204);
    assert_eq!(server.get("/v2/tags/a:b").await.status, 404);
}

#[tokio::test]
async fn members_of_a_load_balancer_are_named_by_id_unless_it_has_a_tag() {
    let server = Server::start("load_balancer = { busy = \"5s\" }").await;
    let path = format!("/v2/load_balancers/{}", first(&server, "/v2/load_balancers", "id").await);
    let id: u64 = first(&server, "/v2/droplets", "id").await.parse().unwrap();
    let (members, droplets) = (format!("{path}/droplets"), json!({ "droplet_ids": [id] }).to_string());
    assert_eq!(server.ask("DELETE", &members, &droplets).await.status, 204);
    let busy = server.ask("POST", &members, &droplets).await;
    assert_eq!((busy.status, busy.body["id"].as_str()), (403, Some("forbidden")));
    assert_eq!(server.get(&path).await.body["load_balancer"]["droplet_ids"].as_array().unwrap().len(), 1);
    server.pass(5);
    assert_eq!(server.ask("POST", &members, &droplets).await.status, 204);
    assert_eq!(server.ask("POST", &members, "{}").await.status, 422);

    let server = Server::start("load_balancer = { tag = \"web\" }").await;
    let balancer = server.get("/v2/load_balancers").await.body["load_balancers"][0].clone();
    assert_eq!((balancer["tag"].as_str(), balancer["droplet_ids"].as_array().unwrap().len()), (Some("web"), 2));
    let members = format!("/v2/load_balancers/{}/droplets", balancer["id"].as_str().unwrap());
    assert_eq!(server.ask("POST", &members, &droplets).await.status, 422);
}

#[tokio::test]
async fn metrics_are_matrices_of_texts_at_the_step() {
    let server = Server::start("history = \"20m\"").await;
    let id = first(&server, "/v2/droplets", "id").await;
    let range = format!("host_id={id}&start={}&end={EPOCH}", EPOCH - 600);
    for (series, count) in [("load_1", 1), ("memory_available", 1), ("filesystem_free", 1), ("cpu", 8)] {
        let body = server.get(&format!("/v2/monitoring/metrics/droplet/{series}?{range}")).await.body;
        assert_eq!((body["status"].as_str(), body["data"]["resultType"].as_str()), (Some("success"), Some("matrix")));
        let result = body["data"]["result"].as_array().unwrap();
        assert_eq!(result.len(), count, "{series}");
        assert_eq!(result[0]["metric"]["host_id"], id);
        for sample in result[0]["values"].as_array().unwrap() {
            assert_eq!(sample[0].as_i64().unwrap() % 120, 0, "{series}");
            assert!(sample[1].as_str().unwrap().parse::<f64>().unwrap() >= 0.0, "{series}");
        }
    }
    let out = format!("/v2/monitoring/metrics/droplet/bandwidth?{range}&interface=public&direction=outbound");
    assert_eq!(server.get(&out).await.body["data"]["result"][0]["metric"]["direction"], "outbound");
    let new = new_droplet(&server).await["droplet"]["id"].clone();
    let empty = format!("/v2/monitoring/metrics/droplet/load_1?host_id={new}&start={}&end={EPOCH}", EPOCH - 600);
    assert_eq!(server.get(&empty).await.body["data"]["result"], json!([]), "a new droplet has none yet");
}

#[tokio::test]
async fn metrics_need_all_their_parameters() {
    let server = Server::start("").await;
    let droplet = "/v2/monitoring/metrics/droplet";
    for path in [
        format!("{droplet}/load_1?start=1&end=2"),
        format!("{droplet}/load_1?host_id=1&end=2"),
        format!("{droplet}/load_1?host_id=1&start=1"),
        format!("{droplet}/load_1?host_id=1&start=x&end=2"),
        format!("{droplet}/bandwidth?host_id=1&start=1&end=2&interface=public"),
        "/v2/monitoring/metrics/load_balancer/droplets_queue_size?start=1&end=2".to_owned(),
    ] {
        assert_eq!(server.get(&path).await.status, 400, "{path}");
    }
    assert_eq!(server.get(&format!("{droplet}/nothing?host_id=1&start=1&end=2")).await.status, 404);
}
