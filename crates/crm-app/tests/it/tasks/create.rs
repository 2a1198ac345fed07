use crm_app::commit::change::Change;
use crm_app::commit::expect::Expect;
use crm_app::commit::{Commit, Verdict};
use crm_app::tasks::create::create;
use crm_app::tasks::read::TaskView;
use crm_domain::access::actor::Actor;
use crm_domain::access::scope::Sight;
use crm_domain::activity::{Activity, ActivityType, EntityRef};
use crm_domain::due::DueDate;
use crm_domain::raw::{Members, Raw};
use crm_domain::task::{Priority, Progress, Related, Task};
use crm_domain::values::name::Name;
use crm_domain::values::prose::Prose;
use crm_domain::version::Version;

use crate::support::said::{unavailable, why};
use crate::support::stage::{Stage, minted, stands};
use crate::support::{stored, texts};

#[tokio::test]
async fn a_new_task_is_the_callers_own_and_is_written_with_its_event() {
    let mut stage = Stage::new();
    let written = stage.applies();
    let body = texts([("title", "Call"), ("dueDate", "2026-03-19"), ("relatedType", ""), ("overdue", "x")]);
    let view = create(&stage.ctx(), &stage.ann(), body).await.unwrap();
    let due = DueDate::parse("2026-03-19").unwrap();
    let task = Task { id: minted(2), due, ..stage.make.task("Call", stage.ann.id) };
    assert_eq!(view, TaskView { task: stored(&task, 1), related_name: None, overdue: true });
    assert_eq!(
        written.only(),
        Commit {
            id: minted(1),
            changes: vec![Change::InsertTask(task)],
            expects: vec![Expect::UserActive(stage.ann.id), stands(&stage.ann)],
            events: vec![Activity {
                id: minted(3),
                ..stage.event(
                    &stage.ann,
                    ActivityType::TaskCreated,
                    (EntityRef::Task(minted(2)), 1),
                    "Task \"Call\" created",
                )
            }],
            ..Commit::new(minted(0))
        }
    );
}

#[tokio::test]
async fn every_member_of_a_new_task_is_taken() {
    let mut stage = Stage::new();
    let customer = stored(&stage.make.customer("Ada", stage.bob.id), 7);
    stage.holds_customer(&customer, &[]);
    let written = stage.applies();
    let id = customer.record().id;
    let body = texts([
        ("title", "Call"),
        ("description", "twice"),
        ("dueDate", "2026-03-19T10:00:00+01:00"),
        ("status", "Done"),
        ("priority", "High"),
        ("relatedType", "Customer"),
        ("relatedId", &id.to_string()),
        ("owner", &stage.bob.id.to_string()),
    ]);
    let view = create(&stage.ctx(), &stage.root(), body).await.unwrap();
    let task = Task {
        id: minted(2),
        description: Some(Prose::parse("twice").unwrap()),
        due: DueDate::parse("2026-03-19T09:00:00Z").unwrap(),
        progress: Progress::Done { at: stage.now() },
        priority: Priority::High,
        related: Some(Related::Customer(id)),
        ..stage.make.task("Call", stage.bob.id)
    };
    let name = Name::parse("Ada").unwrap();
    assert_eq!(view, TaskView { task: stored(&task, 1), related_name: Some(name), overdue: false });
    assert_eq!(
        written.only().expects,
        [
            Expect::UserActive(stage.bob.id),
            Expect::Unchanged(EntityRef::Customer(id), Version::new(7)),
            stands(&stage.root),
        ],
        "the customer must not be deleted meanwhile"
    );
    assert_eq!(written.only().events[0].audience, [stage.root.id, stage.bob.id]);
}

#[tokio::test]
async fn a_task_about_a_lead_shows_its_name_and_demands_nothing_of_it() {
    let mut stage = Stage::new();
    let lead = stored(&stage.make.lead("Ada", Some(stage.ann.id)), 7);
    stage.holds_lead(&lead);
    let written = stage.applies();
    let id = lead.record().id.to_string();
    let body =
        texts([("title", "x"), ("dueDate", "2026-04-01"), ("relatedType", "Lead"), ("relatedId", &id)]);
    let view = create(&stage.ctx(), &stage.ann(), body).await.unwrap();
    assert_eq!(view.related_name, Some(Name::parse("Ada").unwrap()));
    assert_eq!(written.only().expects, [Expect::UserActive(stage.ann.id), stands(&stage.ann)]);
}

