//! The table itself. Its order is that of the help and, where there is a short name, of the footer.

use std::borrow::Cow;

use crossterm::event::KeyCode;

use super::{Action, Binding, Context, Key, On, ch, ctrl, key};

const PAGE: &[Context] = &[Context::Page];
const DIALOG: &[Context] = &[Context::Dialog];
const SCROLLED: &[Context] = &[Context::Page, Context::Help];
const ALL: &[Context] = &[Context::Page, Context::Dialog, Context::Help, Context::Filter];

const SCALING: &str = "Scaling";
const LOOKING: &str = "Looking";
const MOVING: &str = "Moving";
const CLUSTERS: &str = "Clusters";
const PROGRAM: &str = "Program";
const DIALOGS: &str = "Dialogs and help";
pub(super) const DEMO: &str = "Demo";

const DIGITS: &[Key] = &[ch('1'), ch('2'), ch('3'), ch('4'), ch('5'), ch('6'), ch('7'), ch('8'), ch('9')];

/// Where a key is heard, under which heading the help lists it.
type Place = (&'static str, &'static [Context], On);

const fn bind(
    action: Action,
    keys: &'static [Key],
    place: Place,
    short: &'static str,
    describe: &'static str,
) -> Binding {
    let (group, contexts, on) = place;
    Binding { action, keys: Cow::Borrowed(keys), contexts, on, group, short, describe }
}

const CHANGE: Place = (SCALING, PAGE, On::Writable);
const ON_DROPLET: Place = (SCALING, PAGE, On::Droplet);
const LOOK: Place = (LOOKING, PAGE, On::Every);
const IN_TABLE: Place = (LOOKING, PAGE, On::Table);
const MOVE: Place = (MOVING, SCROLLED, On::Every);
const IN_CHART: Place = (MOVING, PAGE, On::Chart);
const CLUSTER: Place = (CLUSTERS, PAGE, On::Clusters);
const ANSWER: Place = (DIALOGS, DIALOG, On::Every);
const DEMO_ONLY: Place = (DEMO, PAGE, On::Every);

pub(super) const BINDINGS: &[Binding] = &[
    bind(Action::ScaleUp, &[ch('u')], CHANGE, "up", "add a clone; asks first"),
    bind(Action::ScaleDown, &[ch('d')], CHANGE, "down", "remove the clone made last; asks first"),
    bind(Action::RemoveSelected, &[ch('D')], ON_DROPLET, "", "remove the selected clone; asks first"),
    bind(Action::ToggleAuto, &[ch('a')], CHANGE, "auto", "scale by itself; asks first. Again: stop that"),
    bind(Action::Open, &[key(KeyCode::Enter)], (LOOKING, PAGE, On::Rows), "detail", "all about the selected row"),
    bind(
        Action::Back,
        &[key(KeyCode::Esc)],
        (LOOKING, PAGE, On::Deeper),
        "back",
        "back; on the cluster: drop the filter",
    ),
    bind(Action::Filter, &[ch('/')], IN_TABLE, "filter", "show only droplets with a text in name, state, role or tags"),
    bind(Action::Sort, &[ch('s')], IN_TABLE, "sort", "sort by the next column"),
    bind(Action::Reverse, &[ch('S')], IN_TABLE, "", "reverse the order"),
    bind(Action::Zoom, &[ch('z')], LOOK, "zoom", "one metric as a chart, and back"),
    bind(Action::Events, &[ch('e')], LOOK, "events", "everything that happened, and back"),
    bind(Action::Shorter, &[ch('[')], LOOK, "", "a shorter range of time"),
    bind(Action::Longer, &[ch(']')], LOOK, "", "a longer range of time"),
    bind(Action::Freeze, &[ch(' ')], LOOK, "", "hold the picture while the work goes on, and go on"),
    bind(Action::Refresh, &[ch('r')], LOOK, "", "look at the cluster now"),
    bind(Action::Up, &[ch('k'), key(KeyCode::Up)], MOVE, "", "up"),
    bind(Action::Down, &[ch('j'), key(KeyCode::Down)], MOVE, "", "down"),
    bind(Action::Left, &[ch('h'), key(KeyCode::Left)], IN_CHART, "", "the metric before"),
    bind(Action::Right, &[ch('l'), key(KeyCode::Right)], IN_CHART, "metric", "the next metric"),
    bind(Action::PageUp, &[key(KeyCode::PageUp)], MOVE, "", "a page up"),
    bind(Action::PageDown, &[key(KeyCode::PageDown)], MOVE, "", "a page down"),
    bind(Action::First, &[ch('g'), key(KeyCode::Home)], MOVE, "", "to the begin"),
    bind(Action::Last, &[ch('G'), key(KeyCode::End)], MOVE, "", "to the end"),
    bind(Action::NextCluster, &[key(KeyCode::Tab)], CLUSTER, "cluster", "the next cluster"),
    bind(Action::PreviousCluster, &[key(KeyCode::BackTab)], CLUSTER, "", "the cluster before"),
    bind(Action::Cluster(0), DIGITS, CLUSTER, "", "the cluster with this number"),
    bind(Action::Overview, &[ch('o')], (CLUSTERS, PAGE, On::Every), "", "all clusters, and back"),
    bind(Action::MoreLoad, &[ch('+'), ch('=')], DEMO_ONLY, "load", "more traffic"),
    bind(Action::LessLoad, &[ch('-')], DEMO_ONLY, "", "less traffic"),
    bind(Action::KillDroplet, &[ch('x')], (DEMO, PAGE, On::Droplet), "crash", "the selected droplet crashes"),
    bind(Action::ToggleOutage, &[ch('!')], DEMO_ONLY, "outage", "the API fails, and works again"),
    bind(Action::Press, &[key(KeyCode::Enter), ch(' ')], ANSWER, "press", "press the button that has the focus"),
    bind(
        Action::MoveFocus,
        &[key(KeyCode::Tab), key(KeyCode::BackTab), key(KeyCode::Left), key(KeyCode::Right), ch('h'), ch('l')],
        ANSWER,
        "",
        "the other button",
    ),
    bind(Action::Accept, &[ch('y')], (DIALOGS, DIALOG, On::Question), "yes", "yes, whichever button has the focus"),
    bind(Action::Cancel, &[key(KeyCode::Esc), ch('n'), ch('q')], ANSWER, "cancel", "no, or close"),
    bind(
        Action::Cancel,
        &[key(KeyCode::Esc), ch('q'), ch('?')],
        (DIALOGS, &[Context::Help], On::Every),
        "close",
        "close the help",
    ),
    bind(Action::Press, &[key(KeyCode::Enter)], (DIALOGS, &[Context::Filter], On::Every), "", "keep the filter"),
    bind(Action::Cancel, &[key(KeyCode::Esc)], (DIALOGS, &[Context::Filter], On::Every), "", "drop the filter"),
    bind(Action::Help, &[ch('?')], (PROGRAM, PAGE, On::Every), "help", "these keys"),
    bind(Action::Quit, &[ch('q')], (PROGRAM, PAGE, On::Every), "quit", "leave; asks while an operation runs"),
    bind(Action::QuitAtOnce, &[ctrl('c')], (PROGRAM, ALL, On::Every), "", "leave at once"),
    bind(Action::Suspend, &[ctrl('z')], (PROGRAM, ALL, On::Every), "", "to the shell; `fg` comes back"),
    bind(Action::Repaint, &[ctrl('l')], (PROGRAM, ALL, On::Every), "", "draw the screen anew"),
];
