//! What a throttle lets pass, by examples and for any order of events.

use proptest::prelude::*;

use super::entry::Kind;
use super::*;

const ADA: Blind = Blind::new(1);
const HOME: Blind = Blind::new(100);

fn claim(account: Blind, address: Blind) -> Claim {
    Claim { account: account.with(Blind::new(7)), owner: account, address, network: None }
}

fn crowded(admitted: &Result<Ticket, Refused>) -> bool {
    matches!(admitted, Err(Refused::Crowded(_)))
}

fn stranger(number: u64) -> Claim {
    claim(ADA, Blind::new(1_000 + number))
}

fn start() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000).unwrap()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn throttle() -> Throttle {
    Throttle::new(Limits::default())
}

/// A try whose password is wrong; whether it was let in.
fn fail(throttle: &mut Throttle, claim: Claim, now: Timestamp) -> bool {
    match throttle.admit(claim, now) {
        Ok(ticket) => {
            throttle.settle(ticket, Judgement::Wrong, now);
            true
        }
        Err(_) => false,
    }
}

fn succeed(throttle: &mut Throttle, claim: Claim, now: Timestamp) {
    let ticket = throttle.admit(claim, now).unwrap();
    throttle.settle(ticket, Judgement::Right, now);
}

fn wait(throttle: &mut Throttle, claim: Claim, now: Timestamp) -> Duration {
    waits(throttle.admit(claim, now))
}

fn waits(admitted: Result<Ticket, Refused>) -> Duration {
    match admitted {
        Err(Refused::Wait(wait)) => wait,
        other => panic!("{other:?}"),
    }
}

#[test]
fn strangers_have_five_guesses_and_then_wait_twice_as_long_each_time() {
    let mut throttle = throttle();
    let mut now = start();
    for number in 0..5 {
        assert!(fail(&mut throttle, stranger(number), now));
    }
    for (number, expected) in (5..).zip([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]) {
        assert_eq!(wait(&mut throttle, stranger(number), now), secs(expected));
        now = now.plus(secs(expected)).minus(Duration::from_millis(1));
        assert_eq!(wait(&mut throttle, stranger(number), now), Duration::from_millis(1));
        now = now.plus(Duration::from_millis(1));
        assert!(fail(&mut throttle, stranger(number), now));
    }
}

#[test]
fn after_a_hundred_guesses_in_a_row_no_stranger_is_let_in_until_the_owner_was_there_and_a_day_was_quiet() {
    let mut throttle = throttle();
    let mut now = start();
    succeed(&mut throttle, claim(ADA, HOME), now);
    let mut let_in = 0;
    for number in 0..1_000 {
        let_in += u32::from(fail(&mut throttle, stranger(number), now));
        now = now.plus(secs(900));
    }
    assert_eq!(let_in, 100);
    succeed(&mut throttle, claim(ADA, HOME), now);
    assert_eq!(wait(&mut throttle, stranger(0), now), QUIET, "the owner alone proves nothing of the others");
    now = now.plus(QUIET).plus(secs(60));
    assert_eq!(wait(&mut throttle, stranger(0), now), QUIET, "nor does time");
    now = now.plus(QUIET);
    succeed(&mut throttle, claim(ADA, HOME), now);
    assert!(fail(&mut throttle, stranger(0), now));
}

#[test]
fn an_account_whose_password_an_admin_has_set_begins_anew_and_still_knows_its_sources() {
    let mut throttle = throttle();
    let now = start();
    succeed(&mut throttle, claim(ADA, HOME), now);
    for number in 0..6 {
        fail(&mut throttle, stranger(number), now);
    }
    let renewed = |address| Claim { account: Blind::new(99), owner: ADA, address, network: None };
    assert!(fail(&mut throttle, renewed(Blind::new(1_000)), now));
    for _ in 0..10 {
        assert!(fail(&mut throttle, renewed(HOME), now), "by the allowance of a known source");
    }
}

#[test]
fn an_address_has_ten_failures_and_then_one_in_six_seconds() {
    let mut throttle = throttle();
    let now = start();
    let from_home = |number: u64| claim(Blind::new(number), HOME);
    for number in 0..10 {
        assert!(fail(&mut throttle, from_home(number), now));
    }
    assert_eq!(wait(&mut throttle, from_home(10), now), secs(6));
    assert!(fail(&mut throttle, claim(Blind::new(10), Blind::new(101)), now), "another address is free");
    assert!(fail(&mut throttle, from_home(10), now.plus(secs(6))));
    assert_eq!(wait(&mut throttle, from_home(11), now.plus(secs(6))), secs(6));
    let rested = now.plus(secs(66));
    for number in 20..30 {
        assert!(fail(&mut throttle, from_home(number), rested));
    }
}