#[tokio::test]
async fn every_bad_member_is_told_at_once_an_unseen_record_among_them() {
    let mut stage = Stage::new();
    let lead = stored(&stage.make.lead("Ada", Some(stage.bob.id)), 7);
    stage.holds_lead(&lead);
    stage.customers.expect_customer().returning(|_, _| Ok(Sight::Absent));
    let (ctx, ann) = (stage.ctx(), stage.ann());
    for kind in ["Lead", "Customer"] {
        let body = texts([
            ("dueDate", "tomorrow"),
            ("status", "open"),
            ("priority", "Urgent"),
            ("relatedType", kind),
            ("relatedId", &lead.record().id.to_string()),
            ("owner", &stage.gone.id.to_string()),
            ("due", "x"),
        ]);
        assert_eq!(
            why(create(&ctx, &ann, body).await),
            "due: unknown_member, title: required, dueDate: invalid, status: invalid, priority: invalid, \
             owner: inactive_user, relatedId: unknown_record",
            "{kind}"
        );
    }
}

#[tokio::test]
async fn type_and_id_of_the_record_are_given_together_or_not_at_all() {
    let mut stage = Stage::new();
    let (ctx, ann, id) = (stage.ctx(), stage.ann(), stage.ann.id.to_string());
    let body = |members: [(&str, &str); 2]| {
        members
            .into_iter()
            .fold(texts([("title", "x"), ("dueDate", "2026-04-01")]), |body: Members, (name, text)| {
                body.with(name, Raw::text(text))
            })
    };
    for (members, told) in [
        ([("relatedType", "Lead"), ("relatedId", "")], "relatedId: required"),
        ([("relatedType", ""), ("relatedId", id.as_str())], "relatedType: required"),
        ([("relatedType", "User"), ("relatedId", id.as_str())], "relatedType: invalid"),
        ([("relatedType", "Lead"), ("relatedId", "x")], "relatedId: invalid"),
        ([("relatedType", "x"), ("relatedId", "x")], "relatedType: invalid, relatedId: invalid"),
    ] {
        assert_eq!(why(create(&ctx, &ann, body(members)).await), told);
    }
}

#[tokio::test]
async fn only_an_admin_makes_a_task_for_somebody_else() {
    let mut stage = Stage::new();
    let ctx = stage.ctx();
    let body = texts([("title", "x"), ("dueDate", "2026-04-01"), ("owner", &stage.bob.id.to_string())]);
    assert_eq!(why(create(&ctx, &stage.ann(), body.clone()).await), "denied");
    let nobodys = texts([("title", "x"), ("dueDate", "2026-04-01")]);
    assert_eq!(why(create(&ctx, &Actor::system("tests"), nobodys).await), "denied");
}

#[tokio::test]
async fn a_customer_that_is_deleted_meanwhile_gets_no_task() {
    let mut stage = Stage::new();
    let customer = stored(&stage.make.customer("Ada", stage.ann.id), 7);
    let (id, mut left) = (customer.record().id.to_string(), 2);
    stage.customers.expect_customer().returning(move |_, _| {
        left -= 1;
        Ok(if left >= 0 { Sight::Seen(customer.clone()) } else { Sight::Absent })
    });
    stage.answers([Ok(Verdict::Stale)]);
    let related =
        [("title", "x"), ("dueDate", "2026-04-01"), ("relatedType", "Customer"), ("relatedId", &id)];
    assert_eq!(why(create(&stage.ctx(), &stage.ann(), texts(related)).await), "relatedId: unknown_record");
}

#[tokio::test]
async fn no_task_is_made_while_its_record_cannot_be_read() {
    let mut stage = Stage::new();
    stage.leads.expect_lead().returning(|_, _| Err(unavailable()));
    let id = stage.ann.id.to_string();
    let related = [("title", "x"), ("dueDate", "2026-04-01"), ("relatedType", "Lead"), ("relatedId", &id)];
    assert_eq!(why(create(&stage.ctx(), &stage.ann(), texts(related)).await), "store unavailable");
}
