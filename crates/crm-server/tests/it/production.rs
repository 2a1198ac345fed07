//! What keeps a server from starting where strangers come.

use crate::deployment::reading::image;
use crate::support::place::Place;

const ACCESS: &str = "q8Zr0m1u5V0kz9yJx3nT7cWb2LhE6sDg4fPaRoUiYw==";
const REFRESH: &str = "Nn2c4Vt6Yb8Mu0Lo1Ki3Ju5Hy7Gt9Fr2De4Sw6Aq8Zx=";

/// A folder whose store has the sample data, in production with secrets that are good.
fn seeded() -> Place {
    let place = strict();
    let flags = ["--yes-in-production", "--i-know-that-everybody-knows-the-passwords"];
    place.run(&["seed", "--agents", "12", flags[0], flags[1]]).succeeded();
    place
}

fn strict() -> Place {
    Place::new()
        .with("CRM__ENVIRONMENT", "production")
        .with("JWT_ACCESS_SECRET", ACCESS)
        .with("JWT_REFRESH_SECRET", REFRESH)
        .with("CRM__METRICS__LISTEN", "127.0.0.1:0")
}

#[test]
fn sample_accounts_with_their_sample_passwords_are_named_and_their_passwords_are_not() {
    let place = seeded();
    let refused = place.run(&["serve"]).refused();
    assert!(refused.contains("admin@crm.com, agent1@crm.com, agent2@crm.com"), "{refused}");
    assert!(refused.contains("and 3 more"), "{refused}");
    assert!(!refused.contains("@123"), "{refused}");

    place
        .run_with_input(&["user", "password", "admin@crm.com", "--password-stdin"], "a better one 7\n")
        .succeeded();
    let refused = place.run(&["serve"]).refused();
    assert!(
        refused.contains("sign in as agent1@crm.com, ") && !refused.contains("admin@crm.com"),
        "{refused}"
    );

    for agent in 1..=12 {
        place.run(&["user", "disable", &format!("agent{agent}@crm.com")]).succeeded();
    }
    place.serve().stop();
}

#[test]
fn a_store_without_sample_accounts_is_served_in_production() {
    let place = strict();
    place.serve().stop();
}

#[test]
fn the_container_image_says_what_it_needs_and_starts_with_it() {
    let image = || {
        let variables = image().variables.into_iter();
        variables.fold(strict(), |place, (name, value)| place.with(&name, &value))
    };
    let refused = image().run(&["serve"]).refused();
    for named in ["server.host", "server.tls.cert_file", "server.behind_proxy", "server.trusted_proxies"] {
        assert!(refused.contains(named), "{named}: {refused}");
    }
    let place = image().with("CRM__SERVER__BEHIND_PROXY", "true");
    let refused = place.run(&["serve"]).refused();
    assert!(refused.contains("server.trusted_proxies: is empty"), "{refused}");
    place.with("CRM__SERVER__TRUSTED_PROXIES", "private").serve().stop();
}
