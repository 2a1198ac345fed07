//! The merged settings as a tree, and its comparison with the tree of defaults, which knows every setting there is.

use config::{Map, Value, ValueKind};

use super::problem::Problem;

/// The value at a dotted key.
pub(super) fn get<'a>(tree: &'a Value, key: &str) -> Option<&'a Value> {
    key.split('.').try_fold(tree, |value, segment| table(value)?.get(segment))
}

/// The tree with another value at a dotted key.
pub(super) fn replaced(mut tree: Value, key: &str, value: &Value) -> Value {
    let (first, rest) = key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    if let ValueKind::Table(table) = &mut tree.kind {
        let child = match (rest, table.remove(first)) {
            (Some(rest), Some(child)) => replaced(child, rest, value),
            (None, _) | (_, None) => value.clone(),
        };
        table.insert(first.to_owned(), child);
    }
    tree
}

/// Takes out of `tree` what the defaults do not have, and notes each such key, with the one that was perhaps meant.
pub(super) fn fit(defaults: &Value, tree: &mut Value, problems: &mut Vec<Problem>) {
    let mut known = Vec::new();
    leaves(defaults, "", &mut |key, _| known.push(key.to_owned()));
    fit_at(defaults, tree, "", &known, problems);
}

fn fit_at(defaults: &Value, tree: &mut Value, path: &str, known: &[String], problems: &mut Vec<Problem>) {
    let (ValueKind::Table(expected), ValueKind::Table(found)) = (&defaults.kind, &mut tree.kind) else {
        return;
    };
    for (name, value) in std::mem::take(found) {
        if let Some(value) = fit_one(expected.get(&name), value, &join(path, &name), known, problems) {
            found.insert(name, value);
        }
    }
}

fn fit_one(
    default: Option<&Value>,
    mut value: Value,
    key: &str,
    known: &[String],
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let Some(default) = default else {
        leaves(&value, key, &mut |key, value| {
            problems.push(unknown(key, value, known));
        });
        return None;
    };
    let text = match (table(default).is_some(), table(&value).is_some()) {
        (true, true) => {
            fit_at(default, &mut value, key, known, problems);
            return Some(value);
        }
        (false, false) => return Some(value),
        (true, false) => "is a section, not a setting",
        (false, true) => "is a setting, not a section",
    };
    let mut origin = None;
    leaves(&value, key, &mut |_, leaf| {
        origin = leaf.origin().map(str::to_owned);
    });
    problems.push(Problem::from(origin.as_deref(), key, text));
    Some(default.clone())
}

fn unknown(key: &str, value: &Value, known: &[String]) -> Problem {
    let text = nearest(key, known)
        .map_or_else(|| "is no setting".to_owned(), |near| format!("is no setting; did you mean {near}?"));
    Problem::from(value.origin(), key, text)
}

/// The known key that looks most like this one, or that has the same name in another section.
fn nearest<'a>(key: &str, known: &'a [String]) -> Option<&'a str> {
    let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
    known
        .iter()
        .map(|candidate| {
            let same_name = last(candidate) == last(key);
            let likeness = strsim::normalized_damerau_levenshtein(key, candidate);
            (if same_name { likeness.max(0.75) } else { likeness }, candidate)
        })
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate.as_str())
}

/// Calls `visit` with the key and value of everything in the tree that is not a section.
pub(super) fn leaves(value: &Value, path: &str, visit: &mut dyn FnMut(&str, &Value)) {
    match table(value) {
        Some(table) if !table.is_empty() => {
            for (name, child) in sorted(table) {
                leaves(child, &join(path, name), visit);
            }
        }
        Some(_) | None => visit(path, value),
    }
}

fn sorted(table: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| *name);
    entries
}

fn table(value: &Value) -> Option<&Map<String, Value>> {
    if let ValueKind::Table(table) = &value.kind { Some(table) } else { None }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
