//! A server of a small world with a clock set by hand, and a client so plain that it hides nothing.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dropscale::cloud::Clock;
use dropscale::simulator::{Fate, Scenario, SharedWorld, http};
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// When each world begins: Thu, 28 May 2026 20:26:40 GMT.
pub const EPOCH: i64 = 1_780_000_000;

/// A clock that stands until it is moved.
pub struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub world: SharedWorld,
    pub clock: Arc<HandClock>,
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
    pub body: Value,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim())
    }
}

impl Server {
    /// A world of one base droplet and one clone, with these settings beside.
    pub async fn start(settings: &str) -> Self {
        let text = format!("description = \"a test\"\n{settings}\n[workload]\nbase = 40.0\n");
        let clock = Arc::new(HandClock(AtomicI64::new(EPOCH)));
        let world = SharedWorld::new(&Scenario::parse(&text, "test").unwrap(), 1, clock.clone()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(http::serve(world.clone(), listener, std::future::pending()));
        Self { address, world, clock }
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Lets the next call meet this fate, and no other.
    pub fn next_meets(&self, fate: Fate) {
        let mut fate = Some(fate);
        self.world.with(|world| world.inject(move |_| fate.take().unwrap_or_default()));
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, "authorization: Bearer simulated\r\n", body).await.unwrap()
    }

    /// Sends a request with these header lines; nothing if the connection is closed before any byte.
    pub async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let (host, length) = (self.address, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
        // A reset is a closed connection as well.
        if read.expect("an answer in time").is_err() || bytes.is_empty() {
            return None;
        }
        let answer = String::from_utf8(bytes).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = serde_json::from_str(text).unwrap_or_default();
        Some(Answer { status, head: head.to_owned(), text: text.to_owned(), body })
    }
}
