//! What a connection string says about who could listen or write along, without connecting.

use std::net::IpAddr;

use mongodb::options::{ConnectionString, HostInfo, ServerAddress, Tls};

/// How a connection string protects what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionSecurity {
    /// Whether one of its hosts is another machine, as far as the name tells.
    pub is_remote: bool,
    /// Whether it signs in, with a password or a certificate.
    pub signs_in: bool,
    /// Whether it asks for TLS; `mongodb+srv` does unless it says otherwise.
    pub has_tls: bool,
}

/// Reads a connection string; none if it cannot be read.
pub fn connection_security(uri: &str) -> Option<ConnectionSecurity> {
    let parsed = ConnectionString::parse(uri).ok()?;
    let is_remote = if let HostInfo::HostIdentifiers(hosts) = &parsed.host_info {
        hosts.iter().any(is_another_machine)
    } else {
        // Host names of a DNS record, or a kind of host that is not known yet.
        true
    };
    let signs_in = parsed
        .credential
        .as_ref()
        .is_some_and(|credential| credential.username.is_some() || credential.mechanism.is_some());
    let has_tls = matches!(parsed.tls, Some(Tls::Enabled(_)));
    Some(ConnectionSecurity { is_remote, signs_in, has_tls })
}

fn is_another_machine(address: &ServerAddress) -> bool {
    if let ServerAddress::Tcp { host, .. } = address {
        let is_loopback = host.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback());
        host != "localhost" && !is_loopback
    } else {
        false
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("mongodb://db1,db2/crm?replicaSet=rs0", true, false, false)]
    #[case("mongodb://127.0.0.1,db2/crm", true, false, false)]
    #[case("mongodb://crm:secret@db/crm?authSource=admin", true, true, false)]
    #[case("mongodb://crm:secret@db/crm?tls=true", true, true, true)]
    #[case("mongodb://crm:secret@db/crm?ssl=true", true, true, true)]
    #[case("mongodb://db/crm?tls=true&authMechanism=MONGODB-X509", true, true, true)]
    #[case("mongodb+srv://crm:secret@cluster.example.com/crm", true, true, true)]
    #[case("mongodb+srv://cluster.example.com/crm?tls=false", true, false, false)]
    #[case("mongodb://localhost,[::1]:27018,127.0.0.2/crm", false, false, false)]
    #[case("mongodb://%2Ftmp%2Fmongodb-27017.sock/crm", false, false, false)]
    fn a_connection_string_tells_who_could_listen(
        #[case] uri: &str,
        #[case] is_remote: bool,
        #[case] signs_in: bool,
        #[case] has_tls: bool,
    ) {
        let expected = ConnectionSecurity { is_remote, signs_in, has_tls };
        assert_eq!(connection_security(uri), Some(expected));
    }

    #[test]
    fn what_is_no_connection_string_tells_nothing() {
        assert_eq!(connection_security("mongodb://db:99999/crm"), None);
    }
}
