"""What does a search cost, cold and warm, by words and by meaning, and how does that grow? `cold` is a fresh process, its files in the
system's cache; `warm` a further search in a process that has searched before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from measure import MEM, PASS, Cost, Report, here, once

from memcli import config
from memcli.entries.vault import Vault
from memcli.store import Store, Talk

SCANNED = 20_000  # files, beyond which a search looks at folders only (index.scan_limit)
KEYWORD = ["--channels", "keyword"]
Curves = dict[str, dict[int, float]]  # milliseconds by entries, by what was run


def searches(report: Report, vault: str, entries: int, questions: list[list[str]], curves: Curves) -> None:
    """The rows of one vault."""
    report.title(f"search over {entries:,} entries")
    seen = "files" if entries <= SCANNED else "folders"
    for told, name, flags, budget in (
        ("words and meaning", "", ["--no-scan"], 20), ("words and meaning", f", {seen} looked at", [], 23),
        ("words only", "", [*KEYWORD, "--no-scan"], 9), ("words only", f", {seen} looked at", KEYWORD, 12),
    ):
        row = report.compare(f"cold, {told}{name}", cold(vault, questions, *flags), bare, budget=budget if entries == 10_000 else None)
        curves.setdefault(f"{told}{name and ', scan'}", {})[entries] = row.ms
    store = Store(Vault(os.path.realpath(vault)), config.resolve([]), dict(os.environ), Talk(lambda what, done, total: None, report.note))
    row = report.compare("warm, words and meaning", lambda number: here(lambda: store.search(" ".join(questions[number]), limit=10, scan="none")), bare)
    curves.setdefault("warm", {})[entries] = row.ms
    curves.setdefault("python -c pass", {})[entries] = row.against_ms
    if shutil.which("rg"):
        row = report.compare("cold, words and meaning, against ripgrep", cold(vault, questions), lambda number: ripgrep(vault, questions[number]),
                             "rg -i -c", 0.25 if entries == 100_000 else None, 5)
        curves.setdefault("ripgrep", {})[entries] = row.against_ms
    else:
        report.note("ripgrep is not on the path: apt-get install ripgrep")


def growth(report: Report, small: str, large: str, told: str, budget: float | None, questions: list[list[str]]) -> None:
    """The largest vault against the smallest."""
    report.title(f"a search over {told}")
    for name, flags in (("words and meaning", []), ("words only", KEYWORD)):
        report.compare(f"cold, {name}", cold(large, questions, *flags), cold(small, questions, *flags), "the smaller", budget)


def cold(vault: str, questions: list[list[str]], *flags: str) -> Callable[[int], Cost]:
    """The shipped command with each question in turn."""
    return lambda number: once([MEM, "--vault", vault, "search", *questions[number], *flags], vault)


def bare(_: int) -> Cost:
    """The interpreter alone."""
    return once(PASS, "/")


def ripgrep(vault: str, question: list[str]) -> Cost:
    """How often any of the words stands in each file."""
    return once(["rg", "-i", "-c", "|".join(question), vault], vault)
