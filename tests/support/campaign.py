"""`make crash`: kills and starves mem for some minutes, and prints what it found. Exit status 1 when a promise was broken.

    python tests/support/campaign.py [PART...]     parts: kills nights points failures disk writers damage

The short versions in tests/crash run with the other tests.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import damage
import nights
from box import MEM, Box, killed
from breaking import COMMANDS, Tally, before, broken_at, check, copied, kill_after, sound, start, template

from memcli.faults import POINTS, PRIMITIVES

SIZES = 32


@contextmanager
def homes() -> Iterator[Callable[[], str]]:
    """A maker of empty folders that are gone at the end."""
    with tempfile.TemporaryDirectory() as top:
        made = iter(range(1_000_000))
        yield lambda: os.path.join(top, str(next(made)))


def kills(count: int, seed: int = 2) -> Tally:
    """SIGKILL at random moments of add, set, forget, ingest and undo in one living vault."""
    tally, rng = Tally(), random.Random(seed)
    with homes() as home:
        box = template(Box(home()))
        usual: dict[str, list[float]] = {}
        words = [f"word{number:02}" for number in range(8) if number != 2]
        for number in range(count):
            verb = rng.choice(("add", "set", "forget", "ingest", "undo"))
            args = _arguments(box, verb, number, rng)
            old = before(box)
            delay = rng.uniform(0, 1.2 * statistics.median(usual.get(verb, [0.1])))
            began = time.perf_counter()
            process = start(box, args, {})
            status, out, _ = kill_after(process, delay, group=rng.random() < 0.5)
            if not killed(status):
                usual.setdefault(verb, []).append(time.perf_counter() - began)
            if verb == "add" and status == 0:
                words.append(f"word{number:05}")
            check(box, old, status, f"kill {number} of {verb} after {delay * 1000:.0f} ms", tally, deep=number % 10 == 9)
        sound(box, "after all kills", tally)
        _all_found(box, tally)
    return tally


def _arguments(box: Box, verb: str, number: int, rng: random.Random) -> tuple[str, ...]:
    if verb == "add":
        return ("add", f"an entry about word{number:05}")
    if verb == "undo":
        return ("undo",)
    if verb == "ingest":
        path = box.write(f"../source-{number}.jsonl", json.dumps({"a": number}))
        os.makedirs(path + ".d")
        for part in range(5):
            with open(f"{path}.d/{part}.md", "w", encoding="utf-8") as file:
                file.write(f"# Piece {part} of {number}\n\nword{number:05}x{part}\n")
        return ("ingest", "markdown", path + ".d")
    paths = [row["path"] for row in json.loads(box.run("list", "--json").out)["entries"]]
    picked = rng.sample(paths, 2)
    return ("set", *picked, f"tags+=t{number}") if verb == "set" else ("forget", *picked)


def _all_found(box: Box, tally: Tally) -> None:
    """Every entry that is not forgotten is found by the word of its own."""
    for row in json.loads(box.run("list", "--json").out)["entries"]:
        body = box.read(row["path"]).decode()
        word = next((word.strip(",.") for word in body.split() if word.startswith("word") and word != "words,"), "")
        if word and row["path"] not in box.found(word):
            tally.wrong.append(f"{row['path']} is not found by {word}")


def faults(names: tuple[str, ...], action: str, verbs: tuple[str, ...], most: int) -> Tally:
    """Every fault in `names`, the first, second, ... time it is reached (at most `most`), in each command."""
    tally = Tally()
    with homes() as home:
        source = template(Box(home()))
        for verb in verbs:
            for name in names:
                missed = 0
                for time_ in range(1, most + 1):
                    box = copied(source, home())
                    missed = 0 if broken_at(box, verb, f"{name}:{time_}:{action}", tally) else missed + 1
                    if missed == 2:
                        break
    return tally


def disk(sizes: int) -> Tally:
    """A full disk: so many KiB left on a small file system, for each of `sizes` amounts."""
    tally = Tally()
    with homes() as home:
        source = template(Box(home()), filler="".join(f"line {number} of a longer text\n" for number in range(3000)))
        place = home()
        os.makedirs(place)
        with tmpfs(place, 32):
            for number in range(sizes):
                box = copied(source, f"{place}/{number}")
                starve(box, 8 * number, number, tally)
                subprocess.run(["rm", "-rf", f"{place}/{number}"], check=True)
    return tally


def starve(box: Box, left_kib: int, number: int, tally: Tally) -> None:
    """Run a command with `left_kib` left, give the space back, and check."""
    verb = ("add", "set", "ingest", "forget")[number % 4]
    old = before(box)
    room = os.statvfs(box.vault)
    ballast = f"{box.home}/ballast"
    with open(ballast, "wb") as file:
        file.write(b"x" * max(0, room.f_bavail * room.f_frsize - left_kib * 1024))
    result = box.run(*COMMANDS[verb])
    during = box.files()
    os.unlink(ballast)
    for path, data in old.files.items():
        if result.status != 0 and during.get(path) != data:
            tally.wrong.append(f"disk {left_kib} KiB, {verb}: {path} changed")
    if result.status not in (0, 4) or result.status == 4 and "space" not in result.err:
        tally.wrong.append(f"disk {left_kib} KiB, {verb}: ended with {result.status}: {result.err.strip()}")
    check(box, old, result.status, f"{verb} with {left_kib} KiB left", tally)


@contextmanager
def tmpfs(place: str, mib: int = 8) -> Iterator[None]:
    """A small file system of its own; needs to be root, here or in a user namespace."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", place], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


