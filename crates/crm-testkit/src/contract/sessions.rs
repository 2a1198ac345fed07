//! Sessions.

use std::sync::Arc;
use std::time::Duration;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::ports::sessions::Sessions;
use crm_domain::access::role::Role;
use crm_domain::session::Session;
use crm_domain::session::end::{EndReason, SessionEnd};
use crm_domain::session::rotation::{Confirmation, DeviceMark, Minted, Rotation, TokenPlace};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;

use super::StoreBuilder;
use super::support::race::{applied, race, race_on};
use super::support::world::{World, everything, seen};
use crate::actors::own;
use crate::fixtures::commits::Draft;

/// Of two uses the later moment is kept, whatever came in last.
pub async fn a_touch_keeps_the_later_moment<B: StoreBuilder>(builder: &B) {
    let (mut world, _, session) = signed_in(builder).await;
    let make = world.make.clone();
    let late = make.now().plus(Duration::from_mins(1));
    for (at, kept) in [(late, late), (make.now(), late), (late.plus(MILLI), late.plus(MILLI))] {
        world.write(make.commit().change(Change::TouchSession { id: session.id, at }).done()).await;
        assert_eq!(read(&world, &session).await, Session { last_used_at: kept, ..session.clone() });
    }
}

/// Of two ends the first stays, whichever moment it has.
pub async fn an_end_keeps_the_first_moment<B: StoreBuilder>(builder: &B) {
    let (mut world, _, session) = signed_in(builder).await;
    let make = world.make.clone();
    let first = make.tick();
    let end = SessionEnd { at: first, why: EndReason::SessionLimit };
    for (at, why) in
        [(first, end.why), (make.tick(), EndReason::Theft), (first.minus(MILLI), EndReason::SignedOut)]
    {
        world
            .write(
                make.commit()
                    .change(Change::EndSession { id: session.id, user: session.user, at, why })
                    .done(),
            )
            .await;
        assert_eq!(read(&world, &session).await, Session { ended: Some(end), ..session.clone() });
    }
}

/// A rotation is applied if the session still has the one that was read, also the one it began with; it moves the
/// session's end, and its last use as a touch does.
pub async fn a_rotation_is_put_in_the_place_of_the_one_that_was_read<B: StoreBuilder>(builder: &B) {
    let (mut world, _, mut session) = signed_in(builder).await;
    let make = world.make.clone();
    for put in rotations(&session) {
        let (at, expires_at) = (make.tick(), session.expires_at.plus(MILLI));
        world.write(make.commit().change(rotate(&session, put, expires_at, at)).done()).await;
        session = Session { rotation: put, expires_at, last_used_at: at, ..session };
        assert_eq!(read(&world, &session).await, session);
    }
    let earlier = Session { rotation: Rotation::BEGUN, ..session.clone() };
    let late = rotate(&session, Rotation::BEGUN, session.expires_at, session.last_used_at.minus(MILLI));
    world.write(make.commit().change(late).done()).await;
    assert_eq!(read(&world, &session).await, earlier);
}

/// A rotation is stale if the session has another one than was read, was ended, or is not there; nothing is written.
pub async fn a_rotation_of_another_state_is_stale<B: StoreBuilder>(builder: &B) {
    let (mut world, user, session) = signed_in(builder).await;
    let make = world.make.clone();
    let all = rotations(&session);
    let last = *all.last().unwrap();
    let now = Session { rotation: last, ..session.clone() };
    world.write(make.commit().change(rotate(&session, last, session.expires_at, make.now())).done()).await;
    for read_before in all.into_iter().chain([Rotation::BEGUN]).filter(|rotation| *rotation != last) {
        let of_it = Session { rotation: read_before, ..session.clone() };
        let change = rotate(&of_it, Rotation::BEGUN, session.expires_at, make.tick());
        assert_eq!(
            world.commit(make.commit().change(change).done()).await,
            Verdict::Stale,
            "{read_before:?}"
        );
        assert_eq!(read(&world, &session).await, now);
    }
    let absent = rotate(&make.session(&user), last, session.expires_at, make.now());
    assert_eq!(world.commit(make.commit().change(absent).done()).await, Verdict::Stale);
    let end =
        Change::EndSession { id: session.id, user: session.user, at: make.now(), why: EndReason::Theft };
    world.write(make.commit().change(end).done()).await;
    let late = rotate(&now, Rotation::BEGUN, session.expires_at, make.now());
    assert_eq!(world.commit(make.commit().change(late).done()).await, Verdict::Stale);
    assert_eq!(read(&world, &session).await.rotation, last);
}

