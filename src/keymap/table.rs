//! The table itself. Its order is that of the help and, where there is a short name, of the footer.

use std::borrow::Cow;

use crossterm::event::KeyCode;

use super::{Action, Binding, Context, Key, On, ch, ctrl, key};

/// A chart hears what each page does, but that there is nothing to scroll there.
const PAGE: &[Context] = &[Context::Page, Context::Chart];
const CHART: &[Context] = &[Context::Chart];
const DIALOG: &[Context] = &[Context::Dialog];
const SCROLLED: &[Context] = &[Context::Page, Context::Help, Context::Dialog];
const LISTED: &[Context] = &[Context::Page, Context::Help, Context::Dialog, Context::Choice, Context::Columns];
const ALL: &[Context] = &[
    Context::Page,
    Context::Chart,
    Context::Dialog,
    Context::Help,
    Context::Filter,
    Context::Palette,
    Context::Choice,
    Context::Columns,
];

const SCALING: &str = "Scaling";
const LOOKING: &str = "Looking";
const MOVING: &str = "Moving";
const CHARTED: &str = "On a chart";
const CLUSTERS: &str = "Clusters";
const PROGRAM: &str = "Program";
const QUESTION: &str = "In a question or a message";
const HELP: &str = "In the help";
const FILTER: &str = "While a filter is typed";
const CHOICE: &str = "In a list of choices";
const COLUMNS: &str = "In the list of columns";
const PALETTE: &str = "While a command is typed";
pub(super) const DEMO: &str = "Demo";

pub(super) const DIGITS: &[Key] = &[ch('1'), ch('2'), ch('3'), ch('4'), ch('5'), ch('6'), ch('7'), ch('8'), ch('9')];

/// Where a key is heard, under which heading the help lists it.
type Place = (&'static str, &'static [Context], On);

const fn bind(
    name: &'static str,
    action: Action,
    keys: &'static [Key],
    place: Place,
    short: &'static str,
    describe: &'static str,
) -> Binding {
    let (group, contexts, on) = place;
    Binding { name, action, keys: Cow::Borrowed(keys), contexts, on, group, short, describe }
}

const CHANGE: Place = (SCALING, PAGE, On::Writable);
const ON_CLONE: Place = (SCALING, PAGE, On::Removable);
const LOOK: Place = (LOOKING, PAGE, On::Every);
const IN_TABLE: Place = (LOOKING, PAGE, On::Table);
const MOVE: Place = (MOVING, SCROLLED, On::Every);
const IN_CHART: Place = (CHARTED, CHART, On::Chart);
const CLUSTER: Place = (CLUSTERS, PAGE, On::Clusters);
const END: Place = (MOVING, LISTED, On::Every);
const ANSWER: Place = (QUESTION, DIALOG, On::Every);
const IN_PALETTE: Place = (PALETTE, &[Context::Palette], On::Every);
const IN_CHOICE: Place = (CHOICE, &[Context::Choice], On::Every);
const IN_COLUMNS: Place = (COLUMNS, &[Context::Columns], On::Every);
const DEMO_ONLY: Place = (DEMO, PAGE, On::Every);

