//! What is measured of a program, and how.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use crate::process;
use crate::program::{Chunk, Program, Size};

/// How long something visible is waited for, and a program that does not rest.
const PATIENCE: Duration = Duration::from_secs(10);
/// A pause that ends a burst.
const PAUSE: Duration = Duration::from_millis(5);
/// What comes later is no answer to a key.
const ANSWER: Duration = Duration::from_millis(500);
/// Nothing must have been written for so long before the next key.
const CALM: Duration = Duration::from_millis(20);

/// How much is measured.
pub struct Plan {
    pub size: Size,
    pub starts: usize,
    pub settle: Duration,
    pub rest: Duration,
    pub presses: usize,
    pub keys: Vec<Vec<u8>>,
}

/// What came out.
pub struct Figures {
    pub starts: Times,
    pub rest: Rest,
    pub answers: Answers,
    pub peak_bytes: f64,
}

/// While nobody touches it.
pub struct Rest {
    pub seconds: u64,
    pub bytes_per_second: f64,
    pub bursts_per_second: f64,
    pub silent_seconds: usize,
    pub cpu_percent: f64,
}

/// To keys.
pub struct Answers {
    pub times: Times,
    /// How many keys nothing came of, or what came cannot be told from what is written anyway.
    pub missed: usize,
}

/// Times in milliseconds, sorted.
pub struct Times(Vec<f64>);

impl Times {
    fn new(times: impl IntoIterator<Item = Duration>) -> Self {
        let mut times: Vec<f64> = times.into_iter().map(|time| time.as_secs_f64() * 1000.0).collect();
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// The least that this part of them does not exceed; no number when there are none.
    pub fn quantile(&self, part: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a length")]
        let rank = (part * number(self.0.len())).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }
}

fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// Measures a program.
pub fn take(command: &str, plan: &Plan) -> io::Result<Figures> {
    let mut starts = Vec::new();
    for _ in 1..plan.starts {
        starts.push(first_frame(&mut Program::start(command, plan.size)?, plan.size)?);
    }
    let mut program = Program::start(command, plan.size)?;
    starts.push(first_frame(&mut program, plan.size)?);
    program.until(Instant::now() + plan.settle)?;
    let rest = rest(&mut program, plan.rest)?;
    let answers = answers(&mut program, plan)?;
    Ok(Figures { starts: Times::new(starts), rest, answers, peak_bytes: process::peak(program.pid)? })
}

/// From before the program was started until a character is to be seen.
fn first_frame(program: &mut Program, (columns, rows): Size) -> io::Result<Duration> {
    let mut screen = vt100::Parser::new(rows, columns, 0);
    while let Some(chunk) = program.next(program.begun + PATIENCE)? {
        screen.process(&chunk.bytes);
        if screen.screen().contents().contains(|c: char| !c.is_whitespace()) {
            return Ok(chunk.at - program.begun);
        }
    }
    Err(io::Error::other("it shows nothing"))
}

fn rest(program: &mut Program, time: Duration) -> io::Result<Rest> {
    let (begin, work) = (Instant::now(), process::work(program.pid)?);
    let chunks = program.until(begin + time)?;
    let work = process::work(program.pid)?.saturating_sub(work);
    let seconds = time.as_secs_f64();
    let bytes: usize = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    let busy = chunks.iter().map(|chunk| (chunk.at - begin).as_secs());
    Ok(Rest {
        seconds: time.as_secs(),
        bytes_per_second: number(bytes) / seconds,
        bursts_per_second: number(bursts(&chunks)) / seconds,
        silent_seconds: (0..time.as_secs()).filter(|second| busy.clone().all(|other| other != *second)).count(),
        cpu_percent: work.as_secs_f64() / seconds * 100.0,
    })
}

fn bursts(chunks: &[Chunk]) -> usize {
    let pauses = chunks.windows(2).filter(|pair| pair[1].at - pair[0].at >= PAUSE).count();
    pauses + usize::from(!chunks.is_empty())
}

/// Waits until nothing is written for a moment; tells whether that came.
fn comes_to_rest(program: &mut Program) -> io::Result<bool> {
    let deadline = Instant::now() + PATIENCE;
    while program.next(Instant::now() + CALM)?.is_some() {
        if Instant::now() > deadline {
            return Ok(false);
        }
    }
    Ok(true)
}

fn answers(program: &mut Program, plan: &Plan) -> io::Result<Answers> {
    let (mut times, mut missed) = (Vec::new(), 0);
    for (i, key) in plan.keys.iter().cycle().take(plan.presses).enumerate() {
        if !comes_to_rest(program)? {
            missed = plan.presses - times.len();
            break;
        }
        // Not in step with anything that the program does by itself.
        thread::sleep(Duration::from_millis((i * 7 % 23) as u64));
        let at = program.press(key)?;
        match program.next(at + ANSWER)? {
            Some(chunk) => times.push(chunk.at.saturating_duration_since(at)),
            None => missed += 1,
        }
    }
    Ok(Answers { times: Times::new(times), missed })
}
