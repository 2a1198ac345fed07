use super::*;
use crate::patch::{NullablePatch, Patch};
use crate::values::name::Name;
use crate::values::tag::Tag;

const WRITABLE: &[&str] = &["name", "email", "tags", "archived", "owner", "password", "size"];
const READ_ONLY: &[&str] = &["id", "_id", "createdAt"];
const PARAMETERS: &[&str] = &["q", "page", "status", "archived"];

fn body(members: &[(&str, Raw)]) -> Form {
    Form::body(members.iter().cloned().collect(), WRITABLE, READ_ONLY)
}

fn query(parameters: &[(&str, &str)]) -> Form {
    let members = parameters.iter().map(|(name, value)| (*name, Raw::text(*value))).collect();
    Form::query(members, PARAMETERS)
}

/// Paths and codes of everything that was wrong.
fn wrong(form: Form) -> Vec<(String, &'static str)> {
    let errors = form.finish().err().map(FieldErrors::into_vec).unwrap_or_default();
    errors.into_iter().map(|error| (error.path, error.code)).collect()
}

fn pairs(list: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    list.iter().map(|(path, code)| ((*path).to_owned(), *code)).collect()
}

fn number(text: &str) -> Raw {
    Raw::Number(text.to_owned())
}

#[test]
fn every_error_is_told_at_once() {
    let mut form = body(&[
        ("nmae", Raw::text("Ada")),
        ("email", number("7")),
        ("tags", Raw::List(vec![Raw::text("vip"), Raw::text(" "), Raw::Null])),
    ]);
    assert_eq!(form.required("name", Name::parse), None);
    assert_eq!(form.optional("email", Name::parse), None);
    assert_eq!(form.list("tags", 20, Tag::parse), None);
    form.reject("owner", Flaw::unknown_user());
    assert_eq!(
        wrong(form),
        pairs(&[
            ("nmae", "unknown_member"),
            ("name", "required"),
            ("email", "wrong_type"),
            ("tags[1]", "required"),
            ("tags[2]", "wrong_type"),
            ("owner", "unknown_user"),
        ])
    );
}

#[test]
fn an_unknown_member_is_named_with_the_one_that_was_meant() {
    let errors = body(&[("nmae", Raw::Null), ("isAdmin", Raw::Bool(true))]).finish().unwrap_err().into_vec();
    assert_eq!(errors[0].msg, "`nmae` is not a known member; did you mean `name`?");
    assert_eq!(errors[1].msg, "`isAdmin` is not a known member");
    let errors = query(&[("pgae", "1")]).finish().unwrap_err().into_vec();
    assert_eq!(errors[0].code, "unknown_parameter");
    assert_eq!(errors[0].msg, "`pgae` is not a known parameter; did you mean `page`?");
}

#[test]
fn a_flood_of_unknown_members_gets_a_short_answer() {
    let members = (0..5000).map(|i| (format!("{}{i}", "x".repeat(1000)), Raw::Null)).collect();
    let errors = Form::body(members, WRITABLE, READ_ONLY).finish().unwrap_err().into_vec();
    assert_eq!(errors.len(), MAX_UNKNOWN);
    assert!(errors.iter().all(|error| error.path.chars().count() <= 65 && error.msg.len() < 200));
}

#[test]
fn read_only_members_are_accepted_and_ignored() {
    let form = body(&[("_id", Raw::Object(Members::new())), ("createdAt", number("1")), ("id", Raw::Null)]);
    assert!(!form.has("_id"));
    assert_eq!(form.finish(), Ok(()));
}

#[test]
fn a_name_that_occurs_twice_is_one_error_and_has_no_value() {
    let mut form = body(&[("name", Raw::text("a")), ("name", Raw::text("b")), ("name", Raw::Null)]);
    assert_eq!(form.required("name", Name::parse), None);
    assert_eq!(wrong(form), pairs(&[("name", "repeated")]));
    let mut form = query(&[("q", ""), ("q", "x")]);
    assert_eq!(form.optional("q", Name::parse), None);
    assert_eq!(wrong(form), pairs(&[("q", "repeated")]));
}

#[test]
fn what_stays_empty_means_what_the_table_says() {
    let keep = (None, Patch::Keep, NullablePatch::Keep);
    let clear = (None, Patch::Keep, NullablePatch::Clear);
    let name = Name::parse("Ada").unwrap();
    let set = (Some(name.clone()), Patch::Set(name.clone()), NullablePatch::Set(name.clone()));
    for (sent, read, required, patch) in [
        (None, keep, Some("required"), None),
        (Some(Raw::Null), clear.clone(), Some("required"), Some("required")),
        (Some(Raw::text(" \t")), clear, Some("required"), Some("required")),
        (Some(Raw::text(" Ada ")), set, None, None),
    ] {
        let form = || body(&sent.iter().map(|raw| ("name", raw.clone())).collect::<Vec<_>>());
        let expect = |code: Option<&'static str>| {
            code.map(|code| ("name".to_owned(), code)).into_iter().collect::<Vec<_>>()
        };

        let mut one = form();
        assert_eq!(one.required("name", Name::parse), read.0, "{sent:?}");
        assert_eq!(wrong(one), expect(required), "{sent:?}");
        let mut one = form();
        assert_eq!(one.optional("name", Name::parse), read.0, "{sent:?}");
        assert_eq!(wrong(one), expect(None), "{sent:?}");
        let mut one = form();
        assert_eq!(one.patch("name", Name::parse), read.1, "{sent:?}");
        assert_eq!(wrong(one), expect(patch), "{sent:?}");
        let mut one = form();
        assert_eq!(one.nullable_patch("name", Name::parse), read.2, "{sent:?}");
        assert_eq!(wrong(one), expect(None), "{sent:?}");
    }
}

