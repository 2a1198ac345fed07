//! The whole of it, on a store so small that the figures say nothing.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn bench(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_crm-bench"))
        .args(arguments)
        .arg("--folder")
        .arg(folder)
        .output()
        .unwrap()
}

#[test]
fn every_row_is_asked_and_answered_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let results = tempfile::tempdir().unwrap();
    let (json, svg) = (results.path().join("figures.json"), results.path().join("plot.svg"));
    let files = ["--json", json.to_str().unwrap(), "--svg", svg.to_str().unwrap()];
    let asked = ["--leads", "200,400", "--seconds", "0.03", "--clients", "1,3"];
    let output = bench(&[asked.as_slice(), &files].concat(), folder.path());
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{complained}");

    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let lines = report["lines"].as_array().unwrap();
    // Twenty rows as two users and one as one, with two numbers of clients on two stores; two limits beside two of them.
    assert_eq!(lines.len(), (20 * 2 + 1) * 2 * 2 + 2 * 2 * 2 * 2);
    let whole = &report["sign_ins"];
    let all = lines.iter().map(|line| &line["figures"]);
    for figures in all.chain([&whole["readers_alone"], &whole["readers_beside"]]) {
        assert!(figures["requests"].as_u64() > Some(0) && figures["failures"] == 0, "{figures}");
        assert!(figures["p50_ms"].as_f64() > Some(0.0), "{figures}");
    }
    for start in report["starts"].as_array().unwrap() {
        assert!(
            start["ready_ms"].as_f64() > Some(0.0) && start["busy_resident"].as_u64() > Some(0),
            "{start}"
        );
    }
    assert_eq!(report["starts"].as_array().unwrap().len(), 2);
    assert!(std::fs::read_to_string(&svg).unwrap().matches("<polyline").count() == 20);
    assert!(said.contains("| create as "), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "something is left");
}

#[test]
fn an_unknown_row_is_refused_before_anything_is_started() {
    let folder = tempfile::tempdir().unwrap();
    let output = bench(&["--only", "get,everything"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(complained.contains("there is no everything; there are: get,page,"), "{complained}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
