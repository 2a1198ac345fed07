//! What the audit log is told, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use crm_app::audit::allowance::{BURST, NETWORK_BURST, NETWORK_PER_SECOND};
use crm_app::audit::list::{history, list};
use crm_app::audit::note::Note;
use crm_app::audit::prune::prune;
use crm_app::audit::trail::{self, MOST_WAITING};
use crm_app::audit::verify::{Finding, verify};
use crm_app::auth::{password, sessions};
use crm_app::commit::{Commit, Verdict};
use crm_app::context::{Ctx, Stores};
use crm_app::error::StoreError;
use crm_app::origin::{self, Origin};
use crm_app::ports::commits::Commits;
use crm_app::precondition::Precondition;
use crm_app::users;
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::audit::AuditKind;
use crm_domain::audit::chain::AuditEntry;
use crm_domain::raw::{Members, Raw};
use tokio::sync::Notify;

use super::office::{Office, id_of};
use crate::support::said::why;
use crate::support::texts;

async fn log(office: &Office) -> Vec<AuditEntry> {
    let query = texts([("limit", "100")]);
    let mut entries = list(&office.ctx, &Actor::system("tests"), query).await.unwrap().items;
    entries.sort_by_key(|entry| entry.sequence);
    entries
}

fn kinds(entries: &[AuditEntry]) -> Vec<&'static str> {
    entries.iter().map(|entry| entry.event.kind.as_str()).collect()
}

async fn put(office: &Office, root: &Actor, whom: &Actor, body: Members) {
    users::change::change(&office.ctx, root, &id_of(whom), body, &Precondition::None).await.unwrap();
}

#[tokio::test]
async fn what_is_done_to_accounts_and_sessions_is_in_the_log_and_nothing_secret_with_it() {
    let office = Office::open();
    assert_eq!(verify(&office.ctx, None).await.unwrap(), Finding::Nothing);
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    assert_eq!(kinds(&log(&office).await), ["user_created", "sign_in_ok", "user_created", "sign_in_ok"]);
    let phone = office.actor(&office.sign_in("ann", "ann-secret").await.unwrap()).await.unwrap();
    sessions::end(&office.ctx, &ann, &phone.user().unwrap().session.to_string()).await.unwrap();
    let body = texts([("currentPassword", "ann-secret"), ("newPassword", "correct horse")]);
    password::change(&office.ctx, &ann, body).await.unwrap();
    put(&office, &root, &ann, texts([("role", "admin"), ("name", "Anna")])).await;
    put(&office, &root, &ann, Members::new().with("isActive", Raw::Bool(false))).await;
    put(&office, &root, &ann, Members::new().with("isActive", Raw::Bool(true))).await;
    let entries = log(&office).await.split_off(4);
    assert_eq!(
        kinds(&entries),
        [
            "sign_in_ok",
            "session_ended",
            "user_changed",
            "role_changed",
            "user_changed",
            "user_deactivated",
            "user_changed",
        ]
    );
    let told: Vec<String> = entries.iter().map(|entry| format!("{:?}", entry.event.details)).collect();
    assert_eq!(
        told[2..],
        [
            r#"{"fields": "password"}"#,
            r#"{"from": "agent", "to": "admin"}"#,
            r#"{"fields": "name"}"#,
            "{}",
            r#"{"fields": "isActive"}"#,
        ]
    );
    for entry in &entries {
        assert_eq!(entry.event.subject, ann.user_id(), "{entry:?}");
        let text = format!("{entry:?}");
        assert!(!text.contains("secret") && !text.contains("horse"), "{text}");
    }
    assert_eq!(entries[3].event.actor.as_ref().unwrap().id, root.user_id());
    assert!(matches!(verify(&office.ctx, None).await.unwrap(), Finding::Whole { .. }));
}

#[tokio::test]
async fn an_entry_tells_where_the_request_came_from() {
    let office = Office::open();
    let from = Origin { address: Some([192, 0, 2, 7].into()), request_id: Some("r-1".into()) };
    origin::from(from, office.hire("ann", Role::Agent)).await;
    office.hire("bob", Role::Agent).await;
    let entries = log(&office).await;
    let told: Vec<_> = entries.iter().map(|entry| (&entry.event.address, &entry.event.request_id)).collect();
    let there = (&Some("192.0.2.7".to_owned()), &Some("r-1".to_owned()));
    assert_eq!(told, [there, there, (&None, &None), (&None, &None)]);
}

fn refusal(number: u32) -> Note {
    Note::new(AuditKind::AccessRefused).with("code", "forbidden").with("route", &number.to_string())
}

/// Records a refusal of a request that came from this address.
async fn record_from(ctx: &Ctx, address: [u8; 4], note: Note) {
    let from = Origin { address: Some(address.into()), request_id: None };
    origin::from(from, async { ctx.trail.record(ctx, note) }).await;
}

