//! Tokens of ours with something changed at random: none is taken.

use std::hash::{BuildHasher, RandomState};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{issued, now, tokens};
use crm_app::ports::tokens::Tokens;

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }
}

/// As many as `CRM_TEST_MUTATIONS` says, from the seed in `CRM_TEST_SEED`.
#[test]
fn no_mutated_token_is_taken() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let count = number("CRM_TEST_MUTATIONS").unwrap_or(50_000);
    let seed = number("CRM_TEST_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let (tokens, token) = (tokens(), issued());
    assert!(tokens.read(&token, now()).is_ok());
    let mut chance = Chance(seed);
    let mut mutated = 0;
    while mutated < count {
        let mut bytes = token.clone().into_bytes();
        for _ in 0..=chance.below(3) {
            mutate(&mut bytes, &mut chance);
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if text == token {
            continue;
        }
        mutated += 1;
        assert!(tokens.read(&text, now()).is_err(), "CRM_TEST_SEED={seed}: {text}");
    }
    println!("{mutated} mutated tokens from CRM_TEST_SEED={seed}: none was taken");
}

fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance) {
    if bytes.is_empty() {
        return;
    }
    let at = chance.below(bytes.len());
    match chance.below(8) {
        // One bit of the text.
        0 => bytes[at] ^= 1 << chance.below(7),
        // Another character, of base64 or any.
        1 | 2 => bytes[at] = ALPHABET[chance.below(ALPHABET.len())],
        3 => bytes[at] = u8::try_from(chance.below(128)).unwrap(),
        4 => {
            bytes.remove(at);
        }
        5 => bytes.insert(at, b"=.A_- \n"[chance.below(7)]),
        6 => {
            let to = chance.below(bytes.len());
            bytes.swap(at, to);
        }
        // One bit of what a part stands for, so that the text is base64 as it should be.
        _ => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut parts: Vec<String> = text.split('.').map(str::to_owned).collect();
            let which = chance.below(parts.len());
            if let Ok(mut decoded) = URL_SAFE_NO_PAD.decode(&parts[which])
                && !decoded.is_empty()
            {
                let place = chance.below(decoded.len());
                decoded[place] ^= 1 << chance.below(8);
                parts[which] = URL_SAFE_NO_PAD.encode(decoded);
                *bytes = parts.join(".").into_bytes();
            }
        }
    }
}
