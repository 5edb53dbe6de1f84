//! A cloud on loopback and the program on it. The cloud's clock stands still but for a tick at each request,
//! so that each run makes the same requests, and what takes hours takes no time: the program goes by the
//! cloud's clock.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::simulator::{Call, Fate, SharedWorld, World, http};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::always::{self, Broken};
use crate::settled;
use crate::story::Story;

/// When each story begins.
const EPOCH_MS: i64 = 1_780_000_000_000;
/// How long a request takes by the cloud's clock.
const TICK: Duration = Duration::from_secs(1);
/// Longer than any claim, cooldown or backoff of the stories holds.
const AGE: Duration = Duration::from_secs(700);
/// So many times somebody comes by in the end.
const VISITS: u32 = 6;

/// All servers share it.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());

/// A clock that goes only as far as it is moved.
#[derive(Debug, Default)]
struct HandClock(AtomicI64);

impl HandClock {
    fn advance(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(EPOCH_MS + self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Which request something happens at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The n-th that changes something.
    Change(usize),
    /// The n-th that does not.
    Read(usize),
}

/// What happens there.
#[derive(Debug, Clone)]
pub enum Blow {
    /// The program is killed; the request was carried out, or it was not.
    Kill { done: bool },
    /// It is answered otherwise, once.
    Answer(Fate),
    /// It and all later ones that change something are answered otherwise.
    AnswerAll(Fate),
}

/// What waits for the program, and what has come of it.
#[derive(Default)]
struct Trap {
    child: Option<Child>,
    set: Option<(At, Blow)>,
    changes: usize,
    reads: usize,
    /// The request at which it struck.
    struck: Option<String>,
}

impl Trap {
    fn fate_of(&mut self, call: &Call) -> Fate {
        let at = if call.method == "GET" {
            self.reads += 1;
            At::Read(self.reads)
        } else {
            self.changes += 1;
            At::Change(self.changes)
        };
        let Some((_, blow)) = self.set.take_if(|(wanted, _)| *wanted == at) else { return Fate::Answered };
        self.struck.get_or_insert_with(|| always::name(call));
        match blow {
            Blow::Answer(fate) => fate,
            Blow::AnswerAll(fate) => {
                self.set = Some((At::Change(self.changes + 1), Blow::AnswerAll(fate.clone())));
                fate
            }
            Blow::Kill { done } => {
                self.child.as_mut().unwrap().kill().unwrap();
                if done { Fate::AnswerLost } else { Fate::Lost }
            }
        }
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ended {
    /// Missing when it was killed.
    pub code: Option<i32>,
    pub said: String,
}

/// A cloud, and a place to run the program in.
pub struct Stage<'a> {
    story: &'a Story,
    world: SharedWorld,
    clock: Arc<HandClock>,
    trap: Arc<Mutex<Trap>>,
    broken: Broken,
    home: TempDir,
    url: String,
    _server: oneshot::Sender<()>,
}

impl<'a> Stage<'a> {
    pub fn new(story: &'a Story) -> Self {
        let clock = Arc::new(HandClock::default());
        let world = SharedWorld::new(&story.scenario(), 1, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        world.with(|world| story.prepare(world));
        if story.begins_late() {
            clock.advance(AGE);
        }
        let trap = Arc::new(Mutex::new(Trap::default()));
        let (moved, set) = (Arc::clone(&clock), Arc::clone(&trap));
        let broken = world.with(|world| {
            world.inject(move |call| {
                moved.advance(TICK);
                set.lock().unwrap().fate_of(call)
            });
            always::watch(world, story)
        });
        let (url, server) = serve(world.clone());
        let home = tempfile::tempdir().unwrap();
        story.write_config(&home.path().join("config.toml"));
        Self { story, world, clock, trap, broken, home, url, _server: server }
    }

    /// Runs the program to its end, or to its death.
    fn run(&self, command: &[&str]) -> Ended {
        let mut program = program(self.home.path(), &self.url);
        program.args(command).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (mut out, mut err) = {
            // Its first request waits until it is known whom to kill.
            let mut trap = self.trap();
            (trap.changes, trap.reads) = (0, 0);
            let mut child = program.spawn().unwrap();
            let streams = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
            trap.child = Some(child);
            streams
        };
        let mut said = Vec::new();
        out.read_to_end(&mut said).unwrap();
        err.read_to_end(&mut said).unwrap();
        let child = self.trap().child.take();
        let status = child.unwrap().wait().unwrap();
        Ended { code: status.code(), said: String::from_utf8_lossy(&said).into_owned() }
    }

    /// Runs the story's command, with nothing in its way. Tells how many requests it makes that change
    /// something, and how many that don't.
    pub fn undisturbed(&self) -> (usize, usize) {
        let ended = self.run(self.story.command);
        assert_eq!((ended.code, self.judge()), (Some(0), Ok(())), "{}: {}", self.story.name, ended.said);
        let trap = self.trap();
        (trap.changes, trap.reads)
    }

    /// Runs the program and lets something happen at one of its requests, which is returned. A look more or
    /// less may have been needed, so the last one need not come.
    pub fn strike(&self, command: &[&str], at: At, blow: Blow) -> Result<(String, Ended), String> {
        self.trap().set = Some((at, blow));
        let ended = self.run(command);
        let mut trap = self.trap();
        trap.set = None;
        match trap.struck.take() {
            Some(struck) => Ok((struck, ended)),
            None if at == At::Read(trap.reads + 1) => Ok(("no request".to_owned(), ended)),
            None => Err(format!("nothing has happened to it: {ended:?}")),
        }
    }

    /// Runs the program and kills it.
    pub fn kill(&self, command: &[&str], at: At, done: bool) -> Result<String, String> {
        match self.strike(command, at, Blow::Kill { done })? {
            (struck, Ended { code: None, .. }) => Ok(struck),
            (struck, ended) if struck == "no request" && ended.code == Some(0) => Ok(struck),
            (struck, ended) => Err(format!("{struck} did not kill it: {ended:?}")),
        }
    }

    /// Runs `auto` once all claims are over, and kills it as well, where it comes that far.
    pub fn kill_the_next(&self, at: At, done: bool) {
        self.grow_old();
        // It may have less to do than that.
        let _ = self.strike(&["auto"], at, Blow::Kill { done });
    }

    /// Runs the command again at once and when all claims are over, and then settles.
    pub fn come_back(&self) -> Result<(), String> {
        self.run(self.story.command);
        self.grow_old();
        self.run(self.story.command);
        self.settle()
    }

    fn trap(&self) -> MutexGuard<'_, Trap> {
        self.trap.lock().unwrap()
    }

    /// Whatever claimed the cluster is over.
    fn grow_old(&self) {
        self.clock.advance(AGE);
    }

    /// Runs `auto` until everything is settled, and what was meant is so. Tells what does not hold.
    fn settle(&self) -> Result<(), String> {
        for visit in 0..VISITS {
            if visit > 0 {
                self.grow_old();
            }
            let ended = self.run(&["auto"]);
            if ended.code.is_none() {
                return Err(format!("auto: {ended:?}"));
            }
            if self.world.with(|world| settled::unsettled(world).is_empty()) {
                if self.story.is_told(&self.names()) {
                    break;
                }
                // By hand, it is asked for again.
                self.grow_old();
                self.run(self.story.command);
            }
        }
        self.judge()
    }

    fn names(&self) -> Vec<String> {
        self.world.with(|world| settled::names(world))
    }

    /// Whether all is as it should be, and always was.
    fn judge(&self) -> Result<(), String> {
        let mut wrong = self.world.with(|world: &mut World| settled::unsettled(world));
        if !self.story.is_told(&self.names()) {
            wrong.push(format!("in the end there are {:?}", self.names()));
        }
        wrong.extend(self.broken.lock().unwrap().iter().cloned());
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n  ")) }
    }
}

/// The program on the cloud at this address, with the configuration in this folder and nothing else.
pub fn program(home: &Path, url: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_dropscale"));
    program
        .env_clear()
        .env("HOME", home)
        .env("DIGITALOCEAN_ACCESS_TOKEN", "simulated")
        .env("DIGITALOCEAN_API_URL", url)
        .arg("--config")
        .arg(home.join("config.toml"));
    program
}

/// Serves a world, until what is returned beside its address is dropped.
pub fn serve(world: SharedWorld) -> (String, oneshot::Sender<()>) {
    let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (server, over) = oneshot::channel::<()>();
    RUNTIME.spawn(http::serve(world, listener, async move {
        let _ = over.await;
    }));
    (url, server)
}
