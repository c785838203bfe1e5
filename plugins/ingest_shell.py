"""Reads the history of a shell: bash, zsh, fish or atuin, told apart by content. One event per day (atuin: per session) with what was run.

Each command stands once, with how often it was run. What says nothing is passed over: one word alone, `cd`, `ls` and their like; so is what
begins with a space. A history without times becomes one note per program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from memcli.errors import PluginFailed
from memcli.extend import choices, histories, moments
from memcli.extend.contracts import API_VERSION, Draft, Rejected, Source
from memcli.extend.histories import Command

name = "shell"
summary = "Shell history (bash, zsh, fish, atuin): one event per day or session."
api_version = API_VERSION
bulk = True

PART_CHARS, PART_LINES = 6_000, 100  # of commands in one entry
COMMAND_CHARS = 2_000
OWN_NOTE = 3  # commands of a program, from which it gets a note of its own in a history without times
_QUIET = frozenset(("ls", "ll", "la", "l", "cd", "pushd", "popd", "dirs", "pwd", "exit", "logout", "clear", "reset", "history", "fg", "bg",
                    "jobs", "top", "htop", "which", "type", "man", "whoami", "date", "true", "echo", "cat", "less"))
_QUIET_GIT = frozenset(("git status", "git diff", "git log", "git pull", "git push", "git fetch", "git show", "git branch", "git stash"))
_BEFORE = re.compile(r"(?:(?:sudo|doas|time|nohup|env|command|exec|nice)\s+|[A-Za-z_]\w*=\S*\s+)+")
_JOINED = re.compile(r"[|;&<>\n]|\$\(")


@dataclass(slots=True)
class _Run:
    """A command of a group: when first and last, how often, and how it ended the last time."""

    first: Command
    last: Command
    times: int = 1


@dataclass(slots=True)
class _Group:
    """The different commands of a day, a session or a program, in the order of their first use."""

    runs: dict[str, _Run] = field(default_factory=dict)

    def add(self, command: Command) -> None:
        """Count a command."""
        run = self.runs.get(command.text)
        if run is None:
            self.runs[command.text] = _Run(command, command)
        else:
            run.last, run.times = command, run.times + 1


def read(source: Source, options: Mapping[str, str]) -> Iterator[Draft | Rejected]:
    """Days or sessions in the order of the file. Options: `host` keeps the histories of several machines apart, `offset` (hours, such as 2 or -5.5)
    says where a day begins.

    Position: the day, the session, or the program, with the part behind it from the second on.
    """
    choices.only(name, options, "host", "offset")
    zone = timezone(timedelta(hours=choices.number(name, options, "offset", 0, -14, 14)))
    if source.is_folder:
        raise PluginFailed(f"{source.name} is a folder", "give the history file, such as ~/.bash_history")
    which, found = histories.read(source)
    groups: dict[str, _Group] = {}
    for one in found:
        if isinstance(one, Rejected):
            yield one
        elif _says_something(one.text):
            place = one.session or (one.at.astimezone(zone).date().isoformat() if one.at else "")
            groups.setdefault(place, _Group()).add(one)
    undated = groups.pop("", _Group())
    host = options.get("host", "")
    like = Draft("-", f"{host}:{which}" if host else which, "-", tags=("shell",), uri=source.name, trust="user", session=host)
    for place, group in groups.items():
        yield from _event(place, group, like, zone)
    for program, group in _by_program(undated).items():
        yield from _note(program, group, like)


def _says_something(text: str) -> bool:
    words = text.split(maxsplit=2)
    if text[:1].isspace() or len(words) < 2 or text.startswith("#"):
        return False
    return bool(_JOINED.search(text)) or (words[0] not in _QUIET and " ".join(words) not in _QUIET_GIT)


def _program(text: str) -> str:
    """The program that a command runs, by its name alone."""
    before = _BEFORE.match(text)
    words = text[before.end() if before else 0:].split(maxsplit=1)
    return re.sub(r"[^\w.+-]", "", words[0].rpartition("/")[2])[:40] if words else ""


def _by_program(group: _Group) -> dict[str, _Group]:
    """A group's commands by program; those of programs with few of them together under ""."""
    found: dict[str, _Group] = {}
    for text, run in group.runs.items():
        found.setdefault(_program(text), _Group()).runs[text] = run
    others = _Group()
    for program in [program for program, own in found.items() if len(own.runs) < OWN_NOTE or not program]:
        others.runs.update(found.pop(program).runs)
    return {**found, **({"": others} if others.runs else {})}


