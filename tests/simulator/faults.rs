//! Each fate of a request, as it looks from outside.

use dropscale::simulator::{ApiError, Fate};

use crate::server::Server;

const AUTH: &str = "authorization: Bearer simulated\r\n";

/// Whether making a tag under this fate made it, and what came back: a status, or nothing.
async fn make_a_tag(fate: Fate) -> (bool, Option<u16>) {
    let server = Server::start("").await;
    server.next_meets(fate);
    let answer = server.send("POST", "/v2/tags", AUTH, r#"{"name": "made"}"#).await;
    (server.get("/v2/tags/made").await.status == 200, answer.map(|answer| answer.status))
}

#[tokio::test]
async fn an_error_comes_before_the_deed_or_after_it() {
    let error = || ApiError::new(503, "Unexpected server-side error");
    assert_eq!(make_a_tag(Fate::Refused(error())).await, (false, Some(503)));
    assert_eq!(make_a_tag(Fate::RefusedAfter(error())).await, (true, Some(503)));
}

#[tokio::test]
async fn a_lost_connection_is_closed_before_any_byte() {
    assert_eq!(make_a_tag(Fate::Lost).await, (false, None));
    assert_eq!(make_a_tag(Fate::AnswerLost).await, (true, None));
}

#[tokio::test]
async fn garbage_is_a_page_that_is_no_json() {
    let server = Server::start("").await;
    server.next_meets(Fate::Garbage);
    let answer = server.get("/v2/account").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/html")));
    assert!(answer.text.starts_with("<html>"), "{}", answer.text);
}

#[tokio::test]
async fn a_request_that_hangs_holds_up_no_other() {
    let server = Server::start("").await;
    server.next_meets(Fate::Hangs);
    let hanging = server.send("POST", "/v2/tags", AUTH, r#"{"name": "made"}"#);
    tokio::pin!(hanging);
    let answered = async {
        // The world gives out fates in order: the one that hangs must have come first.
        while server.world.with(|world| world.requests()) == 0 {
            tokio::task::yield_now().await;
        }
        server.get("/v2/tags/made").await.status
    };
    tokio::select! {
        _ = &mut hanging => panic!("it was answered"),
        status = answered => assert_eq!(status, 404, "others are answered, and nothing was done"),
    }
}

#[tokio::test]
async fn faults_of_the_scenario_hit_what_they_name() {
    let settings = "faults = [{ kind = \"error\", path = \"/v2/tags\", status = 500, from = \"60s\" }]";
    let server = Server::start(settings).await;
    assert_eq!(server.get("/v2/tags").await.status, 200, "not yet");
    server.pass(60);
    assert_eq!(server.get("/v2/tags").await.status, 500);
    assert_eq!(server.get("/v2/account").await.status, 200);
}
