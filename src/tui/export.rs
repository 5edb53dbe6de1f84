//! What is shown as a file: the table, with the columns that are shown, as CSV or JSON, or all that is known of the
//! cluster as JSON. An existing file is never touched, and nobody else may read the new one.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::view::Columns;
use super::{Format, Row, Table, rows};
use crate::cluster::Member;
use crate::column::Column;
use crate::worker::ClusterState;

/// How many names are tried when files are there already.
const NAMES: u32 = 100;

/// A table so wide that it has every column.
const WIDE: u16 = 1000;

/// The file's text.
pub fn render(format: Format, cluster: &ClusterState, table: &Table) -> String {
    match format {
        Format::Csv => csv(cluster, table),
        Format::Json => format!("{:#}\n", json_rows(cluster, table)),
        Format::Everything => format!("{:#}\n", document(cluster)),
    }
}

/// Writes a new file and tells where it is, or what to do.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 1..=NAMES {
        let name = if number == 1 { name.to_owned() } else { format!("{stem}-{number}.{extension}") };
        let path = folder.join(name);
        match options.open(&path) {
            Ok(mut file) => {
                return match file.write_all(text.as_bytes()) {
                    Ok(()) => Ok(path),
                    Err(error) => {
                        // Half a file would be taken for a whole one.
                        let _ = fs::remove_file(&path);
                        Err(advice(&path, &error))
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(advice(&path, &error)),
        }
    }
    Err(format!("{name} and {NAMES} more names are taken in {}: remove some of these files", folder.display()))
}

fn advice(path: &Path, error: &io::Error) -> String {
    let what = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk",
        _ => "start dropscale in a folder that you may write to",
    };
    format!("{} was not written ({error}): {what}", path.display())
}

/// The columns of the table after the name's own id; a note is words for people and no value.
fn columns(cluster: &ClusterState, table: &Table) -> Vec<Column> {
    let columns = Columns::of(WIDE, 36, cluster, table.columns.as_deref()).all;
    columns.into_iter().map(|(column, _)| column).filter(|column| *column != Column::Note).collect()
}

fn csv(cluster: &ClusterState, table: &Table) -> String {
    let columns = columns(cluster, table);
    let heads: Vec<&str> = columns.iter().map(|column| head(*column)).collect();
    let mut text = format!("id,{}\r\n", heads.join(","));
    for row in rows(cluster, table) {
        let cells: Vec<String> = columns.iter().map(|column| cell(&value(&row, *column))).collect();
        let _ = write!(text, "{},{}\r\n", row.droplet.id, cells.join(","));
    }
    text
}

/// One object a row, with the names that the columns have in the CSV.
fn json_rows(cluster: &ClusterState, table: &Table) -> Value {
    let columns = columns(cluster, table);
    let object = |row: &Row| {
        let cells = columns.iter().map(|column| (head(*column).to_owned(), value(row, *column)));
        std::iter::once(("id".to_owned(), json!(row.droplet.id))).chain(cells).collect::<Map<_, _>>()
    };
    rows(cluster, table).iter().map(object).collect()
}

fn head(column: Column) -> &'static str {
    match column {
        Column::Age => "created_at",
        Column::Price => "dollars_a_month",
        other => other.key(),
    }
}

/// What is not known is null, which is not zero.
fn value(row: &Row, column: Column) -> Value {
    match column {
        Column::Name => json!(super::text::clean(&row.droplet.name)),
        Column::Role => json!(row.role().word()),
        Column::State => json!(row.state()),
        Column::Balancer => json!(row.balancer()),
        Column::Metric(metric) => json!(row.member.and_then(|m| m.readings.get(&metric)).map(|reading| reading.value)),
        Column::Age => json!(row.droplet.created_at),
        Column::Price => json!(row.droplet.size.price.map(|price| price.monthly)),
        Column::Note => Value::Null,
    }
}

/// A value in a cell; empty when it is not known. A text that a spreadsheet would take for a formula gets an
/// apostrophe.
fn cell(value: &Value) -> String {
    let Value::String(text) = value else {
        return value.as_f64().map_or_else(String::new, |number| number.to_string());
    };
    let formula = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if formula.is_empty() && !text.contains([',', '"']) {
        return text.clone();
    }
    format!("\"{formula}{}\"", text.replace('"', "\"\""))
}

