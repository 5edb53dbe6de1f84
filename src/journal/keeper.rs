//! Writes records to the journal's file from a thread of its own, so that a slow disk makes nobody wait. What
//! cannot be written is lost, and that is told once.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Author, Keeper, Record, file};

/// So many records may wait for a slow disk.
const WAITING: usize = 1024;

/// How long the end of the program waits for the disk.
const PATIENCE: Duration = Duration::from_millis(500);

/// Keeps records in a file.
pub struct FileKeeper {
    path: PathBuf,
    author: Author,
    /// To the thread, which begins with the first record.
    writer: OnceLock<SyncSender<Message>>,
    trouble: Arc<Mutex<Trouble>>,
}

enum Message {
    Line(String),
    /// Everything before this is written when its sender is dropped.
    Flush(SyncSender<()>),
}

#[derive(Default)]
enum Trouble {
    #[default]
    None,
    Untold(String),
    Told,
}

impl FileKeeper {
    /// A keeper that writes in this folder, as this author. Nothing is made before the first record.
    #[must_use]
    pub fn new(folder: &Path, author: Author) -> Self {
        Self { path: file::path(folder), author, writer: OnceLock::new(), trouble: Arc::default() }
    }

    /// Waits until what was kept so far is written, or half a second.
    pub fn flush(&self) {
        let Some(writer) = self.writer.get() else { return };
        let (done, wait) = sync_channel(1);
        if writer.try_send(Message::Flush(done)).is_ok() {
            // An error means that the disk is slow: what is lost then was told or is a moment old.
            let _ = wait.recv_timeout(PATIENCE);
        }
    }

    fn writer(&self) -> &SyncSender<Message> {
        self.writer.get_or_init(|| {
            let (sender, messages) = sync_channel(WAITING);
            let (path, trouble) = (self.path.clone(), Arc::clone(&self.trouble));
            let work = move || write(&path, &messages, &trouble);
            if let Err(error) = thread::Builder::new().name("journal".to_owned()).spawn(work) {
                complain(&self.trouble, &self.path, &error);
            }
            sender
        })
    }
}

impl Keeper for FileKeeper {
    fn keep(&self, record: Record) {
        let Ok(line) = serde_json::to_string(&Record { who: self.author.clone(), ..record }) else { return };
        match self.writer().try_send(Message::Line(line)) {
            // Without a thread, which was told.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => complain(&self.trouble, &self.path, &"the disk is too slow"),
        }
    }

    fn trouble(&self) -> Option<String> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*trouble, Trouble::Untold(_)) {
            return None;
        }
        match std::mem::replace(&mut *trouble, Trouble::Told) {
            Trouble::Untold(text) => Some(text),
            Trouble::None | Trouble::Told => None,
        }
    }
}

impl Drop for FileKeeper {
    fn drop(&mut self) {
        self.flush();
    }
}

fn write(path: &Path, messages: &Receiver<Message>, trouble: &Mutex<Trouble>) {
    file::tighten_folder(path);
    while let Ok(message) = messages.recv() {
        match message {
            Message::Line(line) => {
                if let Err(error) = file::append(path, &line) {
                    complain(trouble, path, &error);
                }
            }
            Message::Flush(done) => drop(done),
        }
    }
}

fn complain(trouble: &Mutex<Trouble>, path: &Path, why: &impl std::fmt::Display) {
    let mut trouble = trouble.lock().unwrap_or_else(PoisonError::into_inner);
    if matches!(*trouble, Trouble::None) {
        let path = path.display();
        *trouble = Trouble::Untold(format!(
            "the journal {path} cannot be written ({why}); everything else goes on without it. Make the folder \
             writable, or set `journal = false`"
        ));
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::journal::{Event, read};
    use crate::policy::{Action, Decision, Reason};
    use crate::scaling::Kind;

    fn record(serving: usize) -> Record {
        let decision = Decision {
            at: Timestamp::from_second(1_763_985_600).unwrap(),
            wanted: Action::Up,
            action: Action::Up,
            because: Reason::BelowMinimum { min: 2 },
            stopped_by: Vec::new(),
            rules: Vec::new(),
            count: 1,
            serving,
        };
        Record::of_decision("web", &decision, Kind::Up)
    }

    #[test]
    fn what_is_kept_can_be_read_back_with_its_author() {
        let home = tempfile::tempdir().unwrap();
        let author = Author::of_process(Some("ann"), "r1".to_owned());
        let keeper = FileKeeper::new(home.path(), author.clone());
        assert_eq!(read(home.path()).unwrap().records, []);
        (0..20).for_each(|serving| keeper.keep(record(serving)));
        keeper.flush();
        let past = read(home.path()).unwrap();
        assert_eq!((past.records.len(), past.damaged, keeper.trouble()), (20, 0, None));
        assert_eq!((past.records[0].event, &past.records[0].who), (Event::Evaluation, &author));
        assert_eq!(past.records[0], Record { who: author, ..record(0) });
    }

    #[test]
    fn a_journal_that_cannot_be_written_is_told_once_and_stops_nobody() {
        let home = tempfile::tempdir().unwrap();
        // A folder below a file can never be.
        std::fs::write(home.path().join("file"), "").unwrap();
        let keeper = FileKeeper::new(&home.path().join("file/dropscale"), Author::default());
        keeper.keep(record(0));
        keeper.flush();
        assert!(keeper.trouble().is_some_and(|text| text.contains("cannot be written")));
        keeper.keep(record(1));
        keeper.flush();
        assert_eq!(keeper.trouble(), None);
    }
}
