"""What a piece of work takes: by the clock, of the processor, of the database's processor, and of memory."""

import cProfile
import os
import pstats
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one piece of work took; `server` is processor time of a database server, `memory` the most meanwhile."""

    seconds: float = 0.0
    processor: float = 0.0
    server: float = 0.0
    memory: int = 0

    @property
    def work(self) -> float:
        """The processor time of both."""
        return self.processor + self.server

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            seconds=self.seconds + other.seconds,
            processor=self.processor + other.processor,
            server=self.server + other.server,
            memory=max(self.memory, other.memory),
        )

    def __mul__(self, by: float) -> "Taken":
        return Taken(
            seconds=self.seconds * by, processor=self.processor * by, server=self.server * by, memory=self.memory
        )


@dataclass
class Meter:
    """Measures work by its name, profiles one of them, and shows each when it is done; 0 is no server."""

    postmaster: int = 0
    profiled: str = ""
    shown: bool = True
    took: dict[str, Taken] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        profile = cProfile.Profile() if name == self.profiled else None
        _forget_peak()
        server, processor, start = server_seconds(self.postmaster), time.process_time(), time.perf_counter()
        if profile:
            profile.enable()
        yield
        if profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        self.took[name] = taken = Taken(
            seconds=time.perf_counter() - start,
            processor=time.process_time() - processor,
            server=server_seconds(self.postmaster) - server,
            memory=_peak(),
        )
        if self.shown:
            print(f"  {name:<18}{taken.seconds:9.2f} s{taken.processor:9.2f} s{taken.memory:8,} MB", flush=True)


def server_seconds(postmaster: int) -> float:
    """The processor time of a PostgreSQL and of all that it started, those that have ended by now too."""
    if not postmaster:
        return 0.0
    own = _stat(Path(f"/proc/{postmaster}/stat"))
    stats = [own, *(_stat(path) for path in Path("/proc").glob("[0-9]*/stat"))]
    return sum(sum(map(int, stat[11:15])) for stat in stats if stat is own or stat[1:2] == [str(postmaster)]) / _TICK


def _stat(path: Path) -> list[str]:
    """The fields of a process after its name: its state, its parent, and the times from the twelfth on."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it ended while others were read
        return []


def _forget_peak() -> None:
    """From here on the kernel looks for the most memory anew."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """The most memory since then, in megabytes."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) // 1024


def where() -> str:
    """The machine, the day, the commit and the load, as they belong beside every number."""
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(
        asked, capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    ).stdout.strip()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{datetime.now(UTC).date()}, commit {commit or 'unknown'}, {os.cpu_count()} processors, load {load}"
