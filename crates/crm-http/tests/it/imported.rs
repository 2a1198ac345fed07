//! Accounts whose passwords the Node.js backend hashed.

use std::num::NonZeroUsize;
use std::sync::Arc;

use crm_app::commit::change::Change;
use crm_domain::access::role::Role;
use crm_domain::password_hash::PasswordHash;
use crm_domain::user::User;
use crm_domain::version::Version;
use crm_security::passwords::Argon2Passwords;
use crm_security::passwords::cost::HashCost;
use crm_testkit::actors::everything;
use crm_testkit::fixtures::Maker;

use crate::support::server::{TestServer, login, options};

/// What Node's bcrypt made of `Agent@123`, at the smallest cost there is.
const OF_NODE: &str = "$2b$04$IhcovltnUnLmHteT0P9T.eNx5gEB0DDypyw0czISqIfxVNbzehiru";

#[tokio::test]
async fn whoever_comes_from_node_signs_in_as_before_and_bcrypts_hash_is_gone() {
    let cheap = HashCost { memory_kib: 8, iterations: 1, parallelism: 1 };
    let passwords = Arc::new(Argon2Passwords::start(cheap, NonZeroUsize::MIN).unwrap());
    let server = TestServer::built(options(), |ctx| ctx.passwords = passwords).await;
    let make = Maker::new();
    let user = User { password: PasswordHash::new(OF_NODE.to_owned()), ..make.user("ann", Role::Admin) };
    let commit = make.commit().change(Change::InsertUser(user.clone())).done();
    server.ctx().stores.commits.commit(commit).await.unwrap();
    let nobody = server.nobody();
    let wrong = nobody.post("/api/auth/login", &login("ann@crm.example", "Agent@124")).await;
    assert_eq!(wrong.verdict(), (401, "invalid_credentials"));
    assert_eq!(kept(&server, &user).await.0, OF_NODE, "a wrong password changes nothing");

    let first = server.sign_in("ann@crm.example", "Agent@123").await;
    let (hash, version) = kept(&server, &user).await;
    assert!(hash.starts_with("$argon2id$"), "{hash}");
    assert_eq!(version, Version::FIRST);
    let shown = first.get(&format!("/api/auth/users/{}", user.id)).await.expect(200);
    server.sign_in("ann@crm.example", "Agent@123").await;
    assert_eq!(kept(&server, &user).await.0, hash, "once is enough");
    let again = first.get(&format!("/api/auth/users/{}", user.id)).await.expect(200);
    assert_eq!(again.header("etag"), shown.header("etag"));
    assert!(first.get("/api/activity").await.expect(200).body.as_array().unwrap().is_empty());
}

async fn kept(server: &TestServer, user: &User) -> (String, Version) {
    let found = server.ctx().stores.users.user_by_email(&everything(), &user.email).await.unwrap().unwrap();
    (found.record().password.expose().to_owned(), found.version())
}
