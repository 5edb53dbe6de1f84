//! The palette: every action by its name, and commands that take a word more. Which of them fit what is typed, in
//! which order, and why one does nothing now, is found here; nothing is done here.

use std::time::Duration;

use tui_input::Input;

use super::{SortBy, Ui, sort_columns};
use crate::keymap::{Action, Binding, Context, Keymap};
use crate::suggest::did_you_mean;
use crate::worker::AppState;

/// The most of the past that stands above the list while nothing is typed.
const RECENT: usize = 3;

/// How the ranges are written.
const RANGES: [&str; Ui::RANGES.len()] = ["15m", "1h", "6h", "24h", "7d"];

/// The palette while it is open.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// What fits it, the best first.
    pub entries: Vec<Entry>,
    /// The selected one.
    pub selected: usize,
    /// Why nothing fits, and what would; empty while something does.
    pub refusal: String,
}

impl Palette {
    /// The selected command.
    #[must_use]
    pub fn chosen(&self) -> Option<&Entry> {
        self.entries.get(self.selected)
    }
}

/// A command of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// As it is typed: `sort cpu`.
    pub line: String,
    /// What may follow: `COLUMN`; empty where nothing can.
    pub follows: &'static str,
    /// What it does, in one sentence.
    pub describe: String,
    /// Its keys; empty where it has none.
    pub keys: String,
    /// Why it does nothing now.
    pub why_not: Option<&'static str>,
    /// What it does.
    pub does: Does,
}

/// What a command does.
#[derive(Debug, Clone, PartialEq)]
pub enum Does {
    /// The same as a key.
    #[doc(hidden)]
    Act(Action),
    /// Nothing yet: a word is missing.
    Ask,
    /// Goes back this far.
    Range(Duration),
    /// Sorts by this column.
    Sort(SortBy),
    /// Shows only droplets with this text.
    Filter(String),
    /// Looks at the cluster with this index.
    Cluster(usize),
}

/// What can follow a command's name.
#[derive(Clone, Copy, PartialEq)]
enum Argument {
    Range,
    Sort,
    Filter,
    Cluster,
}

impl Argument {
    const ALL: [(&'static str, Self); 4] =
        [("range", Self::Range), ("sort", Self::Sort), ("filter", Self::Filter), ("cluster", Self::Cluster)];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, argument)| argument)
    }

    /// The word for what can be given.
    fn stands_for(self) -> &'static str {
        match self {
            Self::Range => "RANGE",
            Self::Sort => "COLUMN",
            Self::Filter => "TEXT",
            Self::Cluster => "NAME",
        }
    }
}

/// Whether a word can follow this command.
#[must_use]
pub fn takes_more(line: &str) -> bool {
    Argument::of(line).is_some()
}

