//! What is shown as a file: the page that is open, as CSV or JSON, or all that is known of the cluster as JSON. Times
//! are those of the server's clock; names tell the unit of what stands under them.
//!
//! `droplets`, `past`, `decision` and `clusters` hold what there is to tell, `records` how it is written down, `file`
//! where to.

mod clusters;
mod decision;
mod droplets;
mod file;
mod past;
mod records;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::view::Window;
use super::{Page, Table};
use crate::cluster::{DropletId, Metric};
use crate::worker::{AppState, ClusterState, Event};
use records::{Records, text};

/// A name longer than this makes no file name better.
const NAME: usize = 40;

/// What is written into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// Of what it tells.
    pub contents: Contents,
    /// How it is written down.
    pub format: Format,
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Rows of values under their names.
    Csv,
    /// Objects.
    Json,
}

/// Of what a file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// The table of droplets: its columns, filtered and sorted.
    Droplets,
    /// The metrics of a droplet over the range that is shown; as JSON with its facts.
    Droplet(DropletId),
    /// The facts of a droplet.
    Facts(DropletId),
    /// A metric of the cluster over the range that is shown.
    Chart(Metric),
    /// The decision, what it rests on, and what is wrong.
    Decision,
    /// What happened.
    Events,
    /// All clusters with how they are.
    Clusters,
    /// All that is known of the cluster; always as JSON.
    Everything,
}

/// From what a file is made.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The state that is shown.
    pub state: &'a AppState,
    /// The cluster that is looked at: an index.
    pub cluster: usize,
    /// The table of droplets.
    pub table: &'a Table,
    /// How far back series go.
    pub range: Duration,
    /// The time of the server.
    pub at: Timestamp,
}

impl Contents {
    /// What a page can be written as, each with a word for it.
    #[must_use]
    pub fn of(page: Page) -> Vec<(&'static str, Export)> {
        let csv = |word, contents| (word, Export { contents, format: Format::Csv });
        let json = |word, contents| (word, Export { contents, format: Format::Json });
        let both = |contents| vec![csv("CSV", contents), json("JSON", contents)];
        let mut all = match page {
            Page::Cluster => both(Self::Droplets),
            Page::Chart(metric) => both(Self::Chart(metric)),
            Page::Events => both(Self::Events),
            Page::Why => both(Self::Decision),
            Page::Overview => return both(Self::Clusters),
            Page::Droplet(id) | Page::DropletChart(id, _) => vec![
                csv("CSV, metrics", Self::Droplet(id)),
                csv("CSV, facts", Self::Facts(id)),
                json("JSON, both", Self::Droplet(id)),
            ],
        };
        all.push(json("JSON, all", Self::Everything));
        all
    }

    /// The question which of them is wanted.
    #[must_use]
    pub fn question(page: Page, cluster: &ClusterState) -> String {
        let title = match page {
            Page::Droplet(id) | Page::DropletChart(id, _) => both_of(cluster, id),
            page => Self::of(page).first().map(|(_, export)| export.title(cluster)).unwrap_or_default(),
        };
        format!("Export {title}")
    }

    fn title(self, cluster: &ClusterState) -> String {
        let name = super::text::clean(&cluster.spec.name);
        match self {
            Self::Droplets => format!("the droplets of {name}"),
            Self::Droplet(id) => format!("the metrics of {}", droplet_name(cluster, id)),
            Self::Facts(id) => format!("the facts of {}", droplet_name(cluster, id)),
            Self::Chart(metric) => format!("the chart of {}", metric.title()),
            Self::Decision => format!("the decision of {name}"),
            Self::Events => format!("the events of {name}"),
            Self::Clusters => "all clusters".to_owned(),
            Self::Everything => format!("all that is known of {name}"),
        }
    }

    /// What it is called in the name of a file.
    fn word(self, cluster: &ClusterState) -> String {
        let of_cluster = |word: &str| format!("{}-{word}", cluster.spec.name);
        match self {
            Self::Droplets => of_cluster("droplets"),
            Self::Droplet(id) => of_cluster(&format!("{}-metrics", droplet_name(cluster, id))),
            Self::Facts(id) => of_cluster(&format!("{}-facts", droplet_name(cluster, id))),
            Self::Chart(metric) => of_cluster(metric.key()),
            Self::Decision => of_cluster("decision"),
            Self::Events => of_cluster("events"),
            Self::Clusters => "clusters".to_owned(),
            Self::Everything => of_cluster("all"),
        }
    }
}