#[test]
fn only_a_text_is_a_text() {
    let shapes = [Raw::Bool(true), number("1"), Raw::List(vec![Raw::text("a")]), Raw::Object(Members::new())];
    for raw in shapes {
        let mut form = body(&[("name", raw.clone()), ("email", raw.clone()), ("password", raw)]);
        assert_eq!(form.patch("name", Name::parse), Patch::Keep);
        assert_eq!(form.nullable_patch("email", Name::parse), NullablePatch::Keep);
        assert_eq!(form.secret_required("password"), None);
        let expected = [("name", "wrong_type"), ("email", "wrong_type"), ("password", "wrong_type")];
        assert_eq!(wrong(form), pairs(&expected));
    }
}

#[test]
fn a_wrong_text_of_a_required_member_is_told_once() {
    let mut form = body(&[("name", number("1"))]);
    assert_eq!(form.required("name", Name::parse), None);
    assert_eq!(wrong(form), pairs(&[("name", "wrong_type")]));
}

#[test]
fn a_flag_is_a_boolean_in_a_body_and_a_word_in_a_query() {
    assert_eq!(body(&[("archived", Raw::Bool(true))]).flag("archived"), Some(true));
    assert_eq!(body(&[("archived", Raw::Null)]).flag("archived"), None);
    assert_eq!(body(&[("archived", Raw::Bool(false))]).patch_flag("archived"), Patch::Set(false));
    assert_eq!(body(&[]).patch_flag("archived"), Patch::Keep);
    assert_eq!(query(&[("archived", "false")]).flag("archived"), Some(false));
    assert_eq!(query(&[("archived", "")]).flag("archived"), None);

    let mut form = body(&[("archived", Raw::Null)]);
    assert_eq!(form.patch_flag("archived"), Patch::Keep);
    assert_eq!(wrong(form), pairs(&[("archived", "required")]));
    for raw in [Raw::text("true"), number("1"), Raw::List(vec![])] {
        let mut form = body(&[("archived", raw)]);
        assert_eq!(form.flag("archived"), None);
        assert_eq!(wrong(form), pairs(&[("archived", "wrong_type")]));
    }
    for text in ["True", "1", "yes"] {
        let mut form = query(&[("archived", text)]);
        assert_eq!(form.flag("archived"), None);
        assert_eq!(wrong(form), pairs(&[("archived", "wrong_type")]));
    }
}

#[test]
fn a_number_is_digits_within_the_range() {
    assert_eq!(query(&[("page", "1")]).integer("page", 1..=100), Some(1));
    assert_eq!(query(&[("page", "0100")]).integer("page", 1..=100), Some(100));
    assert_eq!(query(&[("page", " ")]).integer("page", 1..=100), None);
    assert_eq!(body(&[("size", number("7"))]).integer("size", 0..=9), Some(7));
    for (text, code) in [
        ("0", "out_of_range"),
        ("101", "out_of_range"),
        ("99999999999999999999999", "out_of_range"),
        ("-1", "wrong_type"),
        ("+1", "wrong_type"),
        ("1.0", "wrong_type"),
        ("1e1", "wrong_type"),
        ("\u{661}", "wrong_type"),
        ("ten", "wrong_type"),
    ] {
        let mut form = query(&[("page", text)]);
        assert_eq!(form.integer("page", 1..=100), None, "{text}");
        assert_eq!(wrong(form), pairs(&[("page", code)]), "{text}");
    }
    let mut form = body(&[("size", Raw::text("7"))]);
    assert_eq!(form.integer("size", 0..=9), None);
    assert_eq!(wrong(form), pairs(&[("size", "wrong_type")]));
}

#[test]
fn a_list_may_be_left_out_emptied_or_set() {
    assert_eq!(body(&[]).list("tags", 2, Tag::parse), None);
    assert_eq!(body(&[]).patch_list("tags", 2, Tag::parse), Patch::Keep);
    for empty in [Raw::Null, Raw::text(" "), Raw::List(vec![])] {
        assert_eq!(body(&[("tags", empty)]).patch_list("tags", 2, Tag::parse), Patch::Set(vec![]));
    }
    let two = Raw::List(vec![Raw::text("a"), Raw::text("a")]);
    assert_eq!(body(&[("tags", two)]).list("tags", 2, Tag::parse).unwrap().len(), 2);
}

