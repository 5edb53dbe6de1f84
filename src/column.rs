//! The columns of the table of droplets: what they are called in the configuration, on the screen and in a file. The
//! configuration and the interface both choose among them.

use crate::cluster::{Metric, Scope};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The droplet's name; always the first.
    Name,
    /// Base, clone or guest.
    Role,
    /// What it is doing.
    State,
    /// What the load balancer says of it.
    Balancer,
    /// The value of a metric of droplets.
    Metric(Metric),
    /// How long it has been there.
    Age,
    /// What it costs a month.
    Price,
    /// What else one should know; always the last, in what room is left.
    Note,
}

impl Column {
    /// Those that can be chosen, in their usual order; the name is always there.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let metrics = Metric::ALL.into_iter().filter(|metric| metric.scope() == Scope::Droplet).map(Self::Metric);
        let before = [Self::Role, Self::State, Self::Balancer];
        before.into_iter().chain(metrics).chain([Self::Age, Self::Price, Self::Note]).collect()
    }

    /// What it is called where people write about it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Role => "role",
            Self::State => "state",
            Self::Balancer => "balancer",
            Self::Metric(metric) => metric.key(),
            Self::Age => "age",
            Self::Price => "price",
            Self::Note => "note",
        }
    }

    /// The one that is called so; the name is one of them, for it may be listed.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::all().into_iter().chain([Self::Name]).find(|column| column.key() == key)
    }

    /// The column's head.
    #[must_use]
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

    /// What stands in it, for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Name => "the droplet",
            Self::Role => "base, clone or guest",
            Self::State => "what it is doing",
            Self::Balancer => "in or out, and whether it is healthy",
            Self::Metric(metric) => metric.title(),
            Self::Age => "how long it has been there",
            Self::Price => "what it costs a month",
            Self::Note => "what else one should know",
        }
    }

    /// Whether what stands in it is a number, at its right end.
    #[must_use]
    pub fn is_number(self) -> bool {
        matches!(self, Self::Metric(_) | Self::Age | Self::Price)
    }
}

/// Puts a column among the chosen ones, before the first that usually stands behind it, or takes it away.
pub fn toggle(chosen: &mut Vec<Column>, column: Column) {
    if chosen.contains(&column) {
        chosen.retain(|other| *other != column);
        return;
    }
    let all = Column::all();
    let usual = |column: &Column| all.iter().position(|other| other == column);
    let at = chosen.iter().position(|other| usual(other) > usual(&column)).unwrap_or(chosen.len());
    chosen.insert(at, column);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_its_own_name() {
        for column in Column::all() {
            assert_eq!(Column::from_key(column.key()), Some(column));
        }
        assert_eq!(Column::from_key("name"), Some(Column::Name));
        assert_eq!(Column::from_key("requests"), None, "it is not a droplet's");
    }

    #[test]
    fn a_column_comes_to_its_usual_place_and_the_order_of_the_others_stays() {
        let mut chosen = vec![Column::Price, Column::Role];
        toggle(&mut chosen, Column::Age);
        assert_eq!(chosen, [Column::Age, Column::Price, Column::Role]);
        toggle(&mut chosen, Column::Note);
        toggle(&mut chosen, Column::Price);
        assert_eq!(chosen, [Column::Age, Column::Role, Column::Note]);
    }
}
