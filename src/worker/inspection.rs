//! Whose detail somebody looks at, and when it is asked for: one at a time, and only from what can be spared, however
//! many pages are opened one after the other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::DropletDetail;
use super::detail::REQUESTS;
use crate::cloud::Usage;
use crate::cluster::{DropletId, Timing};
use crate::observe::looking_pace;

/// That of one droplet is asked for no more often than this, however short a step is: it costs many requests.
const CLOSEST_FETCHES: Duration = Duration::from_secs(10);

/// Those of two droplets are asked for no closer together than this: whoever goes through them stops at few.
const CLOSEST_PAGES: Duration = Duration::from_secs(1);

/// So many pages may be opened in a row before they are asked for at the pace that can be gone on with.
const IN_A_ROW: u32 = 20;

/// How long until it is asked again whether there are requests to spare.
const LATER: Duration = Duration::from_secs(60);

/// Whose detail somebody looks at, and what was fetched lately.
#[derive(Debug)]
pub struct Inspection {
    watched: Option<DropletId>,
    /// How far back it is to go.
    range: Duration,
    fetching: Option<Fetching>,
    /// What was fetched, until it is due again: whoever comes back soon costs nothing.
    fetched: BTreeMap<DropletId, Fetched>,
    /// Until when nothing can be spared, as far as is known.
    not_before: Instant,
    /// When the next page may be asked for.
    next_page: Instant,
    /// When all that was asked for would have been asked for, had it kept the pace.
    paid_until: Instant,
}

#[derive(Debug)]
struct Fetching {
    droplet: DropletId,
    range: Duration,
    job: AbortHandle,
}

#[derive(Debug)]
struct Fetched {
    detail: Arc<DropletDetail>,
    range: Duration,
    /// When it is due once more.
    due: Instant,
    /// The same when another range is wanted.
    soonest: Instant,
}

/// What is to be fetched.
pub struct Order {
    pub droplet: DropletId,
    pub range: Duration,
    /// What was fetched before.
    pub before: Option<Arc<DropletDetail>>,
}

impl Inspection {
    /// Whoever was looked at is looked at, but not before this.
    pub fn new(watched: Option<DropletId>, range: Duration, not_before: Instant) -> Self {
        let now = Instant::now();
        let (fetching, fetched) = (None, BTreeMap::new());
        Self { watched, range, fetching, fetched, not_before, next_page: now, paid_until: now }
    }

    /// Somebody looks at this droplet from now on, or at none. Returns what is known of it, or why that takes a while.
    pub fn watch(&mut self, droplet: Option<DropletId>) -> Option<Arc<DropletDetail>> {
        self.watched = droplet;
        let droplet = droplet?;
        if let Some(known) = self.fetched.get(&droplet) {
            return Some(Arc::clone(&known.detail));
        }
        // There may be requests to spare by now, and if not, that is to be told.
        self.not_before = Instant::now();
        let waits = self.next_page > self.not_before + CLOSEST_PAGES;
        waits.then(|| self.without(droplet, "asked for in a moment: many pages were opened in a row"))
    }

    /// What is known of a droplet, and why no more.
    fn without(&self, droplet: DropletId, why: &str) -> Arc<DropletDetail> {
        let known = self.fetched.get(&droplet).map(|known| DropletDetail::clone(&known.detail));
        let problems = vec![format!("actions and what else is only shown here are {why}")];
        Arc::new(DropletDetail { problems, ..known.unwrap_or_else(|| DropletDetail::unread(droplet)) })
    }

    /// How far back it is to go from now on.
    pub fn reach_back(&mut self, range: Duration) {
        self.range = range;
    }

    /// When it is to be fetched; `None` while nobody looks, or it is on its way.
    pub fn due(&self) -> Option<Instant> {
        let droplet = self.watched?;
        if self.fetching.as_ref().is_some_and(|fetching| fetching.droplet == droplet) {
            return None;
        }
        let again = self.fetched.get(&droplet).map(|known| {
            let has_range = known.range == self.range;
            if has_range { known.due } else { known.soonest }
        });
        Some(self.not_before.max(again.unwrap_or(self.next_page)))
    }

    /// Begins to fetch what is due, instead of what is overtaken by that. When nothing can be spared, returns what is
    /// shown in its stead.
    pub fn begin(&mut self, usage: Usage, start: impl FnOnce(Order) -> AbortHandle) -> Option<Arc<DropletDetail>> {
        let droplet = self.watched?;
        let now = Instant::now();
        let before = self.fetched.get(&droplet).map(|known| Arc::clone(&known.detail));
        let pace = match looking_pace(REQUESTS, usage) {
            Ok(pace) => pace,
            Err(why) => {
                self.not_before = now + LATER;
                return Some(self.without(droplet, &format!("not asked for: {why}")));
            }
        };
        self.paid_until = self.paid_until.max(now) + pace;
        let ahead = self.paid_until - now;
        self.next_page = now + CLOSEST_PAGES.max(ahead.saturating_sub(pace * IN_A_ROW));
        if let Some(overtaken) = self.fetching.take() {
            overtaken.job.abort();
        }
        let range = self.range;
        self.fetching = Some(Fetching { droplet, range, job: start(Order { droplet, range, before }) });
        None
    }

