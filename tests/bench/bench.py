"""`make bench`: what the shipped command costs, as ratios against something run beside it. Absolute times are for orientation only.

    python tests/bench/bench.py [--runs N] [--without-100k]

Every row is the median of alternating runs (A B A B ...), whole processes, output to a pipe.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from build import build

BIN = os.path.dirname(sys.executable)
MEM = os.path.join(BIN, "mem")
PASS = [sys.executable, "-c", "pass"]


def once(command: Sequence[str], cwd: str) -> float:
    """Seconds of one run. A search that finds nothing is still a search; any other failure ends the bench."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=False)
    took = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {done.stderr.decode()}")
    return took


def paired(left: Callable[[], float], right: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Medians of left, right and of the pairwise ratio, after one warm-up of each."""
    left()
    right()
    pairs = [(left(), right()) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs), statistics.median(a / b for a, b in pairs)


def row(name: str, ratio: float, budget: str, detail: str) -> None:
    """One line of the table."""
    print(f"{name:58s} {ratio:6.2f} x   {budget:14s} {detail}", flush=True)


def against_python(name: str, command: Sequence[str], cwd: str, budget: str, runs: int) -> float:
    """A command against the bare interpreter."""
    mine, bare, ratio = paired(lambda: once(command, cwd), lambda: once(PASS, cwd), runs)
    row(name, ratio, budget, f"{mine * 1000:.0f} ms against {bare * 1000:.0f} ms")
    return mine


def adding(vault: str, runs: int) -> None:
    """`mem add` against `git add` and `git commit` of the same file."""
    numbers = iter(range(10_000))
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"]
    text = "a sentence worth remembering for a while"

    def by_mem() -> float:
        return once([MEM, "--vault", vault, "add", f"{text} {next(numbers)}"], vault)

    def by_git() -> float:
        name = f"note/2020/01/by-git-{next(numbers)}.md"
        os.makedirs(os.path.join(vault, "note/2020/01"), exist_ok=True)
        with open(os.path.join(vault, name), "w", encoding="utf-8") as file:
            file.write(f"---\ntitle: {name}\n---\n{text}\n")
        return once(["git", "add", name], vault) + once(["git", *identity, "commit", "-qm", name], vault)

    mine, theirs, ratio = paired(by_mem, by_git, runs)
    row("mem add into 10,000, against git add + git commit", ratio, "<= 4 x", f"{mine * 1000:.0f} ms against {theirs * 1000:.0f} ms")


def indexing(vault: str, entries: int) -> None:
    """A full index from nothing."""
    start = time.perf_counter()
    subprocess.run([MEM, "--vault", vault, "index", "--rebuild"], check=True, stdout=subprocess.PIPE)
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 if sys.platform == "darwin" else 1024) / (1024 if sys.platform == "darwin" else 1)
    print(f"index of {entries:,} entries from nothing: {took:.1f} s (<= 180 s for 100,000), at most {peak:.0f} MiB resident in any step (<= 1024)", flush=True)


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description="What the shipped command costs.")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--without-100k", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        for name in [name for name in os.environ if name.startswith(("MEM_", "XDG_", "GIT_"))]:
            del os.environ[name]
        against_python("mem --version", [MEM, "--version"], folder, "<= 8 x", chosen.runs)
        cost: dict[int, float] = {}
        for entries in (1_000, 10_000) if chosen.without_100k else (1_000, 10_000, 100_000):
            vault = os.path.join(folder, str(entries))
            words = build(vault, entries, index=False)
            indexing(vault, entries)
            query = [words[40], words[900], words[5000]]
            command = [MEM, "--vault", vault, "search", *query]
            words_only = [*command, "--channels", "keyword"]
            if entries <= 10_000:
                against_python(f"search, {entries:,} entries, every file looked at", command, folder, "<= 23 x", chosen.runs)
                against_python("... by words only", words_only, folder, "<= 12 x", chosen.runs)
                cost[entries] = against_python(f"search, {entries:,} entries, --no-scan", [*command, "--no-scan"], folder, "<= 20 x", chosen.runs)
                against_python("... by words only", [*words_only, "--no-scan"], folder, "<= 9 x", chosen.runs)
            else:
                cost[entries] = against_python(f"search, {entries:,} entries, folders looked at", command, folder, "<= 23 x", chosen.runs)
                against_python("... by words only", words_only, folder, "<= 9 x", chosen.runs)
            if entries == 10_000:
                adding(vault, chosen.runs)
        if 100_000 in cost:
            row("cold search over 100,000 against over 1,000", cost[100_000] / cost[1_000], "<= 2 x", "medians above")


if __name__ == "__main__":
    main()
