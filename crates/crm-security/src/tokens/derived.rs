//! Keys for one purpose each, derived from one secret with HKDF and SHA-256 (RFC 5869): what is made with one of them is
//! worth nothing to another.

use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const SALT: &[u8; 13] = b"crm-server v1";
/// The length of a block of SHA-256, to which HMAC pads its keys.
const BLOCK: usize = 64;

/// The key of this secret for this purpose.
pub(super) fn key(secret: &[u8], purpose: &str) -> Hmac<Sha256> {
    let pseudorandom = keyed(SALT).chain_update(secret).finalize().into_bytes();
    let pseudorandom = Zeroizing::new(<[u8; 32]>::from(pseudorandom));
    let output = keyed(&pseudorandom).chain_update(purpose.as_bytes()).chain_update([1]).finalize();
    keyed(&Zeroizing::new(<[u8; 32]>::from(output.into_bytes())))
}

/// HMAC with a key that is shorter than a block.
fn keyed<const N: usize>(key: &[u8; N]) -> Hmac<Sha256> {
    const { assert!(N <= BLOCK) };
    let mut block = Zeroizing::new([0_u8; BLOCK]);
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    Hmac::new(&Key::<Hmac<Sha256>>::from(*block))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5869, A.1, as far as one block goes: its salt, its secret, its purpose, and the first 32 bytes.
    #[test]
    fn the_example_of_the_standard_has_the_standards_key() {
        let salt: [u8; 13] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        let pseudorandom: [u8; 32] = keyed(&salt).chain_update([0x0b; 22]).finalize().into_bytes().into();
        let purpose: Vec<u8> = (0xf0..=0xf9).collect();
        let output = keyed(&pseudorandom).chain_update(purpose).chain_update([1]).finalize().into_bytes();
        let expected = [
            0x3c, 0xb2, 0x5f, 0x25, 0xfa, 0xac, 0xd5, 0x7a, 0x90, 0x43, 0x4f, 0x64, 0xd0, 0x36, 0x2f, 0x2a,
            0x2d, 0x2d, 0x0a, 0x90, 0xcf, 0x1a, 0x5a, 0x4c, 0x5d, 0xb0, 0x2d, 0x56, 0xec, 0xc4, 0xc5, 0xbf,
        ];
        assert_eq!(<[u8; 32]>::from(output), expected);
    }

    #[test]
    fn each_purpose_and_each_secret_has_a_key_of_its_own() {
        let made = |secret: &[u8], purpose| key(secret, purpose).chain_update(b"x").finalize().into_bytes();
        assert_eq!(made(b"one", "tokens"), made(b"one", "tokens"));
        assert_ne!(made(b"one", "tokens"), made(b"one", "devices"));
        assert_ne!(made(b"one", "tokens"), made(b"two", "tokens"));
    }
}
