//! A cloud with one cluster behind the API's protocol, just enough of it for the binary to be run against: no
//! delays, no faults, no pages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const BALANCER: &str = "4de7ac8b-495b-4884-9a69-1050c6793cd6";
const VPC: &str = "5a4981aa-9653-4bd1-bef5-d6bff52042e4";

/// The cloud.
#[derive(Clone)]
pub struct Cloud {
    state: Arc<Mutex<State>>,
    load: &'static str,
}

#[derive(Default)]
struct State {
    droplets: BTreeMap<u64, Value>,
    members: Vec<u64>,
    /// Whether new droplets become active.
    boots: bool,
    /// Those that were deleted.
    gone: Vec<u64>,
    /// Those that were asked after by their ids.
    asked_after: Vec<String>,
}

pub fn epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn droplet(id: u64, name: &str, tags: &[Value]) -> Value {
    json!({
        "id": id, "name": name, "memory": 2048, "vcpus": 1, "disk": 50, "locked": false, "status": "active",
        "created_at": format!("2025-11-{id:02}T10:00:00Z"), "features": ["monitoring"], "tags": tags,
        "region": { "slug": "nyc3", "name": "New York 3", "sizes": [], "features": [], "available": true },
        "image": { "id": 77, "name": "snap", "distribution": "Ubuntu", "regions": ["nyc3"] },
        "size_slug": "s-1vcpu-2gb", "vpc_uuid": VPC,
        "size": {
            "slug": "s-1vcpu-2gb", "memory": 2048, "vcpus": 1, "disk": 50, "transfer": 2.0, "available": true,
            "price_monthly": 12.0, "price_hourly": 0.01786, "regions": ["nyc3"], "description": "Basic",
        },
        "networks": {
            "v4": [{ "ip_address": format!("192.0.2.{id}"), "netmask": "255.255.255.0", "type": "public" }], "v6": [],
        },
    })
}

fn tags(droplet: &mut Value) -> &mut Vec<Value> {
    droplet["tags"].as_array_mut().unwrap()
}

fn matrix(result: &[Value]) -> Value {
    json!({ "status": "success", "data": { "resultType": "matrix", "result": result } })
}

fn series(labels: &Value, value: &str) -> Value {
    json!({ "metric": labels, "values": [[epoch() - 100, value], [epoch() - 1, value]] })
}

impl Cloud {
    /// A base and so many clones, with this load on each.
    pub fn new(clones: u64, load: &'static str) -> Self {
        let mut state = State { boots: true, ..State::default() };
        for id in 1..=clones + 1 {
            let name = if id == 1 { "base".to_owned() } else { format!("web{:03}", id - 1) };
            state.droplets.insert(id, droplet(id, &name, &[json!("web")]));
            state.members.push(id);
        }
        Self { state: Arc::new(Mutex::new(state)), load }
    }

    pub fn rename_base(self, name: &str) -> Self {
        self.state.lock().unwrap().droplets.get_mut(&1).unwrap()["name"] = name.into();
        self
    }

    pub fn tag_base(self, tag: &str) -> Self {
        self.tag(1, tag)
    }

    pub fn tag(self, id: u64, tag: &str) -> Self {
        tags(self.state.lock().unwrap().droplets.get_mut(&id).unwrap()).push(tag.into());
        self
    }

    pub fn power_off(self, id: u64) -> Self {
        self.state.lock().unwrap().droplets.get_mut(&id).unwrap()["status"] = "off".into();
        self
    }

    /// New droplets stay as they are made.
    pub fn never_boots(self) -> Self {
        self.state.lock().unwrap().boots = false;
        self
    }

    /// The names of the droplets, and of those behind the load balancer.
    pub fn names(&self) -> (Vec<String>, Vec<String>) {
        let state = self.state.lock().unwrap();
        let name = |id: &u64| state.droplets[id]["name"].as_str().unwrap().to_owned();
        (state.droplets.keys().map(name).collect(), state.members.iter().map(name).collect())
    }

    /// All tags of a droplet that begin with this.
    pub fn tags_of(&self, id: u64, prefix: &str) -> Vec<String> {
        let mut state = self.state.lock().unwrap();
        let tags = state.droplets.get_mut(&id).map(|droplet| tags(droplet).clone()).unwrap_or_default();
        tags.iter().filter_map(Value::as_str).filter(|tag| tag.starts_with(prefix)).map(str::to_owned).collect()
    }

    /// Whether somebody has asked after this droplet, and so knows that it is there.
    pub fn was_asked_after(&self, id: u64) -> bool {
        self.state.lock().unwrap().asked_after.contains(&id.to_string())
    }

    pub async fn serve(&self) -> MockServer {
        let server = MockServer::start().await;
        let cloud = self.clone();
        Mock::given(any()).respond_with(move |request: &Request| cloud.answer(request)).mount(&server).await;
        server
    }

