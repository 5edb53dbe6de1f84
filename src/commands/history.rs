//! `history`: what was done to the cluster, from the journal of this machine and from what the cloud itself
//! remembers of its droplets, and of those that the journal knows and that are gone. Without the cloud, or without a
//! token for it, the journal is shown.

use std::collections::HashMap;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::console::{Console, Ink, Style, safe};
use super::exit::{Exit, Failure};
use super::text::{Table, plain};
use crate::cli::{Global, HistoryArgs, OutputFormat};
use crate::cloud::digitalocean::{Client, ClientOptions};
use crate::cloud::{ActionStatus, Cloud, CloudError, Deed, Remedy};
use crate::cluster::{Droplet, DropletId, Metric};
use crate::config::{self, Config, Environment};
use crate::journal::{self, Event, Record};

/// How long the cloud is waited for: the journal is what was asked for.
const PATIENCE: Duration = Duration::from_secs(15);

/// Requests that are under way at once.
const SIDE_BY_SIDE: usize = 8;

/// Something that happened.
enum Entry {
    Journal(Box<Record>),
    Cloud(Box<Remembered>),
}

/// What the cloud remembers.
struct Remembered {
    name: String,
    deed: Deed,
}

/// The names of droplets by their ids.
type Names = HashMap<DropletId, String>;

/// Shows it.
pub async fn run(
    args: &HistoryArgs,
    global: &Global,
    environment: &Environment,
    console: Console,
) -> Result<Exit, Failure> {
    let flags = global.flags();
    let config = match config::load(&flags, environment) {
        Ok(config) => Some(config),
        Err(errors) => {
            console.warn(&format!("only the journal is shown, of all clusters: {errors}"));
            None
        }
    };
    let cluster = config.as_ref().map(|config| config.cluster().spec.name.clone()).or(flags.cluster);
    let records = of_journal(environment, cluster.as_deref(), console)?;
    let (deeds, now) = match &config {
        Some(config) => of_cloud(config, names(&records), global, environment, console).await,
        None => (Vec::new(), Timestamp::now()),
    };
    let mut entries: Vec<Entry> = records.into_iter().map(|record| Entry::Journal(Box::new(record))).collect();
    entries.extend(deeds.into_iter().map(|deed| Entry::Cloud(Box::new(deed))));
    entries.sort_by_key(Entry::at);
    if let Some(begin) = args.since.and_then(|since| now.checked_sub(since).ok()) {
        entries.retain(|entry| entry.at() >= begin);
    }
    if console.format == OutputFormat::Text {
        hide_what_ended(&mut entries);
    }
    let surplus = args.limit.map_or(0, |limit| entries.len().saturating_sub(limit));
    entries.drain(..surplus);
    match console.format {
        OutputFormat::Json => entries.iter().try_for_each(|entry| console.document_line(&entry.document()))?,
        OutputFormat::Text if entries.is_empty() => console.print("Nothing is written down.\n")?,
        OutputFormat::Text => console.print(&text(&entries, console.style))?,
    }
    Ok(Exit::Done)
}

/// The journal's records of this cluster, or of all.
fn of_journal(environment: &Environment, cluster: Option<&str>, console: Console) -> Result<Vec<Record>, Failure> {
    let Some(folder) = environment.state_folder() else {
        let text = "there is no state folder: set HOME or XDG_STATE_HOME";
        return Err(Failure::new(Exit::Usage, text));
    };
    let unreadable = |error| {
        let text = format!("the journal in {} cannot be read: {error}. Check whose it is", folder.display());
        Failure::new(Exit::Failed, text)
    };
    let past = journal::read(&folder).map_err(unreadable)?;
    if past.damaged > 0 {
        console.warn(&match past.damaged {
            1 => "1 line of the journal is damaged and left out".to_owned(),
            several => format!("{several} lines of the journal are damaged and left out"),
        });
    }
    let mut records = past.records;
    if records.is_empty() {
        console.warn(&format!("the journal in {} is empty: nothing was done from here yet", folder.display()));
    }
    records.retain(|record| cluster.is_none_or(|cluster| record.cluster == cluster));
    Ok(records)
}

