//! How many requests a second arrive over time: a wave, ramps, bursts and noise around a base, or a recorded
//! trace. A pure function of the time since the start and the seed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::duration;

/// The workload of a scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadConfig {
    /// Requests a second.
    pub base: f64,
    /// A wave around that.
    #[serde(default)]
    pub wave: Option<Wave>,
    /// Rises and falls.
    #[serde(default)]
    pub ramps: Vec<Ramp>,
    /// Sudden bursts.
    #[serde(default)]
    pub bursts: Option<Bursts>,
    /// How much it varies from second to second, as a part of it.
    #[serde(default)]
    pub noise: f64,
    /// Requests that were recorded, in place of base and wave.
    #[serde(default)]
    pub trace: Option<Trace>,
    /// What it was before the start, if that was other.
    #[serde(default)]
    pub before: Option<Box<WorkloadConfig>>,
}

/// A wave.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wave {
    /// From crest to crest.
    #[serde(deserialize_with = "duration::deserialize")]
    pub period: Duration,
    /// How high, as a part of the base: from 0 to 1.
    pub amplitude: f64,
    /// Where it begins, as a part of a period: 0 at the base and rising.
    #[serde(default)]
    pub phase: f64,
}

/// A rise, or a fall, that stays.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ramp {
    /// When it begins.
    #[serde(deserialize_with = "duration::deserialize")]
    pub at: Duration,
    /// How long it takes.
    #[serde(deserialize_with = "duration::deserialize")]
    pub over: Duration,
    /// How many requests a second it brings.
    pub add: f64,
}

/// Bursts that come again and again.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// From one to the next.
    #[serde(deserialize_with = "duration::deserialize")]
    pub every: Duration,
    /// How long one is.
    #[serde(deserialize_with = "duration::deserialize")]
    pub length: Duration,
    /// By how much it multiplies.
    pub factor: f64,
}

/// A recorded trace: a CSV file with a line for each minute in turn, also those without a request. Its last
/// column is the number of requests; a heading and lines that begin with `#` are left out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The file, from the scenario's folder.
    pub file: PathBuf,
    /// How many times as fast as it was.
    #[serde(default = "one")]
    pub speed: f64,
    /// By how much each number is multiplied.
    #[serde(default = "one")]
    pub scale: f64,
}

fn one() -> f64 {
    1.0
}

/// A workload, ready to be asked.
#[derive(Debug, Clone)]
pub struct Workload {
    config: WorkloadConfig,
    seed: u64,
    per_minute: Vec<f64>,
    before: Option<Box<Workload>>,
}

impl Workload {
    /// The workload of this configuration; files are looked for in `folder`. The error says what to correct.
    pub fn new(config: &WorkloadConfig, folder: Option<&Path>, seed: u64) -> Result<Self, String> {
        check(config)?;
        let per_minute = match &config.trace {
            Some(trace) => read_trace(&folder.map_or_else(|| trace.file.clone(), |f| f.join(&trace.file)))?,
            None => Vec::new(),
        };
        let before = config.before.as_deref().map(|before| Self::new(before, folder, seed)).transpose()?.map(Box::new);
        Ok(Self { config: config.clone(), seed, per_minute, before })
    }

    /// Requests a second at a time, which may be before the start.
    #[must_use]
    pub fn requests_per_second(&self, seconds_since_start: f64) -> f64 {
        let t = seconds_since_start;
        if let Some(before) = self.before.as_deref().filter(|_| t < 0.0) {
            return before.requests_per_second(t);
        }
        let base = match &self.config.trace {
            Some(trace) => self.traced(t * trace.speed) * trace.scale,
            None => self.config.base * self.wave(t),
        };
        let rate = (base + self.ramped(t)) * self.burst(t) * self.noise(t);
        rate.max(0.0)
    }

    fn wave(&self, t: f64) -> f64 {
        self.config.wave.as_ref().map_or(1.0, |wave| {
            let turns = t / wave.period.as_secs_f64() + wave.phase;
            1.0 + wave.amplitude * (turns * std::f64::consts::TAU).sin()
        })
    }

    fn ramped(&self, t: f64) -> f64 {
        let part = |ramp: &Ramp| match ramp.over.as_secs_f64() {
            over if over > 0.0 => ((t - ramp.at.as_secs_f64()) / over).clamp(0.0, 1.0),
            _ => f64::from(u8::from(t >= ramp.at.as_secs_f64())),
        };
        self.config.ramps.iter().map(|ramp| ramp.add * part(ramp)).sum()
    }

