"""How is a readable session a test? `$ command` lines, `> ` continuing them, then what it printed, `[N]` after it for an exit status N.

All commands of a session run in one bash, so that variables and `cd` last. What differs from run to run is compared by its shape:
ids, ends of ids, commits, and the folders of the test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from box import NOW, TOP, Box

_MARK = "\x01"
_END = r"[0-9a-hjkmnp-tv-z]{6}"
_ENDS = re.compile(rf"-({_END})\.md|\b[0-9a-hjkmnp-tv-z]{{20}}({_END})\b|^ *({_END})(?=  | \w+ -> )", re.MULTILINE)
_COMMITS = re.compile(
    r"\b([0-9a-f]{10})[0-9a-f]{30}\b|^[+-]?(?=[0-9a-f]*[0-9])([0-9a-f]{10})(?=  )|of ([0-9a-f]{10}) |(?:after|error:) ([0-9a-f]{10})\b", re.MULTILINE,
)
_SHAPES = (
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    (re.compile(r"\b[0-9a-hjkmnp-tv-z]{26}\b"), "<id>"),
    (re.compile(r"index [0-9a-f]{7,40}\.\.[0-9a-f]{7,40}"), "index <blob>..<blob>"),
    (re.compile(r"\bmemory-[a-z]{12}>"), "memory-<nonce>>"),
    (re.compile(r"draft-[0-9a-z_]{8}\.md"), "draft-<random>.md"),
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
    out = box.call(["bash", "-c", script], cwd=cwd, env={"MEM_NOW": NOW, "GIT_COMMITTER_DATE": NOW}).out
    parts = out.split(_MARK)
    assert len(parts) == 2 * len(steps) + 1, f"the session broke off:\n{out}"
    return [Step(step.command, _home(box, parts[2 * at]), int(parts[2 * at + 1])) for at, step in enumerate(steps)]


def _home(box: Box, text: str) -> str:
    return text.replace(box.vault, "~/vault").replace(box.home, "~").replace(TOP, ".")


def shapes(steps: list[Step]) -> list[tuple[str, int]]:
    """What each step prints, without what differs from run to run, and its exit status."""
    everything = "\n".join(step.output for step in steps)
    names = {word: "<end>" for found in _ENDS.findall(everything) for word in found if word}
    names.update((word, "<commit>") for found in _COMMITS.findall(everything) for word in found if word)
    return [(_shape(step.output, names), step.status) for step in steps]


def _shape(text: str, names: dict[str, str]) -> str:
    for pattern, name in _SHAPES:
        text = pattern.sub(name, text)
    for word, name in names.items():
        text = re.sub(rf"\b{word}\b", name, text)
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def written(step: Step) -> str:
    """A step as it stands in a session."""
    command = step.command.replace("\n", "\n> ")
    output = step.output if not step.output or step.output.endswith("\n") else step.output + "\n"
    return f"$ {command}\n{output}" + (f"[{step.status}]\n" if step.status else "")
