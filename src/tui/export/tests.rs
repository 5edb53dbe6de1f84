//! Each page as a file.

use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::cluster::{Observation, Sample, Series};
use crate::column::Column;
use crate::scaling::Level;
use crate::tui::fixtures::{self, BASE, Fixture};
use crate::tui::{SortBy, Ui};

const CLONE: DropletId = DropletId(BASE.0 + 1);

/// A page as a file, with this table.
fn written(state: &AppState, contents: Contents, format: Format, table: &Table) -> Result<String, String> {
    let source = Source { state, cluster: 0, table, range: Ui::default().range, at: fixtures::now() };
    Export { contents, format }.render(&source, &state.clusters[0])
}

fn csv(state: &AppState, contents: Contents) -> Vec<String> {
    let text = written(state, contents, Format::Csv, &Table::default()).unwrap();
    assert!(text.ends_with("\r\n") && !text.contains("\n\n"), "{text:?}");
    text.lines().map(ToOwned::to_owned).collect()
}

fn json(state: &AppState, contents: Contents) -> Value {
    serde_json::from_str(&written(state, contents, Format::Json, &Table::default()).unwrap()).unwrap()
}

/// Changes what was seen of the first cluster.
fn seen(state: &mut AppState, change: impl FnOnce(&mut Observation)) {
    let mut seen = (**state.clusters[0].observation.as_ref().unwrap()).clone();
    change(&mut seen);
    state.clusters[0].observation = Some(Arc::new(seen));
}

fn ago(seconds: i64) -> Timestamp {
    fixtures::now() - SignedDuration::from_secs(seconds)
}

#[test]
fn the_droplets_are_those_of_the_table() {
    let state = Fixture::new(4).build();
    let table = Table { filter: "clone".to_owned(), sort: SortBy::Name, descending: true, ..Table::default() };
    let text = written(&state, Contents::Droplets, Format::Csv, &table).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let heads = "id,name,role,state,balancer,load,cpu_percent,free_memory_mb";
    assert!(lines[0].starts_with(heads), "{}", lines[0]);
    assert_eq!(lines.len(), 4);
    assert!(lines[1].starts_with("1003,web003,clone,active,healthy,0."), "{}", lines[1]);
}

#[test]
fn the_droplets_have_the_chosen_columns() {
    let state = Fixture::new(2).build();
    let columns = Some(vec![Column::Price, Column::Note, Column::Role]);
    let table = Table { columns, ..Table::default() };
    let text = written(&state, Contents::Droplets, Format::Csv, &table).unwrap();
    assert!(text.starts_with("id,name,dollars_a_month,role\r\n1000,web-base,6,base\r\n"), "{text}");
    let text = written(&state, Contents::Droplets, Format::Json, &table).unwrap();
    let rows: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(rows[0], json!({ "id": 1000, "name": "web-base", "dollars_a_month": 6.0, "role": "base" }));
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
}

#[test]
fn what_is_not_known_of_a_droplet_is_an_empty_cell_or_null() {
    let mut state = Fixture::new(1).build();
    seen(&mut state, |seen| {
        seen.members[0].readings.remove(&Metric::Load);
        seen.members[0].droplet.name = "=HYPERLINK(\"x\"),\u{1b}y".to_owned();
    });
    let rows = json(&state, Contents::Droplets);
    assert_eq!((&rows[0]["load"], &rows[0]["name"]), (&Value::Null, &json!("=HYPERLINK(\"x\"),y")));
    let row = &csv(&state, Contents::Droplets)[1];
    assert!(row.starts_with("1000,\"'=HYPERLINK(\"\"x\"\"),y\",base,active,healthy,,"), "{row}");
}

