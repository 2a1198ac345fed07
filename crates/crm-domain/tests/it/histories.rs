//! Random histories of an owner and a thief, held against a model that remembers everything.
//!
//! The model is a tree of tokens: each knows its parent, and what is good follows from which was shown first. It shares
//! neither numbers nor code with the rotation. Beside it, whatever the model says, two things are checked of each
//! history: an honest client is never refused, and a theft is found once both sides went on and one of them stored what
//! it got.
//!
//! An honest client's requests take less than ten seconds from reading the store to the server. Its tabs either put an
//! answer away only if the store still holds what they had shown (careful), or always, and then a tab does not ask twice
//! within ten seconds and has its answer within five (plain). A clock leaps ahead only while nothing is under way.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crm_domain::access::role::Role;
use crm_domain::ids::{SessionId, UserId};
use crm_domain::password_hash::PasswordHash;
use crm_domain::session::end::EndReason;
use crm_domain::session::rotation::{DeviceMark, Rotation, TokenPlace};
use crm_domain::session::{Outcome, RefreshFingerprint, Session, SessionLives};
use crm_domain::timestamp::Timestamp;
use crm_domain::user::User;
use crm_domain::values::email::Email;
use crm_domain::values::name::PersonName;
use uuid::Uuid;

const SECOND: i64 = 1_000;
const DAY: i64 = 24 * 3_600 * SECOND;
/// When sessions begin, by the server's clock.
const BEGIN: i64 = 1_800_000_000_000;
const LIVES: SessionLives =
    SessionLives { idle: Duration::from_hours(7 * 24), longest: Duration::from_hours(30 * 24) };

/// As many as `CRM_TEST_HISTORIES` says, from the seed in `CRM_TEST_SEED`.
#[test]
fn no_theft_is_missed_and_no_honest_client_is_refused() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let histories = number("CRM_TEST_HISTORIES").unwrap_or(50_000);
    let seed = number("CRM_TEST_SEED").unwrap_or_else(|| RandomState::new().hash_one(0));
    let mut counts = Seen::default();
    for history in 0..histories {
        History::new(seed.wrapping_add(history)).run(&mut counts);
    }
    println!("{histories} histories from CRM_TEST_SEED={seed}: {counts:?}");
    // Each kind of thing did happen, or this proves nothing.
    let Seen { honest, thefts, unseen, races, lost, set_back, expired, shown } = counts;
    let rarest = [honest, thefts, unseen, races, lost, set_back, expired, shown].into_iter().min().unwrap();
    assert!(rarest > histories / 1_000, "CRM_TEST_SEED={seed}: {counts:?}");
}

/// How often what happened.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    honest: u64,
    thefts: u64,
    /// Neither side stored anything, so that there was nothing to see.
    unseen: u64,
    races: u64,
    lost: u64,
    set_back: u64,
    expired: u64,
    shown: u64,
}

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

    fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_in(&mut self, many: i64) -> bool {
        self.below(many) == 0
    }
}

/// What a client does with a successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Storing {
    Never,
    Plain,
    Careful,
}

/// Who holds a token, in a store that their tabs share. Tokens are known by their place in the model's tree.
struct Holder {
    holds: usize,
    storing: Storing,
    device: u8,
    tabs: Vec<Tab>,
}

#[derive(Clone, Copy)]
struct Tab {
    is_busy: bool,
    asks_from: i64,
}

/// A request on its way there or back.
struct UnderWay {
    who: usize,
    tab: usize,
    shows: usize,
    arrives: i64,
    returns: i64,
    /// Whether the answer does not come back, or is forgotten in a crash.
    is_lost: bool,
    answer: Answer,
}

impl UnderWay {
    fn is_on_its_way(&self) -> bool {
        matches!(self.answer, Answer::NotYet)
    }
}

#[derive(Clone, Copy)]
enum Answer {
    NotYet,
    Refused,
    Successor(usize),
}

