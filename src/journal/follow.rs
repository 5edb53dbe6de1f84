//! What is new in an operation since it was last reported. Reports carry the whole state; records only what
//! happened.

use jiff::Timestamp;

use super::record::word;
use super::{Event, Record};
use crate::cloud::trail;
use crate::cluster::elapsed;
use crate::scaling::OperationState;

/// How far an operation was written down.
#[derive(Debug, Default)]
pub(super) struct Follower {
    begun: usize,
    ended: usize,
    /// The note of the phase that runs.
    note: Option<String>,
    is_over: bool,
}

impl Follower {
    /// The records of what is new, as heard at `now`. The requests since the last time go with the first.
    pub fn news(&mut self, cluster: &str, state: &OperationState, now: Timestamp) -> Vec<Record> {
        let record = |at, event| Record::of_operation(cluster, state, at, event);
        let mut news = Vec::new();
        for (index, phase) in state.phases.iter().enumerate().skip(self.ended) {
            let named = |record: Record| Record { phase: word(&phase.phase), ..record };
            if index >= self.begun {
                news.push(named(record(phase.started_at, Event::PhaseBegun)));
                (self.begun, self.note) = (index + 1, None);
            }
            if phase.note != self.note {
                self.note.clone_from(&phase.note);
                news.push(Record { text: phase.note.clone(), ..named(record(now, Event::Note)) });
            }
            if let Some(end) = phase.ended_at {
                let seconds = Some(elapsed(phase.started_at, end).as_secs_f64());
                news.push(Record { seconds, ..named(record(end, Event::PhaseEnded)) });
                self.ended = index + 1;
            }
        }
        if let Some(outcome) = state.outcome.as_ref().filter(|_| !self.is_over) {
            let end = state.ended_at.unwrap_or(now);
            let seconds = Some(elapsed(state.started_at, end).as_secs_f64());
            news.push(Record { seconds, ..record(end, Event::Ended) }.outcome(outcome));
            self.is_over = true;
        }
        if let Some(first) = news.first_mut() {
            first.requests = trail::take();
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{DropletId, Nonce};
    use crate::scaling::{Kind, Outcome, Phase, PhaseState};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_763_985_600 + second).unwrap()
    }

    fn phase(phase: Phase, from: i64, to: Option<i64>, note: Option<&str>) -> PhaseState {
        PhaseState { phase, started_at: at(from), ended_at: to.map(at), note: note.map(str::to_owned) }
    }

    #[test]
    fn each_step_is_written_once_whatever_is_reported_how_often() {
        let mut follower = Follower::default();
        let mut state = OperationState {
            nonce: Nonce::new(7),
            kind: Kind::Up,
            reason: "by hand".to_owned(),
            droplet: None,
            droplet_name: None,
            started_at: at(0),
            phases: vec![phase(Phase::Claim, 0, None, None)],
            outcome: None,
            ended_at: None,
        };
        let mut told = Vec::new();
        let mut report = |state: &OperationState| {
            for record in follower.news("web", state, at(99)) {
                let phase = record.phase.unwrap_or_default();
                let text = record.text.unwrap_or_default();
                told.push(format!("{:?} {phase}{text} {:?}", record.event, record.seconds));
                assert_eq!((record.kind.as_deref(), record.droplet), (Some("up"), state.droplet.map(|id| id.0)));
            }
        };
        report(&state);
        report(&state);
        state.phases[0].note = Some("busy".to_owned());
        report(&state);
        state.phases[0].ended_at = Some(at(4));
        state.phases.push(phase(Phase::Create, 4, None, None));
        report(&state);
        state.droplet = Some(DropletId(3));
        report(&state);
        state.phases[1].ended_at = Some(at(6));
        (state.outcome, state.ended_at) = (Some(Outcome::Done("it serves".to_owned())), Some(at(6)));
        report(&state);
        report(&state);
        let wanted = [
            "PhaseBegun claim None",
            "Note claimbusy None",
            "PhaseEnded claim Some(4.0)",
            "PhaseBegun create None",
            "PhaseEnded create Some(2.0)",
            "Ended it serves Some(6.0)",
        ];
        assert_eq!(told, wanted);
    }
}
