//! How clients reach the server: in clear, through a proxy, or by TLS.

use chrono::{DateTime, Duration, Utc};
use crm_app::ports::clock::Clock as _;

use super::finding::Finding;
use crate::clock::SystemClock;
use crate::command_error::with_causes;
use crate::settings::{Settings, exposure};
use crate::tls::{expiry, pair};

/// A certificate that ends within so many days should have been renewed by now.
const SOON: Duration = Duration::days(21);

/// Looks at what would keep a server from starting, and at the certificate.
pub(super) fn check(settings: &Settings) -> Vec<Finding> {
    let flaws = exposure::flaws(settings);
    let mut found: Vec<Finding> =
        flaws.iter().map(|flaw| Finding::wrong("network", flaw.to_string())).collect();
    found.extend(proxies(settings));
    if let Some((cert, key)) = settings.server.tls.files() {
        found.push(match pair::read(cert, key, false) {
            Ok(pair) => {
                let end = pair.cert.first().and_then(|certificate| expiry::not_after(certificate));
                ending(end, SystemClock.now().utc())
            }
            Err(error) => Finding::wrong("tls", with_causes(&error)),
        });
    }
    found
}

/// Whether the address that limits and the audit log go by is the client's.
fn proxies(settings: &Settings) -> Option<Finding> {
    let server = &settings.server;
    if server.trusted_proxies.iter().any(|network| network.is_everything()) {
        let text = "server.trusted_proxies names every address, so that any client can claim another's; name the proxy's";
        return Some(Finding::doubtful("proxy", text));
    }
    if !server.hides_clients() {
        return server.has_proxy().then(|| {
            Finding::good(
                "proxy",
                "clients' addresses are taken from X-Forwarded-For of server.trusted_proxies",
            )
        });
    }
    // In production it keeps the server from starting, which was said already.
    (!settings.environment.is_strict()).then(|| {
        let text = "server.behind_proxy is true and server.trusted_proxies is empty: all clients share one address, and \
                    a start in production is refused";
        Finding::doubtful("proxy", text)
    })
}

fn ending(end: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Finding {
    let Some(end) = end else {
        return Finding::doubtful("tls", "it cannot be told when the certificate ends");
    };
    let day = end.format("%Y-%m-%d");
    if end <= now {
        Finding::wrong("tls", format!("the certificate ended on {day}"))
    } else if end - now <= SOON {
        let text = format!("the certificate ends on {day}, in {} days", (end - now).num_days());
        Finding::doubtful("tls", text)
    } else {
        Finding::good("tls", format!("the certificate and its key fit; it ends on {day}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_ended_is_wrong_and_one_that_ends_soon_deserves_a_look() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let in_days = |days| ending(Some(now + Duration::days(days)), now).line(false);
        assert!(in_days(-1).starts_with("WRONG  tls"), "{}", in_days(-1));
        assert!(
            in_days(20).starts_with("look   tls") && in_days(20).contains("in 20 days"),
            "{}",
            in_days(20)
        );
        assert!(in_days(90).starts_with("ok     tls"), "{}", in_days(90));
    }
}
