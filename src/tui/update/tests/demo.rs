//! The keys of the demo: what they do to the simulated cloud, and what they say of it.

use super::*;
use crate::worker::DemoCommand;

fn desk() -> Desk {
    Desk::new(Fixture::new(3).demo())
}

fn told(desk: &Desk) -> Vec<&str> {
    desk.ui.toasts.iter().map(|toast| toast.text.as_str()).collect()
}

#[test]
fn each_key_is_for_the_demo_only() {
    let mut desk = desk();
    assert_eq!(desk.keys("jx").commands, [Command::Demo(DemoCommand::KillDroplet(DropletId(BASE.0 + 1)))]);
    assert_eq!(told(&desk), ["web001 crashed: it is off now"]);
    assert_eq!(Desk::new(Fixture::new(3)).keys("x"), Outcome::default());
}

#[test]
fn what_is_off_cannot_crash() {
    let mut desk = desk();
    let seen = Arc::make_mut(desk.state.clusters[0].observation.as_mut().unwrap());
    seen.members[1].droplet.status = crate::cluster::DropletStatus::Off;
    assert_eq!(desk.keys("jx"), Outcome::default());
    assert_eq!(told(&desk), ["web001 is off already"]);
}

#[test]
fn the_load_is_told_and_not_only_that_it_changes() {
    let mut desk = desk();
    for (keys, factor, text) in [
        ("+", 1.25, "demo traffic ×1.25 of that at the start"),
        ("++", 1.953_125, "demo traffic ×1.95 of that at the start"),
        ("---", 1.0, "demo traffic as it was at the start"),
        ("-", 0.8, "demo traffic ×0.80 of that at the start"),
    ] {
        assert_eq!(desk.keys(keys).commands, [Command::Demo(DemoCommand::Load(factor))], "{keys}");
        assert_eq!(told(&desk), [text], "one message for one thing");
    }
    desk.keys(&"+".repeat(30));
    assert_eq!(told(&desk), ["demo traffic ×18.2: the demo has no more"]);
    desk.keys(&"-".repeat(40));
    assert_eq!(told(&desk), ["demo traffic ×0.05: the demo has no less"]);
    desk.keys("!+");
    assert_eq!(told(&desk).len(), 2, "what is told of something else stays");
}

#[test]
fn an_outage_is_told_with_the_way_out_of_it() {
    let mut desk = desk();
    assert_eq!(desk.keys("!").commands, [Command::Demo(DemoCommand::Outage(true))]);
    assert_eq!(told(&desk), ["the API fails from now on; press ! again to end that"]);
    assert_eq!(desk.keys("!").commands, [Command::Demo(DemoCommand::Outage(false))]);
    assert_eq!(told(&desk)[1], "the API works again: the next look will find it");
}
