//! The rows of the table of droplets, filtered and sorted. Drawing and the handling of keys both go by them, so
//! that the selection moves along what is seen.

use std::cmp::Ordering;

use crate::cluster::{ClusterSpec, Droplet, DropletId, DropletStatus, Health, Member, Metric, Role, Scope};
use crate::worker::ClusterState;

use super::{Shown, SortBy, Table};

/// The word for the clone made last, in place of its role.
const NEWEST: &str = "newest";

/// A row.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The droplet.
    pub droplet: &'a Droplet,
    /// What is known of it as a member; `None` when it has already given up the cluster's tag to leave.
    pub member: Option<&'a Member>,
}

/// The droplets to be shown, in order; none before the first look.
#[must_use]
pub fn rows<'a>(cluster: &'a ClusterState, table: &Table) -> Vec<Row<'a>> {
    let Some(seen) = &cluster.observation else { return Vec::new() };
    let members = seen.members.iter().map(Row::of);
    let leaving = seen.leaving.iter().map(|droplet| Row { droplet, member: None });
    let wanted = table.filter.trim().to_lowercase();
    // It goes through all droplets, in each frame: only where its word may be meant.
    let may_be_meant = !wanted.is_empty() && NEWEST.contains(&wanted);
    let newest = may_be_meant.then(|| newest(cluster)).flatten();
    let matches = |row: &Row| row.matches(&wanted, newest, &cluster.spec);
    let mut rows: Vec<Row> = members.chain(leaving).filter(matches).collect();
    match table.sort {
        SortBy::Role if table.descending => rows.reverse(),
        SortBy::Role => {}
        sort @ (SortBy::Metric(_) | SortBy::Price) => return by_number(rows, cluster, sort, table.descending),
        sort => rows.sort_by(|a, b| compare(a, b, sort, table.descending)),
    }
    rows
}

/// The clone made last: the one that scaling down removes.
#[must_use]
pub fn newest(cluster: &ClusterState) -> Option<DropletId> {
    let seen = cluster.observation.as_ref()?;
    seen.newest_clone(&cluster.spec).map(|member| member.droplet.id)
}

/// Each value is looked up once and not for each comparison: there are thousands of rows, in each frame. What is not
/// known stands last, whichever way the rest goes.
fn by_number<'a>(rows: Vec<Row<'a>>, cluster: &ClusterState, sort: SortBy, descending: bool) -> Vec<Row<'a>> {
    let mut valued: Vec<(Option<f64>, Row)> = rows.into_iter().map(|row| (row.number(cluster, sort), row)).collect();
    valued.sort_by(|(x, _), (y, _)| match (x, y) {
        (Some(x), Some(y)) => turned(x.total_cmp(y), descending),
        _ => x.is_none().cmp(&y.is_none()),
    });
    valued.into_iter().map(|(_, row)| row).collect()
}

fn turned(order: Ordering, descending: bool) -> Ordering {
    if descending { order.reverse() } else { order }
}

/// The columns by which the table can be sorted now: those of metrics only when a droplet has a value.
pub fn sort_columns(cluster: &ClusterState) -> impl Iterator<Item = SortBy> {
    let has = |metric: &Metric| {
        let Some(seen) = &cluster.observation else { return false };
        seen.members.iter().any(|member| Row::of(member).metric(*metric, cluster).is_some())
    };
    let metrics = Metric::ALL.into_iter().filter(|m| m.scope() == Scope::Droplet).filter(has).map(SortBy::Metric);
    [SortBy::Role, SortBy::Name, SortBy::Status, SortBy::Balancer]
        .into_iter()
        .chain(metrics.collect::<Vec<_>>())
        .chain([SortBy::Age, SortBy::Price])
}

impl<'a> Row<'a> {
    fn of(member: &'a Member) -> Self {
        Self { droplet: &member.droplet, member: Some(member) }
    }

    /// Its role; one that is leaving is a clone.
    #[must_use]
    pub fn role(&self) -> Role {
        self.member.map_or(Role::Clone, |member| member.role)
    }

