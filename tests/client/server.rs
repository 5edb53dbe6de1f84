//! A server on a loopback port that answers as a test tells it, broken answers included, and remembers what it
//! was asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dropscale::cloud::digitalocean::{ApiUrl, Client, ClientOptions, RetryPolicy};

/// What the server does with a request.
pub enum Reply {
    /// Writes these bytes; the connection stays open.
    Raw(Vec<u8>),
    /// Writes these bytes and closes the connection; none at all is an answer that was lost.
    Close(Vec<u8>),
    /// Never answers.
    Hang,
}

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Such as `GET /v2/droplets?tag_name=web`.
    pub line: String,
    /// All headers, in lower case.
    pub headers: String,
    pub body: String,
}

type Answer = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

pub struct Server {
    pub address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// A server that answers by this function, which gets the request and how many came before it.
    pub fn start(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let answer: Arc<Answer> = Arc::new(answer);
        let (seen, count) = (Arc::clone(&asked), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &seen, &*answer));
            }
        });
        Self { address, asked, connections }
    }

    /// A server that says the same to everything.
    pub fn always(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self::start(move |_, _| ok(status, &body))
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn options(&self) -> ClientOptions {
        options(&self.address)
    }

    pub fn client(&self) -> Client {
        Client::new(self.options()).unwrap()
    }
}

pub const TOKEN: &str = "dop_v1_5ecre75ecre75ecre7";

/// Options for tests: pauses of no more than milliseconds.
pub fn options(address: &str) -> ClientOptions {
    let url: ApiUrl = address.parse().unwrap();
    ClientOptions {
        retry: RetryPolicy { base: Duration::from_millis(2), ..RetryPolicy::default() },
        seed: 7,
        ..ClientOptions::new(url, TOKEN.into())
    }
}

/// A whole answer.
pub fn ok(status: u16, body: &[u8]) -> Reply {
    with_headers(status, "", body)
}

/// A whole answer with more headers, each line ended by `\r\n`.
pub fn with_headers(status: u16, headers: &str, body: &[u8]) -> Reply {
    let length = if status == 204 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let mut bytes = format!("HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\n{length}{headers}\r\n");
    let mut bytes = std::mem::take(&mut bytes).into_bytes();
    bytes.extend_from_slice(body);
    Reply::Raw(bytes)
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Asked>>, answer: &Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(asked) = read_request(&mut reader) {
        let before = {
            let mut seen = seen.lock().unwrap();
            seen.push(asked.clone());
            seen.len() - 1
        };
        match answer(&asked, before) {
            // The client may have closed the connection before it read everything.
            Reply::Raw(bytes) => drop(stream.write_all(&bytes)),
            Reply::Close(bytes) => {
                let _ = stream.write_all(&bytes);
                let _ = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
            Reply::Hang => {}
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let (mut headers, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if header.trim().is_empty() {
            break;
        }
        if let Some(number) = header.to_lowercase().strip_prefix("content-length:") {
            length = number.trim().parse().ok()?;
        }
        headers.push_str(&header.to_lowercase());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Asked { line, headers, body: String::from_utf8(body).ok()? })
}