def writers(processes: int, each: int) -> Tally:
    """So many processes adding at once: nothing lost, one line of history."""
    tally = Tally()
    with homes() as home:
        box = Box(home()).init()
        loop = 'for i in $(seq "$2"); do "$0" add "note $1 $i unique$1x$i" --json || exit; done'
        env = {**box.env, "MEM_LOCK_TIMEOUT_S": "600"}
        running = [subprocess.Popen(["bash", "-c", loop, MEM, str(number), str(each)], cwd=box.vault, env=env, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE) for number in range(processes)]
        added = []
        for process in running:
            out, err = process.communicate()
            added += [json.loads(line) for line in out.splitlines()]
            tally.runs += 1
            if process.returncode or err:
                tally.wrong.append(err.decode())
        ids = {row["id"] for row in added}
        total = processes * each
        listed = {row["id"] for row in json.loads(box.run("list", "--json").out)["entries"]}
        lines = box.git("log", "--format=%P").splitlines()
        if len(ids) != total or not ids <= listed or len(lines) != total + 1 or any(" " in line for line in lines):
            tally.wrong.append(f"{len(ids)} acknowledged, {len(listed)} listed, {len(lines)} commits of {total}")
        found = sum(len(box.found(f"unique{number}x{part}")) == 1 for number in range(processes) for part in range(1, each + 1))
        if found != total:
            tally.wrong.append(f"{found} of {total} found")
        sound(box, "after all writers", tally)
    return tally


def consolidations(count: int) -> Tally:
    """So many consolidations killed, each in a vault of its own."""
    with homes() as home:
        return nights.nights(home, count)


def damages(count: int) -> Tally:
    """So many damaged index files, each with a search after it."""
    tally = Tally()
    with homes() as home:
        target = damage.Target.of(Box(home()))
        for number in range(count):
            damage.damaged_once(target, number, tally, deep=True)
    return tally


PARTS: dict[str, Callable[[], tuple[str, Tally]]] = {
    "kills": lambda: ("400 SIGKILLs at random moments of add, set, forget, ingest and undo", kills(400)),
    "nights": lambda: ("200 SIGKILLs during a consolidation", consolidations(200)),
    "points": lambda: ("SIGKILL at every named point of every mutating command", faults((*POINTS, *PRIMITIVES), "kill", tuple(COMMANDS), 60)),
    "failures": lambda: ("the N-th write, fsync or rename failing, for every N",
                         faults(("write", "append", "fsync", "rename", "open", "mkdir", "unlink"), "EIO", tuple(COMMANDS), 60)),
    "disk": lambda: (f"a full disk at {SIZES} sizes", disk(SIZES)),
    "damage": lambda: ("200 damaged index files", damages(200)),
    "writers": lambda: ("16 processes x 50 adds", writers(16, 50)),
}


def main(words: list[str]) -> int:
    """Run the parts named, or all."""
    if os.geteuid() != 0 and not os.environ.get("MEM_CAMPAIGN"):
        os.execvp("unshare", ["unshare", "-Urm", "env", "MEM_CAMPAIGN=1", sys.executable, os.path.abspath(__file__), *words])
    bad = 0
    for name in words or PARTS:
        began = time.perf_counter()
        what, tally = PARTS[name]()
        print(f"{tally.line(what)} ({time.perf_counter() - began:.0f} s)", flush=True)
        for line in tally.wrong[:20]:
            print(f"  WRONG {line}", flush=True)
        bad += len(tally.wrong)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