#[test]
fn events_come_as_they_are_shown() {
    let mut state = Fixture::new(2).build();
    let text = "a \"quoted\", long text".to_owned();
    Arc::make_mut(&mut state.clusters[0].events).push(Event { at: ago(3), level: Level::Error, text, count: 2 });
    let lines = csv(&state, Contents::Events);
    assert_eq!(lines[0], "at,level,text,count");
    assert_eq!(lines[1], "2025-11-24T11:59:57Z,error,\"a \"\"quoted\"\", long text\",2");
    assert_eq!(lines[2], "2025-11-24T11:50:10Z,info,the API answers again,1");
    let events = json(&state, Contents::Events);
    assert_eq!(events.as_array().map(Vec::len), Some(lines.len() - 1));
    let newest =
        json!({ "at": "2025-11-24T11:59:57Z", "level": "error", "text": "a \"quoted\", long text", "count": 2 });
    assert_eq!(events[0], newest);
}

#[test]
fn a_chart_is_its_samples_and_a_gap_stays_a_gap() {
    let mut state = Fixture::new(2).build();
    state.clusters[0].policy = Arc::new({
        let mut policy = (*state.clusters[0].policy).clone();
        policy.scale_down.remove(&Metric::Cpu);
        policy
    });
    let lines = csv(&state, Contents::Chart(Metric::Cpu));
    assert_eq!(lines[0], "at,cpu_percent,serving,scale_up_percent,scale_down_percent");
    // One every two minutes; those of the steps 8 to 10 were never measured.
    let cells: Vec<Vec<&str>> = lines[1..].iter().map(|line| line.split(',').collect()).collect();
    assert!(cells.iter().all(|cells| cells.len() == 5 && cells[3] == "70" && cells[4].is_empty()), "{lines:?}");
    let at = |step: i64| ago((30 - step) * 120 + 70).to_string();
    let expected: Vec<String> = (1..=30).map(at).collect();
    assert_eq!(cells.iter().map(|cells| cells[0].to_owned()).collect::<Vec<_>>(), expected, "the last hour");
    for (step, cells) in (1..).zip(&cells) {
        assert_eq!(cells[1].is_empty(), (8..11).contains(&step), "{cells:?}");
        assert!(cells[1] != "0" && ["1", "2"].contains(&cells[2]), "{cells:?}");
    }
    let rows = json(&state, Contents::Chart(Metric::Cpu));
    assert_eq!((&rows[7]["cpu_percent"], &rows[7]["scale_down_percent"]), (&Value::Null, &Value::Null));
    assert_eq!((&rows[7]["at"], &rows[7]["scale_up_percent"]), (&json!(at(8)), &json!(70.0)));
    assert_eq!(rows[0]["cpu_percent"].as_f64().map(|value| value.to_string()).as_deref(), Some(cells[0][1]));
}

#[test]
fn a_chart_ends_with_the_samples_that_did_not_come() {
    let mut state = Fixture::new(2).build();
    let history = Arc::make_mut(&mut state.clusters[0].history);
    let sample = |seconds| Sample { at: ago(seconds), value: 1.0 };
    history.cluster.insert(Metric::Load, Series::new([600, 480].map(sample)));
    history.serving = Series::new([sample(500)]);
    let values: Vec<String> = csv(&state, Contents::Chart(Metric::Load)).split_off(1);
    let values: Vec<&str> = values.iter().filter_map(|line| line.split_once(',')).map(|(_, rest)| rest).collect();
    assert_eq!(values, ["1,,0.7,0.3", "1,1,0.7,0.3", ",1,0.7,0.3", ",1,0.7,0.3", ",1,0.7,0.3"]);
    Arc::make_mut(&mut state.clusters[0].history).cluster.insert(Metric::Load, Series::new([sample(7200)]));
    let told = written(&state, Contents::Chart(Metric::Load), Format::Csv, &Table::default());
    assert!(told.unwrap_err().contains("no data of Load per vCPU in this range"));
}

