//! The table of droplets as it is shown: its columns, filtered and sorted; and all facts of a single droplet.

use serde_json::{Map, Value, json};

use super::records::{Records, text, with_unit};
use crate::cluster::DropletId;
use crate::column::Column;
use crate::tui::view::Columns;
use crate::tui::{Row, Table, rows};
use crate::worker::ClusterState;

/// A table so wide that it has every column.
const WIDE: u16 = 1000;

/// The table.
pub fn table(cluster: &ClusterState, table: &Table) -> Records {
    let columns = columns(cluster, table);
    let heads = std::iter::once("id".to_owned()).chain(columns.iter().map(|column| head(*column)));
    let row = |row: &Row| {
        let values = columns.iter().map(|column| value(row, *column));
        std::iter::once(json!(row.droplet.id)).chain(values).collect()
    };
    Records::new(heads.collect(), rows(cluster, table).iter().map(row).collect())
}

/// A droplet, as long as it is there.
pub fn find(cluster: &ClusterState, id: DropletId) -> Option<Row<'_>> {
    rows(cluster, &Table::default()).into_iter().find(|row| row.droplet.id == id)
}

/// What is known of a droplet beside its metrics.
pub fn facts(cluster: &ClusterState, row: &Row) -> Map<String, Value> {
    let droplet = row.droplet;
    let size = &droplet.size;
    let addresses = |public| droplet.addresses.iter().filter(move |a| a.public == public).map(|a| text(&a.ip));
    let texts = |all: &[String]| all.iter().map(|one| text(one)).collect::<Value>();
    let facts = [
        ("id", json!(droplet.id)),
        ("name", value(row, Column::Name)),
        ("role", value(row, Column::Role)),
        ("state", value(row, Column::State)),
        ("balancer", value(row, Column::Balancer)),
        ("protected", json!(droplet.is_protected(&cluster.spec))),
        ("locked", json!(droplet.locked)),
        ("last_sample_at", json!(row.member.and_then(|member| member.last_sample))),
        ("size", text(&size.slug)),
        ("vcpus", json!(size.vcpus)),
        ("memory_mib", json!(size.memory_mib)),
        ("disk_gib", json!(size.disk_gib)),
        ("dollars_an_hour", json!(size.price.map(|price| price.hourly))),
        ("dollars_a_month", value(row, Column::Price)),
        ("created_at", value(row, Column::Age)),
        ("region", text(&droplet.region)),
        ("image", json!(droplet.image.as_ref().map(|image| text(&image.name)))),
        ("image_id", json!(droplet.image.as_ref().map(|image| image.id))),
        ("public_addresses", addresses(true).collect()),
        ("private_addresses", addresses(false).collect()),
        ("vpc", json!(droplet.vpc.as_deref().map(text))),
        ("tags", texts(&droplet.tags)),
        ("features", texts(&droplet.features)),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The columns of the table after the name's own id; a note is words for people and no value.
fn columns(cluster: &ClusterState, table: &Table) -> Vec<Column> {
    let columns = Columns::of(WIDE, 36, cluster, table.columns.as_deref()).all;
    columns.into_iter().map(|(column, _)| column).filter(|column| *column != Column::Note).collect()
}

fn head(column: Column) -> String {
    match column {
        Column::Age => "created_at".to_owned(),
        Column::Price => "dollars_a_month".to_owned(),
        Column::Metric(metric) => with_unit(metric.key(), metric),
        other => other.key().to_owned(),
    }
}

fn value(row: &Row, column: Column) -> Value {
    match column {
        Column::Name => text(&row.droplet.name),
        Column::Role => json!(row.role().word()),
        Column::State => json!(row.state()),
        Column::Balancer => json!(row.balancer()),
        Column::Metric(metric) => json!(row.member.and_then(|m| m.readings.get(&metric)).map(|reading| reading.value)),
        Column::Age => json!(row.droplet.created_at),
        Column::Price => json!(row.droplet.size.price.map(|price| price.monthly)),
        Column::Note => Value::Null,
    }
}
