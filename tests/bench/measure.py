"""How is a cost measured, and how is it told? Alternating pairs of whole processes, their medians, and a table of ratios."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

BIN = os.path.dirname(sys.executable)
MEM = os.path.join(BIN, "mem")
PASS = [sys.executable, "-c", "pass"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds on the clock, and of processor (user and system)."""

    wall_s: float
    cpu_s: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall_s + other.wall_s, self.cpu_s + other.cpu_s)


def once(command: Sequence[str], cwd: str, env: dict[str, str] | None = None) -> Cost:
    """A whole process, its output to a pipe. A search that finds nothing is still a search; any other failure ends the bench."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {done.stderr.decode()}")
    return Cost(wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def running(command: Sequence[str]) -> Callable[[int], Cost]:
    """A command that is the same in every pair."""
    return lambda _: once(command, "/")


def here(work: Callable[[], object]) -> Cost:
    """A piece of work in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: medians of both sides in milliseconds, and of the ratios pair by pair, by the clock and by the processor.
    `budget` is the most that the ratio by the clock may be, None where nothing was promised."""

    name: str
    ratio: float
    cpu_ratio: float
    ms: float
    cpu_ms: float
    against: str
    against_ms: float
    budget: float | None = None


@dataclass(slots=True)
class Report:
    """What was measured, told line by line on `out` and kept for JSON."""

    runs: int
    rows: list[Row] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)  # what is no comparison of times, by name
    notes: list[str] = field(default_factory=list)
    quiet: bool = False

    def say(self, line: str) -> None:
        """A line of the table."""
        print(line, file=sys.stderr if self.quiet else sys.stdout, flush=True)

    def title(self, text: str) -> None:
        """Head of a part of the table."""
        self.say(f"\n{text}\n{'':44s} {'ratio':>9s} {'processor':>9s}  {'budget':8s} medians")

    def compare(self, name: str, mine: Callable[[int], Cost], theirs: Callable[[int], Cost], against: str = "python -c pass",
                budget: float | None = None, runs: int = 0) -> Row:
        """Measure two sides in turn, after one warm-up of each; both get the number of the pair."""
        mine(0)
        theirs(0)
        pairs = [(mine(number), theirs(number)) for number in range(runs or self.runs)]
        row = Row(name, statistics.median(one.wall_s / other.wall_s for one, other in pairs),
                  statistics.median(one.cpu_s / max(other.cpu_s, 1e-4) for one, other in pairs),
                  1000 * statistics.median(one.wall_s for one, _ in pairs), 1000 * statistics.median(one.cpu_s for one, _ in pairs), against,
                  1000 * statistics.median(other.wall_s for _, other in pairs), budget)
        self.rows.append(row)
        told = "" if budget is None else f"<= {budget:.3g}" + ("" if row.ratio <= budget else " NO")
        self.say(f"{name:44s} {row.ratio:7.2f} x {row.cpu_ratio:7.2f} x  {told:8s} {row.ms:.0f} ms against {row.against_ms:.0f} ms of {against}")
        return row

    def figure(self, name: str, value: float, told: str) -> None:
        """Something measured that is no comparison of times."""
        self.figures[name] = value
        self.say(f"{name:44s} {told}")

    def note(self, text: str) -> None:
        """Something that the reader should know, such as what was not measured."""
        self.notes.append(text)
        self.say(f"({text})")

    def to_json(self) -> str:
        """All of it."""
        return json.dumps({"format_version": 1, "runs": self.runs, "rows": [asdict(row) for row in self.rows], "figures": self.figures,
                           "notes": self.notes}, indent=1)
