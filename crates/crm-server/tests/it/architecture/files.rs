//! How the code is laid out.

use std::path::{Path, PathBuf};

use super::{crates, root, rust_files};

/// The most lines that a file may have without its tests.
const MOST_LINES: usize = 600;

/// Every file of every crate that is not a test.
fn sources() -> Vec<PathBuf> {
    let folders = crates().into_iter().map(|name| root().join("crates").join(name).join("src"));
    let files: Vec<PathBuf> = folders.flat_map(|folder| rust_files(&folder)).collect();
    assert!(files.len() > 100, "where have they gone?");
    files.into_iter().filter(|file| !is_test(file)).collect()
}

fn is_test(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "tests.rs") || file.iter().any(|part| part == "tests")
}

/// The lines before the tests, which stand at the end.
fn own_lines(text: &str) -> usize {
    text.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[test]
fn no_file_is_longer_than_anybody_wants_to_read() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|file| (own_lines(&std::fs::read_to_string(&file).unwrap()), file))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, file)| format!("{} has {lines} lines", file.display()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_begins_with_what_it_is() {
    let silent: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//! "))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn a_module_with_children_is_a_file_beside_their_folder() {
    let old: Vec<PathBuf> = sources().into_iter().filter(|file| file.ends_with("mod.rs")).collect();
    assert!(old.is_empty(), "{old:#?}");
}

#[test]
fn every_name_has_one_path() {
    let mut exported = Vec::new();
    for file in sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().filter(|line| line.trim_start().starts_with("pub use "));
        exported.extend(lines.map(|line| format!("{}: {line}", file.display())));
    }
    assert!(exported.is_empty(), "{exported:#?}");
}

#[test]
fn lines_before_the_tests_are_counted() {
    assert_eq!(own_lines("//! x\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n"), 3);
}