#[test]
fn a_known_source_has_ten_failures_of_its_own_and_then_one_in_ten_seconds() {
    let mut throttle = throttle();
    let mut now = start();
    succeed(&mut throttle, claim(ADA, HOME), now);
    for _ in 0..10 {
        assert!(fail(&mut throttle, claim(ADA, HOME), now));
    }
    assert_eq!(wait(&mut throttle, claim(ADA, HOME), now), secs(10));
    now = now.plus(secs(10));
    succeed(&mut throttle, claim(ADA, HOME), now);
    for _ in 0..10 {
        assert!(fail(&mut throttle, claim(ADA, HOME), now), "a right password forgives them all");
    }
}

#[test]
fn a_source_that_fails_a_hundred_times_in_a_row_is_a_stranger_until_it_is_right() {
    let mut throttle = throttle();
    let mut now = start();
    succeed(&mut throttle, claim(ADA, HOME), now);
    let mut let_in = 0;
    for _ in 0..1_000 {
        let_in += u32::from(fail(&mut throttle, claim(ADA, HOME), now));
        now = now.plus(secs(1_000));
    }
    assert_eq!(let_in, 200, "a hundred as a source and a hundred as a stranger");
    let mut throttle = self::throttle();
    succeed(&mut throttle, claim(ADA, HOME), now);
    for _ in 0..100 {
        assert!(fail(&mut throttle, claim(ADA, HOME), now));
        now = now.plus(secs(10));
    }
    succeed(&mut throttle, claim(ADA, HOME), now);
    assert_eq!(throttle.strangers.get(claim(ADA, HOME).account).map(|count| count.failures), Some(0));
    for _ in 0..10 {
        assert!(fail(&mut throttle, claim(ADA, HOME), now));
    }
}

#[test]
fn success_costs_nothing_however_often() {
    let mut throttle = throttle();
    for number in 0..1_000 {
        succeed(&mut throttle, claim(ADA, Blind::new(number % 3)), start());
        succeed(&mut throttle, claim(Blind::new(number + 10), HOME), start());
    }
}

#[test]
fn guesses_at_once_count_before_anybody_knows_what_comes_of_them() {
    let mut throttle = throttle();
    let tickets: Vec<Ticket> =
        (0..50).filter_map(|number| throttle.admit(stranger(number), start()).ok()).collect();
    assert_eq!(tickets.len(), 5);
    let at_home: Vec<Ticket> = (0..50)
        .filter_map(|number| throttle.admit(claim(Blind::new(500 + number), HOME), start()).ok())
        .collect();
    assert_eq!(at_home.len(), 10);
    assert!(crowded(&throttle.admit(stranger(50), start())));
    assert!(crowded(&throttle.admit(claim(Blind::new(600), HOME), start())));
    for ticket in tickets.into_iter().chain(at_home) {
        throttle.settle(ticket, Judgement::Unjudged, start());
    }
    assert!(fail(&mut throttle, stranger(50), start()), "what was not judged is forgiven");
}

#[test]
fn who_comes_while_only_those_in_flight_stand_in_the_way_is_told_so() {
    let mut throttle = throttle();
    succeed(&mut throttle, claim(ADA, HOME), start());
    let mut tickets: Vec<Ticket> =
        (0..10).map(|_| throttle.admit(claim(ADA, HOME), start()).unwrap()).collect();
    assert!(crowded(&throttle.admit(claim(ADA, HOME), start())));
    throttle.settle(tickets.pop().unwrap(), Judgement::Right, start());
    tickets.push(throttle.admit(claim(ADA, HOME), start()).unwrap());
    assert!(crowded(&throttle.admit(claim(ADA, HOME), start())));
    for ticket in tickets {
        throttle.settle(ticket, Judgement::Wrong, start());
    }
    assert_eq!(wait(&mut throttle, claim(ADA, HOME), start()), secs(10));
}

