//! Blinding without a key.

use crm_app::ports::blinding::Blinding;
use crm_domain::throttle::entry::Blind;

/// Hashes with FNV-1a, which everybody can do. Fast, and worthless outside tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainBlinding;

impl Blinding for PlainBlinding {
    fn blind(&self, purpose: &str, parts: &[&str]) -> Blind {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for part in std::iter::once(&purpose).chain(parts) {
            for byte in part.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Blind::new(hash)
    }

    fn hash(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let texts: Vec<String> = parts.iter().map(|part| format!("{part:02x?}")).collect();
        let parts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let number = self.blind(purpose, &parts).number().to_be_bytes();
        std::array::from_fn(|at| number[at % number.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parts_and_another_purpose_are_another_hash() {
        let blind = |purpose, parts: &[&str]| PlainBlinding.blind(purpose, parts);
        assert_eq!(blind("a", &["b", "c"]), blind("a", &["b", "c"]));
        for other in
            [blind("a", &["bc"]), blind("ab", &["c"]), blind("b", &["b", "c"]), blind("a", &["c", "b"])]
        {
            assert_ne!(blind("a", &["b", "c"]), other);
        }
    }
}