/// The droplets that the journal knows.
fn names(records: &[Record]) -> Names {
    let named = |record: &Record| Some((DropletId(record.droplet?), record.droplet_name.clone()?));
    records.iter().filter_map(named).collect()
}

/// What the cloud remembers, and its time. What it does not tell is a warning.
async fn of_cloud(
    config: &Config,
    known: Names,
    global: &Global,
    environment: &Environment,
    console: Console,
) -> (Vec<Remembered>, Timestamp) {
    let without = |why: String| {
        console.warn(&format!("what the cloud remembers is not shown: {why}"));
        (Vec::new(), Timestamp::now())
    };
    let token = match config::token(&global.flags(), environment) {
        Ok(token) => token,
        Err(error) => return without(error.to_string()),
    };
    let client = match Client::new(ClientOptions::new(config.api_url.clone(), token.secret)) {
        Ok(client) => client,
        Err(error) => return without(error.explain()),
    };
    match timeout(PATIENCE, deeds(&client, &config.cluster().spec.tag, known)).await {
        Ok(Ok((deeds, failure))) => {
            if let Some(error) = failure {
                console.warn(&format!("what the cloud remembers is not complete: {}", error.explain()));
            }
            (deeds, client.clock().now())
        }
        Ok(Err(error)) => without(error.explain()),
        Err(_) => without(format!("it did not answer within {} s", PATIENCE.as_secs())),
    }
}

/// What was done to the droplets with this tag and to the others that are known but gone, and one of the errors, if
/// there were any.
async fn deeds(
    cloud: &Client,
    tag: &str,
    mut known: Names,
) -> Result<(Vec<Remembered>, Option<CloudError>), CloudError> {
    let ask = |droplet: Droplet| async move { (cloud.actions(droplet.id).await, droplet) };
    let droplets = cloud.droplets(tag).await?;
    known.retain(|id, _| droplets.iter().all(|droplet| droplet.id != *id));
    let answers: Vec<_> = stream::iter(droplets).map(ask).buffer_unordered(SIDE_BY_SIDE).collect().await;
    let (mut deeds, mut failure) = (Vec::new(), None);
    for (answer, droplet) in answers {
        match answer {
            Ok(actions) => {
                let name = || droplet.name.clone();
                let remembered = |action| Remembered { name: name(), deed: Deed { droplet: droplet.id, action } };
                deeds.extend(actions.into_iter().map(remembered));
            }
            // Somebody deleted it a moment ago.
            Err(error) if error.is_gone() => {}
            Err(error) => failure = Some(error),
        }
    }
    if !known.is_empty() {
        // Of a droplet that is gone only the account's own list tells.
        match cloud.latest_deeds().await {
            Ok(all) => deeds.extend(all.into_iter().filter_map(|deed| {
                let name = known.get(&deed.droplet)?.clone();
                Some(Remembered { name, deed })
            })),
            // Nothing else needs that scope, and whoever gave it wants more.
            Err(error) if matches!(error.remedy, Remedy::Scope { .. }) => {}
            Err(error) => failure = Some(error),
        }
    }
    Ok((deeds, failure))
}

/// For people the end of a phase tells its begin as well. One without an end was broken off.
fn hide_what_ended(entries: &mut Vec<Entry>) {
    let key = |record: &Record| (record.operation.clone(), record.phase.clone());
    let mut ends: HashMap<_, usize> = HashMap::new();
    for entry in entries.iter() {
        if let Entry::Journal(record) = entry
            && record.event == Event::PhaseEnded
        {
            *ends.entry(key(record)).or_default() += 1;
        }
    }
    entries.retain(|entry| match entry {
        Entry::Journal(record) if record.event == Event::PhaseBegun => match ends.get_mut(&key(record)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        },
        _ => true,
    });
}

impl Entry {
    fn at(&self) -> Timestamp {
        match self {
            Self::Journal(record) => record.at,
            Self::Cloud(remembered) => remembered.deed.action.started_at,
        }
    }

