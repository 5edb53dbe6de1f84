//! The table of droplets. Only the rows that are visible are computed, whatever the cluster's size.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::columns::{Columns, value_width};
use super::sheet::{Cut, Sheet, width};
use super::spark::Window;
use super::{Scene, Scrolled, header, metrics, spark, value, words};
use crate::cluster::{DropletId, DropletStatus, Health, Metric, Role, elapsed};
use crate::column::Column;
use crate::tui::{Row, SortBy, Table, Target, newest, rows};
use crate::worker::ClusterState;

/// What all rows need and is found once.
struct Look<'a> {
    scene: &'a Scene<'a>,
    cluster: &'a ClusterState,
    window: Window,
    /// The clone made last: the one that scaling down removes.
    newest: Option<DropletId>,
}

/// Draws the table with its heading.
pub fn draw(sheet: &mut Sheet, mut at: Rect, scene: &Scene, cluster: &ClusterState) -> Scrolled {
    let Some(seen) = &cluster.observation else {
        sheet.heading(at, "DROPLETS", "");
        return Scrolled::default();
    };
    let table = &scene.ui.table;
    let all = rows(cluster, table);
    let total = seen.members.len() + seen.leaving.len();
    let spacious = usize::from(at.height) >= (total + 2).min(6);
    let heading = if spacious { at.take_top(1) } else { Rect { height: 0, ..at } };
    let heads = at.take_top(1);
    let height = usize::from(at.height);
    let selected = all.iter().position(|row| Some(row.droplet.id) == table.selected);
    let drawn = super::scrolled(table.offset, selected, height, all.len());
    let shown = &all[drawn.offset..(drawn.offset + height).min(all.len())];
    // The names of all rows, so that the columns stand still while one scrolls.
    let name = all.iter().map(|row| width(&row.droplet.name)).max().unwrap_or(0);
    let columns = Columns::of(at.width, name, cluster, table.columns.as_deref());
    sheet.note_columns(columns.choosable());
    let matching = if table.filter.is_empty() { String::new() } else { format!("{} of {total} match", all.len()) };
    let seen_ago = header::stale_for(scene, cluster).map(|age| format!("seen {}", words::ago(age))).unwrap_or_default();
    let position = super::position(drawn, all.len());
    // Where there is no heading, how many rows are out of sight stands in place of the first heads.
    let lead = match heading.height {
        0 if !position.is_empty() && !matching.is_empty() => format!("{position} match"),
        0 => format!("{}{matching}", more(drawn, all.len())),
        _ => String::new(),
    };
    let notes = [matching, position, order(table, &columns, || Columns::of(at.width, name, cluster, None)), seen_ago];
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    sheet.heading(heading, "DROPLETS", &notes.join(", "));
    draw_heads(sheet, heads, scene, &columns, &lead);
    if all.is_empty() {
        let style = if table.filter.is_empty() { scene.theme.attention } else { scene.theme.text };
        sheet.text(at, empty(cluster, &table.filter).as_str(), style);
    }
    let newest = newest(cluster);
    let look = Look { scene, cluster, window: metrics::window(scene, cluster), newest };
    for row in shown {
        let place = at.take_top(1);
        look.row(sheet, place, &columns, row);
        sheet.target(place, Target::Droplet(row.droplet.id));
        if Some(row.droplet.id) == table.selected {
            // The name alone: reversed, the pictures could not be read. The arrow stands in the margin.
            let name = Rect { width: columns.name().min(place.width), ..place };
            sheet.restyle(name, scene.theme.selected);
            sheet.glyph(place.x.saturating_sub(1), place.y, '▶', scene.theme.strong);
        }
    }
    drawn
}

/// By what the rows are sorted, where no head of a column can tell it. That the base comes first needs no word, unless
/// the head that says so was hidden.
fn order(table: &Table, columns: &Columns, by_itself: impl FnOnce() -> Columns) -> String {
    let column = table.sort.column();
    if columns.has(column) {
        return String::new();
    }
    let is_usual = table.sort == SortBy::Role && !table.descending && !by_itself().has(Column::Role);
    if is_usual { String::new() } else { format!("by {}{}", column.head(), arrow(table)) }
}

/// How many rows are out of sight, and on which side; nothing when none are.
fn more(drawn: Scrolled, all: usize) -> String {
    match (drawn.offset, all.saturating_sub(drawn.offset + drawn.rows)) {
        (0, 0) => String::new(),
        (0, below) => format!("▼ {below} more"),
        (above, 0) => format!("▲ {above} more"),
        (above, below) => format!("▲ {above} ▼ {below}"),
    }
}

/// Which way the rows are sorted.
fn arrow(table: &Table) -> char {
    if table.descending { '▼' } else { '▲' }
}

/// What to say when there is no row.
fn empty(cluster: &ClusterState, filter: &str) -> String {
    if filter.is_empty() {
        format!("no droplet carries the tag {:?}: tag the base droplet with it", cluster.spec.tag)
    } else {
        format!("no droplet matches {filter:?}")
    }
}

/// The heads of the columns, those that the lead leaves room for.
fn draw_heads(sheet: &mut Sheet, at: Rect, scene: &Scene, columns: &Columns, lead: &str) {
    let table = &scene.ui.table;
    let begin = at.x + sheet.text(at, lead, scene.theme.strong) + u16::from(!lead.is_empty());
    for (column, place) in columns.places(at) {
        if place.x < begin && !lead.is_empty() {
            continue;
        }
        if let Some(sort) = SortBy::of(column) {
            sheet.target(place, Target::Head(sort));
        }
        // The head of a metric stands over its values, not over their picture.
        let wide = if let Column::Metric(metric) = column { value_width(metric) } else { place.width };
        let place = Rect { width: place.width.min(wide), ..place };
        let sorted = SortBy::of(column) == Some(table.sort);
        let style = if sorted { scene.theme.strong } else { scene.theme.faint };
        let head = if sorted { format!("{}{}", column.head(), arrow(table)) } else { column.head().to_owned() };
        if column.is_number() {
            sheet.right(place, &head, style);
        } else {
            sheet.text(place, &head, style);
        }
    }
}

