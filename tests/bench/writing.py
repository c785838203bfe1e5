"""What do `mem add` and a full index cost?"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from measure import MEM, Cost, Report, once

INDEX_S, INDEX_MIB = 180, 1024  # what an index of 100,000 entries may take


def adding(report: Report, vault: str, entries: int) -> None:
    """`mem add` against `git add` and `git commit` of the same file."""
    report.title(f"one more entry in {entries:,}")
    numbers = iter(range(10_000))
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "gc.auto=0"]
    text = "a sentence worth remembering for a while"

    def by_mem(_: int) -> Cost:
        return once([MEM, "--vault", vault, "add", f"{text} {next(numbers)}"], vault)

    def by_git(_: int) -> Cost:
        name = f"note/2020/01/by-git-{next(numbers)}.md"
        os.makedirs(os.path.join(vault, "note/2020/01"), exist_ok=True)
        with open(os.path.join(vault, name), "w", encoding="utf-8") as file:
            file.write(f"---\ntitle: {name}\n---\n{text}\n")
        return once(["git", "add", name], vault) + once(["git", *identity, "commit", "-qm", name], vault)

    report.compare("mem add", by_mem, by_git, "git add + git commit", 4)


def indexing(report: Report, vault: str, entries: int) -> None:
    """A full index from nothing, vectors included: seconds, and the most memory that the process held."""
    start = time.perf_counter()
    process = subprocess.Popen([MEM, "--vault", vault, "index", "--rebuild"], stdout=subprocess.DEVNULL)
    _, process.returncode, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    if process.returncode:
        sys.exit("mem index --rebuild failed")
    held = usage.ru_maxrss / (1024 ** 2 if sys.platform == "darwin" else 1024)
    size = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(os.path.join(vault, ".mem/index")) for name in names)
    fits = "" if entries != 100_000 else f"   <= {INDEX_S} s and <= {INDEX_MIB} MiB: {'yes' if took <= INDEX_S and held <= INDEX_MIB else 'NO'}"
    report.figure(f"full index of {entries:,} entries, s", took, f"{took:7.1f} s, {held:.0f} MiB resident, {size / 2**20:.0f} MiB on disk{fits}")
    report.figures[f"full index of {entries:,} entries, MiB resident"] = held
