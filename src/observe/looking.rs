//! What somebody who only looks may ask for beside what a look at the cluster asks for: only from what can be spared.

use std::time::Duration;

use super::plan::{SCARCE, SHARE_OF_HOUR, SHARE_OF_MINUTE};
use crate::cloud::Usage;

/// Why nothing can be spared, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scarcity {
    /// The server told us to wait.
    Held,
    /// The rest of the hour's requests is for what decides.
    Hour,
    /// So are those of this minute.
    Minute,
}

impl std::fmt::Display for Scarcity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Held => "the API lets requests wait",
            Self::Hour => "few of this hour's requests are left",
            Self::Minute => "few of this minute's requests are left",
        })
    }
}

/// How far apart so many requests may be made again and again for somebody who only looks: of what is left of the hour
/// they get the share of metrics, spread over an hour, so that they never use it up.
pub fn looking_pace(requests: u32, usage: Usage) -> Result<Duration, Scarcity> {
    let (requests, hour_left) = (f64::from(requests), f64::from(usage.hour_left));
    if usage.held_until.is_some() {
        return Err(Scarcity::Held);
    }
    if usage.hour_left == 0 || hour_left < f64::from(usage.hour_limit) * SCARCE {
        return Err(Scarcity::Hour);
    }
    if requests > f64::from(usage.minute_left) * SHARE_OF_MINUTE {
        return Err(Scarcity::Minute);
    }
    Ok(Duration::from_secs_f64(requests * 3600.0 / (hour_left * SHARE_OF_HOUR)))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use jiff::Timestamp;

    use super::*;

    fn used(hour_used: u32) -> Usage {
        Usage { hour_left: 5000_u32.saturating_sub(hour_used), ..Usage::default() }
    }

    #[test]
    fn with_less_left_one_looks_less_often() {
        assert_eq!(looking_pace(8, used(0)).map(|apart| apart.as_millis()), Ok(9600));
        assert_eq!(looking_pace(8, used(2500)).map(|apart| apart.as_millis()), Ok(19_200));
        assert_eq!(looking_pace(8, used(4501)), Err(Scarcity::Hour), "the last tenth is for what decides");
        assert_eq!(looking_pace(8, Usage { minute_left: 13, ..used(0) }), Err(Scarcity::Minute));
        let held = Usage { held_until: Some(Timestamp::UNIX_EPOCH), ..used(0) };
        assert_eq!(looking_pace(8, held), Err(Scarcity::Held));
        assert_eq!(looking_pace(8, Usage { hour_limit: 0, hour_left: 0, ..used(0) }), Err(Scarcity::Hour));
    }

    /// As fast as it may, for a day, beside metrics that take all that they may.
    #[test]
    fn who_looks_at_a_detail_never_uses_up_the_hour() {
        const METRICS: f64 = 5000.0 * SHARE_OF_HOUR / 3600.0;
        let (mut spent, mut owed, mut next, mut most): (VecDeque<(u32, u32)>, f64, f64, u32) = Default::default();
        let (mut of_hour, mut looks) = (0, 0);
        for second in 0..86_400 {
            owed += METRICS;
            let mut requests = 0;
            while owed >= 1.0 {
                owed -= 1.0;
                requests += 1;
            }
            if f64::from(second) >= next {
                match looking_pace(8, used(of_hour)) {
                    Ok(apart) => {
                        next = f64::from(second) + apart.as_secs_f64();
                        requests += 8;
                        looks += 1;
                    }
                    Err(_) => next += 60.0,
                }
            }
            spent.push_back((second, requests));
            of_hour += requests;
            while let Some((_, old)) = spent.front().filter(|(at, _)| at + 3600 <= second).copied() {
                spent.pop_front();
                of_hour -= old;
            }
            most = most.max(of_hour);
        }
        assert!(most <= 4500, "{most} requests in an hour");
        assert!(looks > 1000, "{looks} are not many");
    }
}
