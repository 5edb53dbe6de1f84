//! Findings that differ only by the droplet are told as one.

use super::{Finding, FindingKind, Level, Several};
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

    /// Whether it is of one alone.
    #[must_use]
    pub fn is_of_one(&self) -> bool {
        self.0.len() == 1
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &FindingKind {
        &self.0[0].kind
    }

    fn several(&self) -> Option<Several> {
        self.0[0].several
    }

    /// `12 droplets send no metrics: web146, web147 … web299; install the metrics agent (monitoring) on them`.
    #[must_use]
    pub fn text(&self, name: impl Fn(DropletId) -> String) -> String {
        match self.of_several() {
            None => self.0[0].text.clone(),
            Some(Several { advice: "", .. }) => self.what(name),
            Some(Several { advice, .. }) => format!("{}; {advice}", self.what(name)),
        }
    }

    /// The same without what to do.
    #[must_use]
    pub fn what(&self, name: impl Fn(DropletId) -> String) -> String {
        let Some(Several { what, .. }) = self.of_several() else { return self.0[0].what().to_owned() };
        let droplets: Vec<DropletId> = self.0.iter().filter_map(|finding| finding.droplet).collect();
        format!("{} droplets {what}: {}", self.0.len(), first_and_last(&droplets, name))
    }

    /// How it is told, if it is of more than one.
    fn of_several(&self) -> Option<Several> {
        self.several().filter(|_| self.0.len() > 1)
    }

    /// What it costs a month, where anything is known of that; and whether that is a lower bound.
    #[must_use]
    pub fn monthly(&self) -> Option<(f64, bool)> {
        let costs: Vec<f64> = self.0.iter().filter_map(|finding| finding.monthly).collect();
        (!costs.is_empty()).then(|| (costs.iter().sum(), costs.len() < self.0.len()))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn only_those_that_are_named_are_looked_up() {
        let silent = |number| Finding {
            level: Level::Warning,
            kind: FindingKind::Silent,
            text: String::new(),
            droplet: Some(DropletId(number)),
            is_wasted: false,
            monthly: None,
            offers_removal: false,
            several: Some(Several { what: "send no metrics", advice: "" }),
        };
        let findings: Vec<Finding> = (1..=1000).map(silent).collect();
        let looked_up = RefCell::new(Vec::new());
        let text = alike(&findings)[0].text(|id| {
            looked_up.borrow_mut().push(id.0);
            format!("web{id}")
        });
        assert_eq!(text, "1000 droplets send no metrics: web1, web2 … web1000");
        assert_eq!(looked_up.into_inner(), [1, 2, 1000], "a name is looked for among all droplets, in each frame");
    }
}
