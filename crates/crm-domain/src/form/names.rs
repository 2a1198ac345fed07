//! Names that a form does not know: how they are shown, and which name was meant.

use strsim::damerau_levenshtein;

/// Longer names are cut when shown, and no name is near to them.
const MAX_SHOWN: usize = 64;

/// The name without control characters, cut to a length that fits an answer.
pub(super) fn shown(name: &str) -> String {
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut shown: String = name.chars().take(MAX_SHOWN).map(printable).collect();
    if name.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The known name that was probably meant: the same but for case, `_` and `-`, or with one slip in every three
/// letters at most.
pub(super) fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    if name.chars().nth(MAX_SHOWN).is_some() {
        return None;
    }
    let wanted = bare(name);
    known
        .iter()
        .map(|own| (damerau_levenshtein(&wanted, &bare(own)), *own))
        .min_by_key(|(slips, _)| *slips)
        .filter(|(slips, own)| *slips <= own.chars().count().min(wanted.chars().count()) / 3)
        .map(|(_, own)| own)
}

fn bare(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["name", "email", "phone", "assignedAgent", "status", "q"];

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        for (name, meant) in [
            ("nmae", "name"),
            ("Email", "email"),
            ("e-mail", "email"),
            ("assigned_agent", "assignedAgent"),
            ("asignedAgnet", "assignedAgent"),
            ("stats", "status"),
            ("Q", "q"),
        ] {
            assert_eq!(nearest(name, KNOWN), Some(meant), "{name}");
        }
    }

    #[test]
    fn a_name_of_its_own_is_not_taken_for_another() {
        for name in ["colour", "xyz", "", "isAdmin", "$where", &"name".repeat(20)] {
            assert_eq!(nearest(name, KNOWN), None, "{name}");
        }
        assert_eq!(nearest("name", &[]), None);
    }

    #[test]
    fn a_name_is_shown_short_and_without_control_characters() {
        assert_eq!(shown("a\nb\0"), "a\u{fffd}b\u{fffd}");
        assert_eq!(shown(&"é".repeat(65)), format!("{}…", "é".repeat(64)));
        assert_eq!(shown(&"é".repeat(64)), "é".repeat(64));
    }
}