def _parts(group: _Group) -> Iterator[list[_Run]]:
    """The runs cut into entries, by the length of what was typed alone, so that a group that has grown is cut at the same places."""
    taken: list[_Run] = []
    size = 0
    for run in group.runs.values():
        length = min(len(run.first.text), COMMAND_CHARS)
        if taken and (size + length > PART_CHARS or len(taken) == PART_LINES):
            yield taken
            taken, size = [], 0
        taken.append(run)
        size += length
    if taken:
        yield taken


def _event(place: str, group: _Group, like: Draft, zone: timezone) -> Iterator[Draft]:
    """The entries of a day or of a session."""
    first = next(iter(group.runs.values())).first
    assert first.at is not None
    local = first.at.astimezone(zone)
    at = local if first.session else local.replace(hour=0, minute=0, second=0, microsecond=0)  # the whole day, as a history loses its oldest lines
    title = f"Shell {'session' if first.session else 'commands'}, {_day(first.at, zone)}"  # that will do for what is yet to come too
    for number, runs in enumerate(_parts(group), 1):
        yield _draft(runs, like, f"{place}/{number}" if number > 1 else place, title + (f" ({number})" if number > 1 else ""), zone, at)


def _note(program: str, group: _Group, like: Draft) -> Iterator[Draft]:
    """The entries of a program in a history without times."""
    title = f"Shell commands with {program}" if program else "Shell commands"
    for number, runs in enumerate(_parts(group), 1):
        yield _draft(runs, like, f"undated {program}".strip() + (f"/{number}" if number > 1 else ""), title, timezone.utc, None)


def _draft(runs: list[_Run], like: Draft, position: str, title: str, zone: timezone, at: datetime | None) -> Draft:
    first, last = min(run.first.line for run in runs), max(run.last.line for run in runs)
    command = runs[0].first
    rows = "\n".join(_rows(runs, zone))
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall(r"`+", rows)), default=0))
    span = "" if command.id else f"line {first}" if first == last else f"lines {first}-{last}"
    return Draft(f"{fence}sh\n{rows}\n{fence}\n", like.source, position, title=title, type="event" if at else "note", tags=like.tags, created=at, valid_from=at,
                 uri=like.uri, session=command.session or like.session, message=command.id, span=span, trust=like.trust)


def _rows(runs: Iterable[_Run], zone: timezone) -> Iterator[str]:
    """A row per command behind its time, with what is to be said of it as a comment; comments of their own where the folder or the day changes."""
    place, day = "", ""
    for run in runs:
        first = run.first
        if first.place and first.place != place:
            place = first.place
            yield f"# in {' '.join(place.split())}"
        if first.at and _day(first.at, zone) != day:
            if day:
                yield f"# {_day(first.at, zone)}"
            day = _day(first.at, zone)
        clock = f"{first.at.astimezone(zone):%H:%M}  " if first.at else ""
        text = first.text if len(first.text) <= COMMAND_CHARS else f"{first.text[:COMMAND_CHARS].rstrip()} [...]"
        said = [f"{run.times} times" if run.times > 1 else "", _until(run, zone), f"exit {run.last.status}" if run.last.status else ""]
        note = ", ".join(filter(None, said))
        if note and "\n" in text:  # behind a command of several lines a comment could be a part of it
            yield f"# {note}"
        yield clock + text.replace("\n", "\n" + " " * len(clock)) + (f"  # {note}" if note and "\n" not in text else "")


def _day(at: datetime, zone: timezone) -> str:
    return moments.day(at.astimezone(zone))


def _until(run: _Run, zone: timezone) -> str:
    """When a command was run for the last time, if that is not the time of its row."""
    if run.last.at is None or run.first.at is None:
        return ""
    first, last = (f"{at.astimezone(zone):%H:%M}" for at in (run.first.at, run.last.at))
    if _day(run.first.at, zone) != _day(run.last.at, zone):
        return f"until {_day(run.last.at, zone)}, {last}"
    return "" if first == last else f"until {last}"
