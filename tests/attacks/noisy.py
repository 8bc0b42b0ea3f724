"""``python -m tests.attacks.noisy``: what one noisy caller costs all others, at the default limits.

Starts the real app, sends noise from one address, and measures what another address waits for: two
pages, and the answer to an event. Quiet and noisy rounds alternate. A wait is measured twice: in
milliseconds, which other programs on this machine spoil, and in milliseconds of CPU that the
server's event loop used meanwhile, for us or for the noise, which they do not.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import httpx

from tests.attacks.noise import KINDS
from tests.support.server import Server
from tests.support.stranger import Stranger, stranger

PAGES = ("/", "/subscription/")
EVENT = "an event"
# Others come from many addresses and pause, so that they never meet a limit of their own.
ADDRESSES = [f"198.51.100.{number}" for number in range(1, 21)]
PAUSE_SECONDS = 0.02
LONGEST_START_SECONDS = 15
# Of each wait, in milliseconds: the time, and the CPU time of the server's event loop.
Wait = tuple[float, float]
Times = dict[str, list[Wait]]


@dataclass(frozen=True)
class Stopwatch:
    """Measures waits for a server, which is a process whose main thread is its event loop."""

    process: int

    @contextmanager
    def into(self, waits: list[Wait]) -> Generator[None]:
        """Add what the block waits."""
        start, used = time.perf_counter(), self.cpu_ms()
        yield
        waits.append((1000 * (time.perf_counter() - start), self.cpu_ms() - used))

    def cpu_ms(self) -> float:
        """Return the CPU milliseconds that the event loop has used so far."""
        thread = Path(f"/proc/{self.process}/task/{self.process}/schedstat")
        return int(thread.read_text().split()[0]) / 1e6


@contextmanager
def noise(kind: str, url: str, seconds: float, nice: int) -> Generator[None]:
    """Let another process make noise while the block runs; it ends by itself after a while."""
    command = ["nice", "-n", str(nice), sys.executable, "-m", "tests.attacks.noise", kind, url]
    process = subprocess.Popen([*command, str(seconds)], stdout=subprocess.PIPE)
    assert process.stdout
    try:
        process.stdout.readline()  # it has begun
        yield
    finally:
        process.terminate()
        process.wait()


@asynccontextmanager
async def others(url: str) -> AsyncGenerator[tuple[httpx.AsyncClient, Stranger]]:
    """Open a tab as another caller, and a client for pages."""
    headers = {"accept": "text/html", "accept-language": "ko"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as browser,
        stranger(url, address=ADDRESSES[0]) as tab,
    ):
        await tab.hydrate("/")
        yield browser, tab


async def measure(
    server: Stopwatch, browser: httpx.AsyncClient, tab: Stranger, seconds: float
) -> Times:
    """Return what each thing took, again and again for some seconds."""
    times: Times = defaultdict(list)
    address = itertools.cycle(ADDRESSES)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for page in PAGES:
            with server.into(times[page]):
                answer = await browser.get(page, headers={"x-forwarded-for": next(address)})
            answer.raise_for_status()
            await asyncio.sleep(PAUSE_SECONDS)
        with server.into(times[EVENT]):
            await tab.press()
        await asyncio.sleep(PAUSE_SECONDS)
    return times


async def compare(
    url: str, server: Stopwatch, kind: str, rounds: int, seconds: float, nice: int, cpu: int
) -> list[str]:
    """Measure quiet and noisy rounds in turn; return the lines of the table for a kind of noise."""
    quiet: Times = defaultdict(list)
    noisy: Times = defaultdict(list)
    busy = 0.0
    async with others(url) as (browser, tab):
        for _ in range(rounds):
            _add(quiet, await measure(server, browser, tab, seconds))
            with noise(kind, url, 10 * seconds, nice):
                await _used_up(server, 125 * cpu)
                before, start = server.cpu_ms(), time.perf_counter()
                _add(noisy, await measure(server, browser, tab, seconds))
                busy += (server.cpu_ms() - before) / 1000 / (time.perf_counter() - start)
    return [
        f"{kind:9} {what:15} {_row(quiet[what], noisy[what])} {busy / rounds:6.0%}"
        for what in quiet
    ]


async def _used_up(server: Stopwatch, saved_ms: float) -> None:
    """Wait until the noise has cost more CPU time than its caller could save up, or a while."""
    before, until = server.cpu_ms(), time.perf_counter() + LONGEST_START_SECONDS
    while server.cpu_ms() < before + saved_ms and time.perf_counter() < until:
        await asyncio.sleep(0.1)


def _add(to: Times, more: Times) -> None:
    for what, times in more.items():
        to[what] += times


def _row(quiet: list[Wait], noisy: list[Wait]) -> str:
    cells: list[str] = []
    for unit in range(2):
        before, after = (_percentiles([wait[unit] for wait in each]) for each in (quiet, noisy))
        cells += ["{:7.1f} {:7.1f}".format(*before), "{:7.1f} {:7.1f}".format(*after)]
        cells.append(" ".join(f"{b / a:5.2f}" for a, b in zip(before, after, strict=True)))
    return " | ".join(cells)


def _percentiles(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=10)[-1]


@click.command()
@click.option("--kind", type=click.Choice(list(KINDS)), multiple=True, help="Only these.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--seconds", default=4.0, show_default=True, help="Of each round.")
@click.option("--nice", default=19, show_default=True, help="The priority of the noise.")
@click.option(
    "--cpu",
    default=20,
    show_default=True,
    help="TOSSBILL_LIMIT_CPU; where other programs leave the server a sixth of a core, 3 is fair.",
)
def main(kind: tuple[str, ...], rounds: int, seconds: float, nice: int, cpu: int) -> None:
    """Measure and print the median and 90th percentile, and how busy the server's loop was."""
    click.echo(
        f"{'noise':9} {'others wait for':15} {'ms, quiet':>15} | {'ms, noisy':>15} | {'ratios':11}"
        f" | {'CPU ms, quiet':>15} | {'CPU ms, noisy':>15} | {'ratios':11} busy"
    )
    limits = {"TOSSBILL_LIMIT_CPU": str(cpu), "TOSSBILL_LIMIT_EVENTS": "50"}
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", environment=limits)
        server.start()
        assert server.process
        try:
            watch = Stopwatch(server.process.pid)
            for each in kind or KINDS:
                compared = compare(server.url, watch, each, rounds, seconds, nice, cpu)
                click.echo("\n".join(asyncio.run(compared)))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
