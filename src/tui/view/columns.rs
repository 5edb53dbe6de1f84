//! Which columns the table of droplets has: they come in the order of their importance, as long as there is room,
//! and what is left over becomes sparklines and room for notes.

use ratatui::layout::Rect;

use super::sheet::Cut;
use crate::cluster::{Metric, Scope, Unit};
use crate::column::Column;
use crate::worker::ClusterState;

/// A sparkline narrower than this says nothing, and wider than that no more.
const SPARK: std::ops::RangeInclusive<u16> = 5..=30;
/// From this width on it is good to read.
const GOOD_SPARK: u16 = 10;
const GAP: u16 = 2;
const NOTE: u16 = 16;

/// How wide a column is, when names take `name`.
fn column_width(column: Column, name: u16) -> u16 {
    match column {
        Column::Name => name,
        Column::State => 10,
        Column::Balancer => 9,
        Column::Metric(metric) => value_width(metric),
        Column::Role | Column::Age => 6,
        Column::Price => 5,
        Column::Note => NOTE,
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
    /// The columns for this many terminal columns, when names take `name`; those that were chosen, or those that
    /// matter.
    pub fn of(width: u16, name: u16, cluster: &ClusterState, chosen: Option<&[Column]>) -> Self {
        let name = name.clamp(8, (width / 4).clamp(8, 36));
        let (mut all, mut left) = match chosen {
            Some(chosen) => fitting(width, name, chosen),
            None => important(width, name, cluster),
        };
        let count = u16::try_from(all.iter().filter(|c| is_metric(**c)).count()).unwrap_or(u16::MAX);
        // What was chosen comes before pictures, and a picture before a note only where nobody asked for it.
        let pictures = if chosen.is_some() { 0 } else { pictures(count) };
        let note = chosen.is_none_or(|chosen| chosen.contains(&Column::Note)) && left >= pictures + NOTE + GAP;
        if note {
            left -= NOTE + GAP;
        }
        let spark = (left / count.max(1)).saturating_sub(1).min(*SPARK.end());
        let spark = if SPARK.contains(&spark) { spark } else { 0 };
        if chosen.is_none() {
            all.sort_by_key(|column| place(*column));
        }
        let mut all: Vec<(Column, u16)> = all.into_iter().map(|column| (column, column_width(column, name))).collect();
        if note {
            all.push((Column::Note, u16::MAX));
        }
        Self { all, spark }
    }

    /// Whether a column has found room.
    pub fn has(&self, column: Column) -> bool {
        self.all.iter().any(|(other, _)| *other == column)
    }

    /// Those that can be chosen: all but the name.
    pub fn choosable(&self) -> Vec<Column> {
        self.all.iter().map(|(column, _)| *column).filter(|column| *column != Column::Name).collect()
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
        Unit::Megabytes | Unit::Gigabytes => 8,
        Unit::MegabitsPerSecond | Unit::PerSecond | Unit::Milliseconds => 9,
    }
}

/// The room in which the sparklines of this many columns are good to read: it comes before all that is less
/// important.
fn pictures(metrics: u16) -> u16 {
    metrics.saturating_mul(GOOD_SPARK + 1)
}

/// Those that matter, as long as there is room; and how much room is left.
fn important(width: u16, name: u16, cluster: &ClusterState) -> (Vec<Column>, u16) {
    let (mut left, mut fitting) = (width, Vec::new());
    let (important, others) = wanted(cluster);
    let count = important.len();
    for (i, column) in important.into_iter().chain(others).enumerate() {
        // Metrics without thresholds are worth less than pictures and notes of the others.
        let metrics = fitting.iter().filter(|c| is_metric(**c)).count() + 1;
        let reserve = if i < count { 0 } else { pictures(u16::try_from(metrics).unwrap_or(u16::MAX)) + NOTE + GAP };
        let needs = column_width(column, name) + GAP;
        if needs.saturating_add(reserve) <= left + GAP {
            left = left.saturating_sub(needs);
            fitting.push(column);
        }
    }
    (fitting, left)
}

/// What one gets who chooses nothing: the columns in the order of their importance, and metrics without a threshold.
fn wanted(cluster: &ClusterState) -> (Vec<Column>, Vec<Column>) {
    let on_droplets = |metric: &Metric| metric.scope() == Scope::Droplet;
    let ruled: Vec<Metric> = cluster.policy.metrics().filter(on_droplets).collect();
    let others = Metric::ALL.into_iter().filter(|m| on_droplets(m) && !ruled.contains(m) && is_known(cluster, *m));
    let mut important = vec![Column::Name, Column::State, Column::Balancer];
    important.extend(ruled.iter().copied().map(Column::Metric));
    important.extend([Column::Role, Column::Age, Column::Price]);
    (important, others.map(Column::Metric).collect())
}

/// The columns with which choosing begins: those that were drawn, so that nothing but the chosen one changes at this
/// width; where there is no table yet, all that it may have.
pub fn begun(drawn: &[Column], cluster: &ClusterState) -> Vec<Column> {
    if !drawn.is_empty() {
        return drawn.to_vec();
    }
    let (important, others) = wanted(cluster);
    let is_there = |column: &Column| *column == Column::Note || important.contains(column) || others.contains(column);
    Column::all().into_iter().filter(is_there).collect()
}

/// The name and those of the chosen ones for which there is room, without the rest from the first that does not fit;
/// and how much room is left.
fn fitting(width: u16, name: u16, chosen: &[Column]) -> (Vec<Column>, u16) {
    let mut left = width.saturating_sub(name + GAP);
    let mut fitting = vec![Column::Name];
    for column in chosen.iter().filter(|column| !matches!(column, Column::Name | Column::Note)) {
        let needs = column_width(*column, name) + GAP;
        if needs > left + GAP {
            break;
        }
        left = left.saturating_sub(needs);
        fitting.push(*column);
    }
    (fitting, left)
}

fn is_metric(column: Column) -> bool {
    matches!(column, Column::Metric(_))
}

/// Where a column stands.
fn place(column: Column) -> usize {
    // The name is none of those that can be chosen: it comes first.
    Column::all().iter().position(|other| *other == column).map_or(0, |at| at + 1)
}

fn is_known(cluster: &ClusterState, metric: Metric) -> bool {
    cluster.history.cluster.get(&metric).is_some_and(|series| !series.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixtures::Fixture;

    fn at(width: u16) -> Columns {
        Columns::of(width, 8, &Fixture::new(3).build().clusters.remove(0), None)
    }

    fn chosen(width: u16, chosen: &[Column]) -> Vec<&'static str> {
        let cluster = Fixture::new(3).build().clusters.remove(0);
        Columns::of(width, 8, &cluster, Some(chosen)).all.iter().map(|(column, _)| column.head()).collect()
    }

    #[test]
    fn the_chosen_columns_stand_as_they_were_chosen_and_the_last_are_left_out_first() {
        let wanted = [Column::Price, Column::Note, Column::Metric(Metric::Cpu), Column::State, Column::Role];
        assert_eq!(chosen(80, &wanted), ["DROPLET", "$/MO", "CPU", "STATE", "ROLE", "NOTE"]);
        assert_eq!(chosen(42, &wanted), ["DROPLET", "$/MO", "CPU", "STATE", "ROLE"]);
        assert_eq!(chosen(35, &wanted), ["DROPLET", "$/MO", "CPU", "STATE"]);
        assert_eq!(chosen(30, &wanted), ["DROPLET", "$/MO", "CPU"], "ROLE would fit, and is behind STATE");
        assert_eq!(chosen(80, &[Column::Name]), ["DROPLET"]);
    }

    #[test]
    fn who_chooses_begins_with_what_is_shown() {
        let cluster = Fixture::new(3).build().clusters.remove(0);
        for width in [58, 78, 118, 198, 300] {
            let shown = at(width);
            let begun = begun(&shown.choosable(), &cluster);
            assert_eq!(Columns::of(width, 8, &cluster, Some(&begun)), shown, "{width}: pictures as well");
        }
        let before_the_first_frame = begun(&[], &cluster);
        assert_eq!(before_the_first_frame, at(300).choosable());
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