#[test]
fn strangers_who_come_while_others_are_looked_at_are_told_so_until_as_many_have_failed() {
    let mut throttle = throttle();
    let mut tickets: Vec<Ticket> =
        (0..5).map(|number| throttle.admit(stranger(number), start()).unwrap()).collect();
    assert_eq!(
        throttle.admit(stranger(5), start()).unwrap_err(),
        Refused::Crowded(Place::of(Kind::Stranger, stranger(5).account))
    );
    throttle.settle(tickets.pop().unwrap(), Judgement::Right, start());
    tickets.push(throttle.admit(stranger(5), start()).unwrap());
    for ticket in tickets {
        assert!(crowded(&throttle.admit(stranger(6), start())));
        throttle.settle(ticket, Judgement::Wrong, start());
    }
    assert_eq!(wait(&mut throttle, stranger(6), start()), secs(1));
}

#[test]
fn a_ticket_names_the_places_at_which_others_wait_for_it() {
    let mut throttle = throttle();
    let from_network = Claim { network: Some(Blind::new(55)), ..claim(ADA, HOME) };
    let place = |kind, key| Place::of(kind, key);
    let ticket = throttle.admit(from_network, start()).unwrap();
    let addresses = [place(Kind::Address, HOME), place(Kind::Address, Blind::new(55))];
    let places: Vec<Place> = ticket.places().collect();
    assert_eq!(places, [&[place(Kind::Stranger, from_network.account)], &addresses[..]].concat());
    throttle.settle(ticket, Judgement::Right, start());
    let ticket = throttle.admit(from_network, start()).unwrap();
    let places: Vec<Place> = ticket.places().collect();
    assert_eq!(places, [&[place(Kind::Known, from_network.account.with(HOME))], &addresses[..]].concat());
    let ticket = throttle.admit_address(HOME, None, start()).unwrap();
    assert_eq!(ticket.places().collect::<Vec<_>>(), [place(Kind::Address, HOME)]);
    let ticket = throttle.admit_own(from_network.account, start()).unwrap();
    assert_eq!(ticket.places().map(|place| place.kind).collect::<Vec<_>>(), [Kind::Known]);
}

#[test]
fn a_network_has_four_times_the_failures_of_one_of_its_addresses() {
    let mut throttle = throttle();
    let now = start();
    let network = Some(Blind::new(55));
    let from = |number: u64| Claim { network, ..claim(Blind::new(number), Blind::new(2_000 + number)) };
    // Right passwords cost a network nothing either.
    for number in 100..200 {
        succeed(&mut throttle, from(number), now);
    }
    for number in 0..40 {
        assert!(fail(&mut throttle, from(number), now), "{number}");
    }
    assert_eq!(wait(&mut throttle, from(40), now), Duration::from_millis(1_500));
    assert!(throttle.admit(Claim { network: Some(Blind::new(56)), ..from(41) }, now).is_ok());
    let later = now.plus(Duration::from_millis(1_500));
    assert!(fail(&mut throttle, from(40), later));
    assert_eq!(wait(&mut throttle, from(42), later), Duration::from_millis(1_500));
    // A known source is held by nothing else, here as at a crowded address.
    assert!(throttle.admit(from(100), later).is_ok());
}

#[test]
fn one_address_of_a_network_has_no_more_than_an_address_alone() {
    let mut throttle = throttle();
    let from = |number: u64| Claim { network: Some(Blind::new(55)), ..claim(Blind::new(number), HOME) };
    for number in 0..10 {
        assert!(fail(&mut throttle, from(number), start()));
    }
    assert_eq!(wait(&mut throttle, from(10), start()), secs(6));
}

#[test]
fn ones_own_password_has_ten_tries_and_an_end() {
    let mut throttle = throttle();
    let mut now = start();
    let account = claim(ADA, HOME).account;
    let mut let_in = 0;
    for try_number in 0..500 {
        if let Ok(ticket) = throttle.admit_own(account, now) {
            throttle.settle(ticket, Judgement::Wrong, now);
            let_in += 1;
        } else {
            now = now.plus(secs(10));
        }
        assert!(try_number > 10 || let_in == try_number.min(9) + 1, "{try_number}: {let_in}");
    }
    assert_eq!(let_in, 100);
    succeed(&mut throttle, claim(ADA, HOME), now);
    assert!(throttle.admit_own(account, now).is_ok(), "who signs in anew may try anew");
}

#[test]
fn what_is_about_no_account_counts_for_its_address_only() {
    let mut throttle = throttle();
    for _ in 0..10 {
        let ticket = throttle.admit_address(HOME, None, start()).unwrap();
        throttle.settle(ticket, Judgement::Wrong, start());
    }
    assert_eq!(waits(throttle.admit_address(HOME, None, start())), secs(6));
    assert!(throttle.admit_address(Blind::new(101), None, start()).is_ok());
}

