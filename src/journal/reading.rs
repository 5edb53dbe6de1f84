//! Reads a journal back, all files of it. A line that makes no sense is passed over and counted: it was cut off
//! by a crash, or by a disk that was full.

use std::fs;
use std::io;
use std::path::Path;

use super::{Record, file};

/// With what each line begins.
const BEGIN: &str = "{\"journal\":";

/// What a journal holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// Its records, oldest first.
    pub records: Vec<Record>,
    /// How many lines made no sense.
    pub damaged: usize,
}

/// Reads the journal in this folder. One that does not exist is empty.
pub fn read(folder: &Path) -> io::Result<Past> {
    let mut past = Past::default();
    for path in file::all(&file::path(folder)) {
        match fs::read(&path) {
            Ok(bytes) => past.add(&String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    past.records.sort_by_key(|record| record.at);
    Ok(past)
}

impl Past {
    fn add(&mut self, text: &str) {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if let Ok(record) = serde_json::from_str(line) {
                self.records.push(record);
                continue;
            }
            self.damaged += 1;
            // Two processes can have written at the moment at which one of them died.
            let whole = line.match_indices(BEGIN).skip(1).find_map(|(at, _)| serde_json::from_str(&line[at..]).ok());
            self.records.extend(whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Event;

    const LINE: &str = r#"{"journal":1,"at":"2025-11-24T12:00:00Z","cluster":"web","event":"note"}"#;

    #[test]
    fn damaged_lines_are_counted_and_newer_words_are_passed_over() {
        let newer = r#"{"journal":9,"at":"2025-11-24T12:00:01Z","cluster":"web","event":"moon","phase":"x","new":[1]}"#;
        let mut past = Past::default();
        past.add(&format!("{LINE}\n{}\n\nnot at all\n{newer}\n{}{LINE}\n", &LINE[..30], &LINE[..20]));
        let events: Vec<Event> = past.records.iter().map(|record| record.event).collect();
        assert_eq!((events, past.damaged), (vec![Event::Note, Event::Unknown, Event::Note], 3));
    }
}
