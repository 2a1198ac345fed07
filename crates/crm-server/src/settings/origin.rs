//! The origin of a page, as browsers send it in `Origin` (RFC 6454): scheme, host and perhaps a port, nothing after.

/// What an origin must be, for error texts.
pub(super) const EXPECTED: &str =
    "an origin such as https://crm.example.com, with no path, no final slash and no *";

/// Reads one origin as browsers send it: in lower case and without the scheme's default port (RFC 6454, section 6.2).
/// None if no browser would ever send it.
pub(super) fn parse(text: &str) -> Option<String> {
    let (scheme, host) = text.split_once("://")?;
    let scheme_fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, Some(port)),
        Some(_) | None => (host, None),
    };
    let name_fits =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b));
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number > 0));
    if !(scheme_fits && name_fits && port_fits) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    let number = port.and_then(|port| port.parse::<u16>().ok());
    let port = number.filter(|number| default_port(&scheme) != Some(*number));
    let port = port.map(|number| format!(":{number}")).unwrap_or_default();
    Some(format!("{scheme}://{}{port}", name.to_ascii_lowercase()))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Reads the address under which the server is reached, a path included; nothing if it is no web address.
pub(super) fn parse_public_url(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split('/').next()?;
    let is_web = matches!(scheme, "http" | "https") && parse(&format!("{scheme}://{host}")).is_some();
    (is_web && !rest.contains(['?', '#', ' '])).then(|| text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://localhost:5173")]
    #[case("https://crm.example.com")]
    #[case("http://[::1]:3000")]
    #[case("capacitor://localhost")]
    fn an_origin_is_taken(#[case] text: &str) {
        assert_eq!(parse(text).as_deref(), Some(text));
    }

    #[rstest]
    #[case("https://shop.example.com:443", "https://shop.example.com")]
    #[case("http://shop.example.com:80", "http://shop.example.com")]
    #[case("http://shop.example.com:443", "http://shop.example.com:443")]
    #[case("HTTPS://Shop.Example.com:0443", "https://shop.example.com")]
    #[case("https://[2001:DB8::1]:443", "https://[2001:db8::1]")]
    fn a_default_port_is_as_none(#[case] text: &str, #[case] sent: &str) {
        assert_eq!(parse(text).as_deref(), Some(sent));
    }

    #[rstest]
    #[case("*")]
    #[case("null")]
    #[case("crm.example.com")]
    #[case("https://crm.example.com/")]
    #[case("https://*.example.com")]
    #[case("https://crm.example.com/app")]
    #[case("https://user@crm.example.com")]
    #[case("http://localhost:99999")]
    fn what_no_browser_sends_is_refused(#[case] text: &str) {
        assert_eq!(parse(text), None);
    }

    #[rstest]
    #[case("https://example.com/crm/", Some("https://example.com/crm"))]
    #[case("http://localhost:3000", Some("http://localhost:3000"))]
    #[case("ftp://example.com", None)]
    #[case("https://example.com?x", None)]
    #[case("example.com", None)]
    fn a_public_address_may_have_a_path(#[case] text: &str, #[case] read: Option<&str>) {
        assert_eq!(parse_public_url(text).as_deref(), read);
    }
}
