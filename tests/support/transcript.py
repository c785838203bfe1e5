"""How is a readable session a test? `$ command` lines, `> ` continuing them, then what it printed, `[N]` after it for an exit status N.

All commands of a session run in one bash, so that variables and `cd` last. What differs from run to run is compared by its shape:
ids, ends of ids, commits, and the folders of the test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from box import TOP, Box

_MARK = "\x01"
_SHAPES = (
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    (re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b"), "<id>"),
    (re.compile(r"^([+-]?)(?=[0-9a-z]*[0-9])[0-9a-f]{10}(?=  )", re.MULTILINE), r"\1<commit>"),
    (re.compile(r"^[0-9a-hjkmnp-tv-z]{6}(?=  |$)", re.MULTILINE), "<end>"),
    (re.compile(r"-[0-9a-hjkmnp-tv-z]{6}\.md"), "-<end>.md"),
    (re.compile(r"index [0-9a-f]{7,40}\.\.[0-9a-f]{7,40}"), "index <blob>..<blob>"),
    (re.compile(r"^(bytes +)\d+$", re.MULTILINE), r"\1<bytes>"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command with what it prints and how it ends."""

    command: str
    output: str
    status: int


def parse(text: str) -> list[Step]:
    """The steps of a session."""
    steps: list[tuple[list[str], list[str]]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            steps.append(([line[2:]], []))
        elif line.startswith("> ") and steps and not steps[-1][1]:
            steps[-1][0].append(line[2:])
        elif steps:
            steps[-1][1].append(line)
    return [_step(*step) for step in steps]


def _step(command: list[str], output: list[str]) -> Step:
    while output and not output[-1]:
        output.pop()
    status = re.fullmatch(r"\[(\d+)\]", output[-1]) if output else None
    lines = output[:-1] if status else output
    return Step("\n".join(command), "".join(line + "\n" for line in lines), int(status[1]) if status else 0)


def replay(box: Box, steps: list[Step], cwd: str) -> list[Step]:
    """The same commands with what they print now."""
    script = "".join(f"{{ {step.command}\n}} 2>&1; printf '{_MARK}%d{_MARK}' $?\n" for step in steps)
    out = box.call(["bash", "-c", script], cwd=cwd, env={"MEM_NOW": "2026-11-23T08:00:00Z"}).out
    parts = out.split(_MARK)
    assert len(parts) == 2 * len(steps) + 1, f"the session broke off:\n{out}"
    return [Step(step.command, _home(box, parts[2 * at]), int(parts[2 * at + 1])) for at, step in enumerate(steps)]


def _home(box: Box, text: str) -> str:
    return text.replace(box.vault, "~/vault").replace(box.home, "~").replace(TOP, ".")


def shape(text: str) -> str:
    """Output without what differs from run to run."""
    for pattern, name in _SHAPES:
        text = pattern.sub(name, text)
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def written(step: Step) -> str:
    """A step as it stands in a session."""
    command = step.command.replace("\n", "\n> ")
    output = step.output if not step.output or step.output.endswith("\n") else step.output + "\n"
    return f"$ {command}\n{output}" + (f"[{step.status}]\n" if step.status else "")
