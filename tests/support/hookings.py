"""`python tests/support/hookings.py [COUNT]`: malformed events for `mem hook`, each in a process of its own, in a vault that has an answer to give.

Every one must end with status 0, print nothing on standard output and take at most two seconds. The default run takes the same events through
one process (tests/behaviour/test_hooks.py).
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from box import FIXTURES, MEM, Box

SECONDS_MAX = 2.0
ODD: tuple[object, ...] = (None, True, 7, -0.5, [], {}, [["x"]], {"a": 1}, 10**400)


def malformed(cwd: str, count: int, seed: int = 7) -> Iterator[bytes]:
    """Events that are not what an agent writes. None of them is one that has an answer."""
    chance = random.Random(seed)
    good = {"session_id": "s", "transcript_path": f"{cwd}/nowhere.jsonl", "cwd": cwd, "hook_event_name": "UserPromptSubmit",
            "prompt": "please restore the backup now"}
    whole = json.dumps(good).encode()
    yield from (b"", b"\n", b"null", b"[]", b"0", b'"text"', b"{}", b"{" * 100_000, b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe" + whole, b"\x00" * 5000,
                b'{"hook_event_name": ' + b"9" * 6000 + b"}", whole + whole, whole[:-1], whole.replace(b'"', b"'"), b"x" * 9_000_000)
    for _ in range(count - 17):
        how = chance.randrange(5)
        if how == 0:  # cut
            yield whole[:chance.randrange(len(whole))]
        elif how == 1:  # a value of another type where a text is needed
            name = chance.choice(["cwd", "hook_event_name", "prompt"] if chance.random() < 0.8 else ["session_id", "transcript_path"])
            yield _typed({**good, name: chance.choice(ODD[1:] if name != "hook_event_name" else ODD)})
        elif how == 2:  # an event of no name that we know
            name = chance.choice(["", "userpromptsubmit", "Stop ", "PreToolUse", "Notification", "\u0000", "SessionStart\u0000", "é" * 5000])
            yield json.dumps({**good, "hook_event_name": name}).encode()
        elif how == 3:  # bytes that were hit: no JSON any more
            spoiled = bytearray(whole)
            spoiled[0] = chance.randrange(128, 256)
            for _ in range(chance.randrange(1, 30)):
                spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
            yield bytes(spoiled)
        else:  # a transcript that cannot be one
            path = chance.choice(["/dev/zero", "/proc/self/mem", "../x", "", "\u0000", "/" * 5000, "relative.jsonl", cwd, "/dev/stdin"])
            yield json.dumps({**good, "hook_event_name": chance.choice(["Stop", "SessionEnd", "PreCompact"]), "transcript_path": path}).encode()


def _typed(event: dict[str, object]) -> bytes:
    return json.dumps(event).encode()


def main(count: int) -> int:
    """The campaign; prints what it found. 1 when an event was answered, ended otherwise or took too long."""
    with tempfile.TemporaryDirectory() as home:
        box = Box(home)
        subprocess.run(["cp", "-r", f"{FIXTURES}/vaults/sample/.", box.vault], check=True)
        box.init()
        good = json.dumps({"hook_event_name": "UserPromptSubmit", "cwd": box.vault, "prompt": "please restore the backup now"})
        assert b"Restore the backup" in box.run("hook", "claude", input=good).data, "the vault has no answer to a good event"
        times, bad = [], []
        for number, data in enumerate(malformed(box.vault, count)):
            start = time.monotonic()
            done = subprocess.run([MEM, "hook", "claude" if number % 2 else "codex"], input=data, capture_output=True, check=False, env=box.env, cwd=box.vault)
            times.append(time.monotonic() - start)
            if done.returncode or done.stdout or times[-1] > SECONDS_MAX:
                bad.append(f"event {number}: status {done.returncode}, {len(done.stdout)} bytes, {times[-1]:.2f} s: {data[:60]!r}")
        queued = Path(box.vault, ".mem/state/queue.jsonl")
        bad += [f"queued: {queued.read_text()[:200]}"] if queued.exists() else []
    times.sort()
    print(f"{len(times)} malformed events: {len(bad)} went wrong; median {times[len(times) // 2] * 1000:.0f} ms, 95 in 100 below "
          f"{times[int(len(times) * 0.95)] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")
    print(*bad, sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