/// Of many rotations of one state at once, on two handles, one is applied.
pub async fn of_racing_rotations_one_is_applied<B: StoreBuilder>(builder: &B) {
    let (world, _, mut session) = signed_in(builder).await;
    let make = world.make.clone();
    let stores = [world.shared(), world.another().await.store];
    for generation in 1..=8 {
        let racers = (1..=16_u32).map(|sibling| {
            let put = Rotation { in_use: TokenPlace { generation, sibling }, ..Rotation::BEGUN };
            let commit = make.commit().change(rotate(&session, put, session.expires_at, make.now())).done();
            (Arc::clone(&stores[sibling as usize % 2]), commit)
        });
        let verdicts = race_on(racers.collect()).await;
        assert_eq!(applied(&verdicts), 1, "{verdicts:?}");
        session = read(&world, &session).await;
        assert_eq!(session.rotation.in_use.generation, generation);
    }
    let world = world.reopened().await;
    assert_eq!(read(&world, &session).await, session);
}

/// A touch or an end of a session that is not there is none of its business: the rest of the commit is applied.
pub async fn a_session_that_is_gone_is_none_of_a_commits_business<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let lead = make.lead("x", None);
    let touch = Change::TouchSession { id: make.mint(), at: make.now() };
    let end =
        Change::EndSession { id: make.mint(), user: make.mint(), at: make.now(), why: EndReason::Ended };
    let commit = make.commit().change(touch).change(end).insert_lead(&lead).done();
    assert_eq!(world.commit(commit).await, Verdict::Applied);
    assert_eq!(world.lead(lead.id).await.into_record(), lead);
}

/// Of many uses at once the latest moment is kept, and the session is not ended by any.
pub async fn of_racing_touches_the_latest_is_kept<B: StoreBuilder>(builder: &B) {
    let (world, _, session) = signed_in(builder).await;
    let make = world.make.clone();
    let touches = (1..=32_u32)
        .map(|number| Change::TouchSession {
            id: session.id,
            at: session.last_used_at.plus(MILLI * (number * 7 % 33)),
        })
        .map(|touch| make.commit().change(touch).done());
    race(&world.shared(), touches.collect()).await;
    let latest = session.last_used_at.plus(MILLI * 32);
    assert_eq!(read(&world, &session).await, Session { last_used_at: latest, ..session });
}

/// The open sessions are those that were neither ended nor have run out, last used first, then by id; only this
/// user's.
pub async fn open_sessions_are_the_live_ones_last_used_first<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await.into_record();
    let other = world.add_user("other", Role::Agent).await.into_record();
    let now = make.now();
    let later = now.plus(Duration::from_secs(1));
    let oldest = make.session(&user);
    let tied = Session { last_used_at: later, ..make.session(&user) };
    let also_tied = Session { last_used_at: later, ..make.session(&user) };
    let ends_now = Session { expires_at: now, ..make.session(&user) };
    let ends_soon =
        Session { expires_at: now.plus(MILLI), last_used_at: now.minus(MILLI), ..make.session(&user) };
    let ended = Session { ended: Some(SessionEnd { at: now, why: EndReason::Ended }), ..make.session(&user) };
    let theirs = make.session(&other);
    let all = [&oldest, &tied, &also_tied, &ends_now, &ends_soon, &ended, &theirs];
    let commit = all.into_iter().fold(make.commit(), Draft::insert_session);
    world.write(commit.done()).await;
    let found = world.store().open_sessions(&everything(), user.id, now).await.unwrap();
    assert_eq!(found, [tied, also_tied, oldest.clone(), ends_soon]);
    let weeks_later = oldest.expires_at;
    assert_eq!(world.store().open_sessions(&everything(), user.id, weeks_later).await.unwrap(), []);
    assert_eq!(world.store().open_sessions(&everything(), make.mint(), now).await.unwrap(), []);
}

/// A user's access version decides which of their sessions are open: those of the present one and the one that was
/// retained.
pub async fn open_sessions_are_those_that_the_access_version_admits<B: StoreBuilder>(builder: &B) {
    let (mut world, user, first) = signed_in(builder).await;
    let make = world.make.clone();
    let open = async |world: &World<'_, B>| {
        let found = world.store().open_sessions(&everything(), user.id, make.now()).await.unwrap();
        found.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    let second = make.session(&user);
    world.write(make.commit().insert_session(&second).done()).await;
    assert_eq!(open(&world).await, [first.id, second.id]);
    let before = world.user(user.id).await;
    let elsewhere = before.record().clone().sign_out_elsewhere(second.id, make.tick());
    let third = make.session(&elsewhere);
    world.write(make.commit().put_user(&before, elsewhere).insert_session(&third).done()).await;
    assert_eq!(open(&world).await, [third.id, second.id], "the retained one and those that begin now");
    world.write(make.commit().change(end(&second, make.now())).done()).await;
    assert_eq!(open(&world).await, [third.id]);
    let before = world.user(user.id).await;
    let everywhere = before.record().clone().sign_out_everywhere(make.tick());
    world.write(make.commit().put_user(&before, everywhere).done()).await;
    assert_eq!(open(&world).await, []);
}