    fn document(&self) -> Value {
        match self {
            Self::Journal(record) => {
                let mut document = json!({ "source": "journal" });
                if let (Value::Object(all), Ok(Value::Object(own))) = (&mut document, serde_json::to_value(record)) {
                    all.extend(own);
                }
                document
            }
            Self::Cloud(remembered) => json!({
                "source": "cloud",
                "at": remembered.deed.action.started_at,
                "droplet": remembered.deed.droplet,
                "droplet_name": remembered.name,
                "action": remembered.deed.action,
            }),
        }
    }

    fn cells(&self, style: Style) -> Vec<(String, Option<Ink>)> {
        let time = plain(self.at().strftime("%Y-%m-%d %H:%M:%SZ").to_string());
        match self {
            Self::Journal(record) => {
                let what = record.kind.as_deref().unwrap_or("?");
                let droplet = record.droplet_name.as_deref().unwrap_or("");
                let (said, ink) = said(record);
                let cells = [what, droplet].map(|text| plain(safe(text, style)));
                [time].into_iter().chain(cells).chain([(safe(&said, style), ink)]).collect()
            }
            Self::Cloud(remembered) => {
                let Remembered { name, deed: Deed { action, .. } } = &**remembered;
                let how = match (action.status, action.completed_at) {
                    (ActionStatus::Errored, _) => "failed".to_owned(),
                    (ActionStatus::Completed, Some(end)) => {
                        format!("took {}", seconds(end.duration_since(action.started_at).as_secs_f64()))
                    }
                    (ActionStatus::Completed, None) => "done".to_owned(),
                    (ActionStatus::InProgress, _) => "under way".to_owned(),
                };
                let said = safe(&format!("{} {how}", action.kind), style);
                vec![time, ("cloud".to_owned(), Some(Ink::Faint)), plain(safe(name, style)), plain(said)]
            }
        }
    }
}

fn text(entries: &[Entry], style: Style) -> String {
    let mut table = Table::new(&["WHEN", "WHAT", "DROPLET", ""]);
    for entry in entries {
        table.row(entry.cells(style));
    }
    table.render(style)
}

/// What a record says, in a line.
fn said(record: &Record) -> (String, Option<Ink>) {
    let said = record.text.as_deref().unwrap_or("");
    let phase = record.phase.as_deref().unwrap_or("?");
    let took = record.seconds.map_or_else(String::new, |length| format!(" after {}", seconds(length)));
    let reason = record.reason.as_deref().unwrap_or("nobody knows why");
    match record.event {
        Event::Evaluation => (format!("auto by {}: {said}{}", record.who, rules(record)), Some(Ink::Strong)),
        Event::PhaseBegun => (format!("{phase} begins, and its end is not written"), Some(Ink::Warning)),
        Event::PhaseEnded => (format!("{phase} took {}", record.seconds.map_or("?".to_owned(), seconds)), None),
        Event::Note => (format!("{phase}: {said}"), Some(Ink::Warning)),
        Event::Ended => {
            let (word, ink) = match record.outcome.as_deref() {
                Some("done") => ("done", Ink::Good),
                Some("refused") => ("refused", Ink::Warning),
                _ => ("failed", Ink::Bad),
            };
            (format!("{word}{took}: {said} (why: {reason}; by {})", record.who), Some(ink))
        }
        Event::Unknown => ("something that this version does not know".to_owned(), Some(Ink::Faint)),
    }
}

/// The values and the thresholds of a decision.
fn rules(record: &Record) -> String {
    let rules = record.decision.as_ref().and_then(|decision| decision["rules"].as_array());
    let shown: Vec<String> = rules.into_iter().flatten().filter_map(rule).collect();
    if shown.is_empty() { String::new() } else { format!(" [{}]", shown.join("; ")) }
}

fn rule(rule: &Value) -> Option<String> {
    let metric = Metric::from_key(rule["metric"].as_str()?)?;
    let number = |key: &str| rule[key].as_f64().map(|number| metric.format(number));
    let limit = |key: &str| number(key).map(|number| format!(", {key} {number}")).unwrap_or_default();
    let value = number("value").unwrap_or_else(|| "unknown".to_owned());
    Some(format!("{} {value}{}{}", metric.title(), limit("up"), limit("down")))
}

fn seconds(length: f64) -> String {
    format!("{length:.1} s")
}