/// The model: every token there was.
struct Tree {
    tokens: Vec<Token>,
    in_use: usize,
    confirmed: Option<(i64, u8)>,
    is_over: bool,
    ends: i64,
}

struct Token {
    parent: Option<usize>,
    minted: i64,
    last_child: Option<usize>,
    /// What the rotation calls it.
    place: TokenPlace,
}

#[derive(Debug, PartialEq, Eq)]
enum Says {
    /// The successor, if it is one that is there already.
    Renewed(Option<usize>),
    Theft,
    Dead,
    Expired,
}

impl Tree {
    fn new() -> Self {
        let root = Token { parent: None, minted: BEGIN, last_child: None, place: TokenPlace::FIRST };
        Self { tokens: vec![root], in_use: 0, confirmed: None, is_over: false, ends: BEGIN + 7 * DAY }
    }

    fn show(&mut self, token: usize, device: u8, now: i64) -> (Says, bool) {
        if self.is_over {
            return (Says::Dead, false);
        }
        if now >= self.ends {
            return (Says::Expired, false);
        }
        if token == self.in_use {
            return (self.successor(now), false);
        }
        if self.tokens[token].parent == Some(self.in_use) {
            self.in_use = token;
            self.confirmed = Some((now, device));
            self.ends = self.ends.max((now + 7 * DAY).min(BEGIN + 30 * DAY));
            return (self.successor(now), false);
        }
        match self.confirmed {
            Some((at, by)) if by == device && now <= at + 10 * SECOND => (self.successor(now), true),
            _ => {
                self.is_over = true;
                (Says::Theft, false)
            }
        }
    }

    fn successor(&self, now: i64) -> Says {
        let last = self.tokens[self.in_use].last_child;
        Says::Renewed(last.filter(|last| now <= self.tokens[*last].minted + 10 * SECOND))
    }

    fn mint(&mut self, now: i64, place: TokenPlace) -> usize {
        assert!(self.tokens.iter().all(|token| token.place != place), "a token is minted once: {place:?}");
        let new = self.tokens.len();
        self.tokens[self.in_use].last_child = Some(new);
        self.tokens.push(Token { parent: Some(self.in_use), minted: now, last_child: None, place });
        new
    }
}

const OWNER: usize = 0;
const THIEF: usize = 1;

struct History {
    seed: u64,
    chance: Chance,
    session: Session,
    user: User,
    tree: Tree,
    holders: Vec<Holder>,
    /// Whether the thief has stolen, and whether they have shown anything.
    has_stolen: bool,
    has_shown: bool,
    under_way: Vec<UnderWay>,
    time: i64,
    /// How far the server's clock is off.
    off: i64,
    /// The furthest it ever was.
    furthest: i64,
}

