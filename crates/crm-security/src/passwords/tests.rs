//! What the port promises of passwords, at the smallest cost there is so that the tests are quick.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use argon2::Params;

use super::cost::{work_of, work_of_bcrypt};
use super::kept::can_be_checked;
use super::*;

const CHEAP: HashCost = HashCost { memory_kib: 8, iterations: 1, parallelism: 1 };

fn cheap() -> Argon2Passwords {
    Argon2Passwords::start(CHEAP, NonZeroUsize::MIN).unwrap()
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

#[tokio::test]
async fn a_password_is_known_again_and_another_is_not() {
    let passwords = cheap();
    let hash = passwords.hash(secret("correct horse ")).await.unwrap();
    assert_eq!(passwords.verify(secret("correct horse "), Some(hash.clone())).await, Ok(true));
    assert_eq!(passwords.verify(secret("correct horse"), Some(hash.clone())).await, Ok(false));
    assert_eq!(passwords.verify(secret(""), Some(hash)).await, Ok(false));
}

#[tokio::test]
async fn the_same_password_never_has_the_same_hash_twice() {
    let passwords = cheap();
    let first = passwords.hash(secret("same")).await.unwrap();
    assert_ne!(passwords.hash(secret("same")).await.unwrap(), first);
}

#[tokio::test]
async fn a_hash_names_the_configured_cost() {
    let passwords = Argon2Passwords::start(HashCost::default(), NonZeroUsize::MIN).unwrap();
    let hash = passwords.hash(secret("pässwörd")).await.unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
}

#[tokio::test]
async fn a_hash_made_at_another_cost_still_counts() {
    let old = cheap().hash(secret("old")).await.unwrap();
    let now = Argon2Passwords::start(HashCost { iterations: 2, ..CHEAP }, NonZeroUsize::MIN).unwrap();
    assert_eq!(now.verify(secret("old"), Some(old)).await, Ok(true));
}

#[tokio::test]
async fn without_a_hash_the_answer_is_no_at_the_cost_of_a_real_one() {
    let passwords = cheap();
    assert_eq!(passwords.verify(secret("anything"), None).await, Ok(false));
    let real = passwords.hash(secret("anything")).await.unwrap();
    let (real, nobody) = (Phc::new(real.expose()).unwrap(), Phc::new(passwords.nobody.expose()).unwrap());
    assert_eq!(
        (real.algorithm, real.version, real.params),
        (nobody.algorithm, nobody.version, nobody.params)
    );
    assert_eq!(real.salt.unwrap().len(), nobody.salt.unwrap().len());
    assert_eq!(real.hash.unwrap().len(), nobody.hash.unwrap().len());
}

#[tokio::test]
async fn what_is_no_hash_is_a_failure_and_not_a_wrong_password() {
    let passwords = cheap();
    for stored in
        ["", "plain", "$2b$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=8,t=1,p=1", "$argon2id$v=19$m=1"]
    {
        let hash = PasswordHash::new(stored.to_owned());
        assert!(!can_be_checked(&hash) && !passwords.is_outdated(&hash, &secret("x")), "{stored}");
        assert_eq!(passwords.verify(secret("x"), Some(hash)).await, Err(HashError::Failed), "{stored}");
    }
}

/// What the two bcrypt packages of Node.js made of these passwords, at the smallest cost there is.
const OF_NODE: [(&str, &str); 5] = [
    ("Agent@123", "$2b$04$IhcovltnUnLmHteT0P9T.eNx5gEB0DDypyw0czISqIfxVNbzehiru"),
    ("Agent@123", "$2b$04$0Rjmcc0rHRprbI2yDvN.5.VjJUCAZYMGlHSljN/ULrLGQSD1vf3K."),
    ("pässwörd", "$2b$04$.Rb7zeXfdofltZEddVQs1OJJTfVdEYeD3tozwLVraeagfIAgNbpqq"),
    ("", "$2b$04$1MxGO0eeSN7MawnCSB7xQe6.MYGDGQ7jeOYMNTWV0RIG1UmtWRpiS"),
    (LONG, "$2b$04$6TNjE6njy5t/HsP6s95VL.UdQzLFALIRrbeo67C.UAUNr15BZIP.u"),
];

/// Seventy-two bytes and a tail.
const LONG: &str = "ääääääääääääääääääääääääääääääääääää\
                    tail";

#[tokio::test]
async fn what_bcrypt_made_for_node_counts_and_is_outdated() {
    let passwords = cheap();
    for (password, hash) in OF_NODE {
        for revision in ["$2a$", "$2b$", "$2y$"] {
            let hash = PasswordHash::new(hash.replace("$2b$", revision));
            assert!(can_be_checked(&hash));
            assert_eq!(passwords.is_outdated(&hash, &secret(password)), password != LONG);
            assert_eq!(passwords.verify(secret(password), Some(hash.clone())).await, Ok(true), "{password}");
            assert_eq!(passwords.verify(secret("another"), Some(hash)).await, Ok(false), "{password}");
        }
    }
}

#[tokio::test]
async fn bcrypt_looks_at_seventy_two_bytes_as_it_did_in_node() {
    let passwords = cheap();
    let hash = PasswordHash::new(OF_NODE[4].1.to_owned());
    assert_eq!(LONG.len(), 76);
    let other_tail = LONG.replace("tail", "another tail");
    assert_eq!(passwords.verify(secret(&other_tail), Some(hash.clone())).await, Ok(true));
    assert_eq!(passwords.verify(secret(&LONG[..72]), Some(hash.clone())).await, Ok(true));
    assert_eq!(passwords.verify(secret(&LONG[..70]), Some(hash)).await, Ok(false));
}

#[test]
fn a_bcrypt_hash_stays_where_bcrypt_may_not_have_seen_all_of_the_password() {
    let passwords = cheap();
    let hash = PasswordHash::new(OF_NODE[4].1.to_owned());
    for (length, outdated) in [(71, true), (72, false), (73, false)] {
        assert_eq!(passwords.is_outdated(&hash, &secret(&"x".repeat(length))), outdated, "{length}");
    }
}

/// Computes as always and counts the work, in KiB.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Counting {
    fn add(&self, work: u64) {
        self.0.fetch_add(work, Ordering::Relaxed);
    }
}

