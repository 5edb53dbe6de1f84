//! The trail of a piece of work: the requests by which it changed something or failed, with the server's names
//! for them, which its support asks for. It belongs to the task that does the work, so that what runs beside
//! it leaves no mark in it.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

/// The most that is kept between two takings.
const KEPT: usize = 64;

tokio::task_local! {
    static TRAIL: RefCell<Vec<Sent>>;
}

/// A request that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The request, such as `POST /v2/droplets`.
    pub request: String,
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The server's name for it.
    pub id: Option<String>,
}

/// Does the work with a trail of its own.
pub async fn trailed<F: Future>(work: F) -> F::Output {
    TRAIL.scope(RefCell::default(), work).await
}

/// Adds a request to the trail of the work that runs, if it has one.
pub fn note(sent: Sent) {
    // Work without a trail is nobody's concern.
    let _ = TRAIL.try_with(|trail| {
        let mut trail = trail.borrow_mut();
        if trail.len() == KEPT {
            trail.remove(0);
        }
        trail.push(sent);
    });
}

/// What was sent since the last time.
#[must_use]
pub fn take() -> Vec<Sent> {
    TRAIL.try_with(RefCell::take).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(request: &str) -> Sent {
        Sent { request: request.to_owned(), status: Some(202), id: None }
    }

    #[tokio::test]
    async fn each_work_has_its_own_trail_and_none_outside() {
        note(sent("nobody's"));
        let one = trailed(async {
            note(sent("one"));
            tokio::task::yield_now().await;
            take()
        });
        let other = trailed(async {
            tokio::task::yield_now().await;
            note(sent("other"));
            (take(), take())
        });
        let (one, (other, again)) = futures::future::join(one, other).await;
        assert_eq!((one, other), (vec![sent("one")], vec![sent("other")]));
        assert!(again.is_empty() && take().is_empty());
    }

    #[tokio::test]
    async fn a_trail_has_an_end() {
        let kept = trailed(async {
            (0..1000).for_each(|number| note(sent(&number.to_string())));
            take()
        });
        let kept = kept.await;
        assert_eq!((kept.len(), kept[KEPT - 1].request.as_str()), (KEPT, "999"));
    }
}
