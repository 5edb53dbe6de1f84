//! The palette, what is copied and what is exported.

use super::*;

#[test]
fn a_command_does_what_its_key_does_and_asks_the_same() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys(":scale u");
    assert_eq!(desk.press(KeyCode::Enter), Outcome::default());
    assert_eq!(desk.confirm(), Some(Confirm { question: Question::Up, accept_focused: false }));
    desk.press(KeyCode::Esc);
    desk.keys(":range 6");
    let range = Ui::RANGES[2];
    assert_eq!(desk.press(KeyCode::Enter).commands, [Command::Range { cluster: 0, range }]);
    desk.keys(":sort cp");
    desk.press(KeyCode::Enter);
    assert_eq!((desk.ui.table.sort, desk.ui.table.descending), (SortBy::Metric(Metric::Cpu), true));
    desk.keys(":filter web001");
    desk.press(KeyCode::Enter);
    assert_eq!(desk.ui.table.filter, "web001");
    desk.state.clusters[0].auto = false;
    desk.keys(":quit");
    assert_eq!(desk.press(KeyCode::Enter).effect, Some(Effect::Quit));
    assert_eq!(desk.ui.history, ["scale_up", "range 6h", "sort cpu", "filter web001", "quit"]);
}

#[test]
fn tab_completes_and_the_last_command_is_a_step_away() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys(":ran");
    desk.press(KeyCode::Tab);
    let typed = |desk: &Desk| match &desk.ui.overlay {
        Some(Overlay::Palette(palette)) => palette.input.value().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(typed(&desk), "range ");
    desk.press(KeyCode::Down);
    desk.press(KeyCode::Tab);
    assert_eq!(typed(&desk), "range 1h");
    assert_eq!(desk.press(KeyCode::Enter).commands.len(), 1);
    desk.keys(":");
    assert_eq!(desk.press(KeyCode::Enter).commands.len(), 1, "the same again");
    desk.keys(":q");
    desk.press(KeyCode::Esc);
    assert!(desk.ui.overlay.is_none());
}

#[test]
fn a_command_that_does_nothing_here_stays_with_its_reason() {
    let mut desk = Desk::new(Fixture::new(3).read_only());
    desk.keys(":scale_up");
    assert_eq!(desk.press(KeyCode::Enter), Outcome::default());
    let Some(Overlay::Palette(palette)) = &desk.ui.overlay else { panic!("{:?}", desk.ui.overlay) };
    assert_eq!(palette.chosen().unwrap().why_not, Some("read-only: nothing may be changed"));
}

#[test]
fn a_command_that_changes_the_cloud_is_known_before_it_is_done() {
    let mut desk = Desk::new(Fixture::new(3));
    desk.keys(":scale_up");
    let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
    assert_eq!(intends(&desk.ui, &desk.keymap, false, &enter), Some(Action::ScaleUp));
}

#[test]
fn the_table_copies_the_public_address_and_the_droplets_page_asks() {
    let mut desk = Desk::new(Fixture::new(3));
    let droplet = desk.state.clusters[0].observation.as_ref().unwrap().members[0].droplet.clone();
    let ip = droplet.addresses.iter().find(|address| address.public).unwrap().ip.clone();
    assert_eq!(desk.keys("y").effect, Some(Effect::Copy(ip.clone())));
    assert!(desk.ui.toasts[0].text.contains(&ip) && desk.ui.toasts[0].text.contains("if the terminal allows it"));
    desk.press(KeyCode::Enter);
    assert_eq!(desk.keys("y"), Outcome::default());
    let Some(Overlay::Choice(choice)) = &desk.ui.overlay else { panic!("{:?}", desk.ui.overlay) };
    let at = choice.picks.iter().position(|pick| pick.label == "name").unwrap();
    "j".repeat(at).chars().for_each(|c| drop(desk.press(KeyCode::Char(c))));
    assert_eq!(desk.press(KeyCode::Enter).effect, Some(Effect::Copy(droplet.name)));
    desk.keys("y");
    assert_eq!(desk.press(KeyCode::Esc), Outcome::default());
    desk.keys("v");
    let newest = desk.state.clusters[0].events.last().unwrap().text.clone();
    assert_eq!(desk.keys("y").effect, Some(Effect::Copy(newest)));
}

#[test]
fn what_is_copied_is_cleaned_and_not_too_long() {
    let mut desk = Desk::new(Fixture::new(1));
    let mut happen = |text: String| {
        let event = Event { at: fixtures::now(), level: Level::Info, text, count: 1 };
        Arc::make_mut(&mut desk.state.clusters[0].events).push(event);
        desk.ui.page = Page::Events;
        desk.keys("y").effect
    };
    assert_eq!(happen("a\u{1b}]52;b\u{202e}".to_owned()), Some(Effect::Copy("a]52;b".to_owned())));
    assert_eq!(happen("x".repeat(9000)), None);
}

/// What the dialog in front offers: its title, and the files.
fn offered(desk: &Desk) -> (String, Vec<String>) {
    let Some(Overlay::Choice(choice)) = &desk.ui.overlay else { panic!("{:?}", desk.ui.overlay) };
    assert_eq!(choice.folder.as_deref(), Some(Path::new("/home/me")), "where to");
    (choice.title.clone(), choice.picks.iter().map(|pick| pick.text.clone()).collect())
}

#[test]
fn an_export_asks_for_its_kind_and_shows_the_name() {
    let mut desk = Desk::new(Fixture::new(3));
    assert_eq!(desk.keys("e"), Outcome::default());
    let (title, files) = offered(&desk);
    assert_eq!((title.as_str(), files.len()), ("Export the droplets of web", 3));
    let export = Export { contents: Contents::Droplets, format: Format::Json };
    assert_eq!(desk.keys("j"), Outcome::default());
    assert_eq!(desk.press(KeyCode::Enter).effect, Some(Effect::Export { export, name: files[1].clone() }));
    desk.keys("ejj");
    let export = Export { contents: Contents::Everything, format: Format::Json };
    assert_eq!(desk.press(KeyCode::Enter).effect, Some(Effect::Export { export, name: files[2].clone() }));
    desk.keys("e");
    assert_eq!(desk.keys("n"), Outcome::default());
    assert!(desk.ui.overlay.is_none());
}

#[test]
fn an_export_is_of_the_page_that_is_open() {
    let mut desk = Desk::new(Fixture::new(3));
    let pages = [
        (Page::Cluster, "Export the droplets of web", "web-droplets", "web-all"),
        (Page::Events, "Export the events of web", "web-events", "web-all"),
        (Page::Why, "Export the decision of web", "web-decision", "web-all"),
        (Page::Chart(Metric::FreeMemory), "Export the chart of Free memory", "web-free_memory", "web-all"),
        (Page::Droplet(CLONE), "Export the metrics and facts of web002", "web-web002-metrics", "web-all"),
        (Page::Overview, "Export all clusters", "clusters", "clusters"),
    ];
    for (page, title, first, last) in pages {
        desk.ui.page = page;
        desk.keys("e");
        let (shown, files) = offered(&desk);
        assert_eq!(shown, title);
        let name = |word, ending| format!("dropscale-{word}-20251124T120000Z.{ending}");
        assert_eq!(files.first(), Some(&name(first, "csv")));
        assert_eq!(files.last(), Some(&name(last, "json")));
        let effect = desk.press(KeyCode::Enter).effect;
        let Some(Effect::Export { export, name }) = effect else { panic!("{effect:?}") };
        assert_eq!((export, &name), (Contents::of(page)[0].1, &files[0]));
        assert_eq!(desk.ui.page, page);
    }
}