#[test]
fn a_list_that_is_too_long_or_no_list_is_one_error() {
    let mut form = body(&[("tags", Raw::List(vec![Raw::Null; 3]))]);
    assert_eq!(form.patch_list("tags", 2, Tag::parse), Patch::Keep);
    assert_eq!(wrong(form), pairs(&[("tags", "too_many")]));
    let mut form = body(&[("tags", Raw::text("a,b"))]);
    assert_eq!(form.list("tags", 2, Tag::parse), None);
    assert_eq!(wrong(form), pairs(&[("tags", "wrong_type")]));
}

#[test]
fn choices_are_separated_by_commas_and_doubles_collapse() {
    let word = |text: &str| {
        if text == "bad" { Err(Flaw::invalid("good")) } else { Ok(text.to_owned()) }
    };
    assert_eq!(query(&[("status", "New, Done,,New,")]).choices("status", word), ["New", "Done"]);
    assert!(query(&[("status", " ")]).choices("status", word).is_empty());
    assert!(query(&[]).choices("status", word).is_empty());
    let mut form = query(&[("status", "New,bad,bad")]);
    assert!(form.choices("status", word).is_empty());
    assert_eq!(wrong(form), pairs(&[("status", "invalid")]));
}

#[test]
fn a_person_is_an_id_or_an_object_with_one() {
    let person = |members: &[(&str, Raw)]| Raw::Object(members.iter().cloned().collect());
    let read = |raw: Raw| body(&[("owner", raw)]).reference("owner", Name::parse);
    let ada = Reference::Is(Name::parse("ada").unwrap());
    assert_eq!(body(&[]).reference("owner", Name::parse), Reference::Absent);
    assert_eq!(read(Raw::Null), Reference::Nobody);
    assert_eq!(read(Raw::text(" ")), Reference::Nobody);
    assert_eq!(read(Raw::text("ada")), ada);
    assert_eq!(read(person(&[("id", Raw::text("ada")), ("name", number("1"))])), ada);
    assert_eq!(read(person(&[("_id", Raw::text("ada"))])), ada);
    assert_eq!(read(person(&[("_id", Raw::text("ADA")), ("id", Raw::text("ada"))])), ada);
    assert_eq!(ada.into_id(), Some(Name::parse("ada").unwrap()));

    for (raw, code) in [
        (Raw::Bool(true), "wrong_type"),
        (person(&[("name", Raw::text("ada"))]), "required"),
        (person(&[("_id", number("1"))]), "wrong_type"),
        (person(&[("id", Raw::text("a")), ("_id", Raw::text("b"))]), "invalid"),
        (person(&[("id", Raw::text("a\nb"))]), "control_character"),
    ] {
        let mut form = body(&[("owner", raw)]);
        assert_eq!(form.reference("owner", Name::parse), Reference::Absent);
        assert_eq!(wrong(form), pairs(&[("owner", code)]));
    }
}

#[test]
fn a_secret_is_taken_exactly_as_sent() {
    for text in ["", "  x  ", "e\u{301}"] {
        let mut form = body(&[("password", Raw::text(text))]);
        assert_eq!(form.secret_required("password").as_deref(), Some(text));
        assert_eq!(form.finish(), Ok(()));
    }
    assert_eq!(body(&[]).secret_patch("password"), Patch::Keep);
    assert_eq!(body(&[("password", Raw::text(" "))]).secret_patch("password"), Patch::Set(" ".to_owned()));
    for empty in [Raw::Null, Raw::text("")] {
        let mut form = body(&[("password", empty)]);
        assert_eq!(form.secret_patch("password"), Patch::Keep);
        assert_eq!(wrong(form), pairs(&[("password", "required")]));
    }
    let mut form = body(&[]);
    assert_eq!(form.secret_required("password"), None);
    assert_eq!(wrong(form), pairs(&[("password", "required")]));
}

#[test]
fn a_form_remembers_what_was_sent_after_it_was_read() {
    let mut form = body(&[("name", Raw::Null)]);
    assert_eq!(form.nullable_patch("name", Name::parse), NullablePatch::Clear);
    assert!(form.has("name") && !form.has("email"));
}

#[test]
fn values_come_out_only_of_a_form_without_errors() {
    let mut form = body(&[("name", Raw::text("Ada"))]);
    let name = form.required("name", Name::parse);
    assert_eq!(form.finish_with(name).unwrap().as_str(), "Ada");

    let mut form = body(&[("name", Raw::text("Ada")), ("x", Raw::Null)]);
    let name = form.required("name", Name::parse);
    assert_eq!(form.finish_with(name).unwrap_err().len(), 1);
    assert_eq!(body(&[]).finish_with::<Name>(None).unwrap_err().len(), 1);
}
