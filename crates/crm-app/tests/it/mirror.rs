use std::sync::Arc;

use crm_app::commit::change::Change;
use crm_app::mirror::{Mirror, Snapshot, UserCard};
use crm_app::session_cache::{CachedSession, SessionState};
use crm_domain::access::role::Role;
use crm_domain::calendar::Calendar;
use crm_domain::ids::SessionId;
use crm_domain::session::end::EndReason;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::version::{Replace, Version};
use crm_testkit::fixtures::Maker;

use crate::support::stored;

fn put(user: &User, version: u64, role: Role) -> Change {
    let after = User { role, ..user.clone() };
    Change::PutUser(Replace { before: stored(user, version - 1), after })
}

#[test]
fn a_new_user_is_known_at_once_with_all_that_requests_need() {
    let (make, mirror) = (Maker::new(), Mirror::empty());
    let user = User { access_version: 7, ..make.user("ann", Role::Agent) };
    assert_eq!(mirror.user(user.id), None);
    mirror.apply(&[Change::InsertUser(user.clone())]);
    let card = UserCard {
        id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        role: Role::Agent,
        active: true,
        access_version: 7,
        spared: None,
        version: Version::FIRST,
    };
    assert_eq!(mirror.user(user.id).as_deref(), Some(&card));
    assert_eq!(mirror.snapshot().user(user.id).map(|card| &**card), Some(&card));
}

#[test]
fn of_two_versions_of_a_user_the_newer_wins_whichever_comes_first() {
    let (make, mirror) = (Maker::new(), Mirror::empty());
    let user = make.user("ann", Role::Agent);
    mirror.apply(&[put(&user, 3, Role::Admin)]);
    mirror.apply(&[put(&user, 2, Role::Agent), Change::InsertUser(user.clone())]);
    let card = mirror.user(user.id).unwrap();
    assert_eq!((card.version, card.role), (Version::new(3), Role::Admin));
    mirror.apply(&[put(&user, 4, Role::Agent)]);
    assert_eq!(mirror.user(user.id).unwrap().role, Role::Agent);
}

#[test]
fn sessions_begin_and_end_without_a_new_snapshot_and_an_end_is_known_at_once() {
    let (make, mirror) = (Maker::new(), Mirror::empty());
    let session = make.session(&make.user("ann", Role::Agent));
    let before = mirror.snapshot();
    mirror.apply(&[Change::InsertSession(session.clone())]);
    let open = CachedSession { user: session.user, access_version: session.access_version };
    assert_eq!(mirror.sessions().get(session.id), SessionState::Open(open));
    mirror.apply(&[ended(session.id, make.now())]);
    assert!(mirror.sessions().is_revoked(session.id));
    mirror.apply(&[Change::InsertSession(session.clone())]);
    assert!(mirror.sessions().is_revoked(session.id), "its end was heard of before its beginning");
    assert!(Arc::ptr_eq(&before, &mirror.snapshot()), "users are not copied for it");
}

/// Somebody's session ends.
fn ended(id: SessionId, at: Timestamp) -> Change {
    Change::EndSession { id, user: Maker::new().mint(), at, why: EndReason::Ended }
}

#[test]
fn whoever_holds_a_snapshot_sees_it_unchanged() {
    let (make, mirror) = (Maker::new(), Mirror::empty());
    let user = make.user("ann", Role::Agent);
    let before = mirror.snapshot();
    mirror.apply(&[Change::InsertUser(user.clone())]);
    assert!(before.user(user.id).is_none() && mirror.snapshot().user(user.id).is_some());
}

#[test]
fn what_does_not_concern_it_changes_nothing() {
    let (make, mirror) = (Maker::new(), Mirror::empty());
    let before = mirror.snapshot();
    let id: SessionId = make.mint();
    mirror.apply(&[
        Change::InsertLead(make.lead("Ada", None)),
        Change::TouchSession { id, at: make.now() },
        Change::MarkSetUp,
    ]);
    assert!(Arc::ptr_eq(&before, &mirror.snapshot()));
}

#[test]
fn what_a_store_read_replaces_everything() {
    let (make, mirror) = (Maker::new(), Mirror::empty());
    let (ann, bob) = (make.user("ann", Role::Agent), make.user("bob", Role::Agent));
    let old: SessionId = make.mint();
    let open = make.session(&ann);
    mirror.apply(&[
        Change::InsertUser(ann.clone()),
        Change::InsertSession(open.clone()),
        ended(old, make.now()),
    ]);
    let berlin = Calendar::parse("Europe/Berlin").unwrap();
    mirror.replace(Snapshot::new([UserCard::of(&bob, Version::new(2))], berlin));
    assert!(mirror.user(ann.id).is_none() && mirror.user(bob.id).is_some());
    assert!(matches!(mirror.sessions().get(open.id), SessionState::Unknown(_)), "it may have ended unheard");
    assert!(mirror.sessions().is_revoked(old));
    assert_eq!((mirror.calendar(), mirror.snapshot().calendar()), (berlin, berlin));
}
