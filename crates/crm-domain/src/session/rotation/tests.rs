//! Each rule of rotation by itself.

use super::*;

const HERE: DeviceMark = DeviceMark([1; 16]);
const THERE: DeviceMark = DeviceMark([2; 16]);

fn at(milli: i64) -> Timestamp {
    Timestamp::from_millis(1_000_000 + milli).unwrap()
}

fn place(generation: u32, sibling: u32) -> TokenPlace {
    TokenPlace { generation, sibling }
}

/// Shows a token that was in use before; the rotation then, and the successor.
fn again(rotation: Rotation, shown: TokenPlace, milli: i64) -> (Rotation, TokenPlace) {
    match rotation.present(shown, HERE, at(milli)) {
        Presented::Again(rotation, successor) => (rotation, successor),
        other @ (Presented::First(..) | Presented::Theft) => panic!("{other:?}"),
    }
}

/// Shows a successor for the first time.
fn first(rotation: Rotation, shown: TokenPlace, milli: i64) -> (Rotation, TokenPlace) {
    match rotation.present(shown, HERE, at(milli)) {
        Presented::First(rotation, successor) => (rotation, successor),
        other @ (Presented::Again(..) | Presented::Theft) => panic!("{other:?}"),
    }
}

fn theft(rotation: Rotation, shown: TokenPlace, milli: i64) {
    assert_eq!(rotation.present(shown, HERE, at(milli)), Presented::Theft);
}

#[test]
fn the_token_in_use_gets_the_same_successor_for_ten_seconds_and_then_another() {
    let (rotation, successor) = again(Rotation::BEGUN, TokenPlace::FIRST, 0);
    assert_eq!(successor, place(1, 1));
    assert_eq!(again(rotation, TokenPlace::FIRST, 10_000), (rotation, place(1, 1)));
    let (rotation, successor) = again(rotation, TokenPlace::FIRST, 10_001);
    assert_eq!(successor, place(1, 2));
    assert_eq!(again(rotation, TokenPlace::FIRST, 20_001), (rotation, place(1, 2)));
    assert_eq!(again(rotation, TokenPlace::FIRST, 20_002).1, place(1, 3));
}

#[test]
fn the_first_successor_that_is_shown_comes_into_use_and_its_parent_and_siblings_die() {
    let (rotation, _) = again(Rotation::BEGUN, TokenPlace::FIRST, 0);
    let (rotation, _) = again(rotation, TokenPlace::FIRST, 11_000);
    let (rotation, _) = again(rotation, TokenPlace::FIRST, 22_000);
    let (rotation, successor) = first(rotation, place(1, 2), 30_000);
    assert_eq!((rotation.in_use, successor), (place(1, 2), place(2, 1)));
    for dead in [TokenPlace::FIRST, place(1, 1), place(1, 3)] {
        theft(rotation, dead, 40_001);
    }
    assert_eq!(again(rotation, place(1, 2), 40_000), (rotation, place(2, 1)));
}

#[test]
fn the_token_in_use_stays_good_while_its_successors_lie_unused() {
    let mut rotation = Rotation::BEGUN;
    for hour in 0..200 {
        rotation = again(rotation, TokenPlace::FIRST, hour * 3_600_000).0;
    }
    assert_eq!(rotation.successor.unwrap().sibling, 200);
    assert_eq!(first(rotation, place(1, 7), 800_000_000).1, place(2, 1));
}

#[test]
fn two_tabs_that_race_get_one_successor() {
    let (rotation, one) = again(Rotation::BEGUN, TokenPlace::FIRST, 0);
    let (rotation, next) = first(rotation, one, 5_000);
    assert_eq!(again(rotation, TokenPlace::FIRST, 5_001), (rotation, next));
    assert_eq!(again(rotation, TokenPlace::FIRST, 15_000), (rotation, next));
    theft(rotation, TokenPlace::FIRST, 15_001);
}

#[test]
fn what_races_from_another_device_is_theft() {
    let (rotation, one) = again(Rotation::BEGUN, TokenPlace::FIRST, 0);
    let (rotation, _) = first(rotation, one, 5_000);
    assert_eq!(rotation.present(TokenPlace::FIRST, THERE, at(5_001)), Presented::Theft);
    assert_eq!(rotation.confirmed, Some(Confirmation { at: at(5_000), by: HERE }));
}

#[test]
fn a_race_does_not_lengthen_the_time_in_which_one_is_forgiven() {
    let (rotation, one) = again(Rotation::BEGUN, TokenPlace::FIRST, 0);
    let (rotation, _) = first(rotation, one, 1_000);
    let (rotation, _) = again(rotation, TokenPlace::FIRST, 9_000);
    theft(rotation, TokenPlace::FIRST, 11_001);
}

#[test]
fn a_clock_that_was_set_back_makes_no_thief() {
    let (rotation, one) = again(Rotation::BEGUN, TokenPlace::FIRST, 100_000);
    let (rotation, next) = first(rotation, one, 100_001);
    assert_eq!(again(rotation, TokenPlace::FIRST, 40_000), (rotation, next));
    theft(rotation, TokenPlace::FIRST, 110_002);
}

#[test]
fn a_token_from_beyond_what_an_older_state_knows_is_taken_for_what_it_says() {
    let (rotation, successor) = first(Rotation::BEGUN, place(7, 3), 0);
    assert_eq!((rotation.in_use, successor), (place(7, 3), place(8, 1)));
    theft(rotation, place(6, 1), 20_000);
}

#[test]
fn the_last_numbers_are_not_passed() {
    let last = Rotation {
        in_use: place(u32::MAX, 1),
        confirmed: None,
        successor: Some(Minted { sibling: u32::MAX, at: at(0) }),
    };
    assert_eq!(again(last, place(u32::MAX, 1), 60_000).1, place(u32::MAX, u32::MAX));
}