    fn answer(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.state.lock().unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let path: Vec<String> = request.url.path_segments().unwrap().map(decoded).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        if let ("GET", ["droplets", id]) = (request.method.as_str(), &path[1..]) {
            state.asked_after.push((*id).to_owned());
        }
        let (status, document) = match (request.method.as_str(), &path[1..]) {
            ("GET", ["monitoring", "metrics", kind, name]) => (200, self.metrics(kind, name, &state)),
            ("GET", ["droplets"]) => {
                let wanted = request.url.query_pairs().find(|(name, _)| name == "tag_name").unwrap().1;
                let has = |droplet: &&Value| droplet["tags"].as_array().unwrap().iter().any(|tag| *tag == *wanted);
                let found: Vec<&Value> = state.droplets.values().filter(has).collect();
                (200, json!({ "droplets": found, "links": {}, "meta": { "total": found.len() } }))
            }
            ("GET", ["actions"]) => (200, state.all_actions()),
            ("GET", ["account"]) => (200, json!({ "account": { "droplet_limit": 25, "status": "active" } })),
            ("GET", ["snapshots"]) => {
                let snapshot = json!({
                    "id": "77", "name": "snap", "created_at": "2025-11-01T10:00:00Z", "regions": ["nyc3"], "tags": [],
                    "resource_id": "1", "resource_type": "droplet", "min_disk_size": 50, "size_gigabytes": 3.1,
                });
                (200, json!({ "snapshots": [snapshot], "links": {}, "meta": { "total": 1 } }))
            }
            ("GET", ["load_balancers"]) => {
                (200, json!({ "load_balancers": [state.balancer()], "links": {}, "meta": {} }))
            }
            ("GET", ["load_balancers", _]) => (200, json!({ "load_balancer": state.balancer() })),
            (method, ["load_balancers", _, "droplets"]) => state.members_change(method, &body),
            (method, ["tags", ..]) => state.tags_change(method, &path[2..], &body),
            (method, ["droplets", rest @ ..]) => state.droplets_change(method, rest, &body),
            _ => (404, json!({ "id": "not_found", "message": "there is no such thing" })),
        };
        ResponseTemplate::new(status).set_body_json(document)
    }

    fn metrics(&self, kind: &str, name: &str, state: &State) -> Value {
        match (kind, name) {
            ("droplet", "load_1") => matrix(&[series(&json!({}), self.load)]),
            ("droplet", "memory_available") => matrix(&[series(&json!({}), "1900000000")]),
            ("droplet", "bandwidth") => matrix(&[series(&json!({}), "0.1")]),
            ("load_balancer", "droplets_health_checks") => {
                let healthy = |id: &u64| series(&json!({ "droplet_id": id.to_string() }), "1");
                matrix(&state.members.iter().map(healthy).collect::<Vec<_>>())
            }
            _ => matrix(&[]),
        }
    }
}

fn decoded(segment: &str) -> String {
    segment.replace("%3A", ":")
}

type Answer = (u16, Value);

impl State {
    fn balancer(&self) -> Value {
        json!({
            "id": BALANCER, "name": "lb", "status": "active", "ip": "192.0.2.250", "tag": "", "vpc_uuid": VPC,
            "region": { "slug": "nyc3" }, "droplet_ids": self.members,
        })
    }

    fn members_change(&mut self, method: &str, body: &Value) -> Answer {
        let ids: Vec<u64> = body["droplet_ids"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        self.members.retain(|id| !ids.contains(id));
        if method == "POST" {
            self.members.extend(ids);
        }
        (204, Value::Null)
    }

    fn tags_change(&mut self, method: &str, path: &[&str], body: &Value) -> Answer {
        match (method, path) {
            ("POST", []) => (201, json!({ "tag": { "name": body["name"], "resources": { "count": 0 } } })),
            ("DELETE", [tag]) => {
                self.droplets.values_mut().for_each(|droplet| tags(droplet).retain(|known| known != tag));
                (204, Value::Null)
            }
            (_, [tag, "resources"]) => {
                for resource in body["resources"].as_array().unwrap() {
                    let id: u64 = resource["resource_id"].as_str().unwrap().parse().unwrap();
                    let Some(droplet) = self.droplets.get_mut(&id) else { continue };
                    tags(droplet).retain(|known| known != tag);
                    if method == "POST" {
                        tags(droplet).push((*tag).into());
                    }
                }
                (204, Value::Null)
            }
            _ => (200, json!({ "tags": [], "links": {}, "meta": { "total": 0 } })),
        }
    }

    /// What the account's list has: the deletions, and what is none of the cluster's business.
    fn all_actions(&self) -> Value {
        let of = |kind: &str, id: u64| {
            json!({
                "id": id, "status": "completed", "type": "destroy", "started_at": "2025-11-21T10:00:00Z",
                "completed_at": "2025-11-21T10:00:00Z", "resource_id": id, "resource_type": kind,
            })
        };
        let mut actions: Vec<Value> = self.gone.iter().map(|id| of("droplet", *id)).collect();
        actions.extend([of("droplet", 999), of("volume", 3)]);
        json!({ "actions": actions, "links": {}, "meta": { "total": actions.len() } })
    }

    fn droplets_change(&mut self, method: &str, path: &[&str], body: &Value) -> Answer {
        let action = json!({
            "id": 9, "status": "completed", "type": "shutdown", "started_at": "2025-11-20T10:00:00Z",
            "completed_at": "2025-11-20T10:00:01Z",
        });
        let id: u64 = path.first().and_then(|id| id.parse().ok()).unwrap_or_default();
        match (method, path) {
            ("POST", []) => {
                let id = self.droplets.keys().max().unwrap() + 1;
                let mut made = droplet(id, body["name"].as_str().unwrap(), body["tags"].as_array().unwrap());
                if !self.boots {
                    made["status"] = "new".into();
                }
                self.droplets.insert(id, made.clone());
                (202, json!({ "droplet": made, "links": { "actions": [] } }))
            }
            _ if !self.droplets.contains_key(&id) => (404, json!({ "id": "not_found", "message": "it is gone" })),
            ("GET", [_]) => (200, json!({ "droplet": self.droplets[&id] })),
            ("DELETE", _) => {
                self.droplets.remove(&id);
                self.gone.push(id);
                self.members.retain(|member| *member != id);
                (204, Value::Null)
            }
            ("POST", _) => {
                self.droplets.get_mut(&id).unwrap()["status"] = "off".into();
                (201, json!({ "action": action }))
            }
            (_, [_, "actions"]) => (200, json!({ "actions": [action], "links": {}, "meta": { "total": 1 } })),
            _ => (200, json!({ "action": action })),
        }
    }
}