    /// Its role in one word as the column has it: of the clones one is the newest.
    #[must_use]
    pub fn role_word(&self, newest: Option<DropletId>) -> &'static str {
        let is_newest = self.role() == Role::Clone && newest == Some(self.droplet.id);
        if is_newest { NEWEST } else { self.role().word() }
    }

    /// Whether an operation brings it in.
    #[must_use]
    pub fn is_arriving(&self) -> bool {
        self.member.is_some_and(Member::is_arriving)
    }

    /// Whether an operation removes it: also when it has given up the cluster's tag for that.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.member.is_none_or(Member::is_leaving)
    }

    /// What it is doing, in one word: `arriving` and `leaving` before the API's own status.
    #[must_use]
    pub fn state(&self) -> String {
        if self.is_leaving() {
            "leaving".to_owned()
        } else if self.is_arriving() {
            "arriving".to_owned()
        } else {
            self.droplet.status.to_string()
        }
    }

    /// Whether the load balancer has it, and what its health check says, in one word.
    #[must_use]
    pub fn balancer(&self) -> &'static str {
        match self.member.filter(|member| member.attached).map(Member::health_now) {
            Some(Health::Healthy) => "healthy",
            Some(Health::Unhealthy) => "unhealthy",
            Some(Health::Unknown) => "in",
            None => "out",
        }
    }

    /// How well the load balancer has it: the worst is the least.
    fn standing(&self) -> u8 {
        match self.member.filter(|member| member.attached).map(Member::health_now) {
            Some(Health::Unhealthy) => 0,
            None => 1,
            Some(Health::Unknown) => 2,
            Some(Health::Healthy) => 3,
        }
    }

    /// Whether this text, in lower case, occurs in its name, state, role or a tag; or whether it is `newest`, the clone
    /// that the text may mean by that word.
    fn matches(&self, wanted: &str, newest: Option<DropletId>, spec: &ClusterSpec) -> bool {
        // The cluster's own tag is on each of them and tells nothing apart.
        let mut tags = self.droplet.tags.iter().filter(|tag| **tag != spec.tag);
        wanted.is_empty()
            || self.droplet.name.to_lowercase().contains(wanted)
            || self.state().contains(wanted)
            || self.role().word().contains(wanted)
            || newest == Some(self.droplet.id)
            || tags.any(|tag| tag.to_lowercase().contains(wanted))
    }

    /// The value of a metric.
    #[must_use]
    pub fn metric(&self, metric: Metric, cluster: &ClusterState) -> Option<Shown> {
        let reading = self.member?.readings.get(&metric);
        let series = || cluster.history.droplets.get(&self.droplet.id)?.get(&metric);
        // One that is off measures nothing: what it did before is of the past at once.
        let is_off = matches!(self.droplet.status, DropletStatus::Off | DropletStatus::Archive);
        let shown = Shown::of(reading, series(), cluster).filter(|_| !is_off)?;
        Some(Shown { counts: shown.counts && self.droplet.status == DropletStatus::Active, ..shown })
    }

    fn number(&self, cluster: &ClusterState, sort: SortBy) -> Option<f64> {
        match sort {
            SortBy::Metric(metric) => self.metric(metric, cluster).map(|shown| shown.value),
            SortBy::Price => self.droplet.size.price.map(|price| price.monthly),
            _ => None,
        }
    }
}