    fn burst(&self, t: f64) -> f64 {
        self.config.bursts.as_ref().map_or(1.0, |bursts| {
            // The first comes after one interval, not at once.
            let into = (t - bursts.every.as_secs_f64()).rem_euclid(bursts.every.as_secs_f64());
            if t >= 0.0 && t >= bursts.every.as_secs_f64() && into < bursts.length.as_secs_f64() {
                bursts.factor
            } else {
                1.0
            }
        })
    }

    /// The same for each second, whoever asks and in whatever order.
    fn noise(&self, t: f64) -> f64 {
        if self.config.noise == 0.0 {
            return 1.0;
        }
        #[expect(clippy::cast_possible_truncation, reason = "seconds of at most years")]
        let second = t.floor() as i64;
        let mut rng = fastrand::Rng::with_seed(self.seed ^ second.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // Three dice make a bell.
        let bell = (rng.f64() + rng.f64() + rng.f64()) * 2.0 - 3.0;
        1.0 + self.config.noise * bell
    }

    /// The recorded rate, straight from minute to minute, beginning again at the end.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into the minutes of a trace"
    )]
    fn traced(&self, t: f64) -> f64 {
        let minutes = self.per_minute.len();
        if minutes == 0 {
            return 0.0;
        }
        let at = (t / 60.0).rem_euclid(minutes as f64);
        let (index, part) = (at.floor() as usize % minutes, at.fract());
        let (here, next) = (self.per_minute[index], self.per_minute[(index + 1) % minutes]);
        (here + (next - here) * part) / 60.0
    }
}

fn check(config: &WorkloadConfig) -> Result<(), String> {
    let positive = |name: &str, value: f64| {
        if value.is_finite() && value >= 0.0 {
            Ok(())
        } else {
            Err(format!("workload.{name} is {value}, but must be 0 or more"))
        }
    };
    positive("base", config.base)?;
    positive("noise", config.noise)?;
    let finite = |name: &str, value: f64| {
        if value.is_finite() { Ok(()) } else { Err(format!("workload.{name} is {value}, but must be a finite number")) }
    };
    for ramp in &config.ramps {
        finite("ramps.add", ramp.add)?;
    }
    if let Some(wave) = &config.wave {
        finite("wave.phase", wave.phase)?;
        if !(0.0..=1.0).contains(&wave.amplitude) {
            return Err(format!("workload.wave.amplitude is {}, but must be from 0 to 1", wave.amplitude));
        }
        if wave.period.is_zero() {
            return Err("workload.wave.period must be more than 0".to_owned());
        }
    }
    if let Some(bursts) = &config.bursts {
        positive("bursts.factor", bursts.factor)?;
        if bursts.every.is_zero() || bursts.length > bursts.every {
            return Err("workload.bursts.every must be more than 0 and not less than its length".to_owned());
        }
    }
    if let Some(trace) = &config.trace {
        positive("trace.speed", trace.speed)?;
        positive("trace.scale", trace.scale)?;
    }
    Ok(())
}

/// By lines and not by records of the `csv` crate: its line numbers leave out the comments before a record.
fn read_trace(path: &Path) -> Result<Vec<f64>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("the trace {shown} cannot be read: {error}"))?;
    let mut minutes = Vec::new();
    let mut may_be_heading = true;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match line.rsplit(',').next().and_then(number) {
            Some(requests) if requests >= 0.0 => minutes.push(requests),
            // A line with a number in it is data, even when its count cannot be read.
            None if may_be_heading && line.split(',').all(|field| number(field).is_none()) => {}
            _ => {
                let at = index + 1;
                return Err(format!(
                    "the trace {shown}, line {at}: the last column must be a number of requests, 0 or more"
                ));
            }
        }
        may_be_heading = false;
    }
    if minutes.is_empty() {
        return Err(format!("the trace {shown} holds no minute"));
    }
    Ok(minutes)
}

