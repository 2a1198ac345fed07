//! The program while it serves.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

/// A running server. It is killed if the test ends first.
pub(crate) struct Server {
    child: Child,
    said: Vec<String>,
    said_later: Arc<Mutex<String>>,
    complaints: Complaints,
    url: String,
}

/// What it says on the standard error, read as it comes.
struct Complaints {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it and waits for the line that says where it listens.
    pub(crate) fn start(command: Command) -> Self {
        Self::start_until(command, |line| line.contains("listens at"))
    }

    /// Starts it and waits for a line such as this; the address is the first one it says.
    pub(crate) fn start_until(mut command: Command, last: impl Fn(&str) -> bool) -> Self {
        let mut child = command.spawn().unwrap();
        let mut complaints = Complaints::read(child.stderr.take().unwrap());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| last(line)) {
            match lines.next() {
                Some(line) => said.push(line.unwrap()),
                None => panic!("it ended: {said:?} {}", complaints.whole()),
            }
        }
        // What it says later must have somewhere to go.
        let said_later = Arc::new(Mutex::new(String::new()));
        let later = Arc::clone(&said_later);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                later.lock().unwrap().push_str(&line);
            }
        });
        let url = said.iter().find_map(|line| address_in(line)).expect("an address");
        Self { child, said, said_later, complaints, url }
    }

    /// Where it listens: `http://127.0.0.1:4711`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The port alone.
    pub(crate) fn port(&self) -> &str {
        self.url.rsplit(':').next().unwrap()
    }

    /// What it has complained about so far.
    pub(crate) fn complaints(&self) -> String {
        self.complaints.text.lock().unwrap().clone()
    }

    /// What it said until it served.
    pub(crate) fn said(&self) -> &[String] {
        &self.said
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How much memory it has in use, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line about memory");
        line.trim().trim_end_matches("kB").trim().parse().expect("a number")
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it ends, and gives how and what it complained about.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.complaints.whole())
    }

    /// Tells it to stop and waits until it has, as it should.
    pub(crate) fn stop(self) -> String {
        self.signal(Signal::TERM);
        let (status, complaints) = self.ended();
        assert_eq!(status.code(), Some(0), "{complaints}");
        complaints
    }
}

impl Server {
    /// Stops it as [`Server::stop`] does, and gives all that it said and all that it complained about.
    pub(crate) fn stop_and_tell(self) -> (String, String) {
        let later = Arc::clone(&self.said_later);
        let said = self.said.join("\n");
        let complaints = self.stop();
        let later = later.lock().unwrap();
        (format!("{said}\n{later}"), complaints)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Complaints {
    fn read(from: ChildStderr) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let read = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let mut read = read.lock().unwrap();
                read.push_str(&line);
                read.push('\n');
            }
        });
        Self { text, reader: Some(reader) }
    }

    /// All of it, once there is no more to come.
    fn whole(&mut self) -> String {
        self.reader.take().unwrap().join().unwrap();
        self.text.lock().unwrap().clone()
    }
}

fn address_in(line: &str) -> Option<String> {
    let address = &line[line.find("http://").or_else(|| line.find("https://"))?..];
    let end = address.find("/api").unwrap_or(address.len());
    Some(address[..end].trim_end().to_owned())
}
