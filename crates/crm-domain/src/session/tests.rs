//! When a session lets its user in, and for how long.

use uuid::Uuid;

use super::*;
use crate::access::role::Role;
use crate::password_hash::PasswordHash;
use crate::values::email::Email;
use crate::values::name::PersonName;

const LIVES: SessionLives =
    SessionLives { idle: Duration::from_secs(100), longest: Duration::from_secs(250) };
const HERE: DeviceMark = DeviceMark([1; 16]);

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1_000).unwrap()
}

fn user() -> User {
    User {
        id: UserId::from_uuid(Uuid::from_u128(1)),
        name: PersonName::parse("Ada").unwrap(),
        email: Email::parse("ada@crm.example").unwrap(),
        role: Role::Agent,
        active: true,
        password: PasswordHash::new("hash".to_owned()),
        access_version: 5,
        spared: None,
        created_at: at(1),
        updated_at: at(1),
    }
}

fn session() -> Session {
    Session {
        id: SessionId::from_uuid(Uuid::from_u128(2)),
        user: user().id,
        fingerprint: RefreshFingerprint([7; 32]),
        rotation: Rotation::BEGUN,
        access_version: 5,
        created_at: at(10),
        last_used_at: at(10),
        expires_at: at(110),
        address: None,
        user_agent: None,
        ended: None,
    }
}

fn shown(session: &Session, place: TokenPlace, second: i64) -> Outcome {
    session.present(&user(), place, HERE, at(second), LIVES)
}

/// Shows a token and gives the session as it is then, and the successor.
fn renewed(session: &Session, place: TokenPlace, second: i64) -> (Session, TokenPlace) {
    match shown(session, place, second) {
        Outcome::Renewed(Renewal { successor, rotation, expires_at }) => {
            assert_eq!(successor.session, session.id);
            (Session { rotation, expires_at, ..session.clone() }, successor.place)
        }
        other @ (Outcome::Theft | Outcome::Dead | Outcome::Expired) => panic!("{other:?}"),
    }
}

#[test]
fn a_session_lets_its_user_in_until_it_runs_out() {
    assert!(session().is_live(&user(), at(10)));
    assert!(session().is_live(&user(), Timestamp::from_millis(109_999).unwrap()));
    assert!(!session().is_live(&user(), at(110)));
    renewed(&session(), TokenPlace::FIRST, 109);
    assert_eq!(shown(&session(), TokenPlace::FIRST, 110), Outcome::Expired);
}

#[test]
fn a_session_is_over_once_it_was_ended() {
    let ended = session().end(at(11), EndReason::SignedOut);
    assert!(!ended.is_live(&user(), at(10)));
    assert_eq!(shown(&ended, TokenPlace::FIRST, 10), Outcome::Dead);
}

#[test]
fn a_session_is_over_once_its_user_is_kept_out_or_lost_every_token() {
    for user in [User { active: false, ..user() }, User { access_version: 6, ..user() }] {
        assert!(!session().is_live(&user, at(10)));
        assert_eq!(session().present(&user, TokenPlace::FIRST, HERE, at(11), LIVES), Outcome::Dead);
    }
}

#[test]
fn a_session_lets_nobody_else_in() {
    let other = User { id: UserId::from_uuid(Uuid::from_u128(9)), ..user() };
    assert!(!session().is_live(&other, at(10)));
    assert_eq!(session().present(&other, TokenPlace::FIRST, HERE, at(11), LIVES), Outcome::Dead);
}

#[test]
fn a_dead_token_of_a_session_that_is_over_is_no_theft() {
    let (session, first) = renewed(&session(), TokenPlace::FIRST, 20);
    let (session, _) = renewed(&session, first, 30);
    assert_eq!(shown(&session, TokenPlace::FIRST, 60), Outcome::Theft);
    let ended = session.clone().end(at(50), EndReason::Ended);
    assert_eq!(shown(&ended, TokenPlace::FIRST, 60), Outcome::Dead);
    assert_eq!(shown(&session, TokenPlace::FIRST, 130), Outcome::Expired);
}

#[test]
fn whoever_never_stores_a_successor_has_the_session_for_its_first_life() {
    let mut now = session();
    for second in (10..110).step_by(7) {
        now = renewed(&now, TokenPlace::FIRST, second).0;
        assert_eq!(now.expires_at, at(110));
    }
    assert_eq!(shown(&now, TokenPlace::FIRST, 110), Outcome::Expired);
}

#[test]
fn whoever_stores_them_prolongs_the_session_up_to_its_longest_life() {
    let mut now = (session(), TokenPlace::FIRST);
    let mut ends = Vec::new();
    for second in [50, 100, 180, 250] {
        now = renewed(&now.0, now.1, second);
        ends.push(now.0.expires_at);
    }
    assert_eq!(ends, [at(110), at(200), at(260), at(260)]);
    assert_eq!(shown(&now.0, now.1, 260), Outcome::Expired);
}

#[test]
fn a_longest_life_below_the_first_one_counts_as_that_and_shortens_nothing() {
    let lives = SessionLives { longest: Duration::from_secs(1), ..LIVES };
    let (session, first) = renewed(&session(), TokenPlace::FIRST, 20);
    let Outcome::Renewed(renewal) = session.present(&user(), first, HERE, at(60), lives) else { panic!() };
    assert_eq!(renewal.expires_at, at(110));
}

#[test]
fn a_session_that_is_ended_again_keeps_the_first_moment_and_reason() {
    let ended = session().end(at(11), EndReason::Theft).end(at(12), EndReason::SignedOut);
    assert_eq!(ended.ended, Some(SessionEnd { at: at(11), why: EndReason::Theft }));
}

#[test]
fn every_reason_for_an_end_is_found_by_its_name() {
    for reason in EndReason::ALL {
        assert_eq!(EndReason::parse(reason.as_str()), Some(reason));
    }
    assert_eq!(EndReason::parse("bored"), None);
}

#[test]
fn the_last_use_of_a_session_never_goes_backwards() {
    assert_eq!(session().touch(at(12)).last_used_at, at(12));
    assert_eq!(session().touch(at(9)).last_used_at, at(10));
}
