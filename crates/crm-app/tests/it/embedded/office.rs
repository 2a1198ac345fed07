//! A store in memory, people who signed in, and the shortest way to do things.

use std::sync::Arc;

use crm_app::audit::trail::Trail;
use crm_app::auth::authenticate::authenticate;
use crm_app::auth::guard::Guard;
use crm_app::auth::login::{Device, SignIn, login};
use crm_app::context::{Ctx, Rules, Stores};
use crm_app::error::AppError;
use crm_app::mirror::Mirror;
use crm_app::ports::archive::{Archive, Arrival, Import};
use crm_app::ports::maintenance::{Maintenance, TallyDifference};
use crm_app::precondition::Precondition;
use crm_app::queue::Queue;
use crm_app::repeat::keeping::Keeping;
use crm_app::repeat::running::Repeats;
use crm_app::users::register::{NewUser, create};
use crm_app::{customers, leads, tasks};
use crm_domain::access::actor::Actor;
use crm_domain::access::role::Role;
use crm_domain::activity::Activity;
use crm_domain::audit::chain::AuditKey;
use crm_domain::calendar::Calendar;
use crm_domain::customer::Customer;
use crm_domain::lead::Lead;
use crm_domain::raw::Members;
use crm_domain::task::Task;
use crm_domain::throttle::limits::Limits;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use crm_domain::values::password::NewPassword;
use crm_domain::version::Versioned;
use crm_sqlite::store::SqliteStore;
use crm_testkit::blinding::PlainBlinding;
use crm_testkit::clock::FixedClock;
use crm_testkit::ids::SequentialIds;
use crm_testkit::passwords::PlainPasswords;
use crm_testkit::tokens::PlainTokens;
use secrecy::ExposeSecret;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::support::texts;

/// A workspace on a store of its own.
pub(crate) struct Office {
    pub(crate) ctx: Ctx,
    store: Arc<SqliteStore>,
    pub(crate) clock: Arc<FixedClock>,
}

impl Office {
    /// An empty store.
    pub(crate) fn open() -> Self {
        let (mirror, clock) = (Arc::new(Mirror::empty()), Arc::new(FixedClock::default()));
        let store = SqliteStore::memory(Arc::clone(&mirror)).unwrap();
        let ctx = Ctx {
            stores: Stores::of(Arc::clone(&store)),
            mirror,
            clock: Arc::<FixedClock>::clone(&clock),
            ids: Arc::new(SequentialIds::new()),
            passwords: Arc::new(PlainPasswords),
            tokens: Arc::new(PlainTokens),
            trail: Arc::new(Trail::new(AuditKey::derive(b"tests"))),
            guard: Arc::new(Guard::new(Limits::default(), Arc::new(PlainBlinding))),
            queue: Queue::new(),
            repeats: Arc::new(Repeats::new(Arc::new(PlainBlinding))),
            keeping: Keeping::nothing(),
            rules: Rules { deadline: std::time::Duration::from_mins(1), ..Rules::default() },
        };
        Self { ctx, store, clock }
    }

    /// An empty store whose days are those of this zone.
    pub(crate) async fn open_in(zone: &str) -> Self {
        let office = Self::open();
        office.store.set_calendar(Calendar::parse(zone).unwrap()).await.unwrap();
        office
    }

    /// The counters that do not agree with what they count.
    pub(crate) async fn miscounted(&self) -> Vec<TallyDifference> {
        self.store.recount(false).await.unwrap()
    }

    /// What the store finds wrong with itself.
    pub(crate) async fn problems(&self) -> Vec<String> {
        self.store.check().await.unwrap()
    }

    /// How many notes the store holds, seen by anybody or not.
    pub(crate) async fn count_of_notes(&self) -> u64 {
        self.store.inventory().await.unwrap().notes
    }

    /// Another store with everything that this one holds.
    pub(crate) async fn copy(&self) -> Self {
        let copy = Self::open();
        let (to, from) = mpsc::channel(1);
        let arrival = Arrival { id: Uuid::from_u128(1), command: "tests".to_owned() };
        let (sent, taken) = tokio::join!(self.store.export(to), copy.store.import(&arrival, from));
        sent.unwrap();
        assert_eq!(taken.unwrap(), Import::Taken);
        assert!(copy.store.finish_import(arrival.id).await.unwrap());
        copy
    }

    /// An account with this name; the password is `{name}-secret`. Signed in.
    pub(crate) async fn hire(&self, name: &str, role: Role) -> Actor {
        let new = NewUser {
            name: PersonName::parse(name).unwrap(),
            email: Email::parse(&format!("{name}@crm.example")).unwrap(),
            role,
            password: NewPassword::of_sample_account(&format!("{name}-secret")),
        };
        create(&self.ctx, &Actor::system("tests"), &new).await.unwrap();
        self.actor(&self.sign_in(name, &format!("{name}-secret")).await.unwrap()).await.unwrap()
    }

    /// Signs in with this password.
    pub(crate) async fn sign_in(&self, name: &str, password: &str) -> Result<SignIn, AppError> {
        let email = format!("{name}@crm.example");
        login(&self.ctx, texts([("email", &email), ("password", password)]), Device::default()).await
    }

    /// Who stands behind the access token by now.
    pub(crate) async fn actor(&self, sign_in: &SignIn) -> Result<Actor, AppError> {
        authenticate(&self.ctx, sign_in.tokens.access_token.expose_secret()).await
    }

    /// A new lead of the actor's.
    pub(crate) async fn lead(&self, actor: &Actor, name: &str) -> Versioned<Lead> {
        leads::create::create(&self.ctx, actor, texts([("name", name)])).await.unwrap()
    }

    /// A new customer of the actor's.
    pub(crate) async fn customer(&self, actor: &Actor, name: &str) -> Versioned<Customer> {
        customers::create::create(&self.ctx, actor, texts([("name", name)])).await.unwrap().customer
    }

    /// A new task of the actor's about this customer.
    pub(crate) async fn task(
        &self,
        actor: &Actor,
        title: &str,
        about: &Versioned<Customer>,
    ) -> Versioned<Task> {
        let id = about.record().id.to_string();
        let body = texts([
            ("title", title),
            ("dueDate", "2026-04-01"),
            ("relatedType", "Customer"),
            ("relatedId", &id),
        ]);
        tasks::create::create(&self.ctx, actor, body).await.unwrap().task
    }

    /// Changes a lead, whatever its version.
    pub(crate) async fn change(
        &self,
        actor: &Actor,
        lead: &Versioned<Lead>,
        body: Members,
    ) -> Result<Versioned<Lead>, AppError> {
        let id = lead.record().id.to_string();
        leads::change::change(&self.ctx, actor, &id, body, &Precondition::None).await
    }

    /// What happened, newest first, as far as the actor may see it and up to a hundred.
    pub(crate) async fn feed(&self, actor: &Actor, query: Members) -> Vec<Activity> {
        let query = query.with("limit", crm_domain::raw::Raw::text("100"));
        crm_app::activity::list::list(&self.ctx, actor, query).await.unwrap().items
    }
}

/// The actor's id as clients write it.
pub(crate) fn id_of(actor: &Actor) -> String {
    actor.user_id().unwrap().to_string()
}
