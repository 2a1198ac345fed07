//! What the port promises of passwords, at the smallest cost there is so that the tests are quick.

use std::sync::mpsc;

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
        assert_eq!(passwords.verify(secret("x"), Some(hash)).await, Err(HashError::Failed), "{stored}");
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
