"""How can a program put a summary into words of its own? A command that a person configured is given the quotations and says one paragraph.

It is run without a shell, once for each new summary, with {"title": ..., "sentences": [...]} on its standard input. What it says stands above the
quotations, which stay; nothing else depends on it: not what is quoted, not when a summary is made anew, not what fades.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from memcli import clock
from memcli.entries import text
from memcli.errors import UserError

if TYPE_CHECKING:
    from memcli.life.consolidating import Outcome, Work

TIMEOUT_S = 60.0
SAID_MAX = 1_000  # characters
_STEPS = ("tree", "gist")


def word(work: Work, outcome: Outcome, command: str, env: Mapping[str, str], ends_s: float) -> None:
    """Put a paragraph above the quotations of each new summary, until `ends_s` on the monotonic clock. The first failure is a remark and the end of it."""
    from memcli.life.consolidating import Edit

    for name, edit in outcome.edits:
        if name not in _STEPS or edit.data is None:
            continue
        if clock.monotonic_s() > ends_s:
            work.remarks.append("consolidate.wording: time was over; the other summaries are quotations alone")
            return
        summary = text.read(edit.data, edit.path)
        heading, _, quotations = summary.body.partition("\n\n")
        try:
            said = _said(command, env, summary.title, [line[2:] for line in quotations.splitlines()])
        except UserError as error:
            work.remarks.append(f"{error.message}; the summaries are quotations alone")
            return
        if said:
            head = edit.data[:len(edit.data) - len(summary.body.encode())]
            work.apply([Edit(edit.path, head + f"{heading}\n\n{said}\n\n{quotations}".encode(), edit.reason)])


def _said(command: str, env: Mapping[str, str], title: str, sentences: Sequence[str]) -> str:
    """What the command says, as one paragraph. Raises UserError."""
    given = json.dumps({"title": title, "sentences": sentences}, ensure_ascii=False).encode("utf-8", "replace")
    try:
        done = subprocess.run(shlex.split(command), input=given, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S,
                              check=False)
    except subprocess.TimeoutExpired:
        raise UserError(f"consolidate.wording said nothing within {TIMEOUT_S:g} s", "mem config consolidate.wording --user") from None
    except (OSError, ValueError, IndexError) as error:
        raise UserError(f"consolidate.wording cannot be run: {error}", "mem config consolidate.wording --user") from None
    if done.returncode != 0:
        raise UserError(f"consolidate.wording ended with status {done.returncode}", "mem config consolidate.wording --user")
    said = " ".join(done.stdout[:SAID_MAX * 4].decode("utf-8", "replace").split())
    return "".join(sign for sign in said if sign.isprintable())[:SAID_MAX].lstrip("#>-*+ ")
