//! Pages: how they open and lead back, and what keys mean on them.

use super::*;

#[test]
fn on_a_droplets_own_page_both_keys_ask_about_that_droplet() {
    let first = DropletId(BASE.0 + 1);
    for key in ["d", "D"] {
        let mut desk = Desk::new(Fixture::new(4));
        desk.ui.page = Page::Droplet(first);
        desk.keys(key);
        assert_eq!(desk.confirm().unwrap().question, Question::Down(first), "{key}: not about the newest");
        assert_eq!(desk.keys("y").commands, [Command::Down { cluster: 0, droplet: first }]);
        desk.ui.page = Page::Droplet(BASE);
        desk.keys(key);
        assert!(desk.notice().unwrap().contains("base droplet"), "{key}: {:?}", desk.ui.overlay);
    }
}

#[test]
fn pages_open_and_go_back() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("j");
    let id = DropletId(BASE.0 + 1);
    desk.press(KeyCode::Enter);
    assert_eq!(desk.ui.page, Page::Droplet(id));
    desk.keys("jjjjjjjjjj");
    assert_eq!(desk.ui.scroll, 5, "no further than there is something");
    desk.press(KeyCode::Esc);
    assert_eq!(desk.ui.page, Page::Cluster);
    for (key, page) in [("v", Page::Events), ("o", Page::Overview)] {
        desk.keys(key);
        assert_eq!(desk.ui.page, page);
        desk.keys(key);
        assert_eq!(desk.ui.page, Page::Cluster);
    }
}

#[test]
fn a_droplets_page_is_kept_fresh_while_it_is_open_and_not_held() {
    let (mut desk, mut looked_at) = (Desk::new(Fixture::new(4)), LookedAt::default());
    let mut told = |ui: &Ui| {
        let mut commands = Vec::new();
        looked_at.follow(ui, |command| {
            commands.push(command);
            true
        });
        commands
    };
    let inspect = |cluster, droplet| Command::Inspect { cluster, droplet };
    assert_eq!(told(&desk.ui), []);
    desk.ui.page = Page::Droplet(CLONE);
    assert_eq!(told(&desk.ui), [inspect(0, Some(CLONE))]);
    desk.keys("?");
    assert_eq!(told(&desk.ui), [], "once, and whatever lies over it");
    desk.press(KeyCode::Esc);
    desk.keys(" ");
    assert_eq!(told(&desk.ui), [inspect(0, None)], "what is held needs nothing new");
    desk.keys(" ");
    assert_eq!(told(&desk.ui), [inspect(0, Some(CLONE))]);
    desk.keys("z");
    assert_eq!(told(&desk.ui), [inspect(0, None)], "its chart shows nothing of it");
    desk.press(KeyCode::Esc);
    assert_eq!(told(&desk.ui), [inspect(0, Some(CLONE))]);
    (desk.ui.page, desk.ui.cluster) = (Page::Droplet(BASE), 1);
    assert_eq!(told(&desk.ui), [inspect(0, None), inspect(1, Some(BASE))]);
}

#[test]
fn what_the_worker_had_no_room_for_is_told_it_again() {
    let (mut ui, mut looked_at) = (Desk::new(Fixture::new(4)).ui, LookedAt::default());
    let inspect = |cluster, droplet| Command::Inspect { cluster, droplet };
    let mut told = |ui: &Ui, room: usize| {
        let mut commands = Vec::new();
        looked_at.follow(ui, |command| {
            let fits = commands.len() < room;
            if fits {
                commands.push(command);
            }
            fits
        });
        commands
    };
    ui.page = Page::Droplet(CLONE);
    assert_eq!(told(&ui, 0), []);
    assert_eq!(told(&ui, 1), [inspect(0, Some(CLONE))]);
    assert_eq!(told(&ui, 1), []);
    (ui.page, ui.cluster) = (Page::Droplet(BASE), 1);
    assert_eq!(told(&ui, 1), [inspect(0, None)], "there was room for half of it");
    assert_eq!(told(&ui, 2), [inspect(0, None), inspect(1, Some(BASE))]);
    assert_eq!(told(&ui, 2), []);
}

