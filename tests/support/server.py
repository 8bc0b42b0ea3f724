"""The real app in its own process, as ``make run`` starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx

from tossbill_ui.build import ROOT
from tossbill_ui.core.crypto import Cipher

TOSSBILL = Path(sys.executable).parent / "tossbill"
START_SECONDS = 180
# All visitors of a test's server have one address. Tests of the limits set their own.
NO_LIMITS = {
    "TOSSBILL_LIMIT_CPU": "1000",
    "TOSSBILL_LIMIT_EVENTS": "1000",
    "TOSSBILL_LIMIT_CODES": "1000",
}


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


ENTRY_KEY = "a key that the tests' shop shares with the app"
SHOP_PORT = free_port()
SHOP_URL = f"http://localhost:{SHOP_PORT}"
# A shop whose members come in by its own links.
WITH_MEMBERS = {"TOSSBILL_ENTRY_KEYS": ENTRY_KEY, "TOSSBILL_RETURN_ORIGINS": SHOP_URL}


@dataclass
class Server:
    """An app with its own data folder.

    Attributes:
        data: The data folder; it survives a restart.
        environment: Settings on top of the defaults.
        host: The host name that customers use.
        port: Stays the same over restarts.
    """

    data: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    host: str = "localhost"
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address that customers open."""
        return f"http://{self.host}:{self.port}"

    @property
    def log(self) -> Path:
        """The log of the process, over all its restarts."""
        return self.data.parent / f"{self.data.name}.log"

    def start(self) -> None:
        """Start the process and wait until it responds; kill it if it does not in time."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = self._run(log, log)
        try:
            self._wait_until_ready()
        except TimeoutError:
            self.kill()
            raise

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the process, and return it without waiting; its standard error is a pipe."""
        self.process = self._run(subprocess.DEVNULL, subprocess.PIPE)
        return self.process

    def _run(self, output: IO[bytes] | int, errors: IO[bytes] | int) -> subprocess.Popen[bytes]:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TOSS", "REFLEX", "__REFLEX"))
        } | {
            "TOSSBILL_WORKER": "off",
            "TOSSBILL_DATA_DIR": str(self.data),
            "PORT": str(self.port),
            **NO_LIMITS,
            **self.environment,
        }
        return subprocess.Popen(
            [TOSSBILL, "run"], cwd=ROOT, env=environment, stdout=output, stderr=errors
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        with httpx.Client(base_url=self.url, timeout=30, trust_env=False) as client:
            while time.monotonic() < deadline:
                if self.process is None or self.process.poll() is not None:
                    raise RuntimeError(f"The app did not start:\n{self.log.read_text()[-3000:]}")
                with suppress(httpx.HTTPError):
                    if client.get("/readyz").status_code == 200:
                        return
                # Poll, because another process sends no signal.
                time.sleep(0.05)
        raise TimeoutError(f"The app was not ready after {START_SECONDS} s.")

    def kill(self) -> None:
        """Kill the process, without a chance to clean up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Interrupt the process, as Ctrl-C does."""
        self._end(signal.SIGINT)

    def _end(self, sign: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait(timeout=30)

    def command(self, *arguments: str, output: int | None = None) -> subprocess.Popen[bytes]:
        """Start a `tossbill` command beside the app, on the same data."""
        environment = self.environment | {"TOSSBILL_DATA_DIR": str(self.data)}
        environment |= {"TOSSBILL_PORT": str(self.port), "PATH": str(TOSSBILL.parent)}
        return subprocess.Popen([TOSSBILL, *arguments], cwd=ROOT, env=environment, stdout=output)

    def printed(self, *arguments: str) -> Any:
        """Return the JSON document that a `tossbill` command prints."""
        process = self.command(*arguments, "--json", output=subprocess.PIPE)
        text, _ = process.communicate(timeout=60)
        assert process.returncode == 0, arguments
        return json.loads(text)

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Call the sandbox's control API."""
        answer = httpx.request(method, f"{self.url}/sandbox/_control/{path}", timeout=60, **body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def faults(self, *rules: dict[str, object]) -> None:
        """Replace the sandbox's fault rules."""
        self.control("POST", "faults", json=list(rules))

    def keys_at_toss(self) -> set[str]:
        """Return the billing keys that exist by the sandbox's ledger."""
        return {key["billing_key"] for key in self._ledger() if not key["deleted"]}

    def issued_at_toss(self) -> int:
        """Return the number of billing keys the sandbox ever issued, deleted ones included."""
        return len(self._ledger())

    def _ledger(self) -> list[dict[str, Any]]:
        return self.control("GET", "ledger")["billing_keys"]

    def keys_here(self) -> set[str]:
        """Return the billing keys in our database, decrypted."""
        # In one query, because a key may be removed at any time.
        return set(self._keys("status='active'"))

    def key_of(self, method_id: str) -> str:
        """Return a payment method's billing key, decrypted."""
        [key] = self._keys(f"id='{method_id}'")
        return key

    def _keys(self, condition: str) -> list[str]:
        secrets = json.loads((self.data / "secrets.json").read_text())
        cipher = Cipher.from_text(secrets["encryption_keys"])
        query = f"SELECT id, billing_key_sealed FROM payment_method WHERE {condition}"  # noqa: S608
        return [
            cipher.decrypt(sealed, context=f"payment_method.billing_key:{method_id}")
            for method_id, sealed in self.rows(query)
        ]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read our database beside the running app."""
        connection = sqlite3.connect(
            f"file:{self.data / 'tossbill.db'}?mode=ro", uri=True, timeout=60
        )
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def postpone_retries(self) -> None:
        """Postpone every scheduled retry until `let_time_pass`."""
        self._move_retries("2999-01-01 00:00:00.000000")

    def let_payments_stay_unresolved(self) -> None:
        """Postpone every look-up of an unresolved payment."""
        self._move_retries("2999-01-01 00:00:00.000000", "payment")

    def look_up_payments_now(self) -> None:
        """Make every look-up of an unresolved payment due now."""
        self._move_retries("2000-01-01 00:00:00.000000", "payment")

    def let_time_pass(self) -> None:
        """Make every scheduled retry due now, instead of waiting for it."""
        self._move_retries("2000-01-01 00:00:00.000000")

    def _move_retries(self, to: str, *tables: str) -> None:
        connection = sqlite3.connect(self.data / "tossbill.db", isolation_level=None, timeout=60)
        for table in tables or ("registration", "payment_method"):
            connection.execute(
                f"UPDATE {table} SET next_try_at = ? WHERE next_try_at IS NOT NULL",  # noqa: S608 - our own names
                (to,),
            )
        connection.close()

    def differences(self) -> set[str]:
        """Return the billing keys that only the sandbox's ledger or only our database has."""
        return self.keys_here() ^ self.keys_at_toss()

    def assert_ledgers_agree(self) -> None:
        """The sandbox's ledger holds exactly the billing keys that our database holds."""
        assert self.differences() == set()
