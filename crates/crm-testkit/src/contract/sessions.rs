//! Sessions.

use std::time::Duration;

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::ports::sessions::Sessions;
use crm_domain::access::role::Role;
use crm_domain::session::Session;
use crm_domain::user::User;

use super::StoreBuilder;
use super::support::race::race;
use super::support::world::{World, everything, seen};
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
    for at in [first, make.tick(), first.minus(MILLI)] {
        world.write(make.commit().change(Change::EndSession { id: session.id, at }).done()).await;
        assert_eq!(read(&world, &session).await, Session { ended_at: Some(first), ..session.clone() });
    }
}

/// A touch or an end of a session that is not there is none of its business: the rest of the commit is applied.
pub async fn a_session_that_is_gone_is_none_of_a_commits_business<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let make = world.make.clone();
    let lead = make.lead("x", None);
    let touch = Change::TouchSession { id: make.mint(), at: make.now() };
    let end = Change::EndSession { id: make.mint(), at: make.now() };
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
    let ended = Session { ended_at: Some(now), ..make.session(&user) };
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

/// A session that is over is still found, by its id and by its fingerprint; an unknown fingerprint is not.
pub async fn a_session_that_is_over_is_still_found<B: StoreBuilder>(builder: &B) {
    let (mut world, user, session) = signed_in(builder).await;
    let make = world.make.clone();
    let at = make.tick();
    world.write(make.commit().change(Change::EndSession { id: session.id, at }).done()).await;
    let over = Session { ended_at: Some(at), ..session.clone() };
    assert_eq!(read(&world, &session).await, over);
    let found = world.store().session_by_fingerprint(&everything(), &session.fingerprint).await.unwrap();
    assert_eq!(found, Some(over));
    let unknown = make.session(&user).fingerprint;
    assert_eq!(world.store().session_by_fingerprint(&everything(), &unknown).await.unwrap(), None);
}

const MILLI: Duration = Duration::from_millis(1);

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