impl Export {
    /// What it is called before people.
    #[must_use]
    pub fn title(self, cluster: &ClusterState) -> String {
        match (self.contents, self.format) {
            (Contents::Droplet(id), Format::Json) => both_of(cluster, id),
            (contents, _) => contents.title(cluster),
        }
    }

    /// The name of the file: it tells of what it is, and of when.
    #[must_use]
    pub fn file_name(self, cluster: &ClusterState, at: Timestamp) -> String {
        let is_plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
        let word: String = self.contents.word(cluster).chars().map(is_plain).collect();
        let ending = match self.format {
            Format::Csv => "csv",
            Format::Json => "json",
        };
        format!("dropscale-{word}-{}.{ending}", at.strftime("%Y%m%dT%H%M%SZ"))
    }

    /// Writes the file, and tells which; or what to do.
    pub fn save(self, source: &Source, folder: &Path, name: &str) -> Result<String, String> {
        let nothing = |why| format!("nothing was written: {why}");
        let cluster = source.shown().ok_or_else(|| nothing(NOT_SEEN.to_owned()))?;
        let text = self.render(source, cluster).map_err(nothing)?;
        let name = file::write(folder, name, &text)?;
        Ok(format!("written: {}, as {name} in {}", self.title(cluster), folder.display()))
    }

    /// The file's text, or why there is nothing to write. What has not been seen is not the same as nothing.
    fn render(self, source: &Source, cluster: &ClusterState) -> Result<String, String> {
        let seen = |records| cluster.observation.as_ref().map(|_| records).ok_or_else(|| NOT_SEEN.to_owned());
        let records = match self.contents {
            Contents::Droplets => seen(droplets::table(cluster, source.table))?,
            Contents::Events => events(cluster),
            Contents::Clusters => clusters::overview(source.state),
            Contents::Everything => return Ok(document(&clusters::everything(cluster))),
            Contents::Chart(metric) => past::chart(cluster, metric, source.window(cluster))
                .ok_or_else(|| format!("there is no data of {} in this range of time", metric.title()))?,
            Contents::Decision => {
                let decision = cluster.decision.as_deref().ok_or("nothing is decided yet: try again in a moment")?;
                match self.format {
                    Format::Csv => decision::table(cluster, decision),
                    Format::Json => return Ok(document(&decision::document(cluster, decision))),
                }
            }
            Contents::Droplet(id) | Contents::Facts(id) => {
                let row = droplets::find(cluster, id).ok_or("the droplet is no longer in the cluster")?;
                let metrics = past::droplet(cluster, id, source.window(cluster));
                let mut facts = droplets::facts(cluster, &row);
                match (self.contents, self.format) {
                    (Contents::Facts(_), _) => Records::of([facts]),
                    (_, Format::Csv) => metrics,
                    (_, Format::Json) => {
                        let detail = cluster.detail.as_deref().filter(|detail| detail.droplet == id);
                        facts.insert("actions".to_owned(), json!(detail.map(|detail| &detail.actions)));
                        facts.insert("metrics".to_owned(), metrics.json());
                        return Ok(document(&Value::Object(facts)));
                    }
                }
            }
        };
        Ok(match self.format {
            Format::Csv => records.csv(),
            Format::Json => document(&records.json()),
        })
    }
}

const NOT_SEEN: &str = "the cluster has not been seen yet; try again in a moment";

impl<'a> Source<'a> {
    fn shown(&self) -> Option<&'a ClusterState> {
        self.state.clusters.get(self.cluster)
    }

    fn window(&self, cluster: &ClusterState) -> Window {
        Window::of(cluster, self.range, self.at)
    }
}

fn document(value: &Value) -> String {
    format!("{value:#}\n")
}

fn both_of(cluster: &ClusterState, id: DropletId) -> String {
    format!("the metrics and facts of {}", droplet_name(cluster, id))
}

/// The name of a droplet, or its number when it is gone.
fn droplet_name(cluster: &ClusterState, id: DropletId) -> String {
    let name = droplets::find(cluster, id).map(|row| super::text::fit(&row.droplet.name, NAME));
    name.unwrap_or_else(|| format!("droplet {id}"))
}

/// What happened, the newest first, as it is shown.
fn events(cluster: &ClusterState) -> Records {
    let heads = ["at", "level", "text", "count"].map(ToOwned::to_owned).into();
    let row = |event: &Event| vec![json!(event.at), json!(event.level), text(&event.text), json!(event.count)];
    Records::new(heads, cluster.events.iter().rev().map(row).collect())
}
