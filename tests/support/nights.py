"""What must hold when a consolidation is killed? The next one ends with the very tree that an unbroken one makes, and no event is lost or counted twice."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from box import FIXTURES, Box, killed
from breaking import Tally, copied, kill_after, sound, start

NIGHT = {"MEM_NOW": "2026-12-20T03:00:00Z"}


def vault(box: Box) -> Box:
    """A vault in which every step of a consolidation has something to do."""
    box.init()
    box.run("ingest", "locomo", f"{FIXTURES}/ingest/conversation.locomo.json", "-o", "grain=turn", check=0)
    box.sh(f"cp -r {FIXTURES}/vaults/sample/. .")
    for number in range(20):
        front = f"id: 01hkgb7zk000000000000000{number:02}\nstate: cold\ncreated: 2024-01-{number + 1:02}"
        box.write(f"old-{number:02}.md", f"---\n{front}\n---\nAn old page, number {number}\n")
    box.write("twice-1.md", "---\nid: 01hkgb7zk00000000000000090\ncreated: 2026-10-01\n---\nThe attic window must be shut before the first frost comes.\n")
    box.write("twice-2.md", "---\nid: 01hkgb7zk00000000000000091\ncreated: 2026-10-02\n---\nThe attic window must be shut before the first frost comes.\n")
    box.git("add", "-A")
    box.git("-c", "user.name=Guest", "-c", "user.email=guest@example.org", "commit", "-q", "-m", "By other hands")
    box.run("set", "twice-1.md", "tags+=house", check=0)
    for day in ("2026-12-01", "2026-12-02", "2026-12-04"):
        box.run("used", "twice-1.md", "old-03.md", "inbox/ideas.md", env={"MEM_NOW": f"{day}T10:00:00Z"}, check=0)
    return box


def events(box: Box) -> list[str]:
    """Every line of the access log and of the logs that were put away."""
    return sorted(line for path in Path(box.vault, ".mem", "state").glob("access*.log") for line in path.read_text().splitlines())


def tree(box: Box) -> str:
    """What the last commit holds."""
    return box.git("rev-parse", "HEAD^{tree}").strip()


def nights(home: Callable[[], str], count: int, seed: int = 3) -> Tally:
    """SIGKILL a consolidation `count` times, each in a vault of its own, then let the next one run."""
    tally, rng = Tally(), random.Random(seed)
    source = vault(Box(home()))
    whole = copied(source, home())
    began = time.perf_counter()
    whole.run("consolidate", env=NIGHT, check=0)
    usual = [time.perf_counter() - began]
    wanted, told = tree(whole), events(source)
    if tree(whole) == tree(source):
        tally.wrong.append("there was nothing to consolidate")
    for number in range(count):
        box = copied(source, home())
        process = start(box, ("consolidate",), NIGHT)
        began = time.perf_counter()
        status, _, _ = kill_after(process, rng.uniform(0, 1.1 * statistics.median(usual)), group=rng.random() < 0.5)
        if not killed(status):
            usual.append(time.perf_counter() - began)
        tally.runs += 1
        tally.broken += killed(status)
        after = box.run("consolidate", env=NIGHT)
        tally.finished += killed(status) and after.out.startswith("nothing")
        again = box.run("consolidate", env=NIGHT)
        found = {"the next run failed": after.status, "the tree differs": tree(box) != wanted, "events differ": events(box) != told,
                 "a third run changed something": not again.out.startswith("nothing"), "the work tree differs": bool(box.git("status", "--porcelain"))}
        tally.wrong += [f"kill {number}: {reason} {after.err.strip()}" for reason, bad in found.items() if bad]
        if number % 20 == 0:
            sound(box, f"kill {number}", tally)
        box.sh("rm -rf ../vault/* ../vault/.mem ../vault/.git")
    return tally