/// A session that is over is still found, by its id and by its fingerprint; an unknown fingerprint is not.
pub async fn a_session_that_is_over_is_still_found<B: StoreBuilder>(builder: &B) {
    let (mut world, user, session) = signed_in(builder).await;
    let make = world.make.clone();
    let at = make.tick();
    world
        .write(
            make.commit()
                .change(Change::EndSession { id: session.id, user: session.user, at, why: EndReason::Ended })
                .done(),
        )
        .await;
    let over = session.clone().end(at, EndReason::Ended);
    assert_eq!(read(&world, &session).await, over);
    let found = world.store().session_by_fingerprint(&everything(), &session.fingerprint).await.unwrap();
    assert_eq!(found, Some(over));
    let unknown = make.session(&user).fingerprint;
    assert_eq!(world.store().session_by_fingerprint(&everything(), &unknown).await.unwrap(), None);
}

/// The sessions that had run out or were ended by a moment are found, each once, the oldest first and no more than asked for;
/// those that are forgotten are gone, and forgetting one that is gone is none of a commit's business.
pub async fn sessions_that_are_over_are_found_and_forgotten<B: StoreBuilder>(builder: &B) {
    let (mut world, user, live) = signed_in(builder).await;
    let make = world.make.clone();
    let moment = live.expires_at.minus(Duration::from_secs(1));
    let old: Vec<Session> = (0..4)
        .map(|number| Session { expires_at: moment.minus(MILLI * number), ..make.session(&user) })
        .collect();
    let ended = |at: Timestamp, session: Session| session.end(at, EndReason::SignedOut);
    let signed_out = [
        ended(moment, make.session(&user)),
        ended(moment.minus(MILLI), make.session(&user)),
        ended(moment.plus(MILLI), make.session(&user)),
    ];
    let both = ended(
        moment.minus(MILLI * 9),
        Session { expires_at: moment.minus(MILLI * 8), ..make.session(&user) },
    );
    let all = old.iter().chain(&signed_out).chain([&both]);
    world.write(all.fold(make.commit(), Draft::insert_session).done()).await;
    let over = async |world: &World<'_, B>, limit| {
        world.store().sessions_over(&everything(), moment, limit).await.unwrap()
    };
    let oldest_first: Vec<_> = [&both]
        .into_iter()
        .chain(old.iter().rev())
        .chain([&signed_out[1], &signed_out[0]])
        .map(|session| session.id)
        .collect();
    assert_eq!(over(&world, 10).await, oldest_first);
    assert_eq!(over(&world, 6).await, oldest_first[..6]);
    assert_eq!(over(&world, 3).await, oldest_first[..3]);
    assert_eq!(
        world.store().sessions_over(&own(user.id), moment, 10).await.unwrap(),
        [],
        "for the system only"
    );
    for _ in 0..2 {
        let forget = oldest_first[..3].iter().map(|id| Change::ForgetSession(*id));
        world.write(forget.fold(make.commit(), Draft::change).done()).await;
        assert_eq!(over(&world, 10).await, oldest_first[3..]);
    }
    assert!(world.store().session(&everything(), oldest_first[0]).await.unwrap().seen().is_none());
    assert_eq!(read(&world, &live).await, live);
}

const MILLI: Duration = Duration::from_millis(1);

/// Rotations that follow one another, each with another thing in it.
fn rotations(session: &Session) -> Vec<Rotation> {
    let at = session.created_at;
    let begun = Rotation { successor: Some(Minted { sibling: 1, at }), ..Rotation::BEGUN };
    let again = Rotation { successor: Some(Minted { sibling: 2, at: at.plus(MILLI) }), ..begun };
    let confirmed = Some(Confirmation { at, by: DeviceMark([7; 16]) });
    let in_use = TokenPlace { generation: 1, sibling: 2 };
    vec![begun, again, Rotation { in_use, confirmed, ..begun }, Rotation { in_use, confirmed, ..again }]
}

fn end(session: &Session, at: Timestamp) -> Change {
    Change::EndSession { id: session.id, user: session.user, at, why: EndReason::Ended }
}

fn rotate(session: &Session, put: Rotation, expires_at: Timestamp, at: Timestamp) -> Change {
    Change::RotateSession { id: session.id, read: session.rotation, put, expires_at, at }
}

async fn signed_in<B: StoreBuilder>(builder: &B) -> (World<'_, B>, User, Session) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = world.make.session(&user);
    world.write(world.make.commit().insert_session(&session).done()).await;
    (world, user, session)
}

async fn read<B: StoreBuilder>(world: &World<'_, B>, session: &Session) -> Session {
    seen(world.store().session(&everything(), session.id).await.expect("the store answers"))
}