impl Compute for Counting {
    fn argon2(&self, password: &[u8], phc: &Phc, params: &Params) -> Result<bool, HashError> {
        self.add(work_of(&Params::try_from(phc).unwrap()));
        Libraries.argon2(password, phc, params)
    }

    fn spend(&self, password: &[u8], params: &Params) -> Result<(), HashError> {
        self.add(work_of(params));
        Libraries.spend(password, params)
    }

    fn bcrypt(&self, password: &str, hash: &str) -> Result<bool, HashError> {
        self.add(work_of_bcrypt(4));
        Libraries.bcrypt(password, hash)
    }
}

#[tokio::test]
async fn every_check_does_the_work_of_a_hash_of_today() {
    let today = HashCost { memory_kib: 4_096, iterations: 3, parallelism: 2 };
    let counting = Arc::new(Counting::default());
    let mut passwords = Argon2Passwords::start(today, NonZeroUsize::MIN).unwrap();
    passwords.compute = Arc::<Counting>::clone(&counting);
    let mut hashes = vec![None, Some(PasswordHash::new(OF_NODE[0].1.to_owned()))];
    for cost in [
        today,
        CHEAP,
        HashCost { memory_kib: 4_095, ..today },
        HashCost { iterations: 2, ..today },
        HashCost { memory_kib: 512, iterations: 9, parallelism: 1 },
    ] {
        let before = Argon2Passwords::start(cost, NonZeroUsize::MIN).unwrap();
        hashes.push(Some(before.hash(secret("Agent@123")).await.unwrap()));
    }
    for hash in hashes {
        for (password, fits) in [("Agent@123", hash.is_some()), ("another", false), ("", false)] {
            counting.0.store(0, Ordering::Relaxed);
            assert_eq!(passwords.verify(secret(password), hash.clone()).await, Ok(fits));
            let work = counting.0.load(Ordering::Relaxed);
            assert!((4_096 * 3 - 8..=4_096 * 3).contains(&work), "{work} for {password:?}, {hash:?}");
        }
    }
}