impl Look<'_> {
    fn row(&self, sheet: &mut Sheet, at: Rect, columns: &Columns, row: &Row) {
        let theme = self.scene.theme;
        for (column, place) in columns.places(at) {
            match column {
                Column::Name => {
                    sheet.text(place, &row.droplet.name, theme.text);
                }
                Column::Role => {
                    let (word, style) = self.role(row);
                    sheet.text(place, word, style);
                }
                Column::State => {
                    let (symbol, style) = state_mark(self.scene, row);
                    let style = self.of_the_past(style);
                    sheet.glyph(place.x, place.y, symbol, style);
                    let word = row.state();
                    let mut place = place;
                    place.take_left(2);
                    sheet.text(place, &word, if symbol == '●' { self.of_the_past(theme.text) } else { style });
                }
                Column::Balancer => {
                    let (word, style) = self.balancer(row);
                    sheet.text(place, word, self.of_the_past(style));
                }
                Column::Metric(metric) => self.metric(sheet, place, row, metric, columns.spark),
                Column::Age => {
                    let age = words::age(elapsed(row.droplet.created_at, self.scene.now));
                    sheet.right(place, &age, theme.text);
                }
                Column::Price => match row.droplet.size.price {
                    Some(price) => sheet.right(place, &words::short_dollars(price.monthly), theme.text),
                    None => sheet.right(place, words::UNKNOWN, theme.faint),
                },
                Column::Note => {
                    let (note, style) = self.note(row);
                    sheet.text(place, &note, style);
                }
            }
        }
    }

    /// What was seen longer ago than it should be stands out no more.
    fn of_the_past(&self, style: Style) -> Style {
        if header::is_stale(self.scene, self.cluster) { self.scene.theme.faint } else { style }
    }

    fn role(&self, row: &Row) -> (&'static str, Style) {
        let theme = self.scene.theme;
        let style = match row.role() {
            Role::Base => theme.strong,
            Role::Clone if self.newest != Some(row.droplet.id) => theme.faint,
            Role::Clone | Role::Guest => theme.text,
        };
        (row.role_word(self.newest), style)
    }

    /// Whether the load balancer has it, and what its health check says.
    fn balancer(&self, row: &Row) -> (&'static str, Style) {
        let theme = self.scene.theme;
        let style = match row.member {
            Some(member) if member.attached && member.health == Health::Unhealthy => theme.bad,
            Some(member) if member.attached => theme.text,
            // What comes is not in yet, and what goes no longer.
            _ if row.is_arriving() || row.is_leaving() => theme.text,
            _ => theme.attention,
        };
        (row.balancer(), style)
    }

    fn metric(&self, sheet: &mut Sheet, mut at: Rect, row: &Row, metric: Metric, spark_width: u16) {
        let bounds = metrics::bounds(self.cluster, metric);
        let place = at.take_left(value_width(metric));
        let shown = value::at_present(self.scene, self.cluster, row.metric(metric, self.cluster));
        value::draw(sheet, place, shown, bounds, self.scene.theme.text);
        if spark_width > 0 {
            at.take_left(1);
            let series = self.cluster.history.droplets.get(&row.droplet.id).and_then(|all| all.get(&metric));
            spark::draw(sheet, at, series, shown.map(|shown| shown.value), self.window, bounds);
        }
    }

    /// What else one should know of this droplet.
    fn note(&self, row: &Row) -> (String, Style) {
        let theme = self.scene.theme;
        // That one is silent which is off follows from that.
        let member = row.member.filter(|member| member.droplet.status == DropletStatus::Active);
        let silent = member.and_then(|m| m.last_sample).map(|at| elapsed(at, self.window.end));
        let findings = &self.cluster.findings;
        let finding = findings.iter().find(|finding| finding.droplet == Some(row.droplet.id));
        // The row has the name already.
        let finding = finding.map(|f| f.text.strip_prefix(&row.droplet.name).unwrap_or(&f.text).trim_start());
        if let Some(age) = silent.filter(|age| *age > self.cluster.spec.timing.metrics_silent) {
            (format!("silent for {}", words::age(age)), theme.attention)
        } else if let Some(finding) = finding {
            (finding.to_owned(), theme.attention)
        } else if row.is_arriving() {
            ("being made".to_owned(), theme.faint)
        } else if row.is_leaving() {
            ("being removed".to_owned(), theme.faint)
        } else if row.droplet.is_protected(&self.cluster.spec) {
            ("protected".to_owned(), theme.faint)
        } else if self.newest == Some(row.droplet.id) {
            ("the next to go".to_owned(), theme.faint)
        } else if row.droplet.locked {
            ("locked by an action".to_owned(), theme.faint)
        } else {
            (String::new(), theme.text)
        }
    }
}

/// The symbol and the style of a droplet's state: the word stands beside it.
pub fn state_mark(scene: &Scene, row: &Row) -> (char, Style) {
    let theme = scene.theme;
    if row.is_leaving() {
        return ('−', theme.strong);
    }
    if row.is_arriving() {
        return ('+', theme.strong);
    }
    match row.droplet.status {
        DropletStatus::Active => ('●', theme.good),
        DropletStatus::New => ('○', theme.strong),
        DropletStatus::Off | DropletStatus::Archive => ('✗', theme.bad),
        DropletStatus::Unknown => ('?', theme.attention),
    }
}