#[test]
fn a_droplets_metrics_stand_side_by_side_and_its_facts_in_one_row() {
    let mut state = Fixture::new(2).build();
    let history = Arc::make_mut(&mut state.clusters[0].history);
    let metrics = history.droplets.get_mut(&CLONE).unwrap();
    metrics.remove(&Metric::Memory);
    let load = metrics[&Metric::Load].samples().iter().skip(1).copied().collect::<Vec<_>>();
    metrics.insert(Metric::Load, Series::new(load));
    let lines = csv(&state, Contents::Droplet(CLONE));
    assert_eq!(lines[0], "at,load,cpu_percent,free_memory_mb,memory_percent,outbound_bandwidth_mbps");
    let cells: Vec<Vec<&str>> = lines[1..].iter().map(|line| line.split(',').collect()).collect();
    assert!(cells.iter().all(|cells| cells.len() == 6 && cells[4].is_empty()), "{lines:?}");
    assert!(!cells[0][2].is_empty() && !cells[1][1].is_empty(), "{lines:?}");
    let facts = csv(&state, Contents::Facts(CLONE));
    assert!(
        facts[0].starts_with("id,name,role,state,balancer,protected,locked,last_sample_at,size,vcpus"),
        "{facts:?}"
    );
    let begin = "1001,web001,clone,active,healthy,false,false,2025-11-24T11:58:50Z,s-1vcpu-1gb,1,1024,25,0.00893,6,";
    assert!(facts.len() == 2 && facts[1].starts_with(begin), "{facts:?}");
    assert!(facts[1].ends_with(",web,monitoring private_networking"), "{facts:?}");
    let both = json(&state, Contents::Droplet(CLONE));
    assert_eq!((&both["name"], &both["tags"]), (&json!("web001"), &json!(["web"])));
    assert_eq!(both["metrics"].as_array().map(Vec::len), Some(cells.len()));
    assert_eq!(both["metrics"][0]["memory_percent"], Value::Null);
    assert_eq!(both["actions"][0]["kind"], "reboot");
    assert_eq!(json(&state, Contents::Droplet(BASE))["actions"], Value::Null, "not asked for is not none");
}

#[test]
fn a_decision_comes_with_its_rules_and_all_that_is_wrong() {
    let mut state = Fixture::new(3).load(1.2).max(3).findings().api_down().build();
    seen(&mut state, |seen| seen.problems.push("a tag, unread".to_owned()));
    let lines = csv(&state, Contents::Decision);
    assert!(lines[0].starts_with("part,at,level,text,metric,unit,value,scale_up,scale_down,vote,known,"), "{lines:?}");
    let begins = |part: &str| lines.iter().filter(|line| line.starts_with(&format!("{part},"))).count();
    let parts = ["decision", "stopped_by", "rule", "failing", "finding", "problem"].map(begins);
    assert_eq!((parts, lines.len()), ([1, 1, 3, 1, 2, 1], 10), "{lines:#?}");
    let rule = lines.iter().find(|line| line.contains(",cpu,percent,")).unwrap();
    assert!(rule.contains(",70,25,up,3,3,"), "{rule}");
    assert!(lines.iter().any(|line| line.starts_with("problem,,,\"a tag, unread\",")), "{lines:#?}");
    let value = json(&state, Contents::Decision);
    assert_eq!((&value["wanted"], &value["action"]), (&json!("up"), &json!("hold")));
    assert_eq!(value["stopped_by"][0]["reason"], "at_maximum");
    assert_eq!((&value["rules"][1]["metric"], &value["rules"][1]["unit"]), (&json!("cpu"), &json!("percent")));
    assert_eq!((&value["findings"][1]["droplet"], &value["problems"][0]), (&json!("web001"), &json!("a tag, unread")));
    assert!(value["failing"]["error"].as_str().unwrap().contains("503"));
    assert_eq!(json(&Fixture::new(1).build(), Contents::Decision)["failing"], Value::Null);
}

#[test]
fn a_rule_without_a_value_has_none() {
    let state = Fixture::new(2).build_with(false);
    let lines = csv(&state, Contents::Decision);
    let rule = lines.iter().find(|line| line.contains(",load,")).unwrap();
    assert!(rule.starts_with("rule,,,,load,,,0.7,0.3,unknown,0,2,"), "{rule}");
    assert_eq!(json(&state, Contents::Decision)["rules"][0]["value"], Value::Null);
}

