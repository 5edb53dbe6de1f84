//! The file of a journal and its predecessors. A line is written by one call to a file that is opened for
//! appending, so that several processes can write at once; a line that was cut off is closed before the next.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file that would grow beyond this becomes a predecessor.
const LONGEST: u64 = 1 << 20;

/// How many predecessors are kept.
const KEPT: usize = 4;

/// The journal's file in the folder of this program.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("journal.jsonl")
}

/// The files of a journal, oldest first.
pub fn all(path: &Path) -> impl Iterator<Item = PathBuf> {
    (1..=KEPT).rev().map(|age| old(path, age)).chain([path.to_owned()])
}

fn old(path: &Path, age: usize) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{age}"));
    name.into()
}

/// Appends a line, which has no line break yet, and makes folder and file where they are missing.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(path)?;
            open(path)?
        }
        other => other?,
    };
    if file.metadata()?.len() + line.len() as u64 >= LONGEST {
        rotate(path)?;
        file = open(path)?;
    }
    let start = if ends_with_a_whole_line(&mut file)? { "" } else { "\n" };
    let bytes = format!("{start}{line}\n");
    loop {
        match file.write(bytes.as_bytes()) {
            Ok(written) if written == bytes.len() => return Ok(()),
            // What is missing cannot follow: somebody else may have written meanwhile.
            Ok(_) => return Err(io::Error::new(io::ErrorKind::StorageFull, "a line was cut off: is the disk full?")),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn ends_with_a_whole_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The file becomes a predecessor, the oldest of which goes. Only one process does it at a time; who comes
/// second goes on with the file that there is.
fn rotate(path: &Path) -> io::Result<()> {
    let lock = open(&path.with_extension("lock"))?;
    // Where nothing can be locked, as on some network drives, rotating all the same is better than never.
    if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
        return Ok(());
    }
    match fs::metadata(path) {
        Ok(about) if about.len() >= LONGEST / 2 => {}
        // Who came first has made it a predecessor, and there is no new one yet, or but a short one.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => return Ok(()),
    }
    let missing_is_fine = |result: io::Result<()>| match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    for age in (1..KEPT).rev() {
        missing_is_fine(fs::rename(old(path, age), old(path, age + 1)))?;
    }
    missing_is_fine(fs::rename(path, old(path, 1)))
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Closes the folder of a journal to others, where it is open to them.
#[cfg(unix)]
pub fn tighten_folder(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let Some(folder) = path.parent() else { return };
    if fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o077 != 0) {
        // The file's own mode keeps it private where the folder is somebody else's.
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
}

#[cfg(not(unix))]
pub fn tighten_folder(_path: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &Path) -> Vec<String> {
        fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_that_was_cut_off_does_not_damage_the_next() {
        let home = tempfile::tempdir().unwrap();
        let path = path(&home.path().join("state/dropscale"));
        append(&path, "one").unwrap();
        let mut file = open(&path).unwrap();
        file.write_all(b"tw").unwrap();
        append(&path, "three").unwrap();
        append(&path, "four").unwrap();
        assert_eq!(lines(&path), ["one", "tw", "three", "four"]);
    }

    #[test]
    fn the_oldest_goes_when_it_grows() {
        let home = tempfile::tempdir().unwrap();
        let path = path(home.path());
        let long = "x".repeat(200_000);
        for number in 0..50 {
            append(&path, &format!("{number} {long}")).unwrap();
        }
        let kept: Vec<PathBuf> = all(&path).filter(|path| path.exists()).collect();
        assert_eq!(kept.len(), KEPT + 1);
        assert!(kept.iter().all(|path| fs::metadata(path).unwrap().len() <= LONGEST));
        let numbers: Vec<usize> = kept
            .iter()
            .flat_map(|path| lines(path))
            .map(|line| line.split(' ').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(numbers.last(), Some(&49));
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_file_are_private_also_when_they_were_not() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = path(&home.path().join("dropscale"));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        append(&path, "one").unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        fs::set_permissions(path.parent().unwrap(), fs::Permissions::from_mode(0o777)).unwrap();
        tighten_folder(&path);
        append(&path, "two").unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn who_comes_second_to_rotate_loses_nothing() {
        let home = tempfile::tempdir().unwrap();
        rotate(&path(home.path())).unwrap();
    }

    #[test]
    fn several_write_at_once_and_every_line_is_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = path(home.path());
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let path = &path;
                scope.spawn(move || {
                    for number in 0..100 {
                        append(path, &format!("{writer}-{number}-{}", "y".repeat(4000))).unwrap();
                    }
                });
            }
        });
        let all: Vec<String> = all(&path).filter(|path| path.exists()).flat_map(|path| lines(&path)).collect();
        // An empty line tells that somebody else was about to write; it is passed over when read.
        let all: Vec<String> = all.into_iter().filter(|line| !line.is_empty()).collect();
        let whole = |line: &&String| line.matches('y').count() == 4000 && line.ends_with('y');
        assert_eq!((all.len(), all.iter().filter(whole).count()), (400, 400));
    }
}
