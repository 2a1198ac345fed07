//! Refresh tokens shown to several servers of one store.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crm_app::audit::trail::Trail;
use crm_app::auth::guard::Guard;
use crm_app::auth::login::Device;
use crm_app::auth::refresh::{TokenPair, refresh};
use crm_app::context::{Ctx, Rules, Stores};
use crm_app::error::AppError;
use crm_app::queue::Queue;
use crm_app::repeat::keeping::Keeping;
use crm_app::repeat::running::Repeats;
use crm_domain::access::role::Role;
use crm_domain::audit::chain::AuditKey;
use crm_domain::raw::{Members, Raw};
use crm_domain::session::Session;
use crm_domain::session::end::{EndReason, SessionEnd};
use crm_domain::throttle::limits::Limits;
use secrecy::ExposeSecret;
use tokio::sync::Barrier;

use super::support::world::{World, everything, seen};
use super::{FullStore, Handle, StoreBuilder};
use crate::blinding::PlainBlinding;
use crate::fixtures::Maker;
use crate::passwords::PlainPasswords;
use crate::tokens::PlainTokens;

/// Fifty who show one token at once, to two servers: all are answered, with one successor.
pub async fn of_many_refreshes_at_once_all_get_one_successor<B: StoreBuilder>(builder: &B) {
    let (world, session) = signed_in(builder).await;
    let answers = all_at_once(&world, &vec![token(&session, 0, 0); 50]).await;
    assert_eq!(successors(&answers), [token(&session, 1, 1)]);
    let rotation = read(&world, &session).await.rotation;
    assert_eq!(rotation.successor.map(|minted| minted.sibling), Some(1));
}

/// Tabs that show a successor and its parent at once, to two servers: all are answered, however they meet.
pub async fn tabs_that_race_are_all_answered<B: StoreBuilder>(builder: &B) {
    let (world, session) = signed_in(builder).await;
    let server = server(world.handle(), &world.make);
    let mut shown = (token(&session, 0, 0), shows(&server, &token(&session, 0, 0)).await.unwrap());
    for generation in 1..=5_u32 {
        world.make.clock.advance(Duration::from_mins(15));
        let tokens: Vec<_> = [&shown.0, &shown.1].into_iter().cycle().take(16).cloned().collect();
        let answers = all_at_once(&world, &tokens).await;
        // Who came before the successor was confirmed may have been given another one, which is dead by now.
        assert!(successors(&answers).contains(&token(&session, generation + 1, 1)), "{answers:?}");
        shown = (shown.1, token(&session, generation + 1, 1));
    }
}

/// A token that was replaced and is shown later ends the session, which is written and known before it is refused; from
/// then on another server refuses it too.
pub async fn a_stolen_token_ends_its_session_on_every_server<B: StoreBuilder>(builder: &B) {
    let (world, session) = signed_in(builder).await;
    let (one, two) = (server(world.handle(), &world.make), server(world.another().await, &world.make));
    let stolen = token(&session, 0, 0);
    let stored = shows(&one, &stolen).await.unwrap();
    shows(&two, &stored).await.unwrap();
    let at = world.make.clock.advance(Duration::from_millis(10_001));
    assert!(matches!(shows(&one, &stolen).await, Err(AppError::TokenRefused)));
    assert!(world.mirror().sessions().is_revoked(session.id));
    assert_eq!(read(&world, &session).await.ended, Some(SessionEnd { at, why: EndReason::Theft }));
    for server in [&one, &two] {
        assert!(matches!(shows(server, &stored).await, Err(AppError::TokenRefused)));
    }
}

async fn signed_in<B: StoreBuilder>(builder: &B) -> (World<'_, B>, Session) {
    let mut world = World::new(builder).await;
    let user = world.add_user("user", Role::Agent).await.into_record();
    let session = world.make.session(&user);
    world.write(world.make.commit().insert_session(&session).done()).await;
    (world, session)
}

/// A server on this handle.
pub(super) fn server<S: FullStore>(handle: Handle<S>, make: &Maker) -> Ctx {
    Ctx {
        stores: Stores::of(handle.store),
        mirror: handle.mirror,
        clock: Arc::<crate::clock::FixedClock>::clone(&make.clock),
        ids: Arc::<crate::ids::SequentialIds>::clone(&make.ids),
        passwords: Arc::new(PlainPasswords),
        tokens: Arc::new(PlainTokens),
        guard: Arc::new(Guard::new(Limits::default(), Arc::new(PlainBlinding))),
        trail: Arc::new(Trail::new(AuditKey::derive(b"tests"))),
        queue: Queue::new(),
        repeats: Arc::new(Repeats::new(Arc::new(PlainBlinding))),
        keeping: Keeping::nothing(),
        rules: Rules { deadline: Duration::from_mins(1), ..Rules::default() },
    }
}

/// Shows each of these at once, in turns to two servers.
async fn all_at_once<B: StoreBuilder>(
    world: &World<'_, B>,
    tokens: &[String],
) -> Vec<Result<String, AppError>> {
    let servers = [server(world.handle(), &world.make), server(world.another().await, &world.make)];
    let line = Arc::new(Barrier::new(tokens.len()));
    let asking: Vec<_> = tokens
        .iter()
        .zip(servers.iter().cycle())
        .map(|(token, server)| {
            let (token, server, line) = (token.clone(), server.clone(), Arc::clone(&line));
            tokio::spawn(async move {
                line.wait().await;
                shows(&server, &token).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for asked in asking {
        answers.push(asked.await.expect("nobody panics"));
    }
    answers
}

/// Shows a token; the successor.
async fn shows(server: &Ctx, token: &str) -> Result<String, AppError> {
    let body = Members::new().with("refreshToken", Raw::text(token));
    let TokenPair { refresh_token, .. } = refresh(server, body, &Device::default()).await?;
    Ok(refresh_token.expose_secret().to_owned())
}

/// The different successors.
fn successors(answers: &[Result<String, AppError>]) -> Vec<String> {
    let all: BTreeSet<_> = answers.iter().map(|answer| answer.as_ref().unwrap().clone()).collect();
    all.into_iter().collect()
}

fn token(session: &Session, generation: u32, sibling: u32) -> String {
    format!("refresh {} {generation} {sibling}", session.id)
}

async fn read<B: StoreBuilder>(world: &World<'_, B>, session: &Session) -> Session {
    seen(crm_app::ports::sessions::Sessions::session(world.store(), &everything(), session.id).await.unwrap())
}