#[test]
fn an_account_knows_the_last_eight_sources_for_ninety_days() {
    let mut throttle = throttle();
    let source = |number| claim(ADA, Blind::new(number));
    for number in 0..9 {
        succeed(&mut throttle, source(number), start().plus(secs(number)));
    }
    let now = start().plus(secs(9));
    let knows = |throttle: &Throttle, number, now| throttle.sources.know(ADA, Blind::new(number), now);
    assert!(!knows(&throttle, 0, now) && (1..9).all(|number| knows(&throttle, number, now)));
    assert!(!knows(&throttle, 8, now.plus(Duration::from_hours(91 * 24))));
}

#[test]
fn a_clock_that_is_set_back_makes_nobody_wait_longer() {
    let mut throttle = throttle();
    let later = start().plus(Duration::from_hours(10_000));
    succeed(&mut throttle, claim(ADA, HOME), later);
    for number in 0..20 {
        fail(&mut throttle, stranger(number), later);
        fail(&mut throttle, claim(ADA, HOME), later);
        fail(&mut throttle, claim(Blind::new(number), Blind::new(50)), later);
    }
    assert_eq!(wait(&mut throttle, stranger(30), start()), secs(1));
    assert_eq!(wait(&mut throttle, claim(ADA, HOME), start()), secs(10));
    assert_eq!(wait(&mut throttle, claim(Blind::new(60), Blind::new(50)), start()), secs(6));
    // And they wait no longer than that, long before the clock is where it was.
    assert!(throttle.admit(claim(ADA, HOME), start().plus(secs(10))).is_ok());
    assert!(throttle.admit(claim(Blind::new(60), Blind::new(50)), start().plus(secs(6))).is_ok());
}

#[test]
fn who_has_not_failed_does_not_wait_when_the_clock_is_set_back() {
    let mut throttle = throttle();
    let mut now = start().plus(Duration::from_hours(10_000));
    for hours in 0..50 {
        // Every other time the clock is set back while the password is looked at.
        let ticket = throttle.admit(claim(ADA, HOME), now).unwrap();
        let back = now.minus(Duration::from_hours(if hours % 2 == 0 { hours } else { 0 }));
        throttle.settle(ticket, Judgement::Right, back);
        now = back.minus(Duration::from_hours(3));
        let ticket = throttle.admit(claim(Blind::new(200 + hours), HOME), now).unwrap();
        throttle.settle(ticket, Judgement::Unjudged, now);
    }
}

#[test]
fn what_was_kept_before_the_clock_was_set_back_locks_nobody_out_again() {
    let mut throttle = throttle();
    let later = start().plus(Duration::from_hours(10));
    for number in 0..20 {
        fail(&mut throttle, claim(Blind::new(number), HOME), later);
    }
    let kept = throttle.take_changes().entries;
    assert_eq!(wait(&mut throttle, claim(ADA, HOME), start()), secs(6));
    for seconds in 1..60 {
        throttle.take_over(kept.clone(), start().plus(secs(seconds)));
    }
    assert!(throttle.admit(claim(ADA, HOME), start().plus(secs(60))).is_ok());
    let mut another = Throttle::new(Limits::default());
    another.take_over(kept, start());
    assert_eq!(wait(&mut another, claim(ADA, HOME), start()), secs(6));
    assert!(another.admit(claim(ADA, HOME), start().plus(secs(6))).is_ok());
}

#[test]
fn a_full_table_forgets_whoever_failed_least_and_never_who_failed_most() {
    let mut throttle = Throttle::with_capacity(Limits::default(), 16);
    let mut now = start();
    for number in 0..15 {
        fail(&mut throttle, stranger(number), now);
        now = now.plus(secs(900));
    }
    for number in 0..500 {
        fail(&mut throttle, claim(Blind::new(900 + number), Blind::new(5_000 + number)), now);
    }
    let failures = throttle.strangers.get(stranger(0).account).map(|count| count.failures);
    assert_eq!(failures, Some(15));
    let changes = throttle.take_changes();
    assert!(changes.entries.len() <= 16 * 3, "{}", changes.entries.len());
    assert!(changes.gone.iter().all(|place| throttle.entry(*place).is_none()));
    for number in 0..100 {
        succeed(&mut throttle, claim(Blind::new(900 + number), HOME), now);
    }
    assert!(
        throttle.take_changes().entries.iter().filter(|entry| entry.place.kind == Kind::Source).count() <= 16
    );
}

