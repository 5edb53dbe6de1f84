//! What a key of the configuration is: where it belongs, what its value must be, what holds without it, and
//! what it means. The keys themselves stand in [`keys`](super::keys).

use std::time::Duration;

use super::value::{Value, format_duration};
use crate::column::Column;

/// The table of a file that a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The file itself.
    Top,
    /// `[clusters.NAME]`
    Cluster,
    /// `[clusters.NAME.scale_up]`
    ScaleUp,
    /// `[clusters.NAME.scale_down]`
    ScaleDown,
    /// `[clusters.NAME.clone]`
    Clone,
    /// `[clusters.NAME.timing]`
    Timing,
    /// `[keys]`
    Keys,
}

impl Section {
    /// Those of a cluster, in the order in which they are shown.
    pub const OF_CLUSTER: [Self; 5] = [Self::Cluster, Self::ScaleUp, Self::ScaleDown, Self::Clone, Self::Timing];

    /// The name of the table within its cluster; empty for the cluster's own and for the top.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Top | Self::Cluster => "",
            Self::ScaleUp => "scale_up",
            Self::ScaleDown => "scale_down",
            Self::Clone => "clone",
            Self::Timing => "timing",
            Self::Keys => "keys",
        }
    }

    /// The table within a cluster that has this name.
    #[must_use]
    pub fn within_cluster(name: &str) -> Option<Self> {
        Self::OF_CLUSTER.into_iter().find(|section| !section.name().is_empty() && section.name() == name)
    }

    /// What the table is for.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Top => "Keys at the head of the file, before any table.",
            Self::Cluster => "One table for each cluster; NAME is yours to choose.",
            Self::ScaleUp => {
                "Scale up when any metric is busier than this. A metric left out is off; without both `scale_up` and \
                 `scale_down` the defaults hold."
            }
            Self::ScaleDown => {
                "Scale down when all metrics are calmer than this, and the rest would not be too busy at once."
            }
            Self::Clone => "What a clone looks like where it differs from the base droplet.",
            Self::Timing => "How often is looked, and how long each step may take. Seldom worth changing.",
            Self::Keys => {
                "Other keys for the terminal interface: for each action one key, a list of keys, or [] for none."
            }
        }
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A name or an id.
    Name,
    /// A word by which the API knows a size, a region or a VPC.
    Slug,
    /// A tag.
    Tag,
    /// What clone names begin with.
    Prefix,
    /// The path of a file, relative to the configuration file.
    File,
    /// The address of an API.
    Address,
    /// The name of a theme, or the path of a theme file.
    Theme,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Yes or no.
    Flag,
    /// A whole number.
    Count {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// A threshold, in the unit of its metric.
    Threshold {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// A length of time.
    Duration {
        /// The shortest.
        min: Duration,
        /// The longest.
        max: Duration,
    },
    /// A list of names or ids.
    Names,
    /// A list of tags.
    Tags,
    /// A key of the keyboard, or a list of them.
    Keys,
    /// A list of columns of the table of droplets.
    Columns,
}

impl Kind {
    /// Whether its values are text as it stands.
    #[must_use]
    pub fn is_text(&self) -> bool {
        use Kind::{Count, Duration, Flag, Keys, Names, Tags, Threshold};
        !matches!(self, Flag | Count { .. } | Threshold { .. } | Duration { .. } | Names | Tags | Keys)
    }

    /// What it must be, for people.
    #[must_use]
    pub fn expects(&self) -> String {
        match self {
            Self::Name => "a name or an id".to_owned(),
            Self::Slug => "the API's word for it (letters, digits, '-')".to_owned(),
            Self::Tag => "a tag (letters, digits, '_', '-', ':')".to_owned(),
            Self::Prefix => "letters and digits, at most 40".to_owned(),
            Self::File => "a path, relative to the configuration file".to_owned(),
            Self::Address => "an https address (http for this machine only)".to_owned(),
            Self::Theme => "a theme's name, or the path of a file".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Flag => "true or false".to_owned(),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Threshold { min, max } => format!("a number from {min} to {max}"),
            Self::Duration { min, max } => {
                format!("a length of time from {} to {}", format_duration(*min), format_duration(*max))
            }
            Self::Names => "a list of names or ids".to_owned(),
            Self::Tags => "a list of tags".to_owned(),
            Self::Columns => {
                let names: Vec<&str> = Column::all().into_iter().map(Column::key).collect();
                format!("a list of columns ({})", names.join(", "))
            }
            Self::Keys => "a key or a list of keys, such as \"u\", \"G\", \"space\", \"f5\" or \"ctrl-u\"".to_owned(),
        }
    }
}

/// What holds when a key is not given.
#[derive(Debug, Clone, PartialEq)]
pub enum Fallback {
    /// It must be given.
    Required,
    /// This value.
    Value(Value),
    /// Nothing; the text says what that means.
    Unset(&'static str),
}

/// An environment variable that gives a key's value; those of the function that this program replaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it may be; the range can be narrower than in a file.
    pub kind: Kind,
}

/// A key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Where it belongs.
    pub section: Section,
    /// Its name.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// What holds without it.
    pub fallback: Fallback,
    /// The environment variable that goes before it.
    pub variable: Option<Variable>,
    /// What it means, in one or two sentences.
    pub doc: String,
    /// A value for the starting file, where there is no default to show.
    pub example: Option<Value>,
}

impl Key {
    pub(super) fn new(section: Section, name: &'static str, kind: Kind, fallback: Fallback, doc: &str) -> Self {
        Self { section, name, kind, fallback, variable: None, doc: doc.to_owned(), example: None }
    }

    pub(super) fn variable(self, name: &str) -> Self {
        let kind = self.kind.clone();
        self.variable_of(name, kind)
    }

    pub(super) fn variable_of(self, name: &str, kind: Kind) -> Self {
        Self { variable: Some(Variable { name: name.to_owned(), kind }), ..self }
    }

    pub(super) fn example(self, example: Value) -> Self {
        Self { example: Some(example), ..self }
    }

    /// Its name with that of its table: `scale_up.load`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.section.name() {
            "" => self.name.to_owned(),
            table => format!("{table}.{}", self.name),
        }
    }
}