pub(super) const BINDINGS: &[Binding] = &[
    bind("scale_up", Action::ScaleUp, &[ch('u')], CHANGE, "scale up", "add a clone; asks first"),
    bind(
        "scale_down",
        Action::ScaleDown,
        &[ch('d')],
        CHANGE,
        "scale down",
        "remove the newest clone, or on a droplet's own page that droplet; asks first",
    ),
    bind("remove", Action::RemoveSelected, &[ch('D')], ON_CLONE, "remove it", "remove the selected clone; asks first"),
    bind(
        "auto",
        Action::ToggleAuto,
        &[ch('a')],
        CHANGE,
        "auto",
        "switch auto on, which scales without asking, or off; on asks first",
    ),
    bind(
        "detail",
        Action::Open,
        &[key(KeyCode::Enter)],
        (LOOKING, PAGE, On::Rows),
        "detail",
        "all about the selected row",
    ),
    bind(
        "back",
        Action::Back,
        &[key(KeyCode::Esc)],
        (LOOKING, PAGE, On::Deeper),
        "back",
        "back; on the main page: drop the filter; on a chart first the cursor",
    ),
    bind(
        "filter",
        Action::Filter,
        &[ch('/')],
        IN_TABLE,
        "filter",
        "show only droplets with a text in name, state, role or tags",
    ),
    bind("sort", Action::Sort, &[ch('s')], IN_TABLE, "sort", "sort by the next column"),
    bind("reverse", Action::Reverse, &[ch('S')], IN_TABLE, "", "reverse the order"),
    bind("columns", Action::Columns, &[ch('C')], IN_TABLE, "", "choose the columns of the table"),
    bind("chart", Action::Chart, &[ch('z')], LOOK, "chart", "one metric as a chart, and back"),
    bind("why", Action::Why, &[ch('w')], LOOK, "why", "why it scales or not, and all problems; and back"),
    bind("events", Action::Events, &[ch('v')], LOOK, "events", "everything that happened, and back"),
    bind("shorter", Action::Shorter, &[ch('[')], LOOK, "", "a shorter range of time"),
    bind("longer", Action::Longer, &[ch(']')], LOOK, "range", "a longer range of time"),
    bind("pause", Action::Pause, &[ch(' ')], LOOK, "pause", "pause the picture, or let it go on; the work goes on"),
    bind("refresh", Action::Refresh, &[ch('r')], LOOK, "", "look at the cluster now"),
    bind(
        "copy",
        Action::Copy,
        &[ch('y')],
        (LOOKING, PAGE, On::Copyable),
        "copy",
        "copy the public address; of one droplet or event: what it shows",
    ),
    bind("export", Action::Export, &[ch('e')], LOOK, "export", "export the page to a file; asks whether CSV or JSON"),
    bind("move_up", Action::Up, &[ch('k'), key(KeyCode::Up)], MOVE, "", "up"),
    bind("move_down", Action::Down, &[ch('j'), key(KeyCode::Down)], MOVE, "", "down"),
    bind("page_up", Action::PageUp, &[key(KeyCode::PageUp)], MOVE, "", "a page up"),
    bind("page_down", Action::PageDown, &[key(KeyCode::PageDown)], MOVE, "", "a page down"),
    bind("first", Action::First, &[ch('g'), key(KeyCode::Home)], END, "", "to the beginning"),
    bind("last", Action::Last, &[ch('G'), key(KeyCode::End)], END, "", "to the end"),
    bind(
        "earlier",
        Action::Earlier,
        &[ch('h'), key(KeyCode::Left)],
        IN_CHART,
        "",
        "the cursor a column back in time; what stands there is said above the chart",
    ),
    bind(
        "later",
        Action::Later,
        &[ch('l'), key(KeyCode::Right)],
        IN_CHART,
        "cursor",
        "the cursor a column on; beyond the newest there is none",
    ),
    bind("previous_metric", Action::PreviousMetric, &[ch('k'), key(KeyCode::Up)], IN_CHART, "", "the metric before"),
    bind("next_metric", Action::NextMetric, &[ch('j'), key(KeyCode::Down)], IN_CHART, "metric", "the next metric"),
    bind(
        "tenth_earlier",
        Action::PageUp,
        &[key(KeyCode::PageUp)],
        IN_CHART,
        "",
        "the cursor a tenth of the chart back",
    ),
    bind("tenth_later", Action::PageDown, &[key(KeyCode::PageDown)], IN_CHART, "", "the cursor a tenth on"),
    bind("oldest", Action::First, &[ch('g'), key(KeyCode::Home)], IN_CHART, "", "the cursor to the oldest column"),
    bind("now", Action::Last, &[ch('G'), key(KeyCode::End)], IN_CHART, "", "no cursor: back to now"),
    bind("next_cluster", Action::NextCluster, &[key(KeyCode::Tab)], CLUSTER, "cluster", "the next cluster"),
    bind("previous_cluster", Action::PreviousCluster, &[key(KeyCode::BackTab)], CLUSTER, "", "the cluster before"),
    bind("cluster", Action::Cluster(0), DIGITS, CLUSTER, "", "the cluster with this number"),
    bind("overview", Action::Overview, &[ch('o')], (CLUSTERS, PAGE, On::Every), "", "all clusters, and back"),
    bind("more_load", Action::MoreLoad, &[ch('+'), ch('=')], DEMO_ONLY, "load", "more traffic"),
    bind("less_load", Action::LessLoad, &[ch('-')], DEMO_ONLY, "", "less traffic"),
    bind("crash", Action::KillDroplet, &[ch('x')], (DEMO, PAGE, On::Droplet), "crash", "the selected droplet crashes"),
    bind("outage", Action::ToggleOutage, &[ch('!')], DEMO_ONLY, "outage", "the API fails, and works again"),
    bind(
        "palette",
        Action::Palette,
        &[ch(':')],
        (PROGRAM, PAGE, On::Every),
        "more",
        "every command by its name, such as :sort cpu or :range 6h",
    ),
    bind("help", Action::Help, &[ch('?')], (PROGRAM, PAGE, On::Every), "help", "these keys, the signs and the words"),
    bind(
        "quit",
        Action::Quit,
        &[ch('q')],
        (PROGRAM, PAGE, On::Every),
        "quit",
        "leave; asks while an operation runs or auto is on",
    ),
    bind("quit_at_once", Action::QuitAtOnce, &[ctrl('c')], (PROGRAM, ALL, On::Every), "", "leave at once"),
    bind("suspend", Action::Suspend, &[ctrl('z')], (PROGRAM, ALL, On::Every), "", "to the shell; `fg` brings it back"),
    bind("repaint", Action::Repaint, &[ctrl('l')], (PROGRAM, ALL, On::Every), "", "draw the screen again"),
    bind(
        "yes",
        Action::Accept,
        &[ch('y')],
        (QUESTION, DIALOG, On::Question),
        "yes",
        "yes, whichever button has the focus; in an event: show its droplet",
    ),
    bind(
        "press",
        Action::Press,
        &[key(KeyCode::Enter), ch(' ')],
        ANSWER,
        "press",
        "press the button that has the focus",
    ),
    bind(
        "other_button",
        Action::MoveFocus,
        &[key(KeyCode::Tab), key(KeyCode::BackTab), key(KeyCode::Left), key(KeyCode::Right), ch('h'), ch('l')],
        (QUESTION, DIALOG, On::Question),
        "other button",
        "to the other button",
    ),
    bind("no", Action::Cancel, &[ch('n'), key(KeyCode::Esc), ch('q')], ANSWER, "cancel", "no, or close"),
    bind(
        "close_help",
        Action::Cancel,
        &[key(KeyCode::Esc), ch('q'), ch('?')],
        (HELP, &[Context::Help], On::Every),
        "close",
        "close the help",
    ),
    bind(
        "keep_filter",
        Action::Press,
        &[key(KeyCode::Enter)],
        (FILTER, &[Context::Filter], On::Every),
        "",
        "keep the filter",
    ),
    bind(
        "drop_filter",
        Action::Cancel,
        &[key(KeyCode::Esc)],
        (FILTER, &[Context::Filter], On::Every),
        "",
        "cancel: the filter is what it was before",
    ),
    bind("pick", Action::Press, &[key(KeyCode::Enter)], IN_CHOICE, "choose", "choose the selected one"),
    bind("choice_before", Action::Up, &[ch('k'), key(KeyCode::Up)], IN_CHOICE, "", "the one before"),
    bind(
        "choice_after",
        Action::Down,
        &[ch('j'), key(KeyCode::Down), key(KeyCode::Tab)],
        IN_CHOICE,
        "",
        "the next one",
    ),
    bind(
        "leave_choice",
        Action::Cancel,
        &[key(KeyCode::Esc), ch('n'), ch('q')],
        IN_CHOICE,
        "cancel",
        "close the list and do nothing",
    ),
    bind("toggle_column", Action::Press, &[ch(' ')], IN_COLUMNS, "show/hide", "show the selected column, or hide it"),
    bind("column_before", Action::Up, &[ch('k'), key(KeyCode::Up)], IN_COLUMNS, "", "the column before"),
    bind("column_after", Action::Down, &[ch('j'), key(KeyCode::Down)], IN_COLUMNS, "", "the next column"),
    bind(
        "close_columns",
        Action::Cancel,
        &[key(KeyCode::Esc), key(KeyCode::Enter), ch('q'), ch('C')],
        IN_COLUMNS,
        "close",
        "close the list",
    ),
    bind("run", Action::Press, &[key(KeyCode::Enter)], IN_PALETTE, "", "run the selected command"),
    bind("complete", Action::MoveFocus, &[key(KeyCode::Tab)], IN_PALETTE, "", "complete what is typed"),
    bind("command_before", Action::Up, &[key(KeyCode::Up), ctrl('p')], IN_PALETTE, "", "the command before"),
    bind("command_after", Action::Down, &[key(KeyCode::Down), ctrl('n')], IN_PALETTE, "", "the next command"),
    bind("leave_palette", Action::Cancel, &[key(KeyCode::Esc)], IN_PALETTE, "", "close the list and do nothing"),
];
