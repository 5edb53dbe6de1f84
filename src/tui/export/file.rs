//! A new file for what is exported. An existing one is never touched, half a file is not left behind, and nobody else
//! may read it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// How many names are tried when files are there already.
const NAMES: u32 = 100;

/// Writes a new file and tells its name, or what to do.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<String, String> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 1..=NAMES {
        let name = if number == 1 { name.to_owned() } else { format!("{stem}-{number}.{extension}") };
        let path = folder.join(&name);
        match options.open(&path) {
            Ok(mut file) => {
                return match file.write_all(text.as_bytes()) {
                    Ok(()) => Ok(name),
                    Err(error) => {
                        // Half a file would be taken for a whole one.
                        let _ = fs::remove_file(&path);
                        Err(advice(&path, &error))
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(advice(&path, &error)),
        }
    }
    Err(format!("{name} and {NAMES} more names are taken in {}: remove some of these files", folder.display()))
}

fn advice(path: &Path, error: &io::Error) -> String {
    let what = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk",
        _ => "start dropscale in a folder that you may write to",
    };
    format!("{} was not written ({error}): {what}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_written_over_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write(folder.path(), "x.csv", "one").as_deref(), Ok("x.csv"));
        assert_eq!(write(folder.path(), "x.csv", "two").as_deref(), Ok("x-2.csv"));
        let first = folder.path().join("x.csv");
        assert_eq!(fs::read_to_string(&first).unwrap(), "one");
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&first).unwrap().permissions()) & 0o777,
            0o600
        );
        let told = write(&folder.path().join("nowhere"), "x.csv", "").unwrap_err();
        assert!(told.contains("x.csv was not written") && told.contains("may write to"), "{told}");
    }
}
