//! What is held in process is up to date when a commit answers.

use crm_app::commit::Verdict;
use crm_app::commit::change::Change;
use crm_app::mirror::UserCard;
use crm_app::ports::commits::Commits;
use crm_app::session_cache::SessionState;
use crm_domain::access::role::Role;
use crm_domain::ids::SessionId;
use crm_domain::session::end::EndReason;
use crm_domain::user::User;
use crm_domain::values::name::PersonName;
use crm_domain::version::Versioned;

use super::StoreBuilder;
use super::support::race::{applied, race};
use super::support::world::World;

/// A user who was made or changed is held as they are by the time the commit answers.
pub async fn the_mirror_holds_a_user_when_the_commit_answers<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = make.user("user", Role::Agent);
    assert_eq!(world.mirror().user(user.id), None);
    world.write(make.commit().insert_user(&user).done()).await;
    is_held(&world, &world.user(user.id).await);
    let full = make.full_user();
    for after in [
        User { name: PersonName::parse("renamed").unwrap(), ..user.clone() },
        User { email: full.email, ..user.clone() },
        User { role: Role::Admin, ..user.clone() },
        User { active: false, ..user.clone() },
        User { access_version: 7, ..user.clone() },
    ] {
        world.write(make.commit().put_user(&world.user(user.id).await, after).done()).await;
        is_held(&world, &world.user(user.id).await);
    }
}

/// A session is held as open by the time the commit that begins it answers, and as revoked when the one answers that ends
/// it.
pub async fn the_mirror_holds_an_ended_session_when_the_commit_answers<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = make.session(&user);
    world.write(make.commit().insert_session(&session).done()).await;
    assert!(is_open(&world, session.id));
    world.write(make.commit().change(Change::TouchSession { id: session.id, at: make.tick() }).done()).await;
    assert!(is_open(&world, session.id));
    world
        .write(
            make.commit()
                .change(Change::EndSession {
                    id: session.id,
                    user: session.user,
                    at: make.tick(),
                    why: EndReason::Ended,
                })
                .done(),
        )
        .await;
    assert!(world.mirror().sessions().is_revoked(session.id));
}

/// A refused commit changes nothing that is held.
pub async fn the_mirror_ignores_a_refused_commit<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await;
    let session = make.session(user.record());
    world.write(make.commit().insert_session(&session).done()).await;
    let stranger = make.user("stranger", Role::Agent);
    let gone = user.record().clone().deactivate(make.now());
    let commit = make
        .commit()
        .insert_user(&stranger)
        .put_user(&user, gone)
        .change(Change::EndSession {
            id: session.id,
            user: session.user,
            at: make.now(),
            why: EndReason::Ended,
        })
        .insert_session(&session);
    assert_ne!(world.commit(commit.done()).await, Verdict::Applied);
    assert_eq!(world.mirror().user(stranger.id), None);
    assert!(is_open(&world, session.id));
    is_held(&world, &user);
}

/// After racing changes of one user the latest version is held, not the one that was handed in last.
pub async fn the_mirror_holds_the_latest_of_racing_changes<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let id = world.add_user("user", Role::Agent).await.record().id;
    let mut violations = 0;
    for _ in 0..25 {
        let before = world.user(id).await;
        let puts = (0..8_u32).map(|number| {
            let after = User { access_version: number, ..before.record().clone() };
            make.commit().put_user(&before, after).done()
        });
        let verdicts = race(&world.shared(), puts.collect()).await;
        let latest = world.user(id).await;
        let held = world.mirror().user(id).expect("the user is held");
        violations +=
            usize::from(applied(&verdicts) != 1 || *held != UserCard::of(latest.record(), latest.version()));
    }
    assert_eq!(violations, 0);
}

/// Whoever is told that their commit was applied finds it held, however many commit at once.
pub async fn the_mirror_is_up_to_date_for_each_of_racing_commits<B: StoreBuilder>(builder: &B) {
    let world = World::new(builder).await;
    let running: Vec<_> = (0..48)
        .map(|number| {
            let (handle, make) = (world.handle(), world.make.clone());
            tokio::spawn(async move {
                let user = make.user(&format!("user{number}"), Role::Agent);
                let verdict = handle.store.commit(make.commit().insert_user(&user).done()).await;
                assert_eq!(verdict.expect("the store answers"), Verdict::Applied);
                handle.mirror.user(user.id).is_some()
            })
        })
        .collect();
    let mut violations = 0;
    for racer in running {
        violations += usize::from(!racer.await.expect("nobody panics"));
    }
    assert_eq!(violations, 0);
}

/// A store that is opened again holds all its users, and no session as open that was ended.
pub async fn the_mirror_is_filled_when_a_store_is_opened<B: StoreBuilder>(builder: &B) {
    let mut world = World::new(builder).await;
    let make = world.make.clone();
    let user = world.add_user("user", Role::Agent).await;
    let gone = world.add_user("gone", Role::Admin).await;
    let deactivated = gone.record().clone().deactivate(make.now());
    world.write(make.commit().put_user(&gone, deactivated).done()).await;
    let ended = make.session(user.record());
    let open = make.session(user.record());
    let end = Change::EndSession { id: ended.id, user: ended.user, at: make.now(), why: EndReason::Ended };
    world.write(make.commit().insert_session(&ended).insert_session(&open).change(end).done()).await;
    let world = world.reopened().await;
    is_held(&world, &user);
    is_held(&world, &world.user(gone.record().id).await);
    assert!(!is_open(&world, ended.id));
}

fn is_held<B: StoreBuilder>(world: &World<'_, B>, user: &Versioned<User>) {
    let held = world.mirror().user(user.record().id).expect("the user is held");
    assert_eq!(*held, UserCard::of(user.record(), user.version()));
}

fn is_open<B: StoreBuilder>(world: &World<'_, B>, session: SessionId) -> bool {
    matches!(world.mirror().sessions().get(session), SessionState::Open(_))
}
