"""A server of one run's own: its process, its folder, and a client."""

import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

# Nothing that hides an answer: no limit of requests, no waiting after wrong passwords, tokens that outlive the run, and no
# session that is ended because its user signs in again and again.
# Hashes cost little, since thousands are made. All else is as it comes.
SETTINGS = {
    "CRM__ENVIRONMENT": "test",
    "CRM__SERVER__HOST": "127.0.0.1",
    "CRM__SERVER__PORT": "0",
    "CRM__AUTH__ACCESS_TTL": "1d",
    "CRM__AUTH__MAX_SESSIONS": "10000",
    "CRM__AUTH__ARGON2__MEMORY_KIB": "7168",
    "CRM__AUTH__ARGON2__ITERATIONS": "5",
    "CRM__RATE_LIMIT__ENABLED": "false",
    "CRM__AUTH__THROTTLE__ADDRESS_BURST": "1000000",
    "CRM__AUTH__THROTTLE__UNKNOWN_SOURCE_BURST": "1000000",
    "CRM__AUTH__THROTTLE__LOCKOUT_AFTER": "1000000",
    "CRM__AUTH__THROTTLE__KNOWN_SOURCE_BURST": "1000000",
    "CRM__LOG__FORMAT": "json",
    "CRM__LOG__LEVEL": "warn",
}


class Server:
    """Serves while the block runs; ended by its own process id, whatever happens."""

    def __init__(self, program: Path):
        self.program = program.resolve()

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="crm-fuzz-")
        self.log = Path(self.folder.name) / "log"
        self.environment = {"PATH": os.environ.get("PATH", ""), "TMPDIR": self.folder.name, **SETTINGS}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve"],
                cwd=self.folder.name,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.url = self.wait_for(r"listens at (http://[0-9.:]+)")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def said(self):
        """All that it said so far."""
        return self.log.read_text(errors="replace")

    def wait_for(self, pattern):
        """What it says after this."""
        deadline = time.monotonic() + 60
        while not (found := re.search(pattern, self.said())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"it did not say {pattern}: {self.said()}")
            time.sleep(0.05)
        return found[1]

    def command(self, *arguments):
        """What another command of the program prints, run beside the server."""
        command = [self.program, *arguments]
        run = subprocess.run(
            command, cwd=self.folder.name, env=self.environment, capture_output=True, check=True, text=True
        )
        return run.stdout.strip()

    def ask(self, method, path, body=None, token=None):
        """The JSON (or text) of an answer that has to be a good one."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read()!r}") from error
        return json.loads(text) if text.startswith(("{", "[")) else text

    def statuses(self):
        """How many requests it answered with which status, by its own account."""
        counts = {}
        for line in self.ask("GET", "/metrics").splitlines():
            if found := re.match(r'http_requests_total\{.*status="(\d+)".*\} (\d+)', line):
                counts[found[1]] = counts.get(found[1], 0) + int(found[2])
        return dict(sorted(counts.items()))

    def stop(self):
        """Tells it to stop; gives its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)
