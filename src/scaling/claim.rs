//! The claim to be the only one that operates on a cluster, and the seed's marker, which older controllers go
//! by. A claim is written first and read back after a while: whoever wrote later sees the one who wrote
//! earlier and withdraws, and nobody goes on who is not alone. It is renewed while its operation goes on, so that it
//! can be short: whoever dies holds up the others for one lease.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::cloud::Cloud;
use crate::cluster::{Claim, FailureClass, Marker, Observation, elapsed, seconds_left};

use super::run::{Run, Stop};
use super::{Phase, Refusal, Terms};

/// How old a claim is renewed.
const RENEWED_AT: Duration = Duration::from_secs(Claim::LEASE.as_secs() / 3);
/// From this age of the claim on nothing is changed any more.
const HELD_UNTIL: Duration = Duration::from_secs(Claim::LEASE.as_secs() * 2 / 3);

impl<C: Cloud> Run<C> {
    /// Looks, asks `plan`, claims the cluster, and looks and asks again: what is then returned is fresh and
    /// nobody else operates on the cluster. Whatever speaks against it is found before anything is written.
    pub async fn claim<P>(
        &mut self,
        plan: impl Fn(&Observation, Terms<'_>) -> Result<P, Refusal>,
    ) -> Result<(Observation, P), Stop> {
        self.enter(Phase::Claim);
        let seen = self.observer.look().await?;
        plan(&seen, self.terms())?;
        let missing = || Refusal::NoBase { base: self.spec.base_droplet.clone(), tag: self.spec.tag.clone() };
        let base = seen.base.ok_or_else(missing)?;
        self.base = Some(base);
        let now = self.cloud.clock().now();
        self.claim.at = as_a_tag_tells(now);
        self.began_at = self.claim.at;
        self.written.push(self.claim.clone());
        let since = Instant::now();
        let tag = self.claim.tag(&self.spec.clone_prefix);
        self.tag(&tag, base).await?;
        self.win().await?;
        self.claimed = Some(since);
        let mut seen = self.look().await?;
        // Lists are late: they may show the claim of somebody who has withdrawn, and two would go on doing that.
        seen.claims.retain(|claim| claim.nonce == self.claim.nonce);
        self.seen = Some(seen.clone());
        let planned = plan(&seen, self.terms())?;
        Ok((seen, planned))
    }

    /// Waits until our claim can be read and is the only one.
    async fn win(&mut self) -> Result<(), Stop> {
        let Some(base) = self.base else { return Ok(()) };
        let settle = self.spec.timing.claim_settle;
        let deadline = Instant::now() + Phase::Claim.deadline(&self.spec.timing);
        loop {
            // Whoever wrote before us can be seen after this, whoever writes after us will see us.
            sleep(settle).await;
            let in_time = Instant::now() < deadline;
            let claims = match self.cloud.droplet(base).await {
                Ok(base) => self.live_claims(&base.tags),
                Err(error) if error.is_transient() && in_time => continue,
                Err(error) => return Err(error.into()),
            };
            let other = claims.iter().find(|claim| **claim != self.claim);
            match other {
                None if claims.contains(&self.claim) => return Ok(()),
                None if in_time => {}
                None => return Err(Stop::failed(FailureClass::Api, "the claim was written but cannot be read back")),
                // Of two that see each other, the later one withdraws and the earlier one waits for that.
                Some(other) if in_time && self.claim < *other => {}
                Some(other) => return Err(self.in_flight(other).into()),
            }
        }
    }

    fn live_claims(&self, tags: &[String]) -> Vec<Claim> {
        let now = self.cloud.clock().now();
        let claims = tags.iter().filter_map(|tag| Claim::parse(&self.spec.clone_prefix, tag));
        claims.filter(|claim| !claim.is_expired(now)).collect()
    }

    fn in_flight(&self, other: &Claim) -> Refusal {
        Refusal::in_flight(other, self.cloud.clock().now())
    }

    /// Looks again while it holds the claim, where an error that may pass is waited out.
    pub async fn look(&mut self) -> Result<Observation, Stop> {
        let deadline = Instant::now() + self.spec.timing.attach;
        loop {
            self.hold().await?;
            match self.observer.look().await {
                Ok(seen) => return Ok(seen),
                Err(error) if error.is_transient() && Instant::now() < deadline => {
                    self.note(error.to_string());
                    sleep(self.spec.timing.step_poll).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes the marker, from which the cooldown runs, and withdraws when an older controller, which knows
    /// no claims, has written one at the same time.
    pub async fn mark(&mut self) -> Result<(), Stop> {
        let Some(base) = self.base else { return Ok(()) };
        let marker = Marker { at: self.cloud.clock().now() };
        self.marker = Some(marker);
        let tag = marker.tag(&self.spec.clone_prefix);
        self.tag(&tag, base).await?;
        if self.order.insist {
            return Ok(());
        }
        let every = self.spec.timing.step_poll;
        let tags = self
            .poll(
                self.spec.timing.attach,
                every,
                |cloud| async move { cloud.droplet(base).await },
                |answer| answer.map(|droplet| Some(droplet.tags)),
            )
            .await?
            .unwrap_or_default();
        let now = self.cloud.clock().now();
        let markers = tags.iter().filter_map(|tag| Marker::parse(&self.spec.clone_prefix, tag));
        let others = markers.filter(|other| other.at.as_second() != marker.at.as_second());
        match others.filter_map(|other| other.remaining(now, self.policy.scaling_interval)).max() {
            None => Ok(()),
            Some(left) => {
                let ago = self.policy.scaling_interval.saturating_sub(left);
                Err(Refusal::Cooldown { ago_s: ago.as_secs(), left_s: seconds_left(left) }.into())
            }
        }
    }

    /// Takes the marker back: the cooldown is not used up by what was not done.
    pub async fn unmark(&mut self) {
        if let Some(marker) = self.marker.take() {
            let tag = marker.tag(&self.spec.clone_prefix);
            self.attempt(self.cloud.delete_tag(&tag)).await;
        }
    }

    /// Gives the claim back.
    pub async fn release(&mut self) {
        for claim in std::mem::take(&mut self.written) {
            self.take_off(&claim).await;
        }
    }

    async fn take_off(&self, claim: &Claim) -> bool {
        self.attempt(self.cloud.delete_tag(&claim.tag(&self.spec.clone_prefix))).await
    }

    /// To be asked before each change: renews the claim when a third of it is over, and fails when two thirds are,
    /// since whoever comes next may be at work before the change is carried out.
    pub async fn hold(&mut self) -> Result<(), Stop> {
        self.hold_until(HELD_UNTIL).await
    }

    /// The same right after the world was asked about a change, when renewing would take time in which the answer
    /// becomes old.
    pub fn still_holds(&self) -> Result<(), Stop> {
        self.check_age(HELD_UNTIL)
    }

    /// Whether the claim is good for nearly all of its time.
    pub fn is_fresh(&self) -> bool {
        self.claimed.is_none() || self.claim_age() < RENEWED_AT
    }

    /// The same before what is done once and may take longest: the claim must be good for nearly all of its time.
    pub async fn hold_anew(&mut self) -> Result<(), Stop> {
        self.hold_until(RENEWED_AT).await
    }

    async fn hold_until(&mut self, oldest: Duration) -> Result<(), Stop> {
        if self.claimed.is_none() {
            return Ok(());
        }
        if self.claim_age() >= RENEWED_AT && self.next_renewal.is_none_or(|next| Instant::now() >= next) {
            self.renew().await;
            self.next_renewal = Some(Instant::now() + RENEWED_AT / 4);
        }
        self.check_age(oldest)
    }

    fn check_age(&self, oldest: Duration) -> Result<(), Stop> {
        if self.claimed.is_none() || self.claim_age() < oldest {
            return Ok(());
        }
        let text = "the claim could not be renewed before the operation ended; the next look goes on with it";
        Err(Stop::failed(FailureClass::Api, text))
    }

    /// Waits so long, and holds the claim meanwhile.
    pub async fn rest(&mut self, how_long: Duration) -> Result<(), Stop> {
        let end = Instant::now() + how_long;
        loop {
            self.hold().await?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(RENEWED_AT / 2)).await;
        }
    }

    /// By the server's clock, or by this machine's: of the two, the one that grants less. A claim that seems to come
    /// from the future was written while the clock was wrong, and holds for nobody.
    fn claim_age(&self) -> Duration {
        let now = self.cloud.clock().now();
        if self.claim.is_expired(now) {
            return Claim::LEASE;
        }
        elapsed(self.claim.at, now).max(self.claimed.map_or(Duration::ZERO, |written| written.elapsed()))
    }

    /// Writes the claim anew before the old one is taken off, so that at any moment one of them can be seen. A claim
    /// that was not written before the old one ran out is worth nothing: somebody may have come in between.
    async fn renew(&mut self) {
        let Some(base) = self.base else { return };
        let renewed = Claim { at: as_a_tag_tells(self.cloud.clock().now()), ..self.claim.clone() };
        let tag = renewed.tag(&self.spec.clone_prefix);
        self.written.push(renewed.clone());
        let begun = Instant::now();
        let write = async {
            self.cloud.create_tag(&tag).await?;
            self.cloud.tag_droplet(&tag, base).await
        };
        let is_written = self.attempt(write).await;
        // What is written may tell a wrong time, if the clock was wrong when it was asked.
        let is_good = !renewed.is_expired(self.cloud.clock().now()) && renewed != self.claim;
        if !is_written || !is_good || self.claim_age() >= Claim::LEASE {
            return;
        }
        self.claimed = Some(begun);
        let old = std::mem::replace(&mut self.claim, renewed);
        if self.take_off(&old).await {
            self.written.retain(|claim| *claim != old);
        }
    }
}

/// Tags tell whole seconds, and a claim that is read back must be equal to the one that was written.
fn as_a_tag_tells(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
