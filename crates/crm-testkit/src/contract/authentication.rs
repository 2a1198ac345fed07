//! Access tokens shown to several servers of one store.

use std::time::Duration;

use crm_app::auth::authenticate::authenticate;
use crm_app::commit::change::Change;
use crm_app::context::Ctx;
use crm_app::error::AppError;
use crm_app::mirror::Snapshot;
use crm_app::session_cache::SessionState;
use crm_domain::access::role::Role;
use crm_domain::ids::SessionId;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;

use super::StoreBuilder;
use super::refreshes::server;
use super::support::world::World;

/// A session that begins on one server is good on another as soon as that reads what is committed, also that of a user who
/// is new to it or whose access version has changed since it heard of them.
pub async fn a_session_that_begins_on_one_server_is_good_on_another<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let other = server(world.another().await, &world.make);
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await;
    let first = make.session(user.record());
    world.write(make.commit().insert_session(&first).done()).await;
    is_let_in_soon(&other, &first, 0).await;
    let revoked = user.record().clone().sign_out_everywhere(make.tick());
    let second = make.session(&revoked);
    world.write(make.commit().put_user(&user, revoked).done()).await;
    world.write(make.commit().insert_session(&second).done()).await;
    is_let_in_soon(&other, &second, 1).await;
    assert!(!is_let_in(&other, &first, 0).await.unwrap());
    assert!(!is_let_in(&other, &first, 1).await.unwrap(), "the session's own access version counts");
}

/// A token of a session that does not exist, or that is somebody else's, is refused however well it is signed.
pub async fn a_token_of_no_session_of_its_user_is_refused<B: StoreBuilder>(builder: &B) {
    let (mut world, user, session) = signed_in(builder).await;
    let here = server(world.handle(), &world.make);
    assert!(is_let_in(&here, &session, 0).await.unwrap());
    let nowhere = world.make.session(&user);
    assert!(!is_let_in(&here, &nowhere, 0).await.unwrap());
    let other = world.add_user("other", Role::Admin).await.record().id;
    let stolen = Session { user: other, ..session };
    assert!(!is_let_in(&here, &stolen, 0).await.unwrap(), "known as the session of another user");
    forget(&here);
    assert!(!is_let_in(&here, &stolen, 0).await.unwrap(), "looked up as the session of another user");
    world.write(world.make.commit().insert_session(&nowhere).done()).await;
    assert!(is_let_in(&here, &nowhere, 0).await.unwrap(), "that it did not exist is not remembered");
}

/// However a session's end meets its look-ups, it is not held as open afterwards.
pub async fn a_session_that_ends_during_its_look_up_is_not_held_as_open<B: StoreBuilder>(builder: &B) {
    let (world, user, _) = signed_in(builder).await;
    let here = server(world.handle(), &world.make);
    let mut violations = 0;
    for _ in 0..40 {
        let session = world.make.session(&user);
        here.stores.commits.commit(world.make.commit().insert_session(&session).done()).await.unwrap();
        forget(&here);
        let looking = (0..4).map(|_| {
            let (here, session) = (here.clone(), session.clone());
            tokio::spawn(async move { is_let_in(&here, &session, 0).await.map(drop) })
        });
        let looking: Vec<_> = looking.collect();
        let ended = world.make.commit().change(end(&session, world.make.now())).done();
        here.stores.commits.commit(ended).await.unwrap();
        violations += usize::from(is_open(&here, session.id));
        for look in looking {
            look.await.expect("nobody panics").unwrap();
        }
        violations += usize::from(is_open(&here, session.id) || is_let_in(&here, &session, 0).await.unwrap());
    }
    assert_eq!(violations, 0);
}

/// A session that a server knows is refused there within two seconds after its end on another, and stays so.
pub async fn the_end_of_a_known_session_is_heard_of_by_another_server<B: StoreBuilder>(builder: &B) {
    let (mut world, _, session) = signed_in(builder).await;
    let other = server(world.another().await, &world.make);
    assert!(is_let_in(&other, &session, 0).await.unwrap());
    assert!(is_open(&other, session.id));
    world.write(world.make.commit().change(end(&session, world.make.now())).done()).await;
    let refused = async {
        while is_let_in(&other, &session, 0).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), refused)
        .await
        .expect("the other server hears of it in time");
    assert!(!is_open(&other, session.id) && !is_let_in(&other, &session, 0).await.unwrap());
}

async fn signed_in<B: StoreBuilder>(builder: &B) -> (World<'_, B>, User, Session) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = world.make.session(&user);
    world.write(world.make.commit().insert_session(&session).done()).await;
    (world, user, session)
}

/// Shows an access token of this session that was made at this access version.
async fn is_let_in(server: &Ctx, session: &Session, access_version: u32) -> Result<bool, AppError> {
    let token = format!("access {} {} {access_version}", session.user, session.id);
    match authenticate(server, &token).await {
        Ok(actor) => {
            assert_eq!(actor.user_id(), Some(session.user));
            Ok(true)
        }
        Err(AppError::TokenRefused) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn is_let_in_soon(server: &Ctx, session: &Session, access_version: u32) {
    let let_in = async {
        while !is_let_in(server, session, access_version).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), let_in).await.expect("the session is good there in time");
}

fn end(session: &Session, at: Timestamp) -> Change {
    Change::EndSession { id: session.id, user: session.user, at, why: EndReason::Ended }
}

fn is_open(server: &Ctx, session: SessionId) -> bool {
    matches!(server.mirror.sessions().get(session), SessionState::Open(_))
}

/// Has the server forget which sessions are open.
fn forget(server: &Ctx) {
    server.mirror.replace(Snapshot::clone(&server.mirror.snapshot()));
}