fn compare(a: &Row, b: &Row, sort: SortBy, descending: bool) -> Ordering {
    let turn = |order| turned(order, descending);
    match sort {
        SortBy::Role | SortBy::Metric(_) | SortBy::Price => Ordering::Equal,
        SortBy::Name => turn(a.droplet.name.cmp(&b.droplet.name)),
        SortBy::Status => turn(a.state().cmp(&b.state())),
        SortBy::Balancer => turn(a.standing().cmp(&b.standing())),
        SortBy::Age => turn(b.droplet.created_at.cmp(&a.droplet.created_at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fixtures::Fixture;
    use std::sync::Arc;

    fn names(cluster: &ClusterState, table: &Table) -> Vec<String> {
        rows(cluster, table).iter().map(|row| row.droplet.name.clone()).collect()
    }

    #[test]
    fn the_filter_looks_at_name_state_role_and_tags() {
        let cluster = Fixture::new(3).scaling_up().build().clusters.remove(0);
        let find = |filter: &str| names(&cluster, &Table { filter: filter.to_owned(), ..Table::default() });
        assert_eq!(find("").len(), 4);
        assert_eq!(find("WEB001"), ["web001"]);
        assert_eq!(find("base"), ["web-base"]);
        assert_eq!(find("clone").len(), 3);
        assert_eq!(find("Newest"), ["web003"], "as the column has it");
        assert_eq!(find("arriving"), ["web003"]);
        assert_eq!(find("dropscale:pending"), ["web003"]);
        assert!(find("nothing like it").is_empty());
    }

    #[test]
    fn the_tags_of_an_operation_say_nothing_of_what_is_no_clone() {
        for fixture in [Fixture::new(3).scaling_up(), Fixture::new(3).scaling_down()] {
            let mut cluster = fixture.build().clusters.remove(0);
            let moving = |cluster: &ClusterState| {
                rows(cluster, &Table::default()).iter().filter(|row| row.is_arriving() || row.is_leaving()).count()
            };
            assert_eq!(moving(&cluster), 1);
            let renamed = Arc::make_mut(cluster.observation.as_mut().unwrap()).members.last_mut().unwrap();
            renamed.role = Role::Guest;
            assert_eq!(moving(&cluster), 0);
            let last = rows(&cluster, &Table::default()).last().map(Row::state).unwrap();
            assert!(["new", "active"].contains(&last.as_str()), "nobody goes on with it: {last}");
        }
    }

    #[test]
    fn by_the_load_balancer_the_worst_stands_first() {
        let mut cluster = Fixture::new(4).build().clusters.remove(0);
        let mut seen = (**cluster.observation.as_ref().unwrap()).clone();
        seen.members[2].health = Health::Unhealthy;
        seen.members[3].attached = false;
        seen.members[0].health = Health::Unknown;
        cluster.observation = Some(Arc::new(seen));
        let table = |descending| Table { sort: SortBy::Balancer, descending, ..Table::default() };
        assert_eq!(names(&cluster, &table(false)), ["web002", "web003", "web-base", "web001"]);
        assert_eq!(names(&cluster, &table(true))[0], "web001");
        assert!(sort_columns(&cluster).any(|sort| sort == SortBy::Balancer));
    }

    #[test]
    fn what_is_not_known_stands_last_in_both_directions() {
        let mut cluster = Fixture::new(4).build().clusters.remove(0);
        let mut seen = (**cluster.observation.as_ref().unwrap()).clone();
        for (member, load) in seen.members.iter_mut().zip([Some(2.0), None, Some(1.0), Some(3.0)]) {
            match (load, member.readings.get_mut(&Metric::Load)) {
                (Some(load), Some(reading)) => reading.value = load,
                _ => drop(member.readings.remove(&Metric::Load)),
            }
        }
        Arc::make_mut(&mut cluster.history).droplets.remove(&seen.members[1].droplet.id);
        cluster.observation = Some(Arc::new(seen));
        let by_load = |descending| Table { sort: SortBy::Metric(Metric::Load), descending, ..Table::default() };
        assert_eq!(names(&cluster, &by_load(false)), ["web002", "web-base", "web003", "web001"]);
        assert_eq!(names(&cluster, &by_load(true)), ["web003", "web-base", "web002", "web001"]);
    }

    #[test]
    fn what_no_longer_counts_is_shown_until_it_is_stale() {
        let mut cluster = Fixture::new(2).build().clusters.remove(0);
        let mut seen = (**cluster.observation.as_ref().unwrap()).clone();
        seen.members.iter_mut().for_each(|member| member.readings.clear());
        let shown = |cluster: &ClusterState| rows(cluster, &Table::default())[0].metric(Metric::Load, cluster);
        cluster.observation = Some(Arc::new(seen.clone()));
        let last = shown(&cluster).unwrap();
        let series = &cluster.history.droplets[&seen.members[0].droplet.id][&Metric::Load];
        assert_eq!((last.value, last.counts), (series.last().unwrap().value, false));
        assert!(sort_columns(&cluster).any(|sort| sort == SortBy::Metric(Metric::Load)));
        seen.at += cluster.policy.stale_after + std::time::Duration::from_secs(600);
        cluster.observation = Some(Arc::new(seen));
        assert_eq!(shown(&cluster), None);
    }

    #[test]
    fn a_metric_that_nobody_has_is_no_column() {
        let cluster = Fixture::new(2).build_with(false).clusters.remove(0);
        assert!(sort_columns(&cluster).all(|sort| !matches!(sort, SortBy::Metric(_))));
        let cluster = Fixture::new(2).build().clusters.remove(0);
        assert!(sort_columns(&cluster).any(|sort| sort == SortBy::Metric(Metric::Cpu)));
    }
}