impl History {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let tabs = |count| vec![Tab { is_busy: false, asks_from: 0 }; count];
        let storing = match chance.below(5) {
            0 => Storing::Never,
            1 | 2 => Storing::Plain,
            _ => Storing::Careful,
        };
        let owner = Holder { holds: 0, storing, device: 1, tabs: tabs(if chance.one_in(3) { 1 } else { 2 }) };
        let mut holders = vec![owner];
        if chance.one_in(2) {
            let storing = if chance.one_in(3) { Storing::Never } else { Storing::Careful };
            let device = if chance.one_in(2) { 1 } else { 2 };
            holders.push(Holder { holds: 0, storing, device, tabs: tabs(1) });
        }
        let (session, user) = signed_in();
        Self {
            seed,
            chance,
            session,
            user,
            tree: Tree::new(),
            holders,
            has_stolen: false,
            has_shown: false,
            under_way: Vec::new(),
            time: 0,
            off: 0,
            furthest: 0,
        }
    }

    fn run(mut self, seen: &mut Seen) {
        let steps = 10 + self.chance.below(30);
        let long = self.chance.one_in(8);
        for _ in 0..steps {
            match self.chance.below(10) {
                0..=4 => self.ask(OWNER, seen),
                5 if self.has_stolen => self.ask(THIEF, seen),
                5 if self.holders.len() > THIEF && self.chance.one_in(2) => {
                    self.holders[THIEF].holds = self.holders[OWNER].holds;
                    self.has_stolen = true;
                }
                6 => self.set_clock(seen),
                7 if long => self.sleep(3 * DAY, seen),
                7 | 8 => self.sleep(30 * SECOND, seen),
                _ => self.sleep(5 * SECOND, seen),
            }
        }
        self.sleep(1, seen);
        while let Some(last) = self.under_way.iter().map(|request| request.returns).max() {
            self.wait_until(last, seen);
        }
        if self.has_stolen {
            self.settle(seen);
        } else {
            assert!(!self.tree.is_over, "an honest client was refused: {}", self.seed);
            seen.honest += 1;
        }
    }

    /// Both sides go on in turns, well apart: a theft is seen, unless nobody stores anything.
    fn settle(&mut self, seen: &mut Seen) {
        self.time += self.furthest + 60 * SECOND;
        self.off = self.off.max(0);
        for _ in 0..4 {
            for who in [OWNER, THIEF] {
                self.time += 11 * SECOND;
                let shows = self.holders[who].holds;
                if let Some(successor) = self.serve(who, shows, seen)
                    && self.holders[who].storing != Storing::Never
                {
                    self.holders[who].holds = successor;
                }
            }
        }
        if self.tree.is_over {
            seen.thefts += 1;
        } else if self.now() < self.tree.ends {
            let stores = self.holders.iter().any(|holder| holder.storing != Storing::Never);
            assert!(!stores, "a theft was missed: {}", self.seed);
            seen.unseen += 1;
        }
    }

    fn ask(&mut self, who: usize, seen: &mut Seen) {
        let tab = usize::try_from(self.chance.below(2)).unwrap().min(self.holders[who].tabs.len() - 1);
        let Tab { is_busy, asks_from } = self.holders[who].tabs[tab];
        if is_busy || self.time < asks_from {
            return;
        }
        let there_and_back = match self.holders[who].storing {
            Storing::Plain => (2_400, 2_400),
            Storing::Never | Storing::Careful => (9_900, 30_000),
        };
        let arrives = self.time + self.chance.below(there_and_back.0);
        let returns = arrives + 1 + self.chance.below(there_and_back.1);
        let is_lost = self.chance.one_in(5);
        seen.lost += u64::from(is_lost);
        self.holders[who].tabs[tab] = Tab { is_busy: true, asks_from: self.time + 10 * SECOND };
        if self.holders[who].storing == Storing::Careful {
            self.holders[who].tabs[tab].asks_from = 0;
        }
        let shows = self.holders[who].holds;
        self.under_way.push(UnderWay { who, tab, shows, arrives, returns, is_lost, answer: Answer::NotYet });
    }

    fn sleep(&mut self, longest: i64, seen: &mut Seen) {
        let until = self.time + self.chance.below(longest);
        self.wait_until(until, seen);
    }

    fn wait_until(&mut self, until: i64, seen: &mut Seen) {
        loop {
            let due = |request: &UnderWay| {
                if request.is_on_its_way() { request.arrives } else { request.returns }
            };
            let next = (0..self.under_way.len()).min_by_key(|place| due(&self.under_way[*place]));
            let Some(place) = next.filter(|place| due(&self.under_way[*place]) <= until) else { break };
            self.time = self.time.max(due(&self.under_way[place]));
            if self.under_way[place].is_on_its_way() {
                let (who, shows) = (self.under_way[place].who, self.under_way[place].shows);
                let successor = self.serve(who, shows, seen);
                self.under_way[place].answer = successor.map_or(Answer::Refused, Answer::Successor);
            } else {
                let request = self.under_way.swap_remove(place);
                self.receive(&request);
            }
        }
        self.time = self.time.max(until);
    }

    fn receive(&mut self, request: &UnderWay) {
        let holder = &mut self.holders[request.who];
        holder.tabs[request.tab].is_busy = false;
        let Answer::Successor(successor) = request.answer else { return };
        let stores = match holder.storing {
            Storing::Never => false,
            Storing::Plain => true,
            Storing::Careful => holder.holds == request.shows,
        };
        if stores && !request.is_lost {
            holder.holds = successor;
        }
    }

    /// Shows a token to both the session and the model; the successor if there is one.
    fn serve(&mut self, who: usize, shows: usize, seen: &mut Seen) -> Option<usize> {
        let (now, device) = (self.now(), self.holders[who].device);
        let which = self.seed;
        self.has_shown |= who == THIEF;
        let place = self.tree.tokens[shows].place;
        let (says, is_race) = self.tree.show(shows, device, now);
        let moment = Timestamp::from_millis(now).unwrap();
        let outcome = self.session.present(&self.user, place, DeviceMark([device; 16]), moment, LIVES);
        seen.shown += 1;
        seen.races += u64::from(is_race);
        match outcome {
            Outcome::Renewed(renewal) => {
                let successor = renewal.successor.place;
                let token = match says {
                    Says::Renewed(Some(known)) => {
                        assert_eq!(self.tree.tokens[known].place, successor, "the same one: {which}");
                        known
                    }
                    Says::Renewed(None) => self.tree.mint(now, successor),
                    says @ (Says::Theft | Says::Dead | Says::Expired) => panic!("{says:?}: {which}"),
                };
                let ends = self.tree.ends;
                assert_eq!(renewal.expires_at.millis(), ends, "the session ends when it should: {which}");
                self.session.rotation = renewal.rotation;
                self.session.expires_at = renewal.expires_at;
                Some(token)
            }
            Outcome::Theft => {
                assert_eq!(says, Says::Theft, "{which}");
                assert!(self.has_shown, "an honest client was taken for a thief: {which}");
                self.session = self.session.clone().end(moment, EndReason::Theft);
                None
            }
            Outcome::Dead => {
                assert_eq!(says, Says::Dead, "{which}");
                None
            }
            Outcome::Expired => {
                assert_eq!(says, Says::Expired, "{which}");
                assert!(now >= BEGIN + 7 * DAY, "every session lasts a week: {which}");
                seen.expired += 1;
                None
            }
        }
    }

    fn set_clock(&mut self, seen: &mut Seen) {
        let by = self.chance.below(60 * SECOND);
        if self.chance.one_in(2) {
            self.off -= by;
            seen.set_back += 1;
        } else if self.under_way.is_empty() {
            self.off += by;
        }
        self.furthest = self.furthest.max(self.off.abs());
    }

    /// What the server's clock shows.
    fn now(&self) -> i64 {
        BEGIN + self.time + self.off
    }
}

fn signed_in() -> (Session, User) {
    let begin = Timestamp::from_millis(BEGIN).unwrap();
    let user = User {
        id: UserId::from_uuid(Uuid::from_u128(1)),
        name: PersonName::parse("Ada").unwrap(),
        email: Email::parse("ada@crm.example").unwrap(),
        role: Role::Agent,
        active: true,
        password: PasswordHash::new("hash".to_owned()),
        access_version: 0,
        spared: None,
        created_at: begin,
        updated_at: begin,
    };
    let session = Session {
        id: SessionId::from_uuid(Uuid::from_u128(2)),
        user: user.id,
        fingerprint: RefreshFingerprint([0; 32]),
        rotation: Rotation::BEGUN,
        access_version: 0,
        created_at: begin,
        last_used_at: begin,
        expires_at: Timestamp::from_millis(BEGIN + 7 * DAY).unwrap(),
        address: None,
        user_agent: None,
        ended: None,
    };
    (session, user)
}
