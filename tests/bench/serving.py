"""What does a search cost where a server runs? Through `mem serve` on a pipe, request by request, and as `mem search` beside `mem serve --socket`."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time

from measure import MEM, PASS, Report, once

ASKED = 1_000
AHEAD_S = 15.0  # for a server to read ahead


def served(report: Report, vault: str, entries: int, questions: list[list[str]]) -> None:
    """The rows of one vault: different questions, each once."""
    report.title(f"search over {entries:,} entries with a server")
    took = piped(vault, questions)
    half, most = statistics.median(took), sorted(took)[len(took) * 99 // 100]
    report.figure(f"mem serve, {len(took):,} requests, p99 ms", most, f"p50 {half:.1f} ms, p99 {most:.1f} ms, largest {max(took):.1f} ms; budget 15 ms")
    with tempfile.TemporaryDirectory(prefix="mem-") as runtime:
        env = {**os.environ, "XDG_RUNTIME_DIR": runtime}
        server = subprocess.Popen([MEM, "--vault", vault, "serve", "--socket"], env=env, stderr=subprocess.PIPE)
        assert server.stderr
        try:
            server.stderr.readline()
            time.sleep(AHEAD_S)
            report.compare("mem search beside mem serve --socket", lambda number: once([MEM, "--vault", vault, "search", *questions[number]], vault, env),
                           lambda _: once(PASS, "/"), budget=3)
        finally:
            server.terminate()
            server.wait()
            server.stderr.close()


def piped(vault: str, questions: list[list[str]]) -> list[float]:
    """Milliseconds of each request."""
    took = []
    with subprocess.Popen([MEM, "--vault", vault, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdin and server.stdout
        server.stdout.readline()
        time.sleep(AHEAD_S)
        for number, question in enumerate(questions):
            start = time.perf_counter()
            server.stdin.write(json.dumps({"op": "search", "args": {"query": question}, "id": number}).encode() + b"\n")
            server.stdin.flush()
            answer = server.stdout.readline()
            took.append(1000 * (time.perf_counter() - start))
            assert answer.startswith(b'{"id": %d, "ok": true' % number), answer
        server.stdin.close()
    return took