fn document(cluster: &ClusterState) -> Value {
    let seen = cluster.observation.as_deref();
    json!({
        "cluster": cluster.spec.name,
        "auto": cluster.auto,
        "at": seen.map(|seen| seen.at),
        "load_balancer": seen.and_then(|seen| seen.load_balancer.as_ref()).map(|balancer| &balancer.name),
        "cost": seen.map(crate::cluster::Observation::cost),
        "droplets": seen.map(|seen| seen.members.iter().map(member).collect::<Vec<_>>()),
        "leaving": seen.map(|seen| &seen.leaving),
        "problems": seen.map(|seen| &seen.problems),
        "decision": cluster.decision.as_deref(),
        "operation": cluster.operation.as_deref(),
        "findings": *cluster.findings,
        "events": *cluster.events,
    })
}

fn member(member: &Member) -> Value {
    let readings = member
        .readings
        .iter()
        .map(|(metric, reading)| (metric.key().to_owned(), json!({ "value": reading.value, "at": reading.at })));
    json!({
        "droplet": member.droplet,
        "role": member.role,
        "attached": member.attached,
        "health": member.health,
        "serves": member.serves(),
        "metrics": readings.collect::<Map<_, _>>(),
        "last_sample": member.last_sample,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Metric;
    use crate::tui::SortBy;
    use crate::tui::fixtures::Fixture;

    #[test]
    fn the_csv_is_the_table_as_it_is_shown() {
        let cluster = Fixture::new(4).build().clusters.remove(0);
        let table = Table { filter: "clone".to_owned(), sort: SortBy::Name, descending: true, ..Table::default() };
        let text = render(Format::Csv, &cluster, &table);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("id,name,role,state,balancer,load,cpu,free_memory"), "{}", lines[0]);
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with("1003,web003,clone,active,healthy,0."), "{}", lines[1]);
    }

    #[test]
    fn a_file_has_the_chosen_columns() {
        let cluster = Fixture::new(2).build().clusters.remove(0);
        let columns = Some(vec![Column::Price, Column::Note, Column::Role]);
        let table = Table { columns, ..Table::default() };
        let text = render(Format::Csv, &cluster, &table);
        assert!(text.starts_with("id,name,dollars_a_month,role\r\n1000,web-base,6,base\r\n"), "{text}");
        let rows: Value = serde_json::from_str(&render(Format::Json, &cluster, &table)).unwrap();
        assert_eq!(rows[0], json!({ "id": 1000, "name": "web-base", "dollars_a_month": 6.0, "role": "base" }));
        assert_eq!(rows.as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn what_is_not_known_is_an_empty_cell_or_null() {
        let mut cluster = Fixture::new(1).build().clusters.remove(0);
        let mut seen = (**cluster.observation.as_ref().unwrap()).clone();
        seen.members[0].readings.remove(&Metric::Load);
        seen.members[0].droplet.name = "=HYPERLINK(\"x\"),\u{1b}y".to_owned();
        cluster.observation = Some(std::sync::Arc::new(seen));
        let text = render(Format::Csv, &cluster, &Table::default());
        let row = text.lines().nth(1).unwrap();
        let rows: Value = serde_json::from_str(&render(Format::Json, &cluster, &Table::default())).unwrap();
        assert_eq!((&rows[0]["load"], &rows[0]["name"]), (&Value::Null, &json!("=HYPERLINK(\"x\"),y")));
        assert!(row.starts_with("1000,\"'=HYPERLINK(\"\"x\"\"),y\",base,active,healthy,,"), "{row}");
    }

    #[test]
    fn everything_is_all_that_is_known() {
        for state in [Fixture::new(3).findings().scaling_up().build(), Fixture::new(1).starting().build()] {
            let text = render(Format::Everything, &state.clusters[0], &Table::default());
            let value: Value = serde_json::from_str(&text).unwrap();
            for key in ["cluster", "droplets", "decision", "events", "findings", "operation"] {
                assert!(value.get(key).is_some(), "{key}");
            }
            let seen = state.clusters[0].observation.as_ref();
            assert_eq!(value["droplets"].as_array().map(Vec::len), seen.map(|seen| seen.members.len()));
        }
    }

    #[test]
    fn a_file_is_never_written_over_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let first = write(folder.path(), "x.csv", "one").unwrap();
        let second = write(folder.path(), "x.csv", "two").unwrap();
        assert_eq!(second.file_name().unwrap(), "x-2.csv");
        assert_eq!(fs::read_to_string(&first).unwrap(), "one");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&first).unwrap().permissions()) & 0o777,
            0o600
        );
        let told = write(&folder.path().join("nowhere"), "x.csv", "").unwrap_err();
        assert!(told.contains("x.csv was not written") && told.contains("may write to"), "{told}");
    }
}