#[test]
fn all_clusters_come_with_how_they_are() {
    let mut state = Fixture::new(3).findings().build();
    state.clusters.extend(Fixture::new(3).starting().build().clusters);
    state.clusters.extend(Fixture::new(2).scaling_up().build().clusters);
    seen(&mut state, |seen| seen.members[0].droplet.size.price = None);
    let lines = csv(&state, Contents::Clusters);
    let heads = "cluster,state,operation,connection,error,seen_at,droplets,serving,min,max,auto,dollars_a_month,";
    assert!(lines[0].starts_with(heads), "{lines:?}");
    assert!(lines[1].starts_with("web,2 problems,,live,,2025-11-24T11:59:48Z,3,3,1,5,true,,hold,"), "{lines:?}");
    assert!(lines[2].starts_with("web,starting,,starting,,,,,1,5,true,,,"), "{lines:?}");
    let rows = json(&state, Contents::Clusters);
    assert_eq!(rows.as_array().map(Vec::len), Some(3));
    assert_eq!((&rows[1]["droplets"], &rows[0]["dollars_a_month"]), (&Value::Null, &Value::Null));
    assert_eq!((&rows[2]["operation"], &rows[2]["dollars_a_month"]), (&json!("scaling up"), &json!(18.0)));
}

#[test]
fn everything_is_all_that_is_known() {
    for state in [Fixture::new(3).findings().scaling_up().build(), Fixture::new(1).starting().build()] {
        let value = json(&state, Contents::Everything);
        for key in ["cluster", "droplets", "decision", "events", "findings", "operation"] {
            assert!(value.get(key).is_some(), "{key}");
        }
        let seen = state.clusters[0].observation.as_ref();
        assert_eq!(value["droplets"].as_array().map(Vec::len), seen.map(|seen| seen.members.len()));
    }
}

#[test]
fn what_has_not_been_seen_is_not_written_as_nothing() {
    let state = Fixture::new(2).starting().build();
    let told = |contents| written(&state, contents, Format::Csv, &Table::default()).unwrap_err();
    assert!(told(Contents::Droplets).contains("has not been seen yet"));
    assert!(told(Contents::Decision).contains("nothing is decided yet"));
    assert!(told(Contents::Chart(Metric::Cpu)).contains("no data of CPU"));
    let state = Fixture::new(2).build();
    let gone = written(&state, Contents::Facts(DropletId(7)), Format::Json, &Table::default());
    assert!(gone.unwrap_err().contains("no longer in the cluster"));
}

#[test]
fn it_is_said_what_was_written_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let state = Fixture::new(2).build();
    let table = Table::default();
    let source = Source { state: &state, cluster: 0, table: &table, range: Ui::default().range, at: fixtures::now() };
    let export = Export { contents: Contents::Events, format: Format::Csv };
    let name = export.file_name(&state.clusters[0], source.at);
    for name in [name.clone(), name.replace(".csv", "-2.csv")] {
        let told = export.save(&source, folder.path(), &export.file_name(&state.clusters[0], source.at)).unwrap();
        assert_eq!(told, format!("written: the events of web, as {name} in {}", folder.path().display()));
        assert!(folder.path().join(name).exists());
    }
    let title = |contents, format| Export { contents, format }.title(&state.clusters[0]);
    assert_eq!(title(Contents::Droplet(CLONE), Format::Csv), "the metrics of web001");
    assert_eq!(title(Contents::Droplet(CLONE), Format::Json), "the metrics and facts of web001");
    assert_eq!(title(Contents::Chart(Metric::FreeMemory), Format::Csv), "the chart of Free memory");
    let nothing = Export { contents: Contents::Facts(DropletId(7)), format: Format::Csv };
    let told = nothing.save(&source, folder.path(), "x.csv").unwrap_err();
    assert!(told.starts_with("nothing was written: "), "{told}");
    assert!(!folder.path().join("x.csv").exists());
}

#[test]
fn a_name_makes_no_path() {
    let mut state = Fixture::new(2).build();
    seen(&mut state, |seen| seen.members[1].droplet.name = "../../etc/x\u{1b}.y".repeat(20));
    let export = Export { contents: Contents::Droplet(CLONE), format: Format::Json };
    let name = export.file_name(&state.clusters[0], fixtures::now());
    assert!(name.starts_with("dropscale-web-------etc-x") && name.len() < 90, "{name}");
    assert_eq!(Path::new(&name).components().count(), 1);
}