/// The commands that fit what is typed, the best first.
#[must_use]
pub fn commands(typed: &str, keymap: &Keymap, ui: &Ui, state: &AppState) -> Vec<Entry> {
    let typed = typed.trim_start_matches([' ', ':']);
    if let Some((word, rest)) = typed.split_once(' ')
        && let Some(argument) = Argument::of(&word.to_lowercase())
    {
        return with_argument(argument, rest.trim(), ui, state);
    }
    let all = names(keymap, ui, state);
    let wanted = bare(typed);
    if typed.trim().is_empty() {
        return untyped(all, keymap, ui, state);
    }
    if wanted.is_empty() {
        // A sign is in no name: it may be a key.
        return all.into_iter().filter(|entry| entry.keys.split(" / ").any(|key| key == typed.trim())).collect();
    }
    let mut ranked: Vec<((u8, bool), Entry)> = all
        .into_iter()
        .filter_map(|entry| Some(((rank(&entry, &wanted, typed.trim())?, entry.why_not.is_some()), entry)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

/// All commands, while nothing is typed: what was done last and can be done again without harm comes first, and the
/// help before the order of the table. Enter alone, pressed by mistake, does nothing that is regretted.
fn untyped(all: Vec<Entry>, keymap: &Keymap, ui: &Ui, state: &AppState) -> Vec<Entry> {
    let again = |line: &String| {
        let fitting = if line.contains(' ') { commands(line, keymap, ui, state) } else { all.clone() };
        fitting.into_iter().find(|entry| entry.line == *line)
    };
    let mut entries: Vec<Entry> = ui.history.iter().rev().filter_map(again).filter(is_harmless).take(RECENT).collect();
    let (help, others): (Vec<Entry>, Vec<Entry>) =
        all.into_iter().filter(|entry| !entries.contains(entry)).partition(|e| e.does == Does::Act(Action::Help));
    entries.extend(help.into_iter().chain(others));
    entries
}

fn is_harmless(entry: &Entry) -> bool {
    if let Does::Act(action) = entry.does { action.is_harmless() } else { true }
}

/// Why no command fits what is typed, and what would.
#[must_use]
pub fn refusal(typed: &str, keymap: &Keymap, ui: &Ui, state: &AppState) -> String {
    let typed = typed.trim_start_matches([' ', ':']).trim_end();
    let (word, rest) = typed.split_once(' ').map_or((typed, ""), |(word, rest)| (word, rest.trim()));
    match Argument::of(&word.to_lowercase()) {
        Some(Argument::Range) => format!("{rest:?} is not a range: choose one of {}", RANGES.join(", ")),
        Some(Argument::Sort) => {
            let columns = state.clusters.get(ui.cluster).into_iter().flat_map(sort_columns);
            let columns: Vec<&str> = columns.map(|column| column.column().key()).collect();
            format!("{rest:?} is not a column to sort by: choose one of {}", columns.join(", "))
        }
        Some(Argument::Cluster) => {
            let names: Vec<&str> = state.clusters.iter().map(|cluster| cluster.spec.name.as_str()).collect();
            format!("no cluster is called {rest:?}: there is {}", names.join(", "))
        }
        Some(Argument::Filter) | None => {
            let names = names(keymap, ui, state);
            if let Some(entry) = names.iter().find(|entry| bare(&entry.line) == bare(word)) {
                return format!("nothing can follow {}: {rest:?} is one word too many", entry.line);
            }
            let near = did_you_mean(word, names.iter().map(|entry| entry.line.as_str()));
            format!("no command is called {typed:?}{near}")
        }
    }
}

/// Every command of the page behind the list without its argument, in the order of the table.
fn names(keymap: &Keymap, ui: &Ui, state: &AppState) -> Vec<Entry> {
    let behind = Context::of_page(ui.page);
    let named = |binding: &&Binding| {
        let is_here = binding.contexts.contains(&behind) && binding.action != Action::Palette;
        is_here && (state.demo || !binding.is_demo())
    };
    let entry = |binding: &Binding| Entry {
        line: binding.name.to_owned(),
        follows: Argument::of(binding.name).map_or("", Argument::stands_for),
        describe: binding.describe.to_owned(),
        keys: binding.keys(),
        why_not: binding.on.why_not(ui, state),
        does: if matches!(binding.action, Action::Cluster(_)) { Does::Ask } else { Does::Act(binding.action) },
    };
    let mut all: Vec<Entry> = keymap.bindings().iter().filter(named).map(entry).collect();
    let range = Entry {
        line: "range".to_owned(),
        follows: Argument::Range.stands_for(),
        describe: format!("how far back: {}", RANGES.join(", ")),
        keys: String::new(),
        why_not: None,
        does: Does::Ask,
    };
    let at = all.iter().position(|entry| entry.line == "shorter").unwrap_or(all.len());
    all.insert(at, range);
    all
}

/// Letters and digits only, so that `scale up`, `scale-up` and `scale_up` are one.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How well a command fits; the smaller the better.
fn rank(entry: &Entry, wanted: &str, typed: &str) -> Option<u8> {
    let name = bare(&entry.line);
    let words = entry.line.match_indices('_').map(|(at, _)| bare(&entry.line[at..]));
    if name == wanted {
        Some(0)
    } else if name.starts_with(wanted) {
        Some(1)
    } else if words.into_iter().any(|rest| rest.starts_with(wanted)) {
        Some(2)
    } else if entry.describe.to_lowercase().contains(&typed.to_lowercase()) {
        Some(3)
    } else {
        is_subsequence(wanted, &name).then_some(4)
    }
}

fn is_subsequence(wanted: &str, name: &str) -> bool {
    let mut rest = name.chars();
    wanted.chars().all(|c| rest.any(|other| other == c))
}

fn with_argument(argument: Argument, rest: &str, ui: &Ui, state: &AppState) -> Vec<Entry> {
    let entry = |line: String, describe: String, does| Entry {
        line,
        follows: "",
        describe,
        keys: String::new(),
        why_not: None,
        does,
    };
    let wanted = bare(rest);
    let fits = |name: &str| bare(name).starts_with(&wanted) || (wanted.len() > 1 && bare(name).contains(&wanted));
    let cluster = state.clusters.get(ui.cluster);
    match argument {
        Argument::Filter => {
            let describe = if rest.is_empty() {
                "all droplets".to_owned()
            } else {
                format!("only droplets with {rest:?} in name, state, role or tags")
            };
            vec![entry(format!("filter {rest}").trim_end().to_owned(), describe, Does::Filter(rest.to_owned()))]
        }
        // Not `fits`: the end of a name is another time, as 4h is that of 24h.
        Argument::Range => RANGES
            .into_iter()
            .zip(Ui::RANGES)
            .filter(|(name, _)| name.starts_with(&wanted))
            .map(|(name, range)| entry(format!("range {name}"), format!("show the last {name}"), Does::Range(range)))
            .collect(),
        Argument::Sort => cluster
            .into_iter()
            .flat_map(sort_columns)
            .map(|column| (column.column().key(), column))
            .filter(|(name, _)| fits(name))
            .map(|(name, column)| {
                // A metric has the name by which it stands elsewhere.
                let what = if let SortBy::Metric(metric) = column { metric.title() } else { name };
                entry(format!("sort {name}"), format!("sort by {what}"), Does::Sort(column))
            })
            .collect(),
        Argument::Cluster => state
            .clusters
            .iter()
            .enumerate()
            .filter(|(_, cluster)| fits(&cluster.spec.name))
            .map(|(index, cluster)| {
                let line = format!("cluster {}", cluster.spec.name);
                entry(line, format!("look at {}", cluster.spec.name), Does::Cluster(index))
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Metric;
    use crate::tui::Page;
    use crate::tui::fixtures::{self, Fixture};
    use proptest::prelude::*;

    fn lines(typed: &str) -> Vec<String> {
        entries(typed, &fixtures::ui()).into_iter().map(|entry| entry.line).collect()
    }

    fn entries(typed: &str, ui: &Ui) -> Vec<Entry> {
        commands(typed, &Keymap::default(), ui, &Fixture::new(3).build())
    }

    #[test]
    fn what_begins_like_it_comes_first() {
        assert_eq!(lines("scale")[..2], ["scale_up", "scale_down"]);
        assert_eq!(lines("up")[0], "scale_up");
        assert_eq!(lines("Scale-D")[0], "scale_down");
        assert_eq!(lines(":quit")[..2], ["quit", "quit_at_once"]);
        assert_eq!(lines("clone")[0], "scale_up", "by what it does");
        assert!(lines("rfrsh").contains(&"refresh".to_owned()), "by some of its letters");
        assert!(lines("xyzzy").is_empty());
        assert!(!lines("").contains(&"outage".to_owned()), "only in the demo");
    }

    #[test]
    fn it_offers_what_the_page_behind_it_does_and_nothing_twice() {
        let of = |page| entries("", &Ui { page, ..fixtures::ui() }).into_iter().map(|e| e.line).collect::<Vec<_>>();
        let (table, chart) = (of(Page::Cluster), of(Page::Chart(Metric::Cpu)));
        assert!(table.contains(&"move_down".to_owned()) && !table.contains(&"earlier".to_owned()), "{table:?}");
        assert!(chart.contains(&"earlier".to_owned()) && !chart.contains(&"move_down".to_owned()), "{chart:?}");
        assert!(chart.contains(&"scale_up".to_owned()), "{chart:?}");
    }

    #[test]
    fn what_can_follow_stands_behind_the_name() {
        let follows = |line: &str| entries(line, &fixtures::ui())[0].follows;
        assert_eq!(["range", "sort", "filter", "cluster"].map(follows), ["RANGE", "COLUMN", "TEXT", "NAME"]);
        assert_eq!(follows("refresh"), "");
        assert_eq!(follows("sort cpu"), "", "it is there");
    }

    #[test]
    fn words_that_follow_are_completed() {
        assert_eq!(lines("range "), ["range 15m", "range 1h", "range 6h", "range 24h", "range 7d"]);
        assert_eq!(lines("range 6"), ["range 6h"]);
        assert_eq!(lines("sort c"), ["sort cpu"]);
        assert_eq!(lines("sort mem")[0], "sort free_memory");
        assert_eq!(lines("cluster w"), ["cluster web"]);
        let filter = entries("filter web 1", &fixtures::ui()).remove(0);
        assert_eq!(filter.does, Does::Filter("web 1".to_owned()));
        assert_eq!(entries("sort cpu", &fixtures::ui())[0].does, Does::Sort(SortBy::Metric(Metric::Cpu)));
    }

    #[test]
    fn a_word_that_does_not_fit_is_named_with_what_is_allowed() {
        let refused = |typed: &str| {
            assert!(lines(typed).is_empty(), "{typed}: {:?}", lines(typed));
            refusal(typed, &Keymap::default(), &fixtures::ui(), &Fixture::new(3).build())
        };
        assert_eq!(refused("range 3h"), "\"3h\" is not a range: choose one of 15m, 1h, 6h, 24h, 7d");
        assert_eq!(refused(":Range 4h "), "\"4h\" is not a range: choose one of 15m, 1h, 6h, 24h, 7d", "not 24h");
        let sort = refused("sort colour");
        assert!(
            sort.starts_with("\"colour\" is not a column to sort by: choose one of role, name, state, balancer, load"),
            "{sort}"
        );
        assert_eq!(refused("cluster jobs"), "no cluster is called \"jobs\": there is web");
        assert_eq!(refused("refresh now"), "nothing can follow refresh: \"now\" is one word too many");
        assert_eq!(refused("xyzzy"), "no command is called \"xyzzy\"");
        assert_eq!(refused("refersh"), "no command is called \"refersh\": did you mean \"refresh\"?");
    }

    #[test]
    fn what_does_nothing_here_says_why() {
        let why = |line: &str| {
            let entries = entries(line, &fixtures::ui());
            entries.into_iter().find(|entry| entry.line == line).unwrap().why_not
        };
        assert_eq!(why("next_cluster"), Some("there is only one cluster"));
        assert_eq!(why("back"), Some("there is nothing to go back to"));
        assert_eq!(why("scale_up"), None);
    }

    #[test]
    fn what_was_done_last_stands_on_top_while_nothing_is_typed() {
        let ui = Ui { history: vec!["refresh".to_owned(), "sort cpu".to_owned()], ..fixtures::ui() };
        let entries = entries("", &ui);
        assert_eq!((entries[0].line.as_str(), entries[1].line.as_str()), ("sort cpu", "refresh"));
        assert_eq!(entries.iter().filter(|entry| entry.line == "refresh").count(), 1);
    }

    #[test]
    fn nothing_is_done_by_enter_alone_that_is_regretted() {
        assert_eq!(lines("")[0], "help");
        let history = ["refresh", "scale_up", "quit"].map(str::to_owned).to_vec();
        let ui = Ui { history, ..fixtures::ui() };
        assert_eq!(entries(" ", &ui)[0].line, "refresh");
        let only_risky = Ui { history: vec!["scale_down".to_owned()], ..fixtures::ui() };
        assert_eq!(entries("", &only_risky)[0].line, "help");
    }

    #[test]
    fn a_sign_finds_the_command_of_its_key_and_else_nothing() {
        assert_eq!(lines("?"), ["help"]);
        assert_eq!(lines("["), ["shorter"]);
        assert!(lines("%").is_empty());
        let told = refusal("%", &Keymap::default(), &fixtures::ui(), &Fixture::new(3).build());
        assert_eq!(told, "no command is called \"%\"");
    }

    proptest! {
        #[test]
        fn anything_can_be_typed(typed in ".{0,30}|(sort|range|filter|cluster) .{0,20}") {
            for entry in entries(&typed, &fixtures::ui()) {
                prop_assert!(!entry.line.is_empty());
            }
        }
    }
}
