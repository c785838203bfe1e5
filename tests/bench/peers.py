"""How do others fare over the same texts? ripgrep is measured with every size; here are the tools that keep an index. Each is measured
where it is found on the path, and nothing is ever installed; the report says how to get what is missing.

Any other tool is measured by `--peer "NAME=COMMAND WITH {question}"`, after you have made its index over a vault of `--keep`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from build import Texts
from measure import Cost, Report, once
from searching import cold

SEMANTIC = 1 / 3  # what a hybrid search may cost of the next fastest semantic tool
NOTMUCH = 2.5  # what a search by words may cost of notmuch


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool that is ready. `by` is what it searches by; `ask` is one cold search."""

    name: str
    by: str
    ask: Callable[[list[str]], Cost]


def compared(report: Report, vault: str, texts: Texts, count: int, home: str, named: list[str], questions: list[list[str]]) -> None:
    """A cold search of ours against each peer's: by words against their words, hybrid against what knows meaning."""
    report.title(f"beside others, {count:,} entries")
    ready = [*_notmuch(report, texts, count, home), *_qmd(report, vault, home), *_named(vault, named)]
    for peer in ready:
        for told, flags in (("words only", ["--channels", "keyword"]), ("words and meaning", [])):
            if told == "words and meaning" or peer.by == "words":
                budget = {("notmuch", "words only"): NOTMUCH}.get((peer.name, told), SEMANTIC if peer.by == "meaning" else None)
                report.compare(f"{told}, against {peer.name} ({peer.by})", cold(vault, questions, *flags), asking(peer, questions), peer.name, budget, 7)
    if not shutil.which("basic-memory") and not any(peer.name == "basic-memory" for peer in ready):
        report.note("basic-memory is not measured: pip install basic-memory (Python 3.12), index a vault of --keep, --peer 'basic-memory=COMMAND {question}'")


def asking(peer: Peer, questions: list[list[str]]) -> Callable[[int], Cost]:
    """A peer with each question in turn."""
    return lambda number: peer.ask(questions[number])


def _notmuch(report: Report, texts: Texts, count: int, home: str) -> list[Peer]:
    """notmuch over the same texts as mails, a word of the question or another."""
    if not shutil.which("notmuch"):
        report.note("notmuch is not on the path: apt-get install notmuch")
        return []
    mails = os.path.join(home, "mails")
    for folder in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(mails, folder))
    for number, (path, text) in enumerate(texts.entries(count)):
        front, body = text[4:].split("---\n", 1)
        title = front.split("title: ")[1].split("\n")[0]
        head = f"From: bench@localhost\nSubject: {title}\nMessage-ID: <{number}@localhost>\nDate: Mon, 03 Feb 2020 08:00:00 +0000\nX-Path: {path}\n"
        with open(os.path.join(mails, "cur", f"{number}:2,S"), "w", encoding="utf-8") as file:
            file.write(f"{head}\n{body}")
    config = os.path.join(home, "notmuch-config")
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"[database]\npath={mails}\n[user]\nname=bench\nprimary_email=bench@localhost\n")
    env = {**os.environ, "NOTMUCH_CONFIG": config}
    subprocess.run(["notmuch", "new", "--quiet"], env=env, check=True, capture_output=True)
    return [Peer("notmuch", "words", lambda question: once(["notmuch", "search", "--limit=10", " or ".join(question)], home, env))]


def _qmd(report: Report, vault: str, home: str) -> list[Peer]:
    """qmd by a word of the question; it looks for all of several in one text."""
    if not shutil.which("qmd"):
        report.note("qmd is not on the path: npm install @tobilu/qmd (it needs bun)")
        return []
    env = {**os.environ, "XDG_CACHE_HOME": os.path.join(home, "qmd"), "XDG_CONFIG_HOME": os.path.join(home, "qmd-config")}
    subprocess.run(["qmd", "collection", "add", vault, "--name", "bench"], env=env, check=True, capture_output=True)
    report.note("qmd by meaning is not measured, as it fetches a model of 300 MB: qmd embed over a vault of --keep, then --peer 'qmd=qmd vsearch {question}'")
    return [Peer("qmd", "words", lambda question: once(["qmd", "search", question[0], "-n", "10"], vault, env))]


def _named(vault: str, named: list[str]) -> list[Peer]:
    """The tools of the command line."""
    def peer(text: str) -> Peer:
        name, _, command = text.partition("=")
        return Peer(name, "meaning", lambda question: once([word.format(question=" ".join(question)) for word in shlex.split(command)], vault))

    return [peer(text) for text in named]