#[tokio::test]
async fn a_hash_that_asks_for_more_than_the_settings_allow_is_never_computed() {
    let passwords = cheap();
    let hash = passwords.hash(secret("x")).await.unwrap();
    let counting = Arc::new(Counting::default());
    let passwords = Argon2Passwords { compute: Arc::<Counting>::clone(&counting), ..passwords };
    for (params, is_taken) in [
        ("m=1048576,t=1,p=1", true),
        ("m=1048577,t=1,p=1", false),
        ("m=4194304,t=1,p=1", false),
        ("m=4294967295,t=1,p=1", false),
        ("m=8,t=64,p=1", true),
        ("m=8,t=65,p=1", false),
        ("m=8,t=1000,p=1", false),
        ("m=128,t=1,p=16", true),
        ("m=136,t=1,p=17", false),
    ] {
        let hash = PasswordHash::new(hash.expose().replace("m=8,t=1,p=1", params));
        assert_eq!(can_be_checked(&hash), is_taken, "{params}");
        if !is_taken {
            assert_eq!(passwords.verify(secret("x"), Some(hash)).await, Err(HashError::Failed), "{params}");
        }
    }
    assert_eq!(counting.0.load(Ordering::Relaxed), 0);
}

#[test]
fn a_bcrypt_hash_that_nobody_could_wait_for_or_that_is_of_the_broken_revision_cannot_be_checked() {
    let hash = OF_NODE[0].1;
    for (from, to, counts) in [
        ("$04$", "$03$", false),
        ("$04$", "$16$", true),
        ("$04$", "$17$", false),
        ("$04$", "$31$", false),
        ("$2b$", "$2x$", false),
    ] {
        assert_eq!(can_be_checked(&PasswordHash::new(hash.replace(from, to))), counts, "{to}");
    }
}

#[tokio::test]
async fn a_hash_is_outdated_if_it_cost_less_than_one_does_today() {
    let today = HashCost { memory_kib: 64, iterations: 3, parallelism: 2 };
    let passwords = Argon2Passwords::start(today, NonZeroUsize::MIN).unwrap();
    for (cost, outdated) in [
        (today, false),
        (HashCost { memory_kib: 128, iterations: 4, ..today }, false),
        (HashCost { parallelism: 1, ..today }, false),
        (HashCost { memory_kib: 63, ..today }, true),
        (HashCost { iterations: 2, memory_kib: 128, ..today }, true),
    ] {
        let before = Argon2Passwords::start(cost, NonZeroUsize::MIN).unwrap();
        let hash = before.hash(secret("x")).await.unwrap();
        assert_eq!(passwords.is_outdated(&hash, &secret("x")), outdated, "{cost:?}");
        let other_kind = PasswordHash::new(hash.expose().replace("argon2id", "argon2i"));
        assert!(can_be_checked(&other_kind) && passwords.is_outdated(&other_kind, &secret("x")));
    }
}

#[tokio::test]
async fn when_too_many_wait_the_next_is_refused_at_once() {
    let passwords = cheap();
    let (started, has_started) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let blocked = passwords.pool.enqueue(move || {
        started.send(()).unwrap();
        released.recv().unwrap();
    });
    has_started.recv().unwrap();
    let waiting: Vec<_> = (0..QUEUE).map(|_| passwords.pool.enqueue(|| ()).unwrap()).collect();
    assert_eq!(passwords.hash(secret("one too many")).await, Err(HashError::Busy));
    assert_eq!(passwords.verify(secret("one too many"), None).await, Err(HashError::Busy));
    release.send(()).unwrap();
    blocked.unwrap().await.unwrap();
    for answer in waiting {
        answer.await.unwrap();
    }
    assert!(passwords.hash(secret("again")).await.is_ok());
}

#[test]
fn a_cost_that_argon2_does_not_know_is_refused() {
    let cost = HashCost { memory_kib: 8, iterations: 1, parallelism: 2 };
    assert!(matches!(Argon2Passwords::start(cost, NonZeroUsize::MIN), Err(StartError::Cost)));
}
