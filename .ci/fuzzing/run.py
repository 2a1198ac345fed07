"""Runs schemathesis against a server of its own, once for each of those who ask. See ../fuzz."""

import argparse
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from people import People
from server import Server

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WHO = ("nobody", "agent", "admin")


def main():
    arguments = read_arguments()
    if not arguments.server.exists():
        sys.exit(f"there is no {arguments.server}: build it, or name another with --server")
    # Told to stop, it stops what it started, by way of the blocks it is in.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(arguments.who) == 1:
        sys.exit(0 if fuzz(arguments.who[0], arguments) else 1)
    bad = at_once(arguments)
    if bad:
        sys.exit(f"\nfailed: as {', '.join(bad)}; again with --seed {arguments.seed} --as {bad[0]}")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = spent.ru_utime + spent.ru_stime
    print(f"\nall good: no 5xx, nothing that the document does not say; {seconds:.0f} s of processor")


def read_arguments():
    parser = argparse.ArgumentParser(prog=".ci/fuzz", description="Holds the server against docs/openapi.json.")
    parser.add_argument("--server", type=Path, default=ROOT / "target/debug/crm-server", help="the program")
    parser.add_argument("--examples", type=int, default=100, help="so many an operation (default: 100)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same number asks alike")
    parser.add_argument("--as", dest="who", action="append", choices=WHO, help="only as these (default: all)")
    parser.add_argument("--operation", action="append", default=[], help="only operations with this operationId")
    parser.add_argument("more", nargs="*", help="after `--`: what else schemathesis is told, such as --phases stateful")
    arguments = parser.parse_args()
    arguments.who = arguments.who or list(WHO)
    return arguments


def at_once(arguments):
    """Each of those who ask in a process of its own, at the same time; gives those that failed."""
    said = {who: tempfile.TemporaryFile() for who in arguments.who}
    common = ["--server", arguments.server, "--examples", arguments.examples, "--seed", arguments.seed]
    for operation in arguments.operation:
        common += ["--operation", operation]
    processes = {}
    try:
        for who, file in said.items():
            command = [sys.executable, __file__, *common, "--as", who, "--", *arguments.more]
            command = [str(part) for part in command]
            processes[who] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        for who, process in processes.items():
            process.wait()
            said[who].seek(0)
            print(said[who].read().decode(errors="replace"), flush=True)
    finally:
        stop(processes.values())
    return [who for who, process in processes.items() if process.returncode != 0]


def stop(processes):
    for process in processes:
        if process.poll() is None:
            process.terminate()
            process.wait()


def fuzz(who, arguments):
    print(f"=== as {who}: seed {arguments.seed}, {arguments.examples} examples an operation", flush=True)
    begun = time.monotonic()
    with Server(arguments.server) as server:
        folder = Path(server.folder.name)
        people = People(server)
        (folder / "known.json").write_text(json.dumps(known(who, people)))
        (folder / "schemathesis.toml").write_text(configuration(who, people, folder))
        good, scenarios = ask(folder, server, arguments, arguments.seed, arguments.more)
        # Where a store answers otherwise than it did before, schemathesis ends the stateful phase early and calls it
        # passed: it goes on with another seed, as whoever can get anywhere, until there were as many as were asked for.
        seed = arguments.seed
        while good and scenarios is not None and scenarios < arguments.examples and who != "nobody":
            seed += 1
            if seed > arguments.seed + 50:
                print(f"only {scenarios} scenarios")
                good = False
            more_good, more = ask(folder, server, arguments, seed, ["--phases", "stateful"])
            good, scenarios = good and more_good, scenarios + (more or 0)
        good = verdict(server) and good
    print(f"=== as {who}: {'good' if good else 'FAILED'}, {time.monotonic() - begun:.0f} s", flush=True)
    return good


def ask(folder, server, arguments, seed, more):
    """Runs schemathesis; gives whether all was good, and how many scenarios (sequences of requests) there were."""
    command = [Path(sys.executable).parent / "st", "--config-file", folder / "schemathesis.toml", "run"]
    command += [ROOT / "docs/openapi.json", "--url", server.url, "--checks", "all", "--no-color"]
    command += ["--max-examples", arguments.examples, "--seed", seed]
    for operation in arguments.operation:
        command += ["--include-operation-id", operation]
    command = [str(part) for part in [*command, *more]]
    environment = os.environ | {"CRM_FUZZ_KNOWN": str(folder / "known.json"), "PYTHONPATH": str(HERE), "COLUMNS": "110"}
    environment["SCHEMATHESIS_HOOKS"] = "hooks"
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    scenarios = None
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            if found := re.match(r"\s+Scenarios:\s+(\d+)", line):
                scenarios = int(found[1])
        return process.wait() == 0, scenarios
    finally:
        stop([process])


def configuration(who, people, folder):
    """schemathesis.toml with who asks. Peers are those who must not see each other's records."""
    text = (HERE / "schemathesis.toml").read_text()
    if who == "nobody":
        return text
    accounts = {"admin": [("admin", people.admin)], "agent": [("agent", people.agent), ("peer", people.peer)]}[who]
    header = lambda account: [{"name": "Authorization", "value": f"Bearer {account.token}"}]
    entries = [{"name": name, "fixedHeaders": header(account)} for name, account in accounts]
    (folder / "auth.json").write_text(json.dumps({"auth": entries}))
    text += f'\n[auth.wfc]\npath = "{folder / "auth.json"}"\nuser = "{who}"\n'
    if len(accounts) > 1:
        text += f"peers = {json.dumps([name for name, _ in accounts])}\n"
    return text


def known(who, people):
    """What the hooks have to know."""
    account = people.accounts().get(who)
    return {
        "who": who,
        "own": vars(account) if account else None,
        "spare": vars(people.spare),
        "users": [account.id for account in people.accounts().values()],
        "spareUser": people.spare.id,
        "records": people.records.get(who, people.records["peer"]),
        "commonPasswords": str(ROOT / "crates/crm-domain/src/values/common_passwords.txt"),
        "document": str(ROOT / "docs/openapi.json"),
    }


def verdict(server):
    """What the server itself has to say about the run."""
    good = True
    if server.process.poll() is not None:
        print(f"the server ended by itself: {server.process.returncode}\n{server.said()}")
        return False
    server.ask("GET", "/readyz")
    statuses = server.statuses()
    print("answers by status:", ", ".join(f"{count} x {status}" for status, count in statuses.items()))
    if failures := {status for status in statuses if status.startswith("5")}:
        print(f"it answered {failures}")
        good = False
    if code := server.stop():
        print(f"it did not stop as it should: {code}")
        good = False
    said = server.said()
    worst = [line for line in said.splitlines() if "panicked" in line or '"level":"ERROR"' in line]
    if worst:
        print("its log says:", *worst[:20], sep="\n")
        good = False
    return good


if __name__ == "__main__":
    main()
