//! A MongoDB of three members that loses some of them, or the sight of them, while clients write.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use crate::Outcome;
use crate::chance::Chance;
use crate::crowd::{Crowd, Unserved};
use crate::finding::{Finding, Kind};
use crate::members::Members;
use crate::network::End;
use crate::place::Start;
use crate::pulse::Felt;
use crate::report::Report;
use crate::server::Server;
use crate::suites::{Run, Size};
use crate::trial::Trial;

/// How many write at once.
const CLIENTS: u64 = 16;
/// Rounds that go on with one database: everything written to it is looked for after each.
const OF_ONE_DATABASE: u64 = 5;
/// How long the trouble lasts where it does not end by itself: longer than an election and every deadline.
const LASTS: Duration = Duration::from_secs(12);
/// How long writes may take to go on when all is well again.
const PATIENCE: Duration = Duration::from_mins(1);
/// The longest that an answer may take: the store's own deadline, and some time to say so.
const LONGEST: Duration = Duration::from_secs(6);

/// What happens to the members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The primary is killed, and started again once another has taken over.
    PrimaryKilled,
    /// The primary is frozen for a while (SIGSTOP).
    PrimaryFrozen,
    /// The others are frozen, the primary goes on alone for a moment and is killed, and the others wake up.
    PrimaryAhead,
    /// Two of three are killed, the primary among them.
    TwoKilled,
    /// All members and the server are killed at once.
    AllKilled,
    /// The primary and the other members do not hear each other; the server hears all.
    PrimaryApart,
    /// The server and the primary do not hear each other; the members do.
    ServerApart,
    /// The primary hears the others, and is not heard by them.
    OneWay,
}

impl Trouble {
    /// Those that need a network.
    pub const PARTITIONS: [Self; 3] = [Self::PrimaryApart, Self::ServerApart, Self::OneWay];

    /// What reports call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrimaryKilled => "primary-killed",
            Self::PrimaryFrozen => "primary-frozen",
            Self::PrimaryAhead => "primary-ahead",
            Self::TwoKilled => "two-killed",
            Self::AllKilled => "all-killed",
            Self::PrimaryApart => "partition primary-apart",
            Self::ServerApart => "partition server-apart",
            Self::OneWay => "partition one-way",
        }
    }

    fn letters(self) -> &'static str {
        match self {
            Self::PrimaryKilled => "pk",
            Self::PrimaryFrozen => "pf",
            Self::PrimaryAhead => "ph",
            Self::TwoKilled => "tk",
            Self::AllKilled => "ak",
            Self::PrimaryApart => "pa",
            Self::ServerApart => "sa",
            Self::OneWay => "ow",
        }
    }
}

/// A store that rounds go on with, and its server.
struct Going {
    trial: Trial,
    server: Server,
}

/// How the clients of all rounds were served.
#[derive(Default)]
struct Served {
    gaps: Vec<Duration>,
    slowest: Duration,
}

/// Runs it.
///
/// # Errors
/// Something could not be tried.
pub async fn run(run: &Run, trouble: Trouble) -> Outcome<Report> {
    let members = if Trouble::PARTITIONS.contains(&trouble) {
        Members::start_apart().await?
    } else {
        Members::start().await
    };
    let mut report = Report::new(trouble.name(), run.seed);
    let mut served = Served::default();
    let mut last = None;
    for round in 0..run.rounds {
        let mut going = match last.take() {
            Some(going) if round % OF_ONE_DATABASE != 0 => going,
            Some(_) | None => begin(run, &members, round).await?,
        };
        let findings = once(run, trouble, (&members, &mut going), round, (&mut report, &mut served)).await?;
        last = (findings == 0).then_some(going);
    }
    served.tell(&mut report);
    Ok(report)
}

async fn begin(run: &Run, members: &Members, round: u64) -> Outcome<Going> {
    let trial = Trial::begin(members.place(&run.program, &format!("crm{round}"))?, run.seed).await?;
    let server = serve(run, &trial).await?;
    Ok(Going { trial, server })
}

async fn serve(run: &Run, trial: &Trial) -> Outcome<Server> {
    trial.place.serve_as(&Start { weakness: run.weakness, ..Start::default() }).await
}

/// One round; gives how much is wrong.
async fn once(
    run: &Run,
    trouble: Trouble,
    (members, going): (&Members, &mut Going),
    round: u64,
    (report, served): (&mut Report, &mut Served),
) -> Outcome<usize> {
    let name = format!("{}{round}", trouble.letters());
    let (before, after) = amounts(run.size, trouble);
    let mut chance = Chance::of(run.seed, &name);
    let crowd = going.trial.crowd(going.server.url(), &name, CLIENTS, Unserved::GoesOn)?;
    goes_on(&crowd, chance.within(&(before / 2..before))).await?;
    happens(run, trouble, (members, going), &crowd).await?;
    goes_on(&crowd, after).await?;
    let felt = crowd.pulse().felt();
    let ledger = crowd.end().await;
    members.revive().await;
    members.are_well().await?;
    let counts = going.trial.take_in(ledger, going.server.url()).await?;
    let mut findings = going.trial.check(going.server.url()).await?;
    findings.extend(served.look_at(&felt));
    report.round(counts, &findings);
    Ok(findings.len())
}