#[tokio::test]
async fn what_is_alike_becomes_one_entry_with_a_count() {
    let office = Office::open();
    for number in 0..5_000 {
        office.ctx.trail.record(&office.ctx, refusal(number % 2));
    }
    assert_eq!(office.ctx.trail.waiting(), 2);
    let entries = log(&office).await;
    let counts: Vec<u32> = entries.iter().map(|entry| entry.event.count).collect();
    assert_eq!(counts, [2_500, 2_500]);
    assert_eq!(office.ctx.trail.waiting(), 0);
    office.ctx.trail.record(&office.ctx, refusal(1));
    assert_eq!(log(&office).await.len(), 3, "what was written is not changed any more");
}

/// A store that never answers a commit, whether or not it applies it.
struct NeverAnswers {
    store: Option<Arc<dyn Commits>>,
    asked: Notify,
}

#[async_trait]
impl Commits for NeverAnswers {
    async fn commit(&self, commit: Arc<Commit>) -> Result<Verdict, StoreError> {
        if let Some(store) = &self.store {
            store.commit(commit).await.unwrap();
        }
        self.asked.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn events_are_written_once_when_the_future_that_writes_them_is_dropped() {
    for is_applied in [false, true] {
        let office = Office::open();
        let store = is_applied.then(|| Arc::clone(&office.ctx.stores.commits));
        let silent = Arc::new(NeverAnswers { store, asked: Notify::new() });
        let commits: Arc<dyn Commits> = Arc::<NeverAnswers>::clone(&silent);
        let ctx = Ctx { stores: Stores { commits, ..office.ctx.stores.clone() }, ..office.ctx.clone() };
        // More than one commit takes, so that some wait while others are being written.
        for number in 0..700_u32 {
            record_from(&ctx, [192, 0, 2, number.to_le_bytes()[0] % 7], refusal(number)).await;
        }
        tokio::select! {
            answer = trail::flush(&ctx) => panic!("{answer:?}"),
            () = silent.asked.notified() => {}
        }
        record_from(&ctx, [192, 0, 2, 0], refusal(0)).await;
        trail::flush(&office.ctx).await.unwrap();
        let written = office.ctx.stores.audits.stretch(0, 1_000).await.unwrap();
        let mut routes: Vec<&str> = written.iter().map(|entry| &*entry.event.details["route"]).collect();
        assert_eq!((routes.len(), written.iter().map(|entry| entry.event.count).sum::<u32>()), (701, 701));
        routes.sort_unstable();
        routes.dedup();
        assert_eq!(routes.len(), 700);
        assert!(matches!(verify(&office.ctx, None).await.unwrap(), Finding::Whole { .. }));
    }
}

#[tokio::test]
async fn of_a_flood_of_different_refusals_a_bounded_number_is_written_and_none_is_lost_silently() {
    let office = Office::open();
    let mut number = 0;
    let mut flood = |how_many: u32| {
        for _ in 0..how_many {
            office.ctx.trail.record(&office.ctx, refusal(number));
            number += 1;
        }
    };
    flood(3_000);
    assert!(office.ctx.trail.waiting() <= MOST_WAITING);
    trail::flush(&office.ctx).await.unwrap();
    office.clock.advance(Duration::from_secs(5));
    flood(1_000);
    trail::flush(&office.ctx).await.unwrap();
    let mut written = Vec::new();
    loop {
        let after = written.last().map_or(0, |entry: &AuditEntry| entry.sequence);
        let more = office.ctx.stores.audits.stretch(after, 1_000).await.unwrap();
        if more.is_empty() {
            break;
        }
        written.extend(more);
    }
    let of = |kind| written.iter().filter(move |entry| entry.event.kind == kind);
    let (refusals, missed) = (of(AuditKind::AccessRefused), of(AuditKind::EventsMissed));
    let (kept, lost): (u32, u32) =
        (refusals.map(|entry| entry.event.count).sum(), missed.map(|entry| entry.event.count).sum());
    let taken = NETWORK_BURST + 5 * NETWORK_PER_SECOND;
    assert_eq!((kept, lost), (taken, 4_000 - taken));
    assert!(matches!(verify(&office.ctx, None).await.unwrap(), Finding::Whole { .. }));
}

#[tokio::test]
async fn a_flood_from_one_network_hides_neither_another_network_nor_another_kind() {
    let office = Office::open();
    let failed = || Note::new(AuditKind::SignInFailed).with("reason", "wrong password");
    let junk = [203, 0, 113, 66];
    for number in 0..5_000 {
        record_from(&office.ctx, junk, refusal(number)).await;
        // A network that is used up does not fill what waits either.
        if number % 1_000 == 0 {
            trail::flush(&office.ctx).await.unwrap();
        }
    }
    record_from(&office.ctx, junk, failed()).await;
    record_from(&office.ctx, [198, 51, 100, 1], refusal(0)).await;
    record_from(&office.ctx, [198, 51, 100, 1], failed()).await;
    trail::flush(&office.ctx).await.unwrap();
    let written = office.ctx.stores.audits.stretch(0, 1_000).await.unwrap();
    let of = |kind, address: &str| {
        let from = written.iter().filter(|entry| entry.event.address.as_deref() == Some(address));
        from.filter(|entry| entry.event.kind == kind).count()
    };
    assert_eq!(of(AuditKind::AccessRefused, "203.0.113.66"), NETWORK_BURST as usize);
    assert_eq!(of(AuditKind::SignInFailed, "203.0.113.66"), 1);
    assert_eq!(of(AuditKind::AccessRefused, "198.51.100.1"), 1);
    assert_eq!(of(AuditKind::SignInFailed, "198.51.100.1"), 1);
}

#[tokio::test]
async fn of_one_kind_a_bounded_number_is_written_from_however_many_networks() {
    let office = Office::open();
    for number in 0..3_000_u32 {
        let [_, _, high, low] = number.to_be_bytes();
        record_from(&office.ctx, [10, 0, high, low], refusal(number)).await;
    }
    assert_eq!(office.ctx.trail.waiting(), BURST as usize);
}

#[tokio::test]
async fn the_log_is_for_admins_and_narrows_to_what_is_asked() {
    let office = Office::open();
    let root = office.hire("root", Role::Admin).await;
    let ann = office.hire("ann", Role::Agent).await;
    let bob = office.hire("bob", Role::Agent).await;
    assert_eq!(why(list(&office.ctx, &ann, Members::new()).await), "denied");
    let asked = |query| {
        let (ctx, root) = (office.ctx.clone(), root.clone());
        async move { list(&ctx, &root, query).await }
    };
    let about_ann = asked(texts([("user", &id_of(&ann))])).await.unwrap();
    assert_eq!((about_ann.items.len(), about_ann.total.count), (2, 2));
    let created = asked(texts([("type", "user_created,role_changed")])).await.unwrap();
    assert_eq!(created.items.len(), 3);
    let page = asked(texts([("type", "sign_in_ok"), ("limit", "2")])).await.unwrap();
    assert_eq!((page.items.len(), page.total.count), (2, 3));
    let cursor = page.next_cursor.unwrap();
    let rest = asked(texts([("type", "sign_in_ok"), ("limit", "2"), ("cursor", &cursor)])).await.unwrap();
    assert_eq!((rest.items.len(), rest.next_cursor), (1, None));
    let bad =
        texts([("type", "nonsense"), ("actor", "x"), ("address", "home"), ("from", "soon"), ("q", "x")]);
    let flaws = "q: unknown_parameter, type: invalid, actor: invalid, address: invalid, from: invalid";
    assert_eq!(why(asked(bad).await), flaws);
    let own = history(&office.ctx, &bob, Members::new()).await.unwrap();
    assert_eq!(own.items.len(), 2);
    assert!(own.items.iter().all(|entry| entry.event.subject == bob.user_id()));
    let own = history(&office.ctx, &root, Members::new()).await.unwrap();
    assert!(own.items.iter().all(|entry| entry.event.subject == root.user_id()), "an admin's too");
}

#[tokio::test]
async fn what_is_old_goes_and_the_log_stays_whole() {
    let office = Office::open();
    office.hire("ann", Role::Agent).await;
    office.clock.advance(Duration::from_hours(24 * 30));
    office.sign_in("ann", "ann-secret").await.unwrap();
    assert_eq!(prune(&office.ctx, Duration::from_hours(24 * 40)).await.unwrap(), 0);
    assert_eq!(prune(&office.ctx, Duration::from_hours(24 * 20)).await.unwrap(), 2);
    let entries = log(&office).await;
    assert_eq!(kinds(&entries), ["sign_in_ok", "log_pruned"]);
    assert_eq!(entries[1].event.details["entries"], "2");
    let Finding::Whole { anchor, last } = verify(&office.ctx, None).await.unwrap() else { panic!() };
    assert_eq!((anchor.sequence, last.sequence), (2, 4));
    office.clock.advance(Duration::from_hours(24 * 50));
    assert_eq!(prune(&office.ctx, Duration::from_hours(24 * 20)).await.unwrap(), 2);
    assert_eq!(kinds(&log(&office).await), ["log_pruned"]);
    assert!(matches!(verify(&office.ctx, Some(last)).await.unwrap(), Finding::Whole { .. }));
}
