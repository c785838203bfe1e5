"""Does mem ingest --watch take in what changes, is it quiet about what it writes itself, and does it end in peace?"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from box import MEM, Box

PATIENCE_S = 40


def test_a_watch_over_a_folder_with_the_vault_in_it(box: Box) -> None:
    notes = Path(box.home, "notes")
    notes.mkdir()
    Path(notes, "a.txt").write_text("The first pond.\n")
    os.rename(box.vault, notes / "vault")
    vault = box.vault = str(notes / "vault")
    process = subprocess.Popen([MEM, "ingest", "text", str(notes), "--watch", "--vault", vault], env=box.env, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    assert process.stdout.readline() == "1 added, 0 there already, 0 refused\n" and process.stderr.readline() == "watching; interrupt to end\n"
    begun = time.monotonic()
    while True:  # a change just before the watch has begun is not seen, so there are more
        Path(notes, "b.txt").write_text(f"The second pond, after {time.monotonic() - begun} s.\n")
        time.sleep(2.5)
        if len(box.json("list", "--vault", vault)["entries"]) == 2:
            break
        assert time.monotonic() - begun < PATIENCE_S
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert out.startswith("1 added, 0 there already, 0 refused\n") and not err.strip() and process.returncode == 0
