//! `doctor`: what is not as it should be with the configuration, the token, the clock and the cluster, what it
//! costs, and what to do about it. With `--fix` it does what `auto` does before it scales, and nothing else.

use std::fmt::Write;

use serde::Serialize;
use serde_json::{Value, json};

use super::console::{Console, Ink, Style, safe};
use super::exit::{Exit, Failure};
use super::operation::{confirm, ending, reconcile};
use super::reach::Reach;
use super::session::Session;
use super::signals::Ends;
use super::text;
use crate::cli::{DoctorArgs, OutputFormat};
use crate::cloud::Cloud;
use crate::cluster::{DropletId, Observation, leaving_tag};
use crate::scaling::{
    Finding, Level, OperationState, Refusal, is_leaving_tag_left, left_behind, stray_tags, worn_out_tags,
};
use crate::worker::Look;

/// A local clock that is wrong by more than this is worth a warning.
const CLOCK_S: i64 = 30;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Check {
    /// Whether it is as it should be.
    level: Level,
    about: &'static str,
    text: String,
    /// Whether it is about a droplet that is paid for and serves nobody.
    is_wasted: bool,
    /// What that costs a month, where the price is known.
    monthly: Option<f64>,
    /// What `--fix` does about it; missing where only people can do something.
    fix: Option<Fix>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fix {
    /// The tag is deleted.
    DeleteTag,
    /// What was left is finished or undone.
    Recover,
}

impl Fix {
    fn describe(self) -> &'static str {
        match self {
            Self::DeleteTag => "--fix deletes it",
            Self::Recover => "--fix finishes or undoes it",
        }
    }
}

/// Checks everything, and repairs what was asked for.
pub async fn run(args: &DoctorArgs, session: &Session, console: Console) -> Result<Exit, Failure> {
    let mut control = session.control();
    let look = match control.look().await {
        Ok(look) => look,
        Err(error) => {
            // What is known by then is shown all the same.
            if console.format == OutputFormat::Text {
                console.print(&text(&of_the_program(session), console.style))?;
            }
            return Err(error.into());
        }
    };
    let checks = examine(session, &look).await;
    let is_fixable = checks.iter().any(|check| check.fix.is_some());
    if !args.fix || !is_fixable || session.dry_run {
        console.show(|| document(&checks, None), || text(&checks, console.style))?;
        return Ok(exit(&checks));
    }
    if session.config.read_only {
        return Err(Refusal::ReadOnly.into());
    }
    if console.format == OutputFormat::Text {
        console.print(&text(&checks, console.style))?;
    }
    confirm(args.yes, "Do what --fix does?", console)?;
    let mut ends = Ends::listen()?;
    let operation = reconcile(&mut control, &look, session, &mut ends, console).await?;
    session.settle(console);
    let look = control.look().await?;
    let left = examine(session, &look).await;
    let after = || {
        let ended = operation.as_ref().map_or_else(String::new, |operation| ending(operation, console.style));
        format!("\n{ended}After that:\n{}", text(&left, console.style))
    };
    console.show(|| document(&left, operation.as_ref()), after)?;
    Ok(exit(&left))
}

/// All checks, the program's own first.
async fn examine(session: &Session, look: &Look) -> Vec<Check> {
    let mut checks = of_the_program(session);
    checks.push(Check::new(Level::Done, "API", "it answers, and the token may read the cluster".to_owned()));
    checks.push(clock(session));
    checks.extend(claim(&look.observation));
    let (seen, spec, policy) = (&look.observation, session.spec(), session.policy());
    let left = left_behind(seen, spec);
    checks.extend(look.findings.iter().map(|finding| of_finding(finding, seen, &left, &session.reach)));
    let over = worn_out_tags(seen, spec, policy);
    checks.extend(over.iter().map(|tag| tag_check(tag, "on the base droplet is over")));
    match session.client.tags().await {
        Ok(all) => {
            let mut stray = stray_tags(&all, spec, policy, seen.at);
            stray.extend(is_leaving_tag_left(&all, spec).then(|| leaving_tag(&spec.tag)));
            checks.extend(stray.iter().map(|tag| tag_check(tag, "is carried by nothing any more")));
        }
        Err(error) => checks.push(Check::new(Level::Warning, "tags", error.explain())),
    }
    checks
}

fn of_the_program(session: &Session) -> Vec<Check> {
    let config = &session.config;
    let file = config.file.as_ref().map_or_else(|| "the environment".to_owned(), |file| file.display().to_string());
    let mut checks = vec![
        Check::new(Level::Done, "configuration", format!("cluster {} of {file}", session.spec().name)),
        Check::new(Level::Done, "token", format!("from {}", session.token_origin)),
    ];
    checks.extend(config.warnings.iter().map(|text| Check::new(Level::Warning, "configuration", text.clone())));
    checks
}

