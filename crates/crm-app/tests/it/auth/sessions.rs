use crm_app::auth::sessions::{end, end_others, list};
use crm_app::commit::Commit;
use crm_app::commit::change::Change;
use crm_domain::access::actor::Actor;
use crm_domain::access::scope::Sight;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::meta::Meta;
use crm_domain::session::Session;
use crm_domain::session::end::EndReason;
use crm_domain::user::User;
use crm_domain::version::Replace;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted, session, stands};
use crate::support::stored;

#[tokio::test]
async fn the_list_is_that_of_ones_own_open_sessions() {
    let mut stage = Stage::new();
    let live = stage.make.session(&stage.ann);
    let (open, ann, now) = (vec![live.clone()], stage.ann.id, stage.now());
    stage
        .sessions
        .expect_open_sessions()
        .withf(move |scope, user, at| *user == ann && *at == now && scope.admits(Some(ann)))
        .returning(move |_, _, _| Ok(open.clone()));
    assert_eq!(list(&stage.ctx(), &stage.ann()).await.unwrap(), [live]);
    assert_eq!(why(list(&stage.ctx(), &Actor::system("tests")).await), "denied");
}

#[tokio::test]
async fn everybody_ends_their_own_sessions_and_nobody_elses() {
    let mut stage = Stage::new();
    let phone = stage.make.session(&stage.ann);
    let held = phone.clone();
    stage.sessions.expect_session().returning(move |scope, id| {
        let known = id == held.id;
        Ok(if known { Sight::judge(scope, Some(held.user), held.clone()) } else { Sight::Absent })
    });
    let written = stage.applies();
    let (ctx, id) = (stage.ctx(), phone.id.to_string());
    assert_eq!(why(end(&ctx, &stage.bob(), &id).await), "not owner of session");
    assert_eq!(why(end(&ctx, &stage.root(), &id).await), "not owner of session");
    assert_eq!(why(end(&ctx, &stage.ann(), &session().to_string()).await), "no session");
    assert_eq!(why(end(&ctx, &stage.ann(), "current").await), "id: invalid");
    end(&ctx, &stage.ann(), &id).await.unwrap();
    let ended = Change::EndSession { id: phone.id, user: phone.user, at: stage.now(), why: EndReason::Ended };
    assert_eq!(written.only(), Commit::new(minted(1)).change(ended).expect(stands(&stage.ann)));
}

#[tokio::test]
async fn ending_a_session_again_writes_nothing() {
    let mut stage = Stage::new();
    let ended = stage.make.session(&stage.ann).end(stage.now(), EndReason::SignedOut);
    let id = ended.id.to_string();
    stage.sessions.expect_session().returning(move |_, _| Ok(Sight::Seen(ended.clone())));
    end(&stage.ctx(), &stage.ann(), &id).await.unwrap();
}

#[tokio::test]
async fn all_sessions_but_the_one_that_asks_are_ended_by_one_change_of_the_user() {
    let mut stage = Stage::new();
    let before = stored(&stage.ann, 3);
    stage.holds_user(&before);
    let this = Session { id: session(), ..stage.make.session(&stage.ann) };
    let others = (0..20).map(|_| stage.make.session(&stage.ann));
    let open: Vec<Session> = others.chain([this]).collect();
    stage.sessions.expect_open_sessions().returning(move |_, _, _| Ok(open.clone()));
    let written = stage.applies();
    let now = stage.make.tick();
    end_others(&stage.ctx(), &stage.ann()).await.unwrap();
    let after = User { access_version: 1, spared: Some(session()), updated_at: now, ..stage.ann.clone() };
    let event = Activity {
        id: minted(2),
        meta: Meta::new().compare("sessions", "open", "ended"),
        ..stage.event(
            &stage.ann,
            ActivityType::UserUpdated,
            (EntityRef::User(stage.ann.id), 4),
            "User \"ann\" updated",
        )
    };
    let commit = Commit::new(minted(1)).change(Change::PutUser(Replace { before, after })).event(event);
    assert_eq!(written.only(), commit.expect(stands(&stage.ann)));
}

#[tokio::test]
async fn where_there_is_no_other_session_nothing_is_written() {
    let mut stage = Stage::new();
    stage.holds_user(&stored(&stage.ann.clone(), 3));
    let this = Session { id: session(), ..stage.make.session(&stage.ann) };
    stage.sessions.expect_open_sessions().times(1).returning(move |_, _, _| Ok(vec![this.clone()]));
    stage.sessions.expect_open_sessions().returning(|_, _, _| Err(unavailable()));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    end_others(&ctx, &ann).await.unwrap();
    assert_eq!(why(end_others(&ctx, &ann).await), "store unavailable");
}