/// One step of a random history.
#[derive(Debug, Clone, Copy)]
enum Step {
    Try { account: u64, address: u64, judgement: Option<Judgement> },
    Later(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let judgement = prop_oneof![
        6 => Just(Some(Judgement::Wrong)),
        1 => Just(Some(Judgement::Unjudged)),
        1 => Just(None),
    ];
    let step = prop_oneof![
        5 => (0..3_u64, 0..40_u64, judgement)
            .prop_map(|(account, address, judgement)| Step::Try { account, address, judgement }),
        1 => (0..2_000_u64).prop_map(Step::Later),
    ];
    prop::collection::vec(step, 1..300)
}

proptest! {
    /// Whatever strangers do, in whatever order and however many at once, no more than a hundred of their guesses at an
    /// account pass, each as late as it must be; and its owner is let in at any moment.
    #[test]
    fn no_order_of_guesses_passes_a_limit_or_locks_the_owner_out(steps in steps()) {
        let mut throttle = throttle();
        let mut now = start();
        let home = |account: u64| claim(Blind::new(account), HOME);
        for account in 0..3 {
            succeed(&mut throttle, home(account), now);
        }
        let mut passed = [Vec::new(), Vec::new(), Vec::new()];
        let mut open = Vec::new();
        for step in steps {
            match step {
                Step::Later(seconds) => now = now.plus(secs(seconds)),
                Step::Try { account, address, judgement } => {
                    let claim = claim(Blind::new(account), Blind::new(1_000 + address));
                    if let Ok(ticket) = throttle.admit(claim, now) {
                        let moments = &mut passed[usize::try_from(account).unwrap()];
                        match judgement {
                            Some(Judgement::Unjudged) => throttle.settle(ticket, Judgement::Unjudged, now),
                            Some(judgement) => {
                                moments.push(now);
                                throttle.settle(ticket, judgement, now);
                            }
                            None => {
                                moments.push(now);
                                open.push(ticket);
                            }
                        }
                    }
                }
            }
            for account in 0..3 {
                let ticket = throttle.admit(home(account), now);
                prop_assert!(ticket.is_ok(), "the owner of {account} is locked out");
                throttle.settle(ticket.unwrap(), Judgement::Right, now);
            }
        }
        for moments in passed {
            // The owner was there all the time, so that a quiet day begins a new row.
            let mut row = 0_u32;
            let mut last = None;
            for at in moments {
                let since = last.map_or(Duration::MAX, |last| at.since(last));
                if since >= QUIET {
                    row = 0;
                }
                prop_assert!(since >= Limits::default().stranger.wait_after(row));
                row += 1;
                prop_assert!(row <= 100);
                last = Some(at);
            }
        }
    }

    /// A throttle that is made anew from what was kept decides as the one that kept it.
    #[test]
    fn what_was_kept_decides_as_before(steps in steps()) {
        let mut throttle = throttle();
        let mut now = start();
        let mut kept = std::collections::BTreeMap::new();
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Later(seconds) => now = now.plus(secs(seconds)),
                Step::Try { account, address, judgement } => {
                    let claim = claim(Blind::new(account), Blind::new(address));
                    if let Ok(ticket) = throttle.admit(claim, now) {
                        throttle.settle(ticket, judgement.unwrap_or(Judgement::Right), now);
                    }
                }
            }
            if number % 7 == 0 {
                let changes = throttle.take_changes();
                throttle.put_back(&changes);
                let Changes { entries, gone } = throttle.take_changes();
                kept.extend(entries.into_iter().map(|entry| (entry.place, entry)));
                kept.retain(|place, _| !gone.contains(place));
            }
        }
        kept.extend(throttle.take_changes().entries.into_iter().map(|entry| (entry.place, entry)));
        let mut restored = Throttle::new(Limits::default());
        restored.take_over(kept.into_values(), now);
        restored.take_over(std::iter::empty(), now);
        for account in 0..3 {
            for address in 0..40 {
                let claim = claim(Blind::new(account), Blind::new(address));
                let (one, other) = (throttle.admit(claim, now), restored.admit(claim, now));
                prop_assert_eq!(one.is_ok(), other.is_ok());
                match (one, other) {
                    (Ok(one), Ok(other)) => {
                        throttle.settle(one, Judgement::Unjudged, now);
                        restored.settle(other, Judgement::Unjudged, now);
                    }
                    (Err(one), Err(other)) => prop_assert_eq!(one, other),
                    (_, _) => {}
                }
            }
        }
    }
}