fn clock(session: &Session) -> Check {
    let Some(offset) = session.client.clock().offset() else {
        return Check::new(Level::Info, "clock", "the server does not tell its time".to_owned());
    };
    let seconds = offset.as_secs();
    let way = if offset.is_positive() { "behind" } else { "ahead of" };
    if seconds.abs() > CLOCK_S {
        let text = format!("it is {} s {way} the server's, which is gone by: correct it", seconds.abs());
        return Check::new(Level::Warning, "clock", text);
    }
    Check::new(Level::Done, "clock", format!("within {} s of the server's", seconds.abs() + 1))
}

/// Whoever is at work, as far as a tag tells. What it works on is not told as left while its claim holds.
fn claim(seen: &Observation) -> Option<Check> {
    let who = Refusal::in_flight(seen.live_claim()?, seen.at);
    Some(Check::new(Level::Info, "cluster", who.to_string()))
}

fn of_finding(finding: &Finding, seen: &Observation, left: &[DropletId], reach: &Reach) -> Check {
    let fix = finding.droplet.filter(|id| left.contains(id)).map(|_| Fix::Recover);
    let (is_wasted, monthly) = (finding.is_wasted, finding.monthly);
    Check { is_wasted, monthly, fix, ..Check::new(finding.level, "cluster", text::finding(finding, seen, reach)) }
}

fn tag_check(tag: &str, what: &str) -> Check {
    let text = format!("the tag {tag} {what}");
    Check { fix: Some(Fix::DeleteTag), ..Check::new(Level::Warning, "tags", text) }
}

impl Check {
    fn new(level: Level, about: &'static str, text: String) -> Self {
        Self { level, about, text, is_wasted: false, monthly: None, fix: None }
    }
}

/// Whether something remains that somebody should look at.
fn exit(checks: &[Check]) -> Exit {
    if checks.iter().any(|check| check.level >= Level::Warning) { Exit::Failed } else { Exit::Done }
}

fn monthly(checks: &[Check]) -> f64 {
    // Not `sum`: of nothing that is -0.
    checks.iter().filter_map(|check| check.monthly).fold(0.0, |sum, monthly| sum + monthly)
}

/// How many droplets serve nobody and cost nobody knows how much.
fn unpriced(checks: &[Check]) -> usize {
    checks.iter().filter(|check| check.is_wasted && check.monthly.is_none()).count()
}

fn document(checks: &[Check], operation: Option<&OperationState>) -> Value {
    json!({
        "success": exit(checks) == Exit::Done,
        "checks": checks,
        "monthly": monthly(checks),
        "unpriced": unpriced(checks),
        "operation": operation,
    })
}

fn text(checks: &[Check], style: Style) -> String {
    let mut text = String::new();
    for check in checks {
        let (word, ink) = match check.level {
            Level::Done => ("ok", Ink::Good),
            Level::Info => ("note", Ink::Faint),
            Level::Warning => ("warning", Ink::Warning),
            Level::Error => ("error", Ink::Bad),
        };
        let cost = check.monthly.map_or_else(String::new, |monthly| format!(" (${monthly:.2} a month)"));
        let fix = check.fix.map_or_else(String::new, |fix| format!("; {}", fix.describe()));
        let said = safe(&check.text, style);
        let _ = writeln!(text, "{}: {}: {said}{cost}{fix}", style.paint(ink, word), check.about);
    }
    let (sum, unpriced) = (monthly(checks), unpriced(checks));
    if sum > 0.0 {
        let _ = writeln!(text, "What serves nobody costs ${sum:.2} a month.");
    }
    if unpriced > 0 {
        let _ = writeln!(text, "Of {unpriced} that serve nobody the price is not known.");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_wasted_costs_nothing_and_not_minus_nothing() {
        let checks = [Check::new(Level::Done, "API", "it answers".to_owned())];
        assert_eq!(document(&checks, None)["monthly"].to_string(), "0.0");
    }

    #[test]
    fn a_price_that_is_not_known_is_not_nothing() {
        let wasted = Check { is_wasted: true, ..Check::new(Level::Warning, "cluster", "web001 is off".to_owned()) };
        let checks = [wasted.clone(), Check { monthly: Some(12.0), ..wasted }];
        let document = document(&checks, None);
        assert_eq!((&document["monthly"], &document["unpriced"]), (&json!(12.0), &json!(1)));
        let style = Style::default();
        let text = text(&checks, style);
        assert!(text.ends_with("costs $12.00 a month.\nOf 1 that serve nobody the price is not known.\n"), "{text}");
    }
}
