//! Which columns the table of droplets has: they come in the order of their importance, as long as there is room,
//! and what is left over becomes sparklines and room for notes.

use ratatui::layout::Rect;

use super::sheet::Cut;
use crate::cluster::{Metric, Scope, Unit};
use crate::tui::SortBy;
use crate::worker::ClusterState;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Name,
    Role,
    State,
    Balancer,
    Metric(Metric),
    Age,
    Price,
    Note,
}

/// A sparkline narrower than this says nothing, and wider than that no more.
const SPARK: std::ops::RangeInclusive<u16> = 5..=30;
/// From this width on it is good to read.
const GOOD_SPARK: u16 = 10;
const GAP: u16 = 2;
const NOTE: u16 = 16;

impl Column {
    /// The column's head.
    pub fn head(self) -> &'static str {
        match self {
            Self::Name => "DROPLET",
            Self::Role => "ROLE",
            Self::State => "STATE",
            Self::Balancer => "BALANCER",
            Self::Metric(metric) => metric.short_title(),
            Self::Age => "AGE",
            Self::Price => "$/MO",
            Self::Note => "NOTE",
        }
    }

    /// How the table is sorted by it.
    pub fn sort(self) -> Option<SortBy> {
        match self {
            Self::Name => Some(SortBy::Name),
            Self::Role => Some(SortBy::Role),
            Self::State => Some(SortBy::Status),
            Self::Metric(metric) => Some(SortBy::Metric(metric)),
            Self::Age => Some(SortBy::Age),
            Self::Price => Some(SortBy::Price),
            Self::Balancer | Self::Note => None,
        }
    }

    /// Whether what stands in it is a number, at its right end.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Metric(_) | Self::Age | Self::Price)
    }

    fn width(self, name: u16) -> u16 {
        match self {
            Self::Name => name,
            Self::State => 10,
            Self::Balancer => 9,
            Self::Metric(metric) => value_width(metric),
            Self::Role | Self::Age => 6,
            Self::Price => 5,
            Self::Note => NOTE,
        }
    }
}

/// The columns with their widths, and how wide each sparkline is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// In the order in which they stand.
    pub all: Vec<(Column, u16)>,
    /// 0 for no sparklines.
    pub spark: u16,
}

impl Columns {
    /// The columns for this many terminal columns, when names take `name`.
    pub fn of(width: u16, name: u16, cluster: &ClusterState) -> Self {
        let name = name.clamp(8, (width / 4).clamp(8, 36));
        let on_droplets = |metric: &Metric| metric.scope() == Scope::Droplet;
        let ruled: Vec<Metric> = cluster.policy.metrics().filter(on_droplets).collect();
        let others = Metric::ALL.into_iter().filter(|m| on_droplets(m) && !ruled.contains(m) && is_known(cluster, *m));
        let mut wanted = vec![Column::Name, Column::State, Column::Balancer];
        wanted.extend(ruled.iter().copied().map(Column::Metric));
        wanted.extend([Column::Role, Column::Age, Column::Price]);
        let important = wanted.len();
        wanted.extend(others.map(Column::Metric));
        let mut left = width;
        let mut chosen = Vec::new();
        let metrics = |chosen: &[Column]| chosen.iter().filter(|c| matches!(c, Column::Metric(_))).count();
        for (i, column) in wanted.into_iter().enumerate() {
            // Metrics without thresholds are worth less than pictures and notes of the others.
            let reserve = if i < important { 0 } else { pictures(metrics(&chosen) + 1) + NOTE + GAP };
            let needs = column.width(name) + GAP;
            if needs.saturating_add(reserve) > left + GAP {
                continue;
            }
            left = left.saturating_sub(needs);
            chosen.push(column);
        }
        let note = left >= pictures(metrics(&chosen)) + NOTE + GAP;
        if note {
            left -= NOTE + GAP;
        }
        let count = u16::try_from(metrics(&chosen)).unwrap_or(u16::MAX).max(1);
        let spark = (left / count).saturating_sub(1).min(*SPARK.end());
        let spark = if SPARK.contains(&spark) { spark } else { 0 };
        chosen.sort_by_key(|column| place(*column));
        let mut all: Vec<(Column, u16)> = chosen.into_iter().map(|column| (column, column.width(name))).collect();
        if note {
            all.push((Column::Note, u16::MAX));
        }
        Self { all, spark }
    }

    /// How wide the names are.
    pub fn name(&self) -> u16 {
        self.all.first().map_or(0, |(_, width)| *width)
    }

    /// The place of each column in a row.
    pub fn places(&self, mut row: Rect) -> impl Iterator<Item = (Column, Rect)> {
        self.all.iter().map(move |(column, width)| {
            let spark = if matches!(column, Column::Metric(_)) && self.spark > 0 { self.spark + 1 } else { 0 };
            let place = row.take_left(width.saturating_add(spark));
            row.take_left(GAP);
            (*column, place)
        })
    }
}

/// The columns of a value with its unit.
pub fn value_width(metric: Metric) -> u16 {
    match metric.unit() {
        Unit::Plain | Unit::Percent => 5,
        Unit::Megabytes => 8,
        Unit::MegabitsPerSecond | Unit::PerSecond | Unit::Milliseconds => 9,
    }
}

/// The room in which the sparklines of this many columns are good to read: it comes before all that is less
/// important.
fn pictures(metrics: usize) -> u16 {
    u16::try_from(metrics).unwrap_or(u16::MAX).saturating_mul(GOOD_SPARK + 1)
}

/// Where a column stands.
fn place(column: Column) -> usize {
    match column {
        Column::Name => 0,
        Column::Role => 1,
        Column::State => 2,
        Column::Balancer => 3,
        Column::Metric(metric) => 4 + Metric::ALL.iter().position(|m| *m == metric).unwrap_or(0),
        Column::Age => 20,
        Column::Price => 21,
        Column::Note => 22,
    }
}

fn is_known(cluster: &ClusterState, metric: Metric) -> bool {
    cluster.history.cluster.get(&metric).is_some_and(|series| !series.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixtures::Fixture;

    fn at(width: u16) -> Columns {
        Columns::of(width, 8, &Fixture::new(3).build().clusters.remove(0))
    }

    #[test]
    fn the_important_columns_are_there_first() {
        let heads = |width| at(width).all.iter().map(|(c, _)| c.head()).collect::<Vec<_>>();
        assert_eq!(heads(38), ["DROPLET", "STATE", "BALANCER", "LOAD"]);
        let all = ["DROPLET", "ROLE", "STATE", "BALANCER", "LOAD", "CPU", "FREE", "AGE", "$/MO"];
        assert_eq!(heads(78), all);
        assert!(heads(200).contains(&"NOTE"));
        assert!(heads(200).contains(&"MEM"));
    }

    #[test]
    fn nothing_is_wider_than_the_table() {
        for width in 0..300 {
            let columns = at(width);
            let row = Rect::new(0, 0, width, 1);
            assert!(columns.places(row).all(|(_, place)| place.right() <= width), "{width}");
            if width >= 36 {
                assert!(columns.places(row).all(|(_, place)| place.width > 0), "{width}");
            }
        }
    }
}
