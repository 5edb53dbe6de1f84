//! Findings that differ only by the droplet are told as one.

use super::{Finding, Level, Several};
use crate::cluster::{DropletId, first_and_last};

/// One finding, or several that are alike.
#[derive(Debug)]
pub struct Alike<'a>(Vec<&'a Finding>);

/// The findings, those that are alike together, where the first of them stands.
#[must_use]
pub fn alike<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Alike<'a>> {
    let mut groups: Vec<Alike> = Vec::new();
    for finding in findings {
        let is_like = |group: &&mut Alike| {
            finding.several.is_some() && group.several() == finding.several && group.level() == finding.level
        };
        match groups.iter_mut().find(is_like) {
            Some(group) => group.0.push(finding),
            None => groups.push(Alike(vec![finding])),
        }
    }
    groups
}

impl Alike<'_> {
    /// How much it matters.
    #[must_use]
    pub fn level(&self) -> Level {
        self.0[0].level
    }

    fn several(&self) -> Option<Several> {
        self.0[0].several
    }

    /// `12 droplets send no metrics: web146, web147 … web299; install the metrics agent (monitoring) on them`.
    #[must_use]
    pub fn text(&self, name: impl Fn(DropletId) -> String) -> String {
        match (self.0.as_slice(), self.several()) {
            ([_, _, ..], Some(Several { what, advice })) => {
                let names: Vec<String> = self.0.iter().filter_map(|finding| finding.droplet).map(name).collect();
                let separator = if advice.is_empty() { "" } else { "; " };
                format!("{} droplets {what}: {}{separator}{advice}", self.0.len(), first_and_last(&names))
            }
            _ => self.0[0].text.clone(),
        }
    }

    /// What it costs a month, where anything is known of that; and whether that is a lower bound.
    #[must_use]
    pub fn monthly(&self) -> Option<(f64, bool)> {
        let costs: Vec<f64> = self.0.iter().filter_map(|finding| finding.monthly).collect();
        (!costs.is_empty()).then(|| (costs.iter().sum(), costs.len() < self.0.len()))
    }
}
