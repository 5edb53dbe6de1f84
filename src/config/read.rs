//! Reads a file: from text to values with their places, by the table of [`keys`]. What the values
//! mean together is judged later, in [`build`](super::build).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::problem::{Origin, Place, Problem};
use super::schema::{Key, Section};
use super::suggest::did_you_mean;
use super::value::{Value, check_tag, describe_type};

/// A value and where it came from. Without a value it was given, and wrong: the mistake is told already.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The value.
    pub value: Option<Value>,
    /// Where it came from.
    pub origin: Origin,
}

/// Values of one source, by table and key.
pub type Layer = BTreeMap<(Section, &'static str), Entry>;

/// A cluster as it stands in a file.
#[derive(Debug, Clone)]
pub struct FileCluster {
    /// Its name.
    pub name: String,
    /// Where its table begins; missing for a cluster of the environment only.
    pub origin: Option<Origin>,
    /// Its values.
    pub values: Layer,
    /// Whether a table of thresholds is there, so that those left out are off.
    pub has_thresholds: bool,
}

/// A file.
#[derive(Debug, Clone, Default)]
pub struct FileContents {
    /// The keys at its head.
    pub top: Layer,
    /// Its clusters, in its order.
    pub clusters: Vec<FileCluster>,
}

/// Reads a file's text. `name` stands in messages.
pub fn read(text: &str, name: &str) -> (FileContents, Vec<Problem>) {
    let mut reader = Reader { text, file: name.into(), problems: Vec::new(), contents: FileContents::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    reader.top(table.get_ref());
    // What is wrong with the TOML itself says more than what is made of it.
    let spans: Vec<Problem> = errors.iter().map(|error| reader.syntax(error)).collect();
    let broken: BTreeSet<usize> = spans.iter().filter_map(line).collect();
    let mut problems = reader.problems;
    problems.retain(|problem| line(problem).is_none_or(|line| !broken.contains(&line)));
    problems.extend(spans);
    (reader.contents, problems)
}

fn line(problem: &Problem) -> Option<usize> {
    match &problem.origin {
        Some(Origin::File(place)) => Some(place.line),
        _ => None,
    }
}

struct Reader<'t> {
    text: &'t str,
    file: Arc<str>,
    problems: Vec<Problem>,
    contents: FileContents,
}

type Name<'t> = Spanned<std::borrow::Cow<'t, str>>;

impl Reader<'_> {
    fn origin(&self, span: &Range<usize>) -> Origin {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Origin::File(Place { file: Arc::clone(&self.file), line, column })
    }

    fn syntax(&self, error: &toml::de::Error) -> Problem {
        let origin = self.origin(&error.span().unwrap_or(0..0));
        Problem::at(&origin, format!("this is not TOML: {}", error.message()))
    }

    fn complain(&mut self, span: &Range<usize>, text: impl Into<String>) {
        let problem = Problem::at(&self.origin(span), text);
        self.problems.push(problem);
    }

    fn top(&mut self, table: &DeTable<'_>) {
        let keys = keys::of(Section::Top);
        for (name, value) in table {
            let word = name.get_ref().as_ref();
            if word == "clusters" {
                self.clusters(name, value);
            } else if word == Section::Keys.name() {
                self.bindings(name, value);
            } else if let Some(key) = keys.iter().find(|key| key.name == word) {
                let entry = self.entry(key, name, value);
                self.contents.top.insert((Section::Top, key.name), entry);
            } else {
                self.unknown_at_top(name, value, &keys);
            }
        }
    }

    fn unknown_at_top(&mut self, name: &Name<'_>, value: &Spanned<DeValue<'_>>, keys: &[Key]) {
        let word = name.get_ref().as_ref();
        let is_of_cluster = keys::of(Section::Cluster).iter().any(|key| key.name == word);
        let advice = if is_secret(word) {
            NO_SECRETS.to_owned()
        } else if is_of_cluster || Section::within_cluster(word).is_some() {
            format!(": it belongs to a cluster, in the table [clusters.NAME{}]", table_suffix(word))
        } else if value.get_ref().get("tag").is_some() {
            format!(": write [clusters.{word}] for a cluster")
        } else {
            did_you_mean(word, keys.iter().map(|key| key.name).chain(["clusters", "keys"]))
        };
        self.complain(&name.span(), format!("unknown key {word:?}{advice}"));
    }

    /// The keys of the keyboard.
    fn bindings(&mut self, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = value.get_ref() else {
            let text = format!("keys must be a table, and is {}: write [keys]", describe_type(value.get_ref()));
            return self.complain(&name.span(), text);
        };
        let actions = keys::of(Section::Keys);
        for (name, value) in table {
            let word = name.get_ref().as_ref();
            if let Some(key) = actions.iter().find(|key| key.name == word) {
                let entry = self.entry(key, name, value);
                self.contents.top.insert((Section::Keys, key.name), entry);
            } else {
                let near = did_you_mean(word, actions.iter().map(|key| key.name));
                let near = if near.is_empty() { ": docs/configuration.md lists them".to_owned() } else { near };
                self.complain(&name.span(), format!("unknown action {word:?} in [keys]{near}"));
            }
        }
    }

    fn clusters(&mut self, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = value.get_ref() else {
            let text = format!("must hold tables, one for each cluster, and is {}", describe_type(value.get_ref()));
            return self.complain(&name.span(), format!("clusters {text}: write [clusters.web]"));
        };
        for (name, value) in table {
            if let Err(wrong) = check_tag(name.get_ref()) {
                let text = wrong.replace("the tag", "the cluster name").replace("tags", "names");
                self.complain(&name.span(), text);
            }
            match value.get_ref() {
                DeValue::Table(table) => self.cluster(name, table),
                other => {
                    let text = format!(
                        "clusters.{} must be a table, and is {}: write [clusters.NAME] before the keys of a cluster",
                        name.get_ref(),
                        describe_type(other)
                    );
                    self.complain(&name.span(), text);
                }
            }
        }
    }

    fn cluster(&mut self, name: &Name<'_>, table: &DeTable<'_>) {
        let mut cluster = FileCluster {
            name: name.get_ref().to_string(),
            origin: Some(self.origin(&name.span())),
            values: Layer::new(),
            has_thresholds: false,
        };
        let tables = Section::OF_CLUSTER.map(Section::name);
        for (name, value) in table {
            match (Section::within_cluster(name.get_ref()), value.get_ref()) {
                (Some(section), DeValue::Table(table)) => {
                    cluster.has_thresholds |= matches!(section, Section::ScaleUp | Section::ScaleDown);
                    for (name, value) in table {
                        self.key(&mut cluster.values, section, name, value, &[]);
                    }
                }
                (Some(_), other) => {
                    let text = format!("{} must be a table, and is {}", name.get_ref(), describe_type(other));
                    self.complain(&name.span(), text);
                }
                (None, _) => self.key(&mut cluster.values, Section::Cluster, name, value, &tables[1..]),
            }
        }
        self.contents.clusters.push(cluster);
    }

    fn key(
        &mut self,
        values: &mut Layer,
        section: Section,
        name: &Name<'_>,
        value: &Spanned<DeValue<'_>>,
        tables: &[&str],
    ) {
        let keys = keys::of(section);
        let word = name.get_ref().as_ref();
        if let Some(key) = keys.iter().find(|key| key.name == word) {
            let entry = self.entry(key, name, value);
            values.insert((section, key.name), entry);
            return;
        }
        let known = keys.iter().map(|key| key.name).chain(tables.iter().copied());
        let elsewhere = Section::OF_CLUSTER.into_iter().filter(|other| *other != section && !other.name().is_empty());
        let owner = elsewhere.filter(|other| keys::of(*other).iter().any(|key| key.name == word));
        let advice = if is_secret(word) {
            NO_SECRETS.to_owned()
        } else {
            match (did_you_mean(word, known), owner.map(Section::name).next()) {
                (near, None) => near,
                (_, Some(table)) => format!(": it belongs in the table [clusters.NAME.{table}]"),
            }
        };
        self.complain(&name.span(), format!("unknown key {word:?}{advice}"));
    }

    fn entry(&mut self, key: &Key, name: &Name<'_>, value: &Spanned<DeValue<'_>>) -> Entry {
        let origin = self.origin(&name.span());
        let value = match Value::from_toml(value.get_ref(), &key.kind) {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.complain(&value.span(), format!("{}: {wrong}", key.path()));
                None
            }
        };
        Entry { value, origin }
    }
}

const NO_SECRETS: &str = ": the token does not belong in this file; give it by --token-file, or in the environment as \
                          DIGITALOCEAN_ACCESS_TOKEN, or let doctl keep it";

fn is_secret(word: &str) -> bool {
    let word = word.to_lowercase();
    word.contains("token") || word.contains("secret") || word.contains("password")
}

fn table_suffix(word: &str) -> String {
    Section::within_cluster(word).map_or_else(String::new, |section| format!(".{}", section.name()))
}
