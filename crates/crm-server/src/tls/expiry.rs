//! When a certificate ends, read from its DER (RFC 5280 section 4.1).
//!
//! Only as much of it as stands before that: `SEQUENCE { SEQUENCE { [0] version, INTEGER serial, SEQUENCE algorithm,
//! SEQUENCE issuer, SEQUENCE { notBefore, notAfter }, …`.

use chrono::{DateTime, NaiveDateTime, Utc};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// The last moment at which the certificate is good; nothing if it cannot be read.
pub fn not_after(certificate: &[u8]) -> Option<DateTime<Utc>> {
    let (whole, _) = of_kind(SEQUENCE, certificate)?;
    let (mut rest, _) = of_kind(SEQUENCE, whole)?;
    if let Some((_, behind)) = of_kind(VERSION, rest) {
        rest = behind;
    }
    for kind in [INTEGER, SEQUENCE, SEQUENCE] {
        (_, rest) = of_kind(kind, rest)?;
    }
    let (validity, _) = of_kind(SEQUENCE, rest)?;
    let (_, _, behind) = element(validity)?;
    let (kind, time, _) = element(behind)?;
    moment(kind, std::str::from_utf8(time).ok()?)
}

/// The content of the first element, if it is of this kind, and what follows it.
fn of_kind(kind: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (own, content, rest) = element(der)?;
    (own == kind).then_some((content, rest))
}

/// The first element: its kind, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [kind, first, rest @ ..] = der else {
        return None;
    };
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = digits
            .iter()
            .try_fold(0_usize, |length, digit| length.checked_mul(256)?.checked_add(usize::from(*digit)))?;
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*kind, content, rest))
}

fn moment(kind: u8, text: &str) -> Option<DateTime<Utc>> {
    let whole = match kind {
        GENERALIZED_TIME => text.to_owned(),
        // Two digits of the year: 50 to 99 are of the last century.
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&whole, "%Y%m%d%H%M%SZ").ok().map(|moment| moment.and_utc())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(year: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 3, 4);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn the_end_is_read_in_both_ways_of_writing_it() {
        for year in [2031, 2049, 2050, 4096] {
            assert_eq!(
                not_after(&certificate(year)).unwrap().to_rfc3339(),
                format!("{year}-03-04T00:00:00+00:00")
            );
        }
    }

    #[test]
    fn what_is_cut_off_or_is_none_has_no_end() {
        let whole = certificate(2031);
        for length in 0..160 {
            assert_eq!(not_after(&whole[..length]), None, "{length}");
        }
        assert_eq!(not_after(b"not a certificate"), None);
    }
}