/// How many requests are done before something happens, and afterwards.
fn amounts(size: Size, trouble: Trouble) -> (u64, u64) {
    match (size, trouble) {
        (Size::Short, _) => (150, 100),
        // Where time without service is measured, and many rounds are to have many writes.
        (Size::Long, Trouble::PrimaryKilled) => (2_000, 2_400),
        (
            Size::Long,
            Trouble::PrimaryFrozen
            | Trouble::PrimaryAhead
            | Trouble::TwoKilled
            | Trouble::AllKilled
            | Trouble::PrimaryApart
            | Trouble::ServerApart
            | Trouble::OneWay,
        ) => (600, 400),
    }
}

/// Waits until so many more requests are done.
async fn goes_on(crowd: &Crowd, many: u64) -> Outcome<()> {
    let enough = crowd.so_far() + many;
    while crowd.so_far() < enough {
        let one_more = crowd.acknowledged(crowd.so_far() + 1);
        tokio::time::timeout(PATIENCE, one_more).await.map_err(|_| "nothing goes on for a minute")?;
    }
    Ok(())
}

async fn happens(
    run: &Run,
    trouble: Trouble,
    (members, going): (&Members, &mut Going),
    crowd: &Crowd,
) -> Outcome<()> {
    let (primary, others) = members.told_apart().await?;
    match trouble {
        Trouble::PrimaryKilled => {
            primary.signal(Signal::KILL);
            goes_on(crowd, 1).await?;
            members.revive().await;
        }
        Trouble::PrimaryFrozen => {
            primary.signal(Signal::STOP);
            tokio::time::sleep(LASTS).await;
            primary.signal(Signal::CONT);
        }
        Trouble::PrimaryAhead => {
            Members::signal(&others, Signal::STOP);
            // Less than an election: what is acknowledged now is on one disk.
            tokio::time::sleep(Duration::from_millis(800)).await;
            primary.signal(Signal::KILL);
            Members::signal(&others, Signal::CONT);
            goes_on(crowd, 1).await?;
            members.revive().await;
        }
        Trouble::TwoKilled => {
            let two = [&[primary], &others[..1]].concat();
            Members::signal(&two, Signal::KILL);
            tokio::time::sleep(LASTS).await;
            Members::are_gone(&two).await?;
            members.revive().await;
        }
        Trouble::AllKilled => {
            let all: Vec<_> = members.all().iter().collect();
            Members::signal(&all, Signal::KILL);
            going.server.signal(Signal::KILL)?;
            going.server.ended().await?;
            Members::are_gone(&all).await?;
            members.revive().await;
            members.told_apart().await?;
            going.server = serve(run, &going.trial).await?;
            crowd.go_to(going.server.url());
        }
        Trouble::PrimaryApart => {
            for other in &others {
                members.silence(members.end_of(primary), members.end_of(other))?;
                members.silence(members.end_of(other), members.end_of(primary))?;
            }
            tokio::time::sleep(LASTS).await;
            members.mend()?;
        }
        Trouble::ServerApart => {
            members.silence(members.end_of(primary), End::Server)?;
            members.silence(End::Server, members.end_of(primary))?;
            tokio::time::sleep(LASTS).await;
            members.mend()?;
        }
        Trouble::OneWay => {
            for other in &others {
                members.silence(members.end_of(primary), members.end_of(other))?;
            }
            tokio::time::sleep(LASTS).await;
            members.mend()?;
        }
    }
    Ok(())
}

impl Served {
    /// Takes in how the clients of a round were served, and gives what is wrong with it.
    fn look_at(&mut self, felt: &Felt) -> Vec<Finding> {
        self.gaps.push(felt.gap);
        self.slowest = self.slowest.max(felt.slowest);
        let late = (felt.slowest > LONGEST)
            .then(|| Finding::new(Kind::Answer, format!("an answer took {:?}", felt.slowest)));
        let unfit = felt.unfit();
        let unfit = (!unfit.is_empty())
            .then(|| Finding::new(Kind::Answer, format!("answers that were not 503: {unfit:?}")));
        late.into_iter().chain(unfit).collect()
    }

    fn tell(mut self, report: &mut Report) {
        self.gaps.sort();
        let millis = |span: Option<&Duration>| {
            Value::from(span.map_or(0.0, |span| (span.as_secs_f64() * 1_000.0).round()))
        };
        let rank = (self.gaps.len() * 95).div_ceil(100).saturating_sub(1);
        for (what, value) in [
            ("gap p50 ms", millis(self.gaps.get(self.gaps.len() / 2))),
            ("gap p95 ms", millis(self.gaps.get(rank))),
            ("gap longest ms", millis(self.gaps.last())),
            ("slowest answer ms", millis(Some(&self.slowest))),
        ] {
            report.more.insert(what.to_owned(), value);
        }
    }
}