    /// Takes what has come; returns it if it is looked at.
    pub fn done(&mut self, detail: DropletDetail, timing: &Timing, usage: Usage) -> Option<Arc<DropletDetail>> {
        let droplet = detail.droplet;
        let fetching = self.fetching.take_if(|fetching| fetching.droplet == droplet)?;
        let now = Instant::now();
        let apart = looking_pace(REQUESTS, usage).unwrap_or(LATER).max(CLOSEST_FETCHES);
        let (due, soonest) = (now + apart.max(timing.metrics_step), now + apart);
        let detail = Arc::new(detail);
        self.fetched.retain(|_, known| known.due > now);
        self.fetched.insert(droplet, Fetched { detail: Arc::clone(&detail), range: fetching.range, due, soonest });
        (self.watched == Some(droplet)).then_some(detail)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn id(number: u64) -> DropletId {
        DropletId(number)
    }

    fn scarce() -> Usage {
        Usage { hour_left: 400, ..Usage::default() }
    }

    fn nobody() -> Inspection {
        Inspection::new(None, HOUR, Instant::now())
    }

    /// Begins to fetch; returns whose it is, and the job.
    fn begun(inspection: &mut Inspection) -> Option<(u64, tokio::task::JoinHandle<()>)> {
        let mut begun = None;
        let refused = inspection.begin(Usage::default(), |order| {
            let job = tokio::spawn(std::future::pending());
            let handle = job.abort_handle();
            begun = Some((order.droplet.0, job));
            handle
        });
        assert_eq!(refused, None);
        begun
    }

    fn done(inspection: &mut Inspection, number: u64) -> bool {
        inspection.done(DropletDetail::unread(id(number)), &Timing::default(), Usage::default()).is_some()
    }

    fn opened(inspection: &mut Inspection, number: u64) {
        inspection.watch(Some(id(number)));
        assert_eq!(begun(inspection).map(|(whose, _)| whose), Some(number));
        assert!(done(inspection, number));
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_asked_for_once_in_a_step() {
        let mut inspection = nobody();
        assert_eq!((inspection.due(), begun(&mut inspection).is_some()), (None, false), "nobody looks");
        inspection.watch(Some(id(1)));
        assert_eq!(inspection.due(), Some(Instant::now()));
        let job = begun(&mut inspection);
        assert_eq!((job.map(|(whose, _)| whose), inspection.due()), (Some(1), None), "it is on its way");
        assert!(done(&mut inspection, 1));
        assert_eq!(inspection.due(), Some(Instant::now() + Timing::default().metrics_step));
    }

    #[tokio::test(start_paused = true)]
    async fn with_nothing_to_spare_the_first_is_not_asked_for_either_and_that_is_told() {
        let mut inspection = nobody();
        let refused = |inspection: &mut Inspection| {
            let told = inspection.begin(scarce(), |_| panic!("it is asked for")).unwrap();
            assert!(told.problems[0].ends_with("few of this hour's requests are left"), "{:?}", told.problems);
            told.droplet
        };
        inspection.watch(Some(id(1)));
        assert_eq!(refused(&mut inspection), id(1));
        assert_eq!(inspection.due(), Some(Instant::now() + LATER));
        inspection.watch(Some(id(2)));
        assert_eq!(inspection.due(), Some(Instant::now()), "why is told on each page");
        assert_eq!(refused(&mut inspection), id(2));
        advance(LATER).await;
        assert_eq!(begun(&mut inspection).map(|(whose, _)| whose), Some(2), "there is more again");
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_overtaken_is_given_up() {
        let mut inspection = nobody();
        inspection.watch(Some(id(1)));
        let (_, overtaken) = begun(&mut inspection).unwrap();
        inspection.watch(Some(id(2)));
        assert_eq!(inspection.due(), Some(Instant::now() + CLOSEST_PAGES));
        advance(CLOSEST_PAGES).await;
        assert_eq!(begun(&mut inspection).map(|(whose, _)| whose), Some(2));
        assert!(overtaken.await.unwrap_err().is_cancelled());
        assert!(!done(&mut inspection, 1), "nobody waits for it any more");
        assert!(done(&mut inspection, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn going_back_and_forth_costs_nothing() {
        let mut inspection = nobody();
        opened(&mut inspection, 1);
        advance(CLOSEST_PAGES).await;
        opened(&mut inspection, 2);
        for number in [1, 2, 1, 2] {
            let known = inspection.watch(Some(id(number)));
            assert_eq!(known.map(|detail| detail.droplet), Some(id(number)));
            assert!(inspection.due().unwrap() > Instant::now() + CLOSEST_FETCHES);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn going_through_all_of_them_keeps_the_pace_after_some() {
        let mut inspection = nobody();
        let began = Instant::now();
        for number in 1..=60 {
            let told = inspection.watch(Some(id(number)));
            let waits = told.is_some_and(|told| told.problems[0].ends_with("many pages were opened in a row"));
            assert_eq!(waits, number > 23, "the {number}th");
            tokio::time::sleep_until(inspection.due().unwrap()).await;
            opened(&mut inspection, number);
        }
        let pace = looking_pace(REQUESTS, Usage::default()).unwrap();
        assert!(began.elapsed() > pace * 38, "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn another_range_makes_it_due_but_not_at_once_again_and_again() {
        let mut inspection = nobody();
        opened(&mut inspection, 1);
        inspection.reach_back(HOUR * 24);
        assert_eq!(inspection.due(), Some(Instant::now() + CLOSEST_FETCHES));
        inspection.reach_back(HOUR);
        assert_eq!(inspection.due(), Some(Instant::now() + Timing::default().metrics_step), "it has that");
        inspection.reach_back(HOUR * 24);
        advance(CLOSEST_FETCHES).await;
        assert!(begun(&mut inspection).is_some());
        assert!(done(&mut inspection, 1));
        assert_eq!(inspection.due(), Some(Instant::now() + Timing::default().metrics_step));
    }
}