fn number(field: &str) -> Option<f64> {
    field.trim().trim_matches('"').parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(text: &str, seed: u64) -> Workload {
        Workload::new(&toml::from_str(text).unwrap(), None, seed).unwrap()
    }

    fn rates(workload: &Workload, seconds: &[f64]) -> Vec<f64> {
        seconds.iter().map(|t| workload.requests_per_second(*t)).collect()
    }

    #[test]
    fn the_wave_swings_around_the_base() {
        let wave = workload("base = 100.0\nwave = { period = \"100s\", amplitude = 0.5 }", 1);
        let rates: Vec<f64> = [0.0, 25.0, 50.0, 75.0].map(|t| wave.requests_per_second(t).round()).into();
        assert_eq!(rates, [100.0, 150.0, 100.0, 50.0]);
    }

    #[test]
    fn what_was_before_the_start_may_be_other() {
        let both = workload("base = 100.0\nbefore = { base = 10.0, wave = { period = \"40s\", amplitude = 0.5 } }", 1);
        assert_eq!(rates(&both, &[-10.0, -30.0, 0.0, 10.0]), [5.0, 15.0, 100.0, 100.0]);
        let wrong = toml::from_str("base = 1.0\nbefore = { base = -1.0 }").unwrap();
        assert!(Workload::new(&wrong, None, 1).unwrap_err().contains("base"));
    }

    #[test]
    fn ramps_stay_and_bursts_pass() {
        let ramp = workload("base = 10.0\nramps = [{ at = \"10s\", over = \"10s\", add = 20.0 }]", 1);
        assert_eq!(rates(&ramp, &[0.0, 15.0, 60.0]), [10.0, 20.0, 30.0]);
        let burst = workload("base = 10.0\nbursts = { every = \"60s\", length = \"5s\", factor = 3.0 }", 1);
        assert_eq!(rates(&burst, &[0.0, 59.0, 61.0, 66.0, 121.0]), [10.0, 10.0, 30.0, 10.0, 30.0]);
    }

    #[test]
    fn the_noise_is_the_seeds_and_not_the_order_of_questions() {
        let noisy = "base = 100.0\nnoise = 0.1";
        let (a, b, c) = (workload(noisy, 1), workload(noisy, 1), workload(noisy, 2));
        let mut backwards = rates(&b, &[3.0, 2.0, 1.0]);
        backwards.reverse();
        assert_eq!(rates(&a, &[1.0, 2.0, 3.0]), backwards);
        assert_ne!(rates(&a, &[1.0, 2.0]), rates(&c, &[1.0, 2.0]));
        assert!((0..1000).map(f64::from).all(|t| (60.0..140.0).contains(&a.requests_per_second(t))));
    }

    #[test]
    fn a_trace_is_read_and_begins_again() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t.csv"), "minute,requests\n0,60\n1,120\n").unwrap();
        let config = toml::from_str("base = 0.0\ntrace = { file = \"t.csv\", scale = 2.0 }").unwrap();
        let trace = Workload::new(&config, Some(folder.path()), 1).unwrap();
        assert_eq!(rates(&trace, &[0.0, 30.0, 60.0, 120.0]), [2.0, 3.0, 4.0, 2.0]);
        std::fs::write(folder.path().join("t.csv"), "0,60\n1,many\n").unwrap();
        let wrong = Workload::new(&config, Some(folder.path()), 1).unwrap_err();
        assert!(wrong.contains("line 2"), "{wrong}");
    }

    #[test]
    fn a_bad_trace_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let config: WorkloadConfig = toml::from_str("base = 0.0\ntrace = { file = \"t.csv\" }").unwrap();
        let read = |text: &str| {
            std::fs::write(folder.path().join("t.csv"), text).unwrap();
            Workload::new(&config, Some(folder.path()), 1)
        };
        assert!(read("# requests of a server\nminute,requests\n0,42\n1,62\n").is_ok());
        for (text, told) in [
            ("0,many\n1,2\n", "line 1"),
            ("minute,requests\n0,1\n1,-3\n", "line 3"),
            ("0,1\n1,\n", "line 2"),
            ("0,1\n1,inf\n", "line 2"),
            ("# a note\nminute,requests\n\n# another\n0,1\n\n1,x\n", "line 7"),
            ("# a note\n0,1\n# another\n1,x\n", "line 4"),
            ("minute,requests\n", "no minute"),
        ] {
            let wrong = read(text).unwrap_err();
            assert!(wrong.contains(told), "{text:?}: {wrong}");
        }
        std::fs::remove_file(folder.path().join("t.csv")).unwrap();
        assert!(Workload::new(&config, Some(folder.path()), 1).unwrap_err().contains("cannot be read"));
    }

    #[test]
    fn numbers_that_make_no_workload_are_refused_by_name() {
        for (text, named) in [
            ("base = nan", "base"),
            ("base = -1.0", "base"),
            ("base = 1.0\nnoise = inf", "noise"),
            ("base = 1.0\nwave = { period = \"60s\", amplitude = 1.5 }", "wave.amplitude"),
            ("base = 1.0\nwave = { period = \"60s\", amplitude = nan }", "wave.amplitude"),
            ("base = 1.0\nwave = { period = \"60s\", amplitude = 0.5, phase = inf }", "wave.phase"),
            ("base = 1.0\nwave = { period = \"0s\", amplitude = 0.5 }", "wave.period"),
            ("base = 1.0\nramps = [{ at = \"0s\", over = \"1s\", add = nan }]", "ramps.add"),
            ("base = 1.0\nbursts = { every = \"5s\", length = \"9s\", factor = 2.0 }", "bursts.every"),
        ] {
            let wrong = Workload::new(&toml::from_str(text).unwrap(), None, 1).unwrap_err();
            assert!(wrong.contains(named), "{text}: {wrong}");
        }
    }
}
