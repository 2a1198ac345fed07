//! The sum of a backup, in a file beside it as `sha256sum` writes it: one line, digits, two spaces, the file's name.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::BackupError;
use super::stop::Stop;
use crate::engine::location::beside;

/// How much is read at once.
const BLOCK: usize = 1 << 20;
/// The longest file of a sum: digits, and a name as long as a system takes one.
const LONGEST: u64 = 512;

/// The file that holds the sum of a backup.
pub fn file_of(backup: &Path) -> PathBuf {
    beside(backup, ".sha256")
}

/// The name of a backup as its sum tells it. A file of sums has one line for each name and tells no other.
pub(super) fn name_of(backup: &Path) -> Result<&str, BackupError> {
    let name = backup.file_name().and_then(|name| name.to_str());
    name.filter(|name| !name.chars().any(|sign| sign.is_control() || sign == '\\'))
        .ok_or_else(|| BackupError::BadName(backup.to_owned()))
}

/// What the file of the sum says.
pub(super) fn line(sha256: &str, name: &str) -> String {
    format!("{sha256}  {name}\n")
}

/// The sum that lies beside a backup.
pub(super) fn read(backup: &Path) -> Result<String, BackupError> {
    let path = file_of(backup);
    let name = name_of(backup)?;
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    let why = match read {
        Ok(_) => match text.split_once("  ") {
            Some((sum, _)) if is_a_sum(sum) && text == line(sum, name) => return Ok(sum.to_owned()),
            Some((sum, rest)) if is_a_sum(sum) && rest.ends_with('\n') => "is that of a file of another name",
            Some(_) | None => "is not what `sha256sum` writes",
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => "is not there",
        Err(error) if error.kind() == io::ErrorKind::InvalidData => "is not what `sha256sum` writes",
        Err(error) => return Err(BackupError::File { what: "read", path, source: error }),
    };
    Err(BackupError::Sum { path, why })
}

/// The size and the sum of a file.
pub(super) fn of_file(path: &Path, stop: &Stop) -> Result<(u64, String), BackupError> {
    let mut file = File::open(path).map_err(BackupError::file("read", path))?;
    copy(&mut file, &mut io::sink(), path, stop)
}

/// Copies a file, and gives the size and the sum of what went through.
pub(super) fn copy(
    from: &mut File,
    to: &mut impl Write,
    path: &Path,
    stop: &Stop,
) -> Result<(u64, String), BackupError> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut block = vec![0; BLOCK];
    loop {
        stop.look()?;
        let read = from.read(&mut block).map_err(BackupError::file("read", path))?;
        let Some(read) = block.get(..read).filter(|read| !read.is_empty()) else {
            break;
        };
        hash.update(read);
        to.write_all(read).map_err(BackupError::file("copied", path))?;
        bytes += u64::try_from(read.len()).unwrap_or(u64::MAX);
    }
    Ok((bytes, digits(&hash.finalize())))
}

/// Removes the sum of a backup that did not get its name.
pub(super) fn take_back(path: &Path) {
    // Best effort: the error that matters is why.
    drop(fs::remove_file(path));
}

fn is_a_sum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Bytes as hexadecimal digits.
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sha256sum_checks_is_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("a b.db");
        fs::write(&backup, "x").unwrap();
        let (bytes, sum) = of_file(&backup, &Stop::default()).unwrap();
        assert_eq!(bytes, 1);
        assert_eq!(sum, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
        fs::write(file_of(&backup), line(&sum, "a b.db")).unwrap();
        assert_eq!(read(&backup).unwrap(), sum);
        let checked = std::process::Command::new("sha256sum")
            .args(["--check", "--strict", "a b.db.sha256"])
            .current_dir(folder.path())
            .output();
        // Where there are no coreutils there is nothing to agree with.
        if let Ok(checked) = checked {
            assert!(checked.status.success(), "{checked:?}");
        }
        for (text, why) in [
            (line(&sum, "b.db"), "another name"),
            (line(&sum.to_uppercase(), "a b.db"), "not what"),
            (line(&sum, "a b.db").trim_end().to_owned(), "not what"),
            (String::new(), "not what"),
        ] {
            fs::write(file_of(&backup), &text).unwrap();
            let refused = read(&backup).unwrap_err().to_string();
            assert!(refused.contains(why), "{text:?}: {refused}");
        }
    }

    #[test]
    fn a_name_that_would_be_two_lines_is_refused() {
        for name in ["a\nb", "a\\b", "a\rb"] {
            assert!(matches!(name_of(Path::new(name)), Err(BackupError::BadName(_))), "{name:?}");
        }
    }
}