#[test]
fn an_event_opens_whole_and_leads_to_its_droplet() {
    let mut desk = Desk::new(Fixture::new(4));
    desk.keys("v");
    let about = |desk: &Desk, name: &str| {
        desk.state.clusters[0].events.iter().rev().position(|event| event.text.contains(name)).unwrap()
    };
    let told = |desk: &Desk| match &desk.ui.overlay {
        Some(Overlay::Event(told)) => told.clone(),
        other => panic!("{other:?}"),
    };
    desk.ui.events.selected = about(&desk, "web002");
    desk.press(KeyCode::Enter);
    assert_eq!(told(&desk).droplet, Some((CLONE, "web002".to_owned())));
    desk.press(KeyCode::Enter);
    assert!(desk.ui.overlay.is_none() && desk.ui.page == Page::Events, "Close has the focus");
    desk.press(KeyCode::Enter);
    desk.keys("y");
    assert_eq!(desk.ui.page, Page::Droplet(CLONE));

    // One that is about no droplet leads nowhere else.
    let events = Arc::make_mut(&mut desk.state.clusters[0].events);
    events.push(Event { at: fixtures::now(), level: Level::Info, text: "auto is on".to_owned(), count: 1 });
    desk.ui.events.selected = 0;
    desk.keys("v");
    desk.press(KeyCode::Enter);
    assert_eq!((told(&desk).event.text.as_str(), told(&desk).droplet), ("auto is on", None));
    assert_eq!(desk.keys("y"), Outcome::default());
    assert!(desk.ui.overlay.is_some(), "there is nothing to say yes to");
    desk.press(KeyCode::Tab);
    desk.press(KeyCode::Enter);
    assert!(desk.ui.overlay.is_none() && desk.ui.page == Page::Events);
}

#[test]
fn the_page_of_a_droplet_that_is_gone_closes() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.ui.page = Page::Droplet(CLONE);
    desk.forget(CLONE);
    assert_eq!(desk.ui.page, Page::Cluster);
}

#[test]
fn a_chart_begins_with_what_is_busy_and_goes_around() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys("z");
    let Page::Chart(first) = desk.ui.page else { panic!("{:?}", desk.ui.page) };
    desk.keys("j");
    assert_ne!(desk.ui.page, Page::Chart(first));
    desk.keys("k");
    assert_eq!(desk.ui.page, Page::Chart(first));
    desk.press(KeyCode::Up);
    assert_eq!(desk.ui.page, Page::Chart(Metric::ResponseTime), "around the end");
    desk.keys("z");
    assert_eq!(desk.ui.page, Page::Cluster);
}

#[test]
fn from_a_droplets_page_the_chart_is_that_droplets_and_leads_back_there() {
    let mut desk = Desk::new(Fixture::new(3));
    for back in [KeyCode::Esc, KeyCode::Char('z')] {
        desk.ui.page = Page::Droplet(CLONE);
        desk.keys("z");
        assert_eq!(desk.ui.page, Page::DropletChart(CLONE, Metric::Load));
        desk.keys("k");
        let Page::DropletChart(CLONE, last) = desk.ui.page else { panic!("{:?}", desk.ui.page) };
        assert_eq!(last.scope(), Scope::Droplet, "a droplet has no requests of its own");
        desk.press(back);
        assert_eq!(desk.ui.page, Page::Droplet(CLONE));
    }
    desk.keys("zd");
    assert_eq!(desk.confirm().unwrap().question, Question::Down(CLONE));
    desk.press(KeyCode::Esc);
    desk.forget(CLONE);
    assert_eq!(desk.ui.page, Page::Cluster, "the droplet is gone");
}

#[test]
fn of_auto_on_and_off_only_the_last_is_told() {
    let mut desk = Desk::new(Fixture::new(3));
    let mut heard = Heard::all_of(&desk.state);
    for text in ["auto is on", "auto is off", "auto is on"] {
        let event = Event { at: fixtures::now(), level: Level::Info, text: text.to_owned(), count: 1 };
        Arc::make_mut(&mut desk.state.clusters[0].events).push(event);
        heard.tell(&mut desk.ui, &desk.state, std::time::Instant::now());
        let told: Vec<&str> = desk.ui.toasts.iter().map(|toast| toast.text.as_str()).collect();
        assert_eq!(told, [text]);
    }
}

#[test]
fn ranges_stop_at_both_ends() {
    let mut desk = Desk::new(Fixture::new(3));
    assert_eq!(desk.keys("[").commands, [Command::Range { cluster: 0, range: Ui::RANGES[0] }]);
    assert!(desk.ui.toasts.is_empty());
    assert_eq!(desk.keys("["), Outcome::default());
    desk.keys("[[]]]]]]]]");
    assert_eq!(desk.ui.range, Ui::RANGES[4]);
    let told: Vec<&str> = desk.ui.toasts.iter().map(|toast| toast.text.as_str()).collect();
    assert_eq!(told, ["15 min is the shortest range", "7 d is the longest range"], "each once");
}
